"""What an uncrewed barge can be told: the station's verdict, and orders to its systems.

A verdict holds from when it was said for as long as it says; without one in force the deck
lights are red, as they are over a deck that is not fit to be landed on. An order is judged once by
its nonce: its repeats get the same answer and move nothing, an old one is refused however it
comes. Most orders take effect after a while, which the barge's state tells. The securing
robot holds the stage in name only: the deck's friction is not changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gcs.clock import MILLISECOND_NS, SECOND_NS
from gcs.telemetry.barge import BargeOrder, DeckLights, Order, Verdict

REMEMBERED = 64
"""Nonces that were judged: the oldest are forgotten."""
FROM_THE_FUTURE_NS = 2 * SECOND_NS
"""A station's clock that is further ahead is not believed; assumed."""

TAKES_NS: dict[BargeOrder, int] = {
    BargeOrder.DECK_CLOSE: 4 * SECOND_NS,
    BargeOrder.DECK_OPEN: 4 * SECOND_NS,
    BargeOrder.BEACON_ON: SECOND_NS,
    BargeOrder.BEACON_OFF: 0,
    BargeOrder.MONITORS_ON: 5 * SECOND_NS,
    BargeOrder.MONITORS_OFF: SECOND_NS,
    BargeOrder.LIGHTS_ON: 0,
    BargeOrder.LIGHTS_OFF: 0,
    BargeOrder.STAGE_SECURE: 40 * SECOND_NS,
    BargeOrder.STAGE_RELEASE: 20 * SECOND_NS,
}
"""From an order to its effect: gangway, pumps, robot; assumed."""

_SETS: dict[BargeOrder, tuple[str, bool]] = {
    BargeOrder.DECK_CLOSE: ("deck_closed", True),
    BargeOrder.DECK_OPEN: ("deck_closed", False),
    BargeOrder.BEACON_ON: ("beacon_on", True),
    BargeOrder.BEACON_OFF: ("beacon_on", False),
    BargeOrder.MONITORS_ON: ("monitors_on", True),
    BargeOrder.MONITORS_OFF: ("monitors_on", False),
    BargeOrder.LIGHTS_ON: ("lights_on", True),
    BargeOrder.LIGHTS_OFF: ("lights_on", False),
    BargeOrder.STAGE_SECURE: ("stage_secured", True),
    BargeOrder.STAGE_RELEASE: ("stage_secured", False),
}


@dataclass(frozen=True, slots=True)
class Switches:
    """What orders set."""

    deck_closed: bool = True
    beacon_on: bool = True
    monitors_on: bool = False
    lights_on: bool = True
    stage_secured: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the barge's own eyes see: whether its deck may be landed on, who and what is on it."""

    fit: bool
    persons: int
    stage_stands: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether an order was taken, and why not; `new` where it was not judged before."""

    accepted: bool
    reason: str
    new: bool


@dataclass(frozen=True, slots=True)
class Controls:
    """All that the barge remembers of what it was told. Immutable: every change is a new one."""

    switches: Switches = Switches()
    order_nonce: int = 0
    judged: tuple[tuple[int, bool, str], ...] = ()
    """Nonce, whether it was taken, why not; the newest last."""
    pending: tuple[tuple[int, BargeOrder], ...] = ()
    """When an order that was taken has its effect."""
    wanted: DeckLights = DeckLights.RED
    wanted_until_ns: int = 0


def hear_verdict(controls: Controls, verdict: Verdict, now_ns: int) -> Controls:
    """Keep the wanted lights while the verdict holds; one that was said before is no news."""
    until_ns = verdict.time_us * 1_000 + verdict.valid_ms * MILLISECOND_NS
    ahead = verdict.time_us * 1_000 > now_ns + FROM_THE_FUTURE_NS
    if ahead or until_ns <= controls.wanted_until_ns:
        return controls
    return replace(controls, wanted=verdict.lights, wanted_until_ns=until_ns)


def verdict_heard(controls: Controls, now_ns: int) -> bool:
    """Whether a verdict is in force."""
    return now_ns < controls.wanted_until_ns


def lights(controls: Controls, around: Surroundings, now_ns: int) -> DeckLights:
    """What the deck lights show: off only when switched off, red on every doubt."""
    if not controls.switches.lights_on:
        return DeckLights.OFF
    if not around.fit or controls.switches.monitors_on or not verdict_heard(controls, now_ns):
        return DeckLights.RED
    return controls.wanted


def take(
    controls: Controls, order: Order, around: Surroundings, now_ns: int
) -> tuple[Controls, Answer]:
    """Judge one reception of an order."""
    for nonce, accepted, reason in controls.judged:
        if nonce == order.nonce:
            return controls, Answer(accepted, reason, new=False)
    reason = _refusal(order, around, now_ns)
    judged = (*controls.judged, (order.nonce, not reason, reason))[-REMEMBERED:]
    controls = replace(controls, judged=judged)
    if not reason:
        pending = _pending_with(controls, order.order, now_ns)
        controls = replace(controls, order_nonce=order.nonce, pending=pending)
    return controls, Answer(not reason, reason, new=True)


def carry_out(controls: Controls, now_ns: int) -> Controls:
    """Let the orders have their effect that are due."""
    due = [order for at_ns, order in controls.pending if at_ns <= now_ns]
    if not due:
        return controls
    switches = replace(controls.switches, **dict(_SETS[order] for order in due))
    left = tuple(p for p in controls.pending if p[0] > now_ns)
    return replace(controls, switches=switches, pending=left)


def _refusal(order: Order, around: Surroundings, now_ns: int) -> str:
    """Why an order is not taken; empty when it is."""
    said_ns = order.time_us * 1_000
    if said_ns > now_ns + FROM_THE_FUTURE_NS:
        return "it comes from the future"
    if now_ns > said_ns + order.valid_ms * MILLISECOND_NS:
        return "its validity has passed"
    if order.order is BargeOrder.DECK_CLOSE and around.persons:
        return f"{around.persons} on deck"
    if order.order is BargeOrder.STAGE_SECURE and not around.stage_stands:
        return "no stage stands on the deck"
    return ""


def _pending_with(
    controls: Controls, order: BargeOrder, now_ns: int
) -> tuple[tuple[int, BargeOrder], ...]:
    """What is pending once an order is taken: it ends the earlier ones for its switch."""
    if order not in _SETS:
        return controls.pending
    switch = _SETS[order][0]
    others = (p for p in controls.pending if _SETS[p[1]][0] != switch)
    return (*others, (now_ns + TAKES_NS[order], order))
