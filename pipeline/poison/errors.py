"""What becomes of a record that ends its process. The names stand in dead letters as their error class."""


class Crash(Exception):
    """The record ends the process that works on it: a fault in native code, an exhausted stack, all memory taken."""

    def __init__(self, trace: str = "") -> None:
        super().__init__("it ends the process that works on it")
        self.add_note(trace)


class Deadline(Exception):
    """The record takes longer than a record may."""

    def __init__(self, trace: str = "") -> None:
        super().__init__("it takes longer than [pipeline] record_seconds")
        self.add_note(trace)


class ApartError(Exception):
    """The process that works on such records cannot be started: no record's fault."""
