"""What the tree of a page says about each of its lines, as numbers."""

from __future__ import annotations

import json
import re
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from pipeline.boilerplate.features import PROSE
from pipeline.boilerplate.vocabulary import table
from schemas.markup import MarkupLine

TAGS = (
    "article",
    "main",
    "aside",
    "nav",
    "footer",
    "header",
    "figure",
    "form",
    "blockquote",
    "list",
    "table",
    "section",
)
OWN_TAGS = ("p", "h1", "h2", "h3", "h4", "li", "div", "blockquote", "pre", "figcaption", "dd", "span")
FAR = 9
CLOSE = 5
MOST_CLASSES, MOST_LETTERS = 12, 60
"""Words of an attribute that are read, and letters of a word: some pages generate hundreds."""


@cache
def _classes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern)) for name, pattern in table("elements").items())


EVIDENCE = (
    *(f"tag_{name}" for name in OWN_TAGS),
    "linked",
    "strong",
    "links",
    "depth",
    *(f"in_{name}" for name in TAGS),
    *(f"class_{name}" for name in table("elements")),
    "group_prose",
    "group_lines",
    "group_linked",
    "group_size",
    "look_lines",
    "look_linked",
    "look_size",
    "look_prose",
    "in_core",
    "below_core",
    "branch_share",
    "core_share",
    "before_core",
    "after_core",
    "stated_body",
    "in_stated_body",
    "in_description",
)
"""Names of the features of a page's line, in order."""

_STATED = re.compile(r'"articleBody"\s*:')
_SHINGLE = 3
_WORD = re.compile(r"\w+")


def evidence(root: Any, lines: Sequence[MarkupLine], known: dict[Any, bytes]) -> list[array[float]]:
    """One row of EVIDENCE for each line of the tree `root`; `known` as for `worth_weighing`."""
    size = [len(line.text) for line in lines]
    prose = [
        float(chars) if chars >= PROSE and line.linked * 3 < chars and line.text[-1] in '.!?…。！？"”’»)]」』' else 0.0
        for line, chars in zip(lines, size, strict=True)
    ]
    groups = [_group(line.element) for line in lines]
    looks = [_look(line.element) for line in lines]
    by_group = _sums(groups, lines, prose)
    by_look = _sums(looks, lines, prose)
    most = max((sums[3] for sums in by_group.values()), default=0.0) or 1.0
    total = sum(prose) or 1.0
    below: dict[Any, float] = defaultdict(float)
    for line, chars in zip(lines, prose, strict=True):
        if chars:
            element = line.element
            while element is not None:
                below[element] += chars
                element = element.getparent()
    core, core_chars = _core(root, below)
    inside: dict[Any, tuple[int, float]] = {}
    where = [_under(line.element, core, below, inside) for line in lines]
    of_core = [index for index, (depth, _) in enumerate(where) if depth >= 0 and prose[index]]
    first, last = (of_core[0], of_core[-1]) if of_core else (0, len(lines))
    stated = _shingles(_stated_body(root))
    described = _shingles(_description(root))
    rows: list[array[float]] = []
    for index, line in enumerate(lines):
        element = line.element
        chars = size[index]
        tag = element.tag
        row = [float(tag == name) for name in OWN_TAGS]
        facts = _facts(element, known)
        row += (line.linked / chars, line.strong / chars, line.links, facts[0])
        row += facts[1:]
        count, linked, all_chars, group_prose = by_group[groups[index]]
        row += (group_prose / most, count, linked / all_chars, all_chars / count)
        count, linked, all_chars, look_prose = by_look[looks[index]]
        row += (count, linked / all_chars, all_chars / count, look_prose / total)
        depth, branch = where[index]
        row += (depth >= 0, depth, branch / core_chars, core_chars / total, index < first, index > last)
        row += (bool(stated), _overlap(line.text, stated), _overlap(line.text, described))
        rows.append(array("f", row))
    return rows


def worth_weighing(lines: Sequence[MarkupLine], known: dict[Any, bytes]) -> list[int]:
    """Indexes of the lines that may belong to a story: not those of menus and footers, which are half of most pages.

    `known` keeps what the ancestors of an element say, between this and `evidence`.
    """
    worth = []
    for index, line in enumerate(lines):
        facts = _facts(line.element, known)
        if facts[_NAV] < FAR or facts[_FOOTER] < FAR:
            continue
        if line.linked * 10 >= len(line.text) * 9 and min(facts[_NAV_CLASS], facts[_FOOTER_CLASS]) <= CLOSE:
            continue
        worth.append(index)
    return worth


def _group(element: Any) -> Any:
    parent = element.getparent()
    return element if parent is None else parent


def _look(element: Any) -> tuple[str, ...]:
    parent = _group(element)
    return (element.tag, element.get("class") or "", parent.tag, parent.get("class") or "")


def _sums(
    keys: Sequence[Any], lines: Sequence[MarkupLine], prose: Sequence[float]
) -> dict[Any, tuple[float, float, float, float]]:
    """Key → lines, linked characters, characters, characters of prose."""
    sums: dict[Any, list[float]] = {}
    for key, line, chars in zip(keys, lines, prose, strict=True):
        entry = sums.setdefault(key, [0.0, 0.0, 0.0, 0.0])
        entry[0] += 1
        entry[1] += line.linked
        entry[2] += len(line.text)
        entry[3] += chars
    return {key: (a, b, c, d) for key, (a, b, c, d) in sums.items()}


