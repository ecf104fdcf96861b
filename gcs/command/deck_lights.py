"""From the gates to the barge's deck lights, as helidecks show them.

Blue: safe to come. Amber: wait. Red: keep away. One table, and the rule that the last gate
of the flight that is not CLOSED speaks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gcs.messages import CriterionState, CriterionStatus, GateState, GateStatus
from gcs.telemetry.barge import DeckLights

LIGHTS: Mapping[GateState, DeckLights] = {
    GateState.CLOSED: DeckLights.AMBER,
    GateState.UNKNOWN: DeckLights.RED,
    GateState.NO_GO: DeckLights.RED,
    GateState.GO: DeckLights.BLUE,
    GateState.COMMITTED: DeckLights.BLUE,
    GateState.MISSED: DeckLights.RED,
}
"""What a gate's state says. Before any is open there is nothing to come to yet."""

_PASSING = frozenset({CriterionState.GO, CriterionState.CAUTION})
_RESTRICTED = frozenset({CriterionState.CAUTION, CriterionState.WAIVED})


class LightsRule:
    """The lights that a mission wants. `gates` are in flight order, `criteria` by gate.

    Without the criteria in `red_unless` the lights are red, whatever was committed: a fire
    after the last gate is a fire.
    """

    def __init__(
        self,
        gates: Sequence[str],
        criteria: Mapping[str, frozenset[str]],
        red_unless: Sequence[str] = (),
    ) -> None:
        self._gates = tuple(gates)
        self._criteria = dict(criteria)
        self._red_unless = frozenset(red_unless)

    def wanted(
        self, gates: Sequence[GateStatus], criteria: Sequence[CriterionStatus]
    ) -> DeckLights:
        """The lights now. A GO that passes only with a caution or a waiver is amber."""
        by_id = {gate.id: gate for gate in gates}
        states = [by_id[gate].state for gate in self._gates if gate in by_id]
        passing = {row.id for row in criteria if row.state in _PASSING}
        if len(states) < max(len(self._gates), 1) or not self._red_unless <= passing:
            return DeckLights.RED
        speaking = max((i for i, s in enumerate(states) if s is not GateState.CLOSED), default=0)
        light = LIGHTS[states[speaking]]
        if states[speaking] is GateState.GO and self._restricted(self._gates[speaking], criteria):
            return DeckLights.AMBER
        return light

    def _restricted(self, gate: str, criteria: Sequence[CriterionStatus]) -> bool:
        needed = self._criteria.get(gate, ())
        return any(row.state in _RESTRICTED for row in criteria if row.id in needed)
