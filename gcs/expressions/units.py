"""Units and dimensions: what a text such as `km/h` or `5 deg/s` means in SI.

Angle is a dimension of its own, so that degrees never meet plain numbers unseen:
`rad` is its SI unit. The vocabulary is the table below and no more; pint reads it,
with prefixes, powers and quotients, and is imported at the first unit that is asked for.
"""

from __future__ import annotations

import enum
import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

from gcs.expressions.errors import ExpressionError

_DEFINITIONS = """
micro- = 1e-6 = µ- = μ- = u-
nano- = 1e-9 = n-
milli- = 1e-3 = m-
centi- = 1e-2 = c-
deci- = 1e-1 = d-
deca- = 1e1 = da-
hecto- = 1e2 = h-
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
kibi- = 1024 = Ki-
mebi- = 1048576 = Mi-

metre = [length] = m = meter
kilogram = [mass] = kg
second = [time] = s
kelvin = [temperature]; offset: 0 = K = delta_degC
radian = [angle] = rad
ampere = [current] = A
byte = [information] = B = bytes

minute = 60 * second = min
hour = 3600 * second = h
day = 86400 * second
hertz = 1 / second = Hz

degree = 3.141592653589793 / 180 * radian = deg = °
degE7 = 1e-7 * degree
degE5 = 1e-5 * degree
arcminute = degree / 60 = arcmin
revolution = 6.283185307179586 * radian = rev
revolutions_per_minute = revolution / minute = rpm

foot = 0.3048 * metre = ft
inch = 0.0254 * metre = in
nautical_mile = 1852 * metre = nmi = NM
mile = 1609.344 * metre = mi
knot = nautical_mile / hour = kn = kt
litre = 1e-3 * metre ** 3 = L

gram = 1e-3 * kilogram = g
tonne = 1000 * kilogram = t
pound = 0.45359237 * kilogram = lb

degree_Celsius = kelvin; offset: 273.15 = degC = °C
cdegC = 0.01 * kelvin; offset: 273.15
degree_Fahrenheit = 5 / 9 * kelvin; offset: 233.15 + 200 / 9 = degF = °F

standard_gravity = 9.80665 * metre / second ** 2 = G = g0
newton = kilogram * metre / second ** 2 = N
pascal = newton / metre ** 2 = Pa
bar = 1e5 * pascal
atmosphere = 101325 * pascal = atm
psi = 6894.757293168361 * pascal
joule = newton * metre = J
watt = joule / second = W
volt = watt / ampere = V
ohm = volt / ampere = Ω
coulomb = ampere * second = C
ampere_hour = 3600 * coulomb = Ah
tesla = volt * second / metre ** 2 = T
gauss = 1e-4 * tesla
bit = byte / 8 = bits

percent = 0.01 = %
dpercent = 0.001 = d%
cpercent = 0.0001 = c%
"""

_SYMBOLS = {
    "[length]": "m",
    "[mass]": "kg",
    "[time]": "s",
    "[temperature]": "K",
    "[angle]": "rad",
    "[current]": "A",
    "[information]": "B",
}
_ATOM = r"[A-Za-zµμ°%Ω][A-Za-z0-9_µμ°%Ω]*(\^-?\d{1,2}|[²³])?"
_UNIT = re.compile(rf"(1/)?{_ATOM}([*/]{_ATOM})*")
_QUANTITY = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S*)")
_POWERS = str.maketrans({"²": "^2", "³": "^3"})


class Condition(enum.Enum):
    """The kind of an expression that is true, false or unknown."""

    CONDITION = "a condition"

    def __str__(self) -> str:
        return self.value


CONDITION = Condition.CONDITION


@dataclass(frozen=True)
class Dimension:
    """Powers of the SI base units m, kg, s, K, rad, A and B, sorted, none zero."""

    powers: tuple[tuple[str, Fraction], ...] = ()

    def __mul__(self, other: Dimension) -> Dimension:
        return self._joined(other, 1)

    def __truediv__(self, other: Dimension) -> Dimension:
        return self._joined(other, -1)

    def __pow__(self, exponent: Fraction | int) -> Dimension:
        return _dimension({symbol: power * exponent for symbol, power in self.powers})

    def _joined(self, other: Dimension, sign: int) -> Dimension:
        powers = dict(self.powers)
        for symbol, power in other.powers:
            powers[symbol] = powers.get(symbol, Fraction(0)) + sign * power
        return _dimension(powers)

    def __str__(self) -> str:
        """The SI unit, e.g. `m/s^2`, or `a plain number`."""
        if not self.powers:
            return "a plain number"
        above = "*".join(_power_text(s, p) for s, p in self.powers if p > 0)
        below = "".join("/" + _power_text(s, -p) for s, p in self.powers if p < 0)
        return (above or "1") + below


