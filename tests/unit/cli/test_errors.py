"""How a command that fails says so."""

from __future__ import annotations

from tests.unit.cli.desk import Desk


def test_an_error_that_quotes_data_sends_none_of_its_control_characters_to_the_terminal(desk: Desk) -> None:
    said = desk.run("dead-letters", "show", "\x1b[2J\u202e\n")
    assert said.status == 1
    assert r"\x1b[2J\u202e\n" in said.err
    assert said.err.rstrip("\n").isprintable()
