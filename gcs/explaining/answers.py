"""How a gate is answered: who gives its GO, what its votes stand on, and what ends it."""

from __future__ import annotations

from collections.abc import Iterator

from gcs.command.commands import STAGED_FOR_NS
from gcs.config.loading import Mission
from gcs.config.mission import CommandConfig, GateConfig
from gcs.decision.gate import PASSING
from gcs.decision.gate_table import CONSEQUENCES, Trigger
from gcs.decision.no_go import NO_GO_TRIES
from gcs.decision.polls import PERSONS_NEEDED
from gcs.explaining.wording import Told, duration
from gcs.messages import CriterionState


def mode(mission: Mission, gate: GateConfig) -> str:
    """Who sends its GO."""
    go = next((c for c in mission.config.command if c.id == gate.go_command), None)
    if go is not None and gate.mode == "automatic":
        return "automatic: GO is sent by itself once it has been stable"
    if go is not None:
        return f"confirmed: once GO has been stable, {_confirmed(mission, go)}"
    if gate.without_answer == "stands":
        return "waits for objections: without a known NO-GO it stands when it closes"
    return "nothing is sent: it stands if it has been stable at GO when it closes"


def _confirmed(mission: Mission, go: CommandConfig) -> str:
    who = ", ".join(mission.config.station.positions)
    at = "any console" if go.without_authority else "the console with command authority"
    within = f"within {duration(STAGED_FOR_NS)}"
    if not go.two_person:
        return f"one of {who} stages it at {at} and confirms it there {within}"
    return (
        f"one of {who}, a known person, stages it at {at},"
        f" and another known person confirms it at any console {within}"
    )


def unanswered(gate: GateConfig) -> str:
    """What its deadline finds without an answer."""
    if gate.without_answer == "stands":
        return "passed without a known NO-GO, the gate stands, however much is unknown then"
    word = "verified" if gate.go_command else "standing"
    return f"passed without a {word} GO, the gate is MISSED: silence is no GO"


def ended_by(mission: Mission, gate: GateConfig) -> Iterator[str]:
    """What ends it beside its deadline, and what begins it anew."""
    stops = (gate.no_go_command, *gate.overruled_by)
    names = [f"{c.title} ({c.id})" for c in mission.config.command if c.id in stops]
    if names:
        sent = f"{' or '.join(names)} once sent, by anyone and even before it opens: no GO"
        yield f"{sent}; once verified: no commit"
    yield f"a scrub{_held(gate)}"
    if mission.config.count.mark:
        unless = ", unless it is committed" if gate.go_command else ""
        yield f"a recycle of the count asks it anew{unless}"


def _held(gate: GateConfig) -> str:
    if gate.go_command:
        return "; an unplanned hold bars a GO, and revokes one on its way as a scrub does"
    return "" if gate.without_answer == "stands" else "; an unplanned hold keeps it from standing"


def demand(gate: GateConfig) -> str:
    """What its criteria must be."""
    if gate.without_answer == "stands":
        return "one that is known to be NO-GO objects"
    passing = " or ".join(state.value for state in CriterionState if state in PASSING)
    return f"each must be {passing}"


def polled(gate: GateConfig) -> str:
    """Who must vote."""
    if not gate.polls:
        return "nobody: the criteria decide"
    if gate.without_answer == "stands":
        return f"{', '.join(gate.polls)}: a NO-GO of one objects, silence does not"
    two = f", {PERSONS_NEEDED} different known persons among them" if gate.two_person else ""
    return f"{', '.join(gate.polls)}: each must vote GO{two}"


def votes(mission: Mission, gate: GateConfig) -> Iterator[str]:
    """When a vote is taken, and what voids it."""
    if not gate.polls:
        return
    yield "taken in the open gate; a GO only while no criterion bars one"
    if gate.without_answer == "missed":
        changed = "a criterion changes its state or its waiver"
        expires = f"after {duration(gate.go_expires)}"
        yield f"a GO falls when {changed}, when the gate shuts, and {expires}"
    recycled = " or the count is recycled" if mission.config.count.mark else ""
    yield f"a NO-GO stands until its position votes GO{recycled}"


def missed_by(gate: GateConfig) -> Iterator[str]:
    """When its NO-GO follows."""
    for trigger, consequences in CONSEQUENCES.items():
        if "send_no_go" not in consequences:
            continue
        if trigger is Trigger.OVERDUE:
            if gate.no_go_after is not None:
                yield f"{trigger.value} (known NO-GO for {duration(gate.no_go_after)})"
        elif trigger is not Trigger.REVOKED:
            yield trigger.value
        elif gate.go_command:
            yield f"{trigger.value}, or the count was held or scrubbed then"


def tries(mission: Mission, gate: GateConfig) -> str:
    """How long its NO-GO is sent anew."""
    ends = f"{' or '.join((gate.no_go_command, *gate.overruled_by))} is verified"
    if mission.config.count.mark:
        ends += " or the count is recycled"
    return (
        f"sent anew, after a stop sent by hand as well, up to {NO_GO_TRIES - 1} times until {ends}"
    )


def to_count(mission: Mission, gate: GateConfig, told: Told) -> Iterator[str]:
    """What its NO-GO does to the count."""
    if gate.no_go_count != "recycle":
        yield f"{gate.no_go_count} the count"
        return
    able = told(f"{mission.config.count.recycle_when}")
    mark = gate.recycle_to
    yield f"hold the count, and recycle it to {mark} once {able}, if nobody moved it before"
    yield f"refused: in another's hold before that, with T before {mark}, in flight"
