"""What of a run belongs into its audit: every act, and every change of a verdict.

Acts are taken as they came in; changes are read off consecutive Snapshots, so that the
log says what consoles could see, and a replay finds the same. One function a subject:
`CHANGES` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from gcs.messages import (
    AlarmState,
    CommandStatus,
    CriterionState,
    CriterionStatus,
    EntryState,
    Event,
    GateState,
    GateStatus,
    Input,
    Intent,
    Outputs,
    Snapshot,
    StagedStatus,
    VoteStatus,
)

_EVENTS = frozenset({"refused", "fault", "resumed"})
"""Kinds of events that no Snapshot shows as a state."""


class Finding(NamedTuple):
    """One thing to log."""

    kind: str
    subject: str
    text: str
    facts: Mapping[str, Any]


class Auditor:
    """Sees every step of one run, in order."""

    def __init__(self) -> None:
        self._last: Snapshot | None = None

    @property
    def t_ns(self) -> int:
        """The T clock as last seen."""
        return self._last.count.t_ns if self._last is not None else 0

    def see(self, batch: Sequence[Input], outputs: Outputs) -> list[Finding]:
        """What this step adds to the audit: acts first, then what came of them."""
        found = [_intent(item) for item in batch if isinstance(item, Intent)]
        found += [_event(event) for event in outputs.events if event.kind in _EVENTS]
        for snapshot in outputs.snapshots:
            for changes in CHANGES:
                found += changes(self._last, snapshot)
            self._last = snapshot
        return found


def _intent(intent: Intent) -> Finding:
    act = intent.act
    kind = str(act.__struct_config__.tag)
    facts = {name: getattr(act, name) for name in act.__struct_fields__}
    said = " ".join(str(value) for value in facts.values())
    who = intent.position or "nobody"
    person = f" ({intent.person})" if intent.person else ""
    return Finding(
        "intent",
        kind,
        f"{who}{person} asks: {kind} {said}".rstrip(),
        {
            "act": {"kind": kind, **facts},
            "position": intent.position,
            "person": intent.person,
            "console": intent.console,
            "issued_ns": intent.issued_ns,
            "snapshot_seen": intent.snapshot_seen,
        },
    )


def _event(event: Event) -> Finding:
    return Finding(event.kind, event.origin, event.text, {})


# --- What changed from one Snapshot to the next --------------------------------


def _phase(before: Snapshot | None, after: Snapshot) -> Iterator[Finding]:
    was = before.phase.id if before is not None else ""
    if was != after.phase.id:
        yield Finding(
            "phase", after.phase.id, f"{was or 'start'} -> {after.phase.id}", {"was": was}
        )


def _count(before: Snapshot | None, after: Snapshot) -> Iterator[Finding]:
    def told(snapshot: Snapshot) -> tuple[object, ...]:
        count = snapshot.count
        return count.state, count.hold, count.held_by, count.attempt

    if before is not None and told(before) == told(after):
        return
    count = after.count
    held = f", {count.hold.value} hold" if count.hold else ""
    why = f": {count.reason}" if count.reason else ""
    yield Finding(
        "count",
        count.state.value,
        f"{count.state.value}{held}{why}",
        {"t_ns": count.t_ns, "held_by": count.held_by, "attempt": count.attempt},
    )


def _criteria(before: Snapshot | None, after: Snapshot) -> Iterator[Finding]:
    known = {status.id: status for status in before.criteria} if before is not None else {}
    for status in after.criteria:
        was = known.get(status.id)
        if was is None or was.state is not status.state:
            yield _criterion(was, status)
        if (was.waiver if was is not None else None) != status.waiver:
            yield _waiver(status)


def _criterion(was: CriterionStatus | None, status: CriterionStatus) -> Finding:
    old = was.state if was is not None else CriterionState.UNKNOWN
    return Finding(
        "criterion",
        status.id,
        f"{old.value} -> {status.state.value}: {status.why}",
        {"was": old, "now": status.state, "value": status.value, "limit": status.limit},
    )


def _waiver(status: CriterionStatus) -> Finding:
    waiver = status.waiver
    if waiver is None:
        return Finding("waiver", status.id, "no longer waived", {})
    return Finding(
        "waiver",
        status.id,
        f"waived by {waiver.position}: {waiver.reason}",
        {name: getattr(waiver, name) for name in waiver.__struct_fields__},
    )


def _gates(before: Snapshot | None, after: Snapshot) -> Iterator[Finding]:
    known = {status.id: status for status in before.gates} if before is not None else {}
    for status in after.gates:
        was = known.get(status.id)
        old = was.state if was is not None else GateState.CLOSED
        yield from _votes(was, status, after)
        if old is not status.state:
            yield Finding(
                "gate",
                status.id,
                f"{old.value} -> {status.state.value}: {status.reason}",
                {"was": old, "now": status.state, "blocking": status.blocking},
            )


def _votes(was: GateStatus | None, now: GateStatus, after: Snapshot) -> Iterator[Finding]:
    """Votes cast, each with the values that it stood on, and votes that fell."""
    before = {vote.position: vote for vote in was.votes} if was is not None else {}
    standing = {vote.position: vote for vote in now.votes}
    for position, vote in standing.items():
        if before.get(position) != vote:
            yield Finding("vote", now.id, _vote_text(vote), _vote_facts(vote, after))
    for position in before:  # in their order: a set's is another one in every process
        if position not in standing:
            yield Finding("vote", now.id, f"the vote of {position} fell", {"position": position})


def _vote_text(vote: VoteStatus) -> str:
    person = f" ({vote.person})" if vote.person else ""
    return f"{vote.position}{person}: {'GO' if vote.go else 'NO-GO'}"


def _vote_facts(vote: VoteStatus, after: Snapshot) -> dict[str, Any]:
    facts = {name: getattr(vote, name) for name in vote.__struct_fields__}
    states = {s.id: [s.state, s.value] for s in after.criteria}
    return {**facts, "stood_on": states}


def _commands(before: Snapshot | None, after: Snapshot) -> Iterator[Finding]:
    known = {status.id: status for status in before.commands} if before is not None else {}
    for status in after.commands:
        was = known.get(status.id)
        if was is None or was.state is not status.state:
            yield Finding("command", status.command, _command_text(status), _command_facts(status))


def _command_text(status: CommandStatus) -> str:
    echoed = f", echoed by {', '.join(status.echoed_by)}" if status.echoed_by else ""
    detail = f": {status.detail}" if status.detail else ""
    return f"#{status.id} {status.state.value}{echoed}{detail}"


def _command_facts(status: CommandStatus) -> dict[str, Any]:
    return {name: getattr(status, name) for name in status.__struct_fields__}


def _staged(before: Snapshot | None, after: Snapshot) -> Iterator[Finding]:
    known = {staged.console: staged for staged in before.staged} if before is not None else {}
    for now in after.staged:
        was = known.pop(now.console, None)
        if was == now:
            continue
        if was is not None and was.code != now.code:
            yield _no_longer_staged(was)
        facts = {
            "console": now.console,
            "position": now.position,
            "person": now.person,
            "readback": now.readback,
        }
        yield Finding("staged", now.command, f"staged by {now.position}", facts)
    for gone in known.values():
        yield _no_longer_staged(gone)


def _no_longer_staged(staged: StagedStatus) -> Finding:
    return Finding("staged", staged.command, "no longer staged", {"console": staged.console})


def _alarms(before: Snapshot | None, after: Snapshot) -> Iterator[Finding]:
    known = {status.id: status for status in before.alarms} if before is not None else {}
    for status in after.alarms:
        was = known.pop(status.id, None)
        old = was.state if was is not None else AlarmState.NORMAL
        if old is not status.state:
            text = f"{old.value} -> {status.state.value}: {status.why}"
            yield Finding("alarm", status.id, text, {"was": old, "now": status.state})
    for name, was in known.items():
        yield Finding("alarm", name, f"{was.state.value} -> NORMAL", {"was": was.state})


def _entries(before: Snapshot | None, after: Snapshot) -> Iterator[Finding]:
    known = {status.parameter: status for status in before.entries} if before is not None else {}
    for status in after.entries:
        was = known.get(status.parameter)
        missing = was is None and status.state is EntryState.MISSING
        if status != was and not missing:
            facts = {name: getattr(status, name) for name in status.__struct_fields__}
            by = f" by {status.position}" if status.position else ""
            yield Finding("entry", status.parameter, f"{status.state.value}{by}", facts)


def _consoles(before: Snapshot | None, after: Snapshot) -> Iterator[Finding]:
    known = {console.id: console for console in before.consoles} if before is not None else {}
    for console in after.consoles:
        was = known.pop(console.id, None)
        if was != console:
            word = "may command" if console.authority else "attached"
            facts = {"person": console.person, "authority": console.authority}
            yield Finding("console", console.id, f"{console.position or 'watching'} {word}", facts)
    for name in known:
        yield Finding("console", name, "left", {})


CHANGES: tuple[Callable[[Snapshot | None, Snapshot], Iterator[Finding]], ...] = (
    _phase,
    _count,
    _entries,
    _criteria,
    _gates,
    _staged,
    _commands,
    _alarms,
    _consoles,
)
"""In the order in which a step decides: what stands on what comes after it."""


def canonical(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as JSON will hold them."""
    built: dict[str, Any] = msgspec.to_builtins(dict(facts))
    return built
