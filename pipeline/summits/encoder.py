"""spaCy's token-to-vector layer, run faster: word vectors are kept, and the convolutions go through numpy's BLAS.

In `MultiHashEmbed` a token's vector hangs on the token alone, so that of a word that was met before need not be
computed again. `MaxoutWindowEncoder` is four small matrix products, which spaCy wraps in far more Python than they
cost. The weights and the arithmetic are the model's; a model that is built otherwise is left to spaCy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Key = tuple[str, bool]
"""What a token's own vector hangs on: its text, and whether a space follows."""
MOST_KEPT = 1 << 16
"""Word vectors: 25 MB."""
_EPSILON = 1e-8
"""Added to a layer's variance, as thinc does."""
_CLOSE = 1e-3
_PROBE = [
    "Smith",
    "said",
    "that",
    "talks",
    "in",
    "Paris",
    ",",
    "which",
    "began",
    "on",
    "Monday",
    ",",
    "were",
    "useful",
    ".",
]


@dataclass(frozen=True, slots=True)
class _Layer:
    """A residual maxout layer over windows of three tokens. `weights`: 3 × width, pieces × width, one piece after the
    other."""

    weights: Floats
    bias: Floats
    gain: Floats
    shift: Floats
    pieces: int

    def apply(self, rows: Floats) -> Floats:
        count, width = rows.shape
        windows = np.zeros((count, 3 * width), dtype=np.float32)
        windows[1:, :width] = rows[:-1]
        windows[:, width : 2 * width] = rows
        windows[:-1, 2 * width :] = rows[1:]
        values = windows @ self.weights
        values += self.bias
        best: Floats = values[:, :width]
        for piece in range(1, self.pieces):
            best = np.maximum(best, values[:, piece * width : (piece + 1) * width])
        best = best - (best.sum(axis=1, keepdims=True) / width)
        scale = np.einsum("ij,ij->i", best, best) / width + _EPSILON
        best *= (scale**-0.5)[:, None]
        best *= self.gain
        best += self.shift
        best += rows
        return best


class Encoder:
    """Vectors for documents, by the weights of a pipeline's tok2vec."""

    def __init__(self, embed: Any, layers: Sequence[_Layer], vocab: Any) -> None:
        self._embed = embed
        self._layers = layers
        self._vocab = vocab
        self._table = np.zeros((MOST_KEPT + 1, layers[0].gain.size), dtype=np.float32)  # the first row is the padding's
        self._rows: dict[Key, int] = {}
        self._lock = Lock()

    def set_vectors(self, docs: Sequence[Any], keys: Sequence[Sequence[Key]]) -> None:
        """Gives each document the tensor that the pipeline's other components read. `keys`: those of its tokens, of
        all documents at most MOST_KEPT."""
        pad = [0] * len(self._layers)  # as far as a layer after the other sees; so no document sees the next
        with self._lock:
            self._keep(set().union(*keys))
            places = [*pad]
            for own in keys:
                places += map(self._rows.__getitem__, own)
                places += pad
            rows = self._table[places]
        for layer in self._layers:
            rows = layer.apply(rows)
        at = len(pad)
        for doc, own in zip(docs, keys, strict=True):
            doc.tensor = rows[at : at + len(own)]
            at += len(own) + len(pad)

    def _keep(self, keys: set[Key]) -> None:
        """Puts the vectors of these keys into the table."""
        from spacy.tokens import Doc

        if len(self._rows) + len(keys) > MOST_KEPT:
            self._rows.clear()
        new = sorted(key for key in keys if key not in self._rows)
        if not new:
            return
        doc = Doc(self._vocab, words=[word for word, _ in new], spaces=[space for _, space in new])
        first = len(self._rows) + 1
        self._table[first : first + len(new)] = self._embed.predict([doc])[0]
        self._rows.update(zip(new, range(first, first + len(new)), strict=True))


def encoder_of(nlp: Any) -> Encoder | None:
    """The encoder of a pipeline; None where its tok2vec is built otherwise than the model that we know, or where the
    two do not agree on a sentence."""
    from spacy.tokens import Doc

    model = nlp.get_pipe("tok2vec").model if nlp.has_pipe("tok2vec") else None
    if model is None or len(model.layers) != 2:
        return None
    embed, encode = model.layers
    by_name = {name: [part for part in encode.walk() if part.name == name] for name in ("maxout", "layernorm")}
    windows = [part.attrs.get("window_size") for part in encode.walk() if part.name == "expand_window"]
    if not windows or {*windows} != {1} or not len(windows) == len(by_name["maxout"]) == len(by_name["layernorm"]):
        return None
    layers = [_layer(maxout, norm) for maxout, norm in zip(by_name["maxout"], by_name["layernorm"], strict=True)]
    encoder = Encoder(embed, layers, nlp.vocab)
    probes = [_PROBE, _PROBE[::-1]]
    docs = [Doc(nlp.vocab, words=list(words)) for words in probes]
    expected = model.predict(docs)
    encoder.set_vectors(docs, [[(word, True) for word in words] for words in probes])
    same = all(
        doc.tensor.shape == rows.shape and np.allclose(doc.tensor, rows, atol=_CLOSE)
        for doc, rows in zip(docs, expected, strict=True)
    )
    return encoder if same else None


def _layer(maxout: Any, norm: Any) -> _Layer:
    weights = np.asarray(maxout.get_param("W"), dtype=np.float32)
    width, pieces, inputs = weights.shape
    by_piece = weights.transpose(2, 1, 0).reshape(inputs, pieces * width)
    bias = np.asarray(maxout.get_param("b"), dtype=np.float32).T.reshape(-1)
    gain, shift = (np.asarray(norm.get_param(name), dtype=np.float32) for name in ("G", "b"))
    return _Layer(np.ascontiguousarray(by_piece), np.ascontiguousarray(bias), gain, shift, pieces)
