"""What the commands do: a station in its process, and the processes around it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gcs.clock import Clock
from gcs.config.loading import Mission
from gcs.config.mission import MqttLink, TcpServerLink, UdpLink
from gcs.config.persons import load_persons
from gcs.console.identity import Identity, no_such_position
from gcs.console.protocol import Farewell, UnixAddress, parse_address
from gcs.console.server import ConsoleServer, OnInput
from gcs.console.settings import Settings
from gcs.links.addresses import format_address
from gcs.links.base import sentence
from gcs.links.opening import LinkConfigError, open_link
from gcs.messages import Catalogue
from gcs.playback import Decider, control, play
from gcs.recording.files import new_recording_path
from gcs.recording.header import header_for
from gcs.recording.journal import Journal
from gcs.replay import Flight
from gcs.resuming import Resumption, bring_back, check_keys
from gcs.runtime import InputQueue, Runtime, Shell
from gcs.station import Station
from gcs.summary import Summary
from gcs.timeline import Player, Timeline

EXIT_UNFINISHED = 1
"""A run to its outcome that ended without one."""
EXIT_CONFIG = 2
TOKEN_ENV = "LANDFALL_TOKEN"
"""The environment variable that holds this operator's token."""
READY = "ready "
"""Begins the first line of a station's process; the address follows."""
_STOP_WITHIN_S = 5.0
_ATTACH_WITHIN_S = 3.0


class StartUpError(Exception):
    """Why nothing could be started, in one sentence."""


# --- The station's own process ----------------------------------------------


@dataclass(frozen=True)
class StationOptions:
    """How to run one station. An empty `record` records nothing."""

    listen: str
    clock: Clock
    seed: int
    record: Path | None
    to_outcome: bool
    resume: Resumption | None = None


def environment_secrets(mission: Mission) -> dict[str, str]:
    """The environment variables that the mission's links name, where they are set."""
    names = {getattr(link, "password_env", "") for link in mission.config.link}
    return {name: os.environ[name] for name in names if name and name in os.environ}


def signing_keys(mission: Mission) -> dict[str, bytes]:
    """The 32-byte key of every MAVLink link, from the environment; empty without one.

    StartUpError where the variable is named but not a key: unsigned is no fallback.
    """
    name = mission.config.station.signing_key_env
    if not name:
        return {}
    try:
        key = bytes.fromhex(os.environ.get(name, ""))
    except ValueError:
        key = b""
    if len(key) != 32:
        raise StartUpError(f"{name} must hold the signing key: 64 hexadecimal digits")
    return {link.id: key for link in mission.config.link if link.carries == "mavlink"}


def identity_of(mission: Mission) -> Identity:
    """How the mission wants persons known, with its persons file where it names one.

    StartUpError where the variable holds no path, ConfigError where the file is wrong.
    """
    station = mission.config.station
    if not station.persons_env:
        return Identity(station.identify, positions=station.positions)
    path = os.environ.get(station.persons_env, "")
    if not path:
        raise StartUpError(f"{station.persons_env} must hold the path of the persons file")
    tokens = station.identify == "token"
    persons = load_persons(Path(path), station.positions, tokens=tokens)
    return Identity(station.identify, persons, station.positions)


def run_station(mission: Mission, options: StationOptions) -> tuple[int, Path | None]:
    """Run a station until a signal or its outcome; the exit code and the recording's path."""
    keys = signing_keys(mission)
    station = Station(mission, seed=options.seed, signing_keys=keys)
    if options.resume is not None:
        check_keys(options.resume, keys)
    journal = _journal(mission, options, keys) if options.record is not None else None
    summary = asyncio.run(_run_station(station, mission, options, journal))
    if journal is not None and journal.fault:
        sys.stderr.write(f"{journal.path}: {journal.fault}\n")
    exit_code = _exit_code(summary, options, journal)
    return exit_code, journal.path if journal is not None else None


def _journal(mission: Mission, options: StationOptions, keys: Mapping[str, bytes]) -> Journal:
    now_ns = options.clock.now_ns()
    header = header_for(
        mission,
        seed=options.seed,
        session=secrets.token_hex(8),
        created_ns=now_ns,
        keys=keys,
    )
    assert options.record is not None
    try:
        path = new_recording_path(options.record, mission.config.mission.id, now_ns)
        return Journal(path, header)
    except OSError as error:
        raise StartUpError(sentence(f"cannot record in {options.record}", error)) from error


