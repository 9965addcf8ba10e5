"""The archive: plain Avro files by date that any reader takes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import fastavro
import pytest

from connectors.topics import CLEAN, SUMMITS
from pipeline.io.archive import ArchiveError
from schemas.records import CleanArticle, SummitReport, from_avro
from tests.integration.pipeline.desk import BEGIN, Desk, article, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return open_desk(f"spool:{tmp_path / 'spool'}", tmp_path)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("codec", ["deflate", "zstandard"])
def test_stock_fastavro_reads_what_the_topics_hold(desk: Desk, tmp_path: Path, codec: str) -> None:
    desk.put(*(article(number) for number in range(10)))
    desk.run(archive="avro", archive_codec=codec)
    for topic, cls, expected in ((CLEAN, CleanArticle, desk.clean()), (SUMMITS, SummitReport, desk.reports())):
        found = []
        for path in sorted((tmp_path / "avro" / topic.name).rglob("*.avro")):
            with path.open("rb") as stream:
                reader = fastavro.reader(stream)
                assert reader.codec == codec
                found += [from_avro(cls, record) for record in reader]
        assert sorted(found, key=lambda one: one.article_id) == sorted(expected, key=lambda one: one.article_id)


def test_records_lie_under_the_day_of_their_publication_in_utc(desk: Desk, tmp_path: Path) -> None:
    late = BEGIN.replace(hour=23, minute=30)
    desk.put(article(0, published=late), article(1, published=late + timedelta(hours=1)), article(2, published=None))
    desk.run(archive="avro")
    days = {path.parent.name for path in (tmp_path / "avro" / SUMMITS.name).rglob("*.avro")}
    assert days == {"date=2026-03-02", "date=2026-03-03"}


def test_a_batch_that_is_run_again_replaces_its_own_files_with_the_same_bytes(desk: Desk, tmp_path: Path) -> None:
    desk.put(*(article(number) for number in range(10)))
    desk.run(archive="avro", batch_records=4)
    first = files(tmp_path / "avro")
    assert len({Path(name).name for name in first}) == 3
    desk.rewind()
    desk.run(archive="avro", batch_records=4)
    assert files(tmp_path / "avro") == first


def test_where_the_archive_cannot_be_written_nothing_is_committed(desk: Desk, tmp_path: Path) -> None:
    desk.put(article(0))
    (tmp_path / "avro").write_text("no folder")
    with pytest.raises(ArchiveError, match=r"archive file .*/0000-0{20}\.avro cannot be written: Not a dir"):
        desk.run(archive="avro")
    assert desk.committed() == {0: 0}
