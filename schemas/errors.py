"""Errors of the contract. Dead letters carry the class's name, so each says by itself what is wrong."""


class SchemaError(Exception):
    """A schema is missing, does not parse, breaks compatibility, or a record does not fit it."""


class FramingError(SchemaError):
    """Bytes are not a framed record."""


class TooShort(FramingError):
    """Fewer bytes than a frame has."""


class WrongMagic(FramingError):
    """The first bytes are those of neither framing."""


class UnknownSchema(FramingError):
    """The frame names a schema that neither the released ones nor the registry hold."""


class BodyError(SchemaError):
    """The bytes after the frame are not what the schema says."""


class TruncatedBody(BodyError):
    """The body ends in the middle of the record."""


class TrailingBytes(BodyError):
    """Bytes follow the record."""


class RegistryError(SchemaError):
    """The schema registry refuses or fails. No record is to blame: it must not become a dead letter."""


class RegistryUnavailable(RegistryError):
    """The registry cannot be reached, is too slow, or is out of order: the same call may succeed later."""


class NotRegistered(RegistryError):
    """The registry answers that it has no such subject, version or id."""


class IncompatibleSchema(RegistryError):
    """The registry refuses a schema because it is not compatible with those before it."""
