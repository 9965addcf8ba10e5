"""From a document's bytes to its items: every wire format, one function."""

from connectors.formats.model import FeedError, Item
from connectors.formats.parse import parse

__all__ = ["FeedError", "Item", "parse"]
