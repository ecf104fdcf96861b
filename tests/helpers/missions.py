"""Small missions for tests of telemetry: two flight computers or three, a barge, a file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from gcs.config.loading import Mission, load_mission
from gcs.config.problems import Problem
from gcs.telemetry.dictionary import Dictionary, build_dictionary
from gcs.telemetry.mavlink.dialect import Dialect, load_dialect

REPOSITORY = Path(__file__).parents[2]

HEAD = """
[mission]
id = "m"
title = "a test's mission"
dialect = "landfall.xml"
dictionaries = ["d.toml"]

[[link]]
id = "radio"
kind = "udp"
carries = "mavlink"
port = 14550

[[link]]
id = "sea"
kind = "memory"
carries = "barge"
subscribe = ["landfall/atlas/#"]

[[link]]
id = "file"
kind = "memory"
carries = "columns"

[[source]]
id = "fc_a"
kind = "mavlink"
links = ["radio"]
system = 1
component = 1
flight_computer = true

[[source]]
id = "fc_b"
kind = "mavlink"
links = ["radio"]
system = 1
component = 2
flight_computer = true

[[source]]
id = "fc_c"
kind = "mavlink"
links = ["radio"]
system = 1
component = 3
flight_computer = true

[[source]]
id = "barge"
kind = "barge"
links = ["sea"]
root = "landfall/atlas"

[[source]]
id = "webcast"
kind = "columns"
links = ["file"]
time_column = "time_s"

[[phase]]
id = "only"
title = "only"
"""


@cache
def landfall_dialect() -> Dialect:
    """The project's own dialect."""
    return load_dialect(_dialect_text())


@cache
def _dialect_text() -> str:
    return (REPOSITORY / "configs" / "mavlink" / "landfall.xml").read_text(encoding="utf-8")


def telemetry_mission(dictionary: str) -> Mission:
    """A mission with every kind of source and this dictionary text."""
    texts = {"m.toml": HEAD, "d.toml": dictionary, "landfall.xml": _dialect_text()}
    return load_mission(Path("m.toml"), texts)


def parameter(name: str, origin: str, unit: str = "", stale_after: str = "1 s", **more: str) -> str:
    """One dictionary entry; `more` are keys with their TOML values."""
    lines = [
        f'[parameter."{name}"]',
        f"from = {{ {origin} }}",
        f'unit = "{unit}"',
        f'stale_after = "{stale_after}"',
        *(f"{key} = {value}" for key, value in more.items()),
    ]
    return "\n".join(lines) + "\n"


def derived(name: str, expression: str, unit: str = "", **more: str) -> str:
    """One derived dictionary entry."""
    return parameter(name, f'expression = "{expression}"', unit, **more)


def built(*entries: str) -> tuple[Mission, Dictionary]:
    """A mission and its dictionary; fails on any problem."""
    mission = telemetry_mission("".join(entries))
    dictionary, problems = build_dictionary(mission, landfall_dialect())
    assert not problems, problems
    return mission, dictionary


def problems_of(*entries: str) -> tuple[Problem, ...]:
    """What is wrong with a dictionary."""
    return build_dictionary(telemetry_mission("".join(entries)), landfall_dialect())[1]


def indices(dictionary: Dictionary) -> Mapping[str, int]:
    """Parameter id -> index."""
    return {entry.id: entry.index for entry in dictionary.parameters}
