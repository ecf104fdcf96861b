"""How the hull answers the waves: first-order motion, and slow forces of second order."""

from __future__ import annotations

import math
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firmware_sim.environment.sea import MAX_COMPONENTS, Sea
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record
from gcs.config.barge import DRIFTS, MOTIONS, HullFile

Complex: TypeAlias = NDArray[np.complex128]

HEADINGS = 72
"""Ship headings at which a component's responses are kept."""
SURGE, SWAY, HEAVE, ROLL, PITCH, YAW = range(6)
RATES = 6
"""Where the rates of the six motions begin in an array of motion."""
_FORE_AFT = np.array([-1.0, 1.0, 1.0, 1.0, -1.0, -1.0])
"""Motions that change sign when a wave comes from abaft instead of ahead."""
_PORT_STARBOARD = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
_FORE_AFT_DRIFT = np.array([-1.0, 1.0, -1.0])
_PORT_STARBOARD_DRIFT = np.array([1.0, -1.0, -1.0])


class Response(Record):
    """Responses to each component of a sea, at headings 5 deg apart from north on.

    `motion` holds real and imaginary parts (six each) of the six motions of the centre of
    mass, times the amplitude: the motion is Re(response exp(i angle)) with the component's
    angle k.x - w t + phase. `drift` holds roots of the mean forces in surge, sway and yaw,
    with their signs, times the amplitude. `count` components are long enough to matter.
    """

    count: int
    motion: Annotated[Floats, (HEADINGS, MAX_COMPONENTS, 12)]
    drift: Annotated[Floats, (HEADINGS, MAX_COMPONENTS, 3)]


class Phases(Record):
    """Cosine and sine of each component's angle at one place and time."""

    cosine: Annotated[Floats, MAX_COMPONENTS]
    sine: Annotated[Floats, MAX_COMPONENTS]


class Table:
    """A hull's responses over frequency and wave direction, all around."""

    def __init__(self, hull: HullFile) -> None:
        self._frequency = np.array(hull.frequencies_rad_s)
        self._from = np.radians([row.from_deg for row in hull.heading])
        self._motion = _motion_table(hull)
        self._drift = np.array(
            [np.transpose([getattr(row, name) for name in DRIFTS]) for row in hull.heading]
        )

    @property
    def highest_rad_s(self) -> float:
        """The last frequency of the table; shorter waves do not move the hull."""
        return float(self._frequency[-1])

    def motion(self, frequency_rad_s: Floats, from_rad: Floats) -> Complex:
        """Complex responses, m/m and rad/m, shape (..., 6); a lag is a positive phase."""
        angle, sign = self._folded(from_rad, _FORE_AFT, _PORT_STARBOARD)
        found: Complex = sign * self._interpolated(self._motion, frequency_rad_s, angle)
        return found

    def drift(self, frequency_rad_s: Floats, from_rad: Floats) -> Floats:
        """Mean forces and moment, N/m2 and N m/m2, shape (..., 3)."""
        angle, sign = self._folded(from_rad, _FORE_AFT_DRIFT, _PORT_STARBOARD_DRIFT)
        found: Floats = sign * self._interpolated(self._drift, frequency_rad_s, angle)
        return found

    def _folded(
        self, from_rad: Floats, fore_aft: Floats, port_starboard: Floats
    ) -> tuple[Floats, Floats]:
        """The angle within the table, and the signs that its symmetry gives."""
        angle = np.remainder(from_rad + np.pi, 2.0 * np.pi) - np.pi
        sign = np.where((angle < 0.0)[..., None], port_starboard, 1.0)
        angle = np.abs(angle)
        abaft = angle > self._from[-1]
        sign = sign * np.where(abaft[..., None], fore_aft, 1.0)
        return np.where(abaft, np.pi - angle, angle), sign

    def _interpolated(self, table: NDArray[Any], frequency: Floats, angle: Floats) -> Any:
        """Linear in both; nothing over the highest frequency, the lowest row below the first."""
        row, across = _place(self._from, angle)
        column, along = _place(self._frequency, frequency)
        across, along = across[..., None], along[..., None]
        low = table[row, column] * (1.0 - along) + table[row, column + 1] * along
        high = table[row + 1, column] * (1.0 - along) + table[row + 1, column + 1] * along
        inside = (frequency <= self._frequency[-1])[..., None]
        return np.where(inside, low * (1.0 - across) + high * across, 0.0)


