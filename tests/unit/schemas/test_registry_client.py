"""The registry client against a server that answers what it is told: errors, credentials, slowness.

What a registry does with schemas is tested on a real one (tests/integration/schemas).
"""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pipeline.cli import main
from schemas.errors import IncompatibleSchema, NotRegistered, RegistryError, RegistryUnavailable, SchemaError
from schemas.registry import Registry

SCHEMA = {"type": "record", "name": "summitwire.Test", "fields": []}


@dataclass
class Script:
    """What the server answers to `METHOD /path`, and what it was asked."""

    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    url: str = ""

    def answer(self, call: str, status: int, body: Any) -> None:
        self.answers[call] = (status, body if isinstance(body, bytes) else json.dumps(body).encode())


@contextmanager
def serving() -> Iterator[Script]:
    script = Script()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            call = f"{self.command} {self.path}"
            script.asked.append(call)
            script.authorizations.append(self.headers["Authorization"])
            length = int(self.headers["Content-Length"] or 0)
            script.bodies.append(json.loads(self.rfile.read(length)) if length else None)
            status, body = script.answers.get(call, (404, b'{"error_code": 40403, "message": "Schema not found"}'))
            self.send_response(status)
            for name, value in script.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = answer  # noqa: N815  # named by http.server

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def script() -> Iterator[Script]:
    with serving() as script:
        yield script


def test_a_known_schema_is_looked_up_and_not_registered(script: Script) -> None:
    script.answer("POST /subjects/t-value", 200, {"id": 7, "version": 1})
    assert Registry(script.url, environ={}).register("t-value", SCHEMA) == 7
    assert script.asked == ["POST /subjects/t-value"]
    assert json.loads(script.bodies[0]["schema"]) == SCHEMA


def test_a_new_schema_is_registered(script: Script) -> None:
    script.answer("POST /subjects/t-value/versions", 200, {"id": 8})
    assert Registry(script.url, environ={}).register("t-value", SCHEMA) == 8


def test_ids_and_schemas_are_asked_for_once(script: Script) -> None:
    script.answer("POST /subjects/t-value", 200, {"id": 7})
    script.answer("GET /schemas/ids/7", 200, {"schema": json.dumps(SCHEMA)})
    registry = Registry(script.url, environ={})
    for _ in range(3):
        assert registry.register("t-value", SCHEMA) == 7
        assert registry.schema(7) == SCHEMA
    assert script.asked == ["POST /subjects/t-value", "GET /schemas/ids/7"]


def test_a_refusal_is_not_remembered(script: Script) -> None:
    registry = Registry(script.url, environ={})
    with pytest.raises(NotRegistered, match="Schema not found"):
        registry.schema(7)
    script.answer("GET /schemas/ids/7", 200, {"schema": json.dumps(SCHEMA)})
    assert registry.schema(7) == SCHEMA


def test_a_subject_is_escaped(script: Script) -> None:
    script.answer("POST /subjects/a%2Fb%3F-value", 200, {"id": 7})
    assert Registry(script.url, environ={}).register("a/b?-value", SCHEMA) == 7


def test_the_latest_version_and_the_level_are_read(script: Script) -> None:
    script.answer(
        "GET /subjects/t-value/versions/latest",
        200,
        {"subject": "t-value", "version": 4, "id": 9, "schema": json.dumps(SCHEMA)},
    )
    script.answer("PUT /config/t-value", 200, {"compatibility": "FULL_TRANSITIVE"})
    script.answer("GET /config/t-value", 200, {"compatibilityLevel": "FULL_TRANSITIVE"})
    registry = Registry(script.url + "/", environ={})
    found = registry.latest("t-value")
    assert (found.version, found.schema_id, found.schema) == (4, 9, SCHEMA)
    registry.set_compatibility("t-value")
    assert registry.compatibility("t-value") == "FULL_TRANSITIVE"
    assert script.bodies[1] == {"compatibility": "FULL_TRANSITIVE"}


