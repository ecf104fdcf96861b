"""Units of the operator's choice, put on a Catalogue when it arrives and nowhere else.

Values stay SI in every Snapshot. A parameter keeps as many decimals as its resolution
needs in the new unit, and keeps them whatever its value. Criteria, their limits and
their sentences stay in the mission's units, in which they were agreed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from gcs.messages import Catalogue, ParameterInfo

DIMENSIONS: Mapping[str, str] = {
    "length": "m",
    "speed": "m/s",
    "acceleration": "m/s^2",
    "mass": "kg",
    "mass_flow": "kg/s",
    "force": "N",
    "pressure": "Pa",
    "temperature": "degC",
    "angle": "rad",
    "angular_rate": "rad/s",
    "volume": "m^3",
}
"""The dimensions that may be shown in another unit, each with one of its units."""

_SPEC = re.compile(r"(?P<head>[+ ,]*)(?:\.(?P<decimals>\d+))?(?P<kind>[fd])")
_ROUNDING = 1e-9
_MOST_DECIMALS = 6


class UnitChoiceError(ValueError):
    """Not a unit for this dimension; says why."""


@dataclass(frozen=True)
class DisplayUnits:
    """The unit chosen for each dimension; others stay as the mission has them."""

    chosen: Mapping[str, str] = field(default_factory=dict)

    def applied(self, catalogue: Catalogue) -> Catalogue:
        """The catalogue with its parameters in the units chosen."""
        if not self.chosen:
            return catalogue
        parameters = tuple(self._parameter(info) for info in catalogue.parameters)
        return msgspec.structs.replace(catalogue, parameters=parameters)

    def _parameter(self, info: ParameterInfo) -> ParameterInfo:
        return next(
            (
                shown
                for dimension, unit in self.chosen.items()
                if (shown := _in_unit(info, dimension, unit)) is not None
            ),
            info,
        )


AS_FLOWN = DisplayUnits()
"""The mission's own units."""


def check_choice(dimension: str, unit: str) -> None:
    """UnitChoiceError unless `unit` measures that dimension."""
    # The vocabulary of units costs the start of a console that changes none.
    from gcs.expressions.errors import ExpressionError
    from gcs.expressions.units import unit_of

    try:
        fits = unit_of(unit).dimension == unit_of(DIMENSIONS[dimension]).dimension
    except ExpressionError as error:
        raise UnitChoiceError(str(error)) from error
    if not fits:
        raise UnitChoiceError(f"{unit} is no unit of {dimension.replace('_', ' ')}")


def _in_unit(info: ParameterInfo, dimension: str, name: str) -> ParameterInfo | None:
    """The parameter in another unit; None where it is of another dimension."""
    from gcs.expressions.errors import ExpressionError
    from gcs.expressions.units import unit_of

    try:
        old, new = unit_of(info.unit), unit_of(name)
    except ExpressionError:
        return None
    # A difference of temperatures must never be moved along a scale that has its own zero.
    difference = dimension == "temperature" and not old.offset and bool(new.offset)
    if old.dimension != unit_of(DIMENSIONS[dimension]).dimension or difference:
        return None
    return msgspec.structs.replace(
        info,
        unit=name,
        factor=1.0 / new.factor,
        offset=-new.offset / new.factor,
        format=_resolved(info.format, old.factor / new.factor),
    )


def _resolved(spec: str, scale: float) -> str:
    """A format spec as fine in the new unit as in the old one; `scale` is new over old."""
    match = _SPEC.fullmatch(spec)
    if match is None:
        return spec
    decimals = int(match["decimals"] or 0)
    needed = math.ceil(decimals - math.log10(scale) - _ROUNDING)
    return f"{match['head']}.{min(max(needed, 0), _MOST_DECIMALS)}f"
