"""`gcs`: operate, replay, check."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from gcs.auditing import audit, story
from gcs.checking import all_problems, check_paths
from gcs.clock import ScaledClock
from gcs.config.loading import load_mission, with_serial
from gcs.config.problems import ConfigError
from gcs.console.settings import load_settings, settings_problems
from gcs.deciding import decide, decision_lines
from gcs.demo import fly_demo
from gcs.environment import signing_keys
from gcs.exits import EXIT_CONFIG, ChildEndedError, StartUpError
from gcs.explaining import NoSuchGateError, explain
from gcs.listening import link_lines, port_lines
from gcs.live import StationOptions, run_station
from gcs.options import (
    HOP,
    RECORDINGS,
    SETTINGS,
    Address,
    AttachedAs,
    Headless,
    MissionFile,
    Person,
    Position,
    Record,
    Recording,
    Seed,
    Serial,
    SettingsFile,
    Watch,
)
from gcs.page import NARROWEST, WIDTH
from gcs.playback import run_replay
from gcs.recording.header import header_for, verification_obstacles
from gcs.recording.layout import RecordingError
from gcs.recording.recover import recover
from gcs.replay import Flight, open_flight, summarise, verify
from gcs.resuming import open_resumption
from gcs.rules import left_out, other_rules
from gcs.seating import Seat, seat, seated
from gcs.terminal import (
    StationProcess,
    Terminal,
    require_station,
    show_lines,
    show_screen,
    without_screen,
)

app = typer.Typer(
    help="Landfall: ground control for rockets that land at sea.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command()
def run(
    mission: Annotated[
        Path | None, typer.Argument(help="A mission file.", metavar="MISSION.toml")
    ] = None,
    headless: Headless = False,
    serial: Serial = None,
    record: Record = RECORDINGS,
    seed: Seed = None,
    listen: Annotated[
        str, typer.Option(help="Where more consoles attach: unix:PATH or tcp:127.0.0.1:PORT.")
    ] = "",
    position: Position = None,
    watch_only: Watch = False,
    person: Person = "",
    settings: SettingsFile = SETTINGS,
    resume: Annotated[
        Path | None,
        typer.Option(
            help="Go on with a run that crashed, from its recording, in place of a mission.",
            metavar="RECORDING",
        ),
    ] = None,
) -> None:
    """Operate: connect to the mission's links, decide, record, and show it.

    With --resume the count, votes, waivers, windows and pending commands stand as they stood.
    """
    if resume is not None and (mission or serial or seed is not None):
        raise StartUpError("--resume brings its own mission, links and seed: leave them out")
    if mission is not None:
        flown = load_mission(mission)
    elif resume is not None:
        flown = open_flight(resume).mission
    else:
        raise StartUpError("what is flown? give a mission file, or --resume RECORDING")
    look = load_settings(settings)
    who = seat(position, person, flown.config.station.positions, watch=watch_only)
    station = StationProcess(mission, record, serial or [], seed, listen, resume=resume)
    raise typer.Exit(Terminal(look, who, without_screen(headless)).show_station(station))


@app.command()
def demo(
    mission: MissionFile = HOP,
    speed: Annotated[float, typer.Option(min=0.1, max=50.0, help="Times real time.")] = 1.0,
    seed: Seed = 1,
    serial: Annotated[
        bool, typer.Option("--serial", help="Put fc_c on a pseudo-terminal at 921600 baud.")
    ] = False,
    headless: Headless = False,
    record: Record = RECORDINGS,
    position: Position = None,
    watch_only: Watch = False,
    person: Person = "",
    settings: SettingsFile = SETTINGS,
) -> None:
    """Fly a mission against the simulator, each in its own process, on real bytes.

    Exit 0 landed, 3 diverted, 4 lost, 5 scrubbed, 2 a configuration or start-up fault,
    1 ended before.
    """
    look = load_settings(settings)
    loaded = load_mission(mission)
    who = seat(position, person, loaded.config.station.positions, watch=watch_only)
    terminal = Terminal(look, who, without_screen(headless))
    raise typer.Exit(
        fly_demo(mission, loaded, terminal, speed=speed, seed=seed, serial=serial, record=record)
    )


@app.command(hidden=True)
def station(
    listen: Annotated[str, typer.Option()],
    mission: Annotated[Path | None, typer.Argument()] = None,
    serial: Serial = None,
    record: Record = RECORDINGS,
    seed: Seed = None,
    clock: Annotated[str, typer.Option()] = "",
    to_outcome: Annotated[bool, typer.Option("--to-outcome")] = False,
    resume: Annotated[Path | None, typer.Option()] = None,
) -> None:
    """The station alone, for `run` and `demo`: prints where consoles attach, then the summary."""
    resumption = open_resumption(resume) if resume is not None else None
    if resumption is not None:
        loaded, seed = resumption.mission, resumption.header.seed
    else:
        loaded = with_serial(load_mission(mission or Path()), serial or [])
    options = StationOptions(
        listen=listen,
        clock=ScaledClock.parsed(clock) if clock else ScaledClock.started_now(),
        seed=seed if seed is not None else random.SystemRandom().getrandbits(31),
        record=record,
        to_outcome=to_outcome,
        resume=resumption,
    )
    exit_code, path = run_station(loaded, options)
    typer.echo(f"recording  {path}")
    raise typer.Exit(exit_code)


@app.command()
def console(
    address: Address,
    headless: Headless = False,
    position: AttachedAs = None,
    watch_only: Watch = False,
    person: Person = "",
    settings: SettingsFile = SETTINGS,
) -> None:
    """Attach one more console to a running station."""
    look = load_settings(settings)
    require_station(address)
    if without_screen(headless):
        raise typer.Exit(show_lines(address))
    who = seat(position, person, watch=watch_only)
    typer.echo(seated(address, who, given=position is not None), err=True)
    raise typer.Exit(show_screen(address, look, who))


@app.command()
def serve(
    address: Address,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
) -> None:
    """Show a running station in browsers of this machine, read-only; prints the link."""
    # A web server loads slowly: only where it is needed.
    from gcs.console.serving import ServeError, run_web

    require_station(address)
    try:
        run_web(address, port)
    except ServeError as error:
        raise StartUpError(str(error)) from error


@app.command("watch-console", hidden=True)
def watch_console(address: Annotated[str, typer.Argument()]) -> None:
    """One browser's console, for `serve`: it only watches, and ends with its server."""
    from gcs.console.app import run_console
    from gcs.console.relay import end_with_parent

    end_with_parent()
    raise typer.Exit(run_console(address, position=""))


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="A .mcap recording, .tlog, .csv or .json.")],
    mission: Annotated[
        Path | None, typer.Option(help="Mission whose dictionaries say what the file means.")
    ] = None,
    speed: Annotated[str, typer.Option(help="Times real time, or max.")] = "1",
    headless: Headless = False,
    summary: Annotated[
        bool, typer.Option("--summary", help="Play at full speed and print what came of it.")
    ] = False,
    verified: Annotated[
        bool, typer.Option("--verify", help="Re-decide a recording, compare every snapshot.")
    ] = False,
    settings: SettingsFile = SETTINGS,
    listen: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    """Play a flight through the station. Exit 1 when --verify finds a difference."""
    rate = _speed(speed)
    flight = open_flight(file, mission)
    if verified:
        _verify(flight)
    elif summary:
        for line in summarise(flight):
            typer.echo(line)
    elif listen:
        asyncio.run(run_replay(flight, listen, rate))
    else:
        terminal = Terminal(load_settings(settings), Seat(), without_screen(headless))
        raise typer.Exit(terminal.show_replay(file, mission, speed))


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise StartUpError(f"--speed: expected a positive number or max, got {text!r}")
    return speed


