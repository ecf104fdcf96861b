"""A flight under other rules: what differs is found, placed, explained, and marked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import msgspec
import pytest

from gcs.config.loading import CONFIGS, Mission, load_mission
from gcs.config.problems import ConfigError
from gcs.deciding import (
    ABSENT,
    Comparison,
    Decision,
    Moment,
    VerdictDifference,
    decide,
    decision_lines,
)
from gcs.decision.criteria import Criteria
from gcs.messages import (
    CommandState,
    CommandStatus,
    CountState,
    CountStatus,
    CriterionState,
    CriterionStatus,
    Snapshot,
    Tick,
)
from gcs.recording.layout import RecordingError
from gcs.replay import Flight, Verification, open_flight
from gcs.rules import left_out, other_rules
from gcs.station import Station
from hil.rehearsal.loop import EPOCH_NS, rehearse
from hil.script import load_rehearsal
from tests.helpers.commands import gcs_here
from tests.helpers.hop import SECOND, shipped

LAUNCH, LANDING = (CONFIGS / "criteria" / name for name in ("launch.toml", "landing.toml"))
FILES = {path.name: path.read_text() for path in (LAUNCH, LANDING)}
NEVER = """
[criterion.never]
title = "never met"
owner = "VEHICLE"
gates = ["launch_commit"]
require = "vehicle.bus_voltage > 1000 V"
source = "a test"
"""
GALE = ('no_go = { above = "12 m/s" }', 'no_go = { above = "4 m/s" }')
BREEZE = ('caution = { above = "10 m/s" }', 'caution = { above = "1 m/s" }')


def entry(file: str, name: str) -> str:
    """A criterion's table as it stands in a shipped file."""
    return re.search(rf"\[criterion\.{name}\]\n(?:.+\n)+", FILES[file])[0]


def edited(file: str, name: str, *changes: tuple[str, str]) -> str:
    """A shipped criteria file with one criterion changed; without changes it is removed."""
    old = new = entry(file, name)
    for was, now in changes:
        assert was in new, was
        new = new.replace(was, now)
    return FILES[file].replace(old, new if changes else "")


def record(path: Path, seconds: int, mission: Mission | None = None) -> Path:
    """The nominal hop, flown and recorded for so long from T-25 s on."""
    rehearsal = load_rehearsal(CONFIGS / "rehearsals" / "nominal-hop.toml")
    head = rehearsal.script.rehearsal.model_copy(update={"duration": seconds * SECOND})
    script = rehearsal.script.model_copy(update={"rehearsal": head})
    rehearse(replace(rehearsal, script=script, mission=mission or rehearsal.mission), 1, path)
    return path


@pytest.fixture(scope="module")
def launched(tmp_path_factory) -> Path:
    """The count of a hop up to its LAUNCH command."""
    return record(tmp_path_factory.mktemp("launched") / "hop.mcap", 15)


@pytest.fixture(scope="module")
def held(tmp_path_factory) -> Path:
    """The same count under a wind limit that let nothing go."""
    texts = shipped().texts | {
        "../criteria/launch.toml": edited("launch.toml", "launch_wind", BREEZE, GALE)
    }
    mission = load_mission(Path(shipped().file), texts)
    return record(tmp_path_factory.mktemp("held") / "hop.mcap", 15, mission)


@pytest.fixture(scope="module")
def landed(tmp_path_factory) -> Path:
    """A hop past its LANDING COMMIT."""
    return record(tmp_path_factory.mktemp("landed") / "hop.mcap", 104)


@pytest.fixture
def given(tmp_path) -> Callable[..., Path]:
    """Writes criteria files into a directory of their own."""

    def write(**files: str) -> Path:
        directory = tmp_path / "criteria"
        directory.mkdir()
        for stem, text in files.items():
            (directory / f"{stem}.toml").write_text(text)
        return directory

    return write


def redecided(path: Path, *rules: Path) -> tuple[Decision, list[str]]:
    flight = open_flight(path)
    other = other_rules(flight.mission, rules)
    decision = decide(flight, other)
    return decision, decision_lines(flight, other, decision)


