"""Which sentences are parsed: those that can tell an encounter."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.summits.extract import mentions_by_sentence
from pipeline.summits.gate import may_hold_encounter
from pipeline.summits.scan import Scan
from pipeline.summits.sentences import sentences
from pipeline.summits.story import Story
from pipeline.summits.tellable import tellable

BEFORE = "Norwegian Prime Minister Kari Dahl left for Kenya on Sunday. "


def is_parsed(sentence: str) -> bool:
    text = BEFORE + sentence
    spans = sentences(text)
    scan = Scan(text)
    story = Story(text, spans, mentions_by_sentence(scan.mentions, spans), date(2024, 5, 15), None, None)
    return may_hold_encounter(sentence) and tellable(story, range(1, len(spans))) == [1]


@pytest.mark.parametrize(
    "sentence",
    [
        "Dahl met Kenyan President Juma Otieno on Monday.",
        "She met Otieno's envoy and called the result encouraging.",
        "Dahl met her counterpart on Monday.",
        "They met for an hour on Monday.",
        "Dahl met the leaders of six nations.",
        "Dahl called it a useful day.",
        "Talks with Kenya ended on Monday.",
        "Dahl will visit on Monday.",
        "NATO met on Monday.",
    ],
)
def test_a_sentence_with_two_sides_or_a_word_for_others_is_parsed(sentence: str) -> None:
    assert is_parsed(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Dahl met protests at home on Monday.",
        "The museum shows nine paintings from Kenya that were not seen for decades.",
        "Traders in Kenya speak of a mild panic.",
        "Coach Ola Vik called his side brave.",
    ],
)
def test_a_verb_of_two_sides_with_one_at_most_is_not(sentence: str) -> None:
    assert not is_parsed(sentence)
