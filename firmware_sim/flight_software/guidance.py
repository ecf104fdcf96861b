"""Guidance: from belief and mode to wanted acceleration, tilt and throttle.

The aim lies beside the barge unless the mode is COMMITTED. Until then the point
where the vehicle would fall with the engine off hardly passes the aim.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from firmware_sim.environment.atmosphere import pressure_pa
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.flight_software.navigation import Solution
from firmware_sim.flight_software.profiles import (
    clamp,
    closing_slope,
    closing_speed,
    closing_time,
    fall_time,
)
from firmware_sim.vehicle.plant import Sensed
from gcs.config.vehicle import VehicleModel

SECOND_NS = 1_000_000_000
GRAVITY_M_S2 = 9.80665
_AIR_KG_M3 = 1.15
_FASTEST_FALL_M_S = 100.0
_CLIMB_GAIN = 0.5
_BRAKE_GAIN = 0.5
_BRAKE_TRACKING = 1.0
_FINAL_GAIN = 0.3
_FINAL_TRACKING = 1.8
_FINAL_FLARE_M_S2 = 0.8
_LATERAL_GAIN = 0.25
_LATERAL_TRACKING = 0.6
_LATERAL_RESERVE = 1.4
"""How much more than the profile's acceleration may be used to keep to it."""
_IMPACT_MARGIN_M = 5.0
"""How far the engine-off impact point may pass the aim; the rest of the way is keep-out's."""
_DISTURBANCE_TIME_S = 2.0
_DISTURBANCE_LIMIT_M_S2 = 1.0
_TOWER_CLEAR_M = 40.0
_FINAL_TILT_RAD = math.radians(4.0)
_SETTLED_M = 1.5
_SETTLED_M_S = 0.3
_SETTLED_DIVERT_M = 20.0
_SETTLE_TIME_S = 4.0


class Stage(enum.IntEnum):
    """The part of a powered descent."""

    BRAKE = 0
    HOVER = 1
    FINAL = 2


@dataclass(frozen=True, slots=True)
class Steering:
    """What guidance wants of the vehicle."""

    throttle: float
    tilt_rad: float


