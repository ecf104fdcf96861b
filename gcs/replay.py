"""From a file to the steps of a station: our own recording, a tlog, or columns.

A step is (now_ns, batch), exactly what `Station.step` takes. Recorded inputs come
back with their recorded times; other files get a tick every 100 ms of their time.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from gcs.clock import MILLISECOND_NS, SECOND_NS
from gcs.config.loading import CONFIGS, Mission, load_mission
from gcs.messages import Input, LinkChanged, LinkState, Received, Snapshot, Tick
from gcs.recording.columns import read_columns
from gcs.recording.digest import snapshot_digest
from gcs.recording.files import FileKind, kind_of
from gcs.recording.layout import Digest, RecordingError, Step
from gcs.recording.reader import Recording, read_recording
from gcs.recording.tlog import read_tlog, tlog_summary
from gcs.station import Station
from gcs.summary import Summary
from gcs.telemetry.mavlink.dialect import load_dialect

_DEFAULT_MISSIONS = {
    FileKind.TLOG: CONFIGS / "missions" / "mavlink-log.toml",
    FileKind.COLUMNS: CONFIGS / "missions" / "falcon9-webcast.toml",
}
TICK_NS = 100 * MILLISECOND_NS
TAIL_NS = 6 * SECOND_NS
"""Ticks after the last byte, so that persistence and staleness play out."""
LONGEST_GAP_NS = 3600 * SECOND_NS

StepInput: TypeAlias = tuple[int, tuple[Input, ...]]


@dataclass(frozen=True)
class Flight:
    """A file that can be flown again: its mission, and its steps, anew at each call of `steps`."""

    path: Path
    kind: FileKind
    mission: Mission
    seed: int
    recording: Recording | None

    def station(self, signing_keys: Mapping[str, bytes] | None = None) -> Station:
        """A fresh station for this flight."""
        return Station(self.mission, seed=self.seed, signing_keys=signing_keys)

    def steps(self) -> Iterator[StepInput]:
        """What the station gets; RecordingError where the file cannot be read."""
        if self.recording is not None:
            return _recorded(self.recording)
        link = _link_for(self)
        if self.kind is FileKind.TLOG:
            return _with_ticks(_records(self, link), link, self.path, None)
        # From zero on, so that the T clock shows the file's own time.
        return _with_ticks(_rows(self, link), link, self.path, 0)


def open_flight(path: Path, mission: Path | None = None) -> Flight:
    """Open a file to replay.

    Our own recordings bring their mission along; others take `mission`, or the one
    that ships for their kind. Raises RecordingError and ConfigError.
    """
    kind = kind_of(path)
    recording = read_recording(path) if kind is FileKind.RECORDING else None
    if recording is None:
        return Flight(path, kind, load_mission(mission or _DEFAULT_MISSIONS[kind]), 0, None)
    header = recording.header
    loaded = load_mission(Path(header.mission), header.texts) if mission is None else None
    return Flight(path, kind, loaded or load_mission(mission or Path()), header.seed, recording)


def _link_for(flight: Flight) -> str:
    carries = "mavlink" if flight.kind is FileKind.TLOG else "columns"
    mission = flight.mission
    link = next((link.id for link in mission.config.link if link.carries == carries), None)
    if link is None:
        raise RecordingError(f"{flight.path}: {mission.file} has no link that carries {carries}")
    return link


def _recorded(recording: Recording) -> Iterator[StepInput]:
    for record in recording.records():
        if isinstance(record, Step):
            yield record.now_ns, record.inputs


def _records(flight: Flight, link: str) -> Iterator[Received]:
    for at_ns, data in read_tlog(flight.path):
        yield Received(link, at_ns, data)


def _rows(flight: Flight, link: str) -> Iterator[Received]:
    source = next(s for s in flight.mission.config.source if s.kind == "columns")
    for row in read_columns(flight.path, source.time_column).rows:
        yield Received(link, round(row.at_s * SECOND_NS), row.data)


def _with_ticks(
    received: Iterable[Received], link: str, path: Path, tick_ns: int | None
) -> Iterator[StepInput]:
    """Batches between ticks; time never runs back, whatever the file says.

    `tick_ns` is the first tick's time; None is that of the first row.
    """
    waiting: list[Input] = [LinkChanged(link, LinkState.UP, f"replaying {path.name}")]
    now_ns = 0
    for item in received:
        now_ns = max(now_ns, item.receipt_ns)
        if tick_ns is None:
            tick_ns = now_ns
        if now_ns - tick_ns > LONGEST_GAP_NS:
            # A jump of the file's clock: no hours of ticks for it.
            tick_ns = now_ns
        while tick_ns < now_ns:
            yield tick_ns, (*waiting, Tick())
            waiting = []
            tick_ns += TICK_NS
        waiting.append(item)
    if tick_ns is None:
        return
    for tail_ns in range(tick_ns, now_ns + TAIL_NS, TICK_NS):
        yield tail_ns, (*waiting, Tick())
        waiting = []


def summarise(flight: Flight) -> Iterator[str]:
    """Fly it at full speed; what came of it, line by line."""
    station, summary = flight.station(), Summary(flight.mission.config.phase)
    began_s = time.perf_counter()
    first_ns = last_ns = None
    for now_ns, batch in flight.steps():
        first_ns, last_ns = first_ns or now_ns, now_ns
        for snapshot in station.step(batch, now_ns).snapshots:
            summary.see(snapshot)
    took_s = time.perf_counter() - began_s
    yield f"--- {flight.mission.config.mission.title} ---"
    yield f"file       {flight.path.name}"
    if flight.kind is FileKind.TLOG:
        yield from _tlog_lines(flight)
    yield f"outcome    {summary.outcome or 'open'}"
    yield from summary.lines()
    if flight.recording is not None and flight.recording.damage:
        yield f"damage     {flight.recording.damage}"
    if first_ns is not None and last_ns is not None:
        flown_s = (last_ns - first_ns) / SECOND_NS
        yield f"replayed   {flown_s:.1f} s in {took_s:.2f} s, {flown_s / took_s:.0f}x real time"


def _tlog_lines(flight: Flight) -> Iterator[str]:
    counted = tlog_summary(flight.path, load_dialect(flight.mission.dialect_text()))
    yield (
        f"messages   {counted.good} good of {len(counted.messages)} types "
        f"from {len(counted.sources)} sources, {counted.bad_crc} bad CRC"
    )
    for (system, component), messages in sorted(counted.sources.items()):
        yield f"  system {system} component {component}: {messages} messages"


@dataclass(frozen=True)
class Verification:
    """What re-deciding a recording showed. `first_difference_ns` is None where all agree."""

    snapshots: int
    differing: int
    first_difference_ns: int | None
    missing: int
    damage: str

    @property
    def identical(self) -> bool:
        """Whether the file is whole and every recorded Snapshot came out again, bit for bit."""
        return not (self.differing or self.missing or self.damage) and self.snapshots > 0

    @property
    def sentence(self) -> str:
        """What was found."""
        if self.identical:
            return f"identical: all {self.snapshots} snapshots"
        if self.first_difference_ns is not None:
            first = datetime.fromtimestamp(self.first_difference_ns / SECOND_NS, UTC)
            return (
                f"{self.differing} of {self.snapshots} snapshots differ, "
                f"the first at {first:%H:%M:%S.%f} UTC"
            )
        if self.missing:
            return f"{self.missing} of {self.snapshots} recorded snapshots did not come out again"
        if self.damage:
            return (
                f"identical only up to the damage: {self.snapshots} snapshots; {self.damage}; "
                "`gcs recover` saves what is sound"
            )
        return "no snapshot was recorded"


class DigestCheck:
    """Compares Snapshots with the digests that were recorded of them.

    Digests of the last step may be missing from a cut recording: what was never
    written cannot differ.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        records = recording.records()
        self._awaited = {r.sequence: r.digest for r in records if isinstance(r, Digest)}
        self._snapshots = len(self._awaited)
        self._differing: list[int] = []

    def see(self, snapshot: Snapshot, now_ns: int) -> None:
        """Take in one Snapshot, each once."""
        recorded = self._awaited.pop(snapshot.sequence, None)
        if recorded is not None and recorded != snapshot_digest(snapshot):
            self._differing.append(now_ns)

    def verification(self) -> Verification:
        """What was found, once all steps were taken."""
        return Verification(
            snapshots=self._snapshots,
            differing=len(self._differing),
            first_difference_ns=self._differing[0] if self._differing else None,
            missing=len(self._awaited),
            damage=self._recording.damage,
        )


def verify(recording: Recording, station: Station) -> Verification:
    """Re-decide a recording and compare the digest of every Snapshot."""
    check = DigestCheck(recording)
    for now_ns, batch in _recorded(recording):
        for snapshot in station.step(batch, now_ns).snapshots:
            check.see(snapshot, now_ns)
    return check.verification()
