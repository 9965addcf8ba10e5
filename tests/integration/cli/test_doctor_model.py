"""`summitwire doctor` and the language model."""

from __future__ import annotations

import pytest

from tests.unit.cli.desk import Desk

pytestmark = pytest.mark.slow


def test_the_language_model_is_loaded(desk: Desk) -> None:
    said = desk.run("doctor")
    assert said.status == 0
    assert "✓ model: en_core_web_sm" in said.out


def test_a_language_model_that_is_not_installed_is_said(desk: Desk) -> None:
    desk.config.write_text('[pipeline]\nmodel = "xx_no_such_model"\n')
    said = desk.run("doctor")
    assert said.status == 1
    assert "✗ model: the language model 'xx_no_such_model' is not installed" in said.out
