"""How long the fault tests go on: `make test` runs a part of the cases and rounds, `make faults` all of them."""

import os

LONG = os.environ.get("SUMMITWIRE_FAULTS") == "long"
