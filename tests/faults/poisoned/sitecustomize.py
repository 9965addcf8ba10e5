"""On the path of the processes that a test starts: their steps do to them what an article's headline says, such as
`poison segfault strip`, or for decode the record's key. Real records of that kind depend on defects of native code that
this release may not have."""

import ctypes
import functools
import importlib.abc
import importlib.machinery
import importlib.util
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any


def segfault() -> None:
    ctypes.string_at(0)


def loop() -> None:
    while True:
        pass


def regex() -> None:
    """Holds the interpreter's lock all the time."""
    re.match(r"(a+)+$", "a" * 64 + "b")


def wait() -> None:
    """Takes no processor time."""
    signal.pause()


def stack() -> None:
    """Through C, where no limit of Python's counts."""
    sys.setrecursionlimit(1 << 30)

    def deeper(_: int = 0) -> int:
        return sorted([0], key=deeper)[0]

    deeper()


def recursion() -> None:
    recursion()


def killed() -> None:
    """As the system does when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


def gives_up() -> None:
    os._exit(3)


KINDS: dict[str, Callable[[], object]] = {
    "segfault": segfault,
    "abort": os.abort,
    "loop": loop,
    "regex": regex,
    "wait": wait,
    "stack": stack,
    "recursion": recursion,
    "killed": killed,
    "exit": gives_up,
}


def poisoned(name: str, step: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @functools.wraps(step)
    def called(element: Any, *more: Any) -> Any:
        words = element.key.decode() if name == "decode" else element.article.headline
        told = re.fullmatch(r"poison (\w+) (\w+)", words or "")
        if told and told[2] == name:
            KINDS[told[1]]()
        return step(element, *more)

    return called


class Finder(importlib.abc.MetaPathFinder):
    """Puts the poison into `pipeline.steps` when it is imported."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != "pipeline.steps":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.loader is not None
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            for step in ("decode", "strip", "extract", "encode"):
                setattr(module, step, poisoned(step, getattr(module, step)))

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, Finder())
