"""This terminal as a console: of a station that runs, or of one in a process of its own."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gcs.children import Child, child, private_address
from gcs.console.protocol import UnixAddress, parse_address
from gcs.console.settings import Settings
from gcs.exits import EXIT_UNFINISHED, StartUpError
from gcs.seating import Seat


@dataclass(frozen=True)
class StationProcess:
    """What a station's own process is told: a mission, or what to `resume`, and its options.

    An empty `listen` is an address that only this user can reach.
    """

    mission: Path | None
    record: Path
    serial: Sequence[str] = ()
    seed: int | None = None
    listen: str = ""
    clock: str = ""
    to_outcome: bool = False
    resume: Path | None = None

    def command(self, address: str) -> list[str]:
        """Its command line; `address` is where it listens if nothing else is asked."""
        flown = [str(self.mission)] if self.resume is None else ["--resume", str(self.resume)]
        command = ["gcs.cli", "station", *flown, "--listen", self.listen or address]
        command += ["--record", str(self.record)]
        for override in self.serial:
            command += ["--serial", override]
        command += ["--seed", str(self.seed)] if self.seed is not None else []
        command += ["--clock", self.clock] if self.clock else []
        command += ["--to-outcome"] if self.to_outcome else []
        return command


@dataclass(frozen=True)
class Terminal:
    """How a station is shown here: with a screen of this look, or `headless` in lines."""

    look: Settings
    who: Seat
    headless: bool

    def show_station(self, station: StationProcess) -> int:
        """Start a station in its own process and show it; its exit code."""
        with (
            private_address() as address,
            child("the station", station.command(address)) as process,
        ):
            return self._watch(process)

    def show_replay(self, file: Path, mission: Path | None, speed: str) -> int:
        """Play a flight in a process of its own and show it; its exit code."""
        with private_address() as address:
            command = ["gcs.cli", "replay", str(file), "--speed", speed, "--listen", address]
            command += ["--mission", str(mission)] if mission is not None else []
            with child("the replay", command) as process:
                return self._watch(process)

    def _watch(self, station: Child) -> int:
        """Show a station until either ends; print its last words; its exit code."""
        address = station.ready()
        with contextlib.suppress(KeyboardInterrupt):
            if self.headless:
                show_lines(address)
            else:
                show_screen(address, self.look, self.who)
        station.stop()
        code, last_words = station.end()
        sys.stdout.write(last_words)
        if code < 0:
            sys.stderr.write(
                f"{station.name} was killed (signal {-code}): `gcs recover` mends its recording\n"
            )
            return EXIT_UNFINISHED
        return code


def without_screen(asked: bool) -> bool:
    """Whether lines must do: they were asked for, or there is no terminal to paint on."""
    return asked or not sys.stdout.isatty()


def show_lines(address: str) -> int:
    """Print what the station at `address` does, until it ends; the console's exit code."""
    from gcs.console.headless import run_headless

    return run_headless(address, sys.stdout)


def show_screen(address: str, look: Settings, who: Seat) -> int:
    """Show the station at `address` on the screen; the console's exit code."""
    from gcs.console.app import run_console  # Textual loads slowly: only where it is needed

    return run_console(address, who.position, look, who.person, who.token)


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
