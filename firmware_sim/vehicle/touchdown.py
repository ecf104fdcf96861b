"""What a touchdown was: the numbers at first contact, and the verdict on them."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from gcs.config.vehicle import TouchdownConfig


class Surface(enum.StrEnum):
    """What the feet met."""

    DECK = "deck"
    WATER = "water"


class OutcomeKind(enum.StrEnum):
    """How a flight ended."""

    LANDED = "landed"
    DIVERTED = "diverted"
    LOST = "lost"


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
class Outcome:
    """The verdict, its reason in a sentence, and the numbers it stands on."""

    kind: OutcomeKind
    reason: str
    touchdown: Touchdown


def judge(touchdown: Touchdown, limits: TouchdownConfig) -> Outcome:
    """Landed within every limit; diverted softly outside keep-out; everything else is lost."""
    if touchdown.surface is Surface.WATER:
        return _judge_water(touchdown, limits)
    figures = (
        ("vertical speed", touchdown.vertical_speed_m_s, limits.vertical_speed_m_s, "m/s"),
        ("lateral speed", touchdown.lateral_speed_m_s, limits.lateral_speed_m_s, "m/s"),
        ("tilt", math.degrees(touchdown.tilt_rad), limits.tilt_deg, "deg"),
        ("rate", math.degrees(touchdown.rate_rad_s), limits.rate_deg_s, "deg/s"),
        ("miss", touchdown.miss_m, limits.miss_m, "m"),
    )
    broken = [
        f"{name} {value:.1f} {unit}, limit {limit:.1f} {unit}"
        for name, value, limit, unit in figures
        if not abs(value) <= limit
    ]
    if broken:
        return Outcome(OutcomeKind.LOST, "; ".join(broken), touchdown)
    return Outcome(OutcomeKind.LANDED, "stands on the deck", touchdown)


def _judge_water(touchdown: Touchdown, limits: TouchdownConfig) -> Outcome:
    if not touchdown.miss_m > limits.keep_out_m:
        reason = f"in the water {touchdown.miss_m:.0f} m from the deck centre, inside keep-out"
        return Outcome(OutcomeKind.LOST, reason, touchdown)
    if not touchdown.vertical_speed_m_s <= limits.water_speed_m_s:
        reason = f"met the water at {touchdown.vertical_speed_m_s:.1f} m/s"
        return Outcome(OutcomeKind.LOST, reason, touchdown)
    return Outcome(OutcomeKind.DIVERTED, "in open water, outside keep-out", touchdown)
