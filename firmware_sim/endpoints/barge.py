"""The barge on the wire: one JSON payload a topic, birth with history, last will."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from firmware_sim.barge import response
from firmware_sim.barge.motion import BargeMotion, DeckState
from firmware_sim.environment.place import Place
from firmware_sim.environment.sea import Sea
from gcs.config.barge import BargeModel
from gcs.config.simulation import SimulationConfig
from gcs.telemetry import barge as wire

SECOND_NS = 1_000_000_000
CYCLES_PER_SECOND = 50
GRAVITY_M_S2 = 9.80665

RATES_HZ: dict[str, int] = {
    "motion": 10,
    "position": 2,
    "dp": 1,
    "deck": 2,
    "weather": 1,
    "power": 1,
}
"""What is published, and how often; every rate divides the cycle rate."""

_SOFTWARE = "landfall firmware-sim"
_ANGLE_NOISE_RAD = math.radians(0.02)
_HEAVE_NOISE_M = 0.01
_HEAVE_RATE_NOISE_M_S = 0.01
_GUST_SPREAD = 0.02
_NOISE_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Publication:
    """A payload under its topic (without the root)."""

    topic: str
    data: bytes
    retain: bool = False


class BargePort:
    """The wire side of the barge."""

    def __init__(
        self,
        config: SimulationConfig,
        model: BargeModel,
        motion: BargeMotion,
        sea: Sea,
        place: Place,
        start_ns: int,
        boot_id: str,
        random: np.random.Generator,
    ) -> None:
        self._config = config
        self._model = model
        self._motion = motion
        self._sea = sea
        self._place = place
        self._start_ns = start_ns
        self._boot_id = boot_id
        self._random = random
        self._noise: list[list[float]] = []
        self._sequences = dict.fromkeys(wire.TOPICS, 0)
        self._schedule = self._make_schedule()

    def _make_schedule(self) -> list[list[Callable[[DeckState, int], wire.Payload]]]:
        schedule: list[list[Callable[[DeckState, int], wire.Payload]]] = [
            [] for _ in range(CYCLES_PER_SECOND)
        ]
        for row, (topic, rate_hz) in enumerate(RATES_HZ.items()):
            period = CYCLES_PER_SECOND // rate_hz
            for cycle in range(row % period, CYCLES_PER_SECOND, period):
                schedule[cycle].append(getattr(self, f"_payload_of_{topic}"))
        return schedule

    def publish(self, cycle: int, deck: DeckState, now_ns: int) -> list[Publication]:
        """The publications of this cycle."""
        builders = self._schedule[cycle % CYCLES_PER_SECOND]
        return [_publication(build(deck, now_ns)) for build in builders]

    def birth(self, now_ns: int) -> list[Publication]:
        """Who it is and its last minutes of motion; both stay with the broker."""
        status = self._status(wire.BargeState.ONLINE, now_ns)
        return [_publication(status, retain=True), _publication(self._history(now_ns), retain=True)]

    def will(self, now_ns: int) -> Publication:
        """What the broker shall say when this barge falls silent."""
        return _publication(self._status(wire.BargeState.OFFLINE, now_ns), retain=True)

    def receive(self, topic: str, data: bytes, now_ns: int) -> list[Publication]:
        """A well-formed rebirth request is answered by the birth; nothing else is."""
        if topic != wire.REBIRTH_TOPIC:
            return []
        asked = wire.decode(topic, data)
        return self.birth(now_ns) if isinstance(asked, wire.Rebirth) else []

    # --- Payloads ---

    def _head(self, topic: str, now_ns: int) -> dict[str, Any]:
        self._sequences[topic] += 1
        return {
            "time_us": now_ns // 1000,
            "sequence": self._sequences[topic] - 1,
            "simulated": True,
        }

    def _status(self, state: wire.BargeState, now_ns: int) -> wire.Status:
        return wire.Status(
            **self._head("status", now_ns),
            state=state,
            boot_id=self._boot_id,
            software=_SOFTWARE,
        )

    def _motion_noise(self) -> list[float]:
        if not self._noise:
            self._noise = self._random.standard_normal((_NOISE_BLOCK, 4)).tolist()
        return self._noise.pop()

    def _payload_of_motion(self, deck: DeckState, now_ns: int) -> wire.Motion:
        noise = self._motion_noise()
        roll = deck.roll_rad + _ANGLE_NOISE_RAD * noise[0]
        pitch = deck.pitch_rad + _ANGLE_NOISE_RAD * noise[1]
        return wire.Motion(
            **self._head("motion", now_ns),
            roll=roll,
            pitch=pitch,
            roll_rate=deck.roll_rate_rad_s,
            pitch_rate=deck.pitch_rate_rad_s,
            yaw_rate=deck.heading_rate_rad_s,
            heave=deck.up_m + _HEAVE_NOISE_M * noise[2],
            heave_rate=deck.velocity_up_m_s + _HEAVE_RATE_NOISE_M_S * noise[3],
            acceleration_x=GRAVITY_M_S2 * math.sin(pitch),
            acceleration_y=-GRAVITY_M_S2 * math.sin(roll),
            acceleration_z=GRAVITY_M_S2 * math.cos(roll) * math.cos(pitch)
            + deck.acceleration_up_m_s2,
        )

    def _payload_of_position(self, deck: DeckState, now_ns: int) -> wire.Position:
        latitude, longitude = self._place.at(deck.north_m, deck.east_m)
        error_north = deck.north_m - self._config.barge.offset_north_m
        course = math.atan2(deck.velocity_east_m_s, deck.velocity_north_m_s) % (2.0 * math.pi)
        return wire.Position(
            **self._head("position", now_ns),
            latitude=latitude,
            longitude=longitude,
            heading_true=deck.heading_rad,
            course_over_ground=course,
            speed_over_ground=math.hypot(deck.velocity_north_m_s, deck.velocity_east_m_s),
            station_error=math.hypot(error_north, deck.east_m),
        )

    def _payload_of_dp(self, deck: DeckState, now_ns: int) -> wire.Dp:
        thrusters = self._model.station_keeping.thrusters
        relative = math.radians(self._sea.direction_deg) - deck.heading_rad
        return wire.Dp(
            **self._head("dp", now_ns),
            mode=wire.DpMode.HOLDING,
            thrusters_total=thrusters,
            thrusters_available=thrusters,
            power_fraction=min(1.0, 0.2 + 0.01 * self._config.weather.wind_speed_m_s**1.5),
            wave_relative_heading=math.remainder(relative, 2.0 * math.pi),
        )

    def _payload_of_deck(self, deck: DeckState, now_ns: int) -> wire.Deck:
        return wire.Deck(
            **self._head("deck", now_ns),
            clear=True,
            persons_on_board=0,
            fire=False,
            beacon_healthy=True,
            lights=wire.DeckLights.BLUE,
            wet=self._sea.significant_wave_height_m > 1.25,
        )

    def _payload_of_weather(self, deck: DeckState, now_ns: int) -> wire.Weather:
        weather = self._config.weather
        spread = 1.0 + _GUST_SPREAD * math.tanh(self._motion_noise()[0])
        return wire.Weather(
            **self._head("weather", now_ns),
            wind_speed_true=weather.wind_speed_m_s,
            wind_gust=weather.wind_gust_m_s * spread,
            wind_direction_true=math.radians(weather.wind_direction_deg),
            significant_wave_height=self._sea.significant_wave_height_m,
            wave_period=self._sea.peak_period_s,
            wave_direction=math.radians(self._sea.direction_deg),
            visibility=weather.visibility_m,
            air_pressure=weather.air_pressure_pa,
            air_temperature=weather.air_temperature_k,
        )

    def _payload_of_power(self, deck: DeckState, now_ns: int) -> wire.Power:
        return wire.Power(
            **self._head("power", now_ns),
            bus_voltage=690.0,
            generators_online=3,
            battery_fraction=0.98,
            fuel_fraction=0.81,
        )

    def _history(self, now_ns: int) -> wire.MotionHistory:
        """Motion before `now_ns`, computed afresh: the sea is a function of time."""
        barge = self._config.barge
        step_ns = round(SECOND_NS / barge.history_rate_hz)
        count = barge.history // step_ns
        times_ns = now_ns - step_ns * np.arange(count, 0, -1, dtype=np.int64)
        hull = self._motion.hull.at((times_ns - self._start_ns) / SECOND_NS).round(6)
        roll, pitch = hull[:, response.ROLL], hull[:, response.PITCH]
        upright = GRAVITY_M_S2 * np.cos(roll) * np.cos(pitch)
        columns = {
            "roll": roll,
            "pitch": pitch,
            "roll_rate": hull[:, response.ROLL_RATE],
            "pitch_rate": hull[:, response.PITCH_RATE],
            "yaw_rate": np.zeros(count),
            "heave": hull[:, response.HEAVE],
            "heave_rate": hull[:, response.HEAVE_RATE],
            "acceleration_x": (GRAVITY_M_S2 * np.sin(pitch)).round(5),
            "acceleration_y": (-GRAVITY_M_S2 * np.sin(roll)).round(5),
            "acceleration_z": (upright + hull[:, response.HEAVE_ACCELERATION]).round(5),
        }
        lists: dict[str, Any] = {name: tuple(col.tolist()) for name, col in columns.items()}
        return wire.MotionHistory(
            **self._head("history", now_ns),
            times_us=tuple((times_ns // 1000).tolist()),
            **lists,
        )


def _publication(payload: wire.Payload, retain: bool = False) -> Publication:
    return Publication(wire.topic_of(payload), wire.encode(payload), retain)
