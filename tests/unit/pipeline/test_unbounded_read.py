"""What a runner keeps of the endless read, and where Flink places its readers: no server is needed for these."""

from __future__ import annotations

import pytest

from pipeline.io.placing import KEY_GROUPS, key_group, salted, share
from pipeline.io.unbounded import Positions, Tracker


@pytest.mark.parametrize("readers", [1, 2, 3, 4, 7, 12, 32])
def test_with_as_many_tasks_as_readers_each_task_gets_one(readers: int) -> None:
    # org.apache.flink.runtime.state.KeyGroupRangeAssignment: the task of a key group
    tasks = [key_group(element) * readers // KEY_GROUPS for element in salted(readers)]
    assert tasks == list(range(readers))


@pytest.mark.parametrize("readers", [4, 12])
def test_with_fewer_tasks_the_readers_are_shared_out_evenly(readers: int) -> None:
    tasks = [key_group(element) * 2 // KEY_GROUPS for element in salted(readers)]
    assert tasks.count(0) == tasks.count(1) == readers // 2


@pytest.mark.parametrize("readers", [1, 3, 5, 12])
def test_the_readers_share_all_partitions_and_none_twice(readers: int) -> None:
    shares = [share(element, 12) for element in salted(readers)]
    assert sorted(partition for one in shares for partition in one) == list(range(12))


def test_the_same_readers_have_the_same_bytes() -> None:
    assert salted(5) == salted(5)


def test_positions_have_one_encoding() -> None:
    coder = Positions()
    assert coder.is_deterministic()
    assert coder.encode({11: 5, 2: 70_000_000_000}) == coder.encode({2: 70_000_000_000, 11: 5})
    assert coder.decode(coder.encode({11: 5, 2: 70_000_000_000})) == {2: 70_000_000_000, 11: 5}
    assert coder.decode(coder.encode({})) == {}


def test_what_is_claimed_is_what_the_next_bundle_goes_on_from() -> None:
    tracker = Tracker({0: 10, 3: 4})
    assert tracker.try_claim({0: 11})
    assert tracker.try_claim({0: 12})
    assert tracker.try_split(0) == ({0: 12, 3: 4}, {0: 12, 3: 4})
    assert tracker.check_done()


def test_nothing_more_is_claimed_once_the_rest_was_handed_over() -> None:
    tracker = Tracker({0: 10})
    tracker.try_claim({0: 11})
    tracker.try_split(0)
    assert not tracker.try_claim({0: 12})
    assert tracker.current_restriction() == {0: 11}
    assert tracker.try_split(0) is None


def test_a_share_of_a_readers_work_is_not_given_away() -> None:
    assert Tracker({0: 10}).try_split(0.5) is None


def test_a_bundle_that_hands_nothing_over_is_an_error() -> None:
    with pytest.raises(ValueError, match="without a checkpoint"):
        Tracker({0: 10}).check_done()
