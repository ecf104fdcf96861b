"""The lifting entry, as a point mass under the plant's air forces: bank, reversals, glide.

The nose follows guidance at a limited rate; navigation is the truth.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import numpy as np
import pytest

from firmware_sim.barge.deck import DeckState
from firmware_sim.chance import Chance, seed_chance
from firmware_sim.environment.atmosphere import atmosphere
from firmware_sim.environment.earth import gravity, horizon, make_site, site_position
from firmware_sim.flight_software.cargo import CargoState, guide_cargo
from firmware_sim.flight_software.entering import EntryStage, EntryState
from firmware_sim.flight_software.entry_prediction import (
    EntryParameters,
    entry_parameters,
    errors,
    predict,
    through_air,
)
from firmware_sim.flight_software.interfaces import Readings, Solution
from firmware_sim.flight_software.return_parameters import ReturnParameters, return_parameters
from firmware_sim.flight_software.return_state import ReturnState
from firmware_sim.flight_software.state import Steering
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, Vector3, make, restore, save
from firmware_sim.rotation import apply, apply_transposed, between, cross, dot, norm
from firmware_sim.vehicle.aerodynamics import (
    AerodynamicParameters,
    aerodynamic,
    aerodynamic_parameters,
)
from firmware_sim.vehicle.plant import place_in_flight, vehicle_parameters
from firmware_sim.vehicle.state import POSITION, VELOCITY, VehicleState
from gcs.config.loading import load_mission
from gcs.config.simulation import FlightStart
from gcs.config.vehicle import EntryProfile
from tests.helpers.plants import DECK
from tests.helpers.vehicles import vehicle_model

MISSION = Path(__file__).parents[2] / "configs" / "missions" / "xzy1-cargo.toml"
MODEL = vehicle_model("xzy1-cargo")
STEP_S = 0.05
NOSE_RATE_RAD_S = math.radians(8.0)
NEVER_NS = 1 << 60


class Rig(Record):
    """A point mass in E with a nose, its guidance, and the wind that really blows."""

    entry: EntryParameters
    landing: ReturnParameters
    truth: EntryParameters
    body: AerodynamicParameters
    cargo: CargoState
    returning: ReturnState
    solution: Solution
    readings: Readings
    steering: Steering
    position_m: Vector3
    velocity_m_s: Vector3
    nose: Vector3
    mass_kg: float
    time_s: float
    peak_m_s2: float
    reversals: int
    work: Annotated[Floats, (12, 3)]


@kernel
def fly_to(x: Rig, stage: int) -> None:
    """Fly until guidance is in a stage; to the ground at the latest."""
    while x.solution.altitude_m > 0.0:
        sign = x.cargo.entry.sign
        now_ns = int(x.time_s * 1e9)
        guide_cargo(
            x.cargo,
            x.returning,
            x.solution,
            x.readings,
            x.entry,
            x.landing,
            3,
            now_ns,
            STEP_S,
            x.steering,
        )
        if x.cargo.entry.sign != sign and x.cargo.entry.stage != EntryStage.COAST:
            x.reversals += 1
        if x.cargo.entry.stage == stage:
            return
        _step(x)
        _tell(x)


@kernel
def _step(x: Rig) -> None:
    w, nose, rate = x.work, x.nose, x.entry.earth.rate_rad_s
    r, v, a, felt = x.position_m, x.velocity_m_s, w[0], w[1]
    gravity(x.entry.earth, r, a)
    a[0] += rate * (rate * r[0] + 2.0 * v[1])
    a[1] += rate * (rate * r[1] - 2.0 * v[0])
    _feel_air(x, felt)
    x.peak_m_s2 = max(x.peak_m_s2, norm(felt))
    apply(x.entry.site.ned_from_earth, felt, x.solution.specific_force_m_s2)
    for i in range(3):
        a[i] += felt[i]
        r[i] += STEP_S * (v[i] + 0.5 * STEP_S * a[i])
        v[i] += STEP_S * a[i]
    apply_transposed(x.entry.site.ned_from_earth, x.steering.nose, w[2])
    angle = math.acos(min(max(dot(w[2], nose), -1.0), 1.0))
    share = min(NOSE_RATE_RAD_S * STEP_S / max(angle, 1e-9), 1.0)
    for i in range(3):
        nose[i] += share * (w[2, i] - nose[i])
    size = norm(nose)
    for i in range(3):
        nose[i] /= size
    x.time_s += STEP_S


@kernel
def _feel_air(x: Rig, out: Floats) -> None:
    """Acceleration by the air, in E: the plant's forces on a body that lies as the nose does."""
    w, nose = x.work, x.nose
    air, across, third, inside, force, moment = w[3], w[4], w[5], w[6], w[7], w[8]
    height = through_air(x.truth, x.position_m, x.velocity_m_s, air, w[9:11])
    _, density, _, sound = atmosphere(height)
    cross(nose, air, across)
    size = max(norm(across), 1e-9)
    for i in range(3):
        across[i] /= size
    cross(nose, across, third)
    inside[0], inside[1], inside[2] = dot(air, nose), 0.0, dot(air, third)
    force[:] = 0.0
    aerodynamic(x.body, inside, density, sound, np.zeros(3), np.zeros(4), 0, 9.0, force, moment)
    for i in range(3):
        out[i] = (force[0] * nose[i] + force[2] * third[i]) / x.mass_kg


