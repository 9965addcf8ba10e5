"""Checks, lists, shows and registers the schemas of the records.

summitwire schemas check                        every release against every other, with data; exit status 1 on a problem
summitwire schemas list                         what is released, with the fingerprints that records carry
summitwire schemas show SummitReport            its fields and what they mean
summitwire schemas show RawArticle.v1 --json > raw-article.avsc
summitwire schemas register --url http://localhost:8081
"""

from __future__ import annotations

import argparse
import json
from contextlib import suppress
from typing import Any

from connectors.topics import CLEAN, DEAD_LETTERS, RAW, SUMMITS
from pipeline.cli import CommandError
from pipeline.cli.common import add_config, config_of
from schemas.errors import IncompatibleSchema, NotRegistered
from schemas.expand import expanded, fields_within
from schemas.registry import Registry
from schemas.releases import Release, latest, releases

RECORD_OF_TOPIC = {
    RAW.name: "RawArticle",
    CLEAN.name: "CleanArticle",
    SUMMITS.name: "SummitReport",
    DEAD_LETTERS.name: "DeadLetter",
}
COMPATIBILITY = "FULL_TRANSITIVE"


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = actions.add_parser("check", help="prove that all releases of a record read each other")
    check.set_defaults(action_run=_check)
    listing = actions.add_parser("list", help="the released schemas")
    listing.set_defaults(action_run=_list)
    show = actions.add_parser("show", help="the fields of a record")
    show.add_argument("record", metavar="RECORD", help="such as SummitReport, or a release such as SummitReport.v1")
    show.set_defaults(action_run=_show)
    register = actions.add_parser("register", help="register the newest schema of each topic in a schema registry")
    register.add_argument("--url", help="the registry's address (default: [registry] url of the configuration)")
    add_config(register)
    register.set_defaults(action_run=_register)
    for action in (check, listing, show, register):
        action.add_argument("--json", action="store_true", help="JSON instead of text")


def run(args: argparse.Namespace) -> int:
    status: int = args.action_run(args)
    return status


def _check(args: argparse.Namespace) -> int:
    from schemas.compatibility import check

    report = check()
    if args.json:
        _print_json({"releases": report.releases, "samples": report.samples, "problems": report.problems})
    else:
        for problem in report.problems:
            print(problem)
        found = f"{len(report.problems)} problems" if report.problems else "compatible in both directions"
        print(f"{len(report.releases)} releases, {report.samples} samples written and read: {found}")
    return 1 if report.problems else 0


def _list(args: argparse.Namespace) -> int:
    topics = {record: topic for topic, record in RECORD_OF_TOPIC.items()}
    rows = [
        {"release": item.name, "fingerprint": f"{item.fingerprint:016x}", "topic": topics.get(item.record)}
        for item in releases()
    ]
    if args.json:
        _print_json(rows)
    else:
        for row in rows:
            print(f"{row['release']:<18} {row['fingerprint']}  {row['topic'] or 'inside of SummitReport'}")
    return 0


def _show(args: argparse.Namespace) -> int:
    release = _released(args.record)
    if args.json:
        _print_json(release.schema)
        return 0
    tree = expanded(release.parsed)
    print(f"{release.name}: {tree['doc']}\n")
    for path, field in fields_within(tree, ""):
        print(f"{path[1:]}: {type_in_words(field['type'])}")
        print(f"    {field['doc']}")
    return 0


def _released(name: str) -> Release:
    """A release by its name, or the newest of a record."""
    wanted = name.lower()
    found = [item for item in releases() if wanted in (item.name.lower(), item.record.lower())]
    if not found:
        raise CommandError(f"no schema {name} is released; there are {', '.join(item.name for item in releases())}")
    return found[-1]


def type_in_words(schema: Any) -> str:
    """A type (with names expanded) as people say it: `array of string`, `DateSpan, or null`."""
    if isinstance(schema, list):
        return " or ".join(type_in_words(arm) for arm in schema if arm != "null") + ", or null"
    if isinstance(schema, str):
        return schema
    match schema["type"]:
        case "array":
            return f"array of {type_in_words(schema['items'])}"
        case "enum":
            return f"{_short(schema)} ({', '.join(schema['symbols'])})"
        case "record":
            return _short(schema)
        case other:
            return str(schema.get("logicalType", other))


def _short(schema: dict[str, Any]) -> str:
    return str(schema["name"]).rpartition(".")[2]


def _register(args: argparse.Namespace) -> int:
    url = args.url or config_of(args).registry.url
    if not url:
        raise CommandError("which registry? Give --url ADDRESS, or set url in [registry] of the configuration")
    registry = Registry(url)
    rows = [
        {"subject": f"{topic}-value", "id": _register_one(registry, f"{topic}-value", release), "release": release.name}
        for topic, release in ((topic, latest(record)) for topic, record in RECORD_OF_TOPIC.items())
    ]
    if args.json:
        _print_json(rows)
    else:
        for row in rows:
            print(f"{row['subject']:<30} id {row['id']:<5} {row['release']}, {COMPATIBILITY}")
    return 0


def _register_one(registry: Registry, subject: str, release: Release) -> int:
    """The level comes first where the subject exists: an old one must not let an incompatible schema pass."""
    with suppress(NotRegistered):  # Apicurio knows no subject before its first schema
        registry.set_compatibility(subject, COMPATIBILITY)
    try:
        schema_id = registry.register(subject, release.schema)
    except IncompatibleSchema as error:
        raise CommandError(
            f"{release.name} is not compatible with the schemas under {subject}, so that somebody else must have "
            f"put them there: {error}"
        ) from error
    registry.set_compatibility(subject, COMPATIBILITY)
    return schema_id


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
