"""What the station says to the barge: the verdict with the lights it wants, orders, rebirths."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from gcs.clock import SECOND_NS
from gcs.command.deck_lights import LightsRule
from gcs.command.outgoing import OutgoingOrder
from gcs.config.loading import Mission
from gcs.config.mission import SourceConfig
from gcs.config.problems import Problem
from gcs.messages import (
    CountState,
    CountStatus,
    CriterionStatus,
    GateState,
    GateStatus,
    Transmit,
)
from gcs.telemetry import barge
from gcs.telemetry.barge import (
    MAX_GATE_NAME,
    MAX_GATES,
    CountWord,
    DeckLights,
    GateVerdict,
)

VERDICT_VALIDITY_MS = 2000
"""Four missed verdicts at 2 Hz; assumed."""

_GATES = {
    GateState.CLOSED: GateVerdict.CLOSED,
    GateState.UNKNOWN: GateVerdict.NO_GO,
    GateState.NO_GO: GateVerdict.NO_GO,
    GateState.GO: GateVerdict.GO,
    GateState.COMMITTED: GateVerdict.COMMITTED,
    GateState.MISSED: GateVerdict.MISSED,
}
_COUNTS = {
    CountState.RUNNING: CountWord.RUNNING,
    CountState.HOLD: CountWord.HOLD,
    CountState.FLIGHT: CountWord.FLIGHT,
    CountState.SCRUBBED: CountWord.SCRUBBED,
}
_TURN = 2.0 * math.pi


def build_barge_uplink(mission: Mission) -> tuple[BargeUplink, tuple[Problem, ...]]:
    """The uplink to a mission's barges, and all that it could not say when the time comes."""
    return BargeUplink(mission), tuple(_problems(mission))


def _problems(mission: Mission) -> Iterator[Problem]:
    config = mission.config
    known = {gate.id for gate in config.gate}
    for i, gate in enumerate(config.deck_lights.gates):
        if gate not in known:
            yield Problem(mission.file, f"deck_lights.gates[{i}]", f"no gate is called {gate!r}")
    yield from _veto_problems(mission)
    if not any(source.kind == "barge" for source in config.source):
        return
    if len(config.gate) > MAX_GATES:
        yield Problem(mission.file, "gate", f"the barge is told of at most {MAX_GATES} gates")
    for i, named in enumerate(config.gate):
        if len(named.id) > MAX_GATE_NAME:
            message = f"expected at most {MAX_GATE_NAME} characters: the barge is told of the gate"
            yield Problem(mission.file, f"gate[{i}].id", message)


def _veto_problems(mission: Mission) -> Iterator[Problem]:
    rules = {name: rule for _, name, rule in mission.criterion_configs()}
    for i, name in enumerate(mission.config.deck_lights.red_unless):
        rule, key = rules.get(name), f"deck_lights.red_unless[{i}]"
        if rule is None:
            yield Problem(mission.file, key, f"no criterion is called {name!r}")
        elif rule.gates or rule.phases:
            message = f"{name} may be inhibited: name one without gates and phases"
            yield Problem(mission.file, key, message)


class BargeUplink:
    """Encodes for every barge of a mission; one sequence counter a topic."""

    def __init__(self, mission: Mission) -> None:
        config = mission.config
        self._barges = {s.id: s for s in config.source if s.kind == "barge"}
        lights = config.deck_lights
        self._rule = LightsRule(lights.gates, _criteria_of(mission), lights.red_unless)
        self._sequences = dict.fromkeys(sorted(barge.TO_BARGE), 0)
        self.told: DeckLights | None = None
        """The lights that were asked for last; None before the first verdict."""

    def verdict(
        self,
        gates: Sequence[GateStatus],
        criteria: Sequence[CriterionStatus],
        count: CountStatus,
        now_ns: int,
    ) -> list[Transmit]:
        """What every barge shall know and show; it holds for a while from now."""
        if not self._barges:
            return []
        self.told = self._rule.wanted(gates, criteria)
        said = barge.Verdict(
            time_us=now_ns // 1000,
            sequence=self._next(barge.VERDICT_TOPIC),
            simulated=False,
            valid_ms=VERDICT_VALIDITY_MS,
            count=_COUNTS[count.state],
            t_clock=count.t_ns / SECOND_NS,
            gates={gate.id: _GATES[gate.state] for gate in gates},
            lights=self.told,
        )
        return self._everywhere(said, barge.VERDICT_TOPIC, self._barges.values(), qos=0)

    def order(self, order: OutgoingOrder) -> list[Transmit]:
        """One order to one barge."""
        heading_rad = order.heading_rad
        given = barge.Order(
            time_us=order.said_ns // 1000,
            sequence=self._next(barge.ORDER_TOPIC),
            simulated=False,
            order=order.order,
            nonce=order.nonce,
            valid_ms=order.valid_ms,
            heading_true=None if heading_rad is None else heading_rad % _TURN,
        )
        return self._everywhere(given, barge.ORDER_TOPIC, [self._barges[order.target]], qos=1)

    def rebirth(self, link: str, now_ns: int) -> list[Transmit]:
        """Ask the barges on a link for birth and motion history."""
        asked = barge.Rebirth(
            time_us=now_ns // 1000, sequence=self._next(barge.REBIRTH_TOPIC), simulated=False
        )
        there = [source for source in self._barges.values() if link in source.links]
        sent = self._everywhere(asked, barge.REBIRTH_TOPIC, there, qos=1)
        return [transmit for transmit in sent if transmit.link == link]

    def _next(self, topic: str) -> int:
        self._sequences[topic] += 1
        return self._sequences[topic]

    @staticmethod
    def _everywhere(
        payload: barge.Payload, topic: str, sources: Iterable[SourceConfig], qos: int
    ) -> list[Transmit]:
        data = barge.encode(payload)
        return [
            Transmit(link, data, topic=f"{source.root}/{topic}", qos=qos)
            for source in sources
            for link in source.links
        ]


def _criteria_of(mission: Mission) -> dict[str, frozenset[str]]:
    """Gate -> the criteria that it needs."""
    rows = [(name, config.gates) for _, name, config in mission.criterion_configs()]
    return {
        gate.id: frozenset(name for name, gates in rows if gate.id in gates)
        for gate in mission.config.gate
    }