def tells(lines: list[str], sentence: str) -> bool:
    """Whether a report holds a sentence, wherever it was wrapped: a long path breaks anywhere."""
    return "".join(sentence.split()) in "".join("".join(lines).split())


def of(decision: Decision, name: str) -> list[VerdictDifference]:
    return [difference for difference in decision.verdicts if difference.id == name]


def one(decision: Decision, name: str, was: str, would: str) -> VerdictDifference:
    (found,) = (d for d in of(decision, name) if (d.was, d.would) == (was, would))
    return found


# --- Nothing changed ---


def test_the_rules_that_were_flown_make_no_difference(launched):
    """The shipped directory holds other missions' criteria too."""
    decision, lines = redecided(launched, CONFIGS / "criteria")
    assert not decision.differs
    assert (decision.verdicts, decision.commands, decision.diverged) == ((), (), None)
    assert decision.fault == ""
    assert decision.verification.identical
    assert lines[-1] == "no difference"
    assert "LAUNCH" not in "\n".join(lines)


def test_a_limit_that_nothing_comes_near_is_a_changed_rule_but_no_difference(launched, given):
    text = edited("launch.toml", "launch_wind", ('above = "12 m/s"', 'above = "11 m/s"'))
    decision, lines = redecided(launched, given(launch=text))
    assert not decision.differs
    assert any("launch_wind: no_go above 12 m/s -> above 11 m/s" in line for line in lines)


# --- A stricter limit ---


@pytest.fixture(scope="module")
def stricter(launched, tmp_path_factory) -> tuple[Decision, list[str]]:
    file = tmp_path_factory.mktemp("stricter") / "launch.toml"
    file.write_text(edited("launch.toml", "launch_wind", BREEZE, GALE))
    return redecided(launched, file)


def test_a_stricter_limit_shows_the_first_moment_and_the_reason(stricter):
    decision, _ = stricter
    difference = one(decision, "launch_wind", "GO", "NO-GO")
    assert difference.why == "mean wind at launch 6.0 m/s, limit 4.0 m/s"
    assert not difference.counterfactual
    assert difference.kind == "criterion"
    # T-25 s is the start, and T runs until the hold.
    assert difference.first.now_ns - EPOCH_NS == difference.first.t_ns + 25 * SECOND
    assert difference.first.now_ns < decision.diverged.now_ns


def test_the_command_that_would_not_have_been_sent_is_where_the_flights_part(stricter):
    decision, lines = stricter
    (launch,) = decision.commands
    assert (launch.id, launch.at, launch.counterfactual) == ("launch", decision.diverged, False)
    assert launch.text == "was sent and VERIFIED, would not have been sent"
    assert any("diverged" in line and str(decision.diverged) in line for line in lines)


def test_the_gate_that_held_it_back_says_by_what(stricter):
    decision, _ = stricter
    difference = one(decision, "launch_commit", "GO", "NO-GO")
    assert difference.why == "blocked by launch_wind"
    assert (difference.kind, difference.counterfactual) == ("gate", False)
    # GO stands for two seconds before the command is sent.
    assert decision.diverged.now_ns - difference.first.now_ns in range(
        2 * SECOND, 2 * SECOND + SECOND // 10
    )


def test_all_and_only_what_comes_after_the_command_is_counterfactual(stricter):
    decision, lines = stricter
    assert {d.counterfactual for d in decision.verdicts} == {True, False}
    for difference in decision.verdicts:
        after = difference.first.now_ns > decision.diverged.now_ns
        assert difference.counterfactual == after
        first = [line for line in lines if str(difference.first) in line]
        assert all(("counterfactual" in line) == after for line in first)
    committed = one(decision, "launch_commit", "COMMITTED", "CLOSED")
    assert committed.counterfactual


def test_how_long_it_differed_ends_where_the_flights_part(stricter):
    decision, _ = stricter
    wind = one(decision, "launch_wind", "GO", "NO-GO")
    assert wind.first.now_ns + wind.lasted_ns <= decision.diverged.now_ns


