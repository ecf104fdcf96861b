"""`firmware-sim`: the simulated flight computers and barge, for any ground station."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from pathlib import Path
from typing import Annotated

import typer

from firmware_sim.endpoints.runner import Runner
from firmware_sim.vehicle.touchdown import Outcome
from firmware_sim.world import World
from gcs.clock import SECOND_NS, ScaledClock
from gcs.config.loading import Mission, load_mission
from gcs.config.problems import ConfigError

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)

_CONFIG_FAULT = 2


@app.callback()
def _commands() -> None:
    """Keeps `run` a sub-command while it is the only one."""


@app.command()
def run(
    mission: Annotated[Path, typer.Argument(help="Mission file with a [simulation] table.")],
    seed: Annotated[int, typer.Option(help="Same seed, same sea, wind and noise.")] = 1,
    clock: Annotated[
        str, typer.Option(help="EPOCH,ANCHOR,RATE shared with the station; default: UTC.")
    ] = "",
    serial: Annotated[
        list[str] | None,
        typer.Option(help="LINK=PATH: put a flight computer's link on a virtual serial port."),
    ] = None,
    stop_after: Annotated[
        float | None, typer.Option(help="Stop this many seconds after touchdown.")
    ] = None,
    verbose: Annotated[bool, typer.Option(help="Say what the links do.")] = False,
) -> None:
    """Fly MISSION on its links until stopped; the vehicle waits on the pad for LAUNCH."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.ERROR, format="firmware-sim: %(message)s"
    )
    try:
        runner, world = _prepare(load_mission(mission), seed, clock, serial or [])
    except (ConfigError, ValueError) as error:
        typer.echo(f"firmware-sim: {error}", err=True)
        raise typer.Exit(_CONFIG_FAULT) from error
    typer.echo(f"simulating {mission}")
    stop_ns = None if stop_after is None else round(stop_after * SECOND_NS)
    asyncio.run(_until_stopped(runner, stop_ns))
    outcome = world.truth().outcome
    if outcome is not None:
        typer.echo(summary(outcome))


def _prepare(mission: Mission, seed: int, clock: str, serial: list[str]) -> tuple[Runner, World]:
    """The world and its runner; ConfigError or ValueError with what is wrong."""
    if seed < 0:
        raise ValueError(f"--seed: expected a whole number from 0, got {seed}")
    told = _parsed_clock(clock)
    world = World(mission, seed, told.now_ns())
    paths = dict(_parsed_serial(text) for text in serial)
    return Runner(world, mission.config.link, told, os.environ, paths), world


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


async def _until_stopped(runner: Runner, stop_ns: int | None) -> None:
    """Run; an interrupt or a termination request ends it in good order."""
    task = asyncio.ensure_future(runner.run(stop_ns))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return


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
