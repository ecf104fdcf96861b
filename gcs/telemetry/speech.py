"""Says numbers, durations and moments as an operator does, and reads numbers so said."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from gcs.clock import SECOND_NS
from gcs.messages import UNNAMED, Codes

_MINUTE_NS = 60 * SECOND_NS
_DAY_S = 86_400
_NUMBER = re.compile(
    r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)", re.ASCII | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Speech:
    """How to say a number: SI = said x `factor` + `offset`, said with `unit` in `format`.

    A number that is one of `codes` is said by its name.
    """

    unit: str
    factor: float
    offset: float
    format: str
    codes: Codes = UNNAMED
    _is_code: bool = field(init=False, repr=False, compare=False)
    _ending: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_is_code", bool(self.codes.names or self.codes.bits))
        object.__setattr__(self, "_ending", f" {self.unit}" if self.unit else "")

    def say(self, value_si: float) -> str:
        """The number and its unit, or the name of a code."""
        if self._is_code:
            name = self.codes.say(value_si)
            if name is not None:
                return name
        return f"{(value_si - self.offset) / self.factor:{self.format}}{self._ending}"

    def say_apart(self, value_si: float, from_si: float) -> str:
        """The number, with digits enough that it does not read like another one."""
        text = self.say(value_si)
        if value_si == from_si or text != self.say(from_si):
            return text
        return Speech(self.unit, self.factor, self.offset, ".9g").say(value_si)

    def read(self, text: str) -> float | None:
        """The SI value of a number said with this very unit, or of a code; None for other texts."""
        code = self.codes.read(text)
        if code is not None:
            return float(code)
        match = _NUMBER.fullmatch(text.strip())
        if match is None or match[2] != self.unit:
            return None
        value_si = float(match[1]) * self.factor + self.offset
        return value_si if math.isfinite(value_si) else None


PLAIN = Speech("", 1.0, 0.0, ".6g")


def say_duration(duration_ns: int) -> str:
    """A duration as a person says it: `6.2 s`, `20 min`."""
    if duration_ns >= _MINUTE_NS and duration_ns % _MINUTE_NS == 0:
        return f"{duration_ns // _MINUTE_NS} min"
    return f"{duration_ns / SECOND_NS:.1f} s"


def say_clock(duration_ns: int, letter: str = "T") -> str:
    """A reading of the T or L clock, to the second below: `T-00:10`, `T+01:36`."""
    seconds = math.floor(abs(duration_ns) / SECOND_NS)
    sign = "-" if duration_ns < 0 else "+"
    minutes, seconds = divmod(seconds, 60)
    return f"{letter}{sign}{minutes:02d}:{seconds:02d}"


def say_utc(at_ns: int) -> str:
    """A moment's time of day, to the second below: `14:03:27 UTC`."""
    minutes, second = divmod(at_ns // SECOND_NS % _DAY_S, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d} UTC"


def say_author(position: str, person: str) -> str:
    """The position, and who sat there where that is known."""
    return f"{position} ({person})" if person else position