def _core(root: Any, below: dict[Any, float]) -> tuple[Any, float]:
    """The smallest element that holds seven tenths of the page's prose."""
    core, need = root, 0.7 * below.get(root, 0.0)
    while True:
        deeper = max(core, key=lambda child: below.get(child, 0.0), default=None)
        if deeper is None or below.get(deeper, 0.0) < need or not below.get(deeper):
            return core, below.get(core, 0.0) or 1.0
        core = deeper


def _under(element: Any, core: Any, below: dict[Any, float], known: dict[Any, tuple[int, float]]) -> tuple[int, float]:
    """Levels below the core (-1 outside), and the prose of the core's branch in which the element stands."""
    found = known.get(element)
    if found is None:
        path = []
        at = element
        while at is not None and at is not core and at not in known:
            path.append(at)
            at = at.getparent()
        if at is core:
            found = (0, 0.0)
        elif at is None:
            found = (-1, 0.0)
        else:
            found = known[at]
        for step in reversed(path):
            depth, branch = found
            if depth == 0:
                branch = below.get(step, 0.0)
            found = (depth + 1 if depth >= 0 else -1, branch)
            known[step] = found
        if not path:
            known[element] = found
    return found


def _facts(element: Any, known: dict[Any, bytes]) -> bytes:
    """Depth, then the distance up to the nearest ancestor (or self) of each tag and class; FAR where there is none."""
    found = known.get(element)
    if found is not None:
        return found
    path = []
    at = element
    while at is not None and at not in known:
        path.append(at)
        at = at.getparent()
    facts = known[at] if at is not None else bytes([0, *[FAR] * (len(TAGS) + len(_classes()))])
    for step in reversed(path):
        own = _own(step.tag, *map(step.get, _ATTRIBUTES))
        farther = bytearray(facts.translate(_FARTHER))
        farther[0] = min(facts[0] + 1, 255)
        for index in own:
            farther[index] = 0
        facts = known[step] = bytes(farther)
    return facts


_FARTHER = bytes([*(min(far + 1, FAR) for far in range(FAR + 1)), *[FAR] * (255 - FAR)])
_TAG_OF = {"ul": "list", "ol": "list", "figcaption": "figure", "dl": "list"}
_ATTRIBUTES = ("class", "id", "role", "itemprop", "data-component", "data-testid", "hidden", "style")


@lru_cache(maxsize=8192)
def _own(tag: str, *attributes: str | None) -> frozenset[int]:
    """Places of `_facts` that an element itself fills."""
    own = set()
    name = _TAG_OF.get(tag, tag)
    if name in TAGS:
        own.add(1 + TAGS.index(name))
    *names, hidden, style = attributes
    if tag not in ("html", "body"):
        for words in names:
            for word in (words or "").casefold().split()[:MOST_CLASSES]:
                own |= _named(word[:MOST_LETTERS])
    if hidden is not None or "display:none" in (style or "").replace(" ", ""):
        own.add(1 + len(TAGS) + [name for name, _ in _classes()].index("overlay"))
    return frozenset(own)


_NAV, _FOOTER = 1 + TAGS.index("nav"), 1 + TAGS.index("footer")
_NAV_CLASS, _FOOTER_CLASS = (1 + len(TAGS) + list(table("elements")).index(name) for name in ("nav", "footer"))


@lru_cache(maxsize=8192)
def _named(word: str) -> frozenset[int]:
    return frozenset(1 + len(TAGS) + index for index, (_, pattern) in enumerate(_classes()) if pattern.search(word))


def _stated_body(root: Any) -> str:
    """The article's text as the page's own structured data (schema.org articleBody in JSON-LD) states it."""
    texts = []
    for script in root.iter("script"):
        if (script.get("type") or "").startswith("application/ld") and script.text and _STATED.search(script.text):
            try:
                data = json.loads(script.text, strict=False)
            except (ValueError, RecursionError):
                continue
            texts += [text for text in _values(data, "articleBody") if isinstance(text, str)]
    return max(texts, key=len, default="")


def _values(data: Any, name: str) -> Iterator[Any]:
    stack = [data]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if name in value:
                yield value[name]
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)


def _description(root: Any) -> str:
    for meta in root.iter("meta"):
        if (meta.get("name") or meta.get("property") or "").casefold() in ("description", "og:description"):
            return meta.get("content") or ""
    return ""


def page_title(root: Any) -> str:
    """The headline as the page's metadata gives it, else its title."""
    for meta in root.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").casefold() in ("og:title", "twitter:title") and meta.get(
            "content"
        ):
            return str(meta.get("content"))
    for title in root.iter("title"):
        return title.text or ""
    return ""


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return frozenset(zip(*(words[at:] for at in range(_SHINGLE)), strict=False))


def _overlap(text: str, shingles: frozenset[tuple[str, ...]]) -> float:
    """Share of the line's word triples among those; -1 where there is nothing to compare."""
    if not shingles:
        return -1.0
    own = _shingles(text)
    return len(own & shingles) / len(own) if own else -1.0
