"""From a document's bytes to its items: every wire format, one function."""

from connectors.formats.model import Cadence, Document, FeedError, Item
from connectors.formats.parse import parse, read

__all__ = ["Cadence", "Document", "FeedError", "Item", "parse", "read"]
