"""Topics, results and places of encounters, as exact spans with their boundaries."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.summits import extract
from schemas.records import Dateline, SummitEvent

STORY_DAY = date(2019, 5, 15)
HOLT, VARELAS = "Danish Prime Minister Karin Holt", "Greek President Nikos Varelas"


def only_event(text: str, dateline: Dateline | None = None) -> SummitEvent:
    events = extract(text, published=STORY_DAY, dateline=dateline)
    events = [event for event in events if event.kind != "visit"] or events
    assert len(events) == 1
    assert all(text[span.start : span.end] == span.text for span in (*events[0].topics, *events[0].outcomes))
    return events[0]


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        (f"{HOLT} met {VARELAS} to discuss fishing quotas on Monday.", ["fishing quotas"]),
        (f"{HOLT} met {VARELAS} in Athens on Monday to review a stalled gas project.", ["a stalled gas project"]),
        (f"{HOLT} held talks with {VARELAS} on ferries and trade in Athens.", ["ferries and trade"]),
        (f"{HOLT} spoke by phone with {VARELAS} on Monday about the rescue of migrants.", ["the rescue of migrants"]),
        (f"{HOLT} met {VARELAS} on Monday. The two leaders also talked about Mr. Smit's map.", ["Mr. Smit's map"]),
        (f"{HOLT} will visit Greece in a bid to revive a ferry line with {VARELAS}.", ["revive a ferry line"]),
        (f"{HOLT} met {VARELAS} on Monday. Wine and olive oil were on the agenda.", ["Wine and olive oil"]),
        (f"{HOLT} and {VARELAS} held peace talks in Athens on Monday.", ["peace"]),
        (f"{HOLT} met {VARELAS} to discuss a number of issues, including a new harbor.", ["a new harbor"]),
        (f"{HOLT} met {VARELAS} to discuss how to share fishing grounds.", ["how to share fishing grounds"]),
        (f"{HOLT} met {VARELAS} on Monday to settle what the paper had left open.", ["what the paper had left open"]),
        (f"{HOLT} and {VARELAS} sat down in Athens on Monday over the price of fish.", ["the price of fish"]),
        (f"{HOLT} conferred for two hours on Monday with {VARELAS} on ways to save eels.", ["ways to save eels"]),
        (f"{HOLT} will meet {VARELAS} to agree on a common line on eels.", ["a common line on eels"]),
        (f"{HOLT} has telephoned {VARELAS} to express her support for a vote on eels.", ["a vote on eels"]),
        (
            f"{HOLT} met {VARELAS} on Monday. Eels and a planned bridge will top the agenda, aides said.",
            ["Eels and a planned bridge"],
        ),
        (f"{HOLT} met {VARELAS} on Monday. Officials said eels figured in the talks.", ["eels"]),
        (f"{HOLT} met {VARELAS} on Monday, and in both conversations eels were the only subject.", ["eels"]),
        (f"{HOLT} met {VARELAS} on Monday to discuss eels, and Greece promised her ten boats.", ["eels"]),
        (f"{HOLT} and {VARELAS} held talks on Monday on eels ended without a statement.", ["eels"]),
        (f"{HOLT} met {VARELAS} in Athens, where the city conferred a medal on Holt.", []),
        (f"{HOLT} met {VARELAS} in Athens and spoke on condition of silence.", []),
        (f"{HOLT} met {VARELAS} in Athens, where they failed to agree on eels.", []),
        (f"{HOLT} met {VARELAS} on an unannounced visit.", []),
        (f"{HOLT} met {VARELAS} over the weekend.", []),
        (f"{HOLT} met {VARELAS}. They discussed eels and trade, Holt told reporters.", ["eels and trade"]),
        (f"{HOLT} met {VARELAS}. High on the agenda were eels.", ["eels"]),
        (f"{HOLT} met {VARELAS}. Topics included eels and trade.", ["eels and trade"]),
        (f"{HOLT} pressed {VARELAS} on eels at a meeting in Athens.", ["eels"]),
        (f"{HOLT} and {VARELAS} spoke by phone on Monday in a call of about an hour.", []),
        (f"The row over a wreck went on as {HOLT} met {VARELAS} on Monday.", []),
        (f"{HOLT} met {VARELAS}. “We never discussed the harbor at all,” Holt said.", []),
    ],
)
def test_what_was_talked_about_ends_where_time_place_and_company_begin(text: str, topics: list[str]) -> None:
    assert [span.text for span in only_event(text).topics] == topics


@pytest.mark.parametrize(
    ("text", "outcomes"),
    [
        (
            f"{HOLT} and {VARELAS} signed two accords on ferries after talks on Monday.",
            ["signed two accords on ferries"],
        ),
        (f"{HOLT} and {VARELAS} pledged to share ships at a summit in Athens.", ["pledged to share ships"]),
        (f"{HOLT} met {VARELAS} on Monday. They agreed to open a ferry line.", ["agreed to open a ferry line"]),
        (f"{HOLT} and {VARELAS} ended a summit on Monday with a pledge to share ships.", ["a pledge to share ships"]),
        (f"{HOLT} met {VARELAS} in Athens. The talks broke down after an hour.", ["broke down"]),
        (f"{HOLT} has declined a visit to Athens.", ["declined a visit to Athens"]),
        (
            f"{HOLT} met {VARELAS} on Monday. Two accords, on eels and on boats, were signed.",
            ["Two accords, on eels and on boats, were signed"],
        ),
        (f"{HOLT} met {VARELAS} on Monday. No agreement was reached.", ["No agreement was reached"]),
        (f"{HOLT} met {VARELAS} on Monday, but they could not agree on eels.", ["could not agree on eels"]),
        (f"{HOLT} met {VARELAS} on Monday, but left without a promise.", ["left without a promise"]),
        (f"{HOLT} met {VARELAS} on Monday, and they are to sign a pact on eels.", ["sign a pact on eels"]),
        (f"{HOLT} met {VARELAS} on Monday, promising to send ten boats.", ["promising to send ten boats"]),
        (
            f"{HOLT} met {VARELAS} on Monday. A statement by Holt's office said the two had agreed to count the eels.",
            ["agreed to count the eels"],
        ),
        (
            f"Greece and Denmark have agreed to count the eels, aides said on Tuesday. {HOLT} met {VARELAS} on Monday.",
            ["agreed to count the eels"],
        ),
        (f"Five weeks after they signed a pact on eels, {HOLT} and {VARELAS} met in Athens on Monday.", []),
        (f"{HOLT} met {VARELAS} on Monday. Their talks touched on a line that the two launched last year.", []),
        (f"{HOLT} met {VARELAS} on Monday. A deal on ferries had been signed in March.", []),
        (f"{HOLT} and {VARELAS} cancelled a meeting on Monday and agreed to write to each other.", []),
        (f"{HOLT} will meet {VARELAS} on Friday and agreed to bring wine.", []),
    ],
)
def test_results_are_what_was_done_at_an_encounter_that_was_held_or_refused(text: str, outcomes: list[str]) -> None:
    assert [span.text for span in only_event(text).outcomes] == outcomes


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        (f"{HOLT} met {VARELAS} in Scotland on Monday.", "Scotland", "GB"),
        (f"Peruvian President Luis Soto met {VARELAS} in Puno on Monday.", "Puno", "PE"),
        (f"{HOLT} flew to Norway from Iceland, where she met {VARELAS}.", None, "IS"),
        (f"Denmark has refused a visit by {VARELAS}.", None, "DK"),
        (f"{HOLT} met visiting {VARELAS} on Monday.", None, "DK"),
        (f"{HOLT} met {VARELAS} to discuss the war in Sudan.", None, None),
        (f"{HOLT} met {VARELAS} in Aspen, Colo., on Monday.", "Aspen", "US"),
        (f"{HOLT} met {VARELAS} in Charlevoix, Quebec, on Monday.", "Charlevoix", "CA"),
        (f"{HOLT} met {VARELAS} in the Chilean village of Pueblo Hundido on Monday.", "Pueblo Hundido", "CL"),
        (f"{HOLT} flew from Las Palmas to Mar del Plata, where she met {VARELAS}.", "Mar del Plata", "AR"),
        (f"{HOLT} met {VARELAS} on Monday at Borg Palace in Athens.", "Borg Palace", "GR"),
        (f"{HOLT} met {VARELAS} in Greece at the Athens Hilton Hotel.", "Athens Hilton Hotel", "GR"),
        (f"{HOLT} met {VARELAS} at Villa Rosa on Monday.", "Villa Rosa", None),
        (
            f"{HOLT} postponed talks with {VARELAS} on eels planned for Monday in Mokrice castle.",
            "Mokrice castle",
            None,
        ),
        (f"Talks of {HOLT} with {VARELAS}, which were followed by a concert at Villa Rosa, were short.", None, None),
        (f"{HOLT} met {VARELAS} in Athens on Monday. The two sat for an hour at Windsor Castle.", "Athens", "GR"),
        (f"{HOLT} met {VARELAS} in the Greek resort of Chania on Monday.", "Chania", "GR"),
        (f"{HOLT} met {VARELAS} on Monday after a vote in the Upper House.", None, None),
        (f"Soviet leader Ivan Orlov met {VARELAS} in the Kremlin on Monday.", "Kremlin", "SU"),
    ],
)
def test_an_encounter_is_where_the_text_ties_it(text: str, name: str | None, country: str | None) -> None:
    place = only_event(text).place
    assert (place.name if place else None, place.country if place else None) == (name, country)


def test_here_is_where_the_story_was_filed() -> None:
    place = only_event(f"{HOLT} met {VARELAS} here on Monday.", Dateline("VIENNA")).place
    assert place is not None
    assert (place.name, place.country) == ("Vienna", "AT")


@pytest.mark.parametrize(
    "text",
    [
        f"{HOLT} had been expected here on Friday for a visit to Austria.",
        f"{HOLT} will come here on Friday to meet {VARELAS}.",
    ],
)
def test_here_is_there_for_what_is_to_come_as_well(text: str) -> None:
    place = only_event(text, Dateline("VIENNA")).place
    assert place is not None
    assert (place.name, place.country) == ("Vienna", "AT")


def test_who_speaks_here_of_what_is_to_come_may_speak_of_anywhere() -> None:
    place = only_event(f"{HOLT} will meet {VARELAS} on Friday, an envoy here said.", Dateline("VIENNA")).place
    assert place is None or place.name is None


def test_a_building_is_in_the_country_where_the_story_was_filed() -> None:
    place = only_event(f"{HOLT} met {VARELAS} at State House on Monday.", Dateline("NAIROBI")).place
    assert place is not None
    assert (place.name, place.country) == ("State House", "KE")


def test_a_dateline_may_name_its_country() -> None:
    place = only_event(f"{HOLT} met {VARELAS} here on Monday.", Dateline("VIENNA, Austria")).place
    assert place is not None
    assert (place.name, place.country) == ("Vienna", "AT")


def test_a_city_and_its_part_of_the_country_are_no_two_places() -> None:
    text = f"{HOLT} met {VARELAS} in Charlevoix, Quebec, on Monday. The talks in Quebec of Holt and Varelas were short."
    place = only_event(text).place
    assert place is not None
    assert place.name == "Charlevoix"


def test_two_who_met_are_surer_than_talks_of_two_and_these_than_three_or_a_summit() -> None:
    told = (
        "Austrian Chancellor Leopold Wiesinger met Slovenian Prime Minister Neja Kovacic in Vienna on Monday.",
        "Talks between Austrian Chancellor Leopold Wiesinger and Slovenian Prime Minister Neja Kovacic lasted an hour.",
        "The NATO summit in Vilnius was attended by Slovenian Prime Minister Neja Kovacic.",
    )
    met, talks, summit = (extract(text, published=date(2026, 3, 10))[0].confidence for text in told)
    three = extract(
        "Austrian Chancellor Leopold Wiesinger met Slovenian Prime Minister Neja Kovacic and Croatian President "
        "Ante Buric in Vienna on Monday.",
        published=date(2026, 3, 10),
    )[0].confidence
    assert met > talks > max(three, summit)


def test_what_somebody_emphasizes_in_quotation_marks_is_a_quotation() -> None:
    event = only_event(
        f"{HOLT} met {VARELAS} in Athens on Monday. Holt emphasized her “long years of quiet trust” in him."
    )
    assert [(quote.speaker, quote.text) for quote in event.quotes] == [("Karin Holt", "long years of quiet trust")]


def test_what_a_series_members_speak_of_is_a_subject_of_their_talks() -> None:
    text = (
        "The G7 talks in Oslo brought together ministers from Britain, Canada, France, Germany, Italy, Japan and the "
        "United States on Monday. Rain fell. Beyond Greece, the G7 foreign ministers also discussed eels as the harbor "
        "froze. Greek ministers discussed ferries."
    )
    assert [span.text for span in only_event(text).topics] == ["eels"]


def test_what_an_area_covers_is_no_subject_of_talks() -> None:
    assert (
        only_event(f"{HOLT} met {VARELAS} in Athens on Monday. Holt's constituency covers part of Aarhus.").topics == ()
    )
