"""`gcs audit`: whether a recording's audit is whole, and the story that it tells.

Two independent questions. Is the log what was written: the chain of hashes says so. Is
what was written what the rules make of the recorded inputs: deciding again says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from gcs.clock import SECOND_NS
from gcs.config.loading import Mission
from gcs.page import plain
from gcs.recording.chain import CLOSED, ChainCheck, Entry, check_chain, first_hash
from gcs.recording.journal import AuditLog
from gcs.recording.layout import Audit, RecordingError
from gcs.recording.reader import Recording
from gcs.replay import Flight
from gcs.summary import t_text
from gcs.telling import Teller

_STORY = frozenset(
    {"count", "phase", "gate", "vote", "waiver", "intent", "refused", "command", "staged"}
    | {"entry", "fault", "console", "resumed", CLOSED}
)
"""What the whole story tells; criteria and alarms only where one asks for them by name."""


HEAD = f"{'entry':>6}  {'T':>11}  {'UTC':<12}  {'kind':<9} what happened"


@dataclass(frozen=True)
class AuditReport:
    """What was found. `differs` is None where nothing was decided again."""

    check: ChainCheck
    damage: str
    differs: str | None

    @property
    def sound(self) -> bool:
        """Whether the chain holds, from the first entry to the closing one."""
        return not self.check.broken and self.check.closed and not self.damage and not self.differs

    @property
    def sentence(self) -> str:
        """What the audit is worth."""
        count = len(self.check.entries)
        if self.check.broken:
            return f"BROKEN after {count} entries: {self.check.broken}"
        if self.differs:
            return f"chain sound, {count} entries, but {self.differs}"
        if self.damage or not self.check.closed:
            why = self.damage or "its last entry does not close it"
            return f"chain sound, {count} entries, but the log is cut: {why}"
        again = ", decided again alike" if self.differs is not None else ""
        return f"chain sound: {count} entries, closed{again}; last hash {self.check.head}"


def audit(flight: Flight, *, again: bool, keys: Mapping[str, bytes] | None = None) -> AuditReport:
    """Follow the chain of a recording; with `again`, decide it anew and compare every entry.

    RecordingError where the file is none of our own recordings.
    """
    recording = flight.recording
    if recording is None:
        raise RecordingError(f"{flight.path}: only our own recordings hold an audit")
    audits = [record for record in recording.records() if isinstance(record, Audit)]
    check = check_chain(first_hash(recording.header), audits)
    differs = _differs(flight, recording, audits, keys) if again and not check.broken else None
    return AuditReport(check, recording.damage, differs)


def _differs(
    flight: Flight, recording: Recording, audits: list[Audit], keys: Mapping[str, bytes] | None
) -> str:
    """What a new decision logs otherwise; empty where it logs the same."""
    station, log = flight.station(keys), AuditLog(recording.header)
    recorded = iter(audits)
    made, now_ns = 0, recording.header.created_ns
    for now_ns, batch in flight.steps():
        for entry in log.see(now_ns, batch, station.step(batch, now_ns)):
            made += 1
            was = next(recorded, None)
            if was is None:
                return ""  # the log is cut, and said to be
            if was.encoded() != entry:
                return f"deciding again logs another entry {made}"
    return _ends_otherwise(list(recorded), log.close(now_ns))


def _ends_otherwise(rest: list[Audit], closing: bytes) -> str:
    """What a log says after its last step but that it was closed; a crash leaves nothing there."""
    if len(rest) > 1:
        return f"{len(rest)} entries did not come out again"
    if rest and rest[0].encoded() != closing:
        return "its last entry is not the one that closed it"
    return ""


# --- The story ----------------------------------------------------------------


def story(mission: Mission, entries: tuple[Entry, ...], about: str = "") -> Iterator[str]:
    """The log as lines; `about` a gate, criterion, command, parameter or alarm, all that bears
    on it.

    RecordingError where the mission has nothing of that name.
    """
    wanted = _bearing_on(mission, about) if about else None
    teller = Teller(mission)
    yield HEAD
    for entry in entries:
        sentence = teller.tell(entry)
        if entry.kind in _STORY if wanted is None else _concerns(entry, wanted):
            yield _line(entry, sentence)


def _bearing_on(mission: Mission, about: str) -> frozenset[str]:
    """The names that a question about one name is about."""
    names = {about}
    for gate in mission.config.gate:
        if gate.id == about:
            names |= {gate.go_command, gate.no_go_command, *gate.overruled_by} - {""}
            names |= {n for _, n, config in mission.criterion_configs() if about in config.gates}
    known = {name for _, name, _ in mission.criterion_configs()}
    known |= {name for _, name, _ in mission.parameters()}
    known |= {gate.id for gate in mission.config.gate}
    known |= {command.id for command in mission.config.command}
    if about not in known:
        raise RecordingError(f"nothing in {mission.file} is called {about!r}")
    return frozenset(names)


def _concerns(entry: Entry, names: frozenset[str]) -> bool:
    if entry.subject in names:
        return True
    if entry.kind == "intent":
        return not names.isdisjoint(map(str, entry.facts.get("act", {}).values()))
    return entry.kind in ("fault", "resumed", CLOSED)


def _line(entry: Entry, sentence: str) -> str:
    at = datetime.fromtimestamp(entry.at_ns // SECOND_NS, UTC)
    milliseconds = entry.at_ns % SECOND_NS // 1_000_000
    when = f"{entry.number:>6}  {t_text(entry.t_ns):>11}  {at:%H:%M:%S}.{milliseconds:03d}"
    return f"{when}  {entry.kind:<9} {plain(sentence)}".rstrip()
