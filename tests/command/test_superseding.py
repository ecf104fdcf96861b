"""What takes the place of what: contradictions only, and no GO that of a stop."""

from __future__ import annotations

import pytest

from gcs.command.commands import Commander
from gcs.command.loading import build_commander
from gcs.messages import CommandState, Event
from tests.command.desk import operator, refusals
from tests.command.missions import BARGE, COMMIT, PHASE, vehicle_sources
from tests.helpers.joint_view import FakeView, mission_of

PARAMETERS = {"mode": "", "closed": "", "lit": "", "bright": ""}
NUMBERS = {"COMMIT": 31001, "DIVERT": 31002, "ABORT": 31005, "WAVE": 31009}


def _command(name: str, more: str = "") -> str:
    return f"""
[[command]]
id = "{name}"
title = "{name.upper()}"
mav_cmd = "{name.upper()}"
validity = "3 s"
{more}
"""


def _order(name: str, order: str, effect: str) -> str:
    return f"""
[[command]]
id = "{name}"
title = "{name.upper()}"
target = "barge"
order = "{order}"
validity = "3 s"
verified_when = "{effect}"
"""


def _gate(name: str, go: str, no_go: str) -> str:
    return f"""
[[gate]]
id = "{name}"
title = "{name}"
opens = "true"
closes = "false"
go_command = "{go}"
no_go_command = "{no_go}"
"""


MISSION = (
    '[station]\npositions = ["FD"]\n'
    + PHASE
    + vehicle_sources("fc_a", "fc_b")
    + BARGE
    + _gate("landing", "commit", "divert")
    + _gate("boarding", "open", "close")
    + COMMIT
    + _command("divert")
    + _command("abort", 'allowed_unknown = true\nallowed = "mode < 7"')
    + _command("wave")
    + _order("open", "deck_open", "closed == 0")
    + _order("close", "deck_close", "closed == 1")
    + _order("on", "lights_on", "lit == 1 and bright > 0")
    + _order("off", "lights_off", "bright == 0")
    + _order("monitors", "monitors_on", "mode == 1")
    + _order("water", "monitors_on", "closed == 1")
)
STOPS = ("divert", "abort")
GOES = ("commit", "wave")


class Pair:
    """Two commands, one after the other."""

    def __init__(self, first: str, second: str) -> None:
        self.view = FakeView(**PARAMETERS)
        mission = mission_of(MISSION, PARAMETERS)
        self.commander: Commander
        self.commander, problems = build_commander(mission, self.view, b"seed", NUMBERS)
        assert problems == ()
        self.commander.send(first, "gate", self.view, 0)
        self.second = self.commander.send(second, "gate", self.view, 7)

    @property
    def outcome(self) -> tuple[str, str]:
        """What came of both: empty for under way, else why not."""
        first, second = self.commander.statuses()
        return first.detail, second.detail


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("asked", GOES)
def test_what_is_no_stop_is_refused_while_a_stop_is_under_way(stop: str, asked: str) -> None:
    pair = Pair(stop, asked)
    assert pair.outcome == ("", f"{stop} is on its way")
    assert refusals(pair.second) == [f"{asked.upper()} refused: {stop} is on its way"]
    assert [out.fields["command"] for out in pair.commander.step(pair.view, 10**9).outgoing] == [
        NUMBERS[stop.upper()]
    ] * 2


@pytest.mark.parametrize("asked", [*STOPS, *GOES])
@pytest.mark.parametrize("first", GOES)
def test_what_is_no_stop_is_superseded_by_every_vehicle_command(first: str, asked: str) -> None:
    assert Pair(first, asked).outcome == (f"superseded by {asked}", "")


@pytest.mark.parametrize("first", STOPS)
@pytest.mark.parametrize("second", STOPS)
def test_of_two_stops_the_newer_one_is_sent(first: str, second: str) -> None:
    assert Pair(first, second).outcome == (f"superseded by {second}", "")


def test_an_operator_can_neither_stage_nor_confirm_a_go_while_a_stop_is_under_way() -> None:
    pair = Pair("wave", "wave")
    who, refused = operator("FD", "anna"), ["COMMIT refused: abort is on its way"]
    pair.commander.stage("commit", who, pair.view, 8)
    (staged,) = pair.commander.staged(pair.view, 8)
    assert not any("BARRED" in line for line in staged.readback)
    pair.commander.send("abort", "FD", pair.view, 8)
    (staged,) = pair.commander.staged(pair.view, 8)
    assert "BARRED: abort is on its way" in staged.readback
    assert refusals(pair.commander.confirm(staged.code, who, pair.view, 9)) == refused
    assert refusals(pair.commander.stage("commit", who, pair.view, 9)) == refused
    assert pair.commander.staged(pair.view, 9) == ()


def test_a_stop_that_came_to_its_end_bars_nothing() -> None:
    pair = Pair("divert", "abort")
    nonce = pair.commander.statuses()[-1].nonce
    for computer in ("fc_a", "fc_b"):
        pair.commander.echoed(computer, nonce, NUMBERS["ABORT"], 8)
    sent = pair.commander.send("commit", "gate", pair.view, 9)
    assert sent.events == (Event(9, "command", "gate", "COMMIT sent", 5),)
    assert pair.commander.statuses()[1].state is CommandState.VERIFIED


def test_a_stop_that_was_itself_refused_bars_nothing() -> None:
    pair = Pair("wave", "wave")
    pair.view.set("mode", 7.0)
    pair.commander.send("abort", "gate", pair.view, 8)
    assert pair.commander.statuses()[-1].state is CommandState.REFUSED
    assert pair.commander.send("commit", "gate", pair.view, 9).outgoing


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("open", "open"),
        ("open", "close"),
        ("monitors", "water"),
        ("on", "off"),
        ("off", "on"),
        ("water", "open"),
    ],
)
def test_an_order_supersedes_the_same_one_and_what_its_effect_contradicts(
    first: str, second: str
) -> None:
    assert Pair(first, second).outcome == (f"superseded by {second}", "")


@pytest.mark.parametrize(
    ("first", "second"),
    [("monitors", "on"), ("monitors", "off"), ("on", "monitors"), ("open", "off")],
)
def test_an_order_leaves_every_other_order_on_its_way(first: str, second: str) -> None:
    pair = Pair(first, second)
    assert pair.outcome == ("", "")
    assert len(pair.commander.step(pair.view, 10**9).orders) == 2


@pytest.mark.parametrize(("first", "second"), [("abort", "open"), ("close", "commit")])
def test_vehicle_and_barge_stop_nothing_of_each_other(first: str, second: str) -> None:
    assert Pair(first, second).outcome == ("", "")


def test_a_gates_no_go_to_the_barge_is_a_stop_of_what_contradicts_it_alone() -> None:
    assert Pair("close", "open").outcome == ("", "close is on its way")
    assert Pair("close", "monitors").outcome == ("", "")
