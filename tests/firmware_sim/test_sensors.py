"""Every sensor measures what it should, where it sits, when it says, and as wrongly as it says."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from firmware_sim.faults import FOREVER_NS, Fault, FaultKind, arm
from firmware_sim.records import Floats, restore
from gcs.config.simulation import SimulatedBeacon
from gcs.config.vehicle import VehicleModel
from tests.helpers.known_motion import (
    CG_M,
    CYCLE_NS,
    DECK_M,
    LATITUDE_DEG,
    DeckPath,
    Flight,
    Path,
    Truth,
    body_axes,
    descent,
    standing,
)
from tests.helpers.vehicles import changed_model, vehicle_model

HOP = "xzy1-hop"
EARTH_RATE_RAD_S = 7.292115e-5
PERFECT = {
    "accelerometer_bias_m_s2": 0.0,
    "accelerometer_noise_m_s2": 0.0,
    "accelerometer_scale": 0.0,
    "gyro_bias_rad_s": 0.0,
    "gyro_noise_rad_s": 0.0,
    "alignment_rad": 0.0,
    "gnss_position_m": 0.0,
    "gnss_noise_m": 0.0,
    "gnss_velocity_m_s": 0.0,
    "gnss_dropout": 0.0,
    "baro_bias_m": 0.0,
    "baro_noise_m": 0.0,
    "radar_noise_m": 0.0,
    "gauge_share": 0.0,
}
QUIET_BEACON = SimulatedBeacon(dropout=0.0, relative_sigma_m=0.0)


@cache
def perfect() -> VehicleModel:
    return changed_model(HOP, {"sensors": PERFECT})


@cache
def on_pad(length_s: float) -> Truth:
    return Truth(Path(standing, held=lambda t: np.ones(len(t))), length_s)


@cache
def descending(burning: bool = False) -> Truth:
    path = descent(40.0, aside_m=0.0)
    return Truth(Path(path.cg_m, path.lean_rad, burning=burning), 40.0)


def series(flight: Flight, seconds: float, *names: str) -> list[Floats]:
    """The named readings of every cycle to come."""
    rows: list[list[Floats]] = [[] for _ in names]
    for _ in range(round(100 * seconds)):
        flight.run(0.01)
        for row, name in zip(rows, names, strict=True):
            row.append(np.array(getattr(flight.readings, name), dtype=np.float64))
    return [np.array(row) for row in rows]


def normal_gravity_m_s2(latitude_rad: float, height_m: float) -> float:
    """Somigliana's formula and the free-air gradient; WGS 84, NIMA TR8350.2, eq. 4-1."""
    square = math.sin(latitude_rad) ** 2
    surface = 9.7803253359 * (1.0 + 0.00193185265241 * square)
    return surface / math.sqrt(1.0 - 0.00669437999014 * square) - 3.086e-6 * height_m


# --- IMU ---


def test_at_rest_on_the_pad_the_imu_feels_gravity_along_the_axis_and_the_earths_turning() -> None:
    flight = Flight(on_pad(5.0), perfect())
    flight.run(1.0)
    latitude = math.radians(LATITUDE_DEG)
    expected = normal_gravity_m_s2(latitude, 5.0 + perfect().sensors.imu_height_m)
    assert flight.readings.specific_force_m_s2[0] == pytest.approx(expected, abs=2e-4)
    # 700 m from the site its vertical leans by 1.1e-4 rad; J2 alone leaves some 1e-5.
    assert np.asarray(flight.readings.specific_force_m_s2)[1:] == pytest.approx([0, 0], abs=2e-3)
    up, north = math.sin(latitude), math.cos(latitude)
    rate = np.asarray(flight.readings.rate_rad_s) / EARTH_RATE_RAD_S
    assert rate == pytest.approx([up, 0.0, north], abs=1e-3)