def test_reasons_against_a_schema_are_handed_on(script: Script) -> None:
    call = "POST /compatibility/subjects/t-value/versions?verbose=true"
    registry = Registry(script.url, environ={})
    assert registry.incompatibilities("t-value", SCHEMA) == []
    script.answer(call, 200, {"is_compatible": True})
    assert registry.incompatibilities("t-value", SCHEMA) == []
    script.answer(call, 200, {"is_compatible": False, "messages": ["x lacks a default"]})
    assert registry.incompatibilities("t-value", SCHEMA) == ["x lacks a default"]


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (401, RegistryError, "SUMMITWIRE_REGISTRY_AUTH"),
        (403, RegistryError, "refuses access"),
        (404, NotRegistered, "the reason"),
        (409, IncompatibleSchema, "the reason"),
        (422, RegistryError, "the reason"),
        (429, RegistryUnavailable, "out of order"),
        (500, RegistryUnavailable, "the reason"),
        (503, RegistryUnavailable, "the reason"),
    ],
)
def test_each_refusal_is_an_error_of_its_kind(
    script: Script, status: int, error: type[SchemaError], words: str
) -> None:
    script.answer("GET /schemas/ids/7", status, {"error_code": status, "message": "the\n reason"})
    with pytest.raises(RegistryError, match=words) as caught:
        Registry(script.url, environ={}).schema(7)
    assert type(caught.value) is error
    assert script.url in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000, b"{}", b'{"schema": 5}'])
def test_an_answer_that_is_none_is_refused(script: Script, body: bytes) -> None:
    script.answer("GET /schemas/ids/7", 200, body)
    with pytest.raises(RegistryError):
        Registry(script.url, environ={}).schema(7)


def test_a_schema_of_another_kind_is_refused(script: Script) -> None:
    script.answer("GET /schemas/ids/7", 200, {"schemaType": "PROTOBUF", "schema": "syntax"})
    with pytest.raises(RegistryError, match="PROTOBUF"):
        Registry(script.url, environ={}).schema(7)


def test_a_registry_that_is_not_there_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(RegistryUnavailable, match="cannot be reached"):
        Registry(f"http://127.0.0.1:{port}", environ={}).schema(7)


def test_a_host_without_an_address_is_unavailable() -> None:
    with pytest.raises(RegistryUnavailable, match="cannot be reached"):
        Registry("http://registry.invalid", environ={}).schema(7)


def test_a_registry_that_does_not_answer_is_unavailable() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(RegistryUnavailable, match=r"does not answer within 0.1 s"),
    ):
        Registry(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.1, environ={}).schema(7)


@pytest.mark.parametrize(
    ("userinfo", "environ", "sent"),
    [
        ("", {}, None),
        ("", {"SUMMITWIRE_REGISTRY_AUTH": "desk:s3cret"}, "Basic " + base64.b64encode(b"desk:s3cret").decode()),
        ("", {"SUMMITWIRE_REGISTRY_TOKEN": "s3cret\n"}, "Bearer s3cret"),
        ("desk:s3cr%40et@", {}, "Basic " + base64.b64encode(b"desk:s3cr@et").decode()),
    ],
)
def test_credentials_are_sent_and_never_shown(
    script: Script, userinfo: str, environ: dict[str, str], sent: str | None
) -> None:
    registry = Registry(script.url.replace("//", f"//{userinfo}"), environ=environ)
    with pytest.raises(NotRegistered) as caught:
        registry.schema(7)
    assert script.authorizations == [sent]
    assert "s3cr" not in str(caught.value) + registry.url


@pytest.mark.parametrize("token", ["s3c\nret", "s3cré"])
def test_a_token_that_no_header_can_hold_is_refused_unseen(token: str) -> None:
    with pytest.raises(RegistryError) as caught:
        Registry("http://host", environ={"SUMMITWIRE_REGISTRY_TOKEN": token})
    assert "s3c" not in str(caught.value)


def test_credentials_do_not_follow_a_redirect(script: Script) -> None:
    with serving() as elsewhere:
        script.headers["Location"] = elsewhere.url
        script.answer("GET /schemas/ids/7", 302, b"")
        with pytest.raises(RegistryError, match="redirects elsewhere"):
            Registry(script.url, environ={"SUMMITWIRE_REGISTRY_AUTH": "desk:s3cret"}).schema(7)
        assert elsewhere.asked == []


@pytest.mark.parametrize(
    "url", ["", "localhost:8081", "ftp://host", "http://", "file:///etc/passwd", "http://[::1", "http://host:port"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(RegistryError, match="http"):
        Registry(url)


def test_register_says_in_a_sentence_that_the_registry_is_away(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schemas", "register", "--url", "http://registry.invalid"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("summitwire: schema registry http://registry.invalid cannot be reached")
    assert error.count("\n") == 1
