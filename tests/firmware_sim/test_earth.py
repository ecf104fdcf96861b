"""The Earth's field, shape and axes, and the rotations that kernels use."""

from __future__ import annotations

import math

import numpy as np
import pytest

from firmware_sim import rotation as turn
from firmware_sim.environment import earth
from firmware_sim.records import Floats

WGS84 = earth.earth_parameters()
RANDOM = np.random.default_rng(8)


def unit_quaternion() -> Floats:
    q = RANDOM.standard_normal(4)
    return q / np.linalg.norm(q)


def result(kernel: object, *arguments: object, shape: tuple[int, ...] = (3,)) -> Floats:
    out = np.full(shape, np.nan)
    kernel(*arguments, out)  # type: ignore[operator]
    return out


def test_a_position_survives_the_way_to_latitude_and_back() -> None:
    for height_m in (-5e3, 0.0, 1e3, 1e5, 1e6):
        for latitude_deg in range(-90, 91, 5):
            latitude, longitude = math.radians(latitude_deg), RANDOM.uniform(-3.1, 3.1)
            r = result(earth.from_geodetic, WGS84, latitude, longitude, height_m)
            back = earth.geodetic(WGS84, r)
            assert back[0] == pytest.approx(latitude, abs=1e-11)
            assert back[2] == pytest.approx(height_m, abs=1e-7)
            if abs(latitude_deg) < 90:
                assert back[1] == pytest.approx(longitude, abs=1e-12)


@pytest.mark.parametrize(
    ("latitude_deg", "gravity_m_s2"), [(0.0, 9.780325), (45.0, 9.806199), (90.0, 9.832185)]
)
def test_weight_at_the_surface_is_that_of_the_ellipsoid(
    latitude_deg: float, gravity_m_s2: float
) -> None:
    """WGS-84 normal gravity (Somigliana); J4, left out, is 1.2e-4 m/s2 at the poles."""
    r = result(earth.from_geodetic, WGS84, math.radians(latitude_deg), 0.7, 0.0)
    g = result(earth.gravity, WGS84, r) + WGS84.rate_rad_s**2 * r * (1.0, 1.0, 0.0)
    assert np.linalg.norm(g) == pytest.approx(gravity_m_s2, abs=1.3e-4)


def test_gravity_is_the_slope_of_its_potential() -> None:
    r = np.array([3.1e6, -4.2e6, 4.4e6])
    slope = [
        (earth.potential(WGS84, r - step) - earth.potential(WGS84, r + step)) / 20.0
        for step in 10.0 * np.eye(3)
    ]
    assert result(earth.gravity, WGS84, r) == pytest.approx(np.array(slope), abs=1e-8)


def test_the_round_earth_is_round_and_stands_still() -> None:
    sphere = earth.earth_parameters("sphere")
    r = np.array([1e6, 2e6, 6e6])
    g = result(earth.gravity, sphere, r)
    assert np.cross(g, r) == pytest.approx(np.zeros(3), abs=1e-6)
    assert earth.geodetic(sphere, r)[2] == pytest.approx(
        float(np.linalg.norm(r)) - sphere.radius_m, abs=1e-6
    )
    assert sphere.rate_rad_s == 0.0


def test_the_site_has_north_east_and_down() -> None:
    site = earth.make_site(39.7, 122.1, 3.5)
    north, east, down = site.ned_from_earth
    assert np.cross(north, east) == pytest.approx(down)
    assert north[2] > 0.0
    assert east[2] == 0.0
    above = earth.geodetic(WGS84, site.origin_m - 100.0 * down)
    assert above == pytest.approx((site.latitude_rad, site.longitude_rad, 100.0), abs=1e-8)
    north_of_it = earth.geodetic(WGS84, site.origin_m + 100.0 * north)
    assert north_of_it[0] > site.latitude_rad


def test_local_positions_survive_the_way_to_the_earth_and_back() -> None:
    site = earth.make_site(-12.0, -60.0, 0.0)
    ned = np.array([1200.0, -300.0, 45.0])
    there = result(earth.earth_position, site, ned)
    assert result(earth.site_position, site, there) == pytest.approx(ned, abs=1e-8)


def test_rotating_by_quaternion_and_by_matrix_is_the_same() -> None:
    for _ in range(50):
        q, v = unit_quaternion(), RANDOM.standard_normal(3)
        m = result(turn.matrix_of, q, shape=(3, 3))
        rotated = result(turn.rotate, q, v)
        assert rotated == pytest.approx(m @ v)
        assert result(turn.unrotate, q, rotated) == pytest.approx(v)
        assert m @ m.T == pytest.approx(np.eye(3))
        assert np.linalg.det(m) == pytest.approx(1.0)
        again = result(turn.quaternion_of, m, shape=(4,))
        assert again * np.sign(again @ q) == pytest.approx(q)


def test_a_product_turns_first_by_its_right_factor() -> None:
    a, b, v = unit_quaternion(), unit_quaternion(), RANDOM.standard_normal(3)
    both = result(turn.multiply, a, b, shape=(4,))
    one_by_one = result(turn.rotate, a, result(turn.rotate, b, v))
    assert result(turn.rotate, both, v) == pytest.approx(one_by_one)


def test_a_quarter_turn_about_x_takes_y_to_z() -> None:
    still = np.array([1.0, 0.0, 0.0, 0.0])
    q = result(turn.turn, still, np.array([math.pi / 2, 0.0, 0.0]), shape=(4,))
    assert result(turn.rotate, q, np.array([0.0, 1.0, 0.0])) == pytest.approx((0.0, 0.0, 1.0))


@pytest.mark.parametrize("opposite", [False, True])
def test_the_shortest_rotation_joins_two_directions(opposite: bool) -> None:
    for u in (*np.eye(3), *RANDOM.standard_normal((20, 3))):
        v = -2.0 * u if opposite else RANDOM.standard_normal(3)
        q = result(turn.between, u, v, shape=(4,))
        taken = result(turn.rotate, q, u / np.linalg.norm(u))
        assert taken == pytest.approx(v / np.linalg.norm(v), abs=1e-7)
        assert 2.0 * math.acos(min(abs(q[0]), 1.0)) == pytest.approx(
            math.acos(np.clip(u @ v / np.linalg.norm(u) / np.linalg.norm(v), -1, 1)), abs=1e-6
        )
