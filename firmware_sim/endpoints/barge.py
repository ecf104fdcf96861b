"""The barge on the wire: one JSON payload a topic, birth with history, last will.

It hears the station's verdicts and orders, and answers each order by a response.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from firmware_sim.barge.controls import (
    Controls,
    Surroundings,
    carry_out,
    hear_verdict,
    lights,
    take,
    verdict_heard,
)
from firmware_sim.barge.instruments import MOTION_FIELDS, motion_history
from firmware_sim.environment.earth import earth_parameters, earth_position, geodetic
from firmware_sim.faults import THRUSTERS, Fault, active, silent, spoil
from firmware_sim.scenario import Scenario
from firmware_sim.vehicle.state import Surface
from firmware_sim.world_state import WorldParameters, WorldState
from gcs.clock import SECOND_NS
from gcs.telemetry import barge as wire

CYCLES_PER_SECOND = 100

RATES_HZ: dict[str, int] = {
    "motion": 10,
    "position": 2,
    "dp": 1,
    "deck": 2,
    "weather": 1,
    "power": 1,
    "systems": 2,
}
"""What is published, and how often; every rate divides the cycle rate."""

_SOFTWARE = "landfall firmware-sim"
_BEACON_HEALTHY_NS = SECOND_NS
_BUS_SAG = 0.02
"""Share of the bus voltage that full load takes away; assumed."""
_TURN = 2.0 * math.pi


@dataclass(frozen=True, slots=True)
class Publication:
    """A payload under its topic (without the root)."""

    topic: str
    data: bytes
    retain: bool = False


@dataclass(frozen=True, slots=True)
class SavedPort:
    """The next number of each topic, and what the barge was told."""

    sequences: dict[str, int]
    controls: Controls


class BargePort:
    """The wire side of the barge. It reads the ship's record and keeps what it was told."""

    def __init__(self, scenario: Scenario, world: WorldState, p: WorldParameters) -> None:
        self._config = scenario.simulation
        self._model = scenario.barge_model
        self._start_ns = scenario.start_ns
        self._boot_id = f"sim-{scenario.seed}"
        self._world, self._p = world, p
        self._allowed_error_m = scenario.barge_model.positioning.allowed_error_m
        self._earth = earth_parameters()
        self._sequences = dict.fromkeys(wire.TOPICS, 0)
        self._controls = Controls()
        self._schedule = self._make_schedule()

    def _make_schedule(self) -> list[list[Callable[[int], wire.Payload | None]]]:
        schedule: list[list[Callable[[int], wire.Payload | None]]] = [
            [] for _ in range(CYCLES_PER_SECOND)
        ]
        for row, (topic, rate_hz) in enumerate(RATES_HZ.items()):
            period = CYCLES_PER_SECOND // rate_hz
            for cycle in range(row % period, CYCLES_PER_SECOND, period):
                schedule[cycle].append(getattr(self, f"_payload_of_{topic}"))
        return schedule

    def publish(self, cycle: int, now_ns: int) -> list[Publication]:
        """The publications of this cycle."""
        self._carry_out(now_ns)
        builders = self._schedule[cycle % CYCLES_PER_SECOND]
        payloads = [build(now_ns) for build in builders]
        return [_publication(payload) for payload in payloads if payload is not None]

    def birth(self, now_ns: int) -> list[Publication]:
        """Who it is and its last minutes of motion; both stay with the broker."""
        status = self._status(wire.BargeState.ONLINE, now_ns)
        return [_publication(status, retain=True), _publication(self._history(now_ns), retain=True)]

    def will(self, now_ns: int) -> Publication:
        """What the broker shall say when this barge falls silent."""
        return _publication(self._status(wire.BargeState.OFFLINE, now_ns), retain=True)

    def receive(self, topic: str, data: bytes, now_ns: int) -> list[Publication]:
        """Answers a rebirth request by the birth, an order by a response, and word that it is
        offline by its status.

        Its own will can overtake its birth, and stays with the broker: who is online
        says so again. A verdict is kept; nothing else is answered.
        """
        match wire.decode(topic, data):
            case wire.Rebirth():
                return self.birth(now_ns)
            case wire.Verdict() as verdict:
                self._controls = hear_verdict(self._controls, verdict, now_ns)
            case wire.Order() as order:
                return [self._obey(order, now_ns)]
            case wire.Status(state=wire.BargeState.OFFLINE):
                return [_publication(self._status(wire.BargeState.ONLINE, now_ns), retain=True)]
        return []

    def save(self) -> SavedPort:
        """All that this side remembers."""
        return SavedPort(dict(self._sequences), self._controls)

    def restore(self, saved: SavedPort) -> None:
        """Go on from what `save` gave."""
        self._sequences, self._controls = dict(saved.sequences), saved.controls

    # --- Orders ---

    def _obey(self, order: wire.Order, now_ns: int) -> Publication:
        self._controls, answer = take(self._controls, order, self._surroundings(now_ns), now_ns)
        if answer.new and answer.accepted and order.heading_true is not None:
            self._world.ship.positioning.setpoint[2] = order.heading_true
        self._carry_out(now_ns)
        response = wire.Response(
            **self._head("response", now_ns),
            order=order.order,
            nonce=order.nonce,
            accepted=answer.accepted,
            reason=answer.reason,
        )
        return _publication(response)

    def _carry_out(self, now_ns: int) -> None:
        if self._controls.pending:
            self._controls = carry_out(self._controls, now_ns)
            self._world.beacon.off = int(not self._controls.switches.beacon_on)

    def _surroundings(self, now_ns: int) -> Surroundings:
        condition, contact = self._world.ship.condition, self._world.vehicle.contact
        persons = int(condition.persons)
        fit = self._clear(now_ns) and not self._burns(now_ns) and persons == 0
        stands = contact.surface == Surface.DECK and not contact.fallen
        return Surroundings(fit=fit, persons=persons, stage_stands=bool(stands))

    def _clear(self, now_ns: int) -> bool:
        blocked = self._active(self._world.faults.deck_blocked, now_ns)
        return bool(self._world.ship.condition.clear) and not blocked

    def _burns(self, now_ns: int) -> bool:
        burning = self._active(self._world.faults.deck_fire, now_ns)
        return bool(self._world.ship.condition.fire) or burning

    # --- Payloads ---

    def _head(self, topic: str, now_ns: int) -> dict[str, Any]:
        self._sequences[topic] += 1
        return {
            "time_us": now_ns // 1000,
            "sequence": self._sequences[topic] - 1,
            "simulated": True,
        }

    def _silent(self, fault: Fault, now_ns: int) -> bool:
        return bool(fault.kind) and silent(fault, now_ns - self._start_ns)

    def _active(self, fault: Fault, now_ns: int) -> bool:
        return bool(fault.kind) and active(fault, now_ns - self._start_ns)

    def _status(self, state: wire.BargeState, now_ns: int) -> wire.Status:
        return wire.Status(
            **self._head("status", now_ns),
            state=state,
            boot_id=self._boot_id,
            software=_SOFTWARE,
        )

    def _payload_of_motion(self, now_ns: int) -> wire.Motion | None:
        if self._silent(self._world.faults.deck_motion, now_ns):
            return None
        values: list[float] = self._world.ship.instruments.motion.tolist()
        fields: dict[str, Any] = dict(zip(MOTION_FIELDS, values, strict=True))
        return wire.Motion(**self._head("motion", now_ns), **fields)

    def _payload_of_position(self, now_ns: int) -> wire.Position | None:
        if self._silent(self._world.faults.deck_position, now_ns):
            return None
        ship = self._world.ship
        deck, (north_m, east_m, heading) = ship.deck, ship.instruments.position.tolist()
        place = np.empty(3)
        earth_position(self._p.site, np.array([north_m, east_m, -deck.heave_m]), place)
        latitude, longitude, _ = geodetic(self._earth, place)
        north_m_s, east_m_s, _ = deck.velocity_m_s.tolist()
        return wire.Position(
            **self._head("position", now_ns),
            latitude=math.degrees(latitude),
            longitude=math.degrees(longitude),
            heading_true=heading % _TURN,
            course_over_ground=math.atan2(east_m_s, north_m_s) % _TURN,
            speed_over_ground=math.hypot(north_m_s, east_m_s),
            station_error=float(ship.positioning.error_m),
        )

    def _payload_of_dp(self, now_ns: int) -> wire.Dp:
        ship = self._world.ship
        available = int(ship.propulsion.available)
        holding = available > 0 and ship.positioning.error_m <= self._allowed_error_m
        relative = self._p.ship.sea.direction_rad - ship.instruments.position[2]
        return wire.Dp(
            **self._head("dp", now_ns),
            mode=wire.DpMode.HOLDING if holding else wire.DpMode.FAILED,
            thrusters_total=THRUSTERS,
            thrusters_available=available,
            power_fraction=float(ship.power_share),
            wave_relative_heading=math.remainder(relative, _TURN),
        )

    def _payload_of_deck(self, now_ns: int) -> wire.Deck:
        around = self._surroundings(now_ns)
        return wire.Deck(
            **self._head("deck", now_ns),
            clear=self._clear(now_ns),
            persons_on_board=around.persons,
            fire=self._burns(now_ns),
            beacon_healthy=self._beacon_healthy(now_ns - self._start_ns),
            lights=lights(self._controls, around, now_ns),
            wet=bool(self._world.ship.deck.wet),
        )

    def _payload_of_systems(self, now_ns: int) -> wire.Systems:
        switches = self._controls.switches
        return wire.Systems(
            **self._head("systems", now_ns),
            deck_closed=switches.deck_closed,
            beacon_on=switches.beacon_on,
            monitors_on=switches.monitors_on,
            lights_on=switches.lights_on,
            stage_secured=switches.stage_secured,
            verdict_heard=verdict_heard(self._controls, now_ns),
            order_nonce=self._controls.order_nonce,
        )

    def _beacon_healthy(self, elapsed_ns: int) -> bool:
        """Whether it was on the air within the last second."""
        beacon = self._world.beacon
        if elapsed_ns < _BEACON_HEALTHY_NS:
            return True
        count = int(beacon.count)
        last = beacon.messages[(count - 1) % len(beacon.messages)]
        return count > 0 and elapsed_ns - int(last.sampled_ns) <= _BEACON_HEALTHY_NS

    def _payload_of_weather(self, now_ns: int) -> wire.Weather | None:
        fault = self._world.faults.weather
        if self._silent(fault, now_ns):
            return None
        weather, sea = self._config.weather, self._p.ship.sea
        spread = 1.0 + self._model.sensors.wind_share * math.tanh(self._world.ship.gust)
        fields: dict[str, Any] = {
            "wind_speed_true": weather.wind_speed_m_s,
            "wind_gust": weather.wind_gust_m_s * spread,
            "significant_wave_height": float(sea.significant_wave_height_m),
            "wave_period": float(sea.peak_period_s),
            "visibility": weather.visibility_m,
            "air_pressure": weather.air_pressure_pa,
            "air_temperature": weather.air_temperature_k,
        }
        if fault.kind:
            elapsed_ns = now_ns - self._start_ns
            fields = {
                name: spoil(fault, i, value, elapsed_ns)
                for i, (name, value) in enumerate(fields.items())
            }
        return wire.Weather(
            **self._head("weather", now_ns),
            wind_direction_true=weather.wind_direction % _TURN,
            wave_direction=float(sea.direction_rad),
            **fields,
        )

    def _payload_of_power(self, now_ns: int) -> wire.Power:
        plant, share = self._model.plant, float(self._world.ship.power_share)
        return wire.Power(
            **self._head("power", now_ns),
            bus_voltage=plant.bus_v * (1.0 - _BUS_SAG * share),
            generators_online=plant.generators,
            battery_fraction=plant.battery,
            fuel_fraction=plant.fuel,
            ballast_fraction=plant.ballast,
        )

    def _history(self, now_ns: int) -> wire.MotionHistory:
        """Motion before `now_ns`, computed afresh: the sea is a function of time."""
        barge, p = self._config.barge, self._p.ship
        step_ns = round(SECOND_NS / barge.history_rate_hz)
        times_ns = now_ns - step_ns * np.arange(barge.history // step_ns, 0, -1, dtype=np.int64)
        place = (p.north_m, p.east_m, p.heading_rad)
        motion = motion_history(p.sea, p.response, place, times_ns - self._start_ns)
        columns = zip(MOTION_FIELDS, motion.round(6).T, strict=True)
        lists: dict[str, Any] = {name: tuple(column.tolist()) for name, column in columns}
        return wire.MotionHistory(
            **self._head("history", now_ns),
            times_us=tuple((times_ns // 1000).tolist()),
            **lists,
        )


def _publication(payload: wire.Payload, retain: bool = False) -> Publication:
    return Publication(wire.topic_of(payload), wire.encode(payload), retain)
