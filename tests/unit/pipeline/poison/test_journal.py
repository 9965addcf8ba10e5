"""What a process has in hand, told by its journal when it is gone."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

from pipeline.poison.journal import SIZE, SLOTS, Held, Journal, left_behind, parse

ABOUT = {"topics": "spool:x", "topic": "raw", "steps": ["decode", "strip"]}


def found(folder: Path) -> list[list[Held]]:
    return [held for _, _, held in left_behind(folder, {})]


def died_with(folder: Path, *held: Held) -> None:
    """A process enters these steps, each in a thread of its own, and is killed."""
    child = os.fork()
    if child == 0:
        journal = Journal(folder, ABOUT)
        slots = []
        for one in held:
            thread = threading.Thread(target=lambda: slots.append(journal.slot()))
            thread.start()
            thread.join()
            slots[-1].enter(one.partition, one.offset, one.step)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)


def test_what_a_killed_process_had_in_hand_is_found(tmp_path: Path) -> None:
    died_with(tmp_path, Held(3, 1 << 40, 2))
    ((path, about, held),) = left_behind(tmp_path, {})
    assert (about, held) == (ABOUT, [Held(3, 1 << 40, 2)])
    assert list(left_behind(tmp_path, {path: None})) == []


def test_what_a_living_process_has_in_hand_is_not_taken_for_a_dead_ones(tmp_path: Path) -> None:
    journal = Journal(tmp_path, ABOUT)
    journal.slot().enter(0, 7, 1)
    assert found(tmp_path) == []
    assert journal.path.exists()


def test_a_process_that_was_killed_between_two_records_leaves_no_suspect(tmp_path: Path) -> None:
    died_with(tmp_path)
    assert found(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_step_that_is_left_is_in_nobodys_hand(tmp_path: Path) -> None:
    journal = Journal(tmp_path, ABOUT)
    slot = journal.slot()
    slot.enter(0, 7, 1)
    assert parse(journal.path.read_bytes()) == (ABOUT, [Held(0, 7, 1)])
    slot.leave()
    assert parse(journal.path.read_bytes()) == (ABOUT, [])
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_ends_from_within_a_step_keeps_its_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path, ABOUT)
    slot = journal.slot()
    slot.enter(0, 7, 1)
    journal.close()
    assert found(tmp_path) == [[Held(0, 7, 1)]]


def test_threads_have_slots_of_their_own_and_give_them_back(tmp_path: Path) -> None:
    journal = Journal(tmp_path, ABOUT)
    for _ in range(2 * SLOTS):
        thread = threading.Thread(target=lambda: journal.slot().leave())
        thread.start()
        thread.join()
    journal.slot().enter(1, 1, 1)
    assert parse(journal.path.read_bytes())[1] == [Held(1, 1, 1)]


def test_a_forked_child_does_not_hold_its_parents_journal(tmp_path: Path) -> None:
    """It would make the parent live on for those who look, after its death."""
    says, told = os.pipe()
    stays, leave = os.pipe()
    parent = os.fork()
    if parent == 0:
        journal = Journal(tmp_path, ABOUT)
        journal.slot().enter(0, 7, 1)
        if os.fork() == 0:
            journal.abandon()
            os.write(told, b"x")
            os.close(leave)
            os.read(stays, 1)
            os._exit(0)
        os.read(says, 1)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(parent, 0)
    assert found(tmp_path) == [[Held(0, 7, 1)]]
    os.close(leave)


def test_a_damaged_journal_tells_nothing_and_is_removed(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"{", b"\xff" * SIZE, b"{}".ljust(37, b"\0"), os.urandom(SIZE))):
        (tmp_path / f"{number}.hand").write_bytes(content)
    assert found(tmp_path) == []
    assert list(tmp_path.iterdir()) == []
