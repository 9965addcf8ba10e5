"""Records that are none: exactly as many dead letters, each with the original bytes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from connectors.topics import CLEAN, RAW, SUMMITS, Message
from schemas.codec import CONFLUENT_MAGIC, SINGLE_OBJECT_MAGIC
from tests.integration.pipeline.conftest import OpenDesk
from tests.integration.pipeline.desk import article, message

RECORDS = 100
Damage = Callable[[random.Random, bytes], bytes | None]

DAMAGES: dict[str, tuple[Damage, set[str]]] = {
    # how a good value is damaged, and the classes of error that this may be told as
    "random bytes": (
        lambda chance, value: b"\x7f" + chance.randbytes(chance.randrange(0, 300)),
        {"TooShort", "WrongMagic"},
    ),
    "truncated Avro": (lambda chance, value: value[: chance.randrange(10, len(value))], {"TruncatedBody", "BodyError"}),
    "bytes behind the record": (lambda chance, value: value + chance.randbytes(3), {"TrailingBytes"}),
    "wrong magic": (lambda chance, value: b"\xc3\x02" + value[2:], {"WrongMagic"}),
    "unknown schema id": (
        lambda chance, value: CONFLUENT_MAGIC + chance.randbytes(4) + value[10:],
        {"UnknownSchema"},
    ),
    "unknown fingerprint": (
        lambda chance, value: SINGLE_OBJECT_MAGIC + chance.randbytes(8) + value[10:],
        {"UnknownSchema"},
    ),
    "null value": (lambda chance, value: None, {"InputError"}),
    "empty value": (lambda chance, value: b"", {"TooShort"}),
}


@pytest.mark.parametrize("share", [5, 50, 100])
def test_each_corrupt_record_makes_one_dead_letter_with_its_bytes(new_desk: OpenDesk, share: int) -> None:
    desk = new_desk()
    chance = random.Random(share)
    bad = set(chance.sample(range(RECORDS), RECORDS * share // 100))
    kinds = [list(DAMAGES)[place % len(DAMAGES)] for place in range(RECORDS)]
    put = []
    for number in range(RECORDS):
        whole = message(article(number))
        damage = DAMAGES[kinds[number]][0]
        value = damage(chance, whole.value or b"") if number in bad else whole.value
        put.append(Message(whole.key, value, (*whole.headers, ("number", str(number).encode()))))
    desk.put(*put)

    summary = desk.run(batch_records=40)

    dead = {int(one.headers[-1].value or b""): one for one in desk.dead_letters()}
    assert set(dead) == bad
    assert len(desk.dead_letters()) == len(bad)
    counted = {name: count for name, count in summary.counters.items() if name.startswith("failed/")}
    assert counted == Counter(f"failed/decode/{letter.error_class}" for letter in dead.values())
    for number, letter in dead.items():
        assert (letter.key, letter.value) == (put[number].key, put[number].value)
        assert letter.value_length == (-1 if letter.value is None else len(letter.value))
        assert letter.error_class in DAMAGES[kinds[number]][1], kinds[number]
    good = Counter(put[number].key for number in range(RECORDS) if number not in bad)
    for topic in (CLEAN, SUMMITS):
        assert Counter(key for key, _ in desk.pairs(topic)) == good
    assert sum(desk.committed().values()) == sum(desk.topics.end_offsets(RAW.name).values())


def test_a_record_of_another_kind_is_a_dead_letter(new_desk: OpenDesk) -> None:
    desk = new_desk()
    desk.put(article(0))
    desk.run()
    key, value = desk.pairs(CLEAN)[0]
    desk.put(Message(key, value))
    desk.run()
    (dead,) = desk.dead_letters()
    assert (dead.error_class, dead.value) == ("InputError", value)
    assert dead.message == "a CleanArticle where a RawArticle belongs"