def _motion_table(hull: HullFile) -> Complex:
    rows = []
    for row in hull.heading:
        amplitude = np.array([getattr(row, motion) for motion in MOTIONS])
        lag = np.radians([getattr(row, f"{motion}_lag_deg") for motion in MOTIONS])
        amplitude[ROLL:] = np.radians(amplitude[ROLL:])
        rows.append((amplitude * np.exp(1j * lag)).T)
    return np.array(rows)


def _place(grid: Floats, value: Floats) -> tuple[NDArray[np.int64], Floats]:
    """The interval of each value, and the share of the way through it, within the grid."""
    index = np.clip(np.searchsorted(grid, value) - 1, 0, len(grid) - 2)
    share = (value - grid[index]) / (grid[index + 1] - grid[index])
    return index, np.clip(share, 0.0, 1.0)


def fill_response(response: Response, table: Table, sea: Sea) -> None:
    """Tabulate the hull's responses to each component of the sea."""
    count = int(np.searchsorted(sea.frequency_rad_s[: sea.count], table.highest_rad_s))
    frequency, amplitude = sea.frequency_rad_s[:count], sea.amplitude_m[:count, None]
    response.count = count
    for i in range(HEADINGS):
        relative = sea.from_rad[:count] - 2.0 * math.pi * i / HEADINGS
        motion = table.motion(frequency, relative) * amplitude
        drift = table.drift(frequency, relative)
        response.motion[i, :count, :6] = motion.real
        response.motion[i, :count, 6:] = motion.imag
        response.drift[i, :count] = np.sign(drift) * np.sqrt(np.abs(drift)) * amplitude


@kernel
def find_phases(
    phases: Phases, sea: Sea, count: int, north_m: float, east_m: float, now_ns: int
) -> None:
    """The first `count` components' angles at a place and time."""
    time_s = 1e-9 * now_ns
    for i in range(count):
        angle = (
            sea.north_rad_m[i] * north_m
            + sea.east_rad_m[i] * east_m
            - sea.frequency_rad_s[i] * time_s
            + sea.phase_rad[i]
        )
        phases.cosine[i] = math.cos(angle)
        phases.sine[i] = math.sin(angle)


@kernel
def sum_motion(
    response: Response,
    sea: Sea,
    phases: Phases,
    heading_rad: float,
    velocity: tuple[float, float, float],
    motion: Floats,
) -> None:
    """Six motions and their rates (m, rad, /s) at a heading, into `motion`, twelve.

    `velocity` is that of the slow motion: to north, to east, and of the heading. Waves are
    met more often by a ship that goes toward them.
    """
    north_m_s, east_m_s, turning_rad_s = velocity
    turn = heading_rad / (2.0 * math.pi) * HEADINGS
    whole = math.floor(turn)
    share, share_rate = turn - whole, turning_rad_s / (2.0 * math.pi) * HEADINGS
    low, high = response.motion[whole % HEADINGS], response.motion[(whole + 1) % HEADINGS]
    motion[:] = 0.0
    for i in range(response.count):
        cosine, sine = phases.cosine[i], phases.sine[i]
        met_rad_s = (
            sea.frequency_rad_s[i] - sea.north_rad_m[i] * north_m_s - sea.east_rad_m[i] * east_m_s
        )
        for k in range(6):
            more_real, more_imaginary = high[i, k] - low[i, k], high[i, 6 + k] - low[i, 6 + k]
            real = low[i, k] + share * more_real
            imaginary = low[i, 6 + k] + share * more_imaginary
            motion[k] += real * cosine - imaginary * sine
            motion[RATES + k] += met_rad_s * (real * sine + imaginary * cosine) + share_rate * (
                more_real * cosine - more_imaginary * sine
            )


@kernel
def sum_drift(response: Response, phases: Phases, heading_rad: float, force: Floats) -> None:
    """Slow drift in surge, sway (N) and yaw (N m) by Newman's approximation.

    Newman (1974): the quadratic transfer function between two components is the
    geometric mean of their mean forces, so that the slow force is the squared modulus
    of one sum; its mean is the sum of amplitude^2 x mean force.
    """
    turn = heading_rad / (2.0 * math.pi) * HEADINGS
    root = response.drift[math.floor(turn + 0.5) % HEADINGS]
    for k in range(3):
        ahead_cosine, ahead_sine, astern_cosine, astern_sine = 0.0, 0.0, 0.0, 0.0
        for i in range(response.count):
            value = root[i, k]
            if value > 0.0:
                ahead_cosine += value * phases.cosine[i]
                ahead_sine += value * phases.sine[i]
            else:
                astern_cosine += value * phases.cosine[i]
                astern_sine += value * phases.sine[i]
        force[k] = (ahead_cosine**2 + ahead_sine**2) - (astern_cosine**2 + astern_sine**2)
