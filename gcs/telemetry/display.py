"""The mission's `[display]`: which columns of a Snapshot a console draws as what."""

from __future__ import annotations

from collections.abc import Mapping

from gcs.config.loading import Mission
from gcs.config.problems import Problem
from gcs.expressions import Scope, unit_of
from gcs.messages import Display

_UNITS: Mapping[str, str] = {
    "altitude": "m",
    "range": "m",
    "deck_north": "m",
    "deck_east": "m",
    "aim_north": "m",
    "aim_east": "m",
    "heading": "rad",
    "miss": "m",
    "height": "m",
    "time_to_go": "s",
    "heave": "m",
    "roll": "rad",
    "pitch": "rad",
}


def build_display(mission: Mission, scope: Scope) -> tuple[Display, tuple[Problem, ...]]:
    """The columns to draw; names of no parameter, or of one in the wrong unit, are problems."""
    columns: dict[str, int] = {}
    problems: list[Problem] = []
    for axis, unit in _UNITS.items():
        name = getattr(mission.config.display, axis)
        if name is None:
            continue
        index = scope.index(name)
        if index is None:
            message = f"no parameter is called {name!r}"
        elif scope.dimension(index) != unit_of(unit).dimension:
            message = f"{name!r} does not convert to {unit!r}"
        else:
            columns[axis] = index
            continue
        problems.append(Problem(mission.file, f"display.{axis}", message))
    return Display(**columns), tuple(problems)