def test_the_report_tells_moment_change_and_reason(stricter):
    decision, lines = stricter
    text = " ".join(" ".join(lines).split())
    difference = one(decision, "launch_wind", "GO", "NO-GO")
    assert tells(lines, f"{difference.first} GO -> NO-GO, ")
    assert tells(lines, "launch_wind: caution above 10 m/s -> above 1 m/s")
    assert re.search(r"T-\d+\.\d s, 2025-05-29 00:00:\d\d\.\d{3} UTC", text)
    assert max(map(len, lines)) <= 100
    assert text.endswith(f"{len(decision.verdicts)} differences in verdicts, 1 in commands")


def test_the_same_question_has_the_same_answer(launched, stricter, tmp_path):
    file = tmp_path / "launch.toml"
    file.write_text(edited("launch.toml", "launch_wind", BREEZE, GALE))
    again, _ = redecided(launched, file)
    assert again == stricter[0]


# --- A looser limit ---


def test_a_looser_limit_shows_what_would_have_been_sent(held):
    decision, lines = redecided(held, LAUNCH)
    (launch,) = decision.commands
    assert (launch.id, launch.text) == ("launch", "was not sent, would have been sent")
    assert launch.at == decision.diverged
    wind = one(decision, "launch_wind", "NO-GO", "GO")
    assert wind.why == "mean wind at launch 6.0 m/s, limit 12.0 m/s"
    assert wind.first.now_ns < decision.diverged.now_ns
    assert lines[-1].endswith("1 in commands")


def test_a_command_that_is_only_sent_earlier_shows_both_moments(tmp_path):
    name = "launch_flight_computers"
    late = edited("launch.toml", name, ('clear_after = "1 s"', 'clear_after = "11 s"'))
    texts = shipped().texts | {"../criteria/launch.toml": late}
    mission = load_mission(Path(shipped().file), texts)
    decision, lines = redecided(record(tmp_path / "late.mcap", 18, mission), LAUNCH)
    (launch,) = decision.commands
    assert launch.at == decision.diverged
    assert launch.text == f"was sent and VERIFIED, would have been sent at {launch.at}"
    assert tells(lines, f"{name}: clear_after 11 s -> 1 s")


# --- Criteria added and removed ---


def test_an_added_criterion_was_not_there_and_blocks_like_any_other(launched, given):
    decision, lines = redecided(launched, given(more=NEVER) / "more.toml")
    blocked = one(decision, "never", ABSENT, "NO-GO")
    assert blocked.why.startswith("never met not met: vehicle.bus_voltage 28.0 V")
    assert one(decision, "never", ABSENT, "UNKNOWN").first.now_ns == EPOCH_NS
    assert one(decision, "launch_commit", "GO", "NO-GO").why == "blocked by never"
    assert [c.text for c in decision.commands] == [
        "was sent and VERIFIED, would not have been sent"
    ]
    assert any(line.startswith("added       never: never met") for line in lines)
    assert tells(lines, "more.toml is added")


def test_a_removed_criterion_is_not_there_and_says_what_it_was(launched, given):
    decision, lines = redecided(launched, given(launch=edited("launch.toml", "launch_mode")))
    gone = one(decision, "launch_mode", "GO", ABSENT)
    assert gone.why.startswith("as flown: vehicle on the pad met: landing.mode PRELAUNCH")
    assert {difference.id for difference in decision.verdicts} == {"launch_mode"}
    assert (decision.commands, decision.diverged) == ((), None)
    assert not any(difference.counterfactual for difference in decision.verdicts)
    assert any(line.startswith("removed     launch_mode: ") for line in lines)


# --- After the first diverging command ---


