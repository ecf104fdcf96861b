"""A vehicle and a deck on paths given by formulas, and one computer's sensors and navigation.

Nothing of the plant is used: velocities and rates are differences in time of the formulas,
attitudes the eigenvectors of their matrices, independent of the simulator's own kernels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_sim.barge.beacon import (
    BeaconAir,
    BeaconParameters,
    beacon_parameters,
    make_beacon,
    send_beacon,
)
from firmware_sim.barge.deck import DeckState
from firmware_sim.environment.earth import earth_parameters, geodetic, make_site
from firmware_sim.faults import Faults
from firmware_sim.flight_software.interfaces import Readings, Site, Solution
from firmware_sim.flight_software.navigation import (
    NavigationParameters,
    NavigationState,
    align,
    navigate,
    navigation_parameters,
)
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, dtype_of, make, record_in, restore, save
from firmware_sim.vehicle.sensors import (
    SensorParameters,
    SensorState,
    make_sensors,
    sense,
    sensor_parameters,
)
from firmware_sim.vehicle.state import (
    ATTITUDE,
    FUEL,
    OXIDIZER,
    POSITION,
    RATE,
    VELOCITY,
    VehicleState,
)
from gcs.config.simulation import SimulatedBeacon
from gcs.config.vehicle import VehicleModel
from tests.helpers.ships import shipped_barge

CYCLE_NS = 10_000_000
OXIDIZER_KG, FUEL_KG = 5000.0, 1400.0
CG_M = 9.4231
"""Of the hop vehicle with that much propellant, by its file."""
DECK_M = 3.5
LATITUDE_DEG = 36.6
HEADING_RAD = 0.6

Along = Callable[[Floats], Floats]


def upright(t: Floats) -> Floats:
    """No lean at any time."""
    return np.zeros((len(t), 2))


def free(t: Floats) -> Floats:
    """Never on the pad."""
    return np.zeros(len(t))


@dataclass(frozen=True)
class Path:
    """By time, s: centre of mass in L, m; the nose's lean north and east, rad; held or not."""

    cg_m: Along
    lean_rad: Along = upright
    held: Along = free
    burning: bool = False


@dataclass(frozen=True)
class DeckPath:
    """A deck that heaves and pitches by one wave of 7 s while it drifts slowly."""

    heave_m: float = 0.5
    pitch_rad: float = 0.03

    def position_m(self, t: Floats) -> Floats:
        """Of the deck's centre in L."""
        up = DECK_M + self.heave_m * np.sin(0.9 * t)
        return np.column_stack((0.02 * t, 0.5 * np.sin(0.1 * t), -up))


def standing(t: Floats) -> Floats:
    """Feet on a pad 700 m north of the site, 5 m up."""
    return np.tile([-700.0, 0.0, -5.0 - CG_M], (len(t), 1))


def descent(length_s: float, height_m: float = 1500.0, aside_m: float = 130.0) -> Path:
    """From rest high above a point beside the deck to rest on it, swaying on the way."""

    def cg_m(t: Floats) -> Floats:
        u = np.clip(t / length_s, 0.0, 1.0)
        left = 1.0 - u**3 * (10.0 - 15.0 * u + 6.0 * u * u)
        up = DECK_M + CG_M + height_m * left
        return np.column_stack((aside_m * left, 0.5 * aside_m * left, -up))

    def lean_rad(t: Floats) -> Floats:
        fade = np.clip((length_s - t) / 5.0, 0.0, 1.0)
        return fade[:, None] * np.column_stack(
            (0.08 * np.sin(0.5 * t), 0.06 * np.sin(0.37 * t + 1.0))
        )

    return Path(cg_m, lean_rad)


def body_axes(lean_rad: Floats) -> Floats:
    """Matrices whose columns are the body's axes in L; upright, y points east and z north."""
    nose = np.column_stack((np.sin(lean_rad), np.zeros(len(lean_rad))))
    nose[:, 2] = -np.sqrt(1.0 - np.sum(nose**2, axis=1))
    y = np.cross([1.0, 0.0, 0.0], nose)
    y /= np.linalg.norm(y, axis=1, keepdims=True)
    return np.stack((nose, y, np.cross(nose, y)), axis=2)


