"""Real servers for the integration tests, started when the first test asks for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.local import KafkaBroker, SchemaRegistryServer


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaBroker]:
    """A broker for the whole session: its tests use topics and groups of their own, and leave it running."""
    with KafkaBroker() as broker:
        yield broker


@pytest.fixture(scope="session")
def registry() -> Iterator[SchemaRegistryServer]:
    """A schema registry for the whole session: its tests use subjects of their own."""
    with SchemaRegistryServer() as server:
        yield server
