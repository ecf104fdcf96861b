"""An old flight under other rules: every difference in what was decided, and why.

Two stations take the recorded inputs step by step: one with the rules that were
flown, one with the others. What they decide is compared at every Snapshot. From the
first command on that only one of them sends, the recorded inputs are no longer what
would have come in: all that differs later is counterfactual.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby, zip_longest
from pathlib import Path

from gcs.clock import SECOND_NS
from gcs.config.loading import Mission
from gcs.messages import CommandStatus, CriterionStatus, GateStatus, Snapshot
from gcs.page import Page
from gcs.recording.layout import RecordingError
from gcs.replay import DigestCheck, Flight, Verification
from gcs.rules import rule_changes
from gcs.summary import t_text

ABSENT = "not there"
"""The verdict of a criterion that only the other rules have."""


@dataclass(frozen=True)
class Moment:
    """A moment of the flight; `t_ns` is the T clock as it was flown."""

    now_ns: int
    t_ns: int

    def __str__(self) -> str:
        at = datetime.fromtimestamp(self.now_ns // SECOND_NS, UTC)
        milliseconds = self.now_ns % SECOND_NS // 1_000_000
        return f"{t_text(self.t_ns)}, {at:%Y-%m-%d %H:%M:%S}.{milliseconds:03d} UTC"


@dataclass(frozen=True)
class VerdictDifference:
    """A criterion or gate that was `was` and would have been `would`.

    `first` is the first such moment, `why` the reason then; it was so `times` times,
    `lasted_ns` in all, up to the first diverging command unless counterfactual.
    """

    kind: str
    id: str
    was: str
    would: str
    first: Moment
    why: str
    times: int
    lasted_ns: int
    counterfactual: bool


@dataclass(frozen=True)
class CommandDifference:
    """A command that was sent, or fared, otherwise."""

    id: str
    at: Moment
    text: str
    counterfactual: bool


@dataclass(frozen=True)
class Decision:
    """What other rules come to. `diverged` is the first command that only one side sends.

    `fault` is why the comparison could not be brought to the end, empty where it was.
    """

    snapshots: int
    verdicts: tuple[VerdictDifference, ...]
    commands: tuple[CommandDifference, ...]
    diverged: Moment | None
    verification: Verification
    fault: str

    @property
    def differs(self) -> bool:
        """Whether anything was decided otherwise."""
        return bool(self.verdicts or self.commands)


# --- Deciding again ---------------------------------------------------------


def decide(
    flight: Flight, rules: Mission, signing_keys: Mapping[str, bytes] | None = None
) -> Decision:
    """Decide a recording again, as it was flown and under other rules, side by side.

    Raises RecordingError where the file is none of ours, ConfigError where the rules
    do not fit the mission.
    """
    if flight.recording is None:
        raise RecordingError(f"{flight.path}: only our own recordings can be decided again")
    flown = flight.station(signing_keys)
    other = replace(flight, mission=rules).station(signing_keys)
    check = DigestCheck(flight.recording)
    comparison = Comparison()
    for now_ns, batch in flight.steps():
        was = flown.step(batch, now_ns).snapshots
        for snapshot in was:
            check.see(snapshot, now_ns)
        comparison.see(was, other.step(batch, now_ns).snapshots, now_ns)
        if comparison.fault:
            break
    return comparison.decision(check.verification())


@dataclass
class _Spells:
    """All the times at which one verdict differed in one way."""

    first: Moment
    why: str
    began_ns: list[int] = field(default_factory=list)
    ended_ns: list[int] = field(default_factory=list)

    def told(
        self, kind: str, name: str, was: str, would: str, diverged: Moment | None
    ) -> VerdictDifference:
        """The spells that count: those before the first diverging command, or those after."""
        spells = list(zip(self.began_ns, self.ended_ns, strict=True))
        counterfactual = diverged is not None and self.first.now_ns > diverged.now_ns
        if diverged is not None and not counterfactual:
            end_ns = diverged.now_ns
            spells = [(a, min(b, end_ns)) for a, b in spells if a <= end_ns]
        lasted_ns = sum(end_ns - began_ns for began_ns, end_ns in spells)
        return VerdictDifference(
            kind, name, was, would, self.first, self.why, len(spells), lasted_ns, counterfactual
        )


Sent = tuple[CommandStatus, Moment]
"""A command as it fared in the end, and when it was sent."""


class _Commands:
    """The commands of one station, as they fared in the end."""

    def __init__(self) -> None:
        self._statuses: dict[int, CommandStatus] = {}
        self._at: dict[int, Moment] = {}

    def see(self, commands: Iterable[CommandStatus], now: Moment) -> None:
        for status in commands:
            self._statuses[status.id] = status
            t_ns = now.t_ns - (now.now_ns - status.sent_ns)
            self._at.setdefault(status.id, Moment(status.sent_ns, t_ns))

    def sent(self) -> list[tuple[str, int, int]]:
        """(command, when, how often) of what went out, in order."""
        return [(c.command, c.sent_ns, c.attempts) for c in self._statuses.values() if c.attempts]

    def of(self, command: str) -> list[Sent]:
        return [(c, self._at[c.id]) for c in self._statuses.values() if c.command == command]

    def ids(self) -> list[str]:
        return [status.command for status in self._statuses.values()]


_Key = tuple[str, str, str, str]


class Comparison:
    """Compares two stations while their Snapshots pass."""

    def __init__(self) -> None:
        self.fault = ""
        self._was: Snapshot | None = None
        self._would: Snapshot | None = None
        self._seen = 0
        self._spells: dict[_Key, _Spells] = {}
        self._open: set[_Key] = set()
        self._flown = _Commands()
        self._other = _Commands()
        self._diverged: Moment | None = None

    def see(self, was: Sequence[Snapshot], would: Sequence[Snapshot], now_ns: int) -> None:
        """Take in what both gave at one step. A Snapshot holds until the next one comes."""
        if not was and not would:
            return
        self._was = was[-1] if was else self._was
        self._would = would[-1] if would else self._would
        if self._was is None or self._would is None:
            return
        self._seen += 1
        now = Moment(now_ns, self._was.count.t_ns)
        self._see_fault(self._was, self._would, now)
        self._see_verdicts(self._was, self._would, now)
        if was and would:
            self._see_commands(self._was, self._would, now)

    def decision(self, verification: Verification) -> Decision:
        """All that differed, in the order in which it began."""
        differences = [spells.told(*key, self._diverged) for key, spells in self._spells.items()]
        return Decision(
            snapshots=self._seen,
            verdicts=tuple(differences),
            commands=tuple(self._command_differences()),
            diverged=self._diverged,
            verification=verification,
            fault=self.fault or self._damage(verification),
        )

    def _damage(self, verification: Verification) -> str:
        damage = verification.damage
        return f"compared up to the damage: {damage}" if damage else ""

    def _see_fault(self, was: Snapshot, would: Snapshot, now: Moment) -> None:
        if was.fault:
            self.fault = f"the station as flown has a fault at {now}: {was.fault}"
        elif would.fault:
            self.fault = f"under these rules the station has a fault at {now}: {would.fault}"

    def _see_verdicts(self, was: Snapshot, would: Snapshot, now: Moment) -> None:
        standing = set()
        for key, why in _different(was, would):
            standing.add(key)
            spells = self._spells.setdefault(key, _Spells(now, why))
            if key not in self._open:
                spells.began_ns.append(now.now_ns)
                spells.ended_ns.append(now.now_ns)
        for key in self._open | standing:
            self._spells[key].ended_ns[-1] = now.now_ns
        self._open = standing

    def _see_commands(self, was: Snapshot, would: Snapshot, now: Moment) -> None:
        self._flown.see(was.commands, now)
        self._other.see(would.commands, now)
        if self._diverged is None:
            self._diverged = _divergence(self._flown.sent(), self._other.sent(), now)

    def _command_differences(self) -> list[CommandDifference]:
        found = [
            difference
            for command in dict.fromkeys((*self._flown.ids(), *self._other.ids()))
            for difference in self._differences_of(command)
        ]
        return sorted(found, key=lambda difference: difference.at.now_ns)

    def _differences_of(self, command: str) -> Iterator[CommandDifference]:
        for was, would in zip_longest(self._flown.of(command), self._other.of(command)):
            if _fate(was) == _fate(would) and _sent_at(was) == _sent_at(would):
                continue
            at = min((side[1] for side in (was, would) if side), key=lambda at: at.now_ns)
            text = f"was {_fate(was)}, would {self._fate_unheard(would)}"
            if was is not None and would is not None and was[1] != would[1]:
                text += f" at {would[1]}"
            yield CommandDifference(command, at, text, self._is_after(at))

    def _fate_unheard(self, sent: Sent | None) -> str:
        """As `_fate`; of what the recorded vehicle never heard nobody knows how it would end."""
        if sent is None:
            return "not have been sent"
        heard = self._diverged is None or sent[1].now_ns < self._diverged.now_ns
        return f"have been {_fate(sent) if heard or not sent[0].attempts else 'sent'}"

    def _is_after(self, at: Moment) -> bool:
        return self._diverged is not None and at.now_ns > self._diverged.now_ns


def _sent_at(sent: Sent | None) -> int | None:
    return None if sent is None else sent[0].sent_ns


def _fate(sent: Sent | None) -> str:
    if sent is None:
        return "not sent"
    status = sent[0]
    fate = f"sent and {status.state.value}" if status.attempts else status.state.value
    return f"{fate} ({status.detail})" if status.detail else fate


def _divergence(
    was: list[tuple[str, int, int]], would: list[tuple[str, int, int]], now: Moment
) -> Moment | None:
    """When one sent what the other did not; None while both sent the same."""
    for flown, other in zip_longest(was, would):
        if flown == other:
            continue
        sent = [side for side in (flown, other) if side]
        same_start = len(sent) == 2 and sent[0][:2] == sent[1][:2]
        at_ns = now.now_ns if same_start else min(side[1] for side in sent)
        return Moment(at_ns, now.t_ns - (now.now_ns - at_ns))
    return None


def _different(was: Snapshot, would: Snapshot) -> Iterator[tuple[_Key, str]]:
    """What differs between two Snapshots: (kind, id, was, would) and why it would."""
    yield from _different_rows("criterion", was.criteria, would.criteria)
    yield from _different_rows("gate", was.gates, would.gates)


def _different_rows(
    kind: str,
    was: Sequence[CriterionStatus | GateStatus],
    would: Sequence[CriterionStatus | GateStatus],
) -> Iterator[tuple[_Key, str]]:
    flown, other = ({row.id: row for row in rows} for rows in (was, would))
    for name in dict.fromkeys((*flown, *other)):
        before, after = flown.get(name), other.get(name)
        left, right = _state(before), _state(after)
        if left != right:
            yield (kind, name, left, right), _why(after) or f"as flown: {_why(before)}"


def _state(row: CriterionStatus | GateStatus | None) -> str:
    return ABSENT if row is None else row.state.value


def _why(row: CriterionStatus | GateStatus | None) -> str:
    if row is None:
        return ""
    return row.reason if isinstance(row, GateStatus) else row.why


# --- What is told -----------------------------------------------------------


def decision_lines(
    flight: Flight, rules: Mission, decision: Decision, left_out: Sequence[Path] = ()
) -> list[str]:
    """The report: what changed in the rules, then in commands, gates and criteria.

    `left_out` are files that were offered and do not count.
    """
    page = Page()
    page.field("flight", f"{flight.path.name}, {flight.mission.config.mission.title}")
    for label, text in rule_changes(flight.mission, rules):
        page.field(label, text)
    for file in left_out:
        page.field("left out", f"{file}: the flight had no criteria file of this name")
    page.field("compared", f"{decision.snapshots} snapshots")
    if _was_other(decision):
        text = f"as flown, the flight does not decide as recorded: {decision.verification.sentence}"
        page.field("note", text)
    if decision.diverged is not None:
        _tell_divergence(page, decision.diverged)
    _tell_commands(page, decision.commands)
    for kind, heading in (("gate", "GATES"), ("criterion", "CRITERIA")):
        _tell_verdicts(page, heading, [d for d in decision.verdicts if d.kind == kind])
    page.blank()
    page.text(_sum(decision))
    return page.lines


def _was_other(decision: Decision) -> bool:
    """Whether this version does not even decide as recorded under the rules that were flown."""
    missing = decision.verification.missing and not decision.fault
    return bool(decision.verification.differing or missing)


def _tell_divergence(page: Page, diverged: Moment) -> None:
    page.field(
        "diverged",
        f"{diverged}: the first command that only one side sends. What comes later is marked"
        " counterfactual: neither the vehicle nor the operators heard of these rules.",
    )


def _tell_commands(page: Page, commands: Sequence[CommandDifference]) -> None:
    if commands:
        page.blank()
        page.text("COMMANDS")
    for (name, text, counterfactual), alike in groupby(
        commands, key=lambda difference: (difference.id, difference.text, difference.counterfactual)
    ):
        first, *others = alike
        again = f", {len(others)} more until {others[-1].at}" if others else ""
        page.text(f"{first.at}{again}{_mark(counterfactual)}", indent=1)
        page.text(f"{name} {text}", indent=2)


def _tell_verdicts(page: Page, heading: str, verdicts: Sequence[VerdictDifference]) -> None:
    if verdicts:
        page.blank()
        page.text(heading)
    for name in dict.fromkeys(difference.id for difference in verdicts):
        page.text(name, indent=1)
        for difference in (d for d in verdicts if d.id == name):
            times = "" if difference.times == 1 else f"{difference.times} times, "
            page.text(
                f"{difference.first}  {difference.was} -> {difference.would}, "
                f"{times}{difference.lasted_ns / SECOND_NS:.1f} s"
                f"{_mark(difference.counterfactual)}",
                indent=2,
            )
            page.text(difference.why, indent=3)


def _mark(counterfactual: bool) -> str:
    return ", counterfactual" if counterfactual else ""


def _sum(decision: Decision) -> str:
    if not decision.differs:
        return "no difference"
    return f"{len(decision.verdicts)} differences in verdicts, {len(decision.commands)} in commands"
