"""What it costs to note the record that is in hand, a step: python -m benchmarks.in_hand

Processor time of a step with the journal, less that of a plain call; the best of some rounds.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from typing import Any

from connectors.topics import Received
from pipeline.poison import hand
from pipeline.poison.hand import STEPS
from pipeline.settings import Settings
from pipeline.transforms import Step, _Guarded

CALLS = 300_000
ROUNDS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(topics_url=f"spool:{folder}", in_hand=folder)
        record = Received("raw", 3, 12_345, 0, b"key", b"value")
        with hand.opened(settings):
            guarded = _Guarded(Step("strip", settings, same))
            guarded.start_bundle()
            with_journal = best(lambda: guarded._run("strip", same, record, record))
            plain = best(lambda: same(record))
    cost = (with_journal - plain) * 1e9
    print(f"{cost:.0f} ns a step, {cost * len(STEPS) / 1000:.2f} µs a record of {len(STEPS)} steps")


def same(element: Any) -> Any:
    return element


def best(call: Callable[[], object]) -> float:
    """Seconds of processor time a call."""
    found = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(CALLS):
            call()
        found.append((time.process_time() - began) / CALLS)
    return min(found)


if __name__ == "__main__":
    main()
