"""Orders to the barge: verified by its own state alone, and apart from the vehicle's commands."""

from __future__ import annotations

import pytest

from gcs.command.authority import Operator
from gcs.command.commands import Commander
from gcs.command.loading import build_commander
from gcs.command.outgoing import Dispatch, OutgoingOrder
from gcs.messages import CommandState, CommandStatus, Event
from gcs.telemetry.barge import BargeOrder
from tests.command.missions import BARGE, COMMIT, PHASE, vehicle_sources
from tests.helpers.joint_view import SECOND, FakeView, mission_of

PARAMETERS = {"closed": "", "turn": "deg", "length": "m"}
NUMBERS = {"COMMIT": 31001}
MISSION = f"""
[station]
positions = ["BARGE"]
{PHASE}{BARGE}{vehicle_sources("fc_a")}{COMMIT}echoes = 1
[[command]]
id = "close"
title = "CLOSE DECK"
target = "barge"
order = "deck_close"
verified_when = "closed == 1"
validity = "3 s"
retry_after = "1 s"
attempts = 3
dangerous = false
[[command]]
id = "beacon"
title = "BEACON OFF"
target = "barge"
order = "beacon_off"
verified_when = "closed == 0"
validity = "3 s"
"""
TURN = """
[[command]]
id = "turn"
title = "TURN"
target = "barge"
order = "heading"
verified_when = "closed == 0"
validity = "3 s"
parameters = { heading_true = "turn" }
"""
WHO = Operator("console", "BARGE", "ada", "")


class Desk:
    """A Commander with a barge, its view and the time."""

    def __init__(self, more: str = "") -> None:
        self.view = FakeView(**PARAMETERS)
        self.view.set("closed", 0.0)
        self.view.set("turn", 1.5)
        mission = mission_of(MISSION + more, PARAMETERS)
        self.commander: Commander
        self.commander, problems = build_commander(mission, self.view, b"seed", NUMBERS)
        assert problems == ()
        self.now_ns = 0

    def send(self, command: str = "close") -> Dispatch:
        return self.commander.send(command, "BARGE", self.view, self.now_ns)

    def step(self, after_s: float) -> Dispatch:
        self.now_ns += round(after_s * SECOND)
        return self.commander.step(self.view, self.now_ns)

    def echo(self, nonce: int, source: str = "barge") -> Dispatch:
        return self.commander.echoed(source, nonce, 0, self.now_ns)

    def answer(self, nonce: int, accepted: bool = True, reason: str = "") -> Dispatch:
        return self.commander.answered("barge", nonce, accepted, reason, self.now_ns)

    @property
    def last(self) -> CommandStatus:
        return self.commander.statuses()[-1]


def order_of(dispatch: Dispatch) -> OutgoingOrder:
    (order,) = dispatch.orders
    assert dispatch.outgoing == ()
    return order


def test_an_order_goes_to_the_barge_alone_with_a_nonce_and_its_validity() -> None:
    order = order_of(Desk().send())
    assert (order.target, order.order, order.valid_ms) == ("barge", BargeOrder.DECK_CLOSE, 3000)
    assert order.nonce > 0
    assert order.heading_rad is None


def test_a_heading_is_what_its_expression_says_at_the_moment_of_sending() -> None:
    assert order_of(Desk(TURN).send("turn")).heading_rad == 1.5


def test_a_heading_that_is_not_known_is_not_sent() -> None:
    desk = Desk(TURN)
    desk.view.forget("turn")
    assert desk.send("turn").orders == ()
    assert desk.last.state is CommandState.REFUSED


