"""`firmware-sim`: the simulated flight computers and barge, for any ground station."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from firmware_sim.campaign import land_all, report, write_csv
from firmware_sim.conditions import parse_speed_m_s, with_conditions
from firmware_sim.core import SimulationError
from firmware_sim.endpoints.runner import Runner
from firmware_sim.flying import fly as fly_once
from firmware_sim.plotting import plot as plot_flight
from firmware_sim.scenario import make_scenario
from firmware_sim.vehicle.touchdown import Outcome
from firmware_sim.webcast import first_moment, fly_from, last_moment, load_webcast
from firmware_sim.webcast import report as report_prediction
from firmware_sim.world import World
from gcs.clock import SECOND_NS, ScaledClock
from gcs.config.faults import LineError
from gcs.config.loading import CONFIGS, load_mission
from gcs.config.problems import ConfigError

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)

_CONFIG_FAULT = 2
_BROKEN = 1
_PICTURES = (".png", ".svg", ".pdf")

MissionFile = Annotated[
    Path, typer.Argument(help="Mission file with a [simulation] table.", metavar="MISSION.toml")
]
Seed = Annotated[int, typer.Option(help="Same seed, same sea, wind and noise.")]
Faults = Annotated[Path | None, typer.Option(help="Timeline of faults.", metavar="FAULTS.toml")]
Wind = Annotated[str, typer.Option(help='Mean wind at 10 m, such as "12 m/s".')]
SeaState = Annotated[str, typer.Option(help="WMO sea state, 0 to 6.")]
WaveHeading = Annotated[
    str, typer.Option(help='Angle from the bow to the waves, such as "90 deg" for beam seas.')
]
RealTime = Annotated[
    bool, typer.Option("--real-time", help="As fast as the world goes; the default.")
]
Speed = Annotated[float | None, typer.Option(help="So many times faster than the world goes.")]
Clock = Annotated[
    str, typer.Option(help="EPOCH,ANCHOR,RATE shared with the station; default: UTC.")
]
Serial = Annotated[
    list[str] | None,
    typer.Option(help="LINK=PATH: put a flight computer's link on a virtual serial port."),
]
StopAfter = Annotated[float | None, typer.Option(help="Stop this many seconds after touchdown.")]
Verbose = Annotated[bool, typer.Option(help="Say what the links do.")]
NoCommit = Annotated[bool, typer.Option("--no-commit", help="Never commit: land in open water.")]


@app.command()
def run(
    mission: MissionFile,
    seed: Seed = 1,
    real_time: RealTime = False,
    speed: Speed = None,
    clock: Clock = "",
    faults: Faults = None,
    wind: Wind = "",
    sea_state: SeaState = "",
    wave_heading: WaveHeading = "",
    serial: Serial = None,
    stop_after: StopAfter = None,
    verbose: Verbose = False,
) -> None:
    """Fly MISSION on its links until stopped; on a pad the vehicle waits for LAUNCH.

    Lines typed meanwhile break and mend parts: `engine.2 off`, `clear engine.2`.
    """
    logging.basicConfig(
        level=logging.INFO if verbose else logging.ERROR, format="firmware-sim: %(message)s"
    )
    try:
        told = _told_clock(clock, speed, real_time)
        weathered = with_conditions(load_mission(mission), wind, sea_state, wave_heading)
        world = World(make_scenario(weathered, _checked(seed), told.now_ns(), faults))
        paths = dict(_parsed_serial(text) for text in serial or [])
        stop_ns = _parsed_stop(stop_after)
        runner = Runner(world, weathered.config.link, told, os.environ, paths)
    except (ConfigError, ValueError) as error:
        raise _refused(error) from error
    typer.echo(f"simulating {mission}")
    try:
        asyncio.run(_until_stopped(runner, world, stop_ns))
    except SimulationError as error:
        raise _broken(error) from error
    outcome = world.truth().outcome
    if outcome is not None:
        typer.echo(summary(outcome))


@app.command()
def fly(
    mission: MissionFile,
    seed: Seed = 1,
    plot: Annotated[Path | None, typer.Option(help="Draw the flight: .png, .svg, .pdf.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the flight as a table.")] = None,
    faults: Faults = None,
    wind: Wind = "",
    sea_state: SeaState = "",
    wave_heading: WaveHeading = "",
    no_commit: NoCommit = False,
) -> None:
    """Fly MISSION once, as fast as it goes, as under a station with every criterion GO."""
    try:
        _check_output("--plot", plot, _PICTURES)
        _check_output("--csv", csv)
        weathered = with_conditions(load_mission(mission), wind, sea_state, wave_heading)
        scenario = make_scenario(weathered, _checked(seed), 0, faults)
        flight = fly_once(scenario, commit=not no_commit)
    except (ConfigError, ValueError) as error:
        raise _refused(error) from error
    except SimulationError as error:
        raise _broken(error) from error
    if csv is not None:
        flight.write_csv(csv)
    if plot is not None:
        plot_flight(flight, weathered.config.mission.title, plot)
    typer.echo(summary(flight.outcome) if flight.outcome is not None else "not down")


@app.command()
def campaign(
    mission: MissionFile,
    seeds: Annotated[str, typer.Option(help="FIRST:END, the end not flown.")] = "0:200",
    jobs: Annotated[int, typer.Option(help="Flights at a time.", min=1)] = os.cpu_count() or 1,
    csv: Annotated[Path | None, typer.Option(help="Write a row a seed.")] = None,
    faults: Faults = None,
    wind: Wind = "",
    winds_to: Annotated[
        str, typer.Option(help='A wind for each seed, any direction, up to, say, "12 m/s".')
    ] = "",
    sea_state: SeaState = "",
    wave_heading: WaveHeading = "",
    no_commit: NoCommit = False,
) -> None:
    """Fly many seeds of MISSION on all cores; print how they end and the spread of the numbers."""
    try:
        _check_output("--csv", csv)
        weathered = with_conditions(load_mission(mission), wind, sea_state, wave_heading)
        make_scenario(weathered, 0, 0, faults)
        flown = range(*_parsed_seeds(seeds))
        most_m_s = parse_speed_m_s("--winds-to", winds_to) if winds_to else None
    except (ConfigError, ValueError) as error:
        raise _refused(error) from error
    try:
        flights = land_all(weathered, flown, jobs, faults, not no_commit, most_m_s)
        landings = list(flights)
    except SimulationError as error:
        raise _broken(error) from error
    if csv is not None:
        write_csv(landings, csv)
    for line in report(landings):
        typer.echo(line)


@app.command()
def predict(
    mission: MissionFile,
    webcast: Annotated[
        Path, typer.Argument(help="A descent: time_s, speed_m_s, altitude_km.", metavar="DATA.json")
    ],
    after: Annotated[
        float | None, typer.Option(help="From the first state after this T, s; default: the last.")
    ] = None,
    seed: Seed = 1,
) -> None:
    """Fly MISSION's vehicle on from a moment of a real descent, and print what it predicts."""
    try:
        told = load_webcast(webcast)
        moment = last_moment(told) if after is None else first_moment(told, after)
        scenario = make_scenario(load_mission(mission), _checked(seed))
        lines = list(report_prediction(webcast.stem, moment, fly_from(scenario, moment)))
    except (ConfigError, ValueError) as error:
        raise _refused(error) from error
    except SimulationError as error:
        raise _broken(error) from error
    for line in lines:
        typer.echo(line)