def test_turning_about_the_centre_of_mass_the_imu_feels_its_lever_arm() -> None:
    """r = 5 m forward of it: -w^2 r along the axis, dw/dt r across."""
    swing, w = 0.2, 2.0

    def lean_rad(t: Floats) -> Floats:
        return np.column_stack((swing * np.sin(w * t), np.zeros(len(t))))

    truth = Truth(Path(lambda t: np.tile([0.0, 0.0, -500.0], (len(t), 1)), lean_rad), 8.0)
    flight = Flight(truth, perfect())
    flight.run(2.0)
    force, rate = series(flight, 5.0, "specific_force_m_s2", "rate_rad_s")
    middle_s = truth.t[flight.row - len(force) + 1 : flight.row + 1] - 0.005
    angle = np.arcsin(np.sin(swing * np.sin(w * middle_s)))
    turning = swing * w * np.cos(w * middle_s)
    gaining = -swing * w * w * np.sin(w * middle_s)
    arm_m = perfect().sensors.imu_height_m - CG_M
    g = normal_gravity_m_s2(math.radians(LATITUDE_DEG), 505.0)
    assert force[:, 0] == pytest.approx(g * np.cos(angle) - turning**2 * arm_m, abs=2e-3)
    # z of B points north where the vehicle is upright, and the nose falls towards it.
    assert force[:, 2] == pytest.approx(-g * np.sin(angle) + gaining * arm_m, abs=4e-3)
    assert rate[:, 1] == pytest.approx(-turning, abs=2e-4)


def test_imu_errors_have_the_sigmas_of_the_file() -> None:
    model = vehicle_model(HOP)
    biases, noises = [], []
    for seed in range(12):
        flight = Flight(on_pad(5.0), model, seed, computer=seed % 3)
        quiet = Flight(on_pad(5.0), perfect(), seed)
        quiet.run(0.1)
        flight.run(0.1)
        (force,) = series(flight, 2.0, "specific_force_m_s2")
        biases.append(force.mean(axis=0) - np.asarray(quiet.readings.specific_force_m_s2))
        noises.append(force.std(axis=0))
    assert np.std(biases) == pytest.approx(model.sensors.accelerometer_bias_m_s2, rel=0.35)
    assert np.mean(noises) == pytest.approx(model.sensors.accelerometer_noise_m_s2, rel=0.05)


# --- GNSS ---


