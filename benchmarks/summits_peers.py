"""What summit extraction is measured against: keywords with country names, and spaCy's names with keywords."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from pipeline.summits.lexicon import look_up
from pipeline.summits.model import DEFAULT_MODEL
from pipeline.summits.sentences import sentences
from pipeline.summits.words import words

Event = dict[str, Any]
_WORDS = re.compile(
    r"\b(?:met|meets?|meeting|summit|talks|visit(?:ed|s)?|phone call|telephoned|spoke with|held talks)\b", re.IGNORECASE
)
_LEADERS = re.compile(r"\b(?:president|prime minister|premier|chancellor|king|leaders?|summit)\b", re.IGNORECASE)
_TO_COME = re.compile(r"\b(?:will|to meet|plans?|scheduled|due|expected)\b", re.IGNORECASE)


def countries_in(text: str) -> list[str]:
    """Codes of the countries and organisations that the vocabulary finds in a text, each once."""
    codes = [
        hit.entry.value
        for hit in look_up(words(text))
        if hit.entry.kind in ("country", "demonym", "organisation", "capital")
    ]
    return list(dict.fromkeys(codes))


def keywords(text: str) -> list[Event]:
    """Every sentence with a word of meeting and two countries is an event of theirs; the same parties are one event."""
    return _events(text, [(span, countries_in(text[slice(*span)]), []) for span in sentences(text)])


def named_entities(text: str) -> list[Event]:
    """The same, with the persons, places and peoples that spaCy's model names."""
    found = []
    for sentence in full_pipeline()(text).sents:
        placed = [entity.text for entity in sentence.ents if entity.label_ in ("GPE", "NORP", "ORG")]
        codes = list(dict.fromkeys(code for name in placed for code in countries_in(name)))
        persons = [entity.text for entity in sentence.ents if entity.label_ == "PERSON"]
        found.append(((sentence.start_char, sentence.end_char), codes, persons))
    return _events(text, found)


@cache
def full_pipeline() -> Any:
    """spaCy's whole pipeline of the same model."""
    import spacy

    return spacy.load(DEFAULT_MODEL)


def _events(text: str, found: Sequence[tuple[tuple[int, int], list[str], list[str]]]) -> list[Event]:
    events: dict[tuple[str, ...], Event] = {}
    for (start, end), codes, persons in found:
        sentence = text[start:end]
        if len(codes) < 2 or not _WORDS.search(sentence):
            continue
        event: Event = {
            "kind": "meeting" if len(codes) == 2 else "multilateral",
            "status": "planned" if _TO_COME.search(sentence) else "held",
            "level": "leader" if _LEADERS.search(sentence) else "minister",
            "prominence": "primary" if start < 400 else "background",
            "parties": sorted(codes),
            "participants": [{"name": name, "title": None, "country": None} for name in persons],
            "date": None,
            "place": None,
            "topics": [],
            "outcomes": [],
            "quotes": [],
            "evidence": [[start, end]],
        }
        events.setdefault(tuple(event["parties"]), event)
    return list(events.values())
