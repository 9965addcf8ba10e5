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
