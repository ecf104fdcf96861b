"""What leaves for flight computers and barges, field by field."""

from __future__ import annotations

from gcs.command.attempt import Attempt
from gcs.command.outgoing import Dispatch, Outgoing, OutgoingOrder, joined, sending
from gcs.messages import Event
from gcs.telemetry.barge import BargeOrder
from tests.command.missions import PHASE
from tests.helpers.joint_view import mission_of

COMMANDS = """
[[command]]
id = "divert"
title = "DIVERT"
mav_cmd = "DIVERT"
validity = "2.5 s"
[[command]]
id = "turn"
title = "TURN"
target = "barge"
order = "heading"
validity = "2.0005 s"
verified_when = "true"
"""
TARGETS = frozenset({"fc_b", "fc_a"})


def attempt(command: int, targets: frozenset[str], **parameters: float) -> Attempt:
    config = mission_of(PHASE + COMMANDS, {"x": ""}).config.command[command]
    return Attempt(1, config, 31002, 77, 5, targets, 1, parameters)


def test_a_command_carries_nonce_validity_and_parameters_and_nothing_else() -> None:
    fields = {
        "command": 31002,
        "confirmation": 3,
        "param1": 77.0,
        "param2": 2500.0,
        "param3": 0.0,
        "param4": 0.0,
        "param5": 9.0,
        "param6": 0.0,
        "param7": 0.0,
    }
    sent = sending(attempt(0, TARGETS, param5=9.0), 3)
    assert sent.outgoing == (Outgoing("fc_a", fields), Outgoing("fc_b", fields))
    assert sent.orders == ()


def test_who_echoed_a_command_is_spared() -> None:
    half = attempt(0, TARGETS)
    half.echo("fc_a", 77, 31002)
    assert [out.target for out in sending(half, 1).outgoing] == ["fc_b"]


def test_an_order_carries_when_it_was_first_said_and_whole_milliseconds() -> None:
    sent = sending(attempt(1, frozenset({"barge"}), heading_true=1.5), 0)
    order = OutgoingOrder("barge", BargeOrder.HEADING, 77, 5, 2000, 1.5)
    assert sent.orders == (order,)
    assert isinstance(sent.orders[0].valid_ms, int)
    assert sent.outgoing == ()


def test_what_several_calls_led_to_is_one_of_each_kind_in_order() -> None:
    out = [Outgoing(target, {}) for target in ("fc_a", "fc_b")]
    said = [Event(1, "command", origin, "") for origin in ("a", "b")]
    told = [OutgoingOrder("barge", BargeOrder.HEADING, n, 5, 2000, None) for n in (1, 2)]
    parts = [Dispatch((out[i],), (said[i],), (told[i],)) for i in (0, 1)]
    assert joined(iter(parts)) == Dispatch(tuple(out), tuple(said), tuple(told))
    assert joined([]) == Dispatch()
