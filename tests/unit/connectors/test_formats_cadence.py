"""What feeds say of their own rhythm."""

from __future__ import annotations

import pytest

from connectors.formats import Cadence, read

SY = "xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'"
ITEM = "<item><guid>a1</guid><title>Ministers meet</title></item>"


def cadence(document: str) -> Cadence:
    return read(document.encode(), content_type=None, url="https://n.example/feed").cadence


def rss(told: str) -> Cadence:
    return cadence(f"<rss version='2.0' {SY}><channel><title>Norvik</title>{told}{ITEM}</channel></rss>")


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("", None),
        ("<ttl>90</ttl>", 5400.0),
        ("<ttl> 90.0 </ttl>", 5400.0),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>-5</ttl>", None),
        (f"<ttl>{'9' * 5000}</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", 3600.0),
        ("<sy:updatePeriod> Daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 21_600.0),
        ("<sy:updateFrequency>2</sy:updateFrequency>", 43_200.0),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", None),
        ("<sy:updatePeriod>fortnightly</sy:updatePeriod>", None),
        ("<ttl>120</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 7200.0),
    ],
)
def test_the_longest_time_that_is_asked_for_counts(told: str, seconds: float | None) -> None:
    assert rss(told).every == seconds


def test_hours_and_days_without_news_become_bits() -> None:
    found = rss(
        "<skipHours><hour>0</hour><hour>23</hour><hour>99</hour><hour>noon</hour></skipHours>"
        "<skipDays><day>Monday</day><day>sunday</day><day>Someday</day></skipDays>"
    )
    assert (found.skip_hours, found.skip_days) == (1 << 23 | 1, 1 << 6 | 1)
    assert rss("<skipHours><hour>24</hour></skipHours>").skip_hours == 1


def test_rdf_and_atom_tell_it_too() -> None:
    period = "<sy:updatePeriod>weekly</sy:updatePeriod>"
    rdf = f"<RDF xmlns='http://www.w3.org/1999/02/22-rdf-syntax-ns#' {SY}><channel>{period}</channel>{ITEM}</RDF>"
    atom = f"<feed xmlns='http://www.w3.org/2005/Atom' {SY}>{period}<entry><id>a1</id></entry></feed>"
    assert cadence(rdf).every == cadence(atom).every == 7 * 86_400.0


def test_a_broken_document_tells_it_as_well() -> None:
    assert rss("<ttl>90</ttl><description>Fish & chips</description>").every == 5400.0
