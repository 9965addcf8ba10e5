"""Strings from documents made fit to be kept: valid Unicode, no control characters, entities resolved, no markup."""

from __future__ import annotations

import html
import re

# What XML 1.0 forbids, and lone surrogates, which UTF-8 (and so Avro) cannot hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32)])
_NONCHARACTERS = re.compile(b"\xef\xbf[\xbe\xbf]")
# int() refuses more than 4,300 digits with ValueError, so html.unescape raises on such a reference.
_ENDLESS_REFERENCE = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")
_TAG = re.compile(
    r"</?(?:a|abbr|acronym|b|big|blockquote|br|cite|code|del|dfn|div|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|nobr|ol"
    r"|p|pre|q|s|samp|script|small|span|strike|strong|style|sub|sup|table|t[dhrt]|u|ul|var|wbr)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"<[^<>]*>")
_COMMENT = (re.compile("<!--"), re.compile("-->"))
_CODE = (re.compile(r"<(?:script|style)\b", re.IGNORECASE), re.compile(r"</(?:script|style)\s*>", re.IGNORECASE))


def clean(text: str) -> str:
    """The text without characters that XML forbids and without lone surrogates."""
    if text.isprintable():  # which none of them is; most short texts are
        return text
    try:  # the question is asked of bytes: ten times as fast as a pattern over a body
        data = text.encode()
    except UnicodeEncodeError:
        return _FORBIDDEN.sub("", text)
    if len(data.translate(None, _CONTROLS)) != len(data) or _NONCHARACTERS.search(data):
        return _FORBIDDEN.sub("", text)
    return text


def one_line(text: str) -> str:
    """The text cleaned, with each run of white space as one space."""
    return " ".join(clean(text).split())


def unescape(text: str) -> str:
    """HTML character references resolved; those beyond Unicode become U+FFFD. Never raises."""
    if "&" not in text:
        return text
    if "&#" in text:
        text = _ENDLESS_REFERENCE.sub("\ufffd", text)
    return html.unescape(text)


def plain(text: str) -> str:
    """A headline, name or label that may hold HTML, as one line without markup.

    Only HTML's own tags go: in "a <b and c>" or "List<int>" nothing does.
    """
    if "<" not in text and "&" not in text:
        return one_line(text)
    text = _TAG.sub("", _without(text, _COMMENT))
    if "&" in text:
        text = unescape(text)
        if "<" in text:
            text = _TAG.sub("", _without(text, _COMMENT))
    return one_line(text)


def without_markup(text: str) -> str:
    """HTML or XML as one line of text, for comparing and measuring only."""
    if "<" not in text and "&" not in text:
        return one_line(text)
    return one_line(unescape(_ANY_TAG.sub(" ", _without(_without(text, _COMMENT), _CODE))))


def _without(text: str, ends: tuple[re.Pattern[str], re.Pattern[str]]) -> str:
    """The text without what stands between two ends. Takes time in proportion to the text, also where ends are missing,
    which one pattern for both would not."""
    opening, closing = ends
    parts, at = [], 0
    while (start := opening.search(text, at)) is not None and (end := closing.search(text, start.end())) is not None:
        parts.append(text[at : start.start()])
        at = end.end()
    return " ".join([*parts, text[at:]]) if parts else text