def _verify(flight: Flight) -> None:
    if flight.recording is None:
        raise RecordingError(f"{flight.path}: only our own recordings can be verified")
    keys = signing_keys(flight.mission)
    obstacles = verification_obstacles(
        flight.recording.header,
        header_for(flight.mission, seed=flight.seed, session="", created_ns=0),
        keys,
    )
    verification = verify(flight.recording, flight.station(keys))
    if verification.identical:
        typer.echo(verification.sentence)
        return
    if obstacles:
        typer.echo("cannot verify: " + "; ".join(obstacles))
    else:
        typer.echo(verification.sentence)
    raise typer.Exit(1)


@app.command("decide")
def decide_command(
    file: Recording,
    criteria: Annotated[
        list[Path],
        typer.Option(
            help="A criteria file: in place of the one flown under the same file name, or in"
            " addition. Or a directory: its files that are named as flown. May be given several"
            " times.",
            metavar="DIR|FILE",
        ),
    ],
) -> None:
    """Decide an old flight again under other criteria, and show what differs and why.

    Exit 0 no difference, 1 differences, 2 where it could not be compared to its end.
    """
    flight = open_flight(file)
    rules = other_rules(flight.mission, criteria)
    decision = decide(flight, rules, signing_keys(flight.mission))
    unused = left_out(flight.mission, criteria)
    for line in decision_lines(flight, rules, decision, unused):
        typer.echo(line)
    if decision.fault:
        typer.echo(f"{file}: {decision.fault}", err=True)
        raise typer.Exit(EXIT_CONFIG)
    raise typer.Exit(int(decision.differs))


