"""Boilerplate removal, measured: ours beside the usual extractors, on pages and on plain lines.

    python -m benchmarks.boilerplate SHARED/boilerplate [--sets fundus wcxb_dev] [--peers trafilatura …] [--only pages]

`SHARED/boilerplate` holds the sets and their scorer, whose docstring defines the figures. Peers (the extra `bench`)
that are not installed are left out with a word. pages/s is processor time in the same run, page by page; `(parsing)`
is the floor: the tree alone.
"""

from __future__ import annotations

import argparse
import collections
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.boilerplate_peers import PEERS
from benchmarks.boilerplate_sets import Scorer, load_scorer
from pipeline.boilerplate import clean_html, clean_text
from schemas import line_fingerprints
from schemas.markup import parse

Cleaner = Callable[[str], str]


def ours(html: str) -> str:
    return clean_html(html).text


def timed(clean: Cleaner, pages: Iterable[dict[str, Any]]) -> tuple[dict[str, str], float]:
    """The output for each page, and seconds of processor time for all."""
    start = time.process_time()
    texts = {page["id"]: clean(page["html"]) for page in pages}
    return texts, time.process_time() - start


def measure_pages(name: str, score: Scorer, folder: Path, peers: dict[str, Cleaner]) -> None:
    pages = score.read_jsonl(folder / f"{name}.jsonl.gz")
    print(f"\n{name}: {len(pages)} pages")
    print(f"{'':<24}{'F1':>7}{'P':>7}{'R':>7}{'exact':>8}{'leaking':>9}{'lost':>8}{'gutted':>8}{'pages/s':>9}")
    clean_html(pages[0]["html"])
    start = time.process_time()
    for page in pages:
        parse(page["html"])
    floor = len(pages) / (time.process_time() - start)
    for peer, clean in {"summitwire": ours, **peers}.items():
        texts, seconds = timed(clean, pages)
        figures = score.sum_pages([score.score_page(page, texts[page["id"]]) for page in pages])
        print(
            f"{peer:<24}{figures['F1']:>7.4f}{figures['P']:>7.3f}{figures['R']:>7.3f}{figures['exact']:>8.3f}"
            f"{figures['foreign_pages']:>9.3f}{figures['lost']:>8.4f}{figures['gutted']:>8.3f}"
            f"{len(pages) / seconds:>9.1f}"
        )
    print(f"{'(parsing)':<75}{floor:>9.1f}")


def measure_lines(name: str, score: Scorer, folder: Path) -> None:
    pages = score.read_jsonl(folder / f"{name}_lines.jsonl.gz")
    print(f"\n{name}: {len(pages)} flattened texts")
    print(f"{'':<34}{'F1':>7}{'P':>7}{'R':>7}{'exact':>8}{'tokens gone':>13}{'lines lost':>12}")
    for form in ("lines", "seed", "blob"):
        inputs = {page["id"]: score.flattened(page, form) for page in pages}
        rows: dict[str, Callable[[], Iterator[tuple[str, str]]]] = {
            "nothing done": lambda inputs=inputs: iter(inputs.items()),  # type: ignore[misc]
            "summitwire": lambda inputs=inputs: ((key, clean_text(text).text) for key, text in inputs.items()),  # type: ignore[misc]
            "summitwire, known lines": lambda inputs=inputs: in_stream_order(pages, inputs),  # type: ignore[misc]
        }
        for row, run in rows.items():
            texts = dict(run())
            figures = score.sum_lines([score.score_lines(page, texts[page["id"]]) for page in pages])
            print(
                f"{form + ': ' + row:<34}{figures['F1']:>7.4f}{figures['P']:>7.3f}{figures['R']:>7.3f}"
                f"{figures['exact']:>8.3f}{figures['drop_tokens_gone']:>13.3f}{figures['keep_lines_lost']:>12.4f}"
            )


