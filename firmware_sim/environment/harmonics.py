"""Random signals as sums of harmonics: functions of time alone, with no state to save.

Sea, gusts and station keeping are all of this kind. Values on a regular grid are
computed a block at a time: the phases within a block are the same for every
block, so that one matrix product serves it.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Complex: TypeAlias = NDArray[np.complex128]
Floats: TypeAlias = NDArray[np.float64]

SECOND_NS = 1_000_000_000
_BLOCK = 512


class Harmonics:
    """Signals Re(sum_i c_ik exp(j w_i t)), one column k a signal.

    `frequencies_rad_s` has shape (n,), `coefficients` (n, signals).
    """

    def __init__(self, frequencies_rad_s: Floats, coefficients: Complex) -> None:
        self.frequencies_rad_s = frequencies_rad_s
        self.coefficients = coefficients

    def at(self, times_s: Floats) -> Floats:
        """Values at `times_s`, shape (times, signals)."""
        phases = np.exp(1j * np.outer(times_s, self.frequencies_rad_s))
        return np.ascontiguousarray((phases @ self.coefficients).real)


class HarmonicGrid:
    """The same signals on a time grid, as rows of Python floats."""

    def __init__(self, harmonics: Harmonics, step_ns: int) -> None:
        self._frequencies = harmonics.frequencies_rad_s
        self._coefficients = harmonics.coefficients
        self._step_s = step_ns / SECOND_NS
        within = np.arange(_BLOCK) * self._step_s
        self._phases = np.exp(1j * np.outer(within, self._frequencies))
        self._block = -1
        self._rows: list[list[float]] = []

    def row(self, index: int) -> list[float]:
        """The signals at time `index` x step. Forward access is fast."""
        block, within = divmod(index, _BLOCK)
        if block != self._block:
            turned = np.exp(1j * self._frequencies * (block * _BLOCK * self._step_s))
            values = self._phases @ (self._coefficients * turned[:, None])
            self._rows = values.real.tolist()
            self._block = block
        return self._rows[within]
