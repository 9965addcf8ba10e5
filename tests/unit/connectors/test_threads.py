"""Work that was handed to a thread is waited for, also by who is cancelled."""

from __future__ import annotations

import asyncio
import threading

import pytest

from connectors.threads import to_its_end


def test_the_result_and_the_error_of_the_work_come_back() -> None:
    def fail() -> None:
        raise ValueError("so it is")

    assert asyncio.run(to_its_end(divmod, 7, 2)) == (3, 1)
    with pytest.raises(ValueError, match="so it is"):
        asyncio.run(to_its_end(fail))


def test_a_cancelled_task_ends_only_after_its_work() -> None:
    began, may_end = threading.Event(), threading.Event()
    order: list[str] = []

    def work() -> None:
        began.set()
        may_end.wait(10)
        order.append("work")

    async def main() -> None:
        task = asyncio.create_task(to_its_end(work))
        await asyncio.to_thread(began.wait, 10)
        task.cancel()
        asyncio.get_running_loop().call_soon(may_end.set)
        with pytest.raises(asyncio.CancelledError):
            await task
        order.append("cancelled")

    asyncio.run(main())
    assert order == ["work", "cancelled"]


def test_an_interrupted_loop_waits_for_the_work() -> None:
    begun, may_end, done = threading.Event(), threading.Event(), threading.Event()
    order: list[str] = []

    def work() -> None:
        begun.set()
        may_end.wait(10)
        order.append("work")
        done.set()

    async def main() -> None:
        try:
            await to_its_end(work)
        finally:
            order.append("closed")

    async def interrupted() -> None:
        task = asyncio.create_task(main())
        await asyncio.to_thread(begun.wait, 10)
        asyncio.get_running_loop().call_later(0.05, may_end.set)
        task.cancel()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(interrupted())
    assert done.is_set()
    assert order == ["work", "closed"]


def test_cancelling_twice_does_not_leave_the_work_behind() -> None:
    begun, may_end = threading.Event(), threading.Event()
    order: list[str] = []

    def work() -> None:
        begun.set()
        may_end.wait(10)
        order.append("work")

    async def main() -> None:
        task = asyncio.create_task(to_its_end(work))
        await asyncio.to_thread(begun.wait, 10)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        order.append("cancelled")

    asyncio.run(main())
    assert order == ["work", "cancelled"]
