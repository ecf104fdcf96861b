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
_BLOCK = 64
"""Rows a product: small enough that the matrix library stays on one thread."""


class Harmonics:
    """Signals Re(sum_i c_ik exp(j w_i t)), one column k a signal.

    `frequencies_rad_s` has shape (n,), `coefficients` (n, signals).
    """

    def __init__(self, frequencies_rad_s: Floats, coefficients: Complex) -> None:
        self.frequencies_rad_s = frequencies_rad_s
        self.coefficients = coefficients

    def at(self, times_s: Floats) -> Floats:
        """Values at `times_s`, shape (times, signals)."""
        return _real_phases(times_s, self.frequencies_rad_s) @ _stacked(self.coefficients)


def _real_phases(times_s: Floats, frequencies_rad_s: Floats) -> Floats:
    """Cosines, then negated sines: Re(exp(jp) c) = cos(p) Re(c) - sin(p) Im(c)."""
    angles = np.outer(times_s, frequencies_rad_s)
    return np.concatenate((np.cos(angles), -np.sin(angles)), axis=1)


def _stacked(coefficients: Complex) -> Floats:
    return np.concatenate((coefficients.real, coefficients.imag))


class HarmonicGrid:
    """The same signals on a time grid, as rows of Python floats."""

    def __init__(self, harmonics: Harmonics, step_ns: int) -> None:
        self._frequencies = harmonics.frequencies_rad_s
        self._coefficients = harmonics.coefficients
        self._step_s = step_ns / SECOND_NS
        within: Floats = np.arange(_BLOCK, dtype=np.float64) * self._step_s
        self._phases = _real_phases(within, self._frequencies)
        self._block = -1
        self._rows: list[list[float]] = []

    def row(self, index: int) -> list[float]:
        """The signals at time `index` x step. Forward access is fast."""
        block, within = divmod(index, _BLOCK)
        if block != self._block:
            turned = np.exp(1j * self._frequencies * (block * _BLOCK * self._step_s))
            values = self._phases @ _stacked(self._coefficients * turned[:, None])
            self._rows = values.tolist()
            self._block = block
        return self._rows[within]
