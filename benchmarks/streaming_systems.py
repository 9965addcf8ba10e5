"""What the streaming benchmark compares: each system is a process that goes on until it is ended.

    python -m benchmarks.streaming_systems SYSTEM URL [--extractor model]

All but the floors make the same records with the same functions (pipeline.steps); they differ in what stands around.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any

from connectors.config import Config, PipelineConfig, TopicsConfig
from connectors.topics import CLEAN, RAW, SUMMITS, Message, Received, open_topics
from pipeline import steps, summits
from schemas.codec import Decoder, Encoder

OUTPUTS = steps.Outputs(CLEAN.name, CLEAN.max_record_bytes, SUMMITS.name, SUMMITS.max_record_bytes)


def config_of(url: str, group: str, extractor: str) -> Config:
    return Config(topics=TopicsConfig(url=url), pipeline=PipelineConfig(group=group, extractor=extractor))


def chain(extractor: str) -> Callable[[Received], tuple[Message, Message]]:
    """The pipeline's own functions, one after the other."""
    decoder, encoder = Decoder(), Encoder()
    summits.load(PipelineConfig().model, extractor)

    def run(received: Received) -> tuple[Message, Message]:
        encoded = steps.encode(steps.extract(steps.strip(steps.decode(received, decoder))), encoder, OUTPUTS)
        return encoded.clean, encoded.summits

    return run


def local(url: str, extractor: str) -> None:
    """`summitwire run`."""
    from pipeline.drive import drive

    drive(config_of(url, "local", extractor), once=False, stop=threading.Event())


def beam_identity(url: str, extractor: str) -> None:
    """The local driver, its source and its sinks, with nothing in between."""
    from benchmarks.throughput import floor
    from pipeline import drive

    drive.build = floor  # type: ignore[assignment]
    drive.drive(config_of(url, "identity", extractor), once=False, stop=threading.Event())


def consume_and_produce(url: str, extractor: str) -> None:
    """kafka-python alone: what is polled is written to both topics, acknowledged, committed."""
    from kafka import KafkaConsumer

    from connectors.topics.kafka_clients import Clients

    consumer = KafkaConsumer(
        RAW.name,
        bootstrap_servers=url.removeprefix("kafka://"),
        group_id="floor",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    with closing(Clients(url.removeprefix("kafka://"), {}).producer()) as producer:
        while True:
            for records in consumer.poll(timeout_ms=500).values():
                sent = [
                    producer.send(topic, key=record.key, value=record.value, headers=[*record.headers])
                    for record in records
                    for topic in (CLEAN.name, SUMMITS.name)
                ]
                producer.flush()
                for future in sent:
                    future.get(30)
            consumer.commit()


def quix(url: str, extractor: str) -> None:
    """quix-streams, its defaults; at least once."""
    from quixstreams import Application

    run = chain(extractor)
    app = Application(
        broker_address=url.removeprefix("kafka://"), consumer_group="quix", auto_offset_reset="earliest", loglevel=None
    )
    raw = app.topic(RAW.name, key_deserializer="bytes", value_deserializer="bytes")
    frame = app.dataframe(raw)

    def process(value: Any, key: Any, timestamp: int, headers: Any) -> tuple[bytes, bytes]:
        clean, report = run(Received(RAW.name, 0, 0, timestamp, key, value, tuple(headers or ())))
        return clean.value or b"", report.value or b""

    results = frame.apply(process, metadata=True)
    for place, name in enumerate((CLEAN.name, SUMMITS.name)):
        topic = app.topic(name, key_serializer="bytes", value_serializer="bytes")
        results.apply(lambda both, place=place: both[place]).to_topic(topic)
    app.run()


def bytewax(url: str, extractor: str) -> None:
    """bytewax with its Kafka connectors, one worker, no recovery store."""
    import bytewax.operators as op
    from bytewax.connectors.kafka import KafkaSinkMessage
    from bytewax.connectors.kafka import operators as kop
    from bytewax.dataflow import Dataflow
    from bytewax.testing import run_main

    run = chain(extractor)
    brokers = [url.removeprefix("kafka://")]
    flow = Dataflow("summits")
    raw = kop.input("raw", flow, brokers=brokers, topics=[RAW.name])

    def process(one: Any) -> tuple[Message, Message]:
        return run(Received(RAW.name, 0, 0, 0, one.key, one.value, tuple(one.headers)))

    results = op.map("chain", raw.oks, process)
    for place, name in enumerate((CLEAN.name, SUMMITS.name)):
        told = op.map(
            f"message-{place}",
            results,
            lambda both, place=place: KafkaSinkMessage(
                both[place].key, both[place].value, headers=[*both[place].headers]
            ),
        )
        kop.output(f"out-{place}", told, brokers=brokers, topic=name)
    run_main(flow)


def flink(workers: int, checkpoint_seconds: int, url: str, extractor: str) -> None:
    """`summitwire run --runner flink`: job server, an embedded Flink and the workers are its children."""
    from pipeline.cli import main

    os.environ |= {"SUMMITWIRE_TOPICS_URL": url, "SUMMITWIRE_PIPELINE_EXTRACTOR": extractor}
    options = ["--parallelism", str(workers), "--checkpoint-seconds", str(checkpoint_seconds)]
    sys.exit(main(["run", "--runner", "flink", *options]))


SYSTEMS: dict[str, Callable[[str, str], None]] = {
    "kafka-python": consume_and_produce,
    "beam-identity": beam_identity,
    "local": local,
    "spool": local,
    "quix-streams": quix,
    "bytewax": bytewax,
    **{f"flink-{workers}-{seconds}": partial(flink, workers, seconds) for workers in (1, 2) for seconds in (1, 10)},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("system", choices=SYSTEMS)
    parser.add_argument("url")
    parser.add_argument("--extractor", choices=["model", "rules"], default="model")
    args = parser.parse_args()
    with closing(open_topics(args.url)) as topics:
        topics.end_offsets(RAW.name)
    SYSTEMS[args.system](args.url, args.extractor)


if __name__ == "__main__":
    main()
