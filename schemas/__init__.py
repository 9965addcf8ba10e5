"""The contract: records, their encoding, and how a body is cut into lines."""

from schemas.lines import LINES_VERSION, line_fingerprints

__all__ = ["LINES_VERSION", "line_fingerprints"]
