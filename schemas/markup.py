"""Markup into lines: the one flattening of HTML, XHTML and NITF that all offsets and fingerprints refer to."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import name2codepoint
from typing import Any

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

BLOCKS = frozenset((
    "html", "body", "address", "article", "aside", "blockquote", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "search", "section", "summary",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "ul", "amp-ad", "nitf", "body.head", "body.content",
    "body.end", "block", "hedline", "hl1", "hl2", "byline", "bytag", "distributor", "dateline", "story.date",
    "abstract", "note", "media", "media-caption", "media-producer", "tagline", "nitf-table", "fn", "bibliography",
))  # fmt: skip
CELLS = frozenset(("td", "th"))
UNSEEN = frozenset((
    "head", "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "applet",
    "audio", "video", "canvas", "map", "select", "option", "datalist", "textarea", "button", "input", "dialog",
    "title", "media-metadata", "media-object",
))  # fmt: skip
STRONG = frozenset(("b", "strong"))
MAX_DEPTH = 2000
"""libxml2 drops what is nested deeper than 2,048 elements; such markup is read without its tree."""
MAX_SOUP = 200_000
"""Characters of a fragment that still goes through BeautifulSoup, which takes five times as long as lxml, and much
more memory. What is longer is read by lxml, which gives the same lines."""

_LONG_TAG = re.compile(r"<([a-zA-Z][\w.:-]{0,40})\s[^<>]{50000,}>")
"""libxml2 takes quadratic time over the attributes of one element; no honest tag is this long."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,80}\sencoding\s*=\s*["']([\w.:-]{2,40})["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_UNSEEN_PATTERN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.I | re.S)
_TAG = re.compile(r"<(/?)([a-zA-Z][\w.:-]*)[^<>]*>")
_REFERENCE = re.compile(r"&(\w+);")
_MARKUP = re.compile(r"</[a-zA-Z][\w.:-]{0,30}>|<(?:p|br|div|img|hr)\b[^<>]{0,500}>", re.I)
_DOCUMENT = re.compile(r"<(?:!doctype|html|body|head)\b", re.I)
_DOCUMENT_END = re.compile(r"</(?:body|html)\s*>", re.I)
"""libxml2 reads nothing behind it, and feeds quote whole documents within their articles."""


class _TooDeepError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class MarkupLine:
    """One line of flattened markup.

    text     whitespace folded to single spaces, never empty
    element  the block that the line stands in
    linked   characters of `text` within links
    strong   characters within b or strong
    links    number of links that begin in the line
    """

    text: str
    element: HtmlElement
    linked: int
    strong: int
    links: int


def decode(data: bytes) -> str:
    """Markup bytes as text: byte order mark, valid UTF-8, what the document declares, windows-1252, in this order."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace").lstrip("\ufeff")
    declared = _XML_ENCODING.search(data[:200]) or _CHARSET.search(data[:4096])
    names = ["utf-8", *([declared[1].decode("ascii", "replace")] if declared else [])]
    for name in names:
        try:
            return data.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    if declared and declared[1].lower().replace(b"-", b"") == b"utf8":
        return data.decode("utf-8", "replace")
    return data.decode("cp1252", "replace")


def is_document(text: str) -> bool:
    """Whether markup is a whole page rather than a fragment of one."""
    return _DOCUMENT.search(text, 0, 2000) is not None


def is_markup(text: str) -> bool:
    """Whether a text is written in markup: it has a closing tag or one that needs none, near its beginning."""
    return _MARKUP.search(text, 0, 20_000) is not None


def parse(markup: str | bytes) -> HtmlElement | None:
    """The tree of a page or a fragment; None where there is none to be had (empty, nothing but markup).

    A whole document is parsed by lxml; a fragment, as feeds give them, goes through BeautifulSoup over the same parser.
    """
    text = _readable(markup)
    try:
        if not is_document(text) and len(text) < MAX_SOUP and text.strip():
            from lxml.html import soupparser  # 0.2 s to import, for fragments alone

            return soupparser.fromstring(text, features="lxml")
    except (RecursionError, etree.LxmlError, ValueError, AssertionError):
        pass
    return _parse_directly(text)


def _readable(markup: str | bytes) -> str:
    text = decode(markup) if isinstance(markup, bytes) else markup
    text = _DECLARATION.sub("", _SURROGATE.sub("\ufffd", text).replace("\x00", "\ufffd"), count=1)
    return _LONG_TAG.sub(r"<\1>", text) if len(text) > 50_000 else text


def _parse_directly(text: str, parser: type[etree.HTMLParser] = HTMLParser) -> HtmlElement | None:
    """`parser`: lxml.html's makes elements that know HTML; etree's plain ones are walked in less time."""
    fragment = not is_document(text)
    if fragment and "</" in text:
        text = _DOCUMENT_END.sub("", text)
    if not text.strip():
        return None
    try:
        root = document_fromstring(text, parser=parser(huge_tree=True, remove_comments=True, remove_pis=True))
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    if fragment and "&amp;" in text:
        for element in root.iter():
            element.text, element.tail = _resolved(element.text), _resolved(element.tail)
    return root


def _resolved(text: str | None) -> str | None:
    """The text with HTML's references resolved once more: feeds escape twice, and so does soupparser read them."""
    return _REFERENCE.sub(_character, text) if text and "&" in text else text


