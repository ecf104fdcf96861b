"""A small dictionary and a joint state that a test sets by hand."""

from __future__ import annotations

from collections.abc import Mapping

from gcs.expressions import Dimension, Expression, History, compile_expression, unit_of

SECOND_NS = 1_000_000_000

UNITS: Mapping[str, str] = {
    "nav.altitude": "m",
    "nav.speed": "m/s",
    "barge.deck.roll": "deg",
    "barge.deck.pitch": "deg",
    "barge.deck.clear": "",
    "barge.air.temperature": "degC",
    "nav.time": "s",
}
NAMES = tuple(UNITS)


class FakeScope:
    """The parameters above; each goes stale after `stale_after_ns`."""

    def __init__(self, stale_after_ns: int = SECOND_NS) -> None:
        self._stale_after_ns = stale_after_ns

    def index(self, name: str) -> int | None:
        return NAMES.index(name) if name in UNITS else None

    def dimension(self, index: int) -> Dimension:
        return unit_of(UNITS[NAMES[index]]).dimension

    def stale_after_ns(self, index: int) -> int:
        return self._stale_after_ns


class FakeView:
    """GOOD values in SI by name; a name that is not set is unknown."""

    def __init__(self) -> None:
        self.values: dict[str, float] = {}
        self.ages_ns: dict[str, int] = {}
        self.histories: dict[str, History] = {}

    def value(self, index: int) -> float | None:
        return self.values.get(NAMES[index])

    def age_ns(self, index: int) -> int | None:
        return self.ages_ns.get(NAMES[index])

    def history(self, index: int) -> History:
        return self.histories[NAMES[index]]


def compiled(text: str) -> Expression:
    return compile_expression(text, FakeScope())


def answer(text: str, values: Mapping[str, float], now_ns: int = 0) -> float | bool | None:
    """What an expression without memory says of these values."""
    view = FakeView()
    view.values.update(values)
    return compiled(text).evaluate(view, now_ns)
