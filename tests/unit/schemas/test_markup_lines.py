"""One flattening, read in two ways: the cleaner's tree and the connectors' quick look give the same lines."""

from __future__ import annotations

import random
import time

import pytest

from schemas.lines import flatten
from schemas.markup import line_texts, markup_lines

PIECES = (
    "<p>", "</p>", "<b>", "</b>", "<a href=x>", "</a>", "<!-- c -->", "<!--", "-->", "<?pi x?>", "<![CDATA[z]]>",
    "&amp;nbsp;", "&amp;lt;", "&nbsp;", "<br>", "<br/>", "<pre>", "</pre>", "\n", " word ", "<table>", "<tr>", "<td>",
    "</td>", "</table>", "<script>x</script>", "<style>", "</style>", "<div>", "</div>", "<ul><li>", "</ul>",
    "<select><option>o</select>", "<svg><text>q</text></svg>", "<title>t</title>", "<x:y>", "</x:y>", "<body.content>",
    "</body.content>", "<h1>", "</h1>", "é", "&bogus;", "<", ">", "&", "<p class='a  b'>", "text", "<form>", "</form>",
    "<noscript>n</noscript>", "<frameset>", "<textarea>", "</textarea>", "<iframe>", "</iframe>", "\x00", "\ud800",
)  # fmt: skip


def test_the_quick_look_gives_the_lines_of_the_tree() -> None:
    chosen = random.Random(7)
    for _ in range(1000):
        fragment = "".join(chosen.choice(PIECES) for _ in range(chosen.randrange(1, 30)))
        assert line_texts(fragment) == [line.text for line in markup_lines(fragment)[1]], fragment


@pytest.mark.parametrize("note", ["<!-- more -->", "<?ad slot?>"])
def test_what_follows_a_comment_is_text(note: str) -> None:
    assert flatten(f"<p>Envoys came.{note} They left.</p>", "html") == "Envoys came. They left."
    assert [line.text for line in markup_lines(f"<p>Envoys came.{note} They left.</p>")[1]] == [
        "Envoys came. They left."
    ]


def test_references_that_a_feed_escaped_twice_are_resolved() -> None:
    assert flatten("<p>Fish &amp;amp; chips&amp;nbsp;here</p>", "html") == "Fish & chips here"


@pytest.mark.parametrize("markup", ["<p>x</p>" * 100_000, "<p>" * 100_000, "<b>" * 100_000 + "x", "<!-- " * 100_000])
def test_markup_of_many_tags_takes_no_minutes(markup: str) -> None:
    began = time.process_time()
    line_texts(markup)
    assert time.process_time() - began < 4.0
