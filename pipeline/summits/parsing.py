"""Sentences to dependency parses, by a spaCy pipeline of which only what earns its place is run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.summits.encoder import Encoder, encoder_of
from pipeline.summits.standins import Piece
from pipeline.summits.tree import Tree, tree_of

_KNOWN = ["tok2vec", "tagger", "parser"]
_AT_ONCE = 64
"""Sentences in one batch, so that memory stays bounded."""


@dataclass(frozen=True, slots=True)
class Parser:
    """A loaded pipeline; `encoder` stands in for its tok2vec where it can."""

    nlp: Any
    encoder: Encoder | None

    @classmethod
    def of(cls, nlp: Any) -> Parser:
        return cls(nlp, encoder_of(nlp) if nlp.pipe_names == _KNOWN else None)

    def tokenize(self, text: str) -> Any:
        return self.nlp.tokenizer(text)

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