def quaternions(m: Floats) -> Floats:
    """Of rotation matrices, scalar first: eigenvectors, Bar-Itzhack (2000)."""
    k = np.zeros((len(m), 4, 4))
    k[:, 0, 0] = m[:, 0, 0] + m[:, 1, 1] + m[:, 2, 2]
    for i in range(3):
        j, n = (i + 1) % 3, (i + 2) % 3
        k[:, 0, i + 1] = m[:, n, j] - m[:, j, n]
        k[:, i + 1, i + 1] = m[:, i, i] - m[:, j, j] - m[:, n, n]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        k[:, i + 1, j + 1] = m[:, i, j] + m[:, j, i]
    q: Floats = np.linalg.eigh(k, UPLO="U")[1][:, :, 3]
    return q


class Truth:
    """The vehicle and the deck at every cycle of `length_s`; shared by flights of many seeds."""

    def __init__(self, path: Path, length_s: float, deck: DeckPath | None = None) -> None:
        self.site = make_site(LATITUDE_DEG, 121.3, DECK_M)
        self.path, self.deck_path = path, deck or DeckPath()
        self.t = np.arange(round(100 * length_s) + 1) / 100.0
        self.axes = body_axes(path.lean_rad(self.t))
        self.cg_m = path.cg_m(self.t)
        self.feet_m = self.cg_m - CG_M * self.axes[:, :, 0]
        self.velocity_m_s = _slope(path.cg_m, self.t)
        self.vehicles = np.zeros(len(self.t), dtype_of(VehicleState))
        self.decks = np.zeros(len(self.t), dtype_of(DeckState))
        self._fill_vehicles()
        self._fill_decks()

    def _fill_vehicles(self) -> None:
        v, x, m = self.vehicles, self.vehicles["x"], np.asarray(self.site.ned_from_earth)
        x[:, POSITION : POSITION + 3] = self.site.origin_m + self.cg_m @ m
        x[:, VELOCITY : VELOCITY + 3] = self.velocity_m_s @ m
        x[:, ATTITUDE : ATTITUDE + 4] = quaternions(m.T @ self.axes)
        x[:, RATE : RATE + 3] = self.rate_rad_s()
        x[:, OXIDIZER], x[:, FUEL] = OXIDIZER_KG, FUEL_KG
        v["time_ns"] = np.arange(len(self.t)) * CYCLE_NS
        v["held"] = self.path.held(self.t)
        v["engines"]["flow"][:, 0] = float(self.path.burning)
        v["out"]["cg_height_m"] = CG_M
        v["out"]["airspeed_m_s"] = np.linalg.norm(self.velocity_m_s, axis=1)
        earth = earth_parameters()
        for row in range(len(self.t)):
            place = x[row, POSITION : POSITION + 3]
            v["out"]["altitude_m"][row] = geodetic(earth, place)[2]

    def rate_rad_s(self) -> Floats:
        """Relative to inertial space, in B: the skew part of R^T dR/dt, and the Earth's rate."""
        turning = _slope(lambda t: body_axes(self.path.lean_rad(t)), self.t, 1e-4)
        skew = np.einsum("nji,njk->nik", self.axes, turning)
        own = np.column_stack((skew[:, 2, 1], skew[:, 0, 2], skew[:, 1, 0]))
        earth = np.asarray(self.site.ned_from_earth)[:, 2] * earth_parameters().rate_rad_s
        return own + np.einsum("nji,j->ni", self.axes, earth)

    def _fill_decks(self) -> None:
        d, path, t = self.decks, self.deck_path, self.t
        d["time_ns"] = np.arange(len(t)) * CYCLE_NS
        d["position_m"] = path.position_m(t)
        d["velocity_m_s"] = _slope(path.position_m, t)
        d["heave_m"] = -d["position_m"][:, 2] - DECK_M
        d["heave_rate_m_s"] = -d["velocity_m_s"][:, 2]
        pitch = path.pitch_rad * np.sin(0.9 * t + 0.5)
        d["pitch_rad"], d["heading_rad"] = pitch, HEADING_RAD
        c, s, zero, one = np.cos(pitch), np.sin(pitch), np.zeros(len(t)), np.ones(len(t))
        nod = np.array([[c, zero, s], [zero, one, zero], [-s, zero, c]]).transpose(2, 0, 1)
        c, s = np.cos(HEADING_RAD), np.sin(HEADING_RAD)
        d["ned_from_deck"] = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]) @ nod


