"""What a touchdown was: the numbers at first contact, what came of it, and the verdict."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from firmware_sim.vehicle.state import Contact, Surface, VehicleState
from gcs.clock import SECOND_NS
from gcs.config.vehicle import LegsConfig, TouchdownConfig

STAND_NS = 60 * SECOND_NS
"""So long after contact a landing is final."""
_SLID_M = 2.0
"""Farther than this from where it touched down is no stable landing: assumed."""
_FEET_TO_STAND = 3


class OutcomeKind(enum.StrEnum):
    """How a flight ended."""

    LANDED = "landed"
    DIVERTED = "diverted"
    LOST = "lost"


class Ending(enum.StrEnum):
    """How exactly; TOUCHED only until the verdict is final."""

    TOUCHED = "touched down"
    STABLE = "stable"
    SLID = "slid"
    TIPPED = "tipped"
    CRUSHED = "crushed"
    MISSED = "missed"
    DIVERTED = "diverted"


_KINDS = {
    Ending.TOUCHED: OutcomeKind.LANDED,
    Ending.STABLE: OutcomeKind.LANDED,
    Ending.DIVERTED: OutcomeKind.DIVERTED,
}


@dataclass(frozen=True, slots=True)
class Touchdown:
    """First contact, relative to the deck's motion (to still water beside it)."""

    at_ns: int
    surface: Surface
    vertical_speed_m_s: float
    lateral_speed_m_s: float
    tilt_rad: float
    rate_rad_s: float
    miss_m: float
    propellant_kg: float


@dataclass(frozen=True, slots=True)
class Standing:
    """What came of it: how far it moved over the deck, how it stands, its worst leg."""

    moved_m: float
    slid_m: float
    tilt_rad: float
    feet: int
    crush_m: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict, its reason in a sentence, and the numbers that it stands on.

    Not `final` while a vehicle on the deck still has to show that it stands.
    """

    kind: OutcomeKind
    ending: Ending
    final: bool
    reason: str
    touchdown: Touchdown
    standing: Standing


def judge(
    vehicle: VehicleState,
    limits: TouchdownConfig,
    legs: LegsConfig,
    now_ns: int,
    start_ns: int = 0,
) -> Outcome | None:
    """The outcome at `now_ns`, None before contact.

    Landed is what stands on the deck 60 s after contact; before that the verdict is
    provisional. Diverted is a soft meeting with the water outside keep-out; the rest is lost.
    `start_ns` is added to the time of contact.
    """
    if vehicle.contact.surface == Surface.NONE:
        return None
    touchdown = _touchdown(vehicle.contact, start_ns)
    standing = _standing(vehicle)
    since_ns = now_ns - int(vehicle.contact.at_ns)
    if touchdown.surface is Surface.WATER:
        ending, reason = _in_water(touchdown, limits)
    elif touchdown.surface is Surface.PAD:
        ending, reason = Ending.MISSED, "came down on the pad"
    else:
        ending, reason = _on_deck(vehicle.contact, standing, legs, since_ns)
    if ending in (Ending.STABLE, Ending.TOUCHED):
        reason += _beyond(touchdown, limits)
    kind = _KINDS.get(ending, OutcomeKind.LOST)
    final = since_ns >= STAND_NS or ending is not Ending.TOUCHED
    return Outcome(kind, ending, final, reason, touchdown, standing)


def _touchdown(contact: Contact, start_ns: int) -> Touchdown:
    return Touchdown(
        at_ns=start_ns + int(contact.at_ns),
        surface=Surface(int(contact.surface)),
        vertical_speed_m_s=float(contact.vertical_speed_m_s),
        lateral_speed_m_s=float(contact.lateral_speed_m_s),
        tilt_rad=float(contact.tilt_rad),
        rate_rad_s=float(contact.rate_rad_s),
        miss_m=float(contact.miss_m),
        propellant_kg=float(contact.propellant_kg),
    )


def _standing(vehicle: VehicleState) -> Standing:
    return Standing(
        moved_m=float(vehicle.contact.moved_m),
        slid_m=max(float(leg.slid_m) for leg in vehicle.legs),
        tilt_rad=float(vehicle.contact.deck_tilt_rad),
        feet=int(vehicle.contact.touching_now),
        crush_m=max(float(leg.crush_m) for leg in vehicle.legs),
    )


def _on_deck(
    contact: Contact, standing: Standing, legs: LegsConfig, since_ns: int
) -> tuple[Ending, str]:
    if contact.over_edge:
        return Ending.SLID, f"went over the deck's edge, {standing.moved_m:.1f} m from touchdown"
    if standing.crush_m >= legs.stroke_m:
        return Ending.CRUSHED, f"used up a leg's stroke of {legs.stroke_m:.2f} m"
    if contact.fallen:
        after_s = (contact.fallen_ns - contact.at_ns) / SECOND_NS
        return Ending.TIPPED, f"tipped over {after_s:.1f} s after contact"
    if standing.moved_m > _SLID_M:
        return Ending.SLID, f"slid {standing.moved_m:.1f} m on the deck"
    if since_ns < STAND_NS:
        return Ending.TOUCHED, "touched down on the deck"
    if standing.feet < _FEET_TO_STAND:
        tilt_deg = math.degrees(standing.tilt_rad)
        return Ending.TIPPED, f"rocks on {standing.feet} feet at {tilt_deg:.1f} deg"
    return Ending.STABLE, f"stands on the deck {STAND_NS // SECOND_NS} s later"


def _in_water(touchdown: Touchdown, limits: TouchdownConfig) -> tuple[Ending, str]:
    speed_m_s = math.hypot(touchdown.vertical_speed_m_s, touchdown.lateral_speed_m_s)
    if not touchdown.miss_m > limits.keep_out_m:
        reason = f"in the water {touchdown.miss_m:.0f} m from the deck centre, inside keep-out"
        return Ending.MISSED, reason
    if not speed_m_s <= limits.water_speed_m_s:
        return Ending.MISSED, f"met the water at {speed_m_s:.1f} m/s"
    return Ending.DIVERTED, "in open water, outside keep-out"


def _beyond(touchdown: Touchdown, limits: TouchdownConfig) -> str:
    """What exceeded the limits at contact, to be appended to a reason."""
    figures = (
        ("vertical speed", touchdown.vertical_speed_m_s, limits.vertical_speed_m_s, "m/s"),
        ("lateral speed", touchdown.lateral_speed_m_s, limits.lateral_speed_m_s, "m/s"),
        ("tilt", math.degrees(touchdown.tilt_rad), limits.tilt_deg, "deg"),
        ("rate", math.degrees(touchdown.rate_rad_s), limits.rate_deg_s, "deg/s"),
        ("miss", touchdown.miss_m, limits.miss_m, "m"),
    )
    return "".join(
        f"; {name} {value:.1f} {unit}, limit {limit:.1f} {unit}"
        for name, value, limit, unit in figures
        if not abs(value) <= limit
    )
