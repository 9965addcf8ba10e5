"""Summit events: who met whom, where, when, in what status, to what end."""

from pipeline.summits.extract import extract
from pipeline.summits.model import ModelError, extractor_used, load
from pipeline.summits.report import report

__all__ = ["ModelError", "extract", "extractor_used", "load", "report"]