def test_a_landing_that_was_not_committed_would_have_been_diverted(landed, given):
    landing = edited("landing.toml", "wind", BREEZE, GALE)
    rules = given(landing=landing, more=NEVER.replace("launch_commit", "landing_continue"))
    decision, lines = redecided(landed, rules, rules / "more.toml")
    commit, *diverts = decision.commands
    assert (commit.id, commit.at, commit.counterfactual) == (
        "landing_commit",
        decision.diverged,
        False,
    )
    assert commit.text == "was sent and VERIFIED, would not have been sent"
    assert diverts
    for divert in diverts:
        # Nobody knows what a vehicle would have made of what it was never sent.
        assert (divert.id, divert.text) == ("divert", "was not sent, would have been sent")
        assert divert.counterfactual
    inhibited = one(decision, "gust", "INHIBITED", "GO")
    assert inhibited.counterfactual
    assert "divert was not sent, would have been sent" in "\n".join(lines)
    headings = [line for line in lines if line in ("COMMANDS", "GATES", "CRITERIA")]
    assert headings == ["COMMANDS", "GATES", "CRITERIA"]


# --- Moment by moment ---


@cache
def blank() -> Snapshot:
    return Station(shipped(), seed=1).step([Tick()], EPOCH_NS).snapshots[0]


def shown(at: int, state: str = "GO", *commands: CommandStatus) -> Snapshot:
    """A Snapshot at T+`at`, with one criterion in a state and these commands."""
    return msgspec.structs.replace(
        blank(),
        now_ns=EPOCH_NS + at * SECOND,
        count=CountStatus(CountState.FLIGHT, at * SECOND, at * SECOND, ""),
        criteria=(
            CriterionStatus("deck", CriterionState(state), None, None, None, 0, f"deck {state}"),
        ),
        gates=(),
        commands=commands,
    )


def command(number: int, at: int, attempts: int = 1, name: str = "divert") -> CommandStatus:
    state = CommandState.SENT if attempts else CommandState.REFUSED
    sent_ns = EPOCH_NS + at * SECOND
    return CommandStatus(number, name, state, 7, sent_ns, attempts, (), (), "")


def compared(*steps: tuple[Snapshot | None, Snapshot | None]) -> Decision:
    """What comes of Snapshots given step by step; None where one side showed none."""
    comparison = Comparison()
    for pair in steps:
        was, would = (() if snapshot is None else (snapshot,) for snapshot in pair)
        comparison.see(was, would, next(s.now_ns for s in pair if s is not None))
    return comparison.decision(Verification(0, 0, None, 0, ""))


def test_a_verdict_that_comes_and_goes_is_counted_and_its_time_summed():
    states = ["GO", "NO-GO", "NO-GO", "GO", "NO-GO", "GO", "GO"]
    decision = compared(*((shown(at), shown(at, state)) for at, state in enumerate(states)))
    (deck,) = decision.verdicts
    assert (deck.times, deck.lasted_ns, deck.first.t_ns) == (2, 3 * SECOND, SECOND)


