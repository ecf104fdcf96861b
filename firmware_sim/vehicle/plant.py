"""The vehicle as a plant: actuator commands in, motion out, until it stands or floats.

This is the seam to the physics: the flight software sees `Sensed` and gives
`Actuation`, and nothing else passes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from firmware_sim.barge.motion import DeckState
from firmware_sim.vehicle import dynamics as d
from firmware_sim.vehicle.engine import Engine, EngineState
from firmware_sim.vehicle.touchdown import Outcome, OutcomeKind, Surface, Touchdown, judge
from gcs.config.vehicle import VehicleModel

SECOND_NS = 1_000_000_000
SUBSTEP_NS = 5_000_000
_FLOW_LAG_S = 0.1
_GIMBAL_LAG_S = 0.05
_TOPPLED_RAD = math.pi / 2


@dataclass(frozen=True, slots=True)
class Actuation:
    """What the flight computers ask of the vehicle. Torque is that of the cold gas."""

    engine: bool = False
    throttle: float = 0.0
    gimbal_rad: float = 0.0
    torque_n_m: float = 0.0
    legs: bool = False


@dataclass(frozen=True, slots=True)
class Sensed:
    """What there is to be sensed, without error. Position is that of the feet, were it upright.

    Local axes: north, up over the nominal deck plane; SI.
    """

    north_m: float
    up_m: float
    velocity_north_m_s: float
    velocity_up_m_s: float
    acceleration_north_m_s2: float
    acceleration_up_m_s2: float
    tilt_rad: float
    rate_rad_s: float
    mass_kg: float
    propellant_kg: float
    flow: float
    gimbal_rad: float
    thrust_n: float
    force_axial_m_s2: float
    force_across_m_s2: float
    engine: EngineState
    starts_left: int
    legs: bool
    on_pad: bool
    contact: Surface | None
    upright: bool


class Vehicle:
    """One vehicle in flight."""

    def __init__(
        self, model: VehicleModel, deck_height_m: float, pad_north_m: float, engine: Engine
    ) -> None:
        self._model = model
        self._engine = engine
        self._parameters = _parameters(model, deck_height_m)
        self._deck_height_m = deck_height_m
        self._state = np.zeros(d.STATE_SIZE)
        self._state[d.NORTH] = pad_north_m
        self._state[d.UP] = model.body.cg_height_m
        self._state[d.MASS] = model.mass.dry_kg + model.mass.propellant_kg
        self._inputs = np.zeros(d.INPUTS_SIZE)
        self._outputs = np.zeros(d.OUTPUTS_SIZE)
        self._outputs[d.O_FORCE_AXIAL] = d.GRAVITY_M_S2
        self._work = np.zeros((5, d.STATE_SIZE))
        self._legs = False
        self._on_pad = True
        self._rest_m = (0.0, 0.0)
        self.outcome: Outcome | None = None

    def step(
        self, actuation: Actuation, deck: DeckState, wind_north_m_s: float, now_ns: int, steps: int
    ) -> None:
        """Fly `steps` sub-steps from `now_ns`; the deck is where it was then, moving on."""
        x = self._state
        flow, rate = self._engine.step(actuation.engine, actuation.throttle, x[d.FLOW], now_ns)
        self._legs = self._legs or actuation.legs
        self._set_inputs(actuation, deck, wind_north_m_s, flow, rate)
        if self.outcome is not None:
            self._rest(deck, steps)
            return
        step_s = SUBSTEP_NS / SECOND_NS
        made = d.advance(
            x, self._inputs, self._parameters, self._outputs, self._work, steps, step_s
        )
        if self._on_pad and x[d.V_UP] > 0.0 and x[d.UP] > self._model.body.cg_height_m + 1e-3:
            self._on_pad = False
        if made < 0:
            self._touch_down(deck, now_ns - made * SUBSTEP_NS, -made * step_s)

    def sensed(self) -> Sensed:
        """The state as sensors would have it, were they perfect."""
        x = self._state.tolist()
        o = self._outputs.tolist()
        outcome = self.outcome
        return Sensed(
            north_m=x[d.NORTH],
            up_m=x[d.UP] - self._model.body.cg_height_m,
            velocity_north_m_s=x[d.V_NORTH],
            velocity_up_m_s=x[d.V_UP],
            acceleration_north_m_s2=o[d.O_ACCELERATION_NORTH],
            acceleration_up_m_s2=o[d.O_ACCELERATION_UP],
            tilt_rad=x[d.TILT],
            rate_rad_s=x[d.RATE],
            mass_kg=x[d.MASS],
            propellant_kg=x[d.MASS] - self._model.mass.dry_kg,
            flow=x[d.FLOW],
            gimbal_rad=x[d.GIMBAL],
            thrust_n=o[d.O_THRUST],
            force_axial_m_s2=o[d.O_FORCE_AXIAL],
            force_across_m_s2=o[d.O_FORCE_ACROSS],
            engine=self._engine.state,
            starts_left=self._engine.starts_left,
            legs=self._legs,
            on_pad=self._on_pad,
            contact=None if outcome is None else outcome.touchdown.surface,
            upright=outcome is None or outcome.kind is OutcomeKind.LANDED,
        )

    def _set_inputs(
        self, actuation: Actuation, deck: DeckState, wind: float, flow: float, rate: float
    ) -> None:
        limit = math.radians(self._model.engine.gimbal_limit_deg)
        torque = self._model.attitude.cold_gas_torque_n_m
        u = self._inputs
        u[d.I_FLOW] = flow
        u[d.I_FLOW_RATE] = rate
        u[d.I_GIMBAL] = min(max(actuation.gimbal_rad, -limit), limit)
        u[d.I_TORQUE] = min(max(actuation.torque_n_m, -torque), torque)
        u[d.I_WIND_NORTH] = wind
        u[d.I_HELD] = 1.0 if self._on_pad else 0.0
        u[d.I_DECK_NORTH] = deck.north_m
        u[d.I_DECK_HALF] = deck.half_north_m
        u[d.I_DECK_UP] = deck.up_m
        u[d.I_DECK_RATE] = deck.velocity_up_m_s
        u[d.I_DECK_SLOPE] = deck.slope_north

    def _touch_down(self, deck: DeckState, at_ns: int, elapsed_s: float) -> None:
        x = self._state.tolist()
        offset_m = self._feet_north_m() - deck.north_m
        surface = Surface.DECK if abs(offset_m) <= deck.half_north_m else Surface.WATER
        on_deck = surface is Surface.DECK
        slope_rad = math.atan(deck.slope_north) if on_deck else 0.0
        rising = deck.velocity_up_m_s if on_deck else 0.0
        feet_speed = x[d.V_NORTH] - self._model.body.cg_height_m * math.cos(x[d.TILT]) * x[d.RATE]
        north_speed = feet_speed - (deck.velocity_north_m_s if on_deck else 0.0)
        east_speed = -deck.velocity_east_m_s if on_deck else 0.0
        touchdown = Touchdown(
            at_ns=at_ns,
            surface=surface,
            vertical_speed_m_s=rising - x[d.V_UP],
            lateral_speed_m_s=math.hypot(north_speed, east_speed),
            tilt_rad=abs(x[d.TILT] + slope_rad),
            rate_rad_s=abs(x[d.RATE]),
            miss_m=math.hypot(offset_m, deck.east_m),
            propellant_kg=x[d.MASS] - self._model.mass.dry_kg,
        )
        self.outcome = judge(touchdown, self._model.touchdown)
        self._rest_m = (offset_m, deck.up_m + rising * elapsed_s)

    def _rest(self, deck: DeckState, steps: int) -> None:
        """Stand on the moving deck, or float upright or toppled; the engine runs down."""
        outcome = self.outcome
        x = self._state
        standing = outcome is not None and outcome.touchdown.surface is Surface.DECK
        upright = outcome is not None and outcome.kind is not OutcomeKind.LOST
        x[d.NORTH] = deck.north_m + self._rest_m[0] if standing else x[d.NORTH]
        ground = deck.up_m + deck.slope_north * self._rest_m[0] if standing else None
        feet = -self._deck_height_m if ground is None else ground
        x[d.UP] = feet + self._model.body.cg_height_m
        x[d.V_NORTH] = deck.velocity_north_m_s if standing else 0.0
        x[d.V_UP] = deck.velocity_up_m_s if standing else 0.0
        x[d.TILT] = (-math.atan(deck.slope_north) if standing else 0.0) if upright else _TOPPLED_RAD
        x[d.RATE] = 0.0
        elapsed_s = steps * SUBSTEP_NS / SECOND_NS
        fall = self._inputs[d.I_FLOW_RATE] * elapsed_s
        x[d.FLOW] = max(0.0, x[d.FLOW] - fall) if self._inputs[d.I_FLOW] == 0.0 else x[d.FLOW]
        x[d.GIMBAL] = 0.0
        self._outputs[:] = (d.GRAVITY_M_S2 if upright else 0.0, 0.0, 0.0, 0.0, 0.0)

    def _feet_north_m(self) -> float:
        tilt = float(self._state[d.TILT])
        return float(self._state[d.NORTH]) - self._model.body.cg_height_m * math.sin(tilt)


def _parameters(model: VehicleModel, deck_height_m: float) -> d.Vector:
    engine, body, aero = model.engine, model.body, model.aerodynamics
    p = np.zeros(d.PARAMETERS_SIZE)
    p[d.P_THRUST_VACUUM] = engine.thrust_vacuum_n
    p[d.P_EXIT_AREA] = engine.exit_area_m2
    p[d.P_FULL_FLOW] = engine.thrust_vacuum_n / (engine.isp_vacuum_s * d.GRAVITY_M_S2)
    p[d.P_FLOW_LAG] = _FLOW_LAG_S
    p[d.P_GIMBAL_LAG] = _GIMBAL_LAG_S
    p[d.P_GIMBAL_RATE] = math.radians(engine.gimbal_rate_deg_s)
    p[d.P_INERTIA] = model.mass.transverse_inertia_kg_m2
    p[d.P_CG_HEIGHT] = body.cg_height_m
    p[d.P_FRONT_AREA] = math.pi * body.diameter_m**2 / 4.0
    p[d.P_SIDE_AREA] = body.length_m * body.diameter_m
    p[d.P_DRAG_RISING] = aero.drag_rising
    p[d.P_DRAG_FALLING] = aero.drag_falling
    p[d.P_DRAG_ACROSS] = aero.drag_across
    p[d.P_NORMAL_SLOPE] = aero.normal_slope_per_rad
    p[d.P_DRY_MASS] = model.mass.dry_kg
    p[d.P_DECK_HEIGHT] = deck_height_m
    return p
