"""Whatever the text is: no exception, spans inside of it, and time that grows with its length."""

from __future__ import annotations

import re
import time
from datetime import date

import pytest

from pipeline.summits import extract
from schemas.records import FieldEvidence, Quote, TextSpan

DAY = date(2024, 5, 15)
SENTENCE = "Kenyan President Daudi Wanjala met Chilean Prime Minister Ingrid Solbakken in Lisbon on Monday. "
TEXTS = {
    "nothing": "",
    "white space": " \n\t\r\n\x0b\x0c ",
    "one letter": "a",
    "capitals": SENTENCE.upper() * 3,
    "no sentence's end": SENTENCE.replace(".", "") * 40,
    "no spaces": SENTENCE.replace(" ", "") * 40,
    "control characters": "\x00\x01" + SENTENCE.replace(" ", " \x07") + "\x1b[31m\ufffe",
    "lone surrogates": "\ud800" + SENTENCE + "\udfff",
    "combining marks": "met " + "e\u0301" * 3000,
    "right to left": "\u202e" + SENTENCE + "التقى الرئيس رئيس الوزراء في القاهرة يوم الاثنين. " + SENTENCE,
    "mixed languages": "El presidente se reunió con la ministra en Lisboa. " + SENTENCE + "両首脳は月曜日に会談した。",
    "quotes that never close": "“" * 500 + SENTENCE + "“He said “" * 200,
    "brackets": "(" * 3000 + SENTENCE + ")" * 3000,
    "full stops": "met. " * 3000,
    "commas": "Kenyan, Chilean, Greek, " * 400 + "met in Lisbon.",
    "titles": "President Prime Minister Foreign Minister " * 300 + "met.",
    "possessives": "the president's minister's king's " * 200 + "meeting.",
    "digits": "met on " + "1" * 5000 + " May 99999 and Feb. 31, 0000.",
    "impossible days": SENTENCE.replace("Monday", "Feb. 30") + SENTENCE.replace("Monday", "June 31 to 45, 1900"),
    "a long word": "met" + "é" * 50_000,
    "markup": "<p>" + SENTENCE + "</p><script>met()</script>" * 100,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("published", [DAY, None, date.min, date.max], ids=["day", "none", "first", "last"])
def test_no_text_and_no_day_raises(text: str, published: date | None) -> None:
    encodable = re.sub("[\ud800-\udfff]", "\ufffd", text)
    for event in extract(text, published=published):
        spans: list[TextSpan | Quote | FieldEvidence] = [*event.topics, *event.outcomes, *event.quotes]
        spans += [*event.evidence, *event.field_evidence]
        for span in spans:
            assert 0 <= span.start < span.end <= len(text)
            assert encodable[span.start : span.end] == span.text


def test_without_a_day_only_dates_that_are_whole_in_themselves_are_told() -> None:
    (open_day,) = extract(SENTENCE, published=None)
    (whole_day,) = extract(SENTENCE.replace("on Monday", "on March 4, 2024"), published=None)
    assert open_day.date is None
    assert whole_day.date is not None
    assert whole_day.date.start == "2024-03-04"


@pytest.mark.slow
@pytest.mark.parametrize("unit", [SENTENCE, "met in Lisbon ", "x" * 97 + " ", "The harbour was quiet today. "])
def test_time_is_bounded_however_long_the_text(unit: str) -> None:
    """Five megabytes take no longer than a few times what half a megabyte takes: beyond its limit nothing is parsed."""
    extract(SENTENCE, published=DAY)
    seconds = []
    for length in (500_000, 5_000_000):
        text = (unit * (length // len(unit) + 1))[:length]
        begin = time.process_time()
        extract(text, published=DAY)
        seconds.append(time.process_time() - begin)
    assert seconds[1] < 12 * seconds[0] + 2