def test_gnss_gives_the_antennas_place_of_80_ms_ago_five_times_a_second() -> None:
    truth = descending()
    flight = Flight(truth, perfect())
    new, taken, place, speed = series(
        flight, 30.0, "gnss_new", "gnss_time_ns", "gnss_position_m", "gnss_velocity_m_s"
    )
    cycles = np.flatnonzero(new)
    assert set(np.diff(cycles)) == {20}
    measured = (taken[cycles] // CYCLE_NS).astype(int)
    assert set(cycles - measured) == {8}
    arm_m = perfect().sensors.gnss_height_m - CG_M
    to_local = np.asarray(truth.site.ned_from_earth)
    believed = (place[cycles] - truth.site.origin_m) @ to_local.T
    antenna = truth.cg_m + arm_m * truth.axes[:, :, 0]
    assert np.abs(believed - antenna[measured]).max() < 1e-6
    slope = np.gradient(antenna, 0.01, axis=0)[measured]
    assert np.abs(speed[cycles] @ to_local.T - slope).max() < 0.01


def test_gnss_drops_out_as_often_as_the_file_says() -> None:
    model = changed_model(HOP, {"sensors": {"gnss_dropout": 0.3}})
    flight = Flight(on_pad(200.0), model)
    (new,) = series(flight, 100.0, "gnss_new")
    assert new.sum() / 500.0 == pytest.approx(0.7, abs=0.05)


def test_the_satellites_error_is_common_to_the_computers_and_receiver_noise_is_not() -> None:
    errors = []
    for computer in range(3):
        flight = Flight(on_pad(200.0), vehicle_model(HOP), 5, computer)
        new, place = series(flight, 60.0, "gnss_new", "gnss_position_m")
        errors.append(place[np.flatnonzero(new)[:200]].mean(axis=0))
    spread = np.std(errors, axis=0)
    assert spread.max() < 0.1
    truth = np.asarray(on_pad(200.0).vehicles["x"])[0, :3]
    assert np.linalg.norm(errors[0] - truth - (errors[1] - truth)) < 0.2


# --- Barometer and radar ---


def test_the_barometer_is_silent_above_40_km() -> None:
    def climb(t: Floats) -> Floats:
        return np.column_stack((0 * t, 0 * t, -39_900.0 - 100.0 * t))

    flight = Flight(Truth(Path(climb), 3.0), perfect())
    (new,) = series(flight, 3.0, "baro_new")
    assert new[:90].sum() > 10
    assert new[110:].sum() == 0


def test_the_radar_sees_the_step_from_water_to_deck() -> None:
    """Crossing the deck's edge at a steady height over the water."""

    def across(t: Floats) -> Floats:
        return np.column_stack((0 * t, 0 * t, -60.0 - CG_M + 0 * t)) + np.outer(
            80.0 - 8.0 * t, [math.cos(0.6), math.sin(0.6), 0.0]
        )

    truth = Truth(Path(across), 12.0, DeckPath(heave_m=0.0, pitch_rad=0.0))
    flight = Flight(truth, perfect())
    new, ranges = series(flight, 12.0, "radar_new", "radar_range_m")
    seen, ahead = ranges[new > 0], (80.0 - 8.0 * truth.t[:-1])[new > 0]
    over = np.abs(ahead) < 45.0
    assert seen[over] == pytest.approx(60.0 - DECK_M, abs=0.05)
    assert seen[ahead > 46.5].mean() == pytest.approx(60.0, abs=0.3)
    assert new.sum() == pytest.approx(12.0 * 20.0, abs=1)


def test_the_radar_is_blind_near_the_deck_only_while_engines_burn() -> None:
    for burning, lowest_m in ((False, 2.0), (True, perfect().sensors.radar_blind_m)):
        flight = Flight(descending(burning), perfect())
        new, ranges = series(flight, 40.0, "radar_new", "radar_range_m")
        seen = ranges[new > 0]
        assert seen.min() == pytest.approx(lowest_m, abs=1.5)
        assert seen.min() >= lowest_m


def test_on_the_deck_with_legs_that_gave_way_the_radar_does_not_see_the_water() -> None:
    def sunk(t: Floats) -> Floats:
        return np.tile([0.0, 0.0, -DECK_M - CG_M + 0.3], (len(t), 1))

    truth = Truth(Path(sunk), 3.0, DeckPath(heave_m=0.0, pitch_rad=0.0))
    (new,) = series(Flight(truth, perfect()), 3.0, "radar_new")
    assert new.sum() == 0


def test_the_radar_ends_at_its_range() -> None:
    model = changed_model(HOP, {"sensors": {**PERFECT, "radar_range_m": 400.0}})
    flight = Flight(descending(), model)
    new, ranges = series(flight, 40.0, "radar_new", "radar_range_m")
    assert 395.0 < ranges[new > 0].max() <= 400.0


# --- Beacon ---


def antennas_apart_m(truth: Truth, row: int) -> Floats:
    """From the vehicle's antenna to the deck's, by the attitudes of both."""
    deck = truth.decks[row]
    beacon = np.array([-35.0, 22.0, -3.0])
    arm_m = perfect().sensors.gnss_height_m - CG_M
    vehicle = truth.cg_m[row] + arm_m * truth.axes[row, :, 0]
    result: Floats = deck["position_m"] + deck["ned_from_deck"] @ beacon - vehicle
    return result


def test_the_beacon_is_measured_between_the_antennas_when_the_message_was_sampled() -> None:
    truth = descending()
    flight = Flight(truth, perfect(), beacon=QUIET_BEACON)
    new, sampled, relative = series(
        flight, 20.0, "beacon_new", "beacon_time_ns", "beacon_relative_m"
    )
    cycles = np.flatnonzero(new)
    assert len(cycles) > 150
    for cycle in cycles:
        row = int(sampled[cycle]) // CYCLE_NS
        assert relative[cycle] == pytest.approx(antennas_apart_m(truth, row), abs=1e-6)
    late_s = 0.01 * cycles - 1e-9 * sampled[cycles]
    assert late_s.mean() == pytest.approx(0.1, abs=0.02)


def test_the_relative_error_has_its_sigma_and_lasts() -> None:
    truth = on_pad(200.0)
    errors = []
    for seed in range(6):
        flight = Flight(truth, vehicle_model(HOP), seed)
        new, sampled, relative = series(
            flight, 90.0, "beacon_new", "beacon_time_ns", "beacon_relative_m"
        )
        rows = [int(at) // CYCLE_NS for at in sampled[new > 0]]
        errors.append(relative[new > 0] - [antennas_apart_m(truth, row) for row in rows])
    assert np.sqrt(np.mean(np.concatenate(errors) ** 2)) == pytest.approx(0.3, rel=0.15)
    soon = np.mean([(e[10:] * e[:-10]).mean() for e in errors])
    later = np.mean([(e[400:] * e[:-400]).mean() for e in errors])
    assert soon == pytest.approx(0.09 * 0.9, rel=0.35)
    assert abs(later) < 0.04


def test_out_of_range_no_beacon_is_heard() -> None:
    flight = Flight(descending(), perfect(), beacon=SimulatedBeacon(range_m=800.0))
    new, sampled = series(flight, 40.0, "beacon_new", "beacon_time_ns")
    first = int(sampled[np.flatnonzero(new)[0]]) // CYCLE_NS
    assert np.linalg.norm(antennas_apart_m(descending(), first)) == pytest.approx(800.0, abs=10.0)


# --- All together ---


def readings_of(flight: Flight, seconds: float) -> bytes:
    flight.run(seconds)
    return np.asarray(flight.readings).tobytes()


def test_the_same_seed_gives_the_same_readings_and_others_give_others() -> None:
    def read(seed: int, computer: int) -> bytes:
        return readings_of(Flight(descending(), vehicle_model(HOP), seed, computer), 20.0)

    assert read(3, 0) == read(3, 0)
    assert len({read(3, 0), read(3, 1), read(3, 2), read(4, 0)}) == 4


def test_restored_sensors_go_on_bit_for_bit() -> None:
    flight = Flight(descending(), vehicle_model(HOP))
    flight.run(10.0)
    saved, cycles = flight.saved(), flight.cycles
    flight.run(10.0)
    ahead = flight.saved()
    restore(flight.rig, saved)
    flight.cycles = cycles
    flight.run(10.0)
    assert flight.saved() == ahead


def channel(flight: Flight, name: str) -> Fault:
    fault: Fault = getattr(flight.rig.faults.sensors[0], name)
    return fault


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("imu_accel", "imu_new"),
        ("imu_gyro", "imu_new"),
        ("gnss_position", "gnss_new"),
        ("baro", "baro_new"),
        ("radar", "radar_new"),
        ("beacon", "beacon_new"),
    ],
)
def test_a_sensor_that_is_off_gives_nothing_and_comes_back(name: str, flag: str) -> None:
    flight = Flight(descending(), vehicle_model(HOP))
    arm(channel(flight, name), FaultKind.OFF, 10 * 10**9, 12 * 10**9)
    (new,) = series(flight, 14.0, flag)
    assert new[:1000].sum() > 0
    assert new[1010:1200].sum() == 0
    assert new[1220:].sum() > 0


