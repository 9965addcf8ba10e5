"""What a line shares with the prose around it."""

from pipeline.boilerplate.features import shapes
from pipeline.boilerplate.kinship import REACH, kinship, telling_words, words_of

PROSE = "The harbour of the old town was closed on Monday, and the fishermen waited for the ferry until late at night."
OTHER = "Nobody in the ministry of finance could say on Thursday how the money for the new railway line had been spent."


def test_words_that_stand_in_the_prose_around_a_line_are_counted() -> None:
    lines = [PROSE, "Fishermen at the harbour", OTHER]
    ((share, shared, telling),) = kinship(lines, shapes(lines), [1])
    assert (share, shared, telling) == (1.0, 2, 2)


def test_a_line_on_something_else_shares_nothing() -> None:
    lines = [PROSE, "Singer announces comeback", OTHER]
    assert [row.tolist() for row in kinship(lines, shapes(lines), [1])] == [[0.0, 0.0, 3.0]]


def test_a_line_of_prose_does_not_share_words_with_itself() -> None:
    lines = [PROSE, OTHER]
    assert kinship(lines, shapes(lines), [0])[0][1] == 0


def test_prose_beyond_reach_is_not_looked_at() -> None:
    lines = [PROSE, *[OTHER] * REACH, "Fishermen at the harbour"]
    assert kinship(lines, shapes(lines), [len(lines) - 1])[0][1] == 0
    lines.remove(OTHER)
    assert kinship(lines, shapes(lines), [len(lines) - 1])[0][1] == 2


def test_east_asian_words_tell_by_pairs_of_letters() -> None:
    assert telling_words(words_of("漁業権")) == {"漁業", "業権"}


def test_a_line_without_a_telling_word_has_no_share() -> None:
    lines = [PROSE, "2 / 3"]
    assert kinship(lines, shapes(lines), [1])[0].tolist() == [-1.0, 0.0, 0.0]