async def _run_station(
    station: Station, mission: Mission, options: StationOptions, journal: Journal | None
) -> Summary:
    queue = InputQueue(options.clock)
    secret = environment_secrets(mission)
    try:
        links = {
            link.id: open_link(link, queue, secret)
            for link in mission.config.link
            if link.kind != "memory"
        }
    except LinkConfigError as error:
        raise StartUpError(str(error)) from error
    summary = Summary(mission.config.phase)
    since_ns = _brought_back(station, options, journal, summary, queue)
    identity = identity_of(mission)
    server = _console_server(options.listen, station.catalogue("LIVE"), queue.put, identity)
    shell = Shell(links, journal, server, summary)
    runtime = Runtime(
        station, options.clock, queue, shell, to_outcome=options.to_outcome, since_ns=since_ns
    )
    await _listening(server)
    # What is built stays. A full collection that looked through it, with hundreds of
    # criteria, would hold every decision up for a tenth of a second.
    gc.collect()
    gc.freeze()
    try:
        with _signals_calling(runtime.stop):
            _say_ready(server)
            await runtime.run()
    finally:
        if journal is not None:
            journal.close()
        await server.close(_farewell(summary, _exit_code(summary, options, journal)))
    return summary


def _brought_back(
    station: Station,
    options: StationOptions,
    journal: Journal | None,
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
    for item in standing.first_inputs(now_ns):
        queue.put(item)
    return standing.last_ns


def _exit_code(summary: Summary, options: StationOptions, journal: Journal | None) -> int:
    """What a run came to; one without the outcome or the record it was to have is no success."""
    unfinished = options.to_outcome and not summary.outcome
    unrecorded = journal is not None and bool(journal.fault)
    return summary.exit_code or (EXIT_UNFINISHED if unfinished or unrecorded else 0)


def _farewell(summary: Summary, exit_code: int) -> Farewell:
    """The last word to the consoles."""
    return Farewell(exit_code, summary.outcome or "open", tuple(summary.lines()))


def _console_server(
    listen: str, catalogue: Catalogue, on_input: OnInput, identity: Identity
) -> ConsoleServer:
    try:
        return ConsoleServer(listen, catalogue, on_input, identity)
    except ValueError as error:
        raise StartUpError(f"--listen: {error}") from error


def _say_ready(server: ConsoleServer) -> None:
    """Tell who started this process that consoles may attach, and where."""
    sys.stdout.write(f"{READY}{server.address}\n")
    sys.stdout.flush()


async def _listening(server: ConsoleServer) -> None:
    try:
        await server.start()
    except OSError as error:
        raise StartUpError(sentence(f"cannot listen on {server.address}", error)) from error


@contextmanager
def _signals_calling(stop: Callable[[], None]) -> Iterator[None]:
    """Requests to end call `stop`; after the block the end has begun, and they change nothing."""
    loop = asyncio.get_running_loop()
    requests = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    heard = [number for number in requests if signal.getsignal(number) is not signal.SIG_IGN]
    for number in heard:  # but nohup stays nohup
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        # Whoever watches asks for the end once it has read the farewell: it must not
        # find a process whose handlers are gone and which it would kill half-way.
        signal.pthread_sigmask(signal.SIG_BLOCK, heard)
        for number in heard:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, heard)


async def run_replay(flight: Flight, listen: str, speed: float | None) -> Summary:
    """Play a flight for consoles at `speed` times real time; None is as fast as it goes.

    It begins when the first console has attached, or after a moment: a short flight at
    full speed would be over before anybody saw it. It ends with the flight, unless a
    console took a hand in it: then it stays until it is ended.
    """
    station, summary = flight.station(), Summary(flight.mission.config.phase)
    attached, stopped = asyncio.Event(), asyncio.Event()
    with Timeline() as timeline:
        player = Player(timeline, speed)
        server = ConsoleServer(
            listen,
            station.catalogue("REPLAY"),
            lambda _: attached.set(),
            on_control=lambda asked: control(player, asked),
        )
        await _listening(server)
        try:
            with _signals_calling(stopped.set):
                _say_ready(server)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(attached.wait(), _ATTACH_WITHIN_S)
                await play(
                    Decider(station, flight.steps(), timeline, summary), player, server, stopped
                )
        finally:
            await server.close(_farewell(summary, summary.exit_code))
    return summary


# --- Processes around it ----------------------------------------------------


