"""What commands print, where it goes to a terminal and where it does not."""

from __future__ import annotations

import io
import json
import sys

import pytest

from pipeline.cli.hexdump import hexdump
from pipeline.cli.output import Counting
from pipeline.escape import json_text, printable


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()])
def test_a_count_is_shown_on_a_terminal_alone_and_wiped_in_the_end(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(Counting, "AFTER", 0.0)
    with Counting("reports read") as counting:
        counting.show(1234)
    wipe = "\r\x1b[2K"
    assert stream.getvalue() == (f"{wipe}1,234 reports read{wipe}" if stream.isatty() else "")


def test_short_work_shows_no_count(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with Counting("reports read") as counting:
        counting.show(1)
    assert stream.getvalue() == ""


def test_every_control_character_is_escaped_and_letters_of_all_scripts_stay() -> None:
    controls = [
        chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), 0xD800)
    ]
    assert all(printable(control).isprintable() and len(printable(control)) > 1 for control in controls)
    words = "Tromsø 東京 ירושלים\u200f دبي नई दिल्ली 👩‍🚀"
    assert printable(words) == words


def test_json_with_controls_escaped_is_the_same_value() -> None:
    value = {"a": "\x1b\x9b\u202e\ud800\n", "b": ["東京"]}
    text = json_text(value)
    assert json.loads(text) == value
    assert text.isprintable()


def test_json_has_no_numbers_that_json_does_not_know() -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_text(float("nan"))


def test_a_hexdump_ends_with_what_is_left() -> None:
    assert hexdump(b"") == ""
    assert hexdump(bytes(range(0x41, 0x53))).splitlines() == [
        "00000000  41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50  ABCDEFGHIJKLMNOP",
        "00000010  51 52                                            QR",
    ]
