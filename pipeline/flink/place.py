"""Where a job runs: the addresses that are configured, and for what is not, servers of this command's own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from connectors.config import Config
from pipeline.local.errors import ServerError
from pipeline.local.flink import EMBEDDED, JobServer, WorkerPool, serves_grpc
from pipeline.local.server import Server

log = logging.getLogger("summitwire.flink")


@dataclass(frozen=True, slots=True)
class Place:
    """Addresses are HOST:PORT; `rests`: Flink's REST interfaces; `checkpoints`, `savepoints`: URIs; `servers`: those
    that were started here."""

    job_server: str
    workers: str
    rests: list[str]
    checkpoints: str
    savepoints: str
    servers: tuple[Server, ...] = ()

    def restore(self, savepoint: str) -> None:
        """Tells an embedded Flink of this command's own where its next job goes on; empty: at the offsets."""
        for server in self.servers:
            if isinstance(server, JobServer):
                server.restore(savepoint)

    def repair(self) -> None:
        """Starts servers of this command's own again that have ended. Raises ServerError."""
        for server in self.servers:
            if not server.running:
                log.error("%s has ended; starting it again", server.name)
                server.start()


@contextmanager
def place_of(config: Config) -> Iterator[Place]:
    """Starts what is not configured, and ends it afterwards. Raises ServerError where something does not answer."""
    flink = config.flink
    folder = None if "://" in flink.checkpoints else config.path(flink.checkpoints)
    base = flink.checkpoints.rstrip("/") if folder is None else folder.as_uri()
    checkpoints, savepoints = f"{base}/checkpoints", f"{base}/savepoints"
    with ExitStack() as stack:
        servers: list[Server] = []
        rests = [f"http://{flink.master}"] if flink.master else []
        if flink.job_server:
            job_server = _there(flink.job_server, "job server", "[flink] job_server")
        else:
            settings = {"state.checkpoints.dir": checkpoints, "state.savepoints.dir": savepoints}
            jar = flink.job_server_jar or (_beams_own(flink.version) if flink.version else None)
            server = JobServer(folder, flink.master or EMBEDDED, jar, settings)
            log.info("starting %s; its log is %s", server.name, server.log)
            servers.append(stack.enter_context(server))
            rests = rests or server.rests
            job_server = server.endpoint
        if flink.workers:
            # Where a cluster runs the tasks the address is theirs, and need not mean anything here.
            workers = flink.workers if flink.master or flink.job_server else _there(flink.workers, "pool", "workers")
        else:
            pool = WorkerPool(folder)
            log.info("starting %s; its log is %s", pool.name, pool.log)
            servers.append(stack.enter_context(pool))
            workers = pool.address
        yield Place(job_server, workers, rests, checkpoints, savepoints, tuple(servers))


def newest_restorable(place: Place) -> str:
    """The newest whole checkpoint or savepoint of a place, as a URI. Raises ServerError where there is none, or where
    they do not lie on this machine."""
    if not place.checkpoints.startswith("file:"):
        raise ServerError(f"what lies at {place.checkpoints} cannot be listed from here: name one as --savepoint-path")
    folder = Path(urlsplit(place.checkpoints).path).parent
    found = [*folder.glob("checkpoints/*/chk-*/_metadata"), *folder.glob("savepoints/savepoint-*/_metadata")]
    if not found:
        raise ServerError(f"{folder} holds no checkpoint to go on from; without --restore the job starts from offsets")
    return max(found, key=lambda path: path.stat().st_mtime).parent.as_uri()


def _there(address: str, what: str, key: str) -> str:
    if not serves_grpc(address):
        raise ServerError(f"no {what} answers at {address}: is it running, and is {key} right?")
    return address


def _beams_own(version: str) -> str:
    """The job server of this Beam release for a release of Flink, fetched by Beam. Raises ServerError."""
    from apache_beam.utils.subprocess_server import JavaJarServer

    address = JavaJarServer.path_to_beam_jar(f":runners:flink:{version}:job-server:shadowJar")
    try:
        return str(JavaJarServer.local_jar(address))
    except Exception as error:  # urllib's, and RuntimeError: all mean that it cannot be had
        raise ServerError(
            f"the job server for Flink {version} cannot be fetched: {error}; name its jar as [flink] job_server_jar"
        ) from error
