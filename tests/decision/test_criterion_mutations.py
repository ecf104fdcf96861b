"""Every limit and comparison of the shipped files, changed a little: the record must tell.

`witnesses/*.json` hold what the data answered when they were last recorded. A mutant that
answers everything alike survives; each one that does stands in SURVIVORS with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import pytest

from gcs.config.criteria import CriterionConfig
from gcs.decision.criteria import Criteria
from gcs.decision.criterion import Criterion
from gcs.expressions import ExpressionError
from tests.helpers.contract import records
from tests.helpers.contract.bench import Bench, benches
from tests.helpers.contract.conditions import Row, evaluator
from tests.helpers.contract.mutants import (
    conditions_of,
    criterion_mutants,
    table_mutants,
    text_mutants,
)
from tests.helpers.contract.records import CriterionRecord, Record
from tests.helpers.contract.subjects import conditions, is_windowed, shipped, shown_by, tables
from tests.helpers.contract.tours import walk

ANEW = "as recorded; if that is meant: python -m tests.helpers.contract.records"

_LAST = "both can only come true in one step, and touchdown goes on to landed in the next"
_STALE = "a mode of 20 s ago is stale: it is not 8"
_TWO_MODES = "one mode is not both"

_AT_THE_TOP: dict[str, tuple[int, ...]] = {
    "flight_computers": (
        23,
        53,
        84,
        114,
        145,
        175,
    ),
    "deck_clear": (18,),
    "deck_occupied": (18,),
    "beacon_transmitter": (27,),
    "deck_closed": (27,),
    "beacon_switch": (25,),
    "verdict_heard": (29,),
    "night_pitch": (19,),
    "night_roll": (19,),
    "night_inclination": (19,),
    "night_heave_rate": (19,),
    "legs": (23,),
    "cargo_secured": (15,),
    "launch_flight_computers": (
        22,
        52,
        82,
    ),
    "launch_deck_clear": (18,),
    "launch_beacon": (
        27,
        60,
    ),
    "launch_cargo": (15,),
    "safed_mode": (14,),
    "safed_legs": (23,),
    "stage_secured": (29,),
    "reboard_empty": (27,),
    "range_hazard_area": (25,),
    "range_airspace": (23,),
    "range_surveillance": (20,),
}
"""Criterion -> where `== 1` might as well be `>= 1`: its valid range ends there."""

_AT_THE_BOTTOM: dict[str, tuple[int, ...]] = {
    "deck_clear": (55,),
    "deck_occupied": (55,),
    "deck_fire": (17,),
    "robot_parked": (29,),
    "monitors_quiet": (27,),
    "deck_burns": (17,),
    "launch_mode": (14,),
    "launch_engine": (14,),
    "launch_deck_clear": (
        55,
        80,
    ),
    "launch_legs": (23,),
    "safed_engine": (14,),
    "reboard_fire": (33,),
    "reboard_empty": (64,),
    "reboard_monitors": (27,),
}
"""Criterion -> where `== 0` might as well be `<= 0`: its valid range begins there."""

SURVIVORS: dict[str, str] = {
    **{
        f"{name}: require: == at {at} -> >=": "what is above its range is suspect, and blocks"
        for name, places in _AT_THE_TOP.items()
        for at in places
    },
    **{
        f"{name}: require: == at {at} -> <=": "what is below its range is suspect, and blocks"
        for name, places in _AT_THE_BOTTOM.items()
        for at in places
    },
    "significant_heave_rate: clears_when: < at 54 -> <=": "a mean is never exactly a limit",
    "falcon9-webcast:rows 0 and 1 swapped": "no altitude is below 5 km and above 50 km",
    "falcon9-webcast:rows 1 and 2 swapped": "no altitude is above 50 km and at most 50 km",
    "falcon9-webcast:rows 8 and 9 swapped": (
        "a speed older than 4 s is stale, so standing still is not known where it is lost"
    ),
    "xzy1-hop:rows 9 and 10 swapped": _LAST,
    "xzy1-hop:rows 11 and 12 swapped": _TWO_MODES,
    "xzy1-hop:rows 12 and 13 swapped": _TWO_MODES,
    "xzy1-hop:rows 14 and 15 swapped": f"a miss is not above and below 95 m, and {_STALE}",
    "falcon9-like:rows 1 and 2 swapped": _LAST,
    "falcon9-like:rows 2 and 3 swapped": _TWO_MODES,
    "falcon9-like:rows 4 and 5 swapped": _STALE,
    "xzy1-booster:rows 2 and 3 swapped": _TWO_MODES,
    "xzy1-booster:rows 5 and 6 swapped": _LAST,
    "xzy1-booster:rows 6 and 7 swapped": _TWO_MODES,
    "xzy1-booster:rows 8 and 9 swapped": _STALE,
    "xzy1-cargo:rows 0 and 1 swapped": "below 100 km coast goes on to entry in the next step",
    "xzy1-cargo:rows 6 and 7 swapped": _LAST,
    "xzy1-cargo:rows 7 and 8 swapped": _TWO_MODES,
    "xzy1-cargo:rows 9 and 10 swapped": _STALE,
}
"""`criterion: mutant` or `mission:mutant` -> why nobody can tell it from the original."""


@cache
def _record(mission: str) -> Record:
    return records.read(mission)


MISSIONS = list(benches())
CRITERIA = shipped()
CONDITIONS = list(conditions())
TABLES = tables()


def _recorded(key: str) -> CriterionRecord:
    mission, name = key.split(":")
    record = _record(mission).criteria.get(name)
    assert record is not None, f"{key} is not {ANEW}"
    return record


def _listed(key: str) -> set[str]:
    return {name for name in SURVIVORS if name == key or name.startswith(f"{key}: ")}


# --- The record is of what ships ---


@pytest.mark.parametrize("mission", MISSIONS)
def test_everything_that_ships_is_recorded(mission: str) -> None:
    record = _record(mission)
    assert list(record.criteria) == shown_by(mission), ANEW
    shown = [key.split(":", 1)[1] for key in CONDITIONS if key.split(":", 1)[0] == mission]
    assert list(record.conditions) == shown, ANEW


@pytest.mark.parametrize("key", CRITERIA)
def test_a_criterion_counts_where_it_did(key: str) -> None:
    mission, name = key.split(":")
    config, record = benches()[mission].configs()[name], _recorded(key)
    assert (config.gates, config.phases) == (record.gates, record.phases), ANEW


@pytest.mark.parametrize("mission", TABLES)
def test_every_row_of_the_phase_table_is_walked(mission: str) -> None:
    rows = benches()[mission].mission.config.transition
    wanted = {
        f"{origin} -> {row.to}, row {i}" for i, row in enumerate(rows) for origin in row.origin
    }
    assert wanted <= set(_record(mission).tours)


# --- Mutants ---


@pytest.mark.parametrize("key", CRITERIA)
def test_every_mutant_of_a_criterion_is_told_from_it(key: str) -> None:
    mission, name = key.split(":")
    bench, record = benches()[mission], _recorded(key)
    mutants = [
        (mutant.what, built[0])
        for mutant in criterion_mutants(bench.configs()[name])
        if (built := _built(bench, name, mutant.config))
    ]
    answers = _alike(bench, key, record, [bench.criterion(name), *(c for _, c in mutants)])
    assert answers[0], f"{key} does not answer {ANEW}"
    survivors = {
        f"{name}: {what}" for (what, _), same in zip(mutants, answers[1:], strict=True) if same
    }
    assert survivors == _listed(name)


def _built(bench: Bench, name: str, config: CriterionConfig) -> tuple[Criterion, ...]:
    """The mutant; nothing where it does not even load, which tells it well enough."""
    criteria, problems = bench.build(name, config)
    return () if problems else criteria


def _alike(
    bench: Bench, key: str, record: CriterionRecord, criteria: Sequence[Criterion]
) -> list[bool]:
    """Which of the criteria answer every recorded scene as recorded."""
    alike = [True] * len(criteria)
    for looks in record.scenes.values():
        left = [i for i, same in enumerate(alike) if same]
        judged = [Criteria([criteria[i]]) for i in left]
        rig = records.rig_for(bench, judged, record.phases, is_windowed(key))
        for seen in looks:
            for i, state in zip(left, rig.states(seen.step), strict=True):
                alike[i] = alike[i] and state is seen.state
    return alike


@pytest.mark.parametrize("key", CONDITIONS)
def test_every_mutant_of_a_missions_condition_is_told_from_it(key: str) -> None:
    mission, where = key.split(":", 1)
    bench, rows = benches()[mission], _record(mission).conditions.get(where)
    assert rows, f"{key} is not {ANEW}"
    text = conditions_of(bench.mission)[where]
    assert _answers(bench, text, rows), f"{key} does not answer {ANEW}"
    survivors = {
        f"{key}: {mutant.what}"
        for mutant in text_mutants(text)
        if _answers(bench, mutant.text, rows)
    }
    assert survivors == _listed(key)


def _answers(bench: Bench, text: str, rows: Sequence[Row]) -> bool:
    """Whether a condition is as true as recorded in every row; False where it does not load."""
    try:
        evaluate = evaluator(bench, text)
    except ExpressionError:
        return False
    return all(evaluate(row.point, row.after_ns) is row.truth for row in rows)


@pytest.mark.parametrize("mission", TABLES)
def test_every_mutant_of_the_phase_table_is_told_from_it(mission: str) -> None:
    bench, tours = benches()[mission], _record(mission).tours
    ends = {name: [stop.phase for stop in tour] for name, tour in tours.items()}
    table = bench.mission.config.transition
    assert {name: walk(bench, table, tour) for name, tour in tours.items()} == ends, ANEW
    survivors = {
        f"{mission}:{mutant.what}"
        for mutant in table_mutants(bench.mission)
        if all(walk(bench, mutant.rows, tour) == ends[name] for name, tour in tours.items())
    }
    listed = {
        name for name in SURVIVORS if name.startswith((f"{mission}:row ", f"{mission}:rows "))
    }
    assert survivors == listed


# --- The mutation itself can fail ---


def _all_mutants() -> Iterator[str]:
    for key in CRITERIA:
        mission, name = key.split(":")
        config = benches()[mission].configs()[name]
        yield from (f"{name}: {mutant.what}" for mutant in criterion_mutants(config))
    for key, text in conditions().items():
        yield from (f"{key}: {mutant.what}" for mutant in text_mutants(text))
    for mission in TABLES:
        yield from (f"{mission}:{m.what}" for m in table_mutants(benches()[mission].mission))


def test_every_listed_survivor_is_still_a_mutant() -> None:
    assert set(SURVIVORS) <= set(_all_mutants())


def test_without_its_witnesses_a_mutant_survives() -> None:
    bench = benches()["xzy1-hop"]
    text = conditions_of(bench.mission)["gate landing_commit.closes"]
    assert all(_answers(bench, mutant.text, ()) for mutant in text_mutants(text))
