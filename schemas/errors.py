"""Errors of the contract."""


class SchemaError(Exception):
    """A schema is missing, does not parse, breaks compatibility, or a record does not fit it."""


class FramingError(SchemaError):
    """Bytes are not a framed record: too short, neither framing's magic, or a schema that nobody knows."""