def test_each_way_to_differ_has_its_own_first_moment():
    states = ["GO", "CAUTION", "NO-GO", "CAUTION"]
    decision = compared(*((shown(at), shown(at, state)) for at, state in enumerate(states)))
    assert [(d.would, d.first.t_ns // SECOND, d.times) for d in decision.verdicts] == [
        ("CAUTION", 1, 2),
        ("NO-GO", 2, 1),
    ]


def test_a_snapshot_holds_until_the_next_one_of_its_side():
    decision = compared((shown(0), shown(0)), (None, shown(1, "NO-GO")), (shown(2, "NO-GO"), None))
    (deck,) = decision.verdicts
    assert (deck.was, deck.would, deck.lasted_ns) == ("GO", "NO-GO", SECOND)


def test_what_differs_at_the_diverging_command_itself_is_no_counterfactual():
    decision = compared(
        (shown(0), shown(0)),
        (shown(1, "GO", command(0, 1)), shown(1, "NO-GO")),
        (shown(2, "GO", command(0, 1)), shown(2, "UNKNOWN")),
    )
    assert decision.diverged == Moment(EPOCH_NS + SECOND, SECOND)
    assert [(d.would, d.counterfactual) for d in decision.verdicts] == [
        ("NO-GO", False),
        ("UNKNOWN", True),
    ]


def test_the_first_diverging_command_counts_and_later_ones_are_counterfactual():
    later = (command(0, 1), command(1, 3, name="abort"))
    decision = compared(
        (shown(2, "GO", command(0, 1)), shown(2)), (shown(4, "GO", *later), shown(4))
    )
    assert decision.diverged == Moment(EPOCH_NS + SECOND, SECOND)
    assert [(c.id, c.at.t_ns // SECOND, c.counterfactual) for c in decision.commands] == [
        ("divert", 1, False),
        ("abort", 3, True),
    ]


def test_of_two_moments_the_earlier_one_is_where_the_flights_part():
    decision = compared((shown(9, "GO", command(0, 5)), shown(9, "GO", command(0, 3))))
    assert decision.diverged == Moment(EPOCH_NS + 3 * SECOND, 3 * SECOND)


def test_commands_are_compared_where_both_sides_show_them():
    sent = command(0, 1)
    decision = compared(
        (shown(0), shown(0)), (shown(1, "GO", sent), None), (shown(2, "GO", sent),) * 2
    )
    assert (decision.diverged, decision.differs) == (None, False)


def test_another_repetition_parts_the_flights_where_it_is_seen():
    decision = compared(
        (shown(1, "GO", command(0, 1)),) * 2,
        (shown(2, "GO", command(0, 1, attempts=2)), shown(2, "GO", command(0, 1))),
        (shown(3, "GO", command(0, 1, attempts=2)), shown(3, "GO", command(0, 1))),
    )
    assert decision.diverged == Moment(EPOCH_NS + 2 * SECOND, 2 * SECOND)


def test_a_command_that_was_refused_parts_no_flights():
    refused = command(0, 1, attempts=0)
    decision = compared((shown(1, "GO", refused), shown(1)), (shown(2, "NO-GO"), shown(2)))
    assert decision.diverged is None
    (difference,) = decision.commands
    assert (difference.text, difference.counterfactual) == (
        "was REFUSED, would not have been sent",
        False,
    )


# --- What cannot be decided ---


def test_a_replaced_file_is_gone_and_the_others_stay(given):
    rules = given(launch=FILES["launch.toml"])
    mission = other_rules(shipped(), [rules])
    assert mission.texts.keys() - shipped().texts.keys() == {str(rules / "launch.toml")}
    assert shipped().texts.keys() - mission.texts.keys() == {"../criteria/launch.toml"}
    assert [name for name, _ in mission.criteria] == list(mission.config.mission.criteria)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "criteria: has no criteria files named as flown"),
        ({"more": "no toml"}, "more.toml: not TOML"),
        ({"more": "[mission]"}, "more.toml: mission: unknown key"),
        ({"more": entry("launch.toml", "launch_mode")}, "already declared in"),
        ({"launch": edited("launch.toml", "launch_wind", ("launch_commit", "nope"))}, "no gate is"),
    ],
)
def test_rules_that_do_not_fit_are_told_by_their_own_file(given, files, said):
    directory = given(**files)
    rules = sorted(directory.iterdir()) or [directory]
    with pytest.raises(ConfigError, match=re.escape(said)):
        other_rules(shipped(), rules)


def test_of_a_directory_only_files_named_as_flown_count_and_the_report_tells_the_others(given):
    """Missions share a directory, and another mission's criteria may well have the same names."""
    rules = given(launch=FILES["launch.toml"], more=entry("launch.toml", "launch_mode"))
    mission = other_rules(shipped(), [rules])
    assert str(rules / "more.toml") not in mission.texts
    assert left_out(shipped(), [rules]) == [rules / "more.toml"]
    assert left_out(shipped(), [rules, rules / "more.toml"]) == []
    flown = sorted(Path(name).name for name in shipped().texts if "criteria" in Path(name).parts)
    said = f"no criteria files named as flown: {', '.join(flown)}"
    with pytest.raises(ConfigError, match=re.escape(said)):
        other_rules(shipped(), [CONFIGS / "missions"])


def test_a_rule_on_an_unknown_parameter_is_told_by_its_own_file(launched, given):
    rules = given(more=NEVER.replace("vehicle.bus_voltage", "no.such")) / "more.toml"
    with pytest.raises(ConfigError, match=re.escape(f"{rules}: criterion.never")):
        redecided(launched, rules)


