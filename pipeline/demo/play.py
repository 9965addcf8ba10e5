"""What the demo does: the real connectors and the real pipeline on the sample wire."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from connectors.config import Config, load_config
from connectors.publish import Clock, utc_now
from connectors.run import ConnectSummary, connect
from connectors.topics import RAW, Message, Topics
from pipeline.demo.folder import deliver, write_configuration
from pipeline.demo.server import WireServer
from pipeline.demo.wire import SampleWire
from pipeline.tailing import everything

POISON = b"poison"
"""Key of the record that the demo spoils."""

Stage = Callable[[str], AbstractContextManager[object]]
"""Told what begins; its context lasts as long as that takes."""


@dataclass(frozen=True, slots=True)
class Played:
    """What a run of the demo did."""

    first: ConnectSummary
    second: ConnectSummary
    counters: dict[str, int]


def configure(folder: Path, topics_url: str, wire: SampleWire, port: int, *, live: bool) -> Config:
    """Writes the folder's configuration, and loads it as it stands there: the environment has no say in the demo."""
    return load_config(write_configuration(folder, topics_url, wire, port, live=live), environ={})


def play(
    config: Config,
    topics: Topics,
    wire: SampleWire,
    server: WireServer,
    *,
    clock: Clock = utc_now,
    stage: Stage = lambda what: nullcontext(),
) -> Played:
    """Polls the wire in both of its states, spoils one record, runs the pipeline up to the topic's end.

    `config` holds the feeds of `server`. One request after the other: the same records come in the same order each
    time. Raises what `connect` and `drive` raise.
    """
    config = replace(config, connect=replace(config.connect, connections=1))
    deliver(config.base, wire.deliveries[0])
    with stage("polling the wire"):
        first = connect(config, topics, once=True, clock=clock)
    server.advance()
    deliver(config.base, wire.deliveries[1])
    with stage("polling it again, with news"):
        second = connect(config, topics, once=True, clock=clock)
    spoil(topics)
    with stage("loading Beam and the language model"):
        from pipeline import summits
        from pipeline.drive import drive

        summits.load(config.pipeline.model, config.pipeline.extractor)
    with stage("running the pipeline"):
        summary = drive(config, once=True)
    return Played(first, second, summary.counters)


def spoil(topics: Topics) -> None:
    """Appends half of a record to the raw topic, as a broken writer would."""
    whole = min(received.value or b"" for received in everything(topics, RAW.name))
    topics.append(RAW.name, [Message(POISON, whole[: len(whole) // 2])])
