"""A wire piped into `connect`: where its documents end, and what becomes of those that do not."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from connector_desk import Desk

from connectors.folder import LARGEST
from connectors.piped import Cutter, Piece
from connectors.run import connect
from connectors.summary import ConnectSummary
from connectors.topics import Message


def story(number: int, headline: str = "Envoys meet in Tarn") -> bytes:
    return (
        f'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="tag:agency.example,2026:{number}" version="1">'
        f"<contentMeta><headline>{headline}</headline></contentMeta><contentSet>\n"
        f'<inlineData contenttype="text/plain">Envoys met over fish, round {number}.</inlineData>\n'
        "</contentSet></newsItem>"
    ).encode()


@contextmanager
def piped(write: Callable[[int], None]) -> Iterator[int]:
    """The reading end of a pipe into which a thread writes."""
    reading, writing = os.pipe()

    def work() -> None:
        try:
            write(writing)
        finally:
            os.close(writing)

    thread = threading.Thread(target=work)
    thread.start()
    yield reading
    thread.join()
    os.close(reading)


def feed(desk: Desk, data: bytes, framing: str = "nul") -> ConnectSummary:
    config = desk.config(stdin={"source": "agency", "framing": framing})
    with piped(lambda file: Output(file).write(data)) as reading:
        return connect(config, desk.topics, once=True, stdin=reading)


class Output:
    def __init__(self, file: int) -> None:
        self.file = file

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self.file, view) :]


def test_documents_ended_by_nul_bytes_are_published_in_their_order(desk: Desk) -> None:
    summary = feed(desk, b"".join(story(number) + b"\0" for number in range(300)))
    assert [one.item_id for one in desk.raw()] == [f"tag:agency.example,2026:{number}" for number in range(300)]
    assert (summary.total.documents, summary.failed) == (300, {})


def test_lines_are_documents(desk: Desk) -> None:
    lines = [f'{{"uri": "http://agency.example/{n}", "headline": "Talks {n}", "body_text": "So."}}\n' for n in range(3)]
    feed(desk, "".join(lines).encode(), "lines")
    assert [one.headline for one in desk.raw()] == ["Talks 0", "Talks 1", "Talks 2"]


def test_the_whole_input_may_be_one_document(desk: Desk) -> None:
    feed(desk, story(1), "whole")
    assert len(desk.raw()) == 1


@pytest.mark.parametrize("framing", ["nul", "lines"])
def test_what_the_end_of_the_input_cuts_off_is_no_document(desk: Desk, framing: str) -> None:
    end = b"\0" if framing == "nul" else b"\n"
    feed(desk, story(1).replace(b"\n", b" ") + end + story(2).replace(b"\n", b" ")[:-20], framing)
    assert [one.item_id for one in desk.raw()] == ["tag:agency.example,2026:1"]
    (letter,) = desk.dead()
    assert letter.message.startswith("the input ended within a document")
    assert letter.value == story(2).replace(b"\n", b" ")[:-20]


def test_a_document_is_published_when_it_has_ended_and_not_before(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    half = len(story(1)) // 2
    config = desk.config(stdin={"source": "agency"})
    seen: list[str] = []
    published = threading.Event()
    append = desk.topics.append

    def noted(topic: str, messages: Sequence[Message]) -> None:
        append(topic, messages)
        published.set()

    monkeypatch.setattr(desk.topics, "append", noted)

    def write(file: int) -> None:
        Output(file).write(story(1) + b"\0" + story(2)[:half])
        assert published.wait(30)
        seen.extend(one.item_id for one in desk.raw())
        Output(file).write(story(2)[half:] + b"\0")

    with piped(write) as reading:
        connect(config, desk.topics, once=True, stdin=reading)
    assert seen == ["tag:agency.example,2026:1"]
    assert len(desk.raw()) == 2


def test_a_broken_document_does_not_stop_the_others(desk: Desk) -> None:
    feed(desk, b"no wire at all\0" + story(1) + b"\0\0 \0")
    assert len(desk.raw()) == 1
    assert [letter.value for letter in desk.dead()] == [b"no wire at all"]


def test_a_kill_that_follows_in_the_pipe_withdraws_its_story(desk: Desk) -> None:
    kill = story(1).replace(b'version="1">', b'version="2"><itemMeta><pubStatus qcode="stat:canceled"/></itemMeta>')
    feed(desk, story(1) + b"\0" + kill + b"\0")
    assert [one.change for one in desk.raw()] == ["new", "kill"]


def test_input_that_cannot_be_read_is_told(desk: Desk) -> None:
    file = os.open(desk.folder, os.O_RDONLY)
    summary = connect(desk.config(stdin={"source": "agency"}), desk.topics, once=True, stdin=file)
    os.close(file)
    assert "standard input cannot be read" in summary.failed["stdin"]


def test_documents_are_cut_alike_whatever_the_chunks() -> None:
    chosen = random.Random(3)
    told = [bytes(chosen.choices(b"ab\n", k=chosen.randint(1, 40))) + b"!" for _ in range(200)]
    data = b"\0".join(told) + b"\0"
    for _ in range(20):
        cutter, found, rest = Cutter("nul"), list[Piece](), data
        while rest:
            size = chosen.randint(1, 90)
            found += cutter.take(rest[:size])
            rest = rest[size:]
        assert [piece.data for piece in [*found, *cutter.end()]] == told


def test_an_endless_document_is_refused_and_the_next_one_read() -> None:
    cutter = Cutter("nul")
    for _ in range(LARGEST // 1_048_576 + 4):
        assert list(cutter.take(b"x" * 1_048_576)) == []
    first, second = cutter.take(b"\0" + story(1) + b"\0")
    assert len(first.data) == LARGEST
    assert first.error is not None
    assert second == Piece(story(1))