@pytest.mark.parametrize(
    ("name", "reading", "bias"),
    [
        ("imu_accel", "specific_force_m_s2", 2.0),
        ("imu_gyro", "rate_rad_s", 0.1),
        ("gnss_position", "gnss_position_m", 50.0),
        ("gnss_velocity", "gnss_velocity_m_s", 5.0),
        ("baro", "baro_altitude_m", 100.0),
        ("radar", "radar_range_m", 30.0),
        ("beacon", "beacon_relative_m", 20.0),
        ("gauges", "oxidizer_kg", 500.0),
    ],
)
def test_a_biased_sensor_is_wrong_by_its_bias(name: str, reading: str, bias: float) -> None:
    healthy, biased = (Flight(descending(), vehicle_model(HOP)) for _ in range(2))
    fault = channel(biased, name)
    arm(fault, FaultKind.WRONG, 10 * 10**9, FOREVER_NS)
    fault.bias, fault.scale = bias, 1.0
    healthy.run(12.0)
    biased.run(12.0)
    difference = np.asarray(getattr(biased.readings, reading)) - getattr(healthy.readings, reading)
    assert difference == pytest.approx(bias, abs=1e-6)


def test_gauges_are_wrong_by_a_share_that_lasts() -> None:
    flight = Flight(descending(), vehicle_model(HOP))
    (gauge,) = series(flight, 5.0, "oxidizer_kg")
    assert len(set(gauge.tolist())) == 1
    assert gauge[0] / 5000.0 == pytest.approx(1.0, abs=0.01)
    assert gauge[0] != 5000.0


def test_body_axes_of_the_known_motion_are_a_right_handed_frame() -> None:
    axes = body_axes(np.array([[0.1, -0.05]]))[0]
    assert axes.T @ axes == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1.0)