def test_two_files_of_one_name_are_refused(given):
    with pytest.raises(ConfigError, match="has the same name"):
        other_rules(shipped(), [given(launch=FILES["launch.toml"]), LAUNCH])


def test_a_file_that_is_another_of_the_missions_is_no_criteria_file(tmp_path, monkeypatch):
    monkeypatch.chdir(CONFIGS / "missions")
    with pytest.raises(ConfigError, match="has another file of this name"):
        other_rules(shipped(), [Path("xzy1-hop.toml")])


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read: no such file"):
        other_rules(shipped(), [tmp_path / "none.toml"])
    (tmp_path / "latin.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"latin\.toml: is not UTF-8 text"):
        other_rules(shipped(), [tmp_path / "latin.toml"])


def test_only_our_own_recordings_can_be_decided_again(tmp_path):
    rows = tmp_path / "rows.csv"
    rows.write_text("time_s,altitude_km\n0,0\n")
    flight = open_flight(rows)
    with pytest.raises(RecordingError, match="only our own recordings"):
        decide(flight, flight.mission)


def test_a_cut_recording_is_compared_up_to_the_cut_and_no_further(launched, tmp_path):
    cut = tmp_path / "cut.mcap"
    data = launched.read_bytes()
    cut.write_bytes(data[: len(data) * 2 // 3])
    decision, _ = redecided(cut, CONFIGS / "criteria")
    assert not decision.differs
    assert decision.fault.startswith("compared up to the damage: byte ")
    whole, _ = redecided(launched, CONFIGS / "criteria")
    assert 0 < decision.snapshots < whole.snapshots


class Crashing(Criteria):
    """Criteria that crash from their tenth evaluation on, where `never` is among them."""

    evaluated = 0

    def evaluate(self, *arguments):
        self.evaluated += 1
        if self.evaluated > 10 and any(info.id == "never" for info in self.infos()):
            raise ZeroDivisionError("as asked")
        return super().evaluate(*arguments)


def test_a_fault_under_the_other_rules_ends_the_comparison(launched, given, monkeypatch):
    monkeypatch.setattr("gcs.station.Criteria", Crashing)
    decision, _ = redecided(launched, given(more=NEVER) / "more.toml")
    assert re.fullmatch(
        r"under these rules the station has a fault at T-\S+ s, .* UTC: ZeroDivisionError: .*",
        decision.fault,
    )


def test_a_flight_that_is_not_decided_as_recorded_says_so(launched):
    flight = open_flight(launched)
    another_seed: Flight = replace(flight, seed=flight.seed + 1)
    decision = decide(another_seed, flight.mission)
    assert decision.verification.differing
    lines = decision_lines(another_seed, flight.mission, decision)
    assert any("the flight does not decide as recorded" in line for line in lines)


# --- The command ---


def test_the_command_exits_by_what_it_found(launched, given, tmp_path, capfd):
    same = gcs_here(capfd, "decide", launched, "--criteria", LAUNCH, "--criteria", LANDING)
    assert (same.exit_code, same.err) == (0, "")
    assert same.out.splitlines()[-1] == "no difference"
    more = given(more=NEVER, launch=FILES["launch.toml"])
    differs = gcs_here(capfd, "decide", launched, "--criteria", more / "more.toml")
    assert (differs.exit_code, differs.err) == (1, "")
    assert "blocked by never" in differs.out
    ignored = gcs_here(capfd, "decide", launched, "--criteria", more)
    assert (ignored.exit_code, ignored.err) == (0, "")
    assert tells(ignored.out.splitlines(), "more.toml: the flight had no criteria")
    missing = gcs_here(capfd, "decide", launched, "--criteria", tmp_path / "none")
    assert (missing.exit_code, missing.out, len(missing.problems)) == (2, "", 1)
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(launched.read_bytes()[:-200])
    damaged = gcs_here(capfd, "decide", cut, "--criteria", LAUNCH)
    assert (damaged.exit_code, len(damaged.problems)) == (2, 1)
    assert damaged.err.startswith(f"{cut}: compared up to the damage")
