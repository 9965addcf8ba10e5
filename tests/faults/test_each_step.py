"""An error at each step of the path in turn, then a restart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.topics import CLEAN, DEAD_LETTERS, RAW, SUMMITS, Message, TopicError
from connectors.topics.spool import Spool
from schemas.codec import Decoder, Encoder
from tests.faults.oracle import check, told
from tests.integration.pipeline.desk import Desk, article, open_desk


class Crash(BaseException):
    """The process dies here: nothing that it would still have done is done."""


class Away(TopicError):
    """Topics fail here, and work again later."""


class Bomb:
    """Goes off once, at the `at`-th call of a function, before or after the call has had its effect."""

    def __init__(self, when: str, at: int, error: BaseException) -> None:
        self.when, self.left, self.error = when, at, error

    def around(self, function: Callable[..., Any], counts: Callable[..., bool] = lambda *args: True) -> Any:
        def called(*args: Any, **more: Any) -> Any:
            due = counts(*args) and self._due()
            if due and self.when == "before":
                raise self.error
            result = function(*args, **more)
            if due:
                raise self.error
            return result

        return called

    def around_read(self, function: Callable[..., Iterator[Any]]) -> Any:
        """`after`: when some of the records were handed out."""

        def called(*args: Any) -> Iterator[Any]:
            due = self._due()
            for place, received in enumerate(function(*args)):
                if due and place == (0 if self.when == "before" else 2):
                    raise self.error
                yield received

        return called

    def _due(self) -> bool:
        self.left -= 1
        return self.left == 0


def writes_to(topic: str) -> Callable[..., bool]:
    return lambda spool, name, messages: name == topic


STEPS: dict[str, tuple[Any, str, Callable[..., bool] | None]] = {
    "read": (Spool, "read", None),
    "decode": (Decoder, "decode", lambda *args: True),
    "strip": ("pipeline.boilerplate", "clean_article", lambda *args: True),
    "extract": ("pipeline.summits", "report", lambda *args: True),
    "encode": (Encoder, "encode", lambda *args: True),
    "write clean": (Spool, "append", writes_to(CLEAN.name)),
    "write summits": (Spool, "append", writes_to(SUMMITS.name)),
    "write dead letters": (Spool, "append", writes_to(DEAD_LETTERS.name)),
    "archive": ("pipeline.io.archive", "write_durably", lambda *args: True),
    "commit": (Spool, "commit", lambda *args: True),
}


def inject(patch: pytest.MonkeyPatch, step: str, bomb: Bomb) -> None:
    place, name, counts = STEPS[step]
    owner = __import__(place, fromlist=[name]) if isinstance(place, str) else place
    function = getattr(owner, name)
    patch.setattr(owner, name, bomb.around_read(function) if counts is None else bomb.around(function, counts))


def fill(desk: Desk) -> None:
    """Three batches of five, with what becomes a dead letter in each of the first two."""
    raws: list[Any] = [article(number) for number in range(13)]
    raws.insert(2, Message(b"damaged", b"\xc3\x01 no record"))
    raws.insert(8, Message(b"null", None))
    desk.put(*raws)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The same records on another spool, processed without a fault."""
    folder = tmp_path_factory.mktemp("reference")
    desk = open_desk(f"spool:{folder / 'spool'}", folder)
    fill(desk)
    desk.run(archive="avro")
    return desk


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_after_a_crash_and_a_restart_nothing_is_lost_and_nothing_invented(
    spool_desk: Desk, reference: Desk, tmp_path: Path, step: str, when: str, at: int
) -> None:
    fill(spool_desk)
    with pytest.MonkeyPatch.context() as patch:
        inject(patch, step, Bomb(when, at, Crash(f"{when} {step}")))
        with pytest.raises(Crash):
            spool_desk.run(batch_records=5, archive="avro")
        assert spool_desk.committed() != spool_desk.topics.end_offsets(RAW.name)
    spool_desk.run(batch_records=5, archive="avro")
    check(spool_desk, reference)
    assert archived(tmp_path / "avro") == archived(reference.config.base / "avro")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["read", "write clean", "write summits", "write dead letters", "commit"])
def test_topics_that_fail_for_a_while_make_no_dead_letters_and_the_next_run_goes_on(
    spool_desk: Desk, reference: Desk, step: str, when: str
) -> None:
    fill(spool_desk)
    with pytest.MonkeyPatch.context() as patch:
        inject(patch, step, Bomb(when, 1, Away("the topics are away")))
        with pytest.raises(Away, match=r"^the topics are away$"):
            spool_desk.run(batch_records=5)
    spool_desk.run(batch_records=5)
    check(spool_desk, reference)


@pytest.mark.parametrize("step", ["decode", "strip", "extract", "encode"])
def test_an_error_of_one_record_makes_one_dead_letter_and_nothing_else_changes(
    spool_desk: Desk, reference: Desk, step: str
) -> None:
    fill(spool_desk)
    undisturbed = told(reference)
    with pytest.MonkeyPatch.context() as patch:
        inject(patch, step, Bomb("before", 4, MemoryError("too much")))
        spool_desk.run()
    found = told(spool_desk)
    changed = {name: (len(found[name] - pairs), len(pairs - found[name])) for name, pairs in undisturbed.items()}
    lost, flagged = (1, 0) if step == "decode" else (1, 1)
    touched = (flagged, lost)
    expected = {CLEAN.name: touched, SUMMITS.name: touched, DEAD_LETTERS.name: (1, 0)}
    if step == "extract":
        expected[CLEAN.name] = (0, 0)
    assert changed == expected


def archived(folder: Path) -> set[bytes]:
    """The distinct records of an archive, whichever files they lie in."""
    import fastavro

    found = set()
    for path in folder.rglob("*.avro"):
        with path.open("rb") as stream:
            found |= {repr(sorted(record.items())).encode() for record in fastavro.reader(stream)}
    return found
