"""`summitwire export` on a spool and on an archive."""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.topics import RAW, SUMMITS
from pipeline.io.archive import container
from pipeline.rows import COLUMNS
from schemas.records import Participant, Place, SummitReport, TextSpan
from tests.unit.cli.desk import MEETING, Desk, raw_article, summit_report


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_an_event_is_a_row_with_every_column_in_the_documented_order(desk: Desk) -> None:
    made = summit_report("ferry")
    desk.put(SUMMITS.name, made)
    said = desk.run("export")
    assert said.status == 0
    assert said.out.splitlines()[0] == ",".join(COLUMNS)
    assert table(said.out) == [
        {
            "event_id": made.events[0].event_id,
            "article_id": made.article_id,
            "version": "1",
            "source_id": "harbourwire",
            "published": "2026-01-14T08:30:00+09:00",
            "headline": "Finland and Norway agree on ferries (ferry)",
            "url": "https://harbourwire.example/ferry",
            "kind": "meeting",
            "status": "held",
            "level": "leader",
            "prominence": "primary",
            "parties": "FI;NO",
            "participants": "Aino Rautio (President, FI);? (Prime Minister, NO)",
            "date_start": "2026-01-13",
            "date_end": "",
            "place_name": "Tromsø",
            "place_country": "NO",
            "place_city": "Tromsø",
            "latitude": "69.65",
            "longitude": "18.96",
            "gathering": "Arctic Forum",
            "topics": "ferries;salmon",
            "outcomes": "a ferry treaty",
            "quotes": "Aino Rautio: We shook hands, twice",
            "attribution": "a spokeswoman",
            "cameo": "036",
            "plover": "CONSULT-visit",
            "confidence": "0.875",
            "summit_key": "meeting|FI,NO|2026-01-13",
            "evidence": "They met in Tromsø.",
            "published_offset": "540",
        }
    ]


def test_the_page_about_export_names_the_columns_in_their_order() -> None:
    page = (Path(__file__).parents[3] / "docs" / "export.md").read_text(encoding="utf-8")
    documented = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert documented == list(COLUMNS)


def test_only_the_highest_version_of_an_article_counts_in_whatever_order_they_come(desk: Desk) -> None:
    for version in (2, 3, 1):
        desk.put(SUMMITS.name, summit_report("ferry", version))
    assert [row["version"] for row in table(desk.run("export").out)] == ["3"]


def test_an_article_processed_again_counts_as_it_was_processed_last(desk: Desk) -> None:
    desk.put(SUMMITS.name, summit_report("ferry", headline="by the old release"))
    desk.put(SUMMITS.name, summit_report("ferry", headline="by the new release"))
    assert [row["headline"] for row in table(desk.run("export").out)] == ["by the new release"]


@pytest.mark.parametrize("change", ["kill", "withhold"])
def test_a_withdrawn_article_gives_no_row(desk: Desk, change: str) -> None:
    desk.put(SUMMITS.name, summit_report("ferry"))
    desk.put(SUMMITS.name, summit_report("ferry", 2, change=change))
    desk.put(SUMMITS.name, summit_report("bridge"))
    assert [row["url"] for row in table(desk.run("export").out)] == ["https://harbourwire.example/bridge"]


def test_an_article_whose_correction_has_no_event_gives_no_row(desk: Desk) -> None:
    desk.put(SUMMITS.name, summit_report("ferry"))
    desk.put(SUMMITS.name, summit_report("ferry", 2, change="correction", events=()))
    assert table(desk.run("export").out) == []


def test_a_deleted_key_gives_no_row_just_as_after_compaction(desk: Desk) -> None:
    desk.put(SUMMITS.name, summit_report("ferry"))
    desk.put_bytes(SUMMITS.name, summit_report("ferry").article_id.encode(), None)
    assert table(desk.run("export").out) == []


def test_the_order_is_by_article_and_event_and_not_by_arrival(desk: Desk) -> None:
    reports = [
        summit_report(name, events=tuple(replace(MEETING, event_id=f"{name}:{n}") for n in range(2)))
        for name in "abcdefgh"
    ]
    for made in reports:
        desk.put(SUMMITS.name, made)
    forward = desk.run("export").out
    rows = table(forward)
    assert [row["article_id"] for row in rows] == sorted(row["article_id"] for row in rows)
    assert [row["event_id"][-1] for row in rows] == ["0", "1"] * 8
    for made in reversed(reports):
        desk.put(SUMMITS.name, made)
    assert desk.run("export").out == forward


