"""The parser's fast way gives what spaCy's own gives, whatever else is in the batch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc

from pipeline.summits import model
from pipeline.summits.encoder import Encoder, encoder_of
from pipeline.summits.parsing import Parser
from pipeline.summits.standins import pieces
from pipeline.summits.tree import tree_of

SENTENCES = [
    "Smith met Jones in Paris on Monday to discuss ferries.",
    "The talks, which nobody had announced, lasted for three hours.",
    "“We shall see,” he said.",
    "Smith met Jones in Paris on Monday to discuss ferries.",
]


@pytest.fixture
def parser() -> Parser:
    loaded = model.parser()
    assert loaded is not None
    return loaded


def parse(parser: Parser, sentences: list[str]) -> list[list[tuple[str, str, int]]]:
    read = [pieces(sentence, 0, [], parser.tokenize) for sentence in sentences]
    return [[(token.tag_, token.dep_, token.head.i) for token in doc] for doc in parser.parse(read)]


def test_the_pinned_model_is_run_by_our_encoder(parser: Parser) -> None:
    assert parser.encoder is not None


TEXTS = [*SENTENCES, "", " a  b\nc ", "Don't. He's at 8a.m. in the U.S.: ) :-) (:)) a\u00a0b\x1fc", "x" * 50 + " ends."]


def spacys_tokens(parser: Parser, text: str) -> list[tuple[str, int, bool]]:
    return [(t.text, t.idx, bool(t.whitespace_)) for t in parser.nlp.tokenizer(text) if not t.is_space]


@pytest.mark.parametrize("text", TEXTS)
def test_words_are_those_of_spacys_tokenizer(parser: Parser, text: str) -> None:
    for _ in range(2):  # found, then kept
        assert list(parser.tokenize(text)) == spacys_tokens(parser, text)


def test_words_learned_at_once_are_the_same(parser: Parser) -> None:
    fresh = Parser(parser.nlp, None)
    for _ in range(2):
        fresh.learn(TEXTS)
        for text in TEXTS:
            assert list(fresh.tokenize(text)) == spacys_tokens(parser, text)


def expect_vectors_of_the_model(encoder: Encoder, nlp: Any, sentences: list[str]) -> None:
    docs = [Doc(nlp.vocab, words=sentence.split()) for sentence in sentences]
    encoder.set_vectors(docs, [[(word, True) for word in sentence.split()] for sentence in sentences])
    for doc, rows in zip(docs, nlp.get_pipe("tok2vec").predict(docs), strict=True):
        np.testing.assert_allclose(doc.tensor, rows, atol=1e-4)


def test_vectors_are_those_of_the_model(parser: Parser) -> None:
    assert parser.encoder is not None
    for _ in range(2):  # computed, then kept
        expect_vectors_of_the_model(parser.encoder, parser.nlp, SENTENCES)


def test_vectors_are_right_when_no_more_can_be_kept(parser: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.summits.encoder.MOST_KEPT", 30)
    encoder = encoder_of(parser.nlp)
    assert encoder is not None
    for sentence in SENTENCES * 3:
        expect_vectors_of_the_model(encoder, parser.nlp, [sentence, "Smith met others ."])


def test_a_parse_is_the_same_alone_and_in_a_batch_and_as_spacys_own(parser: Parser) -> None:
    together = parse(parser, SENTENCES * 20)
    assert together == parse(Parser(parser.nlp, None), SENTENCES) * 20
    assert together[:4] == [parse(parser, [sentence])[0] for sentence in SENTENCES]


def test_a_tree_answers_as_spacys_tokens_do(parser: Parser) -> None:
    for sentence in SENTENCES:
        (doc,) = parser.nlp.pipe([sentence])
        for node, token in zip(tree_of(doc, [token.text for token in doc]), doc, strict=True):
            assert (node.lower_, node.tag_, node.dep_, node.head.i) == (
                token.lower_,
                token.tag_,
                token.dep_,
                token.head.i,
            )
            for name in ("children", "lefts", "rights", "subtree", "conjuncts"):
                assert [word.i for word in getattr(node, name)] == [word.i for word in getattr(token, name)]
            assert (node.left_edge.i, node.right_edge.i) == (token.left_edge.i, token.right_edge.i)
            assert all(node.is_ancestor(node.doc[other.i]) == token.is_ancestor(other) for other in doc)


WIDER_WINDOWS = {
    "@architectures": "spacy.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 96,
    "depth": 2,
    "embed_size": 200,
    "window_size": 2,
    "maxout_pieces": 3,
    "subword_features": True,
}


@pytest.mark.parametrize("components", [{}, {"tok2vec": {"model": WIDER_WINDOWS}}])
def test_a_model_that_is_built_otherwise_is_left_to_spacy(components: dict[str, Any]) -> None:
    nlp: Any = spacy.blank("en")
    for name, config in components.items():
        nlp.add_pipe(name, config=config)
    nlp.initialize()
    assert encoder_of(nlp) is None