@app.command("audit")
def audit_command(
    file: Recording,
    about: Annotated[
        str, typer.Argument(help="A gate, criterion, command or parameter: its story alone.")
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Decide everything anew and compare every entry.")
    ] = False,
) -> None:
    """Verify the hash chain of every act and verdict, and tell the story of a decision.

    Exit 0 sound, 1 broken, cut or not what the rules make of the inputs.
    """
    flight = open_flight(file)
    report = audit(flight, again=again, keys=signing_keys(flight.mission) if again else None)
    for line in story(flight.mission, report.check.entries, about):
        typer.echo(line)
    typer.echo(report.sentence)
    raise typer.Exit(int(not report.sound))


@app.command("explain")
def explain_command(
    mission: MissionFile,
    gate: Annotated[str | None, typer.Argument(help="A gate's id; all where not given.")] = None,
    width: Annotated[int, typer.Option(min=NARROWEST, help="Columns of the page.")] = WIDTH,
) -> None:
    """Print a gate as a page to sign: its criteria, their limits and sources, what it sends."""
    try:
        for line in explain(load_mission(mission), gate, width):
            typer.echo(line)
    except NoSuchGateError as error:
        raise StartUpError(str(error)) from error


@app.command("recover")
def recover_command(
    file: Annotated[Path, typer.Argument(help="A recording cut by a crash.")],
    output: Annotated[Path | None, typer.Argument(help="Where the mended one goes.")] = None,
) -> None:
    """Mend a recording: everything up to the damage, closed properly."""
    target = output or file.with_suffix(".recovered.mcap")
    typer.echo(str(recover(file, target)))


@app.command()
def check(
    paths: Annotated[list[Path], typer.Argument(help="Mission files, or directories of them.")],
) -> None:
    """Validate missions and every file they name; all problems at once, exit 2 if any."""
    problems, checked = check_paths(paths, {"console": settings_problems})
    for problem in problems:
        typer.echo(str(problem), err=True)
    if problems:
        raise typer.Exit(EXIT_CONFIG)
    typer.echo(f"{checked} files: no problem found")


@app.command()
def links(
    on: Annotated[
        list[str] | None,
        typer.Argument(help="serial:DEVICE[:BAUD], udp:PORT, tcp:HOST:PORT, tcp-listen:PORT"),
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long to listen.")] = 3.0,
) -> None:
    """List serial ports, and show who speaks MAVLink on a link and how well."""
    if not on:
        for line in port_lines():
            typer.echo(line)
    for text in on or ():
        try:
            for line in link_lines(text, seconds):
                typer.echo(line)
        except ValueError as error:
            raise StartUpError(str(error)) from error


def _end_in_good_order() -> None:
    """Let a request to end, or a closed terminal, unwind like ^C: children end, files go."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def main() -> None:
    """Entry point. What a person can mend is one sentence each and exit 2."""
    _end_in_good_order()
    try:
        app()
    except ConfigError as error:
        for problem in all_problems(error):
            typer.echo(str(problem), err=True)
        sys.exit(EXIT_CONFIG)
    except (StartUpError, RecordingError) as error:
        typer.echo(str(error), err=True)
        sys.exit(EXIT_CONFIG)
    except ChildEndedError as error:
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
