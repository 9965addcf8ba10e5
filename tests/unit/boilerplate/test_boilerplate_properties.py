"""What holds for every input."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.boilerplate import CleanText, clean_html, clean_text
from pipeline.boilerplate.vocabulary import LABELS
from schemas import line_fingerprints
from schemas.lines import flatten

PIECES = [
    "The ministers of both countries met in the border town on Tuesday and agreed to go on talking about the river. ",
    "Officials gave no details. ",
    "END [Copyright The Agency, Ltd.] ",
    "(Reporting by Ann Other; Editing by Sam One)",
    "Don't Miss",
    "Related Articles",
    "READ MORE: Town waits for the ferry",
    "LONDON, Jan 14 (Reuters) - ",
    "14 January 2026",
    "Town Waits for the Ferry",
    "Sign up for our newsletter",
    "###",
    "関連記事",
    "両国の外相は水曜日、協議を始めた。",
    "<p>",
    "</div>",
    "&#3;",
    "\ud800",
    "\x00",
    "\x1f",
    "\u2028",
    "\r\n",
    "\n",
    "\n\n",
    "   ",
    "\u00a0",
    "“",
    "”",
    "- ",
]
texts = st.one_of(st.text(max_size=400), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))


def subsequence(part: str, whole: str) -> bool:
    rest = iter(whole)
    return all(char in rest for char in part)


def check(clean: CleanText) -> None:
    """Spans tile the source, labels are known, the text is a subsequence, kept runs agree."""
    assert "".join(clean.source[span.start : span.end] for span in clean.spans) == clean.source
    assert [span.start for span in clean.spans[1:]] == [span.end for span in clean.spans[:-1]]
    assert all(span.start < span.end and span.label in LABELS and span.rule for span in clean.spans)
    assert subsequence(clean.text, clean.source)
    at = 0
    for run in clean.kept:
        assert run.clean_start == at
        there = clean.source[run.source_start : run.source_start + run.length]
        assert clean.text[at : at + run.length] == there
        at += run.length
    assert at == len(clean.text)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_cleaning_text_tiles_its_source_and_invents_nothing(text: str) -> None:
    clean = clean_text(text)
    assert clean.source == text
    check(clean)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_cleaning_a_clean_text_changes_nothing(text: str) -> None:
    once = clean_text(text).text
    assert clean_text(once).text == once


@settings(max_examples=150, deadline=None)
@given(
    texts,
    st.sets(st.integers(-(2**63), 2**63 - 1), max_size=3),
    st.sampled_from([None, date(2026, 1, 14), date.max, date.min]),
)
def test_no_argument_makes_it_raise(text: str, known: set[int], published: date | None) -> None:
    known |= set(list(line_fingerprints(text))[:2])
    check(clean_text(text, known_lines=known, headline=text[:60], published=published, language="xx"))


@settings(max_examples=150, deadline=None)
@given(texts, st.sampled_from(["page", "fragment"]))
def test_cleaning_markup_tiles_the_flattened_source(html: str, kind: str) -> None:
    clean = clean_html(html, kind=kind)  # type: ignore[arg-type]
    assert clean.source == flatten(html, "html")
    check(clean)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_bytes_of_any_kind_are_read(data: bytes) -> None:
    check(clean_html(data))


@settings(max_examples=100, deadline=None)
@given(texts)
def test_fingerprints_are_signed_numbers_of_64_bits(text: str) -> None:
    for body_format in ("text", "html", "xhtml", "nitf"):
        assert all(-(2**63) <= value < 2**63 for value in line_fingerprints(text, body_format))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(PIECES[:12]), min_size=1, max_size=20).map("\n\n".join))
def test_the_same_input_gives_the_same_result(text: str) -> None:
    assert clean_text(text) == clean_text(text)


STORY = "The ministers of both countries met on Tuesday and agreed to go on talking about the river. " * 4


@pytest.mark.parametrize(
    "html",
    ["<div>" * 10_000 + STORY + "</div>" * 10_000, "<b>" * 10_000 + STORY, "<table>" * 3_000 + STORY],
    ids=["div", "b", "table"],
)
@pytest.mark.parametrize("kind", ["page", "fragment"])
def test_deep_nesting_loses_no_words(html: str, kind: str) -> None:
    assert "agreed to go on talking" in clean_html(html, kind=kind).source  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "line",
    [
        "A-" * 200,
        "(Reporting by A " * 30,
        "AB/" * 150,
        "((" * 200,
        "x contributed " * 30,
        "[Copyright " * 40,
        "Jan. " * 90,
    ],
)
def test_lines_made_to_be_slow_are_not(line: str) -> None:
    clean_text(f"{line}\n" * 100)


def test_a_lone_surrogate_in_markup_cuts_nothing_off() -> None:
    assert "after" in clean_html(f"<p>{STORY}\ud800 after</p>", kind="fragment").text


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("<p>Größe</p>".encode(), "Größe"),
        ('<meta charset="iso-8859-1"><p>Größe</p>'.encode("latin-1"), "Größe"),
        ('<meta charset="utf-8"><p>Größe</p>'.encode("cp1252"), "Gr\ufffd\ufffde"),
        ('<meta charset="iso-8859-1"><p>Größe</p>'.encode(), "Größe"),
        ('<meta charset="no-such"><p>Größe</p>'.encode("cp1252"), "Größe"),
        ("<p>Größe</p>".encode("utf-16"), "Größe"),
        ('<?xml version="1.0" encoding="windows-1251"?><p>мир</p>'.encode("cp1251"), "мир"),
    ],
)
def test_the_charset_is_found_or_survived(data: bytes, word: str) -> None:
    assert word in clean_html(data, kind="fragment").source


def test_html_given_as_text_stays_what_it_is() -> None:
    html = f"<p>{STORY.strip()}</p>"
    assert clean_text(html).text == html


def test_text_given_as_html_is_one_line() -> None:
    assert clean_html(f"{STORY}\n{STORY}", kind="fragment").text == f"{STORY}{STORY}".strip()


def test_more_than_half_is_never_removed() -> None:
    text = "\n\n".join(
        ["Ministers meet.", *["Sign up for our newsletter and never miss a story again, it is free."] * 12]
    )
    clean = clean_text(text)
    assert (clean.text, clean.flags) == (text, ("not_cleaned",))


def test_a_known_line_goes_and_says_so() -> None:
    standing = (
        "The river has been in dispute between the two countries since the war that ended a century ago this year."
    )
    clean = clean_text(f"{STORY.strip()}\n\n{standing}", known_lines=line_fingerprints(standing))
    assert clean.text == STORY.strip()
    assert clean.spans[-1].rule == "known_line"


def test_a_known_sentence_of_a_blob_goes() -> None:
    standing = "The river has been in dispute between the two countries since the war."
    blob = f"{STORY}{STORY}{standing} {STORY}".strip()
    known = line_fingerprints(f"{STORY}{standing} {STORY}{STORY}") & line_fingerprints(standing)
    assert standing not in clean_text(blob, known_lines=known).text


def test_fingerprints_fold_digits_case_and_blanks() -> None:
    assert line_fingerprints("Call 0171 22 33  44 now!") == line_fingerprints("call 030 11 99 88 NOW")


def test_a_hard_wrapped_story_is_read_by_paragraph() -> None:
    wrapped = (
        "     OSLO, Jan 14 (Reuters) - The ministers of both countries met in\n"
        "the border town on Tuesday and agreed to go on talking about the river\n"
        "and the bridges that cross it, officials of both sides said.\n"
        "     No date was set for another meeting, but a spokesman said that it\n"
        "would be held before the summer in the capital of the other country.\n"
        " REUTER\n"
    )
    clean = clean_text(wrapped)
    assert clean.dateline is not None
    assert clean.text.startswith("The ministers")
    assert clean.text.endswith("the other country.")


def test_a_page_gives_its_story_alone() -> None:
    paragraphs = "".join(f"<p>{STORY}</p>" for _ in range(4))
    html = (
        "<html><head><title>Ministers meet - The Paper</title></head><body><nav><a href='/'>Home</a></nav>"
        f"<article><h1>Ministers meet</h1><div class='article-body'>{paragraphs}</div></article>"
        "<aside class='related'><h3>Related Articles</h3><ul><li><a href='/1'>Town waits for the ferry that never came"
        "</a></li><li><a href='/2'>Harbour strike ends after nine long days</a></li></ul></aside>"
        "<footer>Copyright The Paper</footer></body></html>"
    )
    clean = clean_html(html)
    assert clean.text == "\n".join([STORY.strip()] * 4)
    assert {"related", "teaser"} & {span.label for span in clean.spans}


def test_structure_inside_the_article_survives() -> None:
    html = (
        f"<p>{STORY}</p><h2>What was agreed</h2><ul><li>A joint commission on fish stocks in the strait.</li><li>A "
        f"hotline between the two coast guards.</li></ul><blockquote><p>“Nobody doubts that,” he said.</p></blockquote>"
        f"<p>{STORY}</p>"
    )
    clean = clean_html(html, kind="fragment")
    assert clean.text == clean.source
    assert "heading" in {span.label for span in clean.spans}


def test_a_page_without_any_likely_line_gives_its_likelier_ones() -> None:
    clean = clean_html("<html><body><div>Ministers met on Tuesday in the border town.</div></body></html>")
    assert (clean.text, clean.flags) == ("Ministers met on Tuesday in the border town.", ("faint",))
