"""A joint state that a test sets by hand, and the mission texts around it."""

from __future__ import annotations

from pathlib import Path

from gcs.config.loading import Mission, load_mission
from gcs.expressions import Dimension, History, unit_of
from gcs.messages import Quality

SECOND = 1_000_000_000
STALE_AFTER = 2 * SECOND


class FakeView:
    """Parameters by name: a Scope and a JointView in one. Values are SI."""

    def __init__(self, **units: str) -> None:
        self.names = [name.replace("__", ".") for name in units]
        self._dimensions = [unit_of(unit).dimension for unit in units.values()]
        self._values: dict[int, float] = {}
        self._ages: dict[int, int] = {}
        self._qualities: dict[int, Quality] = {}
        self.histories = [History(120 * SECOND, STALE_AFTER) for _ in self.names]

    def index(self, name: str) -> int | None:
        return self.names.index(name) if name in self.names else None

    def dimension(self, index: int) -> Dimension:
        return self._dimensions[index]

    def stale_after_ns(self, index: int) -> int:
        return STALE_AFTER

    def set(
        self, name: str, value: float, quality: Quality = Quality.GOOD, age_ns: int = 0
    ) -> None:
        index = self.names.index(name)
        self._values[index], self._qualities[index], self._ages[index] = value, quality, age_ns

    def forget(self, name: str) -> None:
        index = self.names.index(name)
        for kept in (self._values, self._qualities, self._ages):
            kept.pop(index, None)

    def value(self, index: int) -> float | None:
        good = self._qualities.get(index) == Quality.GOOD
        return self._values[index] if good else None

    def age_ns(self, index: int) -> int | None:
        return self._ages.get(index)

    def quality(self, index: int) -> Quality:
        return self._qualities.get(index, Quality.NEVER)

    def history(self, index: int) -> History:
        return self.histories[index]


_HEAD = """
[mission]
id = "m"
title = "a test's mission"
dictionaries = ["d.toml"]
criteria = ["c.toml"]
"""


def mission_of(
    mission: str, parameters: dict[str, str], criteria: str = "[criterion]", names: str = "{}"
) -> Mission:
    """A mission of these tables, with parameters (name to unit) that a barge says.

    `names` are those of the values of every parameter without a unit.
    """
    dictionary = "\n".join(
        f'[parameter."{name}"]\nunit = "{unit}"\nstale_after = "2 s"\nformat = ".1f"\n'
        f'from = {{ topic = "motion", field = "x", unit = "{unit}" }}'
        + ("" if unit else f"\nnames = {names}")
        for name, unit in parameters.items()
    )
    texts = {"m.toml": _HEAD + mission, "d.toml": dictionary, "c.toml": criteria}
    return load_mission(Path("m.toml"), texts)
