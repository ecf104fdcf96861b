"""Everything that can happen to a gate, in every order, until nothing new comes of it.

Four slices, each explored to its end: a poll of two persons, a count that holds, recycles
and is scrubbed, stops and the NO-GO that is owed after them, and an operator who confirms.
With LANDFALL_EXPLORE=whole more happens in the last three (90,000 states, two minutes of CPU).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from gcs.config.mission import GateConfig
from gcs.decision import no_go
from gcs.decision.gate import PASSING, Gate
from gcs.decision.gate_rules import GateRules
from gcs.decision.gate_table import Trigger
from gcs.expressions import compile_expression
from gcs.messages import CommandState, CriterionState, GateState
from tests.decision.exploring import TURNS, Way, World, explore
from tests.helpers.joint_view import FakeView

GO, CAUTION = CriterionState.GO, CriterionState.CAUTION
NO_GO, UNKNOWN = CriterionState.NO_GO, CriterionState.UNKNOWN
RECYCLED = Trigger.RECYCLED.value
ANSWERS = (CommandState.VERIFIED, CommandState.TIMED_OUT)


def world(**config: object) -> World:
    """A gate that is open while `open` is 1 and closes when `shut` is 1."""
    view = FakeView(open="", shut="")
    view.set("open", 1.0)
    view.set("shut", 0.0)
    table: dict[str, object] = {
        "id": "gate",
        "title": "GATE",
        "opens": "open == 1",
        "closes": "shut == 1",
        "mode": "automatic",
        "stable_for": "1 s",
        "go_command": "commit",
        "no_go_command": "divert",
        "overruled_by": ("abort",),
    }
    opens, closes = (compile_expression(str(table[key]), view) for key in ("opens", "closes"))
    rules = GateRules(
        GateConfig.model_validate(table | config), opens, closes, ("c",), hands_over=True
    )
    return World(Gate(rules, "configuration"), rules, view)


# --- What may happen ---


def step(world: World) -> None:
    world.step()


def judging(state: CriterionState) -> Way:
    def happen(world: World) -> None:
        world.criterion = state
        world.step()

    return f"c is {state.value}", happen


def seeing(name: str, value: float | None) -> Way:
    def happen(world: World) -> None:
        world.view.forget(name)
        if value is not None:
            world.view.set(name, value)
        world.step()

    return f"{name} is {value}", happen


def counting(held: bool, scrubbed: bool = False) -> Way:
    def happen(world: World) -> None:
        world.held, world.scrubbed = held, scrubbed or world.scrubbed
        world.step()

    return f"held {held}, scrubbed {scrubbed}", happen


def voting(position: str, person: str, go: bool) -> Way:
    return f"{position} by {person} {go}", lambda world: world.vote(position, person, go)


def answering(state: CommandState) -> Way:
    return state.value, lambda world: world.answer(state)


def sending(command: str) -> Way:
    return f"operator sends {command}", lambda world: world.ask(command)


def recycle(world: World) -> None:
    """Only a held count is recycled, and only before a commit was verified."""
    world.held, world.attempt = True, world.attempt % TURNS + 1
    world.step()


STEP: Way = ("a second", step)


def anything(*ways: Way) -> Callable[[World], Iterator[Way]]:
    def of(_: World) -> Iterator[Way]:
        return iter(ways)

    return of


# --- What must never happen ---


def check(after: World, name: str) -> None:
    state = after.gate.state
    own = [c for c in after.commands if c.command == "commit"]
    if "commit" in after.sent:
        assert state is GateState.GO, name
        assert after.may_go(), name
        assert not after.stopped(), name
    if after.status is None:
        return
    assert ("divert" in after.sent) == after.due, name
    if state is GateState.GO and not after.status.blocking:
        assert after.criterion in PASSING, name
        assert after.view.value(1) == 0.0 or own, name
    if state is GateState.COMMITTED and after.was is not GateState.COMMITTED:
        assert after.was is GateState.GO, name
        assert own[-1].state is CommandState.VERIFIED, name
        assert not after.held, name
        assert not after.scrubbed, name
    if after.was is GateState.MISSED:
        assert state in (GateState.MISSED, GateState.CLOSED), name
        assert state is GateState.MISSED or after.status.reason == RECYCLED, name
    if after.scrubbed:
        recycled = after.status.reason == RECYCLED
        assert recycled or state in (GateState.MISSED, GateState.COMMITTED), name
    if not after.gate.bar(after.now_ns, after.commands, "held" if after.held else ""):
        assert after.may_go(), name
        assert not after.stopped(), name
        assert state is GateState.GO, name
    for vote in after.gate.status().votes:
        ballot = after.ballots.get(vote.position)
        assert ballot is not None, name
        assert (vote.go, vote.person) == (ballot.go, ballot.person), name


POLL = anything(
    STEP,
    judging(GO),
    judging(CAUTION),
    judging(UNKNOWN),
    seeing("shut", 1.0),
    voting("FD", "anna", True),
    voting("FD", "anna", False),
    voting("RANGE", "bo", True),
    voting("RANGE", "anna", True),
    voting("RANGE", "", True),
    *(answering(state) for state in ANSWERS),
)
MORE_OF_COUNT = (
    judging(GO),
    judging(NO_GO),
    seeing("open", 1.0),
    seeing("open", None),
    seeing("shut", 0.0),
)
MORE_OF_CONFIRMING = (
    seeing("shut", None),
    seeing("shut", 0.0),
    sending("divert"),
)
WHOLE = os.environ.get("LANDFALL_EXPLORE") == "whole"
COUNT = anything(
    STEP,
    *(MORE_OF_COUNT if WHOLE else ()),
    seeing("shut", 1.0),
    counting(False),
    counting(True),
    counting(True, scrubbed=True),
    ("recycle", recycle),
    *(answering(state) for state in ANSWERS),
)
STOPPING = anything(
    STEP,
    *((seeing("shut", 1.0),) if WHOLE else ()),
    counting(False),
    sending("abort"),
    ("recycle", recycle),
    *(answering(state) for state in ANSWERS),
)
CONFIRMING = anything(
    STEP,
    judging(GO),
    judging(UNKNOWN),
    counting(False),
    counting(True),
    *(MORE_OF_CONFIRMING if WHOLE else ()),
    voting("FD", "anna", True),
    voting("FD", "anna", False),
    sending("commit"),
    *(answering(state) for state in ANSWERS),
)
POLLED = {
    "no_go_command": "",
    "overruled_by": (),
    "polls": ("FD", "RANGE"),
    "two_person": True,
    "go_expires": "2 s",
}
SLICES = {
    "poll": (POLLED, POLL),
    "count": ({}, COUNT),
    "stopping": ({}, STOPPING),
    "confirming": ({"mode": "confirmed", "polls": ("FD",), "go_expires": "2 s"}, CONFIRMING),
}


@pytest.mark.parametrize("name", SLICES)
def test_no_order_of_events_gives_a_go_that_nothing_stands_for(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(no_go, "NO_GO_TRIES", 2)
    config, ways = SLICES[name]
    states, moves = explore(world(**config), ways, check)
    assert states > 100
    assert moves > states


def test_the_second_opinion_sees_a_vote_that_outlived_its_evidence() -> None:
    scene = world(**POLLED)
    scene.step()
    scene.vote("FD", "anna", True)
    scene.vote("RANGE", "bo", True)
    assert scene.agreed()
    scene.vote("RANGE", "anna", True)
    assert not scene.agreed()
    scene.vote("RANGE", "bo", True)
    scene.step()
    assert scene.agreed()
    scene.step()
    assert not scene.agreed()
    scene.vote("FD", "anna", True)
    scene.vote("RANGE", "bo", True)
    scene.criterion = CAUTION
    scene.step()
    assert not scene.agreed()