@pytest.mark.parametrize("start", list("=+-@\t\r＝＋－＠"))
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(desk: Desk, start: str) -> None:
    formula = f'{start}HYPERLINK("https://evil.example")'
    desk.put(SUMMITS.name, summit_report("ferry", headline=formula))
    assert table(desk.run("export").out)[0]["headline"] == "'" + formula
    assert table(desk.run("export", "--raw-cells").out)[0]["headline"] == formula


def test_a_list_whose_first_entry_is_a_formula_gets_an_apostrophe(desk) -> None:
    event = replace(MEETING, participants=(Participant("=1+1", None, None),), topics=(TextSpan(0, 1, "+evil"),))
    desk.put(SUMMITS.name, summit_report("ferry", events=(event,)))
    (row,) = table(desk.run("export").out)
    assert (row["participants"], row["topics"]) == ("'=1+1", "'+evil")


def test_a_negative_coordinate_is_a_number_and_no_formula(desk: Desk) -> None:
    event = replace(MEETING, place=Place("Lima", "PE", "Lima", -12.05, -77.04))
    desk.put(SUMMITS.name, summit_report("ferry", events=(event,)))
    (row,) = table(desk.run("export").out)
    assert (row["latitude"], row["longitude"]) == ("-12.05", "-77.04")


def test_csv_follows_rfc_4180(desk: Desk) -> None:
    headline = 'He said "no", then\nleft; 東京'
    desk.put(SUMMITS.name, summit_report("ferry", headline=headline))
    assert desk.run("export", "-o", "events.csv").status == 0
    data = Path("events.csv").read_bytes()
    assert data.count(b"\r\n") == 2
    assert '"He said ""no"", then\nleft; 東京"'.encode() in data
    assert table(data.decode())[0]["headline"] == headline


def test_json_lines_keep_lists_and_nulls(desk: Desk) -> None:
    desk.put(
        SUMMITS.name, summit_report("ferry", headline="\x1b[2J", events=(replace(MEETING, date=None, place=None),))
    )
    said = desk.run("export", "--format", "jsonl")
    (row,) = said.rows
    assert list(row) == list(COLUMNS)
    assert row["parties"] == ["FI", "NO"]
    assert row["participants"][1] == {"name": None, "title": "Prime Minister", "country": "NO"}
    assert row["quotes"] == [{"speaker": "Aino Rautio", "text": "We shook hands, twice"}]
    assert (row["date_start"], row["latitude"]) == (None, None)
    assert row["headline"] == "\x1b[2J"
    assert "\x1b" not in said.out


def test_parquet_has_timestamps_lists_and_structs(desk: Desk) -> None:
    desk.put(SUMMITS.name, summit_report("ferry"))
    desk.put(SUMMITS.name, summit_report("bridge", published=None, published_offset=None, url=None))
    assert desk.run("export", "-o", "events.parquet").status == 0
    found = pq.read_table("events.parquet")
    assert found.column_names == list(COLUMNS)
    assert found.schema.field("published").type == pa.timestamp("us", tz="UTC")
    assert found.schema.field("version").type == pa.int64()
    assert found.schema.field("parties").type == pa.list_(pa.string())
    assert pa.types.is_struct(found.schema.field("participants").type.value_type)
    rows = {row["article_id"]: row for row in found.to_pylist()}
    ferry = rows[summit_report("ferry").article_id]
    assert ferry["published"] == datetime(2026, 1, 13, 23, 30, tzinfo=UTC)
    assert ferry["participants"][0] == {"name": "Aino Rautio", "title": "President", "country": "FI"}
    assert rows[summit_report("bridge").article_id]["published"] is None


def test_geojson_puts_longitude_first_and_null_where_no_place_is_known(desk) -> None:
    desk.put(SUMMITS.name, summit_report("ferry"))
    for name, place in (("nowhere", None), ("country", Place(None, "NO")), ("off", Place("x", "NO", "x", 95.0, 10.0))):
        desk.put(SUMMITS.name, summit_report(name, events=(replace(MEETING, place=place),)))
    assert desk.run("export", "-o", "map.geojson").status == 0
    found = json.loads(Path("map.geojson").read_bytes())
    assert found["type"] == "FeatureCollection"
    by_url = {feature["properties"]["url"].rpartition("/")[2]: feature for feature in found["features"]}
    assert by_url["ferry"]["geometry"] == {"type": "Point", "coordinates": [18.96, 69.65]}
    assert [by_url[name]["geometry"] for name in ("nowhere", "country", "off")] == [None] * 3
    assert by_url["ferry"]["properties"]["parties"] == ["FI", "NO"]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "geojson", "parquet"])
