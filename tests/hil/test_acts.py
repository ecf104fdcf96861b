"""Scripted operators: read whole before anything flies, done once, judged by the station's word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gcs.config.problems import ConfigError
from gcs.messages import (
    CheckEntry,
    ConfirmCommand,
    CountState,
    HoldCount,
    Recycle,
    ReleaseHold,
    ShelveAlarm,
    Vote,
    Waive,
)
from hil.acts import ACTS, ActConfig, Deed
from hil.expectations import Finding
from hil.rehearsal.loop import Result, rehearse
from hil.script import load_rehearsal
from tests.helpers.hop import Hop
from tests.hil.rehearsals import BEFORE_LAUNCH, NEVER_MET, written

MINUTE = 60_000_000_000


def act(**keys: Any) -> ActConfig:
    return ActConfig.model_validate({"at": "-20 s", "position": "FD", **keys})


def acts(*tables: str) -> str:
    return "".join(f"\n[[act]]\n{table}\n" for table in tables)


def flown(tmp_path: Path, *tables: str, duration: str = "4 s") -> Result:
    path = written(tmp_path, NEVER_MET, acts(*tables), duration=duration)
    return rehearse(load_rehearsal(path), 1)


def done(result: Result) -> tuple[Finding, ...]:
    return result.findings[:-1]


@pytest.mark.parametrize(
    ("keys", "meant"),
    [
        ({"hold": {"reason": "winds"}}, HoldCount("winds")),
        ({"release": True}, ReleaseHold()),
        ({"release": {}}, ReleaseHold()),
        ({"vote": {"gate": "launch_commit", "go": False}}, Vote("launch_commit", False)),
        ({"recycle": {"mark": "chill", "reason": ""}}, Recycle("chill", "")),
        (
            {"shelve": {"alarm": "a", "for": "2 min", "reason": "r"}},
            ShelveAlarm("a", 2 * MINUTE, "r"),
        ),
        (
            {"waive": {"criterion": "wind", "reason": "r", "for": "1 min", "bound": "9 m/s"}},
            Waive("wind", "r", MINUTE, "9 m/s"),
        ),
    ],
)
def test_an_act_is_the_intent_that_a_console_would_send(
    keys: dict[str, Any], meant: object
) -> None:
    assert act(**keys).deed.act(Hop().born().fly(0.1).snapshot, "FD") == meant


def test_every_act_of_an_operator_has_its_word() -> None:
    assert set(ACTS) >= {"stage", "confirm", "hold", "recycle", "scrub", "enter", "acknowledge"}
    assert len(set(ACTS.values())) == len(ACTS)


def test_codes_and_times_are_read_off_the_screen() -> None:
    blank = Hop().born().fly(0.1).snapshot
    assert Deed("confirm", {}).act(blank, "FD") == ConfirmCommand("")
    assert Deed("check", {"parameter": "p"}).act(blank, "FD") == CheckEntry("p", 0)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('at = "-20 s"\nposition = "FD"', "expected exactly one act of stage, confirm,"),
        (
            'at = "-20 s"\nposition = "FD"\nrelease = true\nscrub = { reason = "" }',
            "exactly one act",
        ),
        ('position = "FD"\nrelease = true', "expected exactly one of `at`, `when`, `after`"),
        ('at = "-20 s"\nwhen = "t_clock > 1 s"\nposition = "FD"\nrelease = true', "exactly one of"),
        ('at = "-20 s"\nrelease = true', "act[0].position"),
        ('at = "-20 s"\nposition = "FD"\nhold = true', "`hold`: 'reason' is missing"),
        ('at = "-20 s"\nposition = "FD"\nhold = "x"', "`hold`: expected a table"),
        ('at = "-20 s"\nposition = "FD"\nhold = { reason = 3 }', "'reason': Expected `str`"),
        ('at = "-20 s"\nposition = "FD"\nrelease = { now = 1 }', "`release`: unknown key 'now'"),
        ('at = "-20 s"\nposition = "FD"\nconfirm = { code = "A" }', "unknown key 'code'"),
        ('at = "-30 s"\nposition = "FD"\nrelease = true', "T-30.0 s is past: the count starts at"),
        ('after = "1 s"\nposition = "FD"\nrelease = true', "there is no act before the first"),
        ('at = "-20 s"\nposition = "XX"\nrelease = true', "no position 'XX'"),
        ('when = "nav.altitude"\nposition = "FD"\nrelease = true', None),
        ('when = "no.such > 1"\nposition = "FD"\nrelease = true', "act[0].when: "),
        (
            'at = "-20 s"\nposition = "FD"\nvote = { gate = "x", go = true }',
            "vote.gate: the mission",
        ),
        ('at = "-20 s"\nposition = "FD"\nstage = { command = "x" }', "no command 'x'"),
        (
            'at = "-20 s"\nposition = "FD"\nwaive = { criterion = "x", reason = "", for = "1" }',
            "'for': expected a duration",
        ),
        (
            'at = "-20 s"\nposition = "FD"\nenter = { parameter = "nav.altitude", value = "1" }',
            "no operator-entered parameter 'nav.altitude'",
        ),
    ],
)
def test_mistakes_in_an_act_are_told_before_anything_flies(
    tmp_path: Path, table: str, told: str | None
) -> None:
    path = written(tmp_path, BEFORE_LAUNCH, acts(table))
    if told is None:
        assert load_rehearsal(path).script.act
        return
    with pytest.raises(ConfigError) as raised:
        load_rehearsal(path)
    assert any(told in str(problem) for problem in raised.value.problems), raised.value.problems


def test_the_authority_must_be_somebodys_who_acts(tmp_path: Path) -> None:
    path = written(tmp_path, BEFORE_LAUNCH, acts('at = "-20 s"\nposition = "FD"\nrelease = true'))
    path.write_text(path.read_text().replace("seed = 4", 'seed = 4\nauthority = "GNC"'))
    with pytest.raises(ConfigError, match="no act is done by 'GNC'"):
        load_rehearsal(path)


def test_acts_come_at_their_t_time_their_condition_or_after_one_another(tmp_path: Path) -> None:
    result = flown(
        tmp_path,
        'at = "-24 s"\nposition = "FD"\nhold = { reason = "winds" }',
        'after = "1 s"\nposition = "FD"\nrelease = true',
        'when = "t_clock > -22.5 s"\nposition = "FD"\nscrub = { reason = "enough" }',
    )
    assert [finding.met for finding in done(result)] == [True, True, True]
    assert [finding.evidence for finding in done(result)] == [
        "at T-24.0 s",
        "at T-24.0 s",
        "at T-22.4 s",
    ]
    last = result.summary.last
    assert last is not None
    assert (last.count.state, last.count.reason) == (CountState.SCRUBBED, "enough")


def test_a_refusal_is_not_met_unless_it_is_expected(tmp_path: Path) -> None:
    result = flown(
        tmp_path,
        'at = "-24 s"\nposition = "FD"\nrelease = true',
        'at = "-24 s"\nposition = "FD"\nrelease = true\nrefused = true',
        'at = "-24 s"\nposition = "FD"\nhold = { reason = "" }\nrefused = true',
        'at = "-3 s"\nposition = "FD"\nrelease = true',
    )
    refused, expected, taken, never = done(result)
    assert (refused.met, expected.met, taken.met, never.met) == (False, True, False, False)
    assert refused.evidence == "at T-24.0 s, release refused: the count is not held"
    assert taken.evidence == "at T-24.0 s, taken"
    assert never.evidence == "its moment never came"


def test_each_act_is_done_once(tmp_path: Path) -> None:
    result = flown(
        tmp_path,
        'when = "t_clock > -24 s"\nposition = "FD"\nhold = { reason = "" }',
        'after = "0.5 s"\nposition = "FD"\nrelease = true',
    )
    assert all(finding.met for finding in done(result))
    last = result.summary.last
    assert last is not None
    assert last.count.state is CountState.RUNNING


def test_everyone_sits_at_a_console_and_the_first_to_act_commands(tmp_path: Path) -> None:
    result = flown(
        tmp_path,
        'at = "-24 s"\nposition = "GNC"\nperson = "li"\nhold = { reason = "" }',
        'at = "-24 s"\nposition = "FD"\nperson = "wang"\nhold = { reason = "" }',
    )
    last = result.summary.last
    assert last is not None
    assert [(c.id, c.person, c.authority) for c in last.consoles] == [
        ("GNC:li", "li", True),
        ("FD:wang", "wang", False),
    ]


def test_a_staged_command_is_confirmed_with_the_code_on_the_screen(tmp_path: Path) -> None:
    result = flown(
        tmp_path,
        'at = "-23 s"\nposition = "FD"\nstage = { command = "abort" }',
        'after = "0.5 s"\nposition = "FD"\nconfirm = true',
    )
    assert [finding.met for finding in done(result)] == [True, True]
    last = result.summary.last
    assert last is not None
    assert [command.command for command in last.commands] == ["abort"]
