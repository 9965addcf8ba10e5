"""The mix that a wire carries, of our own making: stories without an encounter, and here and there one with.

The others: markets, sports, courts, weather, towns. They hold what tempts: countries, titles, "met expectations",
"talks with the council", a minister before his parliament.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.records import RawArticle, article_id

ENCOUNTERS = Path(__file__).parent.parent / "tests" / "unit" / "summits" / "stories_b.jsonl"
BEGIN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
ONE_IN = 10
"""Stories of which one tells of an encounter."""
GAP = "\n\n"
SENTENCES = 3
"""In a paragraph."""

_PLACES = ["Leeds", "Lyon", "Osaka", "Porto", "Recife", "Perth", "Kraków", "Bergen", "Tampa", "Surat", "Durban", "Cork"]
_COUNTRIES = ["Japan", "Brazil", "France", "India", "Canada", "Kenya", "Poland", "Chile", "Australia", "Norway"]
_PEOPLE = [
    "Anna Feld",
    "Peter Okoro",
    "Maria Lunde",
    "John Harker",
    "Ravi Menon",
    "Elsa Brandt",
    "Tom Ashby",
    "Ines Prado",
]
_TOPICS: dict[str, list[str]] = {
    "market": [
        "Shares in {place} closed {n} percent lower on {day} as investors sold makers of chips.",
        "The index in {country} has lost ground for {n} weeks, and traders speak of a mild panic.",
        "{who}, an analyst at a broker in {place}, said that results had met expectations but no more.",
        "Oil rose by {n} cents, copper was little changed, and the currency of {country} fell against the dollar.",
        "The company will publish its figures for the quarter on {day}, a month later than a year ago.",
        "Its board gathers in {place} next week for the annual meeting of shareholders.",
    ],
    "sport": [
        "{country} beat {other} by {n} goals on {day} in front of a full stadium in {place}.",
        "The visitors had come to {place} without their captain, {who}, who tore a muscle in training.",
        "Coach {who} called his side brave, and said that the second half had been the best of the season.",
        "{who} won the race over {n} kilometers, ahead of two runners from {country}.",
        "The teams will meet again in {n} weeks, when the return leg is played in {country}.",
    ],
    "court": [
        "A court in {place} has sentenced a man to {n} years in prison for the theft of a delivery van.",
        "The defendant, {n} years old, told the judge that he had acted under the influence of a friend.",
        "{who}, who spoke for the prosecution, called the verdict a fair one.",
        "Police received the call shortly after midnight and found the vehicle in a field near {place}.",
        "The lawyer said that she would appeal, and that her client regretted what had come of it.",
    ],
    "weather": [
        "Heavy rain flooded {n} streets in {place} on {day} and cut the railway line to the coast.",
        "Forecasters in {country} expect the storm to reach land before dawn, with gusts of {n} kilometers an hour.",
        "Firefighters pumped out cellars through the night; nobody was hurt, the town hall said.",
        "Farmers fear for the harvest after {n} weeks without sun, the association of growers said.",
    ],
    "town": [
        "The mayor of {place}, {who}, opened a bridge for cyclists that took {n} years to build.",
        "Residents had collected signatures against it, and held talks with the council until the last day.",
        "A school with {n} pupils visited the site and planted a row of limes along the river.",
        "The finance minister of {country} defended his budget in parliament on {day} and met protests.",
        "The museum shows {n} paintings from {country} that have not been seen in public for decades.",
    ],
}
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]


def other_stories(count: int, seed: int = 11) -> list[str]:
    """`count` stories of 12 to 20 sentences, about 250 words each, the same for the same seed."""
    chance = random.Random(seed)
    out = []
    for _ in range(count):
        topic = chance.choice(list(_TOPICS))
        lines = []
        for _ in range(chance.randint(12, 20)):
            country, other = chance.sample(_COUNTRIES, 2)
            lines_of = _TOPICS[topic] if chance.random() < 0.8 else _TOPICS[chance.choice(list(_TOPICS))]
            line = chance.choice(lines_of)
            lines.append(
                line.format(
                    place=chance.choice(_PLACES),
                    country=country,
                    other=other,
                    who=chance.choice(_PEOPLE),
                    n=chance.randint(2, 40),
                    day=chance.choice(_DAYS),
                )
            )
        out.append(" ".join(lines))
    return out


def mixed(count: int, seed: int = 5) -> Iterator[RawArticle]:
    """`count` articles of about 1.5 kB of plain text each, all different, with the dateline and the tail of a wire; one
    in ten tells of an encounter."""
    chance = random.Random(seed)
    told = map(json.loads, ENCOUNTERS.read_text(encoding="utf-8").splitlines())
    encounters = [story for story in told if story["events"]]
    for number, other in enumerate(other_stories(count, seed)):
        sentences = other.split(". ")
        headline, place = sentences[0][:90], f"TOWN {number % 97}"
        if number % ONE_IN == 0:
            story = encounters[(number // ONE_IN) % len(encounters)]
            headline = story["headline"]
            sentences = [story["text"].rstrip("."), *sentences[: chance.randint(5, 9)]]
        paragraphs = [". ".join(sentences[at : at + SENTENCES]) for at in range(0, len(sentences), SENTENCES)]
        body = (
            f"{place}, March 2 (Norvik Wire) - {f'.{GAP}'.join(paragraphs)}{GAP}"
            f"(Reporting by Desk {number % 11}; Editing by Lena Ostrow){GAP}"
            "Copyright 2026 Norvik Wire. All rights reserved."
        )
        published = BEGIN + timedelta(seconds=number)
        yield RawArticle(
            article_id=article_id("norvik", f"mix-{number}"),
            source_id="norvik",
            version=1,
            change="new",
            feed_id="norvik/all",
            item_id=f"mix-{number}",
            format="newsml-g2",
            headline=headline,
            body=body,
            language="en",
            published=published,
            published_offset=0,
            fetched_at=published + timedelta(seconds=40),
            content_sha256=hashlib.sha256(body.encode()).hexdigest(),
        )
