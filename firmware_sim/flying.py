"""One flight as fast as it goes, without a station: its trace and its outcome."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np

from firmware_sim.core import Core
from firmware_sim.flight_software.modes import ENDED, FlightMode
from firmware_sim.records import Floats
from firmware_sim.scenario import Scenario
from firmware_sim.tracing import COLUMNS, trace_row
from firmware_sim.vehicle.touchdown import Outcome
from gcs.clock import SECOND_NS

_TRACE_CYCLES = 10
"""From row to row: a tenth of a second."""
LONGEST_NS = 7_200 * SECOND_NS
"""No flight of ours takes two hours; one that does has gone wrong."""
_COUNTDOWN_S = 3.0
_COMMIT_AFTER_NS = 2 * SECOND_NS
"""A station with every criterion GO commits this long after the landing engines run: assumed."""


@dataclass(frozen=True)
class Flight:
    """A flown flight. `rows` has shape (times, len(COLUMNS)), in the units of their names.

    Its `time_s` is the mission's T: it counts from lift-off, or from the start of the simulation
    where nothing lifted off.
    """

    scenario: Scenario
    rows: Floats
    outcome: Outcome | None
    heading_rad: float
    """Of the barge, at the end."""
    flown_s: float
    """From the start of the simulation to the end."""

    def mission_time_s(self, at_ns: int) -> float:
        """T of a time on the scenario's own clock, such as that of the touchdown."""
        since_end_s = (at_ns - self.scenario.start_ns) / SECOND_NS - self.flown_s
        return float(self.column("time_s")[-1]) + since_end_s

    def column(self, name: str) -> Floats:
        """One column of the trace."""
        column: Floats = self.rows[:, COLUMNS.index(name)]
        return column

    def write_csv(self, path: Path) -> None:
        """The trace as a table, a row each tenth of a second."""
        with path.open("w", newline="", encoding="utf-8") as file:
            self._write(file)

    def _write(self, file: TextIO) -> None:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([f"{value:.10g}" for value in row] for row in self.rows.tolist())


def fly(scenario: Scenario, *, commit: bool = True, trace: bool = True) -> Flight:
    """Fly to the final outcome; SimulationError where the state stops being finite.

    The vehicle launches at once where it stands on a pad. With `commit` it gets its
    LANDING COMMIT as from a station with every criterion GO; without, it lands beside.
    """
    core = Core(scenario)
    pilot = _Pilot(core, commit)
    rows: list[list[float]] = []
    outcome = None
    while not (outcome is not None and outcome.final) and core.now_ns < LONGEST_NS:
        pilot.act()
        if trace:
            rows.append(trace_row(core))
        core.run(_TRACE_CYCLES)
        outcome = core.outcome()
    rows.append(trace_row(core))
    trace_rows = np.array(rows)
    trace_rows[:, COLUMNS.index("time_s")] -= (core.lift_off_ns or 0) / SECOND_NS
    return Flight(
        scenario,
        trace_rows,
        outcome,
        float(core.state.ship.deck.heading_rad),
        core.now_ns / SECOND_NS,
    )


class _Pilot:
    """Sends the two commands that a flight cannot do without."""

    def __init__(self, core: Core, commit: bool) -> None:
        self._core = core
        self._commit = commit
        self._descent_ns: int | None = None

    def act(self) -> None:
        """Launch from the pad; commit once the landing engines have run long enough."""
        mode = self._core.mode
        if mode is FlightMode.PRELAUNCH:
            self._core.launch(_COUNTDOWN_S)
        elif mode is FlightMode.DESCENT and self._commit:
            if self._descent_ns is None:
                self._descent_ns = self._core.now_ns
            if self._core.now_ns - self._descent_ns >= _COMMIT_AFTER_NS:
                self._core.commit()
                self._commit = False
        elif mode in ENDED:
            self._commit = False
