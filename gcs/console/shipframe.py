"""The barge's own frame: where something at north and east of the deck's centre is on the deck."""

from __future__ import annotations

import math
from typing import NamedTuple


class DeckPoint(NamedTuple):
    """A place in the deck plane, m from its centre."""

    starboard: float
    forward: float

    @property
    def distance_m(self) -> float:
        """From the deck's centre, m."""
        return math.hypot(self.starboard, self.forward)


def on_deck(north_m: float, east_m: float, heading_rad: float) -> DeckPoint:
    """North and east of the deck's centre, seen by a barge whose bow points to `heading_rad`.

    Heading is true, from north through east.
    """
    sine, cosine = math.sin(heading_rad), math.cos(heading_rad)
    return DeckPoint(
        starboard=east_m * cosine - north_m * sine,
        forward=north_m * cosine + east_m * sine,
    )