@kernel
def _tell(x: Rig) -> None:
    """Navigation is the truth."""
    s, site, w = x.solution, x.entry.site, x.work
    for i in range(3):
        s.earth_position_m[i], s.earth_velocity_m_s[i] = x.position_m[i], x.velocity_m_s[i]
    site_position(site, x.position_m, s.position_m)
    apply(site.ned_from_earth, x.velocity_m_s, s.velocity_m_s)
    apply(site.ned_from_earth, x.nose, w[10])
    w[11, 0], w[11, 1], w[11, 2] = 1.0, 0.0, 0.0
    between(w[11], w[10], s.attitude)
    s.altitude_m = horizon(x.entry.earth, x.position_m)[2]
    s.air_density_kg_m3 = atmosphere(s.altitude_m)[1]
    s.mass_kg = x.mass_kg


def rig(seed: int = 1, wind: float = 1.0, **start: object) -> Rig:
    """The shipped mission's start; fields of FlightStart override it, `wind` is of the forecast."""
    simulation = load_mission(MISSION).config.simulation
    assert simulation is not None
    assert isinstance(simulation.start, FlightStart)
    site = make_site(simulation.latitude_deg, simulation.longitude_deg, DECK.height_m)
    x = make(Rig)
    restore(x.entry, save(entry_parameters(MODEL, site, simulation.weather)))
    restore(x.truth, save(x.entry))
    x.truth.air.north_m_s *= wind
    x.truth.air.east_m_s *= wind
    restore(x.landing, save(return_parameters(MODEL, site, simulation.weather)))
    restore(x.body, save(aerodynamic_parameters(MODEL)))
    v, chance = make(VehicleState), make(Chance)
    seed_chance(chance, seed, "start")
    place_in_flight(
        v,
        vehicle_parameters(MODEL, site, DECK),
        simulation.start.model_copy(update=start),
        make(DeckState),
        chance,
    )
    x.position_m[:] = v.x[POSITION : POSITION + 3]
    x.velocity_m_s[:] = v.x[VELOCITY : VELOCITY + 3]
    x.nose[:] = x.velocity_m_s / np.linalg.norm(x.velocity_m_s)
    x.mass_kg = MODEL.mass.wet_kg
    _tell(x)
    return x


def foreseen_m(x: Rig, bank_deg: float) -> tuple[float, float]:
    """Errors along and across that the predictor foresees from here on."""
    ahead = x.cargo.entry.ahead
    ahead.position_m[:], ahead.velocity_m_s[:] = x.position_m, x.velocity_m_s
    ahead.bank_rad, ahead.sign = math.radians(bank_deg), 1.0
    predict(x.entry, ahead)
    return errors(x.entry, x.position_m, ahead.position_m, x.work)


def hold_bank(g: EntryState, bank_deg: float) -> None:
    g.bank_rad, g.sign, g.next_ns = math.radians(bank_deg), 1.0, NEVER_NS


def test_the_predictor_foresees_where_a_held_bank_leads() -> None:
    """Over 2,200 km, given what drag and lift are of the parameters': to a kilometre."""
    x = rig()
    fly_to(x, EntryStage.BANK)
    hold_bank(x.cargo.entry, 45.0)
    start = x.position_m.copy()
    x.cargo.entry.ahead.drag_share, x.cargo.entry.ahead.lift_share = 1.005, 0.957
    foreseen = foreseen_m(x, 45.0)
    fly_to(x, EntryStage.GLIDE)
    x.cargo.entry.next_ns = NEVER_NS
    fly_to(x, EntryStage.FLIP)
    assert foreseen == pytest.approx(errors(x.entry, start, x.position_m, x.work), abs=1e3)


def test_drag_and_lift_are_measured() -> None:
    x = rig()
    x.body.drag_across *= 1.05
    fly_to(x, EntryStage.BANK)
    hold_bank(x.cargo.entry, 45.0)
    fly_to(x, EntryStage.GLIDE)
    shares = x.cargo.entry.ahead
    assert shares.drag_share == pytest.approx(1.05, abs=0.02)
    assert shares.lift_share == pytest.approx(1.01, abs=0.03)


@pytest.mark.parametrize("course_offset_deg", [-5.9, -5.3, -4.7])
def test_reversals_keep_the_cross_range_and_the_bank_the_range(course_offset_deg: float) -> None:
    x = rig(course_offset=math.radians(course_offset_deg))
    fly_to(x, EntryStage.GLIDE)
    assert abs(x.cargo.entry.range_error_m) < 2e3
    assert abs(x.cargo.entry.cross_error_m) < 4e3
    assert x.reversals <= 6
    assert x.peak_m_s2 < 4.5 * 9.80665


@pytest.mark.parametrize("wind", [0.7, 1.0, 1.3])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_glide_ends_where_the_landing_meets_its_aim(seed: int, wind: float) -> None:
    """To 50 m in the winds of the forecast; to what the fall can lean away where they differ."""
    x = rig(seed, wind)
    fly_to(x, EntryStage.FLIP)
    profile = MODEL.profile
    assert isinstance(profile, EntryProfile)
    miss_m = math.hypot(*x.cargo.entry.miss_m)
    assert x.solution.altitude_m == pytest.approx(profile.flip_height_m, abs=10.0)
    assert x.solution.velocity_m_s[2] == pytest.approx(97.0, abs=5.0)
    assert miss_m < (50.0 if wind == 1.0 else 200.0)


def test_the_nose_lies_square_to_the_approach_before_the_flip() -> None:
    """So that the flip's push is the one that was foreseen."""
    x = rig()
    fly_to(x, EntryStage.FLIP)
    assert np.degrees(np.arccos(x.nose @ x.cargo.entry.flip_side)) < 10.0


def test_only_an_entry_profile_is_flown() -> None:
    with pytest.raises(TypeError, match="entry profile"):
        entry_parameters(vehicle_model("xzy1-hop"), make_site(0.0, 0.0, 0.0))
