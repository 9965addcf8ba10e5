"""Dead letters keep the original and say nothing that varies."""

from pathlib import Path

from connectors.dead import set_aside
from connectors.topics import Received
from pipeline.failures import failure, steady

ORIGIN = Received("wire.articles.raw.v1", 3, 41, 0, b"key", b"\x00broken", (("ce_id", b"x"),))


def test_a_dead_letter_holds_the_record_as_it_was_and_where_it_stood() -> None:
    dead = failure(ORIGIN, "decode", ValueError("no good")).dead
    assert (dead.key, dead.value, dead.headers[0].key, dead.headers[0].value) == (b"key", b"\x00broken", "ce_id", b"x")
    assert (dead.source_topic, dead.source_partition, dead.source_offset) == ("wire.articles.raw.v1", 3, 41)
    assert dead.dead_letter_id == "wire.articles.raw.v1/3/41/decode"
    assert (dead.error_class, dead.message, dead.value_length) == ("ValueError", "no good", 7)


def test_a_null_value_stays_a_null_value() -> None:
    dead = failure(Received("t", 0, 0, 0, None, None), "decode", ValueError("null")).dead
    assert (dead.value, dead.value_length) == (None, -1)


def test_memory_addresses_and_lone_surrogates_do_not_stay_in_a_message() -> None:
    assert steady("bad <object at 0x7f3a2b1c9d00> \ud83d") == "bad <object at 0x…> ?"
    assert len(steady("x" * 5000)) == 1000


def test_an_error_without_words_is_named() -> None:
    assert failure(ORIGIN, "strip", RecursionError()).dead.message == "RecursionError"


def test_a_value_set_aside_lies_in_a_file_named_by_its_hash(tmp_path: Path) -> None:
    dead = failure(ORIGIN, "encode", ValueError("too large")).dead
    aside = set_aside(dead, tmp_path / "dead")
    assert aside.value is None
    assert aside.value_file is not None
    assert Path(aside.value_file).read_bytes() == b"\x00broken"
    assert aside.value_sha256 in aside.value_file
    assert set_aside(dead, tmp_path / "dead") == aside
