"""Who is quoted, and with which words."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.summits import extract
from pipeline.summits.extract import mentions_by_sentence
from pipeline.summits.quotations import quotations
from pipeline.summits.quoted import quoted
from pipeline.summits.scan import Scan
from pipeline.summits.sentences import sentences

PEOPLE = (
    "Danish Prime Minister Karin Holt met Greek President Nikos Varelas in Athens, and Iceland's foreign minister, "
    "Jon Arnarson, was there. "
)


def said(text: str) -> list[tuple[str | None, str]]:
    """Speaker and words of the quotations that follow a sentence which introduces Holt, Varelas and Arnarson."""
    text = PEOPLE + text
    spans = sentences(text)
    found = quotations(text, spans, mentions_by_sentence(Scan(text).mentions, spans))
    assert all(text[one.quote.start : one.quote.end] == one.quote.text for one in found)
    return [(one.quote.speaker, one.quote.text) for one in found]


@pytest.mark.parametrize(
    ("text", "speaker", "words"),
    [
        ("“The ice melts early this year,” Holt said.", "Karin Holt", "The ice melts early this year"),
        ("“The ice melts early this year,” said Varelas.", "Nikos Varelas", "The ice melts early this year"),
        ("Varelas told reporters: “We sail at dawn.”", "Nikos Varelas", "We sail at dawn."),
        ("``We sail at dawn,'' Holt said.", "Karin Holt", "We sail at dawn"),
        ("«We sail at dawn», Holt said.", "Karin Holt", "We sail at dawn"),
        ("„We sail at dawn“, said Holt after dinner.", "Karin Holt", "We sail at dawn"),
        ("‘We don’t sail at the ministers’ dawn,’ Holt said.", "Karin Holt", "We don’t sail at the ministers’ dawn"),
        (
            "“We sail. We always have. We sail at dawn,” Holt said.",
            "Karin Holt",
            "We sail. We always have. We sail at dawn",
        ),
        ("“Why should we wait?” Holt asked on Friday.", "Karin Holt", "Why should we wait?"),
        ("Holt was in good spirits. “We sail at dawn,” she said.", "Karin Holt", "We sail at dawn"),
        ("Holt, who met Varelas for lunch, said: “We sail at dawn.”", "Karin Holt", "We sail at dawn."),
        (
            "After meeting Varelas, Holt told a crowd that “the ships will sail at dawn.”",
            "Karin Holt",
            "the ships will sail at dawn.",
        ),
        ("In a statement, Holt said “we are going to sail at dawn.”", "Karin Holt", "we are going to sail at dawn."),
        ("Holt gave Varelas a map, saying, “You will need this one day.”", "Karin Holt", "You will need this one day."),
        ("“We sail at dawn,” the Danish leader said.", "Karin Holt", "We sail at dawn"),
        ("“We sail at dawn,” the Icelandic envoy said.", "Jon Arnarson", "We sail at dawn"),
        ("“We sail at dawn,” the ministers said in a joint statement.", "the ministers", "We sail at dawn"),
        ("The two leaders said in a statement: “We sail at dawn.”", "The two leaders", "We sail at dawn."),
    ],
)
def test_a_quotation_has_the_subject_of_its_verb_of_saying_as_speaker(text: str, speaker: str, words: str) -> None:
    assert said(text) == [(speaker, words)]


def test_both_halves_of_a_split_quotation_are_the_speakers() -> None:
    assert said("“We sail at dawn,” Holt said, “and we come home at dusk.”") == [
        ("Karin Holt", "We sail at dawn"),
        ("Karin Holt", "and we come home at dusk."),
    ]


def test_what_follows_a_quotation_without_a_verb_is_the_same_speakers() -> None:
    assert said("“We sail at dawn,” Varelas told the crew. “Nobody stays behind.”")[1] == (
        "Nikos Varelas",
        "Nobody stays behind.",
    )


def test_a_speech_of_several_paragraphs_is_its_last_ones_speakers() -> None:
    assert said("The crew listened.\n\n“We have waited long enough.\n\n“We sail at dawn,” Holt said.") == [
        ("Karin Holt", "We have waited long enough."),
        ("Karin Holt", "We sail at dawn"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Holt called Greece “a friend in every storm of life.”",
        "The ministers spoke of a “free, open and very blue sea” in the north.",
        "“We sail at dawn,” a spokesman for Holt said.",
        "“We sail at dawn,” said a source close to Varelas.",
        "“We sail at dawn,” said Peter Marsk, a fisherman.",
        "“We sail at dawn,” according to Peter Marsk.",
        "Peter Marsk watched the ships from the pier. “We sail at dawn,” he said.",
        "“No,” Holt said.",
        "“We sail at dawn,” the ministers said.",
        "“We sail at dawn,” a ministry said in a statement.",
    ],
)
def test_scraps_and_the_words_of_others_are_nobodys_quotation(text: str) -> None:
    assert said(text) == []


def test_what_follows_in_a_joint_statement_is_the_groups() -> None:
    text = "“We sail at dawn,” the ministers said in a statement. “Nobody stays behind.”"
    assert said(text)[1] == ("the ministers", "Nobody stays behind.")


STORY_DAY = date(2019, 5, 15)
MET = "Danish Prime Minister Karin Holt met Greek President Nikos Varelas in Athens on Tuesday. "
LED = "Chilean President Diego Fuentes met Peruvian Prime Minister Luis Soto in Lima on Tuesday. They talked of fish. "


def quotes_of(text: str, country: str) -> list[str]:
    """What the event with a country's side is quoted with."""
    events = [event for event in extract(text, published=STORY_DAY) if country in event.parties]
    assert len(events) == 1
    return [quote.text for quote in events[0].quotes]


