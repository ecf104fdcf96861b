"""Where the deck is, how it moves and how it is turned."""

from __future__ import annotations

from firmware_sim.records import Matrix3, Record, Vector3


class DeckState(Record):
    """The deck centre and the deck's attitude at `time_ns`, in L (north, east, down), SI.

    Deck axes D: x to the bow, y to starboard, z down; the origin is the deck centre on
    its surface. Roll is positive with starboard down, pitch with the bow up, heading
    clockwise from north.
    """

    time_ns: int
    position_m: Vector3
    velocity_m_s: Vector3
    acceleration_m_s2: Vector3
    ned_from_deck: Matrix3
    rate_rad_s: Vector3
    """Angular velocity of the deck, in L."""
    roll_rad: float
    pitch_rad: float
    heading_rad: float
    roll_rate_rad_s: float
    pitch_rate_rad_s: float
    heading_rate_rad_s: float
    heave_m: float
    """Up from the still-water position, with its rate and acceleration."""
    heave_rate_m_s: float
    heave_acceleration_m_s2: float
    wet: int
