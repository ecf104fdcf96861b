"""A rehearsal file is checked whole, before anything flies."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcs.config.loading import CONFIGS
from gcs.config.problems import ConfigError
from hil.script import load_rehearsal
from tests.hil.rehearsals import BEFORE_LAUNCH, MISSION, expect, written

SHIPPED = sorted((CONFIGS / "rehearsals").glob("*.toml"))
SECOND = 1_000_000_000


def problems(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load_rehearsal(path)
    return [str(problem) for problem in raised.value.problems]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_rehearsals_load(path: Path) -> None:
    assert load_rehearsal(path).script.expect


def test_the_mission_is_found_beside_the_file_and_the_simulation_is_put_over_its_own(
    tmp_path: Path,
) -> None:
    over = '\n[simulation.sea]\nstate = 5\n[simulation.barge]\nhistory = "21 min"\n'
    flown = load_rehearsal(written(tmp_path, over, BEFORE_LAUNCH)).mission.config.simulation
    assert flown is not None
    assert flown.sea.state == 5
    assert flown.barge.history == 21 * 60 * SECOND
    assert flown.latitude_deg == 36.60, "what is not named stays the mission's"
    plain = load_rehearsal(written(tmp_path, BEFORE_LAUNCH)).mission.config.simulation
    assert plain is not None
    assert plain.sea.state == 3


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    told = problems(
        written(
            tmp_path,
            "\n[simulation.sea]\nstate = 9\nwaves = 1\n",
            expect("a", **{"await": "nav.altitude > 3 kg"}),
            expect("b", always="no.such.thing == 1"),
            expect("c", command="landing_comit", state="VERIFIED"),
            expect("d", gate="landing", state="GO"),
            expect("e", never="rate(nav.altitude, 2 s) > 1 m/s"),
        )
    )
    assert len(told) == 7
    for piece in (
        "simulation.sea.state",
        "simulation.sea.waves",
        "expect[0]",
        "expect[1]",
        "expect[2].command: the mission has no command 'landing_comit'",
        "expect[3].gate: the mission has no gate 'landing'",
        "expect[4]: the mission keeps no such history of nav.altitude",
    ):
        assert any(f"short.toml: {piece}" in text for text in told), (piece, told)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({}, "expected exactly one of"),
        ({"outcome": "landed", "gate": "landing_commit"}, "expected exactly one of"),
        ({"outcome": "sunk"}, "'landed', 'diverted', 'lost' or 'scrubbed'"),
        ({"gate": "landing_commit"}, "`state` must be one of CLOSED"),
        ({"gate": "landing_commit", "state": "go"}, "`state` must be one of CLOSED"),
        ({"command": "divert", "state": "COMMITTED"}, "`state` must be one of SENT"),
        ({"outcome": "landed", "state": "GO"}, "`state` goes with"),
        ({"outcome": "landed", "within": "9 s"}, "`within` goes with"),
        ({"never": "t_clock > 1 s", "within": "9 s"}, "`within` goes with"),
        ({"await": "t_clock > 1 s", "after": "9 s"}, "`after` goes with"),
        ({"await": "t_clock > 1 s", "within": "9"}, "expected a duration with its unit"),
        ({"await": "t_clock > 1 s", "by": "9 s"}, "unknown key"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_expectation_is_of_one_kind_with_what_goes_with_it(
    tmp_path: Path, keys: dict[str, str], told: str
) -> None:
    (problem,) = problems(written(tmp_path, expect("x", **keys)))
    assert "short.toml: expect[0]" in problem
    assert told in problem


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("seed = 4", "seed = -1"), "rehearsal.seed"),
        (('duration = "4 s"', 'duration = "0 s"'), "rehearsal.duration"),
        (('duration = "4 s"', "duration = 4"), "rehearsal.duration"),
        (('id = "short"', 'id = "so short"'), "rehearsal.id"),
        (("[[expect]]", "[[expected]]"), "expect"),
    ],
)
def test_the_head_is_checked(tmp_path: Path, change: tuple[str, str], key: str) -> None:
    path = written(tmp_path, BEFORE_LAUNCH)
    path.write_text(path.read_text().replace(*change))
    assert any(f"short.toml: {key}:" in text for text in problems(path))


def test_problems_of_the_mission_are_told_beside_those_of_the_script(tmp_path: Path) -> None:
    mission = tmp_path / "mission.toml"
    mission.write_text('[mission]\nid = "m"\n')
    told = problems(written(tmp_path, expect("x", outcome="sunk"), mission="mission.toml"))
    assert any("short.toml: expect[0].outcome" in text for text in told)
    assert any("mission.toml: mission.title" in text for text in told)


def test_a_mission_that_cannot_be_simulated_is_told(tmp_path: Path) -> None:
    text = MISSION.with_name("falcon9-webcast.toml")
    told = problems(written(tmp_path, expect("x", outcome="landed"), mission=text))
    assert told == ["short.toml: rehearsal.mission: falcon9-webcast.toml has no [simulation] table"]


@pytest.mark.parametrize("data", [b"\xff\xfe", b"[rehearsal", b"", b"rehearsal = 3", None])
def test_what_is_no_rehearsal_at_all_is_a_problem_and_no_crash(
    tmp_path: Path, data: bytes | None
) -> None:
    path = tmp_path / "bad.toml"
    if data is not None:
        path.write_bytes(data)
    assert problems(path)
    assert all(text.startswith("bad.toml: ") for text in problems(path))