def _slope(along: Along, t: Floats, step_s: float = 1e-3) -> Floats:
    result: Floats = (along(t + step_s) - along(t - step_s)) / (2.0 * step_s)
    return result


class Rig(Record):
    """All records of one computer on a known path."""

    sensors: SensorState
    sensing: SensorParameters
    air: BeaconAir
    sending: BeaconParameters
    site: Site
    faults: Faults
    readings: Readings
    navigation: NavigationState
    told: NavigationParameters
    solution: Solution


_RIG = dtype_of(Rig)


@kernel
def _run(
    vehicles: NDArray[np.void],
    decks: NDArray[np.void],
    rigs: NDArray[np.void],
    computer: int,
    first: int,
    last: int,
) -> None:
    rig = rigs[0]
    for row in range(first, last):
        vehicle, deck, now_ns = vehicles[row], decks[row], row * CYCLE_NS
        send_beacon(rig.air, rig.sending, deck, now_ns)
        sense(
            rig.sensors,
            rig.sensing,
            vehicle,
            deck,
            rig.air,
            rig.site,
            rig.faults,
            computer,
            rig.readings,
            now_ns,
        )
        navigate(rig.navigation, rig.readings, rig.told, now_ns, rig.solution)


class Flight:
    """One computer along a known path; errors are believed minus true, as of the last cycle."""

    def __init__(
        self,
        truth: Truth,
        model: VehicleModel,
        seed: int = 1,
        computer: int = 0,
        beacon: SimulatedBeacon | None = None,
    ) -> None:
        self.truth, self.computer, self.cycles = truth, computer, 0
        self._block = np.zeros(1, _RIG)
        self.rig = rig = record_in(Rig, self._block)
        barge, sent = shipped_barge(), beacon or SimulatedBeacon()
        assert barge.model is not None
        rig.site = truth.site
        rig.sensing = sensor_parameters(model, barge.deck, sent)
        rig.sending = beacon_parameters(barge.model, sent)
        rig.told = navigation_parameters(model, truth.site, barge, sent)
        make_sensors(rig.sensors, rig.sensing, seed, computer)
        make_beacon(rig.air, seed)
        start = make(VehicleState)
        restore(start, truth.vehicles[0].tobytes())
        align(rig.navigation, rig.told, start, seed, computer)

    @property
    def solution(self) -> Solution:
        """What the computer believes."""
        return self.rig.solution

    @property
    def readings(self) -> Readings:
        """What its sensors gave."""
        return self.rig.readings

    def run(self, seconds: float) -> None:
        """So many cycles on, to the path's end at most."""
        last = min(self.cycles + round(100 * seconds), len(self.truth.t))
        _run(self.truth.vehicles, self.truth.decks, self._block, self.computer, self.cycles, last)
        self.cycles = last

    def saved(self) -> bytes:
        """All that changes and does not."""
        return save(self.rig)

    @property
    def row(self) -> int:
        """Of the last cycle in the truth."""
        return self.cycles - 1

    @property
    def position_error_m(self) -> Floats:
        """Of the feet in L."""
        return np.asarray(self.solution.position_m) - self.truth.feet_m[self.row]

    @property
    def velocity_error_m_s(self) -> Floats:
        """Of the centre of mass in L."""
        return np.asarray(self.solution.velocity_m_s) - self.truth.velocity_m_s[self.row]

    @property
    def relative_error_m(self) -> Floats:
        """Of the feet from the deck's centre in L."""
        deck_m = self.truth.decks["position_m"][self.row]
        return np.asarray(self.solution.relative_m) - (self.truth.feet_m[self.row] - deck_m)

    @property
    def height_error_m(self) -> float:
        """Of the feet over the deck's plane."""
        deck = self.truth.decks[self.row]
        down = deck["ned_from_deck"][:, 2]
        relative = self.truth.feet_m[self.row] - deck["position_m"]
        return float(self.solution.height_m + relative @ down / down[2])

    @property
    def tilt_error_rad(self) -> float:
        """Angle between the believed and the true body axis."""
        w, x, y, z = self.solution.attitude
        nose = np.array([1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)])
        return float(np.linalg.norm(np.cross(nose, self.truth.axes[self.row, :, 0])))

    def covariance(self, *first: int) -> Floats:
        """The filter's covariance of blocks of three states."""
        index = np.concatenate([np.arange(i, i + 3) for i in first])
        return np.asarray(self.rig.navigation.covariance)[np.ix_(index, index)]
