"""One rehearsal: station and world in one synchronous loop on virtual time."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path

from firmware_sim.world import World
from gcs.clock import MILLISECOND_NS, SECOND_NS
from gcs.messages import Input, Outputs, ShellHealth, Tick
from gcs.recording.header import header_for
from gcs.recording.journal import Journal
from gcs.station import Station
from gcs.summary import Summary
from hil.expectations import Expectation, Finding, watch
from hil.rehearsal.crew import Crew
from hil.rehearsal.wiring import Wiring
from hil.script import Rehearsal

EPOCH_NS = 1_748_476_800 * SECOND_NS
"""2025-05-29T00:00:00Z, the day of the hop: virtual time starts there."""
SLICE_NS = 10 * MILLISECOND_NS
TICK_NS = 100 * MILLISECOND_NS
_HEALTHY = ShellHealth(
    recorder_ok=True, disk_free_bytes=10**12, queue_depth=0, queue_lag_ns=0, dropped=0
)


_SETTLED_EVERY_NS = 10 * SECOND_NS
"""After so much virtual time the disk is waited for, which it would run ahead of."""


@dataclass(frozen=True)
class Result:
    """How one seed went."""

    seed: int
    findings: tuple[Finding, ...]
    outcome: str
    flown_ns: int
    summary: Summary

    @property
    def passed(self) -> bool:
        """Whether every expectation was met."""
        return all(finding.met for finding in self.findings)


def rehearse(rehearsal: Rehearsal, seed: int, record: Path | None = None) -> Result:
    """Fly one seed, 0 or more, as fast as it goes; OSError where it cannot be recorded whole."""
    station = Station(rehearsal.mission, seed=seed)
    expectations = [watch(config, station) for config in rehearsal.script.expect]
    world = World(rehearsal.mission, seed, EPOCH_NS)
    journal = _journal(rehearsal, seed, record)
    loop = _Loop(rehearsal, station, world, expectations, journal)
    try:
        loop.run()
    finally:
        if journal is not None:
            journal.close()
    if journal is not None and journal.fault:
        raise OSError(errno.EIO, journal.fault, str(journal.path))
    findings = (
        *loop.crew.findings(),
        *(expectation.finding(loop.summary) for expectation in expectations),
    )
    return Result(seed, findings, loop.summary.outcome, loop.now_ns - EPOCH_NS, loop.summary)


def _journal(rehearsal: Rehearsal, seed: int, path: Path | None) -> Journal | None:
    if path is None:
        return None
    header = header_for(
        rehearsal.mission,
        seed=seed,
        session=f"{rehearsal.script.rehearsal.id}-{seed}",
        created_ns=EPOCH_NS,
    )
    return Journal(path, header)


class _Loop:
    def __init__(
        self,
        rehearsal: Rehearsal,
        station: Station,
        world: World,
        expectations: list[Expectation],
        journal: Journal | None,
    ) -> None:
        self._station = station
        self._world = world
        self._wiring = Wiring(rehearsal.mission, world)
        self._expectations = expectations
        self._journal = journal
        head = rehearsal.script.rehearsal
        self.crew = Crew(rehearsal.script.act, station, head.authority)
        self._until_ns = EPOCH_NS + head.duration
        self._after_outcome_ns = head.after_outcome
        self._ends_ns: int | None = None
        self.summary = Summary(rehearsal.mission.config.phase)
        self.now_ns = EPOCH_NS

    def run(self) -> None:
        """Slices of virtual time until the outcome or the longest duration."""
        self._step([*self._wiring.opened(), *self.crew.attach()])
        while self.now_ns < min(self._until_ns, self._ends_ns or self._until_ns):
            self.now_ns += SLICE_NS
            batch = self._wiring.emit(self._world.advance(self.now_ns))
            if self.now_ns % SECOND_NS == 0:
                batch.append(_HEALTHY)
            if self.now_ns % TICK_NS == 0:
                batch.append(Tick())
            if batch:
                self._step(batch)
            if self.now_ns % TICK_NS == 0:
                self._act()
            if self._journal is not None and self.now_ns % _SETTLED_EVERY_NS == 0:
                self._journal.settle()
            if self._ends_ns is None and self.summary.outcome:
                self._ends_ns = self.now_ns + self._after_outcome_ns

    def _act(self) -> None:
        """What operators do on what they see, each in a step of its own."""
        seen = self.summary.last
        if seen is not None:
            for part, intent in self.crew.acts(seen):
                self.crew.hear(part, self._step([intent]).events)

    def _step(self, batch: list[Input]) -> Outputs:
        if self._journal is not None:
            self._journal.step(self.now_ns, batch)
        outputs = self._station.step(batch, self.now_ns)
        self._wiring.transmit(outputs.transmits)
        if self._journal is not None:
            self._journal.decided(self.now_ns, outputs)
        for snapshot in outputs.snapshots:
            self.summary.see(snapshot)
            for expectation in self._expectations:
                expectation.see(snapshot)
        return outputs
