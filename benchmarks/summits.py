"""Summit extraction, measured: quality beside two baselines, what the confidence means, the gate, and speed.

    python -m benchmarks.summits --shared SHARED [--only quality confidence gate speed]

`SHARED/events` holds the annotated stories (dev.jsonl) and their scorer (score.py, whose docstring defines the
figures). The stories of our own writing (tests/unit/summits) come beside them, sets a to g; docs/events.md says which
of them were read while the rules were written. Intervals are 95 % bootstrap intervals over stories. Speed is processor
time on one thread in the same run.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.summits_peers import full_pipeline, keywords, named_entities
from benchmarks.wire_mix import other_stories
from pipeline.summits import extract, load
from pipeline.summits.gate import may_name_sides, names_office, worth_reading
from pipeline.summits.sentences import sentences

Story = dict[str, Any]
OWN = Path(__file__).parent.parent / "tests" / "unit" / "summits"
RESAMPLES = 1000
BINS = ((0.0, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01))
OTHERS = 9
"""Stories without an encounter for each one with, in the mix."""


def load_scorer(folder: Path) -> Any:
    spec = importlib.util.spec_from_file_location("summits_score", folder / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(path: Path) -> list[Story]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def own_sets() -> dict[str, list[Story]]:
    """The stories of our own writing by their set."""
    sets: dict[str, list[Story]] = {}
    for path in sorted(OWN.glob("stories_*.jsonl")):
        for story in read(path):
            sets.setdefault(story["half"] if "half" in story else path.stem[-1], []).append(story)
    return dict(sorted(sets.items()))


def ours(story: Story) -> list[dict[str, Any]]:
    day = date.fromisoformat(story["published"])
    found = extract(story["text"], published=day, headline=story.get("title") or story.get("headline"))
    return [{**event.to_dict(), "confidence": event.confidence} for event in found]


def without_model(story: Story) -> list[dict[str, Any]]:
    load(mode="rules")
    try:
        return ours(story)
    finally:
        load()


SYSTEMS: dict[str, Callable[[Story], list[dict[str, Any]]]] = {
    "summitwire": ours,
    "summitwire, rules only": without_model,
    "spaCy names + keywords": lambda story: named_entities(story["text"]),
    "keywords": lambda story: keywords(story["text"]),
}


def scored(scorer: Any, stories: Sequence[Story], system: Callable[[Story], list[dict[str, Any]]]) -> dict[str, Any]:
    gold = {story["id"]: story for story in stories}
    result: dict[str, Any] = scorer.score(gold, {s["id"]: {"id": s["id"], "events": system(s)} for s in stories})
    return result


def interval(counts: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """The 95 % interval of sum(hits) / sum(of) over resampled stories."""
    chance = random.Random(7)
    shares = []
    for _ in range(RESAMPLES):
        drawn = chance.choices(counts, k=len(counts))
        shares.append(sum(hits for hits, _ in drawn) / max(1, sum(of for _, of in drawn)))
    cuts = statistics.quantiles(shares, n=40)
    return cuts[0], cuts[-1]


def strict(story: dict[str, Any]) -> int:
    """Events of a scored story that are right in all their parties."""
    return sum(story["gold"][i]["parties"] == story["predicted"][j]["parties"] for i, j in story["pairs"])


def measure_quality(scorer: Any, name: str, stories: Sequence[Story]) -> None:
    events = sum(len(story["events"]) for story in stories)
    print(f"\n{name}: {len(stories)} stories, {events} events, {sum(not s['events'] for s in stories)} stories without")
    print(f"{'':<26}{'same parties P':>24}{'R':>24}{'all P':>8}{'R':>7}{'prim. P':>9}{'R':>7}{'wrong':>7}{'false':>7}")
    for system, run in SYSTEMS.items():
        result = scored(scorer, stories, run)
        told = list(result["stories"].values())
        p = interval([(strict(one), len(one["predicted"])) for one in told])
        r = interval([(strict(one), len(one["gold"])) for one in told])
        view, fields = result["events"], result["fields"]
        same = view["same_parties"]
        print(
            f"{system:<26}{same['p'] or 0:>10.3f} [{p[0]:.3f} {p[1]:.3f}]{same['r']:>10.3f} [{r[0]:.3f} {r[1]:.3f}]"
            f"{view['all']['p'] or 0:>8.3f}{view['all']['r']:>7.3f}"
            f"{view['primary']['p'] or 0:>9.3f}{view['primary']['r']:>7.3f}"
            f"{fields['wrong_fields_per_event'] or 0:>7.2f}{result['false_positives_in_them']:>7}"
        )
        if run is ours:
            print(f"    {fields_line(fields)}")


def fields_line(fields: dict[str, Any]) -> str:
    """The fields of paired events: accuracy, or F1 of what is a set."""
    shares = ("kind", "status", "level", "prominence", "title", "date_exact", "place_name", "evidence")
    sets = ("parties", "name_full", "topics", "outcomes", "quotes")
    told = [f"{name} {fields[name]['accuracy']:.2f}" for name in shares]
    return ", ".join(told + [f"{name} {fields[name]['f1'] or 0:.2f}" for name in sets])


def measure_statuses(scorer: Any, stories: Sequence[Story]) -> None:
    """Recall of the rare statuses: the event is found and its status right."""
    rare = ("postponed", "cancelled", "declined", "proposed")
    right = dict.fromkeys(rare, 0)
    of = dict.fromkeys(rare, 0)
    for story in scored(scorer, stories, ours)["stories"].values():
        paired = dict(story["pairs"])
        for number, event in enumerate(story["gold"]):
            if event["status"] in of:
                of[event["status"]] += 1
                other = paired.get(number)
                right[event["status"]] += other is not None and story["predicted"][other]["status"] == event["status"]
    print("\nrare statuses, stories of our own writing: " + ", ".join(f"{s} {right[s]}/{of[s]}" for s in rare), end="")
    print(f"; macro average {statistics.mean(right[s] / of[s] for s in rare):.3f}")


def measure_confidence(scorer: Any, name: str, stories: Sequence[Story]) -> None:
    """Among the events of each band of confidence, how many are right in all their parties."""
    told: list[tuple[float, bool]] = []
    for story in stories:
        predicted = ours(story)
        result = scorer.score({story["id"]: story}, {story["id"]: {"id": story["id"], "events": predicted}})
        one = result["stories"][story["id"]]
        right = {j for i, j in one["pairs"] if one["gold"][i]["parties"] == one["predicted"][j]["parties"]}
        told += [(event["confidence"], j in right) for j, event in enumerate(predicted)]
    brier = statistics.mean((value - right) ** 2 for value, right in told)
    print(f"\n{name}: mean squared error {brier:.4f}")
    print(f"{'confidence':<14}{'events':>8}{'right':>8}{'share':>8}{'mean':>8}")
    for low, high in BINS:
        band = [(value, right) for value, right in told if low <= value < high]
        if band:
            hits = sum(right for _, right in band)
            mean = statistics.mean(value for value, _ in band)
            print(f"{low:.1f} to {min(high, 1):.1f}{len(band):>12}{hits:>8}{hits / len(band):>8.3f}{mean:>8.3f}")


def passes(text: str) -> bool:
    return (
        names_office(text)
        and may_name_sides(text)
        and any(worth_reading(text[start:end]) for start, end in sentences(text))
    )


def measure_gate(stories: Sequence[Story], others: Sequence[str]) -> None:
    events = [(story, event) for story in stories for event in story["events"]]
    lost = [
        story["id"]
        for story, event in events
        if not passes(story["text"]) or not any(worth_reading(story["text"][a:b]) for a, b in event["evidence"])
    ]
    through = sum(map(passes, others))
    print(f"\ngate: loses {len(lost)} of {len(events)} events ({', '.join(lost) or 'none'});", end=" ")
    print(f"lets {through} of {len(others)} stories without an encounter through to the scan")


def seconds(run: Callable[[str], object], texts: Iterable[str]) -> float:
    start = time.process_time()
    for text in texts:
        run(text)
    return time.process_time() - start


def measure_speed(stories: Sequence[Story], others: Sequence[str]) -> None:
    day = date(2024, 5, 15)
    told = [story["text"] for story in stories if story["events"]]
    mixed = told[: len(others) // OTHERS] + list(others)
    run = full_pipeline()
    extract(told[0], published=day)
    run(told[0])
    print(f"\n{'one thread, processor time':<36}{'stories':>8}{'ours /s':>10}{'spaCy /s':>10}{'times':>8}")
    for name, texts in (("stories with encounters", told), ("one in ten with an encounter", mixed)):
        mine, theirs = seconds(lambda text: extract(text, published=day), texts), seconds(run, texts)
        count = len(texts)
        print(f"{name:<36}{count:>8}{count / mine:>10.1f}{count / theirs:>10.1f}{theirs / mine:>8.1f}")
    print("\none long text:", end="")
    for length in (12_500, 25_000, 50_000, 100_000):
        text = (" ".join(told) * 20)[:length]
        print(f"  {length:,} characters {seconds(lambda text: extract(text, published=day), [text]):.2f} s", end="")
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True, help="folder with events/dev.jsonl and events/score.py")
    parts = ["quality", "confidence", "gate", "speed"]
    parser.add_argument("--only", nargs="+", choices=parts, default=parts)
    args = parser.parse_args()
    scorer = load_scorer(args.shared / "events")
    dev, sets = read(args.shared / "events" / "dev.jsonl"), own_sets()
    own = [story for stories in sets.values() for story in stories]
    others = other_stories(30 * OTHERS)
    load()
    if "quality" in args.only:
        for prefix, kind in (("", "all"), ("voa", "web stories"), ("gmb", "briefs")):
            measure_quality(scorer, f"development stories, {kind}", [s for s in dev if s["id"].startswith(prefix)])
        for name, stories in sets.items():
            measure_quality(scorer, f"own stories, {name}", stories)
        measure_statuses(scorer, own)
    if "confidence" in args.only:
        measure_confidence(scorer, "development stories and our own", dev + own)
        measure_confidence(scorer, "development stories", dev)
        for name, stories in sets.items():
            measure_confidence(scorer, f"own stories, {name}", stories)
    if "gate" in args.only:
        measure_gate(dev + own, others)
    if "speed" in args.only:
        measure_speed(dev + own, others)


if __name__ == "__main__":
    main()
