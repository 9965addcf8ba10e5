"""A dependency tree in plain objects: spaCy's tokens look every string up again each time one asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

Tree = list["Node"]


class Node:
    """A word of a parsed sentence, with the names that spaCy's tokens have. `doc`: all words of the sentence."""

    __slots__ = ("_subtree", "children", "dep_", "doc", "head", "i", "lefts", "lower_", "rights", "tag_", "text")

    head: Node

    def __init__(self, i: int, text: str, tag: str, dep: str, doc: Tree) -> None:
        self.i = i
        self.text = text
        self.lower_ = text.lower()
        self.tag_ = tag
        self.dep_ = dep
        self.doc = doc
        self.lefts: Tree = []
        self.rights: Tree = []
        self.children: Tree = []
        self._subtree: Tree = []

    def __repr__(self) -> str:
        return self.text

    @property
    def subtree(self) -> Tree:
        """The word and all that hangs on it, in the order of the sentence."""
        if not self._subtree:
            found: Tree = []
            for child in self.lefts:
                found += child.subtree
            found.append(self)
            for child in self.rights:
                found += child.subtree
            self._subtree = found
        return self._subtree

    @property
    def left_edge(self) -> Node:
        return min(self.subtree, key=lambda node: node.i)

    @property
    def right_edge(self) -> Node:
        return max(self.subtree, key=lambda node: node.i)

    @property
    def conjuncts(self) -> Tree:
        """The words that are coordinated with it."""
        first = self
        while first.dep_ == "conj" and first.head is not first:
            first = first.head
        found = [first]
        for word in found:
            found += [child for child in word.rights if child.dep_ == "conj"]
        return [word for word in found if word is not self]

    def is_ancestor(self, other: Node) -> bool:
        while other.head is not other:
            other = other.head
            if other is self:
                return True
        return False

    def nbor(self, distance: int = 1) -> Node:
        return self.doc[self.i + distance]


def tree_of(doc: Any, words: Sequence[str]) -> Tree:
    """The tree of a parsed spaCy document with these words."""
    rows = doc.to_array(["TAG", "DEP", "HEAD"])
    strings = doc.vocab.strings
    tree: Tree = []
    for i, (word, (tag, dep, _)) in enumerate(zip(words, rows.tolist(), strict=True)):
        tree.append(Node(i, word, _named(strings, tag), _named(strings, dep), tree))
    for node, offset in zip(tree, rows[:, 2].astype(np.int64).tolist(), strict=True):
        node.head = tree[node.i + offset]
        if offset:
            (node.head.lefts if offset > 0 else node.head.rights).append(node)
    for node in tree:
        node.children = node.lefts + node.rights
    return tree


@cache
def _named(strings: Any, number: int) -> str:
    """A tag or a relation; there are about a hundred, and spaCy's table takes a microsecond to look one up."""
    return str(strings[number])
