"""What a story goes on to say of an invitation or a plan: it was accepted, or refused; the guest stayed at home."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.summits.drafts import Draft
from pipeline.summits.lexicon import pattern
from pipeline.summits.people import PRONOUNS
from pipeline.summits.story import Story

_ANSWERS = ("status.toml", "answers")


def settle_answers(events: Sequence[Draft], story: Story) -> None:
    """Changes the status of encounters by what stands behind them: an invitation that is answered in its sentence or
    the next one, a trip that had been due and that its own sentence says was not made."""
    for event in events:
        index, (_, end) = max(event.sentences)
        told = max((last for _, last in event.triggers if last <= end), default=end)
        rest = story.text[told:end]
        if event.status == "planned":
            if pattern(*_ANSWERS, "due").search(story.sentence(index)) and pattern(*_ANSWERS, "stayed").search(rest):
                event.status = "cancelled"
        elif event.status == "proposed" and pattern(*_ANSWERS, "invited").search(story.sentence(index)):
            if index + 1 < len(story.spans) and not any(index + 1 == at for e in events for at, _ in e.sentences):
                rest = f"{rest} {story.sentence(index + 1)}"
            event.status = next((s for s in ("planned", "declined") if _is_answered(event, s, rest)), event.status)


def _is_answered(event: Draft, status: str, text: str) -> bool:
    """Whether a text answers an invitation so that it has this status: in the passive, or by who is to take part."""
    names = [person.name for person in event.persons if person.name]
    return any(
        (who := found["who"]) is None or who.lower() in PRONOUNS or any(who in name.split() for name in names)
        for found in pattern(*_ANSWERS, status).finditer(text)
    )
