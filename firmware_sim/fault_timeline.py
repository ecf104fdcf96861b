"""Faults as time goes by: entries of a timeline that come due, and lines typed meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from firmware_sim.fault_targets import ALL, Targets, amplitude_of, kind_of
from firmware_sim.fault_wires import FaultyWires, SavedWires, WireFault
from firmware_sim.faults import FOREVER_NS, Fault, Faults, arm, clear
from firmware_sim.flight_software.modes import FlightMode
from gcs.clock import SECOND_NS
from gcs.config.faults import (
    ClearOrder,
    FaultConfig,
    FaultOrder,
    FaultsFile,
    LineError,
    parse_fault_line,
)

_DUTY = 0.5
_PERIOD_NS = SECOND_NS
"""Of an intermittent fault where an order gives none: assumed."""

SavedTimeline = tuple[tuple[int, ...], dict[str, int], int, SavedWires]


class FaultTimeline:
    """Arms faults when they are due. Times count from the start of the simulation.

    `start_ns` is what the emissions' times count more than that.
    """

    def __init__(
        self, config: FaultsFile | None, targets: Targets, seed: int, start_ns: int = 0
    ) -> None:
        self.wires = FaultyWires()
        self._config = FaultsFile() if config is None else config
        self._targets = targets
        self._seed = seed
        self._start_ns = start_ns
        self._waiting = list(range(len(self._config.fault)))
        self._entered_ns: dict[str, int] = {}
        self._armed = 0

    @property
    def waiting(self) -> bool:
        """Whether any entry has not come due yet."""
        return bool(self._waiting)

    def apply(
        self, faults: Faults, now_ns: int, zero_ns: int | None, mode: FlightMode
    ) -> tuple[str, ...]:
        """Arm what is due at `now_ns`; what was armed, in words.

        `zero_ns` is lift-off, None while there is none; `mode` the vehicle's.
        """
        if not self._waiting:
            return ()
        self._entered_ns.setdefault(mode.name, now_ns)
        return tuple(self._arm_due(faults, now_ns, zero_ns))

    def next_ns(self, now_ns: int, zero_ns: int | None) -> int:
        """When `apply` is needed again: `now_ns` where that depends on the flight."""
        known = [self._due_ns(self._config.fault[i], zero_ns) for i in self._waiting]
        return min((now_ns if due_ns is None else due_ns for due_ns in known), default=FOREVER_NS)

    def order(self, line: str, faults: Faults, now_ns: int) -> str:
        """Obey a typed line at once; what was done, in words. LineError says why not."""
        order = parse_fault_line(line)
        if isinstance(order, ClearOrder):
            self._clear(order.target, faults)
            return f"cleared {order.target}"
        _, why = self._targets.problem_of(order)
        if why:
            raise LineError(why)
        return self._arm(order, faults, now_ns)

    def save(self) -> SavedTimeline:
        """All that changes besides the fault records, to be put back by `restore`."""
        return tuple(self._waiting), dict(self._entered_ns), self._armed, self.wires.save()

    def restore(self, saved: SavedTimeline) -> None:
        """Put back what `save` gave."""
        waiting, entered, self._armed, wires = saved
        self._waiting, self._entered_ns = list(waiting), dict(entered)
        self.wires.restore(wires)

    def _arm_due(self, faults: Faults, now_ns: int, zero_ns: int | None) -> Iterator[str]:
        for i in tuple(self._waiting):
            due_ns = self._due_ns(self._config.fault[i], zero_ns)
            if due_ns is not None and due_ns <= now_ns:
                self._waiting.remove(i)
                yield self._arm(self._config.fault[i], faults, now_ns)

    def _due_ns(self, entry: FaultConfig, zero_ns: int | None) -> int | None:
        if entry.since_start is not None:
            return entry.since_start
        if entry.at is not None:
            return None if zero_ns is None else zero_ns + entry.at
        entered_ns = self._entered_ns.get(entry.mode or "")
        return None if entered_ns is None else entered_ns + (entry.after or 0)

    def _arm(self, order: FaultOrder, faults: Faults, now_ns: int) -> str:
        until_ns = FOREVER_NS if order.lasts is None else now_ns + order.lasts
        if order.target in self._targets.wires:
            self.wires.arm(order.target, self._wire_fault(order, now_ns, until_ns))
        for part in self._targets.parts.get(order.target, ()):
            fault = part(faults)
            arm(fault, kind_of(order), now_ns, until_ns)
            self._set_figures(fault, order)
        lasting = "" if order.lasts is None else f" for {order.lasts / SECOND_NS:g} s"
        return f"{order.target} {order.kind}{lasting}"

    def _wire_fault(self, order: FaultOrder, now_ns: int, until_ns: int) -> WireFault:
        return WireFault(
            kind=kind_of(order),
            from_ns=self._start_ns + now_ns,
            until_ns=self._start_ns + until_ns,
            seed=self._next_seed(order),
            delay_ns=order.delay or 0,
            duty=_DUTY if order.duty is None else order.duty,
            period_ns=order.period or _PERIOD_NS,
        )

    def _set_figures(self, fault: Fault, order: FaultOrder) -> None:
        fault.seed = self._next_seed(order)
        fault.bias = 0.0 if order.bias is None else order.bias
        fault.scale = 1.0 if order.scale is None else order.scale
        fault.amplitude = amplitude_of(order.target) if order.amplitude is None else order.amplitude
        fault.time_constant_s = (order.time_constant or 0) / SECOND_NS
        fault.delay_ns = order.delay or 0
        fault.duty = _DUTY if order.duty is None else order.duty
        fault.period_ns = order.period or _PERIOD_NS

    def _next_seed(self, order: FaultOrder) -> int:
        """Another one for each fault; the same for the same seed and sequence of faults."""
        self._armed += 1
        text = f"{self._seed} {self._armed} {order.target}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")

    def _clear(self, target: str, faults: Faults) -> None:
        if target != ALL and (why := self._targets.problem(target)):
            raise LineError(why)
        named = self._targets.parts if target == ALL else [target]
        for name in named:
            for part in self._targets.parts.get(name, ()):
                clear(part(faults))
        if target == ALL:
            self.wires.clear_all()
        else:
            self.wires.clear(target)
