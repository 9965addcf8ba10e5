"""The whole local path, measured: records a second, processor time of each step, memory, and the floor beside it.

    python -m benchmarks.throughput [--topics spool kafka] [--articles 20000] [--extractor rules|model]
    python -m benchmarks.throughput --wire mix       plain text, one article in ten with an encounter
    python -m benchmarks.throughput --full           2,000, 20,000 and 200,000 articles: time and memory as they grow

The input is the demo's sample wire, multiplied, or a mix as a wire carries it (without `outside`). The floor is the
same driver, source and sinks with the same records, their bytes passed through to both result topics untouched.
`outside` is the chain with strip and extract answered from memory (each story's real results, under each article's
identity): what is left is all that stands around the two, which the design wants at most twice the floor. Within the
chain the same steps take longer, because strip and extract leave the processor's caches cold for them. Figures are
processor time (of all threads), so that other work on the machine does not count; `records/s` is by the clock. Each run
is a process of its own, which gives its peak memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import apache_beam as beam

from benchmarks.common import CPU, Timed, TimedIterator, fill, multiplied, stories
from benchmarks.wire_mix import mixed
from connectors.config import Config, PipelineConfig, TopicsConfig
from connectors.envelope import headers_for
from connectors.topics import ALL_TOPICS, RAW, Message, open_topics
from pipeline import boilerplate, steps, summits
from pipeline import drive as driver
from pipeline.io import clients
from pipeline.io.write import WriteTopic
from pipeline.settings import Settings, settings_of
from schemas.codec import Encoder
from schemas.records import CleanArticle, RawArticle, SummitReport

STEPS = ("read", "decode", "strip", "extract", "encode", "write", "beam")
SIZES = (2_000, 20_000, 200_000)
WIRES = {"demo": multiplied, "mix": mixed}


def floor(pipeline: Any, source: Any, settings: Settings, limits: dict[str, int]) -> None:
    """The chain without its steps."""
    messages = (
        pipeline
        | "Read" >> source
        | "Messages" >> beam.Map(lambda received: Message(received.key, received.value, received.headers))
    )
    messages | "WriteClean" >> WriteTopic(settings.clean, settings)
    messages | "WriteSummits" >> WriteTopic(settings.summits, settings)


def measured(url: str, what: str, extractor: str) -> dict[str, Any]:
    """Processes everything in the raw topic, in this process."""
    config = Config(
        topics=TopicsConfig(url=url),
        pipeline=PipelineConfig(group=what, extractor=extractor, batch_seconds=60.0),
    )
    topics = clients.topics(settings_of(config))
    asked = Timed("read", topics.read_ranges)
    topics.read_ranges = lambda topic, ranges: {  # type: ignore[method-assign]
        partition: TimedIterator("read", iter)(records) for partition, records in asked(topic, ranges).items()
    }
    topics.append = Timed("write", topics.append)  # type: ignore[method-assign]
    summits.load(config.pipeline.model, extractor)
    if what == "floor":
        driver.build = floor  # type: ignore[assignment]
    if what == "outside":
        remembered()
    for name in ("decode", "strip", "extract", "encode"):
        setattr(steps, name, Timed(name, getattr(steps, name)))
    wall, cpu = time.monotonic(), time.process_time()
    summary = driver.drive(config, once=True)
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    clients.close()
    return {
        "records": summary.counters["read/records"],
        "wall": wall,
        "cpu": cpu,
        "steps": {**CPU, "beam": cpu - sum(CPU.values())},
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "failed": sum(count for name, count in summary.counters.items() if name.startswith("failed/")),
    }


def remembered() -> None:
    """Strip and extract look up what they found for the story of which an article is a copy."""
    results = {}
    for story in stories():
        clean = boilerplate.clean_article(story)
        results[story.item_id] = clean, summits.report(story, clean)

    def clean_article(raw: RawArticle) -> CleanArticle:
        return replace(results[raw.item_id.rpartition("#")[0]][0], article_id=raw.article_id, published=raw.published)

    def report(raw: RawArticle, clean: CleanArticle) -> SummitReport:
        return replace(results[raw.item_id.rpartition("#")[0]][1], article_id=raw.article_id, published=raw.published)

    boilerplate.clean_article = clean_article
    summits.report = report


def in_a_process(url: str, what: str, extractor: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.throughput", "--measure", url, what, "--extractor", extractor]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def compare(kind: str, articles: int, extractor: str, wire: str) -> None:
    """Fills topics with articles, runs floor and chain, prints one table."""
    with ExitStack() as stack:
        if kind == "kafka":
            from pipeline.local import KafkaBroker

            url = f"kafka://{stack.enter_context(KafkaBroker()).bootstrap}"
        else:
            url = f"spool:{stack.enter_context(tempfile.TemporaryDirectory())}/spool"
        topics = open_topics(url)
        topics.create(ALL_TOPICS)
        encode = Encoder().encode
        records, size = fill(
            topics,
            (
                Message(one.article_id.encode(), encode(one, RAW.name), headers_for(one))
                for one in WIRES[wire](articles)
            ),
        )
        topics.close()
        kinds = ("floor", "outside", "chain") if wire == "demo" else ("floor", "chain")
        results = {name: in_a_process(url, name, extractor) for name in kinds}
    base, chain = results["floor"], results["chain"]
    around = results.get("outside", chain)
    assert {result["records"] for result in results.values()} == {records}
    outside = around["cpu"] - around["steps"]["strip"] - around["steps"]["extract"]
    print(f"\n{kind}, {records:,} articles of {size / records:,.0f} bytes, extractor {extractor}")
    print(f"{'':10}{'records/s':>12}{'CPU µs/record':>16}{'peak MiB':>10}   CPU µs/record by step")
    each = 1e6 / records
    for name, result in results.items():
        told = "  ".join(f"{step} {result['steps'][step] * each:.0f}" for step in STEPS if result["steps"].get(step))
        speed, memory = records / result["wall"], result["peak_mib"]
        print(f"{name:10}{speed:>12,.0f}{result['cpu'] * each:>16,.0f}{memory:>10,.0f}   {told}")
    shares = "  ".join(f"{step} {chain['steps'].get(step, 0) / chain['cpu']:.0%}" for step in STEPS)
    print(f"share of processor time: {shares}")
    print(f"outside of strip and extract: {outside / base['cpu']:.2f} × the floor; failed: {chain['failed']}")
    both = chain["steps"]["strip"] + chain["steps"]["extract"]
    print(f"strip and extract: {records / both:,.0f} articles a second of one core")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--topics", nargs="+", choices=["spool", "kafka"], default=["spool", "kafka"])
    parser.add_argument("--articles", type=int, nargs="+", default=[20_000])
    parser.add_argument("--extractor", choices=["rules", "model"], default="rules")
    parser.add_argument("--wire", choices=WIRES, default="demo")
    parser.add_argument("--full", action="store_true", help="grow from 2,000 to 200,000 articles")
    parser.add_argument("--measure", nargs=2, metavar=("URL", "WHAT"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        print(json.dumps(measured(*args.measure, args.extractor)))
        return
    for kind in args.topics:
        for articles in SIZES if args.full else args.articles:
            compare(kind, articles, args.extractor, args.wire)


if __name__ == "__main__":
    main()
