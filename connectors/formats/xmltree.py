"""XML documents to element trees: entities never resolved, document types dropped, nothing fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html.entities import html5

from lxml import etree

from connectors.formats.bounds import cdata_sections, check_markup
from connectors.formats.text import clean

_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
_AMPERSAND = re.compile(r"&(?:(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)?")
_DOCTYPE_TOKEN = re.compile(r"<!--|[\"'\[\]>]")
_AT_ONCE = 65_536
"""Characters that are repaired at once: a list of all references in a document may be ten times its size."""
_XML_NAMES = {"amp", "lt", "gt", "quot", "apos"}
XML_NS = "{http://www.w3.org/XML/1998/namespace}"
BASE = XML_NS + "base"
LANG = XML_NS + "lang"


def _parser(recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
        huge_tree=False,
    )


def strict_tree(text: str) -> etree._Element | None:
    """The root element of well-formed XML, or None where it is not well-formed. Raises FeedError where it
    holds too much."""
    return _tree(text, recover=False)


def recovered_tree(text: str) -> etree._Element | None:
    """The root element of what can be read of XML that is not well-formed, or None where nothing can. Raises FeedError
    where it holds too much."""
    return _tree(repaired(text), recover=True)


def _tree(text: str, recover: bool) -> etree._Element | None:
    text = _DECLARATION.sub("", text, count=1)
    if _DOCTYPE.search(text, 0, 65_536):
        text = without_doctype(text)
    check_markup(text)
    data = text.strip().encode("utf-8", "surrogatepass")
    if not data:
        return None
    try:
        root: etree._Element | None = etree.fromstring(data, _parser(recover))
    except (etree.XMLSyntaxError, ValueError):  # ValueError: element names that lxml refuses
        return None
    return root


def without_doctype(text: str) -> str:
    """The text without its document type declaration, and so without every entity that it declares."""
    match = _DOCTYPE.search(text)
    if match is None:
        return text
    depth, quote, skip, last = 0, "", 0, text.rfind("-->")
    for token in _DOCTYPE_TOKEN.finditer(text, match.end()):
        char = token[0]
        if token.start() < skip:
            continue
        if char == "<!--":
            skip = text.find("-->", token.end()) if token.end() <= last else 0
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "[":
            depth += 1
        elif char == "]":
            depth -= 1
        elif char == ">" and depth <= 0:
            return text[: match.start()] + text[token.end() :]
    cut = text.find(">", match.end())
    return text[: match.start()] + (text[cut + 1 :] if cut >= 0 else "")


def repaired(text: str) -> str:
    """The text without what most often breaks XML: junk around it, forbidden characters, HTML's entities, bare
    ampersands. CDATA sections keep theirs."""
    start = text.find("<")
    text = clean(text[max(start, 0) :])
    out = []
    for start, end, section_end in cdata_sections(text):
        out += [_AMPERSAND.sub(_reference, text[at:to]) for at, to in _pieces(text, start, end)]
        out.append(text[end:section_end])
    return "".join(out)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """text[start:end] in pieces that split no reference: where one is cut off, it is before an ampersand if there is
    any."""
    while end - start > _AT_ONCE:
        cut = text.rfind("&", start + 1, start + _AT_ONCE)
        cut = cut if cut > 0 else start + _AT_ONCE
        yield start, cut
        start = cut
    yield start, end


def _reference(match: re.Match[str]) -> str:
    name = match[1]
    if name is None:
        return "&amp;"
    if name[0] == "#":
        code = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
        legal = code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
        return match[0] if legal else ""
    if name in _XML_NAMES:
        return match[0]
    return html5.get(name + ";") or f"&amp;{name};"


NAMESPACES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/elements/1.0/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://purl.org/atompub/tombstones/1.0": "at",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
}
_PREFIXES = set(NAMESPACES.values()) | {"atom"}


@lru_cache(maxsize=4096)
def key(tag: str) -> str:
    """A tag as a short key: `dc:date`, `atom:link`; no prefix for no namespace, RSS's own, and IPTC's."""
    if tag[0] != "{":
        prefix, colon, local = tag.partition(":")  # a prefix that was never declared, in a recovered tree
        return tag if colon and prefix.lower() in _PREFIXES else (local or tag)
    namespace, _, local = tag[1:].partition("}")
    prefix = NAMESPACES.get(namespace.strip()) or NAMESPACES.get(namespace.strip().lower(), "")
    if not prefix:
        lower = namespace.lower()
        if "atom" in lower or lower.startswith("http://purl.org/net/pie"):
            prefix = "atom"
        elif "rss" in lower or "netscape.com" in lower or "userland.com" in lower or "iptc.org" in lower:
            return local
        else:
            return f"?:{local}"
    return f"{prefix}:{local}"


def inner(element: etree._Element) -> str:
    """An element's content as text: its own text, or where it holds elements, their markup without namespaces."""
    if len(element) == 0:
        return element.text or ""
    parts = [_escaped(element.text)]
    for child in element:
        parts.append(markup(child))
        parts.append(_escaped(child.tail))
    return "".join(parts)


_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def markup(element: etree._Element) -> str:
    """The element as markup that an HTML reader understands: local names, no namespace declarations."""
    out: list[str] = []
    stack: list[tuple[etree._Element, bool]] = [(element, False)]
    while stack:
        node, closing = stack.pop()
        if closing:
            name = local_name(node)
            if name not in _VOID or len(node) or node.text:
                out.append(f"</{name}>")
            if node is not element:
                out.append(_escaped(node.tail))
            continue
        if not isinstance(node.tag, str):  # an entity that was not resolved
            if node is not element:
                out.append(_escaped(node.tail))
            continue
        attributes = "".join(
            f' {str(name).rpartition("}")[2]}="{_escaped(str(value)).replace(chr(34), "&quot;")}"'
            for name, value in node.attrib.items()
        )
        out.append(f"<{local_name(node)}{attributes}>{_escaped(node.text)}")
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node))
    return "".join(out)


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace; empty for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _escaped(text: str | None) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") if text else ""


def inside(element: etree._Element, name: str) -> bool:
    """Whether an element of this local name is among the ancestors."""
    return any(local_name(parent).lower() == name for parent in element.iterancestors())


def words(element: etree._Element) -> str:
    """All text below an element."""
    return (element.text or "") if len(element) == 0 else "".join(map(str, element.itertext()))
