"""The station: one pure step from everything that happened to everything that follows.

`Station.step(batch, now_ns)` takes all queued inputs in order and gives back
Snapshots, bytes to send and events. Same inputs, same outputs, bit for bit: it reads
no clock, does no I/O and draws no random number, so a recording replays exactly.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

import msgspec

from gcs.building import Building, command_numbers
from gcs.clock import MILLISECOND_NS, SECOND_NS
from gcs.command.authority import Authority
from gcs.command.barge_uplink import BargeUplink, build_barge_uplink
from gcs.command.commands import Commander
from gcs.command.loading import build_commander
from gcs.command.outgoing import Dispatch
from gcs.command.uplink import Uplink, build_uplink
from gcs.config.loading import Mission
from gcs.decision.alarm_loading import build_alarms
from gcs.decision.alarms import Alarms
from gcs.decision.count_loading import build_countdown
from gcs.decision.countdown import Countdown
from gcs.decision.criteria import Criteria, build_criteria
from gcs.decision.gate import GateAction, Scene
from gcs.decision.gates import Gates, build_gates
from gcs.decision.phases import PhaseMachine, build_phases
from gcs.desk import Desk
from gcs.expressions import Expression, ExpressionError, View, compile_expression
from gcs.messages import (
    Catalogue,
    CountState,
    CriterionState,
    CriterionStatus,
    Event,
    GateState,
    GateStatus,
    Input,
    Intent,
    LinkChanged,
    LinkState,
    Outputs,
    PhaseStatus,
    Quality,
    Received,
    Resumed,
    ShellHealth,
    Snapshot,
    SourceStatus,
    Tick,
    Transmit,
)
from gcs.telemetry.dictionary import Dictionary, build_dictionary
from gcs.telemetry.display import build_display
from gcs.telemetry.entries import Entries
from gcs.telemetry.ingest import Ingest, Taken
from gcs.telemetry.speech import say_duration
from gcs.telemetry.state import JointState
from gcs.vitals import Moment, Vitals

EVENTS_SHOWN = 40
HEARTBEAT_NS = SECOND_NS
VERDICT_NS = 500 * MILLISECOND_NS
TICK_OVERDUE_NS = 200 * MILLISECOND_NS
"""After two Ticks that did not come a step is one: nothing is sent on what time made stale."""


class Station:
    """The whole program between links and consoles."""

    def __init__(
        self,
        mission: Mission,
        *,
        seed: int,
        signing_keys: Mapping[str, bytes] | None = None,
    ) -> None:
        """Build every part of the station. ConfigError with all problems at once."""
        keys = signing_keys or {}
        building = Building(mission)
        self._mission = mission
        self._dialect = building.dialect()
        self._dictionary: Dictionary = building.of(build_dictionary(mission, self._dialect))
        self._criteria = Criteria(building.of(build_criteria(mission, self._dictionary)))
        self._entries = Entries(self._dictionary)
        self._alarms = Alarms(building.of(build_alarms(mission, self._dictionary)))
        self._phases: PhaseMachine = building.of(build_phases(mission, self._dictionary))
        self._count: Countdown = building.of(build_countdown(mission, self._dictionary))
        self._gates: Gates = building.of(build_gates(mission, self._dictionary))
        self._commander: Commander = building.of(
            build_commander(
                mission, self._dictionary, str(seed).encode(), command_numbers(self._dialect)
            )
        )
        self._uplink: Uplink = building.of(build_uplink(mission, self._dialect, keys))
        self._to_barge: BargeUplink = building.of(build_barge_uplink(mission))
        self._display = building.of(build_display(mission, self._dictionary))
        building.finish()
        self._desk = Desk(
            mission.config.station.positions,
            self._criteria,
            self._gates,
            self._count,
            self._commander,
            self._alarms,
            self._entries,
            Authority(
                mission.config.station.positions,
                declared=mission.config.station.identify == "declared",
            ),
        )
        self._kept = self._windows()
        self._state = JointState(self._dictionary, self._kept)
        self._ingest = Ingest(mission, self._dictionary, self._dialect, keys)
        self._vitals = Vitals(mission, self._dictionary)
        self._statuses: tuple[CriterionStatus, ...] = ()
        self._gate_statuses: tuple[GateStatus, ...] = self._gates.statuses()
        self._phase = PhaseStatus(self._phases.phase, 0, ())
        self._count_status = self._count.status(0)
        self._events: deque[Event] = deque(maxlen=EVENTS_SHOWN)
        self._sequence = 0
        self._shown: Snapshot | None = None
        self._ticked_ns: int | None = None
        self._heartbeat_due_ns = 0
        self._verdict_due_ns = 0
        self._fault = ""

    # --- The main flow ---

    def step(self, batch: Sequence[Input], now_ns: int) -> Outputs:
        """One step. An exception inside latches a FAULT: every gate UNKNOWN, heartbeat off."""
        ticked = self._ticks(batch, now_ns)
        if self._fault:
            return self._faulted(now_ns) if ticked else Outputs()
        try:
            return self._step(batch, now_ns, ticked=ticked)
        except Exception as error:  # whatever it was, nothing may be decided on it
            self._fault = f"{type(error).__name__}: {error}"
            return self._faulted(now_ns)

    def _ticks(self, batch: Sequence[Input], now_ns: int) -> bool:
        """Whether this step is a tick: with a Tick, and where one is overdue."""
        last_ns = self._ticked_ns
        overdue = last_ns is not None and now_ns - last_ns >= TICK_OVERDUE_NS
        ticked = overdue or any(isinstance(item, Tick) for item in batch)
        if ticked:
            self._ticked_ns = now_ns
        return ticked

    def _step(self, batch: Sequence[Input], now_ns: int, *, ticked: bool) -> Outputs:
        out = _Gathered()
        taken = self._take_in(batch, now_ns, out)
        everything = ticked or self._stakes(batch, taken)
        ground = self._desk.take_ground(batch, now_ns)
        out.events += ground
        changed = self._update_state(taken, now_ns, everything=everything)
        heard = self._hear(taken, now_ns, out) or bool(ground)
        verdict_changed = self._decide(changed, now_ns, out, everything=everything, heard=heard)
        self._command(batch, now_ns, out)
        return self._report(now_ns, out, shown=ticked or verdict_changed)

    def _stakes(self, batch: Sequence[Input], taken: Taken) -> bool:
        """Whether something may be sent or committed on this step, between ticks as well.

        A person asks, or a vehicle answers a command: what time alone made stale, or
        a deadline that has passed, must be seen before that.
        """
        if any(isinstance(item, Intent) for item in batch):
            return True
        answered = taken.echoes or taken.order_echoes or taken.order_answers
        return bool(answered) and any(c.state.under_way for c in self._commander.statuses())

    def _take_in(self, batch: Sequence[Input], now_ns: int, out: _Gathered) -> Taken:
        """Bytes become samples and typed messages; the shell's news becomes vitals."""
        for item in batch:
            if isinstance(item, Received):
                self._ingest.feed(item)
                self._vitals.received(item)
            elif isinstance(item, LinkChanged):
                self._vitals.link_changed(item)
                out.events.append(_link_event(item, now_ns))
                if item.state is LinkState.UP:
                    out.transmits += self._to_barge.rebirth(item.link, now_ns)
            elif isinstance(item, ShellHealth):
                self._vitals.shell_said(item, now_ns)
            elif isinstance(item, Resumed):
                out.events[:0] = _resumed_events(item, now_ns)
        out.events += self._desk.consoles_changed(batch, now_ns)
        taken = self._ingest.take()
        out.events += taken.events
        return taken

    def _update_state(
        self, taken: Taken, now_ns: int, *, everything: bool
    ) -> frozenset[int] | None:
        """The joint state at `now_ns`; which parameters changed, None for all."""
        self._state.at(now_ns)
        self._state.apply(taken.batch)
        self._state.apply(self._entries.samples(now_ns))
        if everything:
            phase_ns = now_ns - self._phase.since_ns if self._phase.since_ns else 0
            self._state.apply(
                self._vitals.samples(
                    Moment(
                        now_ns,
                        self._count.status(now_ns),
                        phase_ns,
                        self._ingest.sources(),
                        self._ingest.mixed,
                        self._to_barge.told,
                        self._alarms.counts(),
                    )
                )
            )
        return self._state.derive(everything=everything)

    def _hear(self, taken: Taken, now_ns: int, out: _Gathered) -> bool:
        """What came back of commands, before the gates look: a verified commit is no alarm."""
        for ack in taken.acknowledgements:
            self._commander.acknowledged(ack.source, ack.command, ack.result)
        hear = self._commander
        heard = [hear.echoed(e.source, e.nonce, e.command, now_ns) for e in taken.echoes]
        heard += [hear.answered(*answer, now_ns) for answer in taken.order_answers]
        heard += [hear.echoed(e.source, e.nonce, 0, now_ns) for e in taken.order_echoes]
        for dispatch in heard:
            self._dispatch(dispatch, now_ns, out)
        for request in taken.timesync_requests:
            out.transmits += self._uplink.timesync_reply(
                request.link, request.peer, request.asked_ns, now_ns
            )
        return bool(taken.acknowledgements or heard)

    def _decide(
        self,
        changed: frozenset[int] | None,
        now_ns: int,
        out: _Gathered,
        *,
        everything: bool,
        heard: bool,
    ) -> bool:
        """Phase, count, criteria, gates; True when a verdict changed.

        Between ticks only what new values or answers can have changed is looked at
        again; what time alone changes is seen by the next tick.
        """
        out.events += (*self._state.take_events(), *self._entries.take_events())
        if everything or changed is None or changed:
            phase = self._phases.step(self._state, now_ns)
            self._phase = phase.status
            out.events += phase.events
        committed = self._gates.committed()
        count = self._count.step(self._state, now_ns, self._gates.handed_over())
        self._count_status = count.status
        out.events += count.events
        differ = self._criteria.evaluate(
            self._state, self._phase.id, committed, now_ns, None if everything else changed
        )
        ended = self._criteria.take_events()
        out.events += ended
        differ |= bool(ended)
        stepped = differ or everything or heard or changed is None or changed & self._gates.reads
        if stepped:
            self._statuses = self._criteria.statuses()
        if differ or everything:
            out.events += self._alarms.step(self._state, self._statuses, now_ns)
        if stepped:
            differ |= self._step_gates(now_ns, out)
        return differ

    def _step_gates(self, now_ns: int, out: _Gathered) -> bool:
        """Move the gates; True when one changed its state."""
        before = [gate.state for gate in self._gate_statuses]
        gates = self._gates.step(
            self._state,
            self._statuses,
            self._commander.statuses(),
            now_ns,
            self._scene(),
        )
        self._gate_statuses = gates.statuses
        out.events += gates.events
        out.actions += gates.actions
        return before != [gate.state for gate in gates.statuses]

    def _scene(self) -> Scene:
        """What gates must know of count and flight."""
        count = self._count_status
        scrubbed = count.state is CountState.SCRUBBED
        flies = count.state is CountState.FLIGHT
        return Scene(self._count.hold_reason, count.attempt, scrubbed, self._phase.id, flies)

    def _command(self, batch: Sequence[Input], now_ns: int, out: _Gathered) -> None:
        """What gates and operators ask for, and what is due."""
        first, then = self._desk.split(batch, self._state, now_ns)
        for dispatch in self._desk.take(first, self._state, now_ns):
            self._dispatch(dispatch, now_ns, out)
        for action in out.actions:
            self._dispatch(self._desk.obey(action, self._state, now_ns), now_ns, out)
        for dispatch in self._desk.take(then, self._state, now_ns):
            self._dispatch(dispatch, now_ns, out)
        self._dispatch(self._commander.step(self._state, now_ns), now_ns, out)
        if any(isinstance(item, Tick) for item in batch):
            self._speak(now_ns, out)

    def _report(self, now_ns: int, out: _Gathered, *, shown: bool) -> Outputs:
        """Outputs, with a Snapshot on a tick or a change of verdict."""
        self._events.extend(out.events)
        if not shown:
            return Outputs((), tuple(out.transmits), tuple(out.events))
        self._shown = self._snapshot(now_ns)
        return Outputs((self._shown,), tuple(out.transmits), tuple(out.events))

    # --- Its parts ---

    def _dispatch(self, dispatch: Dispatch, now_ns: int, out: _Gathered) -> None:
        out.events += dispatch.events
        for target, fields in dispatch.outgoing:
            out.transmits += self._uplink.command_long(target, fields, now_ns)
        for order in dispatch.orders:
            out.transmits += self._to_barge.order(order)

    def _speak(self, now_ns: int, out: _Gathered) -> None:
        """Heartbeat and TIMESYNC at 1 Hz, verdicts at 2 Hz: they stop when the step stops."""
        if now_ns >= self._heartbeat_due_ns:
            self._heartbeat_due_ns = now_ns + HEARTBEAT_NS - SECOND_NS // 20
            out.transmits += self._uplink.heartbeat(now_ns)
            out.transmits += self._uplink.timesync(now_ns)
        if now_ns >= self._verdict_due_ns:
            self._verdict_due_ns = now_ns + VERDICT_NS - SECOND_NS // 20
            out.transmits += self._uplink.verdicts(self._gate_statuses, now_ns)
            out.transmits += self._to_barge.verdict(
                self._gate_statuses, self._statuses, self._count_status, now_ns
            )

    def _windows(self) -> dict[int, int]:
        merged: dict[int, int] = {}
        parts = (
            self._dictionary,
            self._criteria,
            self._alarms,
            self._phases,
            self._count,
            self._gates,
            self._commander,
        )
        for part in parts:
            for index, span_ns in part.windows().items():
                merged[index] = max(span_ns, merged.get(index, 0))
        return merged

    # --- What others see ---

    @property
    def view(self) -> View:
        """The joint state as expressions see it."""
        return self._state

    def sources(self) -> tuple[SourceStatus, ...]:
        """Who spoke, and how much of it was lost."""
        return self._ingest.sources()

    def compile(self, text: str) -> Expression:
        """An expression over this station's parameters; ExpressionError if it is none.

        Its windows must not reach further than the history that the mission keeps.
        """
        expression = compile_expression(text, self._dictionary)
        for index, span_ns in expression.windows.items():
            if span_ns > self._kept.get(index, 0):
                name = self._dictionary.parameters[index].id
                raise ExpressionError(f"the mission keeps no such history of {name}")
        return expression

    def catalogue(self, mode: str) -> Catalogue:
        """What a console needs once; `mode` is LIVE or REPLAY."""
        mission = self._mission
        return Catalogue(
            mission=mission.config.mission.id,
            title=mission.config.mission.title,
            mode=mode,
            vehicle=mission.vehicle.title if mission.vehicle else "",
            barge=mission.barge.title if mission.barge else "",
            parameters=self._dictionary.infos(),
            criteria=self._criteria.infos(),
            gates=self._gates.infos(),
            phases=self._phases.infos(),
            commands=self._commander.infos(),
            deck_length_m=mission.barge.deck.length_m if mission.barge else 0.0,
            deck_width_m=mission.barge.deck.width_m if mission.barge else 0.0,
            display=self._display,
            alarms=self._alarms.infos(),
            marks=self._count.infos(),
            positions=mission.config.station.positions,
        )

    def _snapshot(self, now_ns: int) -> Snapshot:
        self._sequence += 1
        return Snapshot(
            sequence=self._sequence,
            now_ns=now_ns,
            count=self._count_status,
            phase=self._phase,
            readings=self._state.readings(now_ns),
            criteria=self._statuses,
            gates=self._gate_statuses,
            commands=self._commander.statuses(),
            staged=self._desk.staged(self._state, now_ns),
            links=self._vitals.link_statuses(self._ingest),
            sources=self._ingest.sources(),
            events=tuple(self._events),
            simulated=self._ingest.simulated,
            recorder_ok=self._vitals.recorder_ok(now_ns),
            fault=self._fault,
            alarms=self._alarms.statuses(),
            alarm_counts=self._alarms.counts(),
            entries=self._entries.statuses(),
            consoles=self._desk.authority.statuses(),
        )

    def _faulted(self, now_ns: int) -> Outputs:
        """After a fault: nothing is known, nothing is sent, and everyone is told."""
        why = f"station fault: {self._fault}"
        self._statuses = tuple(
            CriterionStatus(s.id, CriterionState.UNKNOWN, None, None, None, now_ns, why)
            for s in self._criteria.infos()
        )
        self._gate_statuses = tuple(
            GateStatus(gate.id, GateState.UNKNOWN, now_ns, None, (), why)
            for gate in self._gates.infos()
        )
        event = Event(now_ns, "fault", "station", self._fault, 0)
        first = not any(e.kind == "fault" and e.origin == "station" for e in self._events)
        if first:
            self._events.append(event)
        return Outputs(self._last_words(now_ns), (), (event,) if first else ())

    def _last_words(self, now_ns: int) -> tuple[Snapshot, ...]:
        """A Snapshot after a fault; the last one made over, where the fault bars a new one."""
        try:
            return (self._snapshot(now_ns),)
        except Exception:  # what broke the step may break its Snapshot too
            return () if self._shown is None else (self._made_over(self._shown, now_ns),)

    def _made_over(self, shown: Snapshot, now_ns: int) -> Snapshot:
        stale = (int(Quality.STALE),) * len(shown.readings.qualities)
        return msgspec.structs.replace(
            shown,
            sequence=self._sequence,
            now_ns=now_ns,
            readings=msgspec.structs.replace(shown.readings, qualities=stale),
            criteria=self._statuses,
            gates=self._gate_statuses,
            events=tuple(self._events),
            fault=self._fault,
        )


class _Gathered:
    """What one step has gathered so far."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.transmits: list[Transmit] = []
        self.actions: list[GateAction] = []


def _link_event(changed: LinkChanged, now_ns: int) -> Event:
    severity = 6 if changed.state is LinkState.UP else 4
    return Event(now_ns, "link", changed.link, f"{changed.state}: {changed.detail}", severity)


def _resumed_events(resumed: Resumed, now_ns: int) -> list[Event]:
    """That it goes on, and before it why it may not stand as it stood."""
    gap = say_duration(resumed.gap_ns)
    text = f"resumed from {resumed.recording} after {gap} in which nobody decided"
    warned = [Event(now_ns, "resumed", "station", resumed.warning, 3)] if resumed.warning else []
    return [*warned, Event(now_ns, "resumed", "station", text, 4)]
