"""A station on the links of its mission, in this process: brought back, recorded and shown."""

from __future__ import annotations

import asyncio
import gc
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gcs.clock import Clock
from gcs.config.loading import Mission
from gcs.console.protocol import Farewell
from gcs.console.server import ConsoleServer
from gcs.environment import identity_of, link_passwords, signing_keys
from gcs.exits import EXIT_UNFINISHED, StartUpError
from gcs.hosting import farewell, hosting
from gcs.links.base import ByteLink, TopicLink, sentence
from gcs.links.opening import LinkConfigError, open_link
from gcs.recording.files import new_recording_path
from gcs.recording.header import header_for
from gcs.recording.journal import Journal
from gcs.resuming import Resumption, bring_back, check_keys
from gcs.runtime import InputQueue, Runtime, Shell
from gcs.station import Station
from gcs.summary import Summary


@dataclass(frozen=True)
class StationOptions:
    """How to run one station; `record` is the directory of its recording."""

    listen: str
    clock: Clock
    seed: int
    record: Path
    to_outcome: bool
    resume: Resumption | None = None


def run_station(mission: Mission, options: StationOptions) -> tuple[int, Path]:
    """Run a station until a signal or its outcome; the exit code and the recording's path."""
    keys = signing_keys(mission)
    station = Station(mission, seed=options.seed, signing_keys=keys)
    if options.resume is not None:
        check_keys(options.resume, keys)
    journal = _journal(mission, options, keys)
    summary = asyncio.run(_run(station, mission, options, journal))
    if journal.fault:
        sys.stderr.write(f"{journal.path}: {journal.fault}\n")
    return _exit_code(summary, options, journal), journal.path


def _journal(mission: Mission, options: StationOptions, keys: Mapping[str, bytes]) -> Journal:
    now_ns = options.clock.now_ns()
    header = header_for(
        mission,
        seed=options.seed,
        session=secrets.token_hex(8),
        created_ns=now_ns,
        keys=keys,
    )
    try:
        path = new_recording_path(options.record, mission.config.mission.id, now_ns)
        return Journal(path, header)
    except OSError as error:
        raise StartUpError(sentence(f"cannot record in {options.record}", error)) from error


async def _run(
    station: Station, mission: Mission, options: StationOptions, journal: Journal
) -> Summary:
    queue = InputQueue(options.clock)
    links = _open_links(mission, queue)
    summary = Summary(mission.config.phase)
    since_ns = _brought_back(station, options, journal, summary, queue)
    server = _console_server(station, mission, options, queue)
    shell = Shell(links, journal, server, summary)
    runtime = Runtime(
        station, options.clock, queue, shell, to_outcome=options.to_outcome, since_ns=since_ns
    )
    # What is built stays. A full collection that looked through it, with hundreds of
    # criteria, would hold every decision up for a tenth of a second.
    gc.collect()
    gc.freeze()
    async with hosting(server, runtime.stop, lambda: _end(summary, options, journal)):
        await runtime.run()
    return summary


def _open_links(mission: Mission, queue: InputQueue) -> dict[str, ByteLink | TopicLink]:
    passwords = link_passwords(mission)
    try:
        return {
            link.id: open_link(link, queue, passwords)
            for link in mission.config.link
            if link.kind != "memory"
        }
    except LinkConfigError as error:
        raise StartUpError(str(error)) from error


def _brought_back(
    station: Station,
    options: StationOptions,
    journal: Journal,
    summary: Summary,
    queue: InputQueue,
) -> int:
    """Bring a resumed run to where it was; the last moment decided, 0 for a new run."""
    if options.resume is None:
        return 0
    standing = bring_back(options.resume, station, journal, summary)
    now_ns = options.clock.now_ns()
    if now_ns < standing.last_ns:
        raise StartUpError(f"{standing.recording} ends after this clock's now: set the clock")
    if standing.warning:
        sys.stderr.write(f"{standing.recording}: {standing.warning}\n")
    for item in standing.first_inputs(now_ns):
        queue.put(item)
    return standing.last_ns


def _console_server(
    station: Station, mission: Mission, options: StationOptions, queue: InputQueue
) -> ConsoleServer:
    identity = identity_of(mission)
    try:
        return ConsoleServer(options.listen, station.catalogue("LIVE"), queue.put, identity)
    except ValueError as error:
        raise StartUpError(f"--listen: {error}") from error


def _end(summary: Summary, options: StationOptions, journal: Journal) -> Farewell:
    """Close the record: whether it holds everything is part of the last word."""
    journal.close()
    return farewell(summary, _exit_code(summary, options, journal))


def _exit_code(summary: Summary, options: StationOptions, journal: Journal) -> int:
    """What a run came to; one without the outcome or the record it was to have is no success."""
    unfinished = options.to_outcome and not summary.outcome
    return summary.exit_code or (EXIT_UNFINISHED if unfinished or journal.fault else 0)