class Guidance:
    """One computer's guidance for the hop."""

    def __init__(self, model: VehicleModel, deck_height_m: float, step_s: float) -> None:
        self._model = model
        self._profile = model.profile
        self._deck_height_m = deck_height_m
        self._step_s = step_s
        self._front_area_m2 = math.pi * model.body.diameter_m**2 / 4.0
        self._burn_per_s = 1.0 / model.engine.isp_sea_level_s
        self._disturbance_m_s2 = 0.0
        self._tilt_rad = 0.0
        self._hover_until_ns = 0
        self.stage = Stage.BRAKE

    def aim_offset_m(self, mode: FlightMode) -> float:
        """Aim point, north of the deck centre."""
        return 0.0 if mode is FlightMode.COMMITTED else -self._profile.aim_offset_m

    def ascend(self, s: Solution, sensed: Sensed, flight_s: float) -> Steering:
        """Full thrust first, then the climb speed; downrange once clear of the pad."""
        profile = self._profile
        self._observe(s, sensed)
        if s.up_m < _TOWER_CLEAR_M:
            return Steering(1.0, self._limited_tilt(0.0, 0.0))
        vertical = _CLIMB_GAIN * (profile.climb_speed_m_s - s.velocity_up_m_s)
        tilt = self._lateral_tilt(s, sensed, FlightMode.ASCENT, self._tilt_limit())
        full = flight_s * SECOND_NS < profile.full_thrust
        throttle = 1.0 if full else self._throttle(s, sensed, clamp(vertical, -3.0, 5.0))
        return Steering(throttle, tilt)

    def coast(self) -> Steering:
        """Engines off, upright."""
        self._disturbance_m_s2 = 0.0
        return Steering(0.0, self._limited_tilt(0.0, 0.0))

    def descend(self, s: Solution, sensed: Sensed, mode: FlightMode, now_ns: int) -> Steering:
        """Brake to the hover, hold there until settled, then go down."""
        self._observe(s, sensed)
        self._advance_stage(s, sensed, mode, now_ns)
        vertical = self._vertical_m_s2(s, mode)
        final = self.stage is Stage.FINAL
        limit = _FINAL_TILT_RAD if final else self._tilt_limit()
        tilt = self._lateral_tilt(s, sensed, mode, limit)
        return Steering(self._throttle(s, sensed, vertical), tilt)

    def hover_over(self, now_ns: int) -> bool:
        """Whether the planned hover has been flown."""
        return self.stage is not Stage.BRAKE and now_ns >= self._hover_until_ns

    # --- Prediction ---

    def time_to_touchdown_s(self, s: Solution, mode: FlightMode, now_ns: int, relit: bool) -> float:
        """Predicted time to touchdown, s, if the mode stays what it is."""
        profile = self._profile
        height, fall = s.up_m - s.deck_up_m, -s.velocity_up_m_s
        before = 0.0
        if not relit:
            before = fall_time(height - profile.relight_height_m, -fall, GRAVITY_M_S2)
            fall = math.sqrt(
                fall**2 + 2.0 * GRAVITY_M_S2 * max(height - profile.relight_height_m, 0.0)
            )
            height = min(height, profile.relight_height_m)
        if self.stage is Stage.FINAL:
            over_water = s.up_m + self._deck_height_m
            return self._final_time_s(height if mode is FlightMode.COMMITTED else over_water)
        lateral = abs(self._aim_error_m(s, mode))
        across = closing_time(lateral, profile.translation_m_s2) + min(
            lateral / _SETTLED_M, _SETTLE_TIME_S
        )
        down = self._brake_time_s(height - profile.hover_height_m, fall)
        hover_s = profile.hover / SECOND_NS
        if self.stage is Stage.HOVER:
            hover_s = max(0.0, (self._hover_until_ns - now_ns) / SECOND_NS)
        return before + max(down + hover_s, across) + self._final_time_s(profile.hover_height_m)

    def propellant_margin_kg(self, sensed: Sensed, time_s: float) -> float:
        """Propellant left over the reserve after hovering for `time_s`.

        Braking adds what the lost speed costs.
        """
        burn = sensed.mass_kg * (1.0 - math.exp(-time_s * self._burn_per_s))
        speed = max(0.0, -sensed.velocity_up_m_s)
        burn += sensed.mass_kg * speed / GRAVITY_M_S2 * self._burn_per_s
        return sensed.propellant_kg - burn - self._model.mass.reserve_kg

    def _brake_time_s(self, distance_m: float, speed_m_s: float) -> float:
        braking = self._profile.braking_m_s2
        if distance_m <= 0.0:
            return 0.0
        near_m = braking / _BRAKE_GAIN**2
        speed = max(closing_speed(distance_m, _BRAKE_GAIN, braking), 0.0)
        cruise = clamp(speed_m_s, 1.0, _FASTEST_FALL_M_S)
        if speed > cruise:
            stop_m = cruise**2 / (2.0 * braking) + near_m / 2.0
            return (distance_m - stop_m) / cruise + cruise / braking + 1.0 / _BRAKE_GAIN
        settle = clamp(distance_m / near_m, 0.0, 1.0) / _BRAKE_GAIN
        return speed / braking + settle

    def _final_time_s(self, height_m: float) -> float:
        """Time down from a height at the final profile's speeds."""
        profile = self._profile
        height = max(height_m, 0.0)
        knee = self._final_knee_m()
        flare = min(height, knee)
        mean = (profile.touchdown_speed_m_s + self._final_speed(flare)) / 2.0
        return max(height - knee, 0.0) / profile.final_speed_m_s + flare / mean

    # --- Vertical ---

    def _advance_stage(self, s: Solution, sensed: Sensed, mode: FlightMode, now_ns: int) -> None:
        profile = self._profile
        if self.stage is Stage.BRAKE:
            near = s.up_m - s.deck_up_m - profile.hover_height_m
            if near < 1.5 and abs(s.velocity_up_m_s) < 1.0:
                self.stage = Stage.HOVER
                self._hover_until_ns = now_ns + profile.hover
        elif self.stage is Stage.HOVER and now_ns >= self._hover_until_ns:
            out = self.propellant_margin_kg(sensed, self._final_time_s(profile.hover_height_m))
            if out <= 0.0 or self._settled(s, mode):
                self.stage = Stage.FINAL

    def _settled(self, s: Solution, mode: FlightMode) -> bool:
        near_m = _SETTLED_M if mode is FlightMode.COMMITTED else _SETTLED_DIVERT_M
        speed = s.velocity_north_m_s - s.deck_velocity_north_m_s
        return abs(self._aim_error_m(s, mode)) < near_m and abs(speed) < _SETTLED_M_S

    def _vertical_m_s2(self, s: Solution, mode: FlightMode) -> float:
        if self.stage is Stage.FINAL:
            return self._final_m_s2(s, mode)
        distance = s.up_m - s.deck_up_m - self._profile.hover_height_m
        braking = self._profile.braking_m_s2
        wanted = closing_speed(distance, _BRAKE_GAIN, braking)
        ahead = 0.0
        if wanted > _FASTEST_FALL_M_S:
            wanted = _FASTEST_FALL_M_S
        else:
            ahead = -closing_slope(distance, _BRAKE_GAIN, braking) * s.velocity_up_m_s
        error = -wanted - s.velocity_up_m_s
        return clamp(ahead + _BRAKE_TRACKING * error, -5.0, 8.0)

    def _final_m_s2(self, s: Solution, mode: FlightMode) -> float:
        """Down at the final speed, flaring to the touchdown speed over the moving surface."""
        if mode is FlightMode.COMMITTED:
            height, surface = s.up_m - s.deck_up_m, s.deck_velocity_up_m_s
        else:
            height, surface = s.up_m + self._deck_height_m, 0.0
        sinking = surface - s.velocity_up_m_s
        wanted = self._final_speed(height)
        flaring = 0.0 < height < self._final_knee_m()
        ahead = _FINAL_GAIN * sinking if flaring else 0.0
        return clamp(ahead + _FINAL_TRACKING * (sinking - wanted), -3.0, 5.0)

    def _final_speed(self, height_m: float) -> float:
        profile = self._profile
        speed = profile.touchdown_speed_m_s + _FINAL_GAIN * max(height_m, 0.0)
        return min(speed, profile.final_speed_m_s)

    def _final_knee_m(self) -> float:
        return (self._profile.final_speed_m_s - self._profile.touchdown_speed_m_s) / _FINAL_GAIN

    def _throttle(self, s: Solution, sensed: Sensed, vertical_m_s2: float) -> float:
        """Flow fraction for a wanted vertical acceleration."""
        engine, aero = self._model.engine, self._model.aerodynamics
        speed = s.velocity_up_m_s
        coefficient = aero.drag_rising if speed > 0.0 else aero.drag_falling
        drag = -0.5 * _AIR_KG_M3 * speed * abs(speed) * coefficient * self._front_area_m2
        force = sensed.mass_kg * (GRAVITY_M_S2 + vertical_m_s2) - drag
        force /= max(math.cos(s.tilt_rad), 0.5)
        back = pressure_pa(max(s.up_m + self._deck_height_m, 0.0)) * engine.exit_area_m2
        return clamp((force + back) / engine.thrust_vacuum_n, engine.minimum_throttle, 1.0)

    # --- Lateral ---

    def _aim_error_m(self, s: Solution, mode: FlightMode) -> float:
        return s.deck_north_m + self.aim_offset_m(mode) - s.north_m

    def _lateral_tilt(
        self, s: Solution, sensed: Sensed, mode: FlightMode, limit_rad: float
    ) -> float:
        error = self._aim_error_m(s, mode)
        speed = s.velocity_north_m_s - s.deck_velocity_north_m_s
        wanted, ahead = self._lateral_speed(s, error, mode)
        lateral = ahead * speed + _LATERAL_TRACKING * (wanted - speed)
        limit = _LATERAL_RESERVE * self._profile.translation_m_s2
        lateral = clamp(lateral, -limit, limit) - self._disturbance_m_s2
        specific = max(sensed.thrust_n / sensed.mass_kg, 3.0)
        return self._limited_tilt(math.asin(clamp(lateral / specific, -0.5, 0.5)), limit_rad)

    def _lateral_speed(self, s: Solution, error: float, mode: FlightMode) -> tuple[float, float]:
        """Wanted speed toward the aim, and by how much it falls per metre flown, 1/s."""
        profile = self._profile
        most, slope = profile.downrange_speed_m_s, 0.0
        if mode is not FlightMode.COMMITTED and error > 0.0:
            falling_s = fall_time(s.up_m + self._deck_height_m, s.velocity_up_m_s, GRAVITY_M_S2)
            drift = max(0.0, 0.5 * self._disturbance_m_s2 * falling_s**2)
            safe = (error + _IMPACT_MARGIN_M - drift) / max(falling_s, 1.0)
            if safe < most:
                most, slope = safe, -1.0 / max(falling_s, 1.0)
        wanted = closing_speed(error, _LATERAL_GAIN, profile.translation_m_s2)
        if wanted > most:
            return most, slope
        if wanted < -profile.downrange_speed_m_s:
            return -profile.downrange_speed_m_s, 0.0
        return wanted, -closing_slope(error, _LATERAL_GAIN, profile.translation_m_s2)

    def _observe(self, s: Solution, sensed: Sensed) -> None:
        """Estimate the lateral acceleration that thrust does not explain: wind."""
        thrust = sensed.thrust_n / sensed.mass_kg * math.sin(s.tilt_rad - sensed.gimbal_rad)
        residual = s.acceleration_north_m_s2 - thrust
        share = self._step_s / _DISTURBANCE_TIME_S
        self._disturbance_m_s2 += share * (residual - self._disturbance_m_s2)
        self._disturbance_m_s2 = clamp(
            self._disturbance_m_s2, -_DISTURBANCE_LIMIT_M_S2, _DISTURBANCE_LIMIT_M_S2
        )

    def _tilt_limit(self) -> float:
        return math.radians(self._model.attitude.tilt_limit_deg)

    def _limited_tilt(self, tilt_rad: float, limit_rad: float) -> float:
        most = math.radians(self._model.attitude.tilt_rate_deg_s) * self._step_s
        wanted = clamp(tilt_rad, -limit_rad, limit_rad)
        self._tilt_rad += clamp(wanted - self._tilt_rad, -most, most)
        return self._tilt_rad