class Child:
    """A process of ours that says on its first line when it can be used."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def ready(self) -> str:
        """Wait for it; the last word of its first line. ChildEndedError if it ended instead."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ChildEndedError(self.name, self._process.wait() or EXIT_CONFIG)
        return line.split()[-1]

    def stop(self) -> None:
        """Ask it to end."""
        if self._process.poll() is None:
            self._process.terminate()

    def end(self) -> tuple[int, str]:
        """Wait until it has ended; its exit code and what else it printed."""
        try:
            rest, _ = self._process.communicate(timeout=_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            rest, _ = self._process.communicate()
        return self._process.returncode, rest


class ChildEndedError(Exception):
    """A child ended before it was ready; it has said why on standard error."""

    def __init__(self, name: str, exit_code: int) -> None:
        super().__init__(f"{name} did not start")
        self.exit_code = exit_code


@contextmanager
def child(name: str, command: Sequence[str], *, heard: bool = False) -> Iterator[Child]:
    """A child process that is stopped when the block ends; `heard` prints its last words."""
    process = Child(name, command)
    try:
        yield process
    finally:
        process.stop()
        _, last_words = process.end()
        if heard:
            sys.stdout.write(last_words)


@contextmanager
def private_address() -> Iterator[str]:
    """A Unix socket address that only this user can reach, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="landfall-") as directory:
        yield f"unix:{directory}/station"


@dataclass(frozen=True)
class Seat:
    """Who sits at a console: an empty `position` only watches; `token` proves the person."""

    position: str = "FD"
    person: str = ""
    token: str = field(default="", repr=False)


def seat(
    position: str | None, person: str, positions: Sequence[str] = (), *, watch: bool = False
) -> Seat:
    """A seat whose token comes from the environment, where there is one.

    Without a `position` it is the first of the mission's `positions`, as far as they are known
    here. StartUpError where the mission has no such position.
    """
    if watch and position is not None:
        raise StartUpError("--watch takes no position: leave --position out")
    if position == "":
        raise StartUpError("--position is empty: leave it out, or only --watch")
    token = os.environ.get(TOKEN_ENV, "")
    if watch:
        return Seat("", person, token)
    wanted = position or (positions[0] if positions else Seat.position)
    if positions and wanted not in positions:
        raise StartUpError(no_such_position(wanted, positions))
    return Seat(wanted, person, token)


def sit(address: str, look: Settings, who: Seat) -> int:
    """Show the station at `address` in this terminal; the console's exit code."""
    from gcs.console.app import run_console  # Textual loads slowly: only where it is needed

    return run_console(address, who.position, look, who.person, who.token)


def watch(station: Child, address: str, look: Settings, who: Seat, *, headless: bool) -> int:
    """Show a station in this terminal until either ends; print its last words; its exit code."""
    from gcs.console.headless import run_headless

    with contextlib.suppress(KeyboardInterrupt):
        if headless:
            run_headless(address, sys.stdout)
        else:
            sit(address, look, who)
    station.stop()
    code, last_words = station.end()
    sys.stdout.write(last_words)
    if code < 0:
        sys.stderr.write(
            f"{station.name} was killed (signal {-code}): `gcs recover` mends its recording\n"
        )
        return EXIT_UNFINISHED
    return code


def require_station(address: str) -> None:
    """StartUpError, in one sentence, unless something listens at a console address."""
    try:
        place = parse_address(address)
    except ValueError as error:
        raise StartUpError(str(error)) from error
    try:
        if isinstance(place, UnixAddress):
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(place.path)
        else:
            socket.create_connection((place.host, place.port), timeout=2).close()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StartUpError(f"no station at {address}: {reason}") from error


# --- Changing a mission from the command line --------------------------------


def broker_address(mission: Mission) -> tuple[str, str]:
    """Host and port of the mission's MQTT link, where a demo starts the embedded broker."""
    for link in mission.config.link:
        if isinstance(link, MqttLink):
            return link.host, str(link.port)
    raise StartUpError(f"{mission.file} has no MQTT link: the demo needs one for the barge")


def require_free_ports(mission: Mission) -> None:
    """StartUpError where a port that the station is to listen on is taken.

    A station on its own keeps trying; a demo whose simulator would call somebody
    else's port says so instead.
    """
    for link in mission.config.link:
        if not isinstance(link, UdpLink | TcpServerLink) or not link.port:
            continue
        kind = socket.SOCK_DGRAM if isinstance(link, UdpLink) else socket.SOCK_STREAM
        family = socket.AF_INET6 if ":" in link.host else socket.AF_INET
        try:
            with socket.socket(family, kind) as probe:
                if kind == socket.SOCK_STREAM:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((link.host, link.port))
        except OSError as error:
            address = format_address((link.host, link.port))
            raise StartUpError(
                sentence(f"link {link.id} cannot listen on {link.kind} {address}", error)
            ) from error
