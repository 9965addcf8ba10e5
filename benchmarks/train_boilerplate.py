"""Trains the two models of the cleaner (lines, blocks) on the labelled sets and writes them beside the word lists.

    python -m benchmarks.train_boilerplate SHARED/boilerplate [--check]

`SHARED/boilerplate` holds fundus.jsonl.gz and wcxb_dev.jsonl.gz (pages with their articles) and their flattened forms
*_lines.jsonl.gz. With --check nothing is written: each model is trained five times without a fifth of the hosts and
measured on those. Needs LightGBM (the extra `bench`); the result needs only numpy.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np

from benchmarks.boilerplate_sets import Scorer, load_scorer
from pipeline.boilerplate.context import AROUND, surroundings
from pipeline.boilerplate.evidence import EVIDENCE
from pipeline.boilerplate.features import PROSE, SHAPE, shapes
from pipeline.boilerplate.html import clean_html, page_rows
from pipeline.boilerplate.text import FEATURES, clean_text, line_rows
from pipeline.boilerplate.trees import SCALE, trees_of
from pipeline.boilerplate.wire import ends_as_sentence
from schemas.markup import markup_lines

DATA = Path(__file__).parents[1] / "pipeline" / "boilerplate" / "data"
SETS = {"fundus": 1.3, "wcxb_dev": 0.8}
"""Sets and the weight of their lines: news counts for more than blogs and guides."""
WORD = re.compile(r"\w+")
WIRE_TAILS = (
    "ab/cd",
    "ab-cd/ef",
    "© The Agency",
    "Copyright 2026 The Agency. All rights reserved.",
    "(Reporting by Ann Other; Editing by Sam One)",
    "The Agency contributed to this report.",
    "END",
    "(END)",
    "-30-",
    "###",
)
"""What agencies write behind a story; none of the sets holds any."""
WIRE_STORIES = 1
"""Made of each article."""
LONGEST_STORY = 15
"""Lines of a story made so."""
CALLED = 0.5
"""Share of those stories which a sentence of the site follows."""
FOLDS = 5
ROUNDS = {"lines": 200, "blocks": 160}
PARAMETERS = {
    "objective": "binary",
    "num_leaves": 15,
    "max_depth": 7,
    "learning_rate": 0.07,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5,
    "seed": 1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


class Example(NamedTuple):
    """One page or one flattened text: its lines as numbers, what is kept, and how much each line counts."""

    source: str
    page: dict[str, Any]
    lines: list[str]
    rows: Any
    keep: Any
    weight: Any
    original: bool


def example(
    page: dict[str, Any],
    lines: list[str],
    rows: Sequence[array[float]],
    keep: Sequence[bool],
    weight: float,
    *,
    original: bool = True,
) -> Example:
    words = np.sqrt([max(len(WORD.findall(line)), 1) for line in lines])
    evened = max(1, sum(keep)) ** -0.3  # a page of 200 paragraphs teaches less than two hundred times one of one
    return Example(
        page["source"],
        page,
        lines,
        np.frombuffer(b"".join(rows), np.float32).reshape(len(lines), -1),
        np.asarray(keep, dtype=np.int8),
        words * (weight * evened),
        original,
    )


def line_examples(folder: Path, score: Scorer) -> Iterator[Example]:
    """Flattened texts; and, so that clean text stays whole, the article alone, stretches of it, and as wire stories."""
    chance = random.Random(1)
    for name, weight in SETS.items():
        for page in score.read_jsonl(folder / f"{name}_lines.jsonl.gz"):
            page["set"] = name
            pairs = [
                (line.strip(), keep) for line, keep in zip(page["lines"], page["keep"], strict=True) if line.strip()
            ]
            yield plain_example(page, pairs, weight)
            alone = [pair for pair in pairs if pair[1]]
            parts = [alone, *(wire_story(pairs, chance) for _ in range(WIRE_STORIES))]
            for _ in range(2):
                length = chance.randint(3, 25)
                start = chance.randrange(max(1, len(pairs) - length))
                parts.append(pairs[start : start + length])
            for part in parts:
                if any(kept for _, kept in part):
                    yield plain_example(page, part, 0.3 * weight, original=False)


def plain_example(
    page: dict[str, Any], pairs: Sequence[tuple[str, bool]], weight: float, *, original: bool = True
) -> Example:
    lines = [line for line, _ in pairs]
    rows = line_rows(lines, shapes(lines), range(len(lines)))
    return example(page, lines, rows, [keep for _, keep in pairs], weight, original=original)


def wire_story(pairs: Sequence[tuple[str, bool]], chance: random.Random) -> list[tuple[str, bool]]:
    """The article up to one of its short sentences, if it has any, and what a site or an agency might put behind it."""
    article = [pair for pair in pairs if pair[1]]
    calls = [pair for pair in pairs if not pair[1] and is_short_sentence(pair[0])]
    short = [at for at, (line, _) in enumerate(article) if at and is_short_sentence(line)]
    end = chance.choice(short) + 1 if short else len(article)
    story = article[max(0, end - LONGEST_STORY) : end]
    call = [chance.choice(calls)] if calls and chance.random() < CALLED else []
    tail = chance.sample(WIRE_TAILS, chance.randint(0, 3))
    return [*story, *call, *((line, False) for line in tail)]


def is_short_sentence(line: str) -> bool:
    return len(line) < PROSE and ends_as_sentence(line, len(line))


def page_examples(folder: Path, score: Scorer) -> Iterator[Example]:
    for name, weight in SETS.items():
        for page in score.read_jsonl(folder / f"{name}.jsonl.gz"):
            page["set"] = name
            root, found = markup_lines(page["html"])
            if root is None or not found:
                continue
            worth, looks, seen = page_rows(root, found, None)
            if not worth:
                continue
            lines = [found[index].text for index in worth]
            columns = zip(looks, surroundings(lines, looks), seen, strict=True)
            yield example(
                page,
                lines,
                [shape.row + a + b for shape, a, b in columns],
                in_truth(lines, page["text"], score),
                weight,
            )


def in_truth(lines: Sequence[str], truth: str, score: Scorer) -> list[bool]:
    """Which lines belong to the article: most of their word quadruples stand in it; short ones are a line of it."""
    whole = {" ".join(score.folded(line)) for line in truth.split("\n")}
    grams = score.shingles(score.folded(truth))
    flags = []
    for line in lines:
        words = score.folded(line)
        if len(words) < 4:
            flags.append(bool(words) and " ".join(words) in whole)
        else:
            own = [tuple(words[at : at + 4]) for at in range(len(words) - 3)]
            flags.append(sum(gram in grams for gram in own) >= 0.55 * len(own))
    return flags


def fold_of(source: str) -> int:
    return hashlib.sha256(source.encode()).digest()[0] % FOLDS


def train(examples: Sequence[Example], rounds: int) -> Any:
    import lightgbm

    rows = np.concatenate([each.rows for each in examples])
    keep = np.concatenate([each.keep for each in examples])
    weight = np.concatenate([each.weight for each in examples])
    return lightgbm.train(PARAMETERS, lightgbm.Dataset(rows, keep, weight=weight), rounds)


def check(name: str, examples: Sequence[Example], features: Sequence[str], score: Scorer) -> None:
    """Prints the figures of the scorer for the whole cleaner, each host judged by trees that have not seen it."""
    pages = name == "blocks"
    judge, summary = (score.score_page, score.sum_pages) if pages else (score.score_lines, score.sum_lines)
    scores: dict[str, list[dict[str, Any]]] = {}
    for fold in range(FOLDS):
        model = train([each for each in examples if fold_of(each.source) != fold], ROUNDS[name])
        trees = trees_of(plain_trees(model, features))
        with (
            patch("pipeline.boilerplate.text.load_trees", lambda _, trees=trees: trees),
            patch("pipeline.boilerplate.html.load_trees", lambda _, trees=trees: trees),
        ):
            for each in examples:
                if each.original and fold_of(each.source) == fold:
                    page = each.page
                    text = clean_html(page["html"]).text if pages else clean_text("\n".join(page["lines"])).text
                    scores.setdefault(page["set"], []).append(judge(page, text))
    for name_of_set, judged in scores.items():
        print(name, name_of_set, {key: round(value, 4) for key, value in summary(judged).items()})


def plain_trees(model: Any, features: Sequence[str]) -> dict[str, Any]:
    """The trees in the form that pipeline.boilerplate.trees reads."""
    nodes: dict[str, list[Any]] = {"feature": [], "threshold": [], "left": [], "right": [], "value": []}
    roots = []
    deepest = 0

    def add(node: dict[str, Any], depth: int) -> int:
        nonlocal deepest
        deepest = max(deepest, depth)
        at = len(nodes["feature"])
        leaf = "leaf_value" in node
        nodes["feature"].append(0 if leaf else node["split_feature"])
        nodes["threshold"].append(0.0 if leaf else float(f"{node['threshold']:.6g}"))
        nodes["value"].append(round(node["leaf_value"] * SCALE) if leaf else 0)
        nodes["left"].append(at)
        nodes["right"].append(at)
        if not leaf:
            nodes["left"][at] = add(node["left_child"], depth + 1)
            nodes["right"][at] = add(node["right_child"], depth + 1)
        return at

    for tree in model.dump_model()["tree_info"]:
        roots.append(add(tree["tree_structure"], 0))
    return {"features": list(features), "levels": deepest, "roots": roots, **nodes}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only", choices=("lines", "blocks"))
    args = parser.parse_args()
    score = load_scorer(args.folder)
    jobs = {
        "lines": (line_examples, FEATURES),
        "blocks": (page_examples, (*SHAPE, *AROUND, *EVIDENCE)),
    }
    for name, (build, features) in jobs.items():
        if args.only in (None, name):
            examples = list(build(args.folder, score))
            if args.check:
                check(name, examples, features, score)
            else:
                plain = plain_trees(train(examples, ROUNDS[name]), features)
                path = DATA / f"{name}.json"
                path.write_text(json.dumps(plain, separators=(",", ":")) + "\n", encoding="utf-8")
                print(f"{path.name}: {len(plain['roots'])} trees, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