def _character(reference: re.Match[str]) -> str:
    code = name2codepoint.get(reference[1])
    return reference[0] if code is None else chr(code)


def line_texts(markup: str | bytes) -> list[str]:
    """The texts of the lines of `markup_lines`, in a fifth of the time, since nobody looks at the tree."""
    text = decode(markup) if isinstance(markup, bytes) else markup
    root = _parse_directly(_readable(text), etree.HTMLParser)
    try:
        return [] if root is None else [line.text for line in _lines(root)]
    except _TooDeepError:
        return strip_tags(text)


def markup_lines(markup: str | bytes) -> tuple[HtmlElement | None, list[MarkupLine]]:
    """The tree and its lines in document order: a line for each block, cut again at `br` and at the line ends of `pre`.

    Markup nested more deeply than the parser keeps has no tree: None, and the lines stand in an empty element.
    """
    text = decode(markup) if isinstance(markup, bytes) else markup
    root = parse(text)
    try:
        return root, [] if root is None else list(_lines(root))
    except _TooDeepError:
        nowhere = document_fromstring("<body>")
        return None, [MarkupLine(line, nowhere, 0, 0, 0) for line in strip_tags(text)]


def _lines(root: Any) -> Iterator[MarkupLine]:
    parts: list[str] = []
    linked = strong = links = 0
    in_link = in_strong = in_pre = depth = 0
    blocks: list[Any] = [root]

    def flush() -> Iterator[MarkupLine]:
        nonlocal linked, strong, links
        if parts:
            text = " ".join("".join(parts).split())
            parts.clear()
            if text:
                yield MarkupLine(text, blocks[-1], min(linked, len(text)), min(strong, len(text)), links)
            linked = strong = links = 0

    def add(text: str) -> Iterator[MarkupLine]:
        nonlocal linked, strong
        if in_pre and "\n" in text:
            *first, last = text.split("\n")
            for line in first:
                yield from add(line)
                yield from flush()
            text = last
        parts.append(text)
        if in_link or in_strong:
            size = len(text) if text[:1].strip() and text[-1:].strip() else len(" ".join(text.split()))
            linked += size if in_link else 0
            strong += size if in_strong else 0

    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in UNSEEN:
                walk.skip_subtree()
                continue
            depth += 1
            if depth > MAX_DEPTH:
                raise _TooDeepError
            if tag in BLOCKS:
                yield from flush()
                blocks.append(element)
                in_pre += tag == "pre"
            elif tag == "br":
                yield from flush()
            elif tag == "a":
                in_link += 1
                links += 1
            elif tag in STRONG:
                in_strong += 1
            elif tag in CELLS:
                parts.append(" ")
            if element.text:
                yield from add(element.text)
        else:
            if event == "end" and tag not in UNSEEN:
                depth -= 1
                if tag in BLOCKS:
                    yield from flush()
                    blocks.pop()
                    in_pre -= tag == "pre"
                elif tag == "a":
                    in_link -= 1
                elif tag in STRONG:
                    in_strong -= 1
                elif tag in CELLS:
                    parts.append(" ")
            if element.tail and element is not root:
                yield from add(element.tail)
    yield from flush()


def strip_tags(markup: str) -> list[str]:
    """The lines of markup that has no usable tree: tags are cut out by pattern, block tags end a line."""
    text = _UNSEEN_PATTERN.sub(" ", markup)
    text = _TAG.sub(lambda tag: "\n" if tag[2].lower() in BLOCKS or tag[2].lower() == "br" else "", text)
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]
