"""The demo empties only what is its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.config import load_config
from pipeline.demo.folder import SPOOL, FolderError, work_folder, write_configuration
from pipeline.demo.wire import sample_wire


def test_a_folder_with_anything_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("two years of work")
    with pytest.raises(FolderError, match="--dir"), work_folder(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_that_the_demo_made_is_emptied(tmp_path: Path) -> None:
    with work_folder(tmp_path / "demo") as folder:
        (folder / "spool").mkdir()
        (folder / "spool" / "old").write_text("old")
        (folder / "link").symlink_to(tmp_path)
    with work_folder(tmp_path / "demo") as folder:
        assert sorted(path.name for path in folder.iterdir()) == [".summitwire-demo", "incoming"]
    assert tmp_path.is_dir()


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    with work_folder(tmp_path) as folder:
        assert (folder / "incoming").is_dir()


def test_two_demos_in_one_folder_are_refused(tmp_path: Path) -> None:
    with work_folder(tmp_path / "demo") as folder:
        (folder / "spool").mkdir()
        with pytest.raises(FolderError, match="another demo"), work_folder(folder):
            pass
        assert (folder / "spool").is_dir()


def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("")
    with pytest.raises(FolderError, match="demo"), work_folder(tmp_path / "demo"):
        pass


def test_the_configuration_holds_the_feeds_while_their_server_stays(tmp_path: Path) -> None:
    wire = sample_wire()
    live = load_config(write_configuration(tmp_path, SPOOL, wire, 8080, live=True), environ={})
    assert [feed.url for feed in live.feeds] == [feed.url(8080) for feed in wire.feeds]
    later = load_config(write_configuration(tmp_path, SPOOL, wire, 8080, live=False), environ={})
    assert later.feeds == ()
    assert [folder.path for folder in later.folders] == ["incoming"]
