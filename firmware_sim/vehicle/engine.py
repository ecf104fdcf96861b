"""The engine's sequence: start, run, stop, and how often it may start."""

from __future__ import annotations

import enum

import numpy as np

from gcs.config.vehicle import EngineConfig

SECOND_NS = 1_000_000_000
_DEAD_FRACTION = 0.5
"""Share of a start in which nothing burns yet; assumed."""
_OUT = 0.01
"""Flow below which a stopping engine is off."""


class EngineState(enum.IntEnum):
    """LANDFALL_ENGINE_STATE."""

    OFF = 0
    STARTING = 1
    RUNNING = 2
    STOPPING = 3
    FAILED = 4


class Engine:
    """One engine. `step` turns a command into the flow that the plant then follows."""

    def __init__(self, config: EngineConfig, random: np.random.Generator) -> None:
        self._config = config
        spread = random.standard_normal(config.starts) * config.start_transient_sigma
        lengths = np.clip(spread, -3 * config.start_transient_sigma, None) + config.start_transient
        self._start_lengths_ns = [max(int(length), SECOND_NS // 10) for length in lengths]
        self._started_ns = 0
        self._length_ns = 0
        self.state = EngineState.OFF

    @property
    def starts_left(self) -> int:
        """How often it can still be started."""
        return len(self._start_lengths_ns)

    def step(self, run: bool, throttle: float, flow: float, now_ns: int) -> tuple[float, float]:
        """The flow to go to and the largest rate, 1/s, at `now_ns`; `flow` is the present one."""
        self._sequence(run, flow, now_ns)
        config = self._config
        if self.state is EngineState.RUNNING:
            return min(max(throttle, config.minimum_throttle), 1.0), config.throttle_rate_per_s
        if self.state is EngineState.STARTING:
            burning_ns = self._length_ns * (1.0 - _DEAD_FRACTION)
            if now_ns - self._started_ns < self._length_ns - burning_ns:
                return 0.0, 1.0
            target = min(max(throttle, config.minimum_throttle), 1.0)
            return target, target * SECOND_NS / burning_ns
        return 0.0, SECOND_NS / config.tail_off

    def _sequence(self, run: bool, flow: float, now_ns: int) -> None:
        if run and self.state is EngineState.OFF:
            self._ignite(now_ns)
        elif not run and self.state in (EngineState.STARTING, EngineState.RUNNING):
            self.state = EngineState.STOPPING
        elif self.state is EngineState.STARTING and now_ns - self._started_ns >= self._length_ns:
            self.state = EngineState.RUNNING
        elif self.state is EngineState.STOPPING and flow <= _OUT:
            self.state = EngineState.OFF

    def _ignite(self, now_ns: int) -> None:
        if not self._start_lengths_ns:
            self.state = EngineState.FAILED
            return
        self._length_ns = self._start_lengths_ns.pop(0)
        self._started_ns = now_ns
        self.state = EngineState.STARTING
