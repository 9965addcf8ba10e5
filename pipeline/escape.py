"""Text from strangers' wires, made safe to show: whatever a terminal would obey is escaped."""

from __future__ import annotations

import json
import re
from typing import Any

# C0 and C1 controls (escape sequences begin with one), line separators, bidirectional overrides and isolates ("Trojan
# source", CVE-2021-42574), and lone surrogates, which no terminal can be sent. Direction marks and joiners stay:
# Hebrew, Arabic and Indic headlines need them.
_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str, keep: str = "") -> str:
    """The text with control characters as \\n, \\x1b or \\u202e; those in `keep` stay as they are."""
    return _OBEYED.sub(lambda match: match[0] if match[0] in keep else _escaped(match[0]), text)


def _escaped(character: str) -> str:
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON (RFC 8259) with all control characters escaped, not only those that JSON demands; everything else stands as
    it is. Raises ValueError for NaN and infinities."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    return _OBEYED.sub(lambda match: match[0] if match[0] == "\n" else f"\\u{ord(match[0]):04x}", text)
