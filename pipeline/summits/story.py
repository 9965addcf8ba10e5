"""A story as the extractor reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.summits.people import Mention
from schemas.records import Dateline


@dataclass(frozen=True, slots=True)
class Story:
    """A text with its sentences, the mentions in each, and what is known of it."""

    text: str
    spans: Sequence[tuple[int, int]]
    by_sentence: Sequence[Sequence[Mention]]
    published: date | None
    headline: str | None
    dateline: Dateline | None

    def sentence(self, number: int) -> str:
        return self.text[slice(*self.spans[number])]
