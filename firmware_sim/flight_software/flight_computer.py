"""A flight computer as its wires see it: commands in, and what telemetry reads."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from firmware_sim.flight_software.commanding import (
    COMMANDS,
    Answer,
    CommandDesk,
    Decision,
    Reason,
    denied,
)
from firmware_sim.flight_software.computer import BEACON_LOST_NS, ComputerState
from firmware_sim.flight_software.hop_state import Stage as HopStage
from firmware_sim.flight_software.interfaces import Solution
from firmware_sim.flight_software.modes import (
    LEADS_TO,
    ON_PAD,
    POWERED_DESCENT,
    STANDING,
    Command,
    FlightMode,
)
from firmware_sim.flight_software.notices import Event, Notice, log_event, take_notices
from firmware_sim.flight_software.returning import Stage as ReturnStage

SECOND_NS = 1_000_000_000
_SHORTEST_COUNT_S = 2.0
_LONGEST_COUNT_S = 3600.0


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
    """One of the three; all that it remembers is in `state`, a part of the world's record."""

    def __init__(self, state: ComputerState, commit_height_m: float = 0.0) -> None:
        self.state = state
        self._commit_height_m = commit_height_m
        self._desk = CommandDesk(state.desk)

    @property
    def mode(self) -> FlightMode:
        """What it is doing."""
        return FlightMode(int(self.state.mode))

    @property
    def silent(self) -> bool:
        """Whether a fault keeps it from saying or hearing anything."""
        return bool(self.state.silent)

    @property
    def solution(self) -> Solution:
        """The navigation's belief."""
        return self.state.solution

    @property
    def echo(self) -> tuple[Command | None, int]:
        """The command last accepted and its nonce."""
        return self._desk.command, self._desk.nonce

    @property
    def zero_ns(self) -> int | None:
        """When thrust shall be there, while it counts down."""
        return int(self.state.zero_ns) if self.state.counting else None

    @property
    def lift_off_ns(self) -> int | None:
        """When it left the pad, if it did."""
        return int(self.state.lift_off_ns) if self.state.lift_off_known else None

    def healthy(self, now_ns: int) -> bool:
        """Whether its own checks pass: it runs, knows where it is, and hears the beacon."""
        knows = bool(self.state.solution.valid) and self._hears_beacon(now_ns)
        return self.mode is not FlightMode.ABORTED and knows

    def _hears_beacon(self, now_ns: int) -> bool:
        s = self.state.solution
        return bool(s.deck_known) and now_ns - s.deck_time_ns < BEACON_LOST_NS

    def notices(self) -> list[Notice]:
        """What there is to tell, once."""
        return take_notices(self.state.events)

    def landing(self, now_ns: int) -> LandingSolution:
        """The landing solution at `now_ns`."""
        s, steering = self.state.solution, self.state.steering
        time_s, margin_kg = self._prediction()
        age_s = (now_ns - s.deck_time_ns) / SECOND_NS if s.deck_known else math.nan
        return LandingSolution(
            relative_north_m=float(s.relative_m[0]),
            relative_east_m=float(s.relative_m[1]),
            height_m=float(s.height_m),
            aim_north_m=float(steering.aim_m[0]),
            aim_east_m=float(steering.aim_m[1]),
            time_to_touchdown_s=time_s,
            propellant_margin_kg=margin_kg,
            beacon_age_s=age_s,
        )

    def _prediction(self) -> tuple[float, float]:
        steering = self.state.steering
        if self.mode in STANDING or self.mode is FlightMode.DOWN:
            return 0.0, float(steering.propellant_margin_kg)
        if self.mode in ON_PAD or self.mode is FlightMode.ABORTED:
            return math.nan, math.nan
        return float(steering.time_to_touchdown_s), float(steering.propellant_margin_kg)

    # --- Commands ---

    def command(
        self, command: Command, nonce: float, validity_ms: float, countdown_s: float, now_ns: int
    ) -> Answer:
        """Take or refuse a command that arrives at `now_ns`; the answer is for COMMAND_ACK."""
        decision = self._desk.judge(command, nonce, validity_ms, self._judged_mode(command), now_ns)
        if decision.act:
            decision = self._objection(command, countdown_s, now_ns) or decision
        if decision.act:
            self._desk.accept(command, nonce)
            self.state.followed_from = 0
            self._obey(command, countdown_s, now_ns)
            self._log(Event.ACCEPTED, command, decision)
        elif decision.answer is not Answer.ACCEPTED:
            self._log(Event.REFUSED, command, decision)
        return decision.answer

    def _judged_mode(self, command: Command) -> FlightMode:
        """The mode to judge a command by: for what it followed the others to, the one before."""
        before = int(self.state.followed_from)
        if before and LEADS_TO.get(command) is self.mode:
            return FlightMode(before - 1)
        return self.mode

    def _objection(self, command: Command, countdown_s: float, now_ns: int) -> Decision | None:
        """What stands against a command that the mode allows."""
        mode = self.mode
        if command is Command.LAUNCH:
            counts = _SHORTEST_COUNT_S <= countdown_s <= _LONGEST_COUNT_S
            return None if counts else denied(Reason.NO_COUNTDOWN, mode)
        if command is Command.HOLD and self.state.ignited:
            return denied(Reason.IGNITED, mode)
        final = mode in POWERED_DESCENT and _final_descent(self.state)
        if final and mode is not FlightMode.DIVERTING:
            return denied(Reason.FINAL_DESCENT, mode)
        if command is Command.LANDING_COMMIT:
            return self._commit_objection(now_ns)
        return None

    def _commit_objection(self, now_ns: int) -> Decision | None:
        if self.state.divert:
            return denied(Reason.DIVERTED, self.mode)
        if not self._hears_beacon(now_ns):
            return Decision(Answer.REJECTED_FOR_NOW, False, Reason.NO_BEACON, self.mode)
        if not self.state.solution.height_m >= self._commit_height_m:
            return denied(Reason.TOO_LOW, self.mode)
        return None

    def _obey(self, command: Command, countdown_s: float, now_ns: int) -> None:
        if command is Command.LAUNCH:
            self.state.counting = 1
            self.state.zero_ns = now_ns + round(countdown_s * SECOND_NS)
            self._enter(FlightMode.TERMINAL_COUNT, now_ns)
        elif command is Command.HOLD:
            self.state.counting = 0
            self._enter(FlightMode.PRELAUNCH, now_ns)
        elif command is Command.LANDING_COMMIT:
            self._enter(FlightMode.COMMITTED, now_ns)
        elif self.mode in ON_PAD:
            self._enter(FlightMode.ABORTED, now_ns)
        else:
            self.state.divert = 1
            if self.mode in POWERED_DESCENT:
                self._enter(FlightMode.DIVERTING, now_ns)

    def _enter(self, mode: FlightMode, now_ns: int) -> None:
        self.state.mode, self.state.mode_since_ns = int(mode), now_ns

    def _log(self, event: Event, command: Command, decision: Decision) -> None:
        number = COMMANDS.index(command) + 1
        log_event(self.state.events, int(event), number, int(decision.why), int(decision.mode))


def make_computers(states: Sequence[ComputerState], commit_height_m: float) -> list[FlightComputer]:
    """The three on the records of a world. New records are computers that wait on the pad."""
    return [FlightComputer(states[i], commit_height_m) for i in range(len(states))]


def join_flight(states: Sequence[ComputerState], lift_off_ns: int) -> None:
    """Put the computers into a flight under way, engines off, that lifted off at `lift_off_ns`."""
    for i in range(len(states)):
        state = states[i]
        state.mode = int(FlightMode.COAST)
        state.ignited = 1
        state.lift_off_known, state.lift_off_ns = 1, lift_off_ns


def _final_descent(c: ComputerState) -> bool:
    """Whether guidance has begun what no command changes any more."""
    return c.hop.stage == HopStage.FINAL or c.returning.stage == ReturnStage.FINAL
