"""Boilerplate removal: pure functions, from a body as a wire gave it to the story's own words."""

from pipeline.boilerplate.article import clean_article
from pipeline.boilerplate.html import clean_html
from pipeline.boilerplate.model import CleanText, Span
from pipeline.boilerplate.text import clean_text

__all__ = ["CleanText", "Span", "clean_article", "clean_html", "clean_text"]
