"""A process dies at each edge of the way from a wire to a commit, again and again, on one spool and on one Kafka."""

from __future__ import annotations

import contextlib
import random
import signal
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from connectors.config import load_config
from connectors.run import connect
from connectors.topics import RAW
from pipeline.cli import main
from schemas.codec import Decoder
from schemas.records import RawArticle
from tests.faults.edges import EDGES, OF_CONNECT
from tests.faults.oracle import check, duplicates, undisturbed
from tests.faults.rounds import TOLD
from tests.faults.tier import LONG
from tests.faults.zygote import CONNECT, RUN, Zygote
from tests.integration.connectors.connector_desk import Wire
from tests.integration.pipeline.desk import Desk

HITS = 20 if LONG else 1
"""Deaths at each edge, on each of the two."""
TRIES = 5
NEW_ITEMS = 5
BATCH = 4
ARMED = """
from tests.faults import edges
disturbed = work
def work(line):
    edge, at = line.split()
    edges.arm(edge, int(at))
    return disturbed("")
"""


class Feed:
    """A feed that gets new items at each request, and knows which it has served."""

    def __init__(self) -> None:
        self.served: set[str] = set()

    def __call__(self, request: BaseHTTPRequestHandler) -> None:
        names = {f"item-{len(self.served) + more}" for more in range(NEW_ITEMS)}
        self.served |= names  # what a client that died was sent counts as served
        items = "".join(
            f"<item><guid isPermaLink='false'>{name}</guid><title>Talks {name}</title>"
            f"<description>The ministers of Tarvik and Osmere met on Monday, for {name}.</description></item>"
            for name in sorted(self.served)
        )
        body = f"<rss version='2.0'><channel><title>N</title>{items}</channel></rss>".encode()
        with contextlib.suppress(OSError):
            request.send_response(200)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)


def test_a_death_at_any_edge_loses_nothing_and_invents_nothing(either_desk: Desk, wire: Wire, tmp_path: Path) -> None:
    desk, feed = either_desk, Feed()
    wire.documents["/feed"] = feed
    file = tmp_path / "summitwire.toml"
    file.write_text(
        f"[topics]\nurl = '{desk.topics.url}'\n[connect]\nallow_private = ['127.0.0.1']\nhost_seconds = 0.0\n"
        f"[pipeline]\ngroup = '{desk.config.pipeline.group}'\nextractor = 'rules'\n"
        f"batch_records = {BATCH}\npoll_seconds = 0.05\n"
        f"[[feeds]]\nurl = '{wire.url('/feed')}'\nsource = 'n'\ninterval = 0.05\n"
    )
    config = load_config(str(file))
    chance = random.Random(17)
    rounds = [edge for edge in EDGES for _ in range(HITS)]
    chance.shuffle(rounds)
    where = desk.topics.url.split(":")[0]
    with Zygote(RUN + ARMED, str(file)) as running, Zygote(CONNECT + ARMED, str(file)) as connecting:
        for edge in rounds:
            if edge in OF_CONNECT:
                zygote = connecting
            else:
                zygote = running
                connect(config, desk.topics, once=True)
            died_at(edge, chance.choice((1, 1, 2, 3)), zygote)
            TOLD[f"{edge}, {where}"].in_flight.append(in_flight(desk, feed))
    connect(config, desk.topics, once=True)
    assert main(["run", "--once", "--config", str(file), "--archive", "avro"]) == 0

    raws = [Decoder().decode(one.value or b"") for one in desk.read(RAW)]
    assert {one.item_id for one in raws if isinstance(one, RawArticle)} == feed.served, "lost or invented on the way in"
    check(desk, undisturbed(desk, tmp_path / "reference"))
    deaths = sum(edge not in OF_CONNECT for edge in rounds)
    batch = max(BATCH, len(desk.committed()))  # each partition gets on in every batch
    assert max(duplicates(desk).values()) <= deaths * batch


def died_at(edge: str, at: int, zygote: Zygote) -> None:
    """On a busy machine a run may end before, with a sentence: the broker did not answer at the start, or a lease that
    is this short was lost."""
    for _ in range(TRIES):
        zygote.fork(f"{edge} {at}")
        if zygote.wait() == -signal.SIGKILL:
            return
    raise AssertionError(f"{edge}: nothing came there in {TRIES} tries")


def in_flight(desk: Desk, feed: Feed) -> int:
    """What was served, or acknowledged by the raw topic, and is not committed."""
    raw = len({one.key for one in desk.read(RAW)})
    behind = sum(desk.topics.end_offsets(RAW.name).values()) - sum(desk.committed().values())
    return len(feed.served) - raw + behind
