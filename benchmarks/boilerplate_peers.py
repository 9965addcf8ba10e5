"""The extractors that ours is compared with, each as a function from a page to its text, imported on demand."""

from __future__ import annotations

from collections.abc import Callable

Cleaner = Callable[[str], str]


def trafilatura() -> Cleaner:
    from trafilatura import extract

    return lambda html: extract(html, include_comments=False) or ""


def trafilatura_precision() -> Cleaner:
    from trafilatura import extract

    return lambda html: extract(html, include_comments=False, favor_precision=True) or ""


def resiliparse() -> Cleaner:
    from resiliparse.extract.html2text import extract_plain_text

    return lambda html: str(extract_plain_text(html, main_content=True, alt_texts=False))


def readability() -> Cleaner:
    from lxml.html import fromstring
    from readability import Document

    def clean(html: str) -> str:
        try:
            return "\n".join(fromstring(Document(html).summary()).itertext())
        except Exception:  # it raises bare errors of lxml on some pages; they count as empty
            return ""

    return clean


def justext() -> Cleaner:
    from justext import get_stoplist
    from justext import justext as run

    stop_words = get_stoplist("English")
    return lambda html: "\n".join(p.text for p in run(html, stop_words) if not p.is_boilerplate)


def newspaper4k() -> Cleaner:
    from newspaper import Article

    def clean(html: str) -> str:
        article = Article("https://example.org/", fetch_images=False)
        try:
            article.download(input_html=html)
            article.parse()
        except Exception:  # languages without their extra, pages without a body
            return ""
        return str(article.text)

    return clean


PEERS: dict[str, Callable[[], Cleaner]] = {
    "trafilatura": trafilatura,
    "trafilatura precision": trafilatura_precision,
    "resiliparse": resiliparse,
    "readability-lxml": readability,
    "jusText": justext,
    "newspaper4k": newspaper4k,
}
