"""`summitwire run --runner flink`: docs/flink.md."""

from __future__ import annotations

import argparse
import json
import logging
import threading
import time
from contextlib import nullcontext
from dataclasses import replace

from connectors.config import Config
from pipeline.cli import CommandError

log = logging.getLogger("summitwire.flink")

OPTIONS = {
    "flink_master": "master",
    "flink_job_server": "job_server",
    "flink_job_server_jar": "job_server_jar",
    "flink_version": "version",
    "flink_workers": "workers",
    "parallelism": "parallelism",
    "checkpoint_seconds": "checkpoint_seconds",
    "checkpoint_dir": "checkpoints",
}
"""Option → key of [flink] that it overrides."""


def configure(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("on Flink", "--runner flink; [flink] of the configuration can hold the same")
    group.add_argument("--flink-master", metavar="HOST:PORT", help="a cluster's REST interface (default: Flink here)")
    group.add_argument("--flink-job-server", metavar="HOST:PORT", help="a Beam job server (default: one is started)")
    group.add_argument("--flink-job-server-jar", metavar="JAR", help="the job server to start")
    group.add_argument("--flink-version", metavar="X.Y", help="fetch and start this Beam release's job server for it")
    group.add_argument("--flink-workers", metavar="HOST:PORT", help="a pool of SDK workers (default: one is started)")
    group.add_argument("--parallelism", type=int, metavar="N", help="tasks and SDK workers")
    group.add_argument("--checkpoint-seconds", type=float, metavar="S", help="between two checkpoints")
    group.add_argument("--checkpoint-dir", metavar="DIR", help="folder or URI for checkpoints and savepoints")
    start = group.add_mutually_exclusive_group()
    start.add_argument("--savepoint-path", metavar="URI", help="go on from this checkpoint or savepoint")
    start.add_argument("--restore", action="store_true", help="go on from the newest one in the checkpoint folder")
    group.add_argument(
        "--take-over",
        action="store_true",
        help="first end the group's jobs that run at --flink-master: those of a command that was killed",
    )
    group.add_argument("--detached", action="store_true", help="leave the job to the cluster once it reads")


def with_options(config: Config, args: argparse.Namespace) -> Config:
    """The configuration with what the command line overrides. Raises ConfigError."""
    from connectors.config import check_flink

    given = {key: getattr(args, option) for option, key in OPTIONS.items() if getattr(args, option) is not None}
    flink = replace(config.flink, **given)
    check_flink(flink, "command line")
    return replace(config, flink=flink)


def run(args: argparse.Namespace, config: Config, stop: threading.Event) -> int:
    from pipeline import summits
    from pipeline.flink.job import JobError
    from pipeline.flink.place import newest_restorable, place_of
    from pipeline.flink.rest import RestError
    from pipeline.flink.supervise import keep, leave
    from pipeline.flink.takeover import take_over
    from pipeline.io import clients
    from pipeline.io.unbounded import kafka_topics
    from pipeline.metrics.endpoint import endpoint
    from pipeline.settings import settings_of

    if args.once:
        raise CommandError("--once is for the local runner: a job on Flink has no end")
    config = with_options(config, args)
    if args.detached and not (config.flink.workers and (config.flink.master or config.flink.job_server)):
        raise CommandError(
            "--detached needs a cluster and a pool of SDK workers that outlive this command: "
            "--flink-master and --flink-workers"
        )
    if args.take_over and not config.flink.master:
        raise CommandError("--take-over needs a cluster on which jobs outlive this command: --flink-master")
    settings = settings_of(config, args.archive)
    if settings.archive:
        log.warning("a job on Flink writes an archive file for every bundle: several a second, and small")
    began = time.monotonic()
    try:
        with nullcontext() if args.take_over else kafka_topics(settings).lease(config.pipeline.group, settings.raw):
            pass  # that it can be had is known before anything is started; submitting a job looks again
        summits.load(settings.model, settings.extractor)
        with endpoint(config, args.metrics_port) as metrics, place_of(config) as place:
            if args.take_over:
                topics, group = kafka_topics(settings), config.pipeline.group
                take_over(topics, place.rests[0], group, settings.raw, place.savepoints)
            restore = newest_restorable(place) if args.restore else args.savepoint_path or ""
            if args.detached:
                watched = leave(config, settings, place, stop, restore, args.skip_lost)
            else:
                watched = keep(config, settings, place, stop, restore, args.skip_lost, metrics.job)
    except (JobError, RestError, summits.ModelError) as error:
        raise CommandError(str(error)) from error
    finally:
        clients.close()
    if args.json:
        told = {"job": watched.job, "restarts": watched.restarts, "savepoint": watched.savepoint}
        print(json.dumps({**told, "seconds": round(time.monotonic() - began, 3)}))
    elif args.detached:
        print(f"job {watched.job} runs at Flink")
    else:
        print(f"job {watched.job} ended; {watched.savepoint or 'no savepoint was taken'}")
    return 0
