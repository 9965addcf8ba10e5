"""The cleaning step of the pipeline: one raw article in, one clean article out."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from pipeline.boilerplate.html import clean_html
from pipeline.boilerplate.model import CleanText
from pipeline.boilerplate.text import clean_text
from schemas.lines import LINES_VERSION
from schemas.records import CleanArticle, RawArticle, RemovedSpan, local_day


@cache
def cleaner() -> str:
    """Name and version of this cleaner, as records carry it."""
    try:
        return f"summitwire-{version('summitwire')}"
    except PackageNotFoundError:
        return "summitwire-source"


def clean_article(article: RawArticle) -> CleanArticle:
    """The article without its boilerplate, with what was removed and why.

    A withdrawn article (kill, withhold) gives the empty text. Without a body the summary is cleaned, flagged
    `summary_only`. Repeated lines of another version of the cutting are ignored. Never raises.
    """
    if article.withdrawn:
        return clean_record(article, CleanText("", "", flags=("withdrawn",)))
    if article.body.strip():
        return clean_record(
            article, _clean(article, article.body, article.body_format, whole_page=article.full_text == "page")
        )
    if article.summary and article.summary.strip():
        markup = "html" if "<" in article.summary else "text"
        return clean_record(article, _clean(article, article.summary, markup, whole_page=False), "summary_only")
    return clean_record(article, CleanText("", "", flags=("empty",)))


def _clean(article: RawArticle, body: str, body_format: str, *, whole_page: bool) -> CleanText:
    known = frozenset(article.repeated_lines if article.repeated_lines_version == LINES_VERSION else ())
    day = local_day(article.published, article.published_offset)
    if body_format in ("html", "xhtml", "nitf"):
        return clean_html(
            body,
            url=article.url,
            kind="page" if whole_page else "fragment",
            known_lines=known,
            headline=article.headline,
            published=day,
            language=article.language,
        )
    return clean_text(body, known_lines=known, headline=article.headline, published=day, language=article.language)


def clean_record(article: RawArticle, clean: CleanText, *flags: str) -> CleanArticle:
    """The record of an article version whose text is `clean`."""
    removed = tuple(
        RemovedSpan(span.label, span.start, span.end, clean.source[span.start : span.end], span.rule)
        for span in clean.spans
        if span.label not in ("body", "heading")
    )
    return CleanArticle(
        article_id=article.article_id,
        source_id=article.source_id,
        version=article.version,
        change=article.change,
        headline=article.headline,
        url=article.url,
        language=article.language,
        published=article.published,
        published_offset=article.published_offset,
        updated=article.updated,
        updated_offset=article.updated_offset,
        text=clean.text,
        kept=clean.kept,
        dateline=clean.dateline,
        story_date=clean.story_date.isoformat() if clean.story_date else None,
        removed=removed,
        flags=(*clean.flags, *flags),
        cleaner=cleaner(),
    )
