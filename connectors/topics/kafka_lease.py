"""The lease of a consumer group on Kafka: membership in the group itself.

The group's members agree, by Kafka's own protocol, that one of them gets all partitions: the one that had them, else
the one that came first. Who gets none is refused, and learns the holder's name from the assignment. Members that name
the same job (the workers of a job on Flink) count as one. A holder that dies is dropped by the broker after SESSION_MS.
While the group has members, the broker takes offsets from them alone, so the holder commits through its membership, and
a commit of anyone else (or of a holder that was dropped) fails.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from kafka import OffsetAndMetadata, TopicPartition
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.coordinator.assignors.abstract import AbstractPartitionAssignor
from kafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    InconsistentGroupProtocolError,
    KafkaError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
from kafka.protocol.consumer.metadata import ConsumerProtocolAssignment, ConsumerProtocolSubscription

from connectors.topics.kafka_clients import Clients, close, explain
from connectors.topics.model import GroupHeld, TopicError, held_by, own_name

SESSION_MS = 10_000
HEARTBEAT_MS = 1_000
"""A newcomer is refused after one heartbeat of the holder."""
KEEP_SECONDS = 0.2
JOIN_SECONDS = 3 * SESSION_MS / 1000
"""For the broker to drop a dead holder, and then some."""


class KafkaLease(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python is untyped
    """Held from `__enter__` to `__exit__`; a thread keeps the membership alive meanwhile."""

    def __init__(
        self, clients: Clients, group: str, topic: str, partitions: Sequence[TopicPartition], job: str = ""
    ) -> None:
        self._clients = clients
        self._group = group
        self._where = f"group {group!r} on {clients.url}"
        self._topic = topic
        self._job = job
        holder = f"job {job!r}, {own_name()}" if job else own_name()
        self._assignor = _OneOwner(holder, topic, [place.partition for place in partitions], job or uuid.uuid4().hex)
        self._changed = threading.Condition()
        self._owns: bool | None = None
        self._broken: BaseException | None = None
        self._consumer: Any = None
        self._use = threading.Lock()
        self._stop = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name=f"lease of {group}", daemon=True)

    def __enter__(self) -> KafkaLease:
        self._consumer = self._clients.consumer(
            group_id=self._group,
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            partition_assignment_strategy=[self._assignor],
            # Nothing is fetched here; positions are looked up all the same, and must not be an error.
            auto_offset_reset="latest",
        )
        try:
            self._consumer.subscribe([self._topic], listener=self)
            self._keeper.start()
            self._wait(JOIN_SECONDS)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._close()

    def check(self) -> None:
        """Raises GroupHeld once another process holds the group, TopicError where the membership cannot be renewed."""
        self._wait(self._clients.timeout)

    def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Raises GroupHeld and TopicError as `check` does, and TopicError where the membership was lost before."""
        wanted = {place: OffsetAndMetadata(offset, self._job, -1) for place, offset in offsets.items()}
        deadline = time.monotonic() + self._clients.timeout
        while True:
            self.check()
            try:
                with self._use:
                    self._consumer.commit(wanted, timeout_ms=int(self._clients.timeout * 1000))
                return
            except RebalanceInProgressError as error:
                if time.monotonic() > deadline:
                    raise self._not_committed(error) from error
                self._stop.wait(KEEP_SECONDS)
            except (CommitFailedError, IllegalGenerationError, UnknownMemberIdError) as error:
                raise TopicError(
                    f"the lease of {self._where} was lost before its offsets were committed; "
                    "the records will be processed again"
                ) from error
            except (KafkaError, OSError) as error:
                raise self._not_committed(error) from error

    def on_partitions_assigned(self, assigned: Any) -> None:
        self._consumer.pause(*assigned)
        self._set(self._assignor.owns)

    def on_partitions_revoked(self, revoked: Any) -> None:
        # kafka-python 3.0.12: a rejoin that began because metadata had changed, and outlasts its poll, is forgotten by
        # the next poll (which finds the metadata unchanged), unless it is asked for here. Seen in 1 of 20 leases.
        self._consumer._coordinator.request_rejoin()
        self._set(None)

    def _set(self, owns: bool | None) -> None:
        with self._changed:
            self._owns = owns
            self._changed.notify_all()

    def _wait(self, seconds: float) -> None:
        """Until it is known whether the group is ours."""
        with self._changed:
            self._changed.wait_for(lambda: self._owns is not None or self._broken is not None, seconds)
            owns, broken = self._owns, self._broken
        if isinstance(broken, InconsistentGroupProtocolError):
            raise GroupHeld(held_by(self._group, "consumers of another kind"))
        if broken is not None:
            raise TopicError(f"the lease of {self._where} is lost: {explain(broken)}") from broken
        if owns is None:
            raise TopicError(f"the lease of {self._where} cannot be had: no answer in {seconds:.0f} s")
        if not owns:
            raise GroupHeld(held_by(self._group, self._assignor.owner))

    def _not_committed(self, error: BaseException) -> TopicError:
        return TopicError(f"offsets of {self._where} cannot be committed: {explain(error)}")

    def _keep(self) -> None:
        """Joins the group, and stays in it."""
        try:
            # Looked up before joining: a member that learns of partitions afterwards joins a second time.
            self._consumer.partitions_for_topic(self._topic)
            while not self._stop.wait(KEEP_SECONDS if self._owns is not None else 0.0):
                with self._use:
                    self._consumer.poll(timeout_ms=100 if self._owns is None else 0)
        except Exception as error:
            with self._changed:
                self._broken = error
                self._changed.notify_all()

    def _close(self) -> None:
        self._stop.set()
        if self._keeper.is_alive():
            self._keeper.join()
        # The broker drops a member that cannot say that it leaves.
        close(self._consumer, autocommit=False, timeout_ms=2_000)


class _OneOwner(AbstractPartitionAssignor):  # type: ignore[misc]
    """All partitions to one member, and to those of its job."""

    name = "summitwire-one-owner"

    def __init__(self, holder: str, topic: str, partitions: Sequence[int], job: str) -> None:
        self.owns = False
        self.owner = "another process"
        self._everything = [(topic, list(partitions))]
        self._holder = holder
        self._job = job
        self._asked = time.time()
        self._owned = -1

    def metadata(self, topics: Any) -> Any:
        """What a member says of itself: its name, the last generation in which all was its own, when it came, its
        job."""
        claim = json.dumps([self._holder, self._owned, self._asked, self._job])
        return ConsumerProtocolSubscription(0, list(topics), claim.encode())

    def assign(self, cluster: Any, members: Any) -> dict[str, Any]:
        claims = {member.member_id: json.loads(member.metadata.user_data) for member in members}
        owner = min(claims, key=lambda member_id: (-claims[member_id][1], claims[member_id][2], member_id))
        name, _, _, job = claims[owner]
        return {
            member_id: ConsumerProtocolAssignment(0, self._everything if claim[3] == job else [], name.encode())
            for member_id, claim in claims.items()
        }

    def on_assignment(self, assignment: Any, generation: int) -> None:
        self.owner = assignment.user_data.decode()
        self.owns = bool(assignment.partitions())
        if self.owns:
            self._owned = generation
