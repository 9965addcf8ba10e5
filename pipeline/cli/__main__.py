"""`python -m pipeline.cli`: the same as `summitwire`."""

import sys

from pipeline.cli import main

sys.exit(main())
