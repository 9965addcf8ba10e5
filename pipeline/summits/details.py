"""What was talked about, what came of it, and who was quoted: exact spans of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.summits.events import Draft
from pipeline.summits.mentions import Mention, Person
from schemas.records import Quote, TextSpan

_TOPIC = re.compile(
    r"\b(?:(?:talks|discussions?|meetings?|summit|negotiations|consultations|dialogue|conversations?|visit)\b[^.;:“”\"]{0,60}?"
    r"\b(?:on|about|over|regarding|concerning|focus(?:ed|ing|es)? on|cent(?:er|re)(?:ed|ing)? on|aimed at|dealing with)"
    r"|(?:to |will |would |also |and )?(?:discuss(?:ed|ing|es)?|talk(?:ed)? about|review(?:ed|ing)?|address(?:ed)? the)"
    r"|(?:exchang(?:e|ed|ing) views on|focus(?:ed|ing)? on|topics include[sd]?|agenda include[sd]?|conferred on))\s+"
    r"(?P<span>[^.;:“”\"\n]{3,160})"
)
_OUTCOME = re.compile(
    r"\b(?P<span>(?:(?:re)?affirm(?:ed)?|agreed|signed|confirmed|announced|pledged|vowed|reached|concluded an?|approved|adopted|endorsed|"
    r"committed|declined the|declined to|rejected|refused to|failed to|condemned|decided|unveiled|launched|upgraded|promised|"
    r"expressed (?:support|concern|hope)|stressed|called for|called on|urged|issued|established|shared the view|welcomed)\b[^.;“”\"\n]{4,220})"
)
_CUT = re.compile(
    r",?\s+(?:according to|(?:he|she|they|officials?|the \w+) (?:said|says|added)|said|as well as a|after|before|while|when|which|who|amid|at (?:his|her|their|the) )\b.*$"
    r"|,\s+(?:according|but|though|although|and (?:he|she|they|the))\b.*$"
)
_DAY = r"(?:on )?(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_TAIL = re.compile(rf"\s+(?:{_DAY}|this week|next week|last week|later this (?:week|month)|in the coming \w+)\s*$")
_QUOTED = re.compile(r"[“\"](?P<text>[^“”\"]{15,600})[”\"]")
_SAYS = re.compile(
    r"\b(?:said|says|saying|told|added|stated|declared|stressed|noted|wrote|emphasized|warned|tweeted|remarked|commented|replied|quoted|"
    r"announced|insisted|explained|called|assured|posted)\b"
)


def topics(text: str, sentences: Sequence[tuple[int, int]]) -> tuple[TextSpan, ...]:
    """The spans which sentences of an event name as its subject."""
    return _spans(_TOPIC, text, sentences)


def outcomes(text: str, sentences: Sequence[tuple[int, int]]) -> tuple[TextSpan, ...]:
    """The spans which tell a result."""
    return _spans(_OUTCOME, text, sentences)


def _spans(rule: re.Pattern[str], text: str, sentences: Sequence[tuple[int, int]]) -> tuple[TextSpan, ...]:
    out: list[TextSpan] = []
    for first, last in sentences:
        sentence = text[first:last]
        for match in rule.finditer(sentence):
            words = _CUT.sub("", match["span"])
            words = _TAIL.sub("", words).rstrip(" ,–-—")
            start = first + match.start("span")
            if len(words) >= 3 and not any(start < span.end and span.start < start + len(words) for span in out):
                out.append(TextSpan(start, start + len(words), words))
    return tuple(out)


def is_result(sentence: str) -> bool:
    """Whether a sentence tells something that was agreed, signed, refused and the like."""
    return _OUTCOME.search(sentence) is not None


def quotes(
    text: str, sentences: Sequence[tuple[int, int]], mentions: Sequence[Mention]
) -> list[tuple[int, Person, Quote]]:
    """(sentence, speaker, quote) of every direct quotation whose speaker is known: named in the sentence beside a verb of
    saying, or, where the sentence names nobody, whoever spoke in the one before."""
    out = []
    speaker: Person | None = None
    for index, (first, last) in enumerate(sentences):
        sentence = text[first:last]
        quoted = list(_QUOTED.finditer(sentence))
        plain = _QUOTED.sub(lambda match: " " * len(match.group()), sentence)
        said = _SAYS.search(plain)
        named = [
            mention.person
            for mention in mentions
            if first <= mention.start < last and mention.person is not None and plain[mention.start - first].strip()
        ]
        if said and named:
            near = [
                mention
                for mention in mentions
                if mention.person is not None and first <= mention.start < last and plain[mention.start - first].strip()
            ]
            before = [mention for mention in near if mention.start < first + said.start()]
            chosen = min(near, key=lambda mention: abs(mention.start - first - said.start()))
            speaker = (before[-1] if before and first + said.start() - before[-1].end < 60 else chosen).person
        elif said and not re.search(r"\b(?:he|she|they)\b", plain, re.IGNORECASE):
            speaker = None if named or not quoted else speaker
        for match in quoted if speaker is not None and (said or not named) else ():
            words = match["text"]
            tail = len(words) - len(words.rstrip(" ,"))
            start = first + match.start("text")
            out.append(
                (index, speaker, Quote(speaker.name, words[: len(words) - tail], start, start + len(words) - tail))
            )
    return out


def attribution(text: str, draft: Draft) -> str | None:
    """To whom the best sentence attributes the event."""
    first, last = draft.sentences[0][1]
    match = re.search(r"\baccording to (?P<who>[^,.;]{3,80})", text[first:last])
    return match["who"].strip() if match else None
