"""Sentences to dependency parses, by a spaCy pipeline of which only what earns its place is run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.summits.encoder import Encoder, Key, encoder_of
from pipeline.summits.standins import Piece
from pipeline.summits.tree import Tree, tree_of

_KNOWN = ["tok2vec", "tagger", "parser"]
_AT_ONCE = 32
"""Sentences in one batch: of 2,000 characters each at most, so fewer tokens than the encoder keeps vectors."""
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

    def learn(self, texts: Iterable[str]) -> None:
        """Finds the tokens of what is new in these texts at once, in a third of the time that it takes one by one."""
        chunks = dict.fromkeys(chunk for text in texts for chunk in _CHUNK.findall(text))
        new = [chunk for chunk in chunks if chunk not in self._kept and len(chunk) <= _LONGEST_KEPT]
        if len(self._kept) + len(new) > _MOST_KEPT:
            self._kept.clear()
        words: list[str] = []
        found = iter(new)
        for token in self.nlp.tokenizer(" ".join(new)):
            words.append(token.text)
            if token.whitespace_:
                self._kept[next(found)] = tuple(words)
                words.clear()
        if words:
            self._kept[next(found)] = tuple(words)

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

        for first in range(0, len(sentences), _AT_ONCE):
            keys = [[(piece.word, piece.space) for piece in pieces] for pieces in sentences[first : first + _AT_ONCE]]
            words = [[word for word, _ in own] for own in keys]
            docs = [
                Doc(self.nlp.vocab, words=texts, spaces=[space for _, space in own])
                for texts, own in zip(words, keys, strict=True)
            ]
            self._annotate(docs, keys)
            yield from map(tree_of, docs, words)

    def _annotate(self, docs: Sequence[Any], keys: Sequence[Sequence[Key]]) -> None:
        if self.encoder is None:
            for _ in self.nlp.pipe(docs):
                pass
            return
        self.encoder.set_vectors(docs, keys)
        for name, component in self.nlp.pipeline:
            if name != "tok2vec":
                component.set_annotations(docs, component.predict(docs))
