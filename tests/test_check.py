"""`gcs check`: files and directories, every problem once, each with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcs.checking import check_paths
from gcs.config.loading import CONFIGS
from gcs.console.settings import settings_problems
from tests.helpers.commands import gcs_here, hop_variant, replace_in

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    return hop_variant(tmp_path)


def shown(*paths: Path) -> list[str]:
    return [str(problem) for problem in check_paths(paths, {"console": settings_problems})[0]]


def test_what_ships_is_sound(capfd: Capture) -> None:
    ended = gcs_here(capfd, "check", CONFIGS)
    rehearsals = len(list((CONFIGS / "rehearsals").iterdir()))
    files = sum(path.is_file() for path in CONFIGS.rglob("*")) - rehearsals
    assert (ended.exit_code, ended.err) == (0, "")
    assert ended.out == f"{files} files: no problem found\n"


def test_a_mission_is_checked_with_all_that_it_names(capfd: Capture, mission: Path) -> None:
    assert gcs_here(capfd, "check", mission).out == "1 files: no problem found\n"


@pytest.mark.parametrize(
    ("name", "old", "new", "key"),
    [
        ("criteria/landing.toml", 'owner = "VEHICLE"', "owner = 7", "criterion."),
        ("dictionaries/barge.toml", 'stale_after = "1 s"', 'stale_after = "1"', "stale_after"),
        ("barges/atlas.toml", "length_m = 91.4", "length_m = -1", "deck.length_m"),
        ("vehicles/xzy1-hop.toml", "dry_kg = 30000.0", 'dry_kg = "heavy"', "model.mass.dry_kg"),
        ("mavlink/landfall.xml", "<messages>", "<messages", ""),
    ],
)
def test_a_file_by_itself_is_checked_for_what_it_says(
    mission: Path, name: str, old: str, new: str, key: str
) -> None:
    file = mission.parents[1] / name
    assert shown(file) == []
    replace_in(file, (old, new))
    (found, *_) = shown(file)
    assert found.startswith(f"{file}: ")
    assert key in found


def test_a_rehearsal_is_sent_to_where_it_is_checked() -> None:
    (found,) = shown(CONFIGS / "rehearsals" / "nominal-hop.toml")
    assert found.endswith("a rehearsal: `hil rehearse` checks it")


def test_a_problem_names_its_file_as_seen_from_here_its_key_and_what_was_expected(
    capfd: Capture, mission: Path
) -> None:
    criteria = mission.parents[1] / "criteria" / "landing.toml"
    replace_in(criteria, ('unit = "V"', 'unit = "bolts"'))
    ended = gcs_here(capfd, "check", mission)
    assert ended.exit_code == 2
    (problem,) = ended.problems
    assert problem.startswith(f"{criteria}: criterion.vehicle_bus.unit: ")
    assert "bolts" in problem


def test_expressions_units_and_names_are_checked_together(mission: Path) -> None:
    criteria = mission.parents[1] / "criteria" / "landing.toml"
    replace_in(
        mission,
        ('when = "landing.mode == 1"', 'when = "landing.moed == 1"'),
        ('allowed = "landing.mode == 0"', 'allowed = "landing.mode = 0"'),
        ('opens = "landing.mode == 4"', 'opens = "landing.mode + 3 m"'),
    )
    replace_in(criteria, ('value = "vehicle.bus_voltage"', 'value = "vehicle.bus_current"'))
    found = shown(mission)
    assert len(found) == 4
    assert sum(f"{mission}: " in problem for problem in found) == 3
    assert any("landing.moed" in problem for problem in found)
    assert any("vehicle.bus_current" in problem for problem in found)


def test_ten_mistakes_of_every_sort_in_one_mission_are_ten_problems(mission: Path) -> None:
    replace_in(
        mission,
        # wrong by themselves
        ("component = 190", 'component = "190"'),
        ("\nport = ", "\nport = 10000"),
        ('validity = "2 s"', 'validity = "soon"'),
        ('id = "hover"', 'id = "Hover Phase"'),
        # wrong beside others
        ('to = "coast"', 'to = "coats"'),
        ('go_command = "landing_commit"', 'go_command = "landing_comit"'),
        # wrong in what they say
        ('when = "landing.mode == 1"', 'when = "landing.moed == 1"'),
        ('opens = "landing.mode == 4"', 'opens = "landing.mode == 4 m"'),
        ('closes = "t_clock > 108 s"', 'closes = "t_clock > 108 m"'),
        ('when = "nav.vertical_speed < 0 m/s"', 'when = "nav.vertical_speed <"'),
    )
    found = shown(mission)
    for key in (
        "station.component: ",
        "link[0].port: ",
        "command[0].validity: ",
        "phase[7].id: ",
        "transition[5]: no phase is called 'coats'",
        "gate[1]: no command is called 'landing_comit'",
        "transition[0].when: ",
        "gate[1].opens: ",
        "gate[2].closes: ",
        "transition[6].when: ",
    ):
        assert sum(f"{mission}: {key}" in problem for problem in found) == 1, (key, found)


def test_a_problem_of_a_file_that_two_missions_share_is_told_once(mission: Path) -> None:
    twin = mission.with_name("twin.toml")
    twin.write_text(mission.read_text())
    replace_in(mission.parents[1] / "criteria" / "landing.toml", ('owner = "VEHICLE"', "owner = 7"))
    problems, missions = check_paths([mission, twin])
    assert missions == 2
    assert len(problems) == 1


def test_missions_of_one_name_in_two_directories_are_told_apart(tmp_path: Path) -> None:
    places = [tmp_path / name for name in ("one", "two")]
    for place in places:
        place.mkdir()
        replace_in(hop_variant(place), ("component = 190", "component = 0"))
    found = shown(tmp_path)
    assert len(found) == 2
    assert all(any(str(place) in problem for problem in found) for place in places)


def test_a_directory_is_searched_through_whatever_lies_in_it(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "m.toml").write_text("[mission]\n")
    (tmp_path / "other.toml").write_text('title = "no mission"\n')
    (tmp_path / "binary.toml").write_bytes(bytes(range(256)))
    problems, files = check_paths([tmp_path])
    assert files == 3
    assert {problem.key for problem in problems} >= {"mission.id", "mission.title"}
    assert any("other.toml: not a config file" in str(problem) for problem in problems)
    assert any("binary.toml: cannot be read" in str(problem) for problem in problems)


def test_a_directory_without_a_config_file_is_a_problem(capfd: Capture, tmp_path: Path) -> None:
    ended = gcs_here(capfd, "check", tmp_path)
    assert ended.exit_code == 2
    assert ended.problems == [f"{tmp_path}: no config file found"]


def test_a_file_that_is_not_text_is_a_problem(capfd: Capture, tmp_path: Path) -> None:
    file = tmp_path / "binary.toml"
    file.write_bytes(b"\xff\xfe")
    ended = gcs_here(capfd, "check", file)
    assert ended.exit_code == 2
    assert ended.problems == [f"{file}: cannot be read: is not UTF-8 text"]


def test_every_mistake_of_a_criterion_is_told_at_once(mission: Path) -> None:
    landing, hop = (mission.parents[1] / "criteria" / f"{n}.toml" for n in ("landing", "hop"))
    vehicle = mission.parents[1] / "vehicles" / "xzy1-hop.toml"
    replace_in(
        landing,
        ("vehicle.bus_voltage", "vehicle.bus_current"),
        ('no_go = { above = "3 m" }', 'no_go = { above = "3 s" }'),
        ('caution = { above = "2 m" }', 'caution = { above = "5 m" }'),
        ("max_over(abs(barge.deck.roll), 60 s)", "max_over(abs(barge.deck.roll), 3 h)"),
    )
    replace_in(
        hop,
        ("[criterion.tilt]", "[criterion.deck_fire]"),
        ("[criterion.engine]", '[criterion.engine]\nunwaivable = true\nwaivable_by = ["FD"]'),
    )
    found = shown(mission)
    for place, key in (
        (landing, "criterion.vehicle_bus.value: "),
        (landing, "criterion.nav_horizontal.no_go.above: "),
        (landing, "criterion.nav_vertical.caution.above: "),
        (landing, "criterion.deck_roll.value: looks back 180 min, but the station keeps 20 min"),
        (hop, "criterion.deck_fire: already declared in "),
        (hop, "criterion.engine: it is `unwaivable`: "),
        (vehicle, "required_criteria: "),
    ):
        assert sum(f"{place}: {key}" in problem for problem in found) == 1, (key, found)


def test_every_mistake_of_alarms_and_entries_is_told_at_once(mission: Path) -> None:
    """What only a gap leaves unknown, such as the followers of a wrong alarm, is not told."""
    configs = mission.parents[1]
    landing, launch, safing = (
        configs / "criteria" / f"{n}.toml" for n in ("landing", "launch", "safing")
    )
    helideck = configs / "dictionaries" / "helideck.toml"
    replace_in(
        landing,
        ('[criterion.barge_heard.alarm]\npriority = "critical"', "[criterion.barge_heard.alarm]"),
        (
            'action = "start the standby generator"\non = "caution"',
            'action = ""\non = "trouble"',
        ),
    )
    replace_in(
        launch,
        (
            'action = "hold and top up"\nfollows = ["vehicle_heard"]',
            'action = "x"\nfollows = ["x"]',
        ),
    )
    replace_in(safing, ('asked_while = "landing.mode == 12"', 'asked_while = "landing.mode"'))
    replace_in(
        helideck,
        ('entered_by = ["FD", "BARGE"]', 'entered_by = ["FD", "PILOT"]'),
    )
    found = shown(mission)
    for place, key in (
        (landing, "criterion.barge_heard.alarm.priority: is missing"),
        (landing, "criterion.barge_power.alarm.on: "),
        (landing, "criterion.barge_power.alarm.action: "),
        (launch, "criterion.launch_propellant.alarm.follows: no criterion with an alarm is"),
        (safing, "criterion.safed_oxidizer.alarm.asked_while: expected a condition"),
        (helideck, 'parameter."helideck.daylight".from.entered_by: no position is called'),
    ):
        assert sum(f"{place}: {key}" in problem for problem in found) == 1, (key, found)
    assert not any("barge_heard'" in problem for problem in found)


def test_a_criterion_that_the_vehicle_requires_must_count_for_a_gate(mission: Path) -> None:
    vehicle = mission.parents[1] / "vehicles" / "xzy1-hop.toml"
    hop = mission.parents[1] / "criteria" / "hop.toml"
    replace_in(hop, ("[criterion.tilt]", "[criterion.tilted]"))
    (missing,) = shown(mission)
    assert missing == (
        f"{vehicle}: required_criteria: {mission.name} must be decided by criterion 'tilt',"
        " which is in none of its criteria files"
    )