def test_a_quotation_right_behind_an_encounter_in_passing_is_of_it() -> None:
    text = LED + MET + "“We sail at dawn,” Holt said. Rain fell. A dam broke. “We love rain,” she said in Odense."
    assert quotes_of(text, "GR")[0] == "We sail at dawn"


def test_what_was_said_on_an_earlier_day_is_not_of_the_encounter() -> None:
    assert quotes_of(MET + "“We sail at dawn,” Holt told reporters on Monday.", "GR") == []
    assert quotes_of(MET + "“We sail at dawn,” Holt told reporters on Wednesday.", "GR") == ["We sail at dawn"]


def test_what_the_other_side_tells_a_visitor_is_of_the_visit() -> None:
    visit = "Danish Prime Minister Karin Holt visited Greece last week. "
    told = "“We sail at dawn,” Greek President Nikos Varelas told "
    assert quotes_of(LED + "Rain fell. " + visit + told + "Holt.", "GR") == ["We sail at dawn"]
    assert quotes_of(LED + "Rain fell. " + visit + told + "a farmer.", "GR") == []


def test_a_gathering_that_the_first_sentence_names_leads_with_what_its_ministers_said() -> None:
    text = (
        "Ministers from the Group of Seven urged calm on Tuesday. “We sail at dawn,” they added. Rain fell. "
        "A dam broke. Ships sank. Wind blew. The G7 talks in Oslo brought together ministers from Britain, Canada, "
        "France, Germany, Italy, Japan and the United States. “Nobody stays behind,” French Foreign "
        "Minister Luc Morel said."
    )
    event = extract(text, published=STORY_DAY)[0]
    assert (event.prominence, [quote.speaker for quote in event.quotes]) == ("primary", ["Luc Morel"])


def test_who_took_part_in_one_recent_encounter_speaks_of_it_and_writes_of_anything() -> None:
    apart = LED + MET + "Rain fell. A dam broke. Ships sank. Wind blew. "
    assert quotes_of(apart + "“We sail at dawn,” Holt told reporters.", "GR") == ["We sail at dawn"]
    assert quotes_of(apart + "“We sail at dawn,” Holt wrote in a post.", "GR") == []


def test_a_joint_statement_is_of_the_encounter_that_leads() -> None:
    text = LED + "“We sail at dawn,” the leaders said in a joint statement. " + MET
    assert (quotes_of(text, "PE"), quotes_of(text, "GR")) == (["We sail at dawn"], [])


def test_marks_that_do_not_match_hold_nothing_up() -> None:
    assert quoted("“word " * 40_000) == ()
    assert [span.start for span in quoted('an 8" pipe and “a real one”')] == [16]
