"""The steps as transforms: a plain function each, its failures on an output of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import apache_beam as beam

from connectors.dead import set_aside
from connectors.envelope import headers_for
from connectors.topics import Message, Received
from pipeline import calls, steps
from pipeline.failures import NOT_THE_RECORD, Failure, failure
from pipeline.io import clients
from pipeline.metrics import Tally
from pipeline.poison import hand
from pipeline.settings import Settings

OK = "ok"
FAILURES = "failures"


@dataclass
class Step(beam.PTransform):  # type: ignore[misc]
    """Applies `function` to each element. Where it raises, or ends its process, the element's origin becomes a dead
    letter of this step, and what `fallback` makes of the element, if there is one and it succeeds, goes on. Outputs:
    `ok` and `failures`.

    Both functions are pure and can be pickled: they may run in another process. `counted` gives the names of further
    counters that a result raises by one."""

    name: str
    settings: Settings
    function: Callable[[Any], Any]
    fallback: Callable[[Any], Any] | None = None
    counted: Callable[[Any], Iterable[str]] = lambda result: ()

    def expand(self, elements: beam.PCollection[Any]) -> beam.pvalue.DoOutputsTuple:
        return elements | beam.ParDo(_Guarded(self)).with_outputs(FAILURES, main=OK)


class _Guarded(beam.DoFn):  # type: ignore[misc]
    def __init__(self, step: Step) -> None:
        self.step = step
        self.number = hand.STEPS.index(step.name) + 1

    def setup(self) -> None:
        # A worker of Flink or Dataflow knows of no choice of model but this one.
        from pipeline import summits

        summits.load(self.step.settings.model, self.step.settings.extractor)

    def start_bundle(self) -> None:
        self.tally = Tally()
        self.hand = hand.of(self.step.settings)
        self.slot = self.hand.slot()

    def finish_bundle(self) -> None:
        self.tally.flush()
        self.hand.rest()

    def process(self, element: Any) -> Iterator[Any]:
        step = self.step
        origin = element if isinstance(element, Received) else element.origin
        try:
            result = self._run(step.name, step.function, origin, element)
        except NOT_THE_RECORD:
            raise
        except Exception as error:
            dead = failure(origin, step.name, error)
            self.tally.add(f"failed/{step.name}/{dead.dead.error_class}")
            yield beam.pvalue.TaggedOutput(FAILURES, dead)
            if step.fallback is None:
                return
            try:
                result = self._run(step.name + hand.INSTEAD, step.fallback, origin, element)
            except NOT_THE_RECORD:
                raise
            except Exception:
                # Such as an article id that alone exceeds the topic's limit. The dead letter has it all, and one
                # record must not stop the pipeline for good.
                return
        for name in step.counted(result):
            self.tally.add(name)
        yield result

    def _run(self, name: str, function: Callable[[Any], Any], origin: Received, element: Any) -> Any:
        """function(element), with the record in hand: what follows, such as a slow write, is not its doing."""
        if (origin.partition, origin.offset) in self.hand.marked:
            return self.hand.run(name, function, origin, element)
        self.slot.enter(origin.partition, origin.offset, self.number)
        try:
            return function(element)
        finally:
            self.slot.leave()


@dataclass
class Decode(beam.PTransform):  # type: ignore[misc]
    """Received → Decoded."""

    settings: Settings

    def expand(self, received: beam.PCollection[Received]) -> beam.pvalue.DoOutputsTuple:
        return received | Step("decode", self.settings, partial(calls.decode, self.settings))


@dataclass
class Strip(beam.PTransform):  # type: ignore[misc]
    """Decoded → Stripped."""

    settings: Settings

    def expand(self, decoded: beam.PCollection[steps.Decoded]) -> beam.pvalue.DoOutputsTuple:
        return decoded | Step("strip", self.settings, steps.strip, steps.unstripped)


@dataclass
class Extract(beam.PTransform):  # type: ignore[misc]
    """Stripped → Extracted."""

    settings: Settings

    def expand(self, stripped: beam.PCollection[steps.Stripped]) -> beam.pvalue.DoOutputsTuple:
        return stripped | Step("extract", self.settings, steps.extract, steps.unextracted, _events)


def _events(extracted: steps.Extracted) -> Iterator[str]:
    return (f"events/{event.kind}/{event.status}" for event in extracted.report.events)


@dataclass
class Encode(beam.PTransform):  # type: ignore[misc]
    """Extracted → Encoded."""

    settings: Settings
    outputs: steps.Outputs

    def expand(self, extracted: beam.PCollection[steps.Extracted]) -> beam.pvalue.DoOutputsTuple:
        function, fallback = (
            partial(called, self.settings, self.outputs) for called in (calls.encode, calls.unencodable)
        )
        return extracted | Step("encode", self.settings, function, fallback)


@dataclass
class EncodeFailures(beam.PTransform):  # type: ignore[misc]
    """Failure → Message. One that is too large for its topic leaves its value in a file."""

    settings: Settings
    limit: int

    def expand(self, failures: beam.PCollection[Failure]) -> beam.PCollection[Message]:
        settings, limit = self.settings, self.limit
        letters = beam.Map(lambda element: _letter(element, settings, limit)).with_output_types(Message)
        return failures | "Letter" >> letters


def _letter(element: Failure, settings: Settings, limit: int) -> Message:
    dead = element.dead
    stack = (("summitwire_stack", element.stack.encode("utf-8", "replace")),)

    def message() -> Message:
        value = clients.encoder(settings).encode(dead, settings.dead_letters)
        return Message(dead.dead_letter_id.encode(), value, headers_for(dead) + stack)

    whole = message()
    if whole.size <= limit:
        return whole
    dead = set_aside(dead, Path(settings.dead_letter_files))
    return message()
