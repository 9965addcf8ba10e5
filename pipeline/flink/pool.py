"""The pool of SDK workers that stands beside a task manager: a Python process for each worker that Flink asks for.

    python -m pipeline.flink.pool --port 50000

Beam's own pool (apache_beam.runners.worker.worker_pool_main) starts whatever PATH calls `python`, listens on every
address, never reads what its workers print (which stops one for good after 64 KiB), and leaves them behind when it is
terminated. After a task manager was killed, the workers that it had asked for stayed as well.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from apache_beam.portability.api import beam_fn_api_pb2 as fn_api
from apache_beam.portability.api import beam_fn_api_pb2_grpc as services

from pipeline.local.process import LAUNCHER

log = logging.getLogger("summitwire.pool")

CALLS = 16
"""At a time; Flink asks for one worker of each job and task manager."""
STOP_SECONDS = 10
"""How long a worker may take to finish what it has in hand."""


class Pool(services.BeamFnExternalWorkerPoolServicer):  # type: ignore[misc]  # generated code is untyped
    """Starts and stops workers, as Flink asks."""

    def __init__(self) -> None:
        self._workers: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()
        # Linux counts a child as orphaned once the thread that started it has ended.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="worker-starter")

    def StartWorker(self, request: Any, context: Any) -> Any:  # noqa: N802  # as the service calls it
        command = [
            *(sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid())),
            *(sys.executable, "-m", "pipeline.flink.worker"),
            *("--id", request.worker_id, "--control", request.control_endpoint.url),
        ]
        try:
            worker = self._starter.submit(subprocess.Popen[bytes], command, stdin=subprocess.DEVNULL).result()
        except OSError as error:
            return fn_api.StartWorkerResponse(error=str(error))
        with self._lock:
            self._workers[request.worker_id] = worker
            ended = [name for name, other in self._workers.items() if other.poll() is not None]
            for name in ended:
                del self._workers[name]
        log.info("worker %s started, process %d", request.worker_id, worker.pid)
        return fn_api.StartWorkerResponse()

    def StopWorker(self, request: Any, context: Any) -> Any:  # noqa: N802
        with self._lock:
            worker = self._workers.pop(request.worker_id, None)
        if worker is not None:
            _stop([worker])
            log.info("worker %s stopped", request.worker_id)
        return fn_api.StopWorkerResponse()

    def close(self) -> None:
        """Stops all workers."""
        with self._lock:
            workers, self._workers = [*self._workers.values()], {}
        _stop(workers)


def _stop(workers: list[subprocess.Popen[bytes]]) -> None:
    for worker in workers:
        worker.terminate()
    for worker in workers:
        try:
            worker.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def serve(host: str, port: int) -> tuple[grpc.Server, Pool]:
    """A pool that listens. Raises RuntimeError where the address is taken."""
    pool = Pool()
    # Task managers ping often, and a server that minds would close the connection.
    options = [("grpc.http2.max_pings_without_data", 0), ("grpc.http2.max_ping_strikes", 0), ("grpc.so_reuseport", 0)]
    server = grpc.server(ThreadPoolExecutor(CALLS), options=options)
    services.add_BeamFnExternalWorkerPoolServicer_to_server(pool, server)
    server.add_insecure_port(f"{host}:{port}")
    server.start()
    return server, pool


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m pipeline.flink.pool", description=__doc__.partition("\n")[0])
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: the loopback)")
    parser.add_argument("--port", type=int, default=50_000)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *unused: stop.set())
    server, pool = serve(args.host, args.port)
    log.info("listening on %s:%d", args.host, args.port)
    stop.wait()
    server.stop(0)
    pool.close()


if __name__ == "__main__":
    main()
