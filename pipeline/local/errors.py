"""Why a local server does not run."""


class ServerError(Exception):
    """A local server cannot be fetched or started. The message says why, and how to mend it."""