def test_it_is_verified_by_its_echo_and_its_effect_together() -> None:
    desk = Desk()
    nonce = order_of(desk.send()).nonce
    desk.echo(nonce)
    desk.step(0.1)
    assert desk.last.state is CommandState.SENT
    desk.view.set("closed", 1.0)
    said = desk.step(0.1)
    assert desk.last.state is CommandState.VERIFIED
    assert desk.last.echoed_by == ("barge",)
    told = Event(SECOND // 5, "command", "close", "CLOSE DECK VERIFIED: barge", 5)
    assert said.events == (told,)


def test_an_effect_that_looks_back_is_asked_at_the_moment_of_the_step() -> None:
    desk = Desk(TURN.replace("closed == 0", "held(closed == 0, 1 s)"))
    desk.echo(order_of(desk.send("turn")).nonce)
    desk.step(0.0)
    desk.step(0.9)
    assert desk.last.state is CommandState.SENT
    desk.step(0.1)
    assert desk.last.state is CommandState.VERIFIED


def test_an_effect_without_the_echo_verifies_nothing() -> None:
    desk = Desk()
    desk.send()
    desk.view.set("closed", 1.0)
    desk.step(0.1)
    assert desk.last.state is CommandState.SENT


def test_an_effect_that_is_not_known_verifies_nothing() -> None:
    desk = Desk()
    desk.echo(order_of(desk.send()).nonce)
    desk.view.forget("closed")
    desk.step(0.1)
    assert desk.last.state is CommandState.SENT


@pytest.mark.parametrize(("more", "source"), [(1, "barge"), (0, "fc_a"), (0, "ship")])
def test_another_nonce_or_another_source_is_no_echo(more: int, source: str) -> None:
    desk = Desk()
    nonce = order_of(desk.send()).nonce
    desk.view.set("closed", 1.0)
    desk.echo(nonce + more, source)
    desk.step(0.1)
    assert desk.last.state is CommandState.SENT


def test_an_answer_acknowledges_and_never_verifies() -> None:
    desk = Desk()
    nonce = order_of(desk.send()).nonce
    desk.view.set("closed", 1.0)
    desk.answer(nonce)
    desk.step(0.1)
    assert desk.last.state is CommandState.ACKNOWLEDGED


def test_a_refusal_ends_the_very_order_with_its_reason() -> None:
    desk = Desk()
    nonce = order_of(desk.send()).nonce
    desk.answer(nonce + 1, accepted=False, reason="old")
    assert desk.last.state is CommandState.SENT
    desk.now_ns = 7
    said = desk.answer(nonce, accepted=False, reason="2 on deck")
    assert desk.last.state is CommandState.REFUSED
    assert desk.last.detail == "barge: 2 on deck"
    assert said.events == (Event(7, "command", "close", "CLOSE DECK REFUSED: barge: 2 on deck", 3),)
    assert desk.step(9.0) == Dispatch()


def test_it_is_sent_again_with_the_same_nonce_and_age_until_its_attempts_are_used_up() -> None:
    desk = Desk()
    first = order_of(desk.send())
    assert order_of(desk.step(1.0)) == order_of(desk.step(1.0)) == first
    ended = desk.step(1.0)
    assert ended.orders == ()
    assert desk.last.state is CommandState.TIMED_OUT
    assert desk.last.detail == "0 of 1 echoes"


def test_a_heading_stays_the_one_that_was_said_however_often_it_is_sent_again() -> None:
    desk = Desk(TURN)
    first = order_of(desk.send("turn"))
    desk.view.set("turn", 2.5)
    assert order_of(desk.step(1.0)) == first
    desk.view.forget("turn")
    assert order_of(desk.step(1.0)) == first


def test_once_echoed_it_is_sent_no_more_and_times_out_if_nothing_comes_of_it() -> None:
    desk = Desk()
    desk.echo(order_of(desk.send()).nonce)
    assert desk.step(1.0).orders == desk.step(1.0).orders == ()
    desk.step(1.0)
    assert desk.last.state is CommandState.TIMED_OUT
    assert desk.last.detail == "1 of 1 echoes, but not closed == 1"


def test_orders_and_commands_do_not_supersede_each_other() -> None:
    desk = Desk()
    desk.send("close")
    desk.send("commit")
    states = [status.state for status in desk.commander.statuses()]
    assert states == [CommandState.SENT, CommandState.SENT]


def test_a_new_order_supersedes_one_that_may_still_be_sent_again() -> None:
    desk = Desk()
    desk.send("close")
    desk.send("beacon")
    close = desk.commander.statuses()[0]
    assert (close.state, close.detail) == (CommandState.TIMED_OUT, "superseded by beacon")


def test_an_order_that_the_barge_has_taken_goes_on_beside_a_new_one() -> None:
    desk = Desk()
    desk.echo(order_of(desk.send("close")).nonce)
    desk.send("beacon")
    desk.view.set("closed", 1.0)
    desk.step(0.1)
    assert desk.commander.statuses()[0].state is CommandState.VERIFIED


def test_a_staged_order_reads_back_its_word_its_target_and_its_proof() -> None:
    desk = Desk()
    desk.commander.stage("beacon", WHO, desk.view, 0)
    (staged,) = desk.commander.staged(desk.view, 0)
    assert staged.readback[0] == "beacon_off to barge"
    assert "verified by its echo and closed == 0" in staged.readback[1]


def test_the_catalogue_tells_orders_from_commands() -> None:
    targets = {info.id: info.target for info in Desk().commander.infos()}
    assert targets == {"commit": "vehicle", "close": "barge", "beacon": "barge"}
