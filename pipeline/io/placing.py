"""Where Flink places an element of a splittable DoFn: on the task that its key group, a hash of its bytes, belongs to.

A few elements left to the hash easily fall on one task: of three reads of Kafka, all did in one of a few runs. So each
gets a salt with which it falls into its own share of the key groups.
"""

from __future__ import annotations

from itertools import count

KEY_GROUPS = 128
"""The job's --max_parallelism: Flink's own choice for up to 85 tasks, made explicit."""


def salted(readers: int) -> list[bytes]:
    """Elements `READER/READERS/SALT` whose key groups are spread evenly: with as many tasks one falls on each."""
    return [
        next(
            element
            for salt in count()
            if key_group(element := b"%d/%d/%d" % (reader, readers, salt)) * readers // KEY_GROUPS == reader
        )
        for reader in range(readers)
    ]


def share(element: bytes, partitions: int) -> range:
    """The partitions that an element's reader reads."""
    reader, readers, _ = map(int, element.split(b"/"))
    return range(reader, partitions, readers)


def key_group(element: bytes) -> int:
    """As Beam's Flink runner keys an element (its bytes, with their length before them), and as Flink hashes a key
    (org.apache.flink.util.MathUtils.murmurHash of ByteBuffer.hashCode)."""
    code = 1
    for byte in reversed(bytes([len(element)]) + element):
        code = (31 * code + byte - (byte >= 128) * 256) & 0xFFFFFFFF
    code = _left(code * 0xCC9E2D51, 15)
    code = _left(code * 0x1B873593, 13)
    code = ((code * 5 + 0xE6546B64) & 0xFFFFFFFF) ^ 4
    code ^= code >> 16
    code = (code * 0x85EBCA6B) & 0xFFFFFFFF
    code ^= code >> 13
    code = (code * 0xC2B2AE35) & 0xFFFFFFFF
    code ^= code >> 16
    return min(code, 0x1_0000_0000 - code) % KEY_GROUPS


def _left(code: int, bits: int) -> int:
    code &= 0xFFFFFFFF
    return (code << bits | code >> (32 - bits)) & 0xFFFFFFFF
