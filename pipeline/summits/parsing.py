"""Sentences to dependency parses, by a spaCy pipeline of which only what earns its place is run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.summits.encoder import Encoder, encoder_of
from pipeline.summits.standins import Piece
from pipeline.summits.tree import Tree, tree_of

_KNOWN = ["tok2vec", "tagger", "parser"]
_AT_ONCE = 64
"""Sentences in one batch, so that memory stays bounded."""
_CHUNK = re.compile(r"\S+")
_MOST_KEPT = 50_000
_LONGEST_KEPT = 40
"""Chunks of text between white space, and characters of one, of which the tokens are kept."""


@dataclass(frozen=True, slots=True)
class Parser:
    """A loaded pipeline; `encoder` stands in for its tok2vec where it can."""

    nlp: Any
    encoder: Encoder | None
    _kept: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, nlp: Any) -> Parser:
        return cls(nlp, encoder_of(nlp) if nlp.pipe_names == _KNOWN else None)

    def tokenize(self, text: str) -> Iterator[tuple[str, int, bool]]:
        """The tokens that spaCy gives but for white space: each with its place in the text, and whether a space
        follows. No rule of the tokenizer reaches over white space, so that a chunk's tokens are found once."""
        for match in _CHUNK.finditer(text):
            at = match.start()
            words = self._words(match.group())
            for word in words[:-1]:
                yield word, at, False
                at += len(word)
            yield words[-1], at, text[match.end() : match.end() + 1] == " "

    def _words(self, chunk: str) -> tuple[str, ...]:
        words = self._kept.get(chunk)
        if words is None:
            words = tuple(token.text for token in self.nlp.tokenizer(chunk))
            if len(chunk) <= _LONGEST_KEPT:
                if len(self._kept) >= _MOST_KEPT:
                    self._kept.clear()
                self._kept[chunk] = words
        return words

    def parse(self, sentences: Sequence[Sequence[Piece]]) -> Iterable[Tree]:
        """The tree of each sentence; what else is in the batch makes no difference."""
        from spacy.tokens import Doc

        words = [[piece.word for piece in pieces] for pieces in sentences]
        docs = [
            Doc(self.nlp.vocab, words=own, spaces=[piece.space for piece in pieces])
            for own, pieces in zip(words, sentences, strict=True)
        ]
        for doc, own in zip(self._parsed(docs), words, strict=True):
            yield tree_of(doc, own)

    def _parsed(self, docs: Sequence[Any]) -> Iterable[Any]:
        if self.encoder is None:
            yield from self.nlp.pipe(docs)
            return
        components = [component for name, component in self.nlp.pipeline if name != "tok2vec"]
        for first in range(0, len(docs), _AT_ONCE):
            batch = docs[first : first + _AT_ONCE]
            self.encoder.set_vectors(batch)
            for component in components:
                component.set_annotations(batch, component.predict(batch))
            yield from batch
