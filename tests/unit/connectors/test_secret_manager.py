"""Secrets of Google's Secret Manager; its client is the extra `dataflow`'s, which the tests do without."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from connectors.config import ConfigError, resolve_secret

NAME = "projects/wires/secrets/kafka/versions/3"


class ApiError(Exception):
    pass


class AuthError(Exception):
    pass


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Stands where Google's client does; gives what is put into the dict."""
    secrets: dict[str, bytes] = {}

    class Client:
        def access_secret_version(self, name: str, timeout: float) -> SimpleNamespace:
            if name not in secrets:
                raise ApiError(f"404 {name} not found")
            return SimpleNamespace(payload=SimpleNamespace(data=secrets[name]))

    modules = {
        "google.api_core.exceptions": {"GoogleAPIError": ApiError},
        "google.auth.exceptions": {"GoogleAuthError": AuthError},
        "google.cloud.secretmanager": {"SecretManagerServiceClient": Client},
    }
    for name, content in modules.items():
        parts = name.split(".")
        for depth in range(2, len(parts) + 1):
            module = ModuleType(".".join(parts[:depth]))
            monkeypatch.setitem(sys.modules, module.__name__, module)
        vars(sys.modules[name]).update(content)
    return secrets


def test_a_password_comes_from_the_secret_manager(client: dict[str, bytes]) -> None:
    client[NAME] = b"swordfish"
    assert resolve_secret(f"gcp-secret:{NAME}", "[topics.kafka] sasl_plain_password") == "swordfish"


def test_a_secret_that_is_not_there_is_named_with_its_setting(client: dict[str, bytes]) -> None:
    with pytest.raises(
        ConfigError, match=r"^\[topics.kafka\] ssl_password: projects/wires/secrets/kafka/versions/3 cannot"
    ):
        resolve_secret(f"gcp-secret:{NAME}", "[topics.kafka] ssl_password")


def test_a_secret_that_is_no_text_is_refused_without_being_shown(client: dict[str, bytes]) -> None:
    client[NAME] = b"sword\xfffish"
    with pytest.raises(ConfigError) as refused:
        resolve_secret(f"gcp-secret:{NAME}", "x")
    assert "cannot be read" in str(refused.value)
    assert "fish" not in str(refused.value)


@pytest.mark.parametrize("name", ["", "kafka", "projects/wires/secrets/kafka", "projects/a/b/secrets/c/versions/1"])
def test_a_name_of_another_form_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="is not of the form projects/P/secrets/S/versions/V"):
        resolve_secret(f"gcp-secret:{name}", "x")


def test_without_the_client_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.api_core", None)
    with pytest.raises(ConfigError, match=r"summitwire\[dataflow\]"):
        resolve_secret(f"gcp-secret:{NAME}", "x")
