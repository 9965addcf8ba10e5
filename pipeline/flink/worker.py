"""One SDK worker: what Flink sends over the control channel is run here. Started by the pool.

It ends with its control channel, at once: Beam's own worker would wait for threads of its own, for ever where the task
manager was killed, with consumers and producers open.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys

log = logging.getLogger("summitwire.worker")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m pipeline.flink.worker")
    parser.add_argument("--id", required=True)
    parser.add_argument("--control", required=True, metavar="HOST:PORT")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s %(levelname)s %(name)s [worker {args.id}] %(message)s")
    for name in ("apache_beam", "kafka"):
        logging.getLogger(name).setLevel(logging.WARNING)
    from apache_beam.runners.worker.sdk_worker import SdkHarness

    # As Beam's pool starts it: no state is cached, and output leaves at the end of the bundle or as buffers fill.
    harness = SdkHarness(args.control, worker_id=args.id, state_cache_size=0, data_buffer_time_limit_ms=-1)
    signal.signal(signal.SIGTERM, lambda *unused: sys.exit())
    status = 1
    try:
        harness.run()
        status = 0
    except SystemExit:
        log.info("stopped")
    except Exception as error:
        log.warning("the task manager is gone: %s", " ".join(str(error).split())[:300])
    finally:
        _leave(status)


def _leave(status: int) -> None:
    """Threads of Beam, gRPC and kafka-python would hold the process."""
    from pipeline.io import commits

    commits.close()
    logging.shutdown()
    os._exit(status)


if __name__ == "__main__":
    main()
