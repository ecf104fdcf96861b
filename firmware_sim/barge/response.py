"""How the barge moves in a sea: linear response by wave frequency and relative heading."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from firmware_sim.environment.harmonics import Harmonics
from firmware_sim.environment.sea import Sea
from gcs.config.barge import BargeModel, ResponseConfig

Floats: TypeAlias = NDArray[np.float64]

# Signals of `hull_motion`, rad and m.
HEAVE, HEAVE_RATE, HEAVE_ACCELERATION, ROLL, ROLL_RATE, PITCH, PITCH_RATE = range(7)


def _column(rows: tuple[ResponseConfig, ...], name: str, frequencies: Floats) -> Floats:
    table = [getattr(row, name) for row in rows]
    known = [row.frequency_rad_s for row in rows]
    column: Floats = np.interp(frequencies, known, table)
    return column


def hull_motion(model: BargeModel, sea: Sea, heading_deg: float) -> Harmonics:
    """Heave, roll and pitch and their rates in `sea`, columns as named above.

    Between head and beam seas heave is blended by energy, pitch goes with the cosine
    and roll with the sine of the relative heading. Angles follow the wave's slope,
    a quarter of a period from its elevation.
    """
    relative = math.radians(sea.direction_deg - heading_deg)
    along, across = math.cos(relative), math.sin(relative)
    w = sea.frequencies_rad_s
    heave = np.hypot(
        _column(model.response, "head_heave_m", w) * along,
        _column(model.response, "beam_heave_m", w) * across,
    )
    pitch = np.radians(_column(model.response, "head_pitch_deg", w)) * along
    roll = np.radians(_column(model.response, "beam_roll_deg", w)) * across
    wave = sea.amplitudes_m * np.exp(1j * sea.phases_rad)
    heave_c, roll_c, pitch_c = wave * heave, 1j * wave * roll, 1j * wave * pitch
    columns = (
        heave_c,
        1j * w * heave_c,
        -(w**2) * heave_c,
        roll_c,
        1j * w * roll_c,
        pitch_c,
        1j * w * pitch_c,
    )
    return Harmonics(w, np.stack(columns, axis=1))
