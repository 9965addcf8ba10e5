"""The steps that need a codec, as functions of settings and element that another process can call as well."""

from __future__ import annotations

from connectors.topics import Received
from pipeline import steps
from pipeline.io import clients
from pipeline.settings import Settings
from pipeline.steps import Decoded, Encoded, Extracted, Outputs


def decode(settings: Settings, received: Received) -> Decoded:
    return steps.decode(received, clients.decoder(settings))


def encode(settings: Settings, outputs: Outputs, extracted: Extracted) -> Encoded:
    return steps.encode(extracted, clients.encoder(settings), outputs)


def unencodable(settings: Settings, outputs: Outputs, extracted: Extracted) -> Encoded:
    return steps.unencodable(extracted, clients.encoder(settings), outputs)