@app.command()
def prepare() -> None:
    """Compile the simulator once, which takes about a minute; afterwards it starts in a second."""
    world = World(load_mission(CONFIGS / "missions" / "xzy1-hop.toml"))
    world.advance(SECOND_NS)


def _refused(error: Exception) -> typer.Exit:
    typer.echo(f"firmware-sim: {error}", err=True)
    return typer.Exit(_CONFIG_FAULT)


def _broken(error: SimulationError) -> typer.Exit:
    typer.echo(f"firmware-sim: {error}", err=True)
    return typer.Exit(_BROKEN)


def _checked(seed: int) -> int:
    if seed < 0:
        raise ValueError(f"--seed: expected a whole number from 0, got {seed}")
    return seed


def _check_output(option: str, path: Path | None, endings: tuple[str, ...] = ()) -> None:
    """Before the flight, not after it, say that a file cannot be written."""
    if path is None:
        return
    if endings and path.suffix not in endings:
        raise ValueError(f"{option}: expected a name that ends in {', '.join(endings)}, got {path}")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ValueError(f"{option}: cannot write {path}")


def _parsed_stop(stop_after: float | None) -> int | None:
    if stop_after is None:
        return None
    if not 0.0 <= stop_after < math.inf:
        raise ValueError(f"--stop-after: expected seconds from 0, got {stop_after}")
    return round(stop_after * SECOND_NS)


def _parsed_seeds(text: str) -> tuple[int, int]:
    first, colon, end = text.partition(":")
    if not (colon and first.isdigit() and end.isdigit() and int(first) < int(end)):
        raise ValueError(f"--seeds: expected FIRST:END with FIRST below END, got {text!r}")
    return int(first), int(end)


def _told_clock(text: str, speed: float | None, real_time: bool) -> ScaledClock:
    if (text and (speed is not None or real_time)) or (speed is not None and real_time):
        raise ValueError("give one of --clock, --speed and --real-time")
    if speed is not None:
        if not 0.0 < speed < float("inf"):
            raise ValueError(f"--speed: expected a number above zero, got {speed}")
        return ScaledClock.started_now(rate=speed)
    return _parsed_clock(text)


def _parsed_clock(text: str) -> ScaledClock:
    if not text:
        return ScaledClock.started_now()
    try:
        clock = ScaledClock.parsed(text)
    except ValueError as error:
        raise ValueError(f"--clock: expected EPOCH,ANCHOR,RATE, got {text!r}") from error
    if not 0.0 < clock.rate < float("inf"):
        raise ValueError(f"--clock: expected a rate above zero, got {clock.rate}")
    return clock


def _parsed_serial(text: str) -> tuple[str, str]:
    link, equals, path = text.partition("=")
    if not (link and equals and path):
        raise ValueError(f"--serial: expected LINK=PATH, got {text!r}")
    return link, path


async def _until_stopped(runner: Runner, world: World, stop_ns: int | None) -> None:
    """Run; an interrupt or a termination request ends it in good order."""
    task = asyncio.ensure_future(runner.run(stop_ns))
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError, ValueError):
        # Where there is nobody to type, as under a service or a test, there is nothing to read.
        loop.add_reader(sys.stdin.fileno(), _obey_line, world)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return


def _obey_line(world: World) -> None:
    """Break or mend what a typed line says."""
    line = sys.stdin.readline()
    if not line:
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
    elif line.strip():
        try:
            typer.echo(world.order(line.strip()))
        except LineError as error:
            typer.echo(f"firmware-sim: {error}", err=True)


def summary(outcome: Outcome) -> str:
    """The touchdown in one line."""
    t = outcome.touchdown
    return (
        f"{outcome.kind}: {outcome.reason}; vertical {t.vertical_speed_m_s:.2f} m/s, "
        f"lateral {t.lateral_speed_m_s:.2f} m/s, miss {t.miss_m:.1f} m, "
        f"propellant {t.propellant_kg:.0f} kg"
    )


def main() -> None:
    """Entry point."""
    app(prog_name="firmware-sim")


if __name__ == "__main__":
    main()
