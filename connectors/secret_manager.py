"""Secrets of Google's Secret Manager, for where no environment variable can be set: Dataflow's workers."""

from __future__ import annotations

import re

VERSION = re.compile(r"projects/[^/]+/secrets/[^/]+/versions/[^/]+")


class SecretError(Exception):
    """The secret cannot be had. The message says why, and never holds a secret."""


def secret(name: str) -> str:
    """The text of a secret's version, projects/P/secrets/S/versions/V, by the process's own Google credentials.

    Raises SecretError.
    """
    if not VERSION.fullmatch(name):
        raise SecretError(f"{name!r} is not of the form projects/P/secrets/S/versions/V")
    try:
        from google.api_core.exceptions import GoogleAPIError
        from google.auth.exceptions import GoogleAuthError
        from google.cloud.secretmanager import SecretManagerServiceClient
    except ImportError:
        raise SecretError(
            "Google's client is missing: install the extra with `pip install 'summitwire[dataflow]'`"
        ) from None
    try:
        answer = SecretManagerServiceClient().access_secret_version(name=name, timeout=30)
        return str(answer.payload.data.decode())
    except (GoogleAPIError, GoogleAuthError, UnicodeDecodeError) as error:
        raise SecretError(f"{name} cannot be read: {error}") from error
