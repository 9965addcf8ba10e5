"""Adds, lists, imports and exports feeds, and tells how they are.

summitwire feeds add https://www.un.org/press/en       finds the feed behind a page
summitwire feeds import subscriptions.opml
summitwire feeds export > subscriptions.opml
summitwire feeds list
summitwire feeds status                                last success, next poll, errors, what is held
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from connectors.config import DEFAULT_FILE, Config, FeedConfig
from pipeline.cli import CommandError
from pipeline.cli.common import add_config, config_of


def configure(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="add the feed at an address, or behind the page there")
    add.add_argument("url")
    add.add_argument("--id", default="", help="name of the feed (default: made from the address)")
    add.add_argument("--source", default="", help="publisher (default: the host)")
    add.add_argument("--full-text", action="store_true", help="fetch the articles' pages where there are only teasers")
    add.add_argument("--unchecked", action="store_true", help="add the address as it is, without fetching it")
    load = actions.add_parser("import", help="add the feeds of an OPML file")
    load.add_argument("file")
    actions.add_parser("export", help="print the feeds as OPML")
    listing = actions.add_parser("list", help="print the configured feeds and folders")
    status = actions.add_parser("status", help="print how the feeds are")
    for one in (listing, status):
        one.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    return int(globals()[f"_{args.action}"](args))


def _file(args: argparse.Namespace) -> Path:
    file = Path(args.config or DEFAULT_FILE)
    if not file.exists():
        raise CommandError(f"{file} does not exist; `summitwire init` writes one to start from")
    return file


def _add(args: argparse.Namespace) -> int:
    from connectors.feedlist import add_feeds

    file, config = _file(args), config_of(args)
    url = args.url
    if not args.unchecked:
        url = _discovered(url, config)
    feed = FeedConfig(url=url, id=args.id, source=args.source, full_text=args.full_text)
    if add_feeds(file, [feed]):
        print(f"added {url} to {file}")
    else:
        print(f"{url} is in {file} already")
    return 0


def _discovered(url: str, config: Config) -> str:
    from connectors.addresses import PrivateHosts
    from connectors.discover import discover
    from connectors.fetch import Fetcher, FetchError

    async def look() -> str:
        fetcher = Fetcher(user_agent=config.connect.user_agent, private=PrivateHosts(config.connect.allow_private))
        async with fetcher:
            found = await discover(url, fetcher)
        if not found:
            raise CommandError(f"no feed at {url} and none behind it; `--unchecked` adds the address as it is")
        for other in found[1:]:
            print(f"also there: {other.url} ({other.items} items)", file=sys.stderr)
        print(f"found {found[0].format} with {found[0].items} items", file=sys.stderr)
        return found[0].url

    try:
        return asyncio.run(look())
    except FetchError as error:
        raise CommandError(f"{error}; `--unchecked` adds the address as it is") from error


def _import(args: argparse.Namespace) -> int:
    from connectors.feedlist import add_feeds
    from connectors.formats import FeedError
    from connectors.opml import read

    file = _file(args)
    try:
        outlines = read(Path(args.file).read_bytes())
    except (OSError, FeedError) as error:
        raise CommandError(f"{args.file} cannot be imported: {error}") from error
    new = add_feeds(file, (FeedConfig(url=outline.url) for outline in outlines))
    print(f"added {len(new)} of {len(outlines)} feeds to {file}; the others were there already")
    return 0


def _export(args: argparse.Namespace) -> int:
    from connectors.opml import Outline, write
    from connectors.sources import sources

    found = [source for source in sources(config_of(args)) if source.feed is not None]
    sys.stdout.write(write(Outline(source.url, source.feed_id) for source in found))
    return 0


def _list(args: argparse.Namespace) -> int:
    from connectors.sources import sources

    rows = [
        {"id": source.feed_id, "source": source.source_id, "url": source.url} for source in sources(config_of(args))
    ]
    if args.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        print(f"{row['id']:<40} {row['source']:<24} {row['url']}")
    if not rows:
        print("no feeds are configured; `summitwire feeds add URL` adds one")
    return 0


def _status(args: argparse.Namespace) -> int:
    from connectors.sources import sources
    from connectors.state import FeedState, State, StateError

    config = config_of(args)
    path = config.path(config.connect.state)
    if not path.exists():
        raise CommandError(f"nothing was polled yet: there is no state file {path}; `summitwire connect` makes it")
    try:
        state = State(path)
    except StateError as error:
        raise CommandError(str(error)) from error
    kept, held = state.feeds(), state.held()
    state.close()
    feeds = [kept.get(source.feed_id) or FeedState(source.feed_id, source.url) for source in sources(config)]
    if args.json:
        waiting = [{"article_id": one.article_id.hex(), "due": one.due} for one in held]
        print(json.dumps({"feeds": [asdict(feed) for feed in feeds], "held": waiting}, ensure_ascii=False))
        return 0
    print(f"{'feed':<40} {'last success':<17} {'next poll':<17} {'304':>4} {'items':>6} {'new':>7}  error")
    for feed in feeds:
        share = f"{100 * feed.unchanged / feed.polls:.0f}%" if feed.polls else "-"
        print(
            f"{feed.feed_id[:40]:<40} {_time(feed.last_ok):<17} {_time(feed.next_poll or None):<17} {share:>4} "
            f"{feed.items:>6} {feed.published:>7}  {feed.error or ''}".rstrip()
        )
    for one in held:
        until = "until a newer version" if one.due is None else f"until {_time(one.due)}"
        print(f"held {one.article_id.hex()} {until}")
    return 0


def _time(seconds: float | None) -> str:
    return "-" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%MZ")