def in_stream_order(pages: Iterable[dict[str, Any]], inputs: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Each text with the lines that stood in two or more earlier texts of its source, as a connector knows them."""
    seen: dict[str, collections.Counter[int]] = collections.defaultdict(collections.Counter)
    for page in pages:
        text = inputs[page["id"]]
        lines = line_fingerprints(text)
        known = frozenset(line for line in lines if seen[page["source"]][line] >= 2)
        seen[page["source"]].update(lines)
        yield page["id"], clean_text(text, known_lines=known).text


def measure_shape(name: str, score: Scorer, folder: Path) -> None:
    """A story as one blob, a wire tail, a heading, headlines and cut-off leads of other stories: exact results."""
    chance = random.Random(7)
    pages = [page for page in score.read_jsonl(folder / f"{name}.jsonl.gz") if len(page["text"]) > 800]
    headings = ("Don't Miss", "Related Articles", "Read Next", "You may also like", "More stories", "Most Read")
    tails = ("END [Copyright The Agency, Ltd.]", "(Reporting by Ann Other; Editing by Sam One)", "###", "")
    exact = 0
    for page in pages:
        story = " ".join(page["text"].split("\n"))
        others = chance.sample(pages, 3)
        teasers = []
        for other in others:
            lines = [line for line in other["text"].split("\n") if len(line) > 60]
            teasers += [
                " ".join(lines[-1].split()[:9]).rstrip(".,"),
                " ".join(lines[0].split()[: chance.randint(9, 16)]).rstrip("."),
            ]
        text = "\n\n".join([f"{story} {chance.choice(tails)}".strip(), chance.choice(headings), *teasers])
        cleaned = clean_text(text)
        expected = clean_text(story)
        exact += (
            score.tokens(cleaned.text) == score.tokens(expected.text) == score.tokens(without_dateline(story, expected))
        )
    print(f"\n{name}: story in one line, wire tail, heading, teasers: exact {exact / len(pages):.3f} of {len(pages)}")


def without_dateline(story: str, clean: Any) -> str:
    return "".join(story[s.start : s.end] for s in clean.spans if s.label not in ("dateline", "wire_tail", "copyright"))


def measure_speed(score: Scorer, folder: Path) -> None:
    pages = score.read_jsonl(folder / "fundus.jsonl.gz")
    stories = ["\n\n".join(page["text"].split("\n")) for page in pages]
    wire = [f"LONDON, Jan. 14 (Reuters) - {story}\n\n(Reporting by Ann Other; Editing by Sam One)" for story in stories]
    size = sum(len(text.encode()) for text in wire)
    for text in wire:  # patterns are compiled when a line first needs them
        clean_text(text)
    start = time.process_time()
    for text in wire:
        clean_text(text)
    print(f"\nplain wire text: {size / 1e6 / (time.process_time() - start):.1f} MB/s on one core ({len(wire)} stories)")
    print("time for texts of growing length:")
    paragraphs = [line for story in stories for line in story.split("\n\n")]
    for length in (1_000, 10_000, 100_000, 1_000_000, 10_000_000):
        text = ("\n\n".join(paragraphs) * (length // 500_000 + 1))[:length]
        markup = "<p>" + text.replace("\n\n", "</p><p>")
        forms = {"lines": text, "one line": text.replace("\n", " "), "page": markup, "fragment": markup}
        took = {}
        runs: dict[str, Callable[[str], object]] = {
            "page": clean_html,
            "fragment": lambda value: clean_html(value, kind="fragment"),
        }
        for form, value in forms.items():
            start = time.process_time()
            runs.get(form, clean_text)(value)
            took[form] = time.process_time() - start
        print(f"{length:>11,} characters: " + ", ".join(f"{form} {seconds:.3f} s" for form, seconds in took.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", nargs="+", default=["fundus", "wcxb_dev"])
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--only", choices=("pages", "lines", "shape", "speed"))
    args = parser.parse_args()
    score = load_scorer(args.folder)
    peers = {}
    for name in args.peers:
        try:
            peers[name] = PEERS[name]()
        except ImportError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    for name in args.sets:
        if args.only in (None, "pages"):
            measure_pages(name, score, args.folder, peers)
        if args.only in (None, "lines"):
            measure_lines(name, score, args.folder)
        if args.only in (None, "shape"):
            measure_shape(name, score, args.folder)
    if args.only in (None, "speed"):
        measure_speed(score, args.folder)


if __name__ == "__main__":
    main()
