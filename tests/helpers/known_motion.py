"""A vehicle and a deck on paths given by formulas, with every sensor and computer of the flight.

Nothing of the plant is used: attitude, rates and velocities follow from the formulas by
differences in time, independent of the simulator's own kernels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firmware_sim.barge.beacon import (
    BeaconAir,
    beacon_parameters,
    make_beacon,
    send_beacon,
)
from firmware_sim.barge.deck import DeckState
from firmware_sim.environment.earth import earth_parameters, geodetic, make_site
from firmware_sim.faults import Faults
from firmware_sim.flight_software.interfaces import Readings, Solution
from firmware_sim.flight_software.navigation import (
    NavigationState,
    align,
    navigate,
    navigation_parameters,
)
from firmware_sim.records import make
from firmware_sim.vehicle.sensors import SensorState, make_sensors, sense, sensor_parameters
from firmware_sim.vehicle.state import (
    ATTITUDE,
    FUEL,
    OXIDIZER,
    POSITION,
    RATE,
    VELOCITY,
    VehicleState,
)
from gcs.config.barge import BargeFile
from gcs.config.simulation import SimulatedBeacon
from gcs.config.vehicle import VehicleModel

CYCLE_NS = 10_000_000
CG_M = 10.0

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Path:
    """Feet in L, m, and the nose's lean north and east, rad, by time in s."""

    feet_m: Callable[[float], Vector]
    lean_rad: Callable[[float], tuple[float, float]] = lambda t: (0.0, 0.0)


def standing(t: float) -> Vector:
    """On a pad 700 m north of the site, 5 m up."""
    return np.array([-700.0, 0.0, -5.0])


def descent(length_s: float, height_m: float = 1500.0, aside_m: float = 130.0) -> Path:
    """From rest high above a point beside the site to rest on the deck, swaying on the way."""

    def feet_m(t: float) -> Vector:
        u = min(max(t / length_s, 0.0), 1.0)
        left = 1.0 - u**3 * (10.0 - 15.0 * u + 6.0 * u * u)
        return np.array([aside_m * left, 0.5 * aside_m * left, -3.5 - height_m * left])

    def lean_rad(t: float) -> tuple[float, float]:
        fade = min(1.0, max(0.0, (length_s - t) / 5.0))
        return 0.08 * fade * math.sin(0.5 * t), 0.06 * fade * math.sin(0.37 * t + 1.0)

    return Path(feet_m, lean_rad)


def body_axes(lean_north: float, lean_east: float) -> Vector:
    """Columns: the body axes in L; upright, y points east and z north."""
    nose = np.array([math.sin(lean_north), math.sin(lean_east), 0.0])
    nose[2] = -math.sqrt(1.0 - nose @ nose)
    z = np.array([1.0, 0.0, 0.0])
    y = np.cross(z, nose)
    y /= np.linalg.norm(y)
    return np.column_stack((nose, y, np.cross(nose, y)))


def quaternion(m: Vector) -> Vector:
    """Of a rotation matrix, scalar first: the eigenvector of Bar-Itzhack (2000)."""
    k = np.array(
        [
            [m[0, 0] + m[1, 1] + m[2, 2], m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]],
            [0, m[0, 0] - m[1, 1] - m[2, 2], m[0, 1] + m[1, 0], m[0, 2] + m[2, 0]],
            [0, 0, m[1, 1] - m[0, 0] - m[2, 2], m[1, 2] + m[2, 1]],
            [0, 0, 0, m[2, 2] - m[0, 0] - m[1, 1]],
        ]
    )
    q: Vector = np.linalg.eigh(k, UPLO="U")[1][:, 3]
    return q if q[0] >= 0.0 else -q


