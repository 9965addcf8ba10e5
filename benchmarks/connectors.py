"""Connectors, measured: parsing beside feedparser, polling beside `reader` and the bare HTTP client.

    python -m benchmarks.connectors parse [FOLDER]
        items/s on one core, of the feed documents in FOLDER, or of made ones
    python -m benchmarks.connectors poll [--feeds 10000]
        a loopback server with that many feeds of 30 items, each under a host name of its own, so that the rationing of
        requests by host stays on; first pass: all is new; second: 95 % answer 304, 5 % have one new item

Each candidate runs in a process of its own on one core, the server on another. `reader` and fastfeedparser (extra
`bench`) are left out with a word where they are not installed; `reader` polls a sample, since it takes minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import random
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

ITEMS = 30
READER_SAMPLE = 500
URL = "https://n.example/feed"


# ---------------------------------------------------------------- parsing
def made_documents(number: int = 60) -> list[bytes]:
    """Feeds like those of news sites: full texts in CDATA with links, pictures and attributes."""
    from benchmarks.connectors_server import WORDS

    out = []
    for seed in range(number):
        chosen = random.Random(seed)
        items = []
        for n in range(ITEMS):
            text = "".join(
                f'<p class="c-{n}">{" ".join(chosen.choice(WORDS) for _ in range(45))} '
                f'<a href="https://n.example/t/{n}" rel="tag">more</a>.</p><img src="/i/{n}.jpg?w=640" alt="x"/>'
                for _ in range(chosen.randint(3, 12))
            )
            title = " ".join(chosen.choice(WORDS) for _ in range(9))
            items.append(
                f"<item><title>{title} &amp; more</title><link>https://n.example/{seed}/{n}?utm_source=rss</link>"
                f'<guid isPermaLink="false">tag:n.example,{seed}:{n}</guid>'
                f"<pubDate>Tue, 03 Mar 2026 {n % 24:02d}:15:00 +0100</pubDate><dc:creator>Jo Doe</dc:creator>"
                f"<category>World</category><category>Talks</category><description>{title}</description>"
                f"<content:encoded><![CDATA[{text}]]></content:encoded></item>"
            )
        out.append(
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>N</title>'
            f"<language>en</language>{''.join(items)}</channel></rss>".encode()
        )
    return out


def parsers() -> dict[str, Callable[[bytes], int]]:
    import feedparser

    from connectors.formats import FeedError, parse

    def ours(data: bytes) -> int:
        try:
            return len(parse(data, content_type=None, url=URL))
        except FeedError:
            return 0

    found: dict[str, Callable[[bytes], int]] = {
        "summitwire": ours,
        "feedparser, defaults": lambda data: len(feedparser.parse(data).entries),
        "feedparser, unsanitised": lambda data: len(
            feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False).entries
        ),
    }
    if importlib.util.find_spec("fastfeedparser"):
        import fastfeedparser

        def fast(data: bytes) -> int:
            try:
                return len(fastfeedparser.parse(data).entries)
            except Exception:  # it raises ValueError and others for what it cannot read
                return 0

        found["fastfeedparser"] = fast
    return found


def parse_speed(folder: str | None) -> None:
    documents = made_documents()
    if folder:
        files = [path for path in sorted(Path(folder).rglob("*")) if path.suffix in (".xml", ".rss", ".atom", ".rdf")]
        documents = [path.read_bytes() for path in files]
    size = sum(map(len, documents)) / 1e6
    print(f"{len(documents)} documents, {size:.1f} MB; best of three rounds, processor time of one process")
    base = 0.0
    rates: dict[str, tuple[int, float]] = {}
    for name, read in parsers().items():
        read(documents[0])
        best, items = 0.0, 0
        for _ in range(3 if not name.startswith("feedparser") else 1):
            start = time.process_time()
            items = sum(read(data) for data in documents)
            best = max(best, items / (time.process_time() - start))
        rates[name] = items, best
        base = best if name == "feedparser, defaults" else base
    for name, (items, rate) in rates.items():
        print(f"{name:<26}{items:>8} items {rate:>10,.0f} items/s {rate / base:>8.1f} x feedparser's defaults")


# ---------------------------------------------------------------- polling
def urls(port: int, feeds: int) -> list[str]:
    return [f"http://feed{n}.localhost:{port}/{n}" for n in range(feeds)]


def measured(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return result, {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "rss": rss}


def phase2(port: int) -> None:
    urllib.request.urlopen(f"http://127.0.0.1:{port}/phase2").close()


def poll_ours(port: int, feeds: int, folder: Path) -> list[dict[str, float]]:
    from connectors.config import parse_config
    from connectors.run import connect
    from connectors.topics import RAW, open_topics
    from schemas.codec import Decoder

    plain = {
        "topics": {"url": f"spool:{folder / 'spool'}"},
        "connect": {"allow_private": ["*.localhost"]},
        "feeds": [{"url": url} for url in urls(port, feeds)],
    }
    config = parse_config(plain, folder, "benchmark", {})
    topics = open_topics(config.topics_url())
    out = []
    for number in (1, 2):
        if number == 2:
            phase2(port)
        summary, row = measured(lambda: connect(config, topics, once=True))
        assert not summary.failed, next(iter(summary.failed.items()))
        out.append({**row, "published": summary.total.total})
    decoder, delays = Decoder(), []
    for received in topics.read(RAW.name, 0, topics.begin_offsets(RAW.name)[0], topics.end_offsets(RAW.name)[0]):
        article: Any = decoder.decode(received.value or b"")
        delays.append(received.timestamp / 1000 - article.fetched_at.timestamp())
    delays.sort()
    out[0]["p99"] = delays[int(0.99 * (len(delays) - 1))]
    return out


def poll_bare(port: int, feeds: int, folder: Path) -> list[dict[str, float]]:
    """aiohttp with the same connections, doing nothing with the answers but to keep their ETags."""
    import aiohttp
    from aiohttp.abc import AbstractResolver, ResolveResult

    class Loopback(AbstractResolver):
        async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
            return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

        async def close(self) -> None: ...

    etags: dict[str, str] = {}

    async def all_feeds() -> None:
        connector = aiohttp.TCPConnector(limit=100, resolver=Loopback())
        async with aiohttp.ClientSession(connector=connector) as session:
            slots = asyncio.Semaphore(100)

            async def one(url: str) -> None:
                async with slots, session.get(url, headers={"If-None-Match": etags.get(url, "-")}) as answer:
                    await answer.read()
                    etags[url] = answer.headers["ETag"]

            await asyncio.gather(*(one(url) for url in urls(port, feeds)))

    out = []
    for number in (1, 2):
        if number == 2:
            phase2(port)
        _, row = measured(lambda: asyncio.run(all_feeds()))
        out.append({**row, "published": 0})
    return out


def poll_reader(port: int, feeds: int, folder: Path) -> list[dict[str, float]]:
    from reader import make_reader

    asked = socket.getaddrinfo

    def loopback(host: Any, *args: Any, **more: Any) -> Any:
        return asked("127.0.0.1" if str(host).endswith(".localhost") else host, *args, **more)

    socket.getaddrinfo = loopback
    reader = make_reader(str(folder / "reader.sqlite"))
    for url in urls(port, feeds):
        reader.add_feed(url)
    out = []
    for number in (1, 2):
        if number == 2:
            phase2(port)
        _, row = measured(lambda: reader.update_feeds(scheduled=False))
        out.append({**row, "published": reader.get_entry_counts().total})
    return out


CANDIDATES = {"summitwire": poll_ours, "aiohttp alone": poll_bare, "reader": poll_reader}


def poll_speed(feeds: int) -> None:
    columns = ("feeds", "pass", "feeds/s", "CPU s/1000", "peak MB", "published", "p99 delay s")
    print(f"{'':<16}" + "".join(f"{column:>12}" for column in columns))
    for name in CANDIDATES:
        if name == "reader" and not importlib.util.find_spec("reader"):
            print("reader: not installed (the extra `bench`)")
            continue
        number = min(feeds, READER_SAMPLE) if name == "reader" else feeds
        server = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.connectors_server", str(number), str(ITEMS)], stdout=subprocess.PIPE
        )
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            pin(server.pid, 1)
            command = [sys.executable, "-m", "benchmarks.connectors", "candidate", name, str(port), str(number)]
            rows = json.loads(subprocess.run(command, check=True, capture_output=True).stdout.splitlines()[-1])
        finally:
            server.kill()
            server.wait()
        for n, row in enumerate(rows, 1):
            delay = f"{row['p99']:.2f}" if "p99" in row else ""
            print(
                f"{name:<16}{number:>12}{n:>12}{number / row['wall']:>12,.0f}{1000 * row['cpu'] / number:>12.2f}"
                f"{row['rss']:>12.0f}{row['published']:>12.0f}{delay:>12}",
                flush=True,
            )


def pin(process: int, core: int) -> None:
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(process, {cores[core % len(cores)]})


def candidate(name: str, port: int, feeds: int) -> None:
    pin(0, 0)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(CANDIDATES[name](port, feeds, Path(folder))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    parsing = actions.add_parser("parse")
    parsing.add_argument("folder", nargs="?")
    polling = actions.add_parser("poll")
    polling.add_argument("--feeds", type=int, default=10_000)
    one = actions.add_parser("candidate")
    one.add_argument("name", choices=CANDIDATES)
    one.add_argument("port", type=int)
    one.add_argument("feeds", type=int)
    args = parser.parse_args()
    if args.action == "parse":
        parse_speed(args.folder)
    elif args.action == "poll":
        poll_speed(args.feeds)
    else:
        candidate(args.name, args.port, args.feeds)


if __name__ == "__main__":
    main()
