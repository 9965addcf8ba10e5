"""Beam sources and sinks over `connectors.topics`, and the archive of Avro files."""