@dataclass
class Flight:
    """One computer of a vehicle on a known path over a known deck."""

    model: VehicleModel
    barge: BargeFile
    path: Path
    seed: int = 1
    computer: int = 0
    held: bool = False
    beacon: SimulatedBeacon = field(default_factory=SimulatedBeacon)
    heave_m: float = 0.5
    pitch_rad: float = 0.03

    def __post_init__(self) -> None:
        assert self.barge.model is not None
        self.site = make_site(36.6, 121.3, self.barge.deck.height_m)
        self.vehicle, self.deck, self.air = make(VehicleState), make(DeckState), make(BeaconAir)
        self.sensors, self.faults = make(SensorState), make(Faults)
        self.readings, self.navigation = make(Readings), make(NavigationState)
        self.solution = make(Solution)
        self.sensing = sensor_parameters(self.model, self.barge.deck, self.beacon)
        self.sending = beacon_parameters(self.barge.model, self.beacon)
        self.told = navigation_parameters(self.model, self.site, self.barge, self.beacon)
        make_sensors(self.sensors, self.sensing, self.seed, self.computer)
        make_beacon(self.air, self.seed)
        self.now_ns = 0
        self.place()
        align(self.navigation, self.told, self.vehicle, self.seed, self.computer)

    def place(self) -> None:
        """Put vehicle and deck where they are now."""
        t, v = 1e-9 * self.now_ns, self.vehicle
        to_earth = np.asarray(self.site.ned_from_earth).T
        axes, feet = body_axes(*self.path.lean_rad(t)), self.path.feet_m(t)
        v.x[POSITION : POSITION + 3] = self.site.origin_m + to_earth @ self.cg_m(t)
        step = 1e-3
        speed = (self.cg_m(t + step) - self.cg_m(t - step)) / (2.0 * step)
        v.x[VELOCITY : VELOCITY + 3] = to_earth @ speed
        v.x[ATTITUDE : ATTITUDE + 4] = quaternion(to_earth @ axes)
        v.x[RATE : RATE + 3] = self.rate_rad_s(t)
        v.x[OXIDIZER], v.x[FUEL] = 5000.0, 1400.0
        v.out.cg_height_m = CG_M
        _, _, v.out.altitude_m = geodetic(earth_parameters(), v.x[POSITION : POSITION + 3])
        v.out.airspeed_m_s = float(np.linalg.norm(speed))
        v.out.feet_ned_m[:] = feet
        v.held, v.time_ns = int(self.held), self.now_ns
        self._place_deck(t)

    def cg_m(self, t: float) -> Vector:
        """The centre of mass in L."""
        return self.path.feet_m(t) + CG_M * body_axes(*self.path.lean_rad(t))[:, 0]

    def rate_rad_s(self, t: float) -> Vector:
        """Relative to inertial space, in B: the skew part of R^T dR/dt, and the Earth's rate."""
        step = 1e-4
        axes = body_axes(*self.path.lean_rad(t))
        ahead, behind = (body_axes(*self.path.lean_rad(t + d)) for d in (step, -step))
        skew = axes.T @ (ahead - behind) / (2.0 * step)
        own = np.array([skew[2, 1], skew[0, 2], skew[1, 0]])
        earth = np.asarray(self.site.ned_from_earth)[:, 2] * earth_parameters().rate_rad_s
        result: Vector = own + axes.T @ earth
        return result

    def _place_deck(self, t: float) -> None:
        d, w = self.deck, 0.9
        d.time_ns = self.now_ns
        d.heave_m = self.heave_m * math.sin(w * t)
        d.heave_rate_m_s = self.heave_m * w * math.cos(w * t)
        d.position_m[:] = (0.02 * t, 0.5 * math.sin(0.1 * t), -self.barge.deck.height_m - d.heave_m)
        d.velocity_m_s[:] = (0.02, 0.05 * math.cos(0.1 * t), -d.heave_rate_m_s)
        d.pitch_rad, d.heading_rad = self.pitch_rad * math.sin(w * t + 0.5), 0.6
        c, s = math.cos(d.heading_rad), math.sin(d.heading_rad)
        cp, sp = math.cos(d.pitch_rad), math.sin(d.pitch_rad)
        yaw = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
        d.ned_from_deck[:] = yaw @ np.array([[cp, 0.0, sp], [0.0, 1.0, 0.0], [-sp, 0.0, cp]])

    def cycle(self) -> None:
        """Sense and navigate now, then go on by a cycle."""
        self.place()
        send_beacon(self.air, self.sending, self.deck, self.now_ns)
        sense(
            self.sensors,
            self.sensing,
            self.vehicle,
            self.deck,
            self.air,
            self.site,
            self.faults,
            self.computer,
            self.readings,
            self.now_ns,
        )
        navigate(self.navigation, self.readings, self.told, self.now_ns, self.solution)
        self.now_ns += CYCLE_NS

    def run(self, length_s: float) -> None:
        """Many cycles."""
        for _ in range(round(100 * length_s)):
            self.cycle()

    # --- How wrong the solution is, as of the last cycle ---

    def position_error_m(self) -> Vector:
        """Of the feet in L."""
        t = 1e-9 * (self.now_ns - CYCLE_NS)
        return np.asarray(self.solution.position_m) - self.path.feet_m(t)

    def velocity_error_m_s(self) -> Vector:
        """Of the centre of mass in L."""
        truth = np.asarray(self.site.ned_from_earth) @ self.vehicle.x[VELOCITY : VELOCITY + 3]
        return np.asarray(self.solution.velocity_m_s) - truth

    def relative_error_m(self) -> Vector:
        """Of the feet relative to the deck's centre in L."""
        t = 1e-9 * (self.now_ns - CYCLE_NS)
        truth = self.path.feet_m(t) - np.asarray(self.deck.position_m)
        return np.asarray(self.solution.relative_m) - truth

    def height_error_m(self) -> float:
        """Of the feet over the deck's plane."""
        t = 1e-9 * (self.now_ns - CYCLE_NS)
        down = np.asarray(self.deck.ned_from_deck)[:, 2]
        relative = self.path.feet_m(t) - np.asarray(self.deck.position_m)
        return self.solution.height_m + float(relative @ down) / float(down[2])

    def tilt_error_rad(self) -> float:
        """Angle between the believed and the true body axis."""
        w, x, y, z = self.solution.attitude
        nose = np.array([1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)])
        t = 1e-9 * (self.now_ns - CYCLE_NS)
        truth = body_axes(*self.path.lean_rad(t))[:, 0]
        return float(np.linalg.norm(np.cross(nose, truth)))
