"""What the Flex Template's launcher runs; the job itself is pipeline/dataflow.py."""

import sys

from pipeline.dataflow import main

if __name__ == "__main__":
    sys.exit(main())
