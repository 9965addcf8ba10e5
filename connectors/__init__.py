"""Connectors: wires in, topics out. Knows neither Beam nor spaCy."""