def _dimension(powers: dict[str, Fraction]) -> Dimension:
    return Dimension(tuple(sorted((s, p) for s, p in powers.items() if p)))


def _power_text(symbol: str, power: Fraction) -> str:
    return symbol if power == 1 else f"{symbol}^{power}"


DIMENSIONLESS = Dimension()
ANGLE = Dimension((("rad", Fraction(1)),))
TIME = Dimension((("s", Fraction(1)),))

Kind: TypeAlias = Dimension | Condition
"""What an expression gives: a number of some dimension, or a condition."""


@dataclass(frozen=True)
class Unit:
    """A unit: SI value = value in the unit x `factor` + `offset`."""

    name: str
    factor: float
    offset: float
    dimension: Dimension

    def to_si(self, value: float) -> float:
        """The SI value of a value in this unit."""
        return value * self.factor + self.offset

    def from_si(self, value: float) -> float:
        """The value in this unit of an SI value."""
        return (value - self.offset) / self.factor


@cache
def unit_of(text: str) -> Unit:
    """The unit that a text names; an empty text is dimensionless.

    Raises ExpressionError on a unit that the vocabulary does not have.
    """
    if not text:
        return Unit("", 1.0, 0.0, DIMENSIONLESS)
    if not _UNIT.fullmatch(text):
        raise ExpressionError(f"{text!r} is not a unit")
    if any(_is_plural(word) for word in re.findall(r"[^\W\d]{2,}", text)):
        raise ExpressionError(_unknown_unit(text))
    return _resolved(text)


def _is_plural(word: str) -> bool:
    """Pint takes `Ns` for newtons; whoever wrote it may have meant newton-seconds."""
    if not word.endswith("s") or word in _DEFINITIONS.split():
        return False
    units = _registry().parse_units
    try:
        return bool(units(word) == units(word[:-1]))
    except (AttributeError, ValueError):  # an undefined unit is an AttributeError to pint
        return False


def _resolved(text: str) -> Unit:
    import pint

    registry = _registry()
    readable = _readable_by_pint(text)
    try:
        unit = registry.parse_units(readable)
        zero = registry.Quantity(0.0, unit).to_base_units().magnitude
        # A scale with an offset has a step unit of its own, exact where a subtraction is not.
        step = registry.parse_units(f"delta_{unit}") if zero else unit
        one = registry.Quantity(1.0, step).to_base_units()
    except (pint.PintError, AttributeError, ValueError, OverflowError):
        raise ExpressionError(_unknown_unit(text)) from None
    powers = {_SYMBOLS[name]: Fraction(power) for name, power in one.dimensionality.items()}
    return Unit(text, one.magnitude, zero, _dimension(powers))


def _readable_by_pint(text: str) -> str:
    """Pint takes neither `%` nor `°` inside a longer unit."""
    return text.translate(_POWERS).replace("%", "percent").replace("°", "deg")


def _unknown_unit(text: str) -> str:
    if re.search(r"[*/]", text):
        return f"unknown unit {text!r}; put blanks around an operator that follows a unit"
    return f"unknown unit {text!r}"


@cache
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry(None)
    registry.load_definitions(_DEFINITIONS.strip().splitlines())
    return registry


def parse_quantity(text: str) -> tuple[float, Dimension]:
    """The SI value and dimension of a text such as `5 km`, `-3 deg`, `20 %` or `4`.

    Raises ExpressionError if it is no number with a known unit.
    """
    value, unit = _number_and_unit(text)
    return unit.to_si(value), unit.dimension


def parse_difference(text: str) -> tuple[float, Dimension]:
    """As `parse_quantity`, for a step such as a tolerance: 2 degC is 2 K here."""
    value, unit = _number_and_unit(text)
    return value * unit.factor, unit.dimension


def _number_and_unit(text: str) -> tuple[float, Unit]:
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise ExpressionError(f'expected a number with its unit such as "5 km", got {text!r}')
    value = float(match[1])
    unit = unit_of(match[2])
    if not math.isfinite(unit.to_si(value)):
        raise ExpressionError(f"{text!r} is too large")
    return value, unit