def test_nothing_to_export_gives_a_valid_empty_file(desk: Desk, kind: str) -> None:
    assert desk.run("export", "--format", kind, "-o", "out").status == 0
    data = Path("out").read_bytes()
    if kind == "csv":
        assert data.decode() == ",".join(COLUMNS) + "\r\n"
    elif kind == "geojson":
        assert json.loads(data) == {"type": "FeatureCollection", "features": []}
    elif kind == "parquet":
        assert pq.read_table("out").num_rows == 0
    else:
        assert data == b""


def test_numbers_that_json_does_not_know_become_null(desk: Desk) -> None:
    event = replace(MEETING, confidence=float("nan"), place=Place("x", "NO", "x", float("inf"), float("nan")))
    desk.put(SUMMITS.name, summit_report("ferry", events=(event,)))
    (row,) = desk.run("export", "--format", "jsonl").rows
    assert (row["confidence"], row["latitude"], row["longitude"]) == (None, None, None)


def test_an_export_that_fails_leaves_the_old_file_and_no_rest(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("events.csv").write_text("yesterday's")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    said = desk.run("export", "-o", "events.csv")
    assert said.status == 1
    assert said.err == "summitwire: events.csv cannot be written: No space left on device\n"
    assert Path("events.csv").read_text() == "yesterday's"
    assert sorted(path.name for path in Path().iterdir()) == ["data", "events.csv", "summitwire.toml"]


def test_a_device_is_written_to_and_not_replaced(desk: Desk) -> None:
    desk.put(SUMMITS.name, summit_report("ferry"))
    assert desk.run("export", "-o", os.devnull).status == 0
    assert Path(os.devnull).is_char_device()


def test_what_does_not_decode_is_left_out_and_said_so_with_status_1(desk: Desk) -> None:
    desk.put(SUMMITS.name, summit_report("ferry"))
    desk.put_bytes(SUMMITS.name, b"k", b"\xc3\x01garbage")
    said = desk.run("export")
    assert said.status == 1
    assert len(table(said.out)) == 1
    assert "1 could not be read and were left out, the first: wire.summits.v1/0/1: " in said.err


def test_a_topic_of_other_records_is_refused(desk: Desk) -> None:
    desk.put(RAW.name, raw_article("ferry"))
    said = desk.run("export", "--from", "raw")
    assert said.status == 1
    assert "wire.articles.raw.v1/0/0 is a RawArticle" in said.err


def archive(folder: Path, name: str, *reports: SummitReport) -> None:
    path = folder / SUMMITS.name / "date=2026-01-13" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(container(list(reports), "deflate"))


def test_an_archive_gives_the_same_rows_as_the_topic(desk: Desk) -> None:
    reports = [summit_report("ferry"), summit_report("ferry", 2), summit_report("bridge")]
    for made in reports:
        desk.put(SUMMITS.name, made)
    archive(Path("avro"), "0000-00000000000000000000.avro", *reports[:2])
    archive(Path("avro"), "0000-00000000000000000002.avro", *reports[2:])
    assert desk.run("export", "--archive", "avro").out == desk.run("export").out


def test_a_cut_archive_file_is_said_and_the_others_are_exported(desk: Desk) -> None:
    archive(Path("avro"), "0000-00000000000000000000.avro", summit_report("ferry"))
    archive(Path("avro"), "0000-00000000000000000001.avro", summit_report("bridge"))
    cut = Path("avro", SUMMITS.name, "date=2026-01-13", "0000-00000000000000000000.avro")
    cut.write_bytes(cut.read_bytes()[:-40])
    said = desk.run("export", "--archive", "avro")
    assert said.status == 1
    assert [row["url"] for row in table(said.out)] == ["https://harbourwire.example/bridge"]
    assert cut.name in said.err


def test_a_folder_that_is_no_archive_is_refused(desk: Desk) -> None:
    said = desk.run("export", "--archive", "nowhere")
    assert said.status == 1
    assert "nowhere/wire.summits.v1 is no folder" in said.err


def test_wrong_usage_gives_status_2(desk: Desk) -> None:
    assert desk.run("export", "--format", "xlsx").status == 2


def test_a_folder_that_does_not_exist_is_an_error_in_one_sentence(desk: Desk) -> None:
    said = desk.run("export", "-o", "no/such/events.csv")
    assert (said.status, said.err) == (
        1,
        "summitwire: no/such/events.csv cannot be written: No such file or directory\n",
    )
