"""Where an event takes place: what the text ties to it, else where the story was filed, else the host's country."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from pipeline.summits.drafts import Draft
from pipeline.summits.filed import home
from pipeline.summits.gazetteer import City, city_in, city_named, country_named
from pipeline.summits.places import place_of
from pipeline.summits.story import Story
from schemas.records import Place

_HERE = re.compile(r"\bhere\b")
_HERE_TO_COME = re.compile(
    r"\b(?:expected|arriv\w+|com(?:e|es|ing)|due|he?ld|visit\w*|talks|meet\w*|summit|took place|take place)"
    r"(?: \w+){0,3}? here\b(?! (?:said|told|say))"
)
"""Where it is told of what is to come or of a visit: officials who speak here may speak of anywhere."""


def where_of(draft: Draft, leads: bool, story: Story) -> Place | None:
    """The place of an event; null for a call."""
    if draft.kind == "call":
        return None
    filed = _where_filed(draft, leads, story)
    if draft.place is not None and draft.place.country is None:
        return replace(place_of(draft.place), country=home(story.dateline, story.text, story.published))
    if draft.place is not None and (draft.place.name or filed is None or not _is_here(draft, story)):
        return place_of(draft.place)
    host = _host(draft, story) if filed is None else None
    return Place(None, host) if host is not None else filed


def _where_filed(draft: Draft, leads: bool, story: Story) -> Place | None:
    """The dateline's city, for what is "here", or what the lead tells as held in the country of one side."""
    told = draft.status == "held" and draft.kind != "visit"
    name, city = _city_filed(story, draft.parties)
    here = _is_here(draft, story) if told else _comes_here(draft, story)
    if city is None or not (here or (told and leads and city.country in draft.parties)):
        return None
    return Place(name.title() if name.isupper() else name, city.country, None, city.latitude, city.longitude)


def _city_filed(story: Story, near: Collection[str | None]) -> tuple[str, City | None]:
    """The dateline's city as printed, and which one it is: NAIROBI; NAIROBI, Kenya."""
    place = story.dateline.place if story.dateline is not None and story.dateline.place else ""
    name, _, country = place.partition(",")
    code = country_named(country.strip()) if country else None
    return name, (city_in(name, code) if code else city_named(name, near)) if name else None


def _comes_here(draft: Draft, story: Story) -> bool:
    return any(_HERE_TO_COME.search(story.text, *span) for _, span in draft.sentences)


def _is_here(draft: Draft, story: Story) -> bool:
    return any(_HERE.search(story.text, *span) for _, span in draft.sentences)


def _host(draft: Draft, story: Story) -> str | None:
    """The side that is visited: of two sides the one whose nobody travels, or where the other's is "visiting"."""
    visitors = {person.country for person in draft.persons} if draft.kind == "visit" else _visiting(draft, story)
    hosts = [code for code in sorted(draft.parties) if code not in visitors]
    return hosts[0] if len(draft.parties) == 2 and len(visitors) == 1 and len(hosts) == 1 else None


def _visiting(draft: Draft, story: Story) -> set[str | None]:
    return {
        mention.person.country
        for index, _ in draft.sentences
        for mention in story.by_sentence[index]
        if mention.person is not None
        and any(mention.person is person for person in draft.persons)
        and "visiting" in story.text[mention.start : mention.end].lower()
    }
