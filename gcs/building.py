"""Builds a station's parts one by one and tells all that is wrong with them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from gcs.config.loading import Mission
from gcs.config.problems import ConfigError, Problem
from gcs.telemetry.mavlink.dialect import Dialect, DialectError, load_dialect

PartT = TypeVar("PartT")


class Building:
    """Collects the problems of all parts, so that they are told together."""

    def __init__(self, mission: Mission) -> None:
        self._mission = mission
        self._problems: list[Problem] = []

    def of(self, built: tuple[PartT, Sequence[Problem]]) -> PartT:
        """The part; its problems are kept."""
        part, problems = built
        self._problems += problems
        return part

    def dialect(self) -> Dialect | None:
        """The mission's dialect, None where it names none."""
        name = self._mission.config.mission.dialect
        if not name:
            return None
        try:
            return load_dialect(self._mission.dialect_text())
        except DialectError as error:
            self._problems.append(Problem(name, "", str(error)))
            return None

    def finish(self) -> None:
        """Raise what was found."""
        if self._problems:
            raise ConfigError(self._mission.placed(problem) for problem in self._problems)


def command_numbers(dialect: Dialect | None) -> Mapping[str, int]:
    """MAV_CMD entries by name; none without a dialect."""
    return dialect.enums.get("MAV_CMD", {}) if dialect is not None else {}
