"""A flight computer: its mode, and what it asks of the vehicle in each.

Three of them run the same software on their own sensors and their own commands.
What the vehicle does is the middle of what they ask; a computer that missed a
command goes with the other two where `FOLLOWS` says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from firmware_sim.flight_software.commanding import Answer, CommandDesk, Decision
from firmware_sim.flight_software.control import AttitudeControl
from firmware_sim.flight_software.guidance import Guidance, Stage, Steering
from firmware_sim.flight_software.modes import (
    ENDED,
    FOLLOWS,
    LEADS_TO,
    ON_PAD,
    POWERED_DESCENT,
    Command,
    FlightMode,
)
from firmware_sim.flight_software.navigation import Navigation, Solution
from firmware_sim.vehicle.plant import Actuation, Sensed
from firmware_sim.vehicle.touchdown import Surface
from gcs.config.vehicle import VehicleModel

SECOND_NS = 1_000_000_000
_SHORTEST_COUNT_S = 2.0
_LONGEST_COUNT_S = 3600.0
_HEALTHY_BEACON_S = 3.0


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell the ground in a sentence; `severity` is MAV_SEVERITY."""

    severity: int
    text: str


@dataclass(frozen=True, slots=True)
class LandingSolution:
    """What LANDING_STATE carries. NaN where there is no solution. Metres from deck centre."""

    relative_north_m: float
    relative_east_m: float
    height_m: float
    aim_north_m: float
    aim_east_m: float
    time_to_touchdown_s: float
    propellant_margin_kg: float
    beacon_age_s: float


