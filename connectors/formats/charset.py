"""Bytes of a document to text, whatever it says about its encoding."""

from __future__ import annotations

import codecs
import re

_XML_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_HTTP_DECLARED = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Labels mean what the WHATWG Encoding Standard says they mean on the web.
_MEANT = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "johab": "cp949", "shift_jis": "cp932",
    "big5": "big5hkscs",
}  # fmt: skip
_SEVEN_BIT = {"iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_kr", "hz", "utf-7"}
_NOT_TEXT = {
    "base64", "bz2", "hex", "quopri", "rot13", "uu", "zlib", "unicode_escape", "raw_unicode_escape", "idna", "punycode",
    "undefined", "mbcs", "oem",
}  # fmt: skip
# Which of the first four bytes are not zero in a document that begins with ASCII (XML 1.0, appendix F).
_WIDE: dict[tuple[int, ...], str] = {
    (1, 0, 0, 0): "utf-32-le",
    (0, 0, 0, 1): "utf-32-be",
    (1, 0, 1, 0): "utf-16-le",
    (0, 1, 0, 1): "utf-16-be",
}


def _cp1252_for_bad_bytes(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", "ignore") or "\ufffd", error.end


codecs.register_error("summitwire.cp1252", _cp1252_for_bad_bytes)


def decode(data: bytes, content_type: str | None) -> str:
    """The document's text without its byte order mark. Never raises.

    A byte order mark wins. What is valid UTF-8 is UTF-8 under whatever label (text in another encoding almost never
    is). Else what HTTP declares, else what the XML declaration says, where it decodes; and last UTF-8 with the bytes
    that do not fit read as Windows-1252, which is what mislabelled feeds are made of.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(name, "replace")
    if wide := _WIDE.get(tuple(int(byte != 0) for byte in data[:4])):
        return data.decode(wide, "replace")
    declared = [name for name in (_http_charset(content_type), _xml_charset(data)) if name]
    for name in declared:
        if name in _SEVEN_BIT and data.isascii():
            try:
                return data.decode(name)
            except UnicodeError:
                pass
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for name in declared:
        if name == "utf-8" or name.startswith(("utf-16", "utf-32")):
            continue
        try:
            return data.decode(name)
        except UnicodeError:
            if name == "cp1252":
                return data.decode("cp1252", "replace")
    return data.decode("utf-8", "summitwire.cp1252")


def _http_charset(content_type: str | None) -> str | None:
    match = _HTTP_DECLARED.search(content_type or "")
    return _known(match[1]) if match else None


def _xml_charset(data: bytes) -> str | None:
    match = _XML_DECLARED.match(data)
    return _known(match[1].decode("ascii")) if match else None


def _known(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    if name in _NOT_TEXT:
        return None
    return _MEANT.get(name, name)
