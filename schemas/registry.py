"""A client of schema registries with Confluent's REST interface (Confluent, Apicurio `/apis/ccompat/v7`, Karapace).

Credentials come from the address (`https://user:password@host`), or from the environment: SUMMITWIRE_REGISTRY_AUTH
holds `user:password`, SUMMITWIRE_REGISTRY_TOKEN a bearer token. They go to the registry's host alone, into no message.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from schemas.errors import IncompatibleSchema, NotRegistered, RegistryError, RegistryUnavailable

__all__ = ["RegisteredSchema", "Registry", "RegistryError", "RegistryUnavailable"]

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"
_LARGEST_ANSWER = 8 * 1_048_576
_REASON_LIMIT = 600
_RETRYABLE = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class RegisteredSchema:
    """A version of a subject."""

    subject: str
    version: int
    schema_id: int
    schema: Any


class Registry:
    """Every method raises RegistryUnavailable where the same call may succeed later, another RegistryError elsewise.

    Ids and schemas never change in a registry, so that they are asked for once. `timeout` in seconds is for each
    connection and each wait for the registry's answer.
    """

    def __init__(self, url: str, *, timeout: float = 10, environ: Mapping[str, str] = os.environ) -> None:
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:  # a port that is no number, half a bracket
            usable = False
        if not usable:
            raise RegistryError("the schema registry's address must be http://HOST:PORT or https://HOST:PORT")
        host = parts.netloc.rpartition("@")[2]
        self.url = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
        """The address without credentials."""
        self._timeout = timeout
        self._authorization = _authorization(parts.username, parts.password, environ)
        self._opener = urllib.request.build_opener(_NoRedirects)
        self._ids: dict[tuple[str, str], int] = {}
        self._schemas: dict[int, Any] = {}

    def register(self, subject: str, schema: Any) -> int:
        """The id of this schema under this subject, registering it where it is new.

        A registered schema is looked up first: for that, reading rights are enough. Raises IncompatibleSchema where
        the registry refuses the schema.
        """
        text = json.dumps(schema, ensure_ascii=False)
        known = self._ids.get((subject, text))
        if known is not None:
            return known
        path = f"/subjects/{quote(subject, safe='')}"
        try:
            answer = self._call("POST", path, {"schema": text})
        except NotRegistered:
            answer = self._call("POST", f"{path}/versions", {"schema": text})
        schema_id = self._integer(answer, "id")
        self._ids[subject, text] = schema_id
        return schema_id

    def schema(self, schema_id: int) -> Any:
        """The schema of an id. Raises NotRegistered where the registry knows none."""
        if schema_id not in self._schemas:
            self._schemas[schema_id] = self._avro(self._call("GET", f"/schemas/ids/{schema_id}"), f"id {schema_id}")
        return self._schemas[schema_id]

    def latest(self, subject: str) -> RegisteredSchema:
        """The newest version of a subject. Raises NotRegistered where there is none."""
        answer = self._call("GET", f"/subjects/{quote(subject, safe='')}/versions/latest")
        return RegisteredSchema(
            subject,
            self._integer(answer, "version"),
            self._integer(answer, "id"),
            self._avro(answer, f"subject {subject}"),
        )

    def set_compatibility(self, subject: str, level: str = "FULL_TRANSITIVE") -> None:
        """Which schemas the registry accepts under this subject from now on."""
        self._call("PUT", f"/config/{quote(subject, safe='')}", {"compatibility": level})

    def compatibility(self, subject: str) -> str:
        """The subject's level. Raises NotRegistered where it has none of its own."""
        return str(self._call("GET", f"/config/{quote(subject, safe='')}").get("compatibilityLevel"))

    def incompatibilities(self, subject: str, schema: Any) -> list[str]:
        """Why the registry would refuse this schema; empty where it would not, or has no version to compare with."""
        path = f"/compatibility/subjects/{quote(subject, safe='')}/versions?verbose=true"
        try:
            answer = self._call("POST", path, {"schema": json.dumps(schema, ensure_ascii=False)})
        except NotRegistered:
            return []
        if answer.get("is_compatible") is True:
            return []
        return [str(reason) for reason in answer.get("messages") or ()] or ["the registry gives no reason"]

    def _call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        headers = {"Accept": CONTENT_TYPE, "Content-Type": CONTENT_TYPE}
        if self._authorization:
            headers["Authorization"] = self._authorization
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                text = response.read(_LARGEST_ANSWER + 1)
        except urllib.error.HTTPError as error:
            with error:
                raise self._refusal(error, f"{method} {path}") from error
        except TimeoutError as error:
            raise self._unavailable(f"does not answer within {self._timeout:g} s") from error
        except (OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            if isinstance(reason, TimeoutError | socket.timeout):
                raise self._unavailable(f"does not answer within {self._timeout:g} s") from error
            raise self._unavailable(f"cannot be reached: {reason or type(reason).__name__}") from error
        try:
            answer = json.loads(text) if len(text) <= _LARGEST_ANSWER else None
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise RegistryError(f"{self._name()} answers {method} {path} with something else than a registry's JSON")
        return answer

    def _refusal(self, error: urllib.error.HTTPError, call: str) -> RegistryError:
        reason = _reason(error)
        if error.code in (401, 403):
            return RegistryError(
                f"{self._name()} refuses access ({error.code}): put user:password into SUMMITWIRE_REGISTRY_AUTH "
                "or a token into SUMMITWIRE_REGISTRY_TOKEN"
            )
        if error.code == 404:
            return NotRegistered(f"{self._name()} has nothing at {call}: {reason}")
        if error.code == 409:
            return IncompatibleSchema(f"{self._name()} refuses an incompatible schema: {reason}")
        if error.code in _RETRYABLE:
            return self._unavailable(f"is out of order ({error.code}): {reason}")
        if 300 <= error.code < 400:
            return RegistryError(f"{self._name()} redirects elsewhere: configure the address that it redirects to")
        return RegistryError(f"{self._name()} refuses {call} ({error.code}): {reason}")

    def _unavailable(self, what: str) -> RegistryUnavailable:
        return RegistryUnavailable(f"{self._name()} {what}")

    def _name(self) -> str:
        return f"schema registry {self.url}"

    def _integer(self, answer: Mapping[str, Any], key: str) -> int:
        value = answer.get(key)
        if type(value) is not int:
            raise RegistryError(f"{self._name()} gives no {key} in its answer")
        return value

    def _avro(self, answer: Mapping[str, Any], what: str) -> Any:
        if answer.get("schemaType", "AVRO") != "AVRO":
            raise RegistryError(f"{self._name()}: {what} is a schema of {answer['schemaType']}, not of Avro")
        try:
            return json.loads(answer["schema"])
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise RegistryError(f"{self._name()}: {what} holds no schema in JSON") from error


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """urllib would send the credentials along to another host."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _authorization(user: str | None, password: str | None, environ: Mapping[str, str]) -> str | None:
    pair = f"{unquote(user)}:{unquote(password or '')}" if user else environ.get("SUMMITWIRE_REGISTRY_AUTH", "")
    if pair:
        return "Basic " + base64.b64encode(pair.encode()).decode()
    token = environ.get("SUMMITWIRE_REGISTRY_TOKEN", "").strip()
    if not (token.isascii() and token.isprintable()):
        raise RegistryError("SUMMITWIRE_REGISTRY_TOKEN holds characters that no token has")
    return f"Bearer {token}" if token else None


def _reason(error: urllib.error.HTTPError) -> str:
    """What the registry says, in one line."""
    try:
        text = error.read(_LARGEST_ANSWER)
    except (OSError, http.client.HTTPException):
        text = b""
    try:
        message = json.loads(text)["message"]
    except (ValueError, KeyError, TypeError, RecursionError):
        message = error.reason
    line = " ".join(str(message).split())
    return line if len(line) <= _REASON_LIMIT else line[: _REASON_LIMIT - 1] + "…"