class FlightComputer:
    """One of the three. `step` is called at a fixed rate; `command` when one arrives."""

    def __init__(
        self,
        model: VehicleModel,
        deck_height_m: float,
        relative_sigma_m: float,
        random: np.random.Generator,
        step_ns: int,
    ) -> None:
        self._model = model
        self.navigation = Navigation(random, relative_sigma_m, step_ns)
        self._guidance = Guidance(model, deck_height_m, step_ns / SECOND_NS)
        self._control = AttitudeControl(model)
        self._desk = CommandDesk()
        self._notices: list[Notice] = []
        self._lift_off_ns: int | None = None
        self._divert = False
        self._ignited = False
        self._followed_from: FlightMode | None = None
        self._outvoted_since_ns: int | None = None
        self.zero_ns: int | None = None
        self.mode = FlightMode.PRELAUNCH

    # --- What the others and the ground see ---

    @property
    def solution(self) -> Solution:
        """The navigation's belief."""
        return self.navigation.solution

    @property
    def echo(self) -> tuple[Command | None, int]:
        """The command last accepted and its nonce."""
        return self._desk.command, self._desk.nonce

    def healthy(self, now_ns: int) -> bool:
        """Whether this computer's own checks pass: it runs, and hears the beacon."""
        age_s = self.navigation.beacon_age_s(now_ns)
        return self.mode is not FlightMode.ABORTED and age_s < _HEALTHY_BEACON_S

    def notices(self) -> list[Notice]:
        """What there is to tell, once."""
        taken, self._notices = self._notices, []
        return taken

    def landing(self, sensed: Sensed, now_ns: int) -> LandingSolution:
        """The landing solution at `now_ns`."""
        s = self.solution
        time_s, margin_kg = self._prediction(sensed, now_ns)
        return LandingSolution(
            relative_north_m=s.north_m - s.deck_north_m,
            relative_east_m=-s.deck_east_m,
            height_m=s.up_m - s.deck_up_m,
            aim_north_m=self._guidance.aim_offset_m(self._aim_mode()),
            aim_east_m=0.0,
            time_to_touchdown_s=time_s,
            propellant_margin_kg=margin_kg,
            beacon_age_s=self.navigation.beacon_age_s(now_ns),
        )

    def _aim_mode(self) -> FlightMode:
        """A vehicle on the deck got there by its commit, whatever its mode is now."""
        return FlightMode.COMMITTED if self.mode is FlightMode.LANDED else self.mode

    def _prediction(self, sensed: Sensed, now_ns: int) -> tuple[float, float]:
        if self.mode in (FlightMode.LANDED, FlightMode.DOWN):
            return 0.0, sensed.propellant_kg - self._model.mass.reserve_kg
        if self.mode is not FlightMode.COAST and self.mode not in POWERED_DESCENT:
            return math.nan, math.nan
        relit = self.mode in POWERED_DESCENT
        time_s = self._guidance.time_to_touchdown_s(self.solution, self.mode, now_ns, relit)
        burn_s = time_s if relit else time_s - self._coast_left_s()
        return time_s, self._guidance.propellant_margin_kg(sensed, burn_s)

    def _coast_left_s(self) -> float:
        s, profile = self.solution, self._model.profile
        above = s.up_m - profile.relight_height_m
        root = max(s.velocity_up_m_s**2 + 2.0 * 9.80665 * above, 0.0)
        return max(0.0, (s.velocity_up_m_s + math.sqrt(root)) / 9.80665)

    # --- Commands ---

    def command(
        self, command: Command, nonce: float, validity_ms: float, countdown_s: float, now_ns: int
    ) -> Answer:
        """Take or refuse a command that arrives at `now_ns`; the answer is for COMMAND_ACK."""
        mode = self.mode
        if self._followed_from is not None and LEADS_TO.get(command) is mode:
            mode = self._followed_from
        decision = self._desk.judge(command, nonce, validity_ms, mode, now_ns)
        if decision.act:
            decision = self._objection(command, countdown_s) or decision
        if decision.act:
            self._desk.accept(command, nonce)
            self._followed_from = None
            self._obey(command, countdown_s, now_ns)
            self._say(5, f"{command.name} accepted")
        elif decision.answer is not Answer.ACCEPTED:
            self._say(4, f"{command.name} refused: {decision.reason}")
        return decision.answer

    def _objection(self, command: Command, countdown_s: float) -> Decision | None:
        """What stands against a command that the mode allows."""
        if command is Command.LAUNCH:
            counts = _SHORTEST_COUNT_S <= countdown_s <= _LONGEST_COUNT_S
            return None if counts else Decision(Answer.DENIED, False, "no usable countdown")
        if command is Command.HOLD and self._ignited:
            return Decision(Answer.DENIED, False, "ignition has begun")
        final = self.mode in POWERED_DESCENT and self._guidance.stage is Stage.FINAL
        if final and self.mode is not FlightMode.DIVERTING:
            return Decision(Answer.DENIED, False, "the final descent has begun")
        if command is Command.LANDING_COMMIT and self._divert:
            return Decision(Answer.DENIED, False, "a divert was accepted")
        return None

    def _obey(self, command: Command, countdown_s: float, now_ns: int) -> None:
        if command is Command.LAUNCH:
            self.zero_ns = now_ns + round(countdown_s * SECOND_NS)
            self.mode = FlightMode.TERMINAL_COUNT
        elif command is Command.HOLD:
            self.zero_ns = None
            self.mode = FlightMode.PRELAUNCH
        elif command is Command.LANDING_COMMIT:
            self.mode = FlightMode.COMMITTED
        elif self.mode in ON_PAD:
            self.mode = FlightMode.ABORTED
        else:
            self._divert = True
            if self.mode in POWERED_DESCENT:
                self.mode = FlightMode.DIVERTING

    # --- Flight ---

    def step(self, sensed: Sensed, peers: Sequence[FlightComputer], now_ns: int) -> Actuation:
        """One cycle: sense, change mode, guide, control."""
        solution = self.navigation.step(sensed, now_ns)
        mode = self.mode
        self._change_mode(sensed, now_ns)
        if self.mode is not mode:
            self._followed_from = None
        self._follow(peers, now_ns)
        if self.mode is not mode:
            self._say(6, f"{self.mode.name.replace('_', ' ').lower()}")
        return self._act(sensed, solution, now_ns)

    def _follow(self, peers: Sequence[FlightComputer], now_ns: int) -> None:
        """Go with the two others where they have agreed for long enough."""
        theirs = {peer.mode for peer in peers}
        other = theirs.pop() if len(peers) > 1 else self.mode
        wait_ns = FOLLOWS.get((self.mode, other)) if not theirs else None
        if wait_ns is None:
            self._outvoted_since_ns = None
            return
        if self._outvoted_since_ns is None:
            self._outvoted_since_ns = now_ns
        if now_ns - self._outvoted_since_ns >= wait_ns:
            self._followed_from, self.mode = self.mode, other
            self._outvoted_since_ns = None
            self.zero_ns = peers[0].zero_ns

    def _change_mode(self, sensed: Sensed, now_ns: int) -> None:
        if self.mode in ENDED:
            return
        if sensed.contact is not None:
            standing = sensed.contact is Surface.DECK and sensed.upright
            self.mode = FlightMode.LANDED if standing else FlightMode.DOWN
        elif self.mode in ON_PAD and not sensed.on_pad:
            self._lift_off_ns = now_ns
            self.mode = FlightMode.ASCENT
        elif self.mode is FlightMode.ASCENT:
            if self.solution.up_m >= self._model.profile.cutoff_height_m:
                self.mode = FlightMode.COAST
        elif self.mode is FlightMode.COAST:
            self._relight()
        elif self.mode is FlightMode.DESCENT and self._guidance.hover_over(now_ns):
            self._say(4, "no landing commit: open water")
            self.mode = FlightMode.DIVERTING

    def _relight(self) -> None:
        s = self.solution
        if s.velocity_up_m_s < 0.0 and s.up_m <= self._model.profile.relight_height_m:
            self.mode = FlightMode.DIVERTING if self._divert else FlightMode.DESCENT

    def _act(self, sensed: Sensed, solution: Solution, now_ns: int) -> Actuation:
        mode = self.mode
        if mode is FlightMode.TERMINAL_COUNT:
            return self._count(now_ns)
        if mode is FlightMode.ASCENT:
            flight_s = (now_ns - (self._lift_off_ns or now_ns)) / SECOND_NS
            return self._steered(self._guidance.ascend(solution, sensed, flight_s), sensed)
        if mode is FlightMode.COAST:
            return self._steered(self._guidance.coast(), sensed, engine=False)
        if mode in POWERED_DESCENT:
            steering = self._guidance.descend(solution, sensed, mode, now_ns)
            legs = solution.up_m < self._model.profile.legs_height_m
            return self._steered(steering, sensed, legs=legs)
        return Actuation(legs=sensed.legs)

    def _count(self, now_ns: int) -> Actuation:
        """Ignite so that thrust is there at zero."""
        zero_ns = self.zero_ns if self.zero_ns is not None else now_ns
        self._ignited = now_ns >= zero_ns - self._model.engine.start_transient
        return Actuation(engine=self._ignited, throttle=1.0)

    def _steered(
        self, steering: Steering, sensed: Sensed, engine: bool = True, legs: bool = False
    ) -> Actuation:
        gimbal, torque = self._control.step(self.solution, steering.tilt_rad, sensed.thrust_n)
        return Actuation(engine, steering.throttle, gimbal, torque, legs)

    def _say(self, severity: int, text: str) -> None:
        self._notices.append(Notice(severity, text))


def middle(asked: Sequence[Actuation]) -> Actuation:
    """The middle of what three computers ask; discretes by two of three."""
    half = len(asked) // 2

    def of(values: list[float]) -> float:
        return sorted(values)[half]

    return Actuation(
        engine=sum(a.engine for a in asked) > half,
        throttle=of([a.throttle for a in asked]),
        gimbal_rad=of([a.gimbal_rad for a in asked]),
        torque_n_m=of([a.torque_n_m for a in asked]),
        legs=sum(a.legs for a in asked) > half,
    )
