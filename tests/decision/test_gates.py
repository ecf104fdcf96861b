"""Gates over their criteria, polls and commands."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gcs.decision.gate import PASSING, GateAction, Scene
from gcs.decision.gates import Gates, GateStep, build_gates
from gcs.decision.no_go import NO_GO_TRIES, RETRY_REST_NS
from gcs.expressions import Expression
from gcs.messages import (
    CommandState,
    CommandStatus,
    CriterionState,
    CriterionStatus,
    Event,
    GateInfo,
    GateState,
    GateStatus,
    VoteStatus,
)
from tests.helpers.joint_view import SECOND, FakeView, mission_of

PARAMETERS = {"mode": "", "left": "s"}
HEAD = """
[station]
positions = ["FD", "BARGE"]
[[phase]]
id = "p"
title = "p"
[[command]]
id = "commit"
title = "COMMIT"
mav_cmd = "C"
validity = "3 s"
[[command]]
id = "divert"
title = "DIVERT"
mav_cmd = "D"
validity = "3 s"
"""
MARK = '[[count.mark]]\nid = "engines"\nat = "0 s"\n'
AUTOMATIC = """
[[gate]]
id = "landing"
title = "LANDING"
opens = "mode == 4"
closes = "left <= 0 s"
mode = "automatic"
stable_for = "1 s"
go_command = "commit"
no_go_command = "divert"
"""
POLLED = AUTOMATIC + 'polls = ["FD", "BARGE"]\n'
CONFIRMED = AUTOMATIC.replace('"automatic"', '"confirmed"')
STANDING = AUTOMATIC.replace('go_command = "commit"\n', "", 1)
CONTINUING = STANDING + 'no_go_after = "1 s"\nwithout_answer = "stands"\n'
EXPIRING = POLLED + 'go_expires = "3 s"\n'
TWO_PERSONS = POLLED + "two_person = true\n"
CRITERION = """
[criterion.roll]
title = "roll"
owner = "BARGE"
gates = ["landing"]
require = "mode == 4"
source = "a test"
"""


class Range:
    """One gate, its one criterion, and the commands that it sent."""

    def __init__(self, table: str = AUTOMATIC) -> None:
        self.view = FakeView(**PARAMETERS)
        mission = mission_of(HEAD + table, PARAMETERS, CRITERION)
        self.gates, problems = build_gates(mission, self.view)
        assert problems == ()
        self.now_ns = 0
        self.criterion = CriterionState.GO
        self.commands: dict[int, CommandStatus] = {}
        self.sent: list[str] = []
        self.withdrawn: list[str] = []
        self.held = ""
        self.attempt = 1
        self.scrubbed = False
        self.phase = "p"
        self.asked: list[tuple[str, str]] = []
        self.view.set("mode", 4.0)
        self.view.set("left", 60.0)

    def step(self, after_s: float = 0.0) -> GateStatus:
        self.now_ns += round(after_s * SECOND)
        roll = CriterionStatus("roll", self.criterion, None, None, None, 0, "")
        commands = tuple(self.commands.values())
        scene = Scene(self.held, self.attempt, self.scrubbed, self.phase)
        step = self.gates.step(self.view, (roll,), commands, self.now_ns, scene)
        for action in step.actions:
            if action.act == "send":
                self.sent.append(action.command)
                self.command(action.command)
            elif action.act == "withdraw":
                self.withdrawn.append(action.command)
            else:
                self.asked.append((action.act, action.mark))
        self.last: GateStep = step
        return step.statuses[0]

    def command(self, name: str, state: CommandState = CommandState.SENT, attempts: int = 1) -> int:
        number = len(self.commands)
        self.commands[number] = CommandStatus(
            number, name, state, number + 1, self.now_ns, attempts, (), (), ""
        )
        return number

    def vote(self, position: str, go: bool = True, person: str = "") -> str:
        return self.gates.vote("landing", position, go, self.now_ns, person).text

    def answer(self, state: CommandState) -> None:
        self.command_state(max(self.commands), state)

    def command_state(self, number: int, state: CommandState) -> None:
        was = self.commands[number]
        self.commands[number] = CommandStatus(
            was.id, was.command, state, was.nonce, was.sent_ns, was.attempts, (), (), ""
        )


def on_its_way(table: str = AUTOMATIC) -> Range:
    scene = Range(table)
    scene.step()
    scene.step(1.0)
    assert scene.sent == ["commit"]
    return scene


def test_it_opens_goes_and_sends_after_having_stood() -> None:
    scene = Range()
    assert scene.step().state is GateState.GO
    scene.step(0.9)
    assert scene.sent == []
    scene.step(0.1)
    assert scene.last.actions == (GateAction("landing", "send", "commit", "GO"),)
    assert scene.sent == ["commit"]
    scene.step(0.1)
    assert scene.sent == ["commit"]


@pytest.mark.parametrize("state", [s for s in CriterionState if s not in PASSING])
def test_what_does_not_pass_blocks_and_is_named(state: CriterionState) -> None:
    scene = Range()
    scene.criterion = state
    status = scene.step(5.0)
    assert status.state is GateState.NO_GO
    assert status.blocking == ("roll",)
    scene.step(5.0)
    assert scene.sent == []


@pytest.mark.parametrize("state", sorted(PASSING))
def test_caution_and_a_waiver_pass(state: CriterionState) -> None:
    scene = Range()
    scene.criterion = state
    assert scene.step().state is GateState.GO


def test_a_flicker_starts_the_standing_anew() -> None:
    scene = Range()
    scene.step()
    scene.criterion = CriterionState.UNKNOWN
    scene.step(0.9)
    scene.criterion = CriterionState.GO
    scene.step(0.1)
    scene.step(0.9)
    assert scene.sent == []
    scene.step(0.1)
    assert scene.sent == ["commit"]


def test_a_criterion_that_nobody_evaluated_blocks() -> None:
    scene = Range()
    status = scene.gates.step(scene.view, (), (), 0).statuses[0]
    assert (status.state, status.blocking) == (GateState.NO_GO, ("roll",))


def test_a_criterion_that_is_evaluated_no_longer_revokes_a_command_on_its_way() -> None:
    scene = on_its_way()
    commands = tuple(scene.commands.values())
    status = scene.gates.step(scene.view, (), commands, scene.now_ns).statuses[0]
    assert status.state is GateState.MISSED


def test_unknown_opening_is_closed() -> None:
    scene = Range()
    scene.view.forget("mode")
    assert scene.step().state is GateState.CLOSED


def test_what_opens_and_closes_it_is_asked_at_the_moment_of_the_step() -> None:
    held = AUTOMATIC.replace('"mode == 4"', '"held(mode == 4, 2 s)"')
    scene = Range(held.replace('"left <= 0 s"', '"held(left <= 10 s, 2 s)"'))
    assert [scene.step(after).state for after in (0.0, 1.9)] == [GateState.CLOSED] * 2
    scene.view.set("left", 9.0)
    assert [scene.step(after).state for after in (0.1, 1.9)] == [GateState.GO] * 2
    assert scene.step(0.1).state is GateState.MISSED


def test_a_rule_that_crashes_is_unknown_and_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Range()
    monkeypatch.setattr(Expression, "evaluate", lambda *_: 1 / 0)
    assert scene.step(7.0).state is GateState.CLOSED
    why = "check crashed: ZeroDivisionError: division by zero"
    assert scene.last.events == (
        Event(7 * SECOND, "fault", "landing", f"LANDING, `opens`: {why}", 4),
        Event(7 * SECOND, "fault", "landing", f"LANDING, `closes`: {why}", 4),
    )
    scene.step(1.0)
    assert scene.last.events == ()


def test_its_status_tells_since_when_until_when_and_what_blocks() -> None:
    scene = Range()
    scene.view.set("mode", 3.0)
    scene.step(7.0)
    assert scene.step(1.0) == GateStatus(
        "landing", GateState.CLOSED, 7 * SECOND, 68 * SECOND, (), "not open"
    )
    scene.view.set("mode", 4.0)
    scene.criterion = CriterionState.NO_GO
    assert scene.step(1.0) == GateStatus(
        "landing", GateState.NO_GO, 9 * SECOND, 69 * SECOND, ("roll",), "blocked by roll"
    )
    assert Range(AUTOMATIC.replace("left <= 0 s", "mode == 9")).step().deadline_ns is None
    scene.command("divert")
    scene.step(1.0)
    assert scene.step(1.0).blocking == ()


def test_a_gate_that_never_opened_and_is_not_known_to_open_is_not_missed() -> None:
    scene = Range()
    scene.view.forget("mode")
    scene.view.set("left", 0.0)
    assert [scene.step(1.0).state for _ in range(2)] == [GateState.CLOSED] * 2


def test_each_move_is_told_as_grave_as_it_is() -> None:
    scene = on_its_way()
    assert scene.last.events == ()
    scene.view.set("left", 0.0)
    scene.step()
    assert scene.last.events == (
        Event(scene.now_ns, "gate", "landing", "LANDING: MISSED, the deadline passed", 2),
    )


def test_an_expired_and_a_fallen_go_are_told_apart() -> None:
    scene = Range(EXPIRING)
    scene.step()
    scene.vote("FD")
    scene.step(3.0)
    assert scene.last.events == (Event(scene.now_ns, "vote", "FD", "LANDING: GO of FD expired", 4),)
    scene.vote("FD")
    scene.criterion = CriterionState.CAUTION
    scene.step()
    (event,) = scene.last.events
    assert event.text == "LANDING: GO of FD fell, what it stood on changed"


def test_an_unknown_deadline_blocks_but_does_not_miss() -> None:
    scene = Range()
    scene.view.forget("left")
    status = scene.step()
    assert (status.state, status.blocking) == (GateState.NO_GO, ("deadline unknown",))
    scene.view.set("left", 60.0)
    assert scene.step().state is GateState.GO


def test_only_a_verified_command_commits() -> None:
    scene = on_its_way()
    scene.answer(CommandState.ACKNOWLEDGED)
    assert scene.step(0.1).state is GateState.GO
    assert scene.gates.committed() == frozenset()
    scene.answer(CommandState.VERIFIED)
    assert scene.step(0.1).state is GateState.COMMITTED
    assert scene.gates.committed() == {"landing"}


def test_a_verified_commit_latches_whatever_follows() -> None:
    scene = on_its_way()
    scene.answer(CommandState.VERIFIED)
    scene.step(0.1)
    scene.criterion = CriterionState.NO_GO
    scene.view.forget("mode")
    scene.view.set("left", 0.0)
    assert scene.step(9.0).state is GateState.COMMITTED
    assert scene.sent == ["commit"]


def test_the_commit_itself_may_end_what_opened_the_gate() -> None:
    scene = on_its_way()
    scene.view.set("mode", 5.0)
    scene.criterion = CriterionState.INHIBITED
    assert scene.step(0.1).state is GateState.GO
    scene.answer(CommandState.VERIFIED)
    assert scene.step(0.1).state is GateState.COMMITTED


def test_unverified_at_the_deadline_is_no_commit() -> None:
    scene = on_its_way()
    scene.answer(CommandState.ACKNOWLEDGED)
    scene.view.set("left", 0.0)
    assert scene.step(0.1).state is GateState.MISSED
    assert scene.withdrawn == ["commit"]
    assert scene.sent == ["commit", "divert"]
    scene.command_state(0, CommandState.VERIFIED)
    assert scene.step(0.1).state is GateState.MISSED


@pytest.mark.parametrize("state", [CriterionState.NO_GO, CriterionState.UNKNOWN])
def test_an_alarm_while_the_command_is_on_its_way_gives_the_chance_up(
    state: CriterionState,
) -> None:
    scene = on_its_way()
    scene.criterion = state
    assert scene.step(0.1).state is GateState.MISSED
    assert (scene.withdrawn, scene.sent) == (["commit"], ["commit", "divert"])


def test_a_no_go_gate_at_its_deadline_is_missed_and_diverts() -> None:
    scene = Range()
    scene.criterion = CriterionState.NO_GO
    scene.step()
    scene.view.set("left", 0.0)
    assert scene.step(0.1).state is GateState.MISSED
    assert (scene.withdrawn, scene.sent) == ([], ["divert"])


def test_a_gate_that_lost_sight_of_its_opening_still_meets_its_deadline() -> None:
    scene = Range()
    scene.step()
    scene.view.forget("mode")
    assert scene.step(0.1).state is GateState.CLOSED
    scene.view.set("left", 0.0)
    assert scene.step(0.1).state is GateState.MISSED
    assert scene.sent == ["divert"]


def test_a_failed_command_is_tried_again_after_a_rest() -> None:
    scene = on_its_way()
    scene.answer(CommandState.TIMED_OUT)
    assert scene.step(0.1).state is GateState.NO_GO
    assert scene.step(0.1).state is GateState.GO
    scene.step(RETRY_REST_NS / SECOND - 0.1)
    assert scene.sent == ["commit"]
    scene.step(0.1)
    assert scene.sent == ["commit", "commit"]


def test_a_command_that_needs_no_standing_still_rests_after_it_failed() -> None:
    scene = Range(AUTOMATIC.replace('"1 s"', '"0 s"'))
    scene.step()
    scene.answer(CommandState.REFUSED)
    scene.step(0.1)
    scene.step(0.1)
    scene.step(RETRY_REST_NS / SECOND - 0.1)
    assert scene.sent == ["commit"]
    scene.step(0.1)
    assert scene.sent == ["commit", "commit"]


def test_a_divert_by_anyone_ends_the_gate() -> None:
    scene = Range()
    scene.step()
    scene.command("divert")
    assert scene.step(0.1).state is GateState.MISSED
    scene.step(9.0)
    assert scene.sent == []


def test_a_divert_that_was_refused_here_never_happened() -> None:
    scene = Range()
    scene.step()
    scene.command("divert", CommandState.REFUSED, attempts=0)
    assert scene.step(0.1).state is GateState.GO


def test_after_a_commit_only_a_verified_divert_counts() -> None:
    scene = on_its_way()
    scene.answer(CommandState.VERIFIED)
    scene.step(0.1)
    scene.command("divert")
    assert scene.step(0.1).state is GateState.COMMITTED
    scene.answer(CommandState.VERIFIED)
    assert scene.step(0.1).state is GateState.MISSED


def test_a_missed_gate_repeats_its_divert_while_it_fails_and_not_for_ever() -> None:
    scene = Range()
    scene.view.set("left", 0.0)
    scene.step()
    for _ in range(3 * NO_GO_TRIES):
        scene.answer(CommandState.TIMED_OUT)
        scene.step(1.0)
    assert scene.sent == ["divert"] * NO_GO_TRIES


@pytest.mark.parametrize("state", [CommandState.SENT, CommandState.VERIFIED])
def test_a_divert_on_its_way_or_verified_is_not_repeated(state: CommandState) -> None:
    scene = Range()
    scene.view.set("left", 0.0)
    scene.step()
    scene.answer(state)
    scene.step(5.0)
    assert scene.sent == ["divert"]


def test_a_divert_is_not_repeated_over_a_newer_command() -> None:
    scene = Range()
    scene.view.set("left", 0.0)
    scene.step()
    scene.answer(CommandState.TIMED_OUT)
    scene.command("commit")
    scene.step(5.0)
    scene.answer(CommandState.TIMED_OUT)
    scene.step(5.0)
    assert scene.sent == ["divert"]


def test_a_divert_that_was_once_verified_is_owed_no_more() -> None:
    scene = Range()
    scene.view.set("left", 0.0)
    scene.step()
    scene.answer(CommandState.VERIFIED)
    scene.step(5.0)
    scene.command("divert", CommandState.REFUSED)
    scene.step(5.0)
    assert scene.sent == ["divert"]


def test_a_held_count_gives_no_go() -> None:
    scene = Range()
    scene.held = "held by FD: range"
    status = scene.step(5.0)
    assert (status.state, status.blocking) == (GateState.NO_GO, ("count held by FD: range",))


def test_no_operator_sends_go_over_a_hold_of_this_very_moment() -> None:
    scene = Range(CONFIRMED)
    scene.step()
    scene.step(1.0)
    assert scene.gates.interlocks(scene.now_ns) == {}
    barred = scene.gates.interlocks(scene.now_ns, "held by FD: range")
    assert barred == {"commit": "LANDING is blocked by count held by FD: range"}


@pytest.mark.parametrize("scrubbed", [False, True])
@pytest.mark.parametrize("answer", [CommandState.SENT, CommandState.VERIFIED])
def test_a_hold_or_a_scrub_revokes_a_command_that_is_on_its_way_or_just_arrived(
    answer: CommandState, scrubbed: bool
) -> None:
    scene = on_its_way()
    scene.held, scene.scrubbed = "held by FD: range", scrubbed
    scene.answer(answer)
    assert scene.step(0.1).state is GateState.MISSED
    assert (scene.withdrawn, scene.sent) == (["commit"], ["commit", "divert"])


# --- Recycle and scrub ---


def test_a_scrub_that_revokes_a_command_asks_nothing_more_of_the_count() -> None:
    scene = on_its_way(AUTOMATIC + 'no_go_count = "scrub"\n')
    scene.held, scene.scrubbed = "scrubbed by FD: range", True
    assert scene.step(0.1).state is GateState.MISSED
    assert (scene.sent, scene.asked) == (["commit", "divert"], [])


@pytest.mark.parametrize("table", [AUTOMATIC, STANDING, CONTINUING])
def test_a_scrub_ends_a_gate_and_sends_nothing(table: str) -> None:
    scene = Range(table)
    scene.step()
    scene.scrubbed, scene.held = True, "scrubbed by FD: range"
    scene.view.set("left", 0.0)
    assert scene.step(5.0).state is GateState.MISSED
    assert scene.step(60.0).reason == "the attempt was scrubbed"
    assert (scene.sent, scene.withdrawn, scene.asked) == ([], [], [])


def test_a_recycle_lets_a_missed_gate_be_asked_again_from_nothing() -> None:
    scene = Range(EXPIRING)
    scene.step()
    scene.vote("FD")
    scene.vote("BARGE", go=False)
    scene.view.set("left", 0.0)
    assert scene.step().state is GateState.MISSED
    scene.view.set("left", 60.0)
    scene.answer(CommandState.VERIFIED)
    scene.attempt = 2
    status = scene.step(1.0)
    assert (status.state, status.votes) == (GateState.CLOSED, ())
    assert scene.step().state is GateState.NO_GO
    for position in ("FD", "BARGE"):
        scene.vote(position)
    assert scene.step().state is GateState.GO, "the divert of the last attempt is over"


def test_a_recycled_gate_that_needs_no_standing_sends_at_once() -> None:
    scene = Range(AUTOMATIC.replace('stable_for = "1 s"\n', ""))
    scene.attempt = 2
    scene.step(1.0)
    assert scene.step().state is GateState.GO
    assert scene.sent == ["commit"]


def test_a_recycled_gate_that_passed_its_deadline_is_missed_again_only_if_it_opens() -> None:
    scene = Range()
    scene.view.set("left", 0.0)
    assert scene.step().state is GateState.MISSED
    scene.attempt = 2
    scene.view.forget("mode")
    assert [scene.step().state for _ in range(3)] == [GateState.CLOSED] * 3


def test_a_command_on_its_way_at_a_recycle_is_first_revoked() -> None:
    scene = on_its_way()
    scene.attempt, scene.held = 2, "recycled by FD: range"
    assert scene.step(0.1).state is GateState.MISSED
    assert scene.sent == ["commit", "divert"]
    assert scene.step(0.1).state is GateState.CLOSED


def test_a_recycle_moves_no_committed_gate() -> None:
    scene = on_its_way()
    scene.answer(CommandState.VERIFIED)
    scene.step(0.1)
    scene.attempt = 2
    assert [scene.step(0.1).state for _ in range(3)] == [GateState.COMMITTED] * 3


@pytest.mark.parametrize(
    ("wish", "held", "asked"),
    [
        ("hold", "", [("hold", "")]),
        ("hold", "held by FD: x", []),
        ("recycle", "", [("hold", ""), ("recycle", "engines")]),
        ("recycle", "held by FD: x", [("recycle", "engines")]),
        ("scrub", "", [("scrub", "")]),
    ],
)
def test_a_missed_gate_does_to_the_count_what_it_declares(
    wish: str, held: str, asked: list[tuple[str, str]]
) -> None:
    table = AUTOMATIC + f'no_go_count = "{wish}"\n'
    table += f'recycle_to = "engines"\n{MARK}' if wish == "recycle" else ""
    scene = Range(table)
    scene.criterion, scene.held = CriterionState.NO_GO, held
    scene.step()
    assert scene.asked == []
    scene.view.set("left", 0.0)
    scene.step()
    assert scene.asked == asked
    scene.step(5.0)
    assert scene.asked == asked


def test_what_revokes_a_command_holds_the_count_too_where_declared() -> None:
    scene = on_its_way(AUTOMATIC + 'no_go_count = "hold"\n')
    scene.criterion = CriterionState.NO_GO
    scene.step(0.1)
    assert scene.asked == [("hold", "")]


def test_what_it_asks_of_the_count_says_which_gate_and_why() -> None:
    wish = 'no_go_count = "recycle"\nrecycle_to = "engines"\n'
    scene = Range(MARK + AUTOMATIC + wish)
    scene.step()
    scene.view.set("left", 0.0)
    scene.step()
    why = "LANDING: the deadline passed"
    assert scene.last.actions == (
        GateAction("landing", "hold", "", why),
        GateAction("landing", "recycle", "", why, "engines"),
        GateAction("landing", "send", "divert", "the deadline passed"),
    )


def test_a_scrub_that_it_asks_for_says_which_gate_and_why() -> None:
    scene = Range(AUTOMATIC + 'no_go_count = "scrub"\n')
    scene.step()
    scene.view.set("left", 0.0)
    scene.step()
    assert scene.last.actions[0] == GateAction(
        "landing", "scrub", "", "LANDING: the deadline passed"
    )


def test_a_divert_by_an_operator_asks_nothing_of_the_count() -> None:
    scene = Range(AUTOMATIC + 'no_go_count = "scrub"\n')
    scene.step()
    scene.command("divert")
    assert scene.step().state is GateState.MISSED
    assert scene.asked == []


def test_a_command_is_withdrawn_only_where_one_is_on_its_way() -> None:
    scene = Range()
    scene.step()
    scene.view.set("left", 0.0)
    assert scene.step().state is GateState.MISSED
    assert scene.withdrawn == []


def test_a_command_that_was_just_asked_for_is_withdrawn_too() -> None:
    scene = on_its_way()
    scene.commands.clear()
    scene.view.set("left", 0.0)
    scene.step()
    assert scene.last.actions[0] == GateAction(
        "landing", "withdraw", "commit", "the deadline passed"
    )


def test_a_command_that_an_operator_sent_is_withdrawn_too() -> None:
    scene = Range(CONFIRMED)
    scene.step()
    scene.command("commit")
    scene.step()
    scene.criterion = CriterionState.NO_GO
    scene.step()
    assert scene.withdrawn == ["commit"]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (AUTOMATIC, "all criteria pass"),
        (CONFIRMED, "commit may be staged"),
        (STANDING, "all criteria pass"),
        (STANDING.replace('"automatic"', '"confirmed"'), "all criteria pass"),
    ],
)
def test_a_gate_at_go_says_what_comes_next(table: str, reason: str) -> None:
    assert Range(table).step().reason == reason


def test_a_gate_with_a_command_on_its_way_says_how_that_stands() -> None:
    assert on_its_way().step().reason == "commit sent"


def test_a_gate_whose_command_failed_says_so() -> None:
    scene = on_its_way()
    scene.answer(CommandState.REFUSED)
    status = scene.step()
    assert (status.state, status.reason) == (GateState.NO_GO, "the command failed")


def test_all_that_bars_and_blocks_is_listed() -> None:
    scene = Range(POLLED)
    scene.criterion = CriterionState.NO_GO
    assert scene.step().reason == "blocked by roll, poll FD, poll BARGE"
    polled = Range(POLLED)
    polled.step()
    for position in ("FD", "BARGE"):
        polled.vote(position)
    polled.step()
    polled.vote("FD", go=False)
    polled.vote("BARGE", go=False)
    assert polled.gates.interlocks(polled.now_ns)["commit"] == (
        "LANDING is blocked by poll FD NO-GO, poll BARGE NO-GO"
    )


def test_a_go_over_criteria_that_bar_names_them_all() -> None:
    two = CRITERION + CRITERION.replace("[criterion.roll]", "[criterion.pitch]")
    view = FakeView(**PARAMETERS)
    gates, _ = build_gates(mission_of(HEAD + POLLED, PARAMETERS, two), view)
    view.set("mode", 4.0)
    view.set("left", 60.0)
    gates.step(view, (), (), 0)
    text = gates.vote("landing", "FD", True, 0).text
    assert text == "vote on LANDING refused: no GO over roll, pitch"


def test_a_recycle_before_any_command_takes_the_first_no_go_command_for_its_own() -> None:
    scene = Range()
    scene.attempt = 2
    scene.step()
    scene.command("divert", CommandState.REFUSED, attempts=1)
    assert scene.step().state is GateState.MISSED


def test_no_go_after_may_hold_the_count_without_a_command() -> None:
    table = STANDING.replace('no_go_command = "divert"\n', "")
    scene = Range(table + 'no_go_count = "hold"\nno_go_after = "1 s"\n')
    scene.criterion = CriterionState.NO_GO
    scene.step()
    assert scene.step(1.0).state is GateState.MISSED
    assert (scene.sent, scene.asked) == ([], [("hold", "")])


def test_a_phase_may_close_a_gate_whatever_its_rule_says() -> None:
    scene = Range(AUTOMATIC + 'closes_in = ["p"]\n')
    scene.phase = ""
    assert scene.step().state is GateState.GO
    scene.view.forget("left")
    scene.phase = "p"
    assert scene.step().state is GateState.MISSED
    assert scene.sent == ["divert"]


def test_silence_stands_only_where_the_gate_says_so() -> None:
    silent = STANDING + 'no_go_after = "1 s"\n'
    scene = Range(silent)
    scene.step()
    scene.criterion = CriterionState.UNKNOWN
    scene.step()
    scene.view.set("left", 0.0)
    assert scene.step().state is GateState.MISSED


# --- Gates without a command ---


def test_a_gate_without_a_command_commits_at_its_deadline_if_it_stands_at_go() -> None:
    scene = Range(STANDING)
    scene.step()
    assert scene.step(1.0).state is GateState.GO
    scene.view.set("left", 0.0)
    assert scene.step().state is GateState.COMMITTED


def test_it_must_have_stood_since_it_went_go_not_since_the_clock_began() -> None:
    scene = Range(STANDING)
    scene.now_ns = 1000 * SECOND
    scene.step()
    scene.view.set("left", 0.0)
    assert scene.step(0.9).state is GateState.MISSED


def test_it_does_not_when_it_has_not_stood_long_enough_or_is_blocked() -> None:
    scene = Range(STANDING)
    scene.step()
    scene.view.set("left", 0.0)
    assert scene.step(0.9).state is GateState.MISSED
    scene = Range(STANDING)
    scene.step()
    scene.criterion = CriterionState.NO_GO
    scene.view.set("left", 0.0)
    assert scene.step(5.0).state is GateState.MISSED


def test_no_go_after_diverts_before_the_deadline() -> None:
    scene = Range(CONTINUING)
    scene.step()
    scene.criterion = CriterionState.NO_GO
    scene.step()
    assert scene.step(0.9).state is GateState.NO_GO
    assert scene.step(0.1).state is GateState.MISSED
    assert scene.sent == ["divert"]


def test_what_is_unknown_blocks_a_continuing_gate_and_diverts_nobody() -> None:
    scene = Range(CONTINUING)
    scene.step()
    scene.criterion = CriterionState.UNKNOWN
    assert scene.step().state is GateState.NO_GO
    assert scene.step(60.0).state is GateState.NO_GO
    scene.view.set("left", 0.0)
    assert scene.step(0.1).state is GateState.COMMITTED
    assert scene.sent == []


def test_no_go_after_counts_from_what_is_known_to_be_no_go_not_from_the_silence_before() -> None:
    scene = Range(CONTINUING)
    scene.step()
    scene.criterion = CriterionState.UNKNOWN
    scene.step()
    scene.step(60.0)
    scene.criterion = CriterionState.NO_GO
    assert scene.step().state is GateState.NO_GO
    assert scene.step(0.9).state is GateState.NO_GO
    assert scene.step(0.1).state is GateState.MISSED


def test_a_known_no_go_misses_a_continuing_gate_at_its_deadline() -> None:
    scene = Range(CONTINUING)
    scene.step()
    scene.criterion = CriterionState.NO_GO
    scene.step()
    scene.view.set("left", 0.0)
    assert scene.step(0.1).state is GateState.MISSED
    assert scene.sent == ["divert"]


def test_a_continuing_gate_that_lost_its_question_stands_at_the_deadline() -> None:
    scene = Range(CONTINUING)
    scene.step()
    scene.view.forget("mode")
    scene.criterion = CriterionState.UNKNOWN
    assert scene.step(0.1).state is GateState.CLOSED
    scene.view.set("left", 0.0)
    assert scene.step(0.1).state is GateState.COMMITTED
    assert scene.sent == []


# --- Polls ---


def test_a_poll_blocks_until_every_position_said_go() -> None:
    scene = Range(POLLED)
    assert scene.step().blocking == ("poll FD", "poll BARGE")
    assert scene.gates.vote("landing", "FD", True, 0).kind == "vote"
    assert scene.step().blocking == ("poll BARGE",)
    scene.gates.vote("landing", "BARGE", False, 0)
    assert scene.step().blocking == ("poll BARGE NO-GO",)
    scene.gates.vote("landing", "BARGE", True, 0)
    assert scene.step().state is GateState.GO


def test_votes_for_go_revoke_nothing_and_one_against_does() -> None:
    scene = Range(POLLED)
    scene.step()
    for position in ("FD", "BARGE"):
        scene.vote(position)
    scene.step()
    scene.step(1.0)
    assert scene.sent == ["commit"]
    assert scene.step(0.1).state is GateState.GO
    scene.answer(CommandState.VERIFIED)
    assert scene.step(0.1).state is GateState.COMMITTED


def test_one_vote_against_alone_is_an_objection_too() -> None:
    scene = Range(AUTOMATIC + 'polls = ["FD"]\nno_go_after = "1 s"\n')
    scene.step()
    scene.vote("FD", go=False)
    scene.step()
    assert scene.step(1.0).state is GateState.MISSED


def test_a_vote_is_shown_with_who_when_and_until_when() -> None:
    scene = Range(EXPIRING)
    scene.step(7.0)
    scene.vote("FD", person="anna")
    scene.vote("BARGE", go=False, person="bo")
    go, no_go = scene.step().votes
    assert go == VoteStatus("FD", True, "anna", 7 * SECOND, 10 * SECOND, go.basis)
    assert no_go == VoteStatus("BARGE", False, "bo", 7 * SECOND, None, go.basis)
    assert len(go.basis) == 32


def test_a_go_falls_when_what_it_stood_on_changes_and_a_no_go_stands() -> None:
    scene = Range(POLLED)
    scene.step()
    scene.gates.vote("landing", "FD", True, 0)
    scene.gates.vote("landing", "BARGE", False, 0)
    scene.criterion = CriterionState.CAUTION
    assert scene.step().blocking == ("poll FD", "poll BARGE NO-GO")
    assert [event.kind for event in scene.last.events] == ["vote"]


def test_a_vote_and_its_refusal_are_told_with_who_and_when() -> None:
    scene = Range(POLLED)
    scene.step(7.0)
    assert scene.gates.vote("landing", "FD", True, scene.now_ns) == Event(
        7 * SECOND, "vote", "FD", "LANDING: GO", 5
    )
    assert scene.gates.vote("landing", "FD", False, scene.now_ns).text == "LANDING: NO-GO"
    assert scene.gates.vote("landing", "GNC", True, scene.now_ns) == Event(
        7 * SECOND, "refused", "GNC", "vote on LANDING refused: GNC is not polled", 4
    )


@pytest.mark.parametrize(
    ("gate", "position", "reason"),
    [("landing", "CHEF", "CHEF is not polled"), ("launch", "FD", "no gate 'launch'")],
)
def test_a_vote_of_nobody_or_on_nothing_is_refused(gate: str, position: str, reason: str) -> None:
    scene = Range(POLLED)
    scene.step()
    event = scene.gates.vote(gate, position, True, 0)
    assert event.kind == "refused"
    assert event.text.endswith(reason)


def test_no_go_vote_for_a_closed_gate_and_no_go_over_a_blocking_criterion() -> None:
    scene = Range(POLLED)
    assert scene.gates.vote("landing", "FD", True, 0).kind == "refused"
    scene.criterion = CriterionState.UNKNOWN
    scene.step()
    assert scene.gates.vote("landing", "FD", True, 0).text.endswith("no GO over roll")
    assert scene.gates.vote("landing", "FD", False, 0).kind == "vote"


def test_a_go_expires_and_blocks_again_and_a_no_go_does_not() -> None:
    scene = Range(EXPIRING)
    scene.step()
    scene.vote("FD")
    assert [vote.expires_ns for vote in scene.step().votes] == [3 * SECOND]
    scene.vote("BARGE", go=False)
    assert scene.step(2.9).blocking == ("poll BARGE NO-GO",)
    status = scene.step(0.1)
    assert status.blocking == ("poll FD", "poll BARGE NO-GO")
    assert [event.text for event in scene.last.events] == ["LANDING: GO of FD expired"]
    assert [(vote.position, vote.expires_ns) for vote in status.votes] == [("BARGE", None)]


def test_an_expired_go_bars_the_command_between_two_steps_too() -> None:
    scene = Range(EXPIRING.replace('"automatic"', '"confirmed"'))
    scene.step()
    for position in ("FD", "BARGE"):
        scene.vote(position)
    scene.step()
    scene.step(1.0)
    assert scene.gates.interlocks(3 * SECOND - 1) == {}
    assert "poll FD" in scene.gates.interlocks(3 * SECOND)["commit"]


def test_a_no_go_vote_bars_the_command_before_the_next_step() -> None:
    scene = Range(POLLED.replace('"automatic"', '"confirmed"'))
    scene.step()
    for position in ("FD", "BARGE"):
        scene.vote(position)
    scene.step()
    scene.step(1.0)
    scene.vote("FD", go=False)
    assert "poll FD NO-GO" in scene.gates.interlocks(scene.now_ns)["commit"]


def test_voting_again_renews_a_go() -> None:
    scene = Range(EXPIRING)
    scene.step()
    scene.vote("FD")
    scene.step(2.0)
    scene.vote("FD")
    assert scene.step(2.0).blocking == ("poll BARGE",)


@pytest.mark.parametrize(
    ("persons", "known"),
    [(("anna", "anna"), 1), (("", ""), 0), (("anna", ""), 1), (("", "bo"), 1)],
)
def test_one_person_at_two_positions_and_nobody_at_all_are_not_two_persons(
    persons: tuple[str, str], known: int
) -> None:
    scene = Range(TWO_PERSONS)
    scene.step()
    for position, person in zip(("FD", "BARGE"), persons, strict=True):
        scene.vote(position, person=person)
    assert scene.step().blocking == (f"poll needs 2 persons, has {known}",)
    assert scene.step(9.0).state is GateState.NO_GO


def test_two_persons_go() -> None:
    scene = Range(TWO_PERSONS)
    scene.step()
    scene.vote("FD", person="anna")
    scene.vote("BARGE", person="bo")
    status = scene.step()
    assert status.state is GateState.GO
    assert [(v.position, v.person, v.go) for v in status.votes] == [
        ("FD", "anna", True),
        ("BARGE", "bo", True),
    ]
    assert len({v.basis for v in status.votes}) == 1


def test_a_go_to_what_the_voter_has_not_seen_is_refused() -> None:
    scene = Range(POLLED)
    scene.step()
    scene.criterion = CriterionState.CAUTION
    scene.step(1.0)
    cast = scene.gates.vote("landing", "FD", True, 2 * SECOND, "anna", SECOND - 1)
    assert cast.text.endswith("what it stands on has changed since you looked")
    assert scene.gates.vote("landing", "FD", False, 2 * SECOND, "anna", 0).kind == "vote"
    assert scene.gates.vote("landing", "FD", True, 2 * SECOND, "anna", SECOND).kind == "vote"


def test_a_gate_that_closed_forgets_its_votes() -> None:
    scene = Range(POLLED)
    scene.step()
    scene.gates.vote("landing", "FD", True, 0)
    scene.view.set("mode", 3.0)
    scene.step()
    scene.view.set("mode", 4.0)
    assert scene.step().blocking == ("poll FD", "poll BARGE")


def test_a_no_go_vote_while_the_command_is_on_its_way_gives_the_chance_up() -> None:
    scene = Range(POLLED)
    scene.step()
    for position in ("FD", "BARGE"):
        scene.gates.vote("landing", position, True, 0)
    scene.step()
    scene.step(1.0)
    scene.gates.vote("landing", "FD", False, 0)
    assert scene.step(0.1).state is GateState.MISSED


# --- Confirmed gates ---


def test_a_confirmed_gate_sends_nothing_itself_and_bars_its_command_until_it_stood() -> None:
    scene = Range(CONFIRMED)
    assert set(scene.gates.interlocks(0)) == {"commit"}
    scene.step()
    assert "commit" in scene.gates.interlocks(scene.now_ns)
    scene.step(1.0)
    assert scene.gates.interlocks(scene.now_ns) == {}
    scene.command("commit")
    scene.step(0.1)
    assert scene.gates.interlocks(scene.now_ns) == {"commit": "LANDING is on its way"}
    scene.answer(CommandState.VERIFIED)
    assert scene.step(0.1).state is GateState.COMMITTED
    assert scene.sent == []


def test_a_command_verified_before_the_gate_went_go_does_not_commit_it() -> None:
    scene = Range(CONFIRMED)
    scene.command("commit", CommandState.VERIFIED)
    scene.step()
    assert scene.step(5.0).state is GateState.GO


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (AUTOMATIC.replace("mode == 4", "mode"), "gate[0].opens"),
        (AUTOMATIC.replace("left <= 0 s", "left <= 0 m"), "gate[0].closes"),
        (AUTOMATIC.replace('"commit"', '"divert"'), "gate[0].no_go_command"),
        (AUTOMATIC.replace('"1 s"', '"-1 s"'), "gate[0].stable_for"),
        (
            AUTOMATIC.replace('no_go_command = "divert"', 'no_go_after = "1 s"'),
            "gate[0].no_go_after",
        ),
        (AUTOMATIC.replace('"landing"', '"other"'), "gate[0]"),
        (AUTOMATIC + 'without_answer = "stands"', "gate[0].without_answer"),
        (AUTOMATIC + 'no_go_count = "recycle"', "gate[0].no_go_count"),
        (AUTOMATIC + f'recycle_to = "engines"\n{MARK}', "gate[0].recycle_to"),
        (AUTOMATIC + 'go_expires = "5 min"', "gate[0].go_expires"),
        (POLLED + 'go_expires = "0 s"', "gate[0].go_expires"),
        (AUTOMATIC + 'polls = ["FD", "FD"]', "gate[0].polls"),
        (AUTOMATIC + 'polls = ["FD"]\ntwo_person = true', "gate[0].two_person"),
        (AUTOMATIC + "two_person = true", "gate[0].two_person"),
    ],
)
def test_mistakes_are_load_errors_that_name_their_key(table: str, key: str) -> None:
    criteria = "[criterion]" if "other" in table else CRITERION
    mission = mission_of(HEAD + table, PARAMETERS, criteria)
    _, problems = build_gates(mission, FakeView(**PARAMETERS))
    assert [problem.key for problem in problems] == [key]


class GateLife(RuleBasedStateMachine):
    """Anything may happen to a polled gate; what must never happen is checked at each step."""

    def __init__(self) -> None:
        super().__init__()
        self.scene = Range(POLLED)
        self.passed_deadline = False
        self.was = GateState.CLOSED

    @rule(state=st.sampled_from(CriterionState))
    def judge(self, state: CriterionState) -> None:
        self.scene.criterion = state

    @rule(mode=st.sampled_from([3.0, 4.0, 5.0, None]), left=st.sampled_from([0.0, 9.0, None]))
    def see(self, mode: float | None, left: float | None) -> None:
        for name, value in (("mode", mode), ("left", left)):
            if value is None:
                self.scene.view.forget(name)
            else:
                self.scene.view.set(name, value)

    @rule(position=st.sampled_from(["FD", "BARGE", "CHEF"]), go=st.booleans())
    def vote(self, position: str, go: bool) -> None:
        self.scene.gates.vote("landing", position, go, self.scene.now_ns)

    @rule(held=st.sampled_from(["", "held by FD: x"]))
    def hold(self, held: str) -> None:
        self.scene.held = held

    @precondition(lambda self: bool(self.scene.commands))
    @rule(state=st.sampled_from(CommandState))
    def answer(self, state: CommandState) -> None:
        self.scene.answer(state)

    @rule()
    def everything_goes(self) -> None:
        self.see(4.0, 9.0)
        self.scene.held, self.scene.criterion = "", CriterionState.GO
        self.scene.step()
        for position in ("FD", "BARGE"):
            self.scene.gates.vote("landing", position, True, self.scene.now_ns)

    @rule(seconds=st.sampled_from([0.0, 0.1, 1.0, 3.0]))
    def step(self, seconds: float) -> None:
        scene = self.scene
        self.was = scene.gates.statuses()[0].state
        sent = len(scene.sent)
        status = scene.step(seconds)
        if "commit" in scene.sent[sent:]:
            assert status.state is GateState.GO
            assert status.blocking == ()
            assert scene.criterion in PASSING
            assert scene.held == ""
            assert scene.view.value(0) == 4.0
            assert (scene.view.value(1) or 0.0) > 0.0
        if status.state is GateState.COMMITTED and self.was is not GateState.COMMITTED:
            assert scene.commands[max(scene.commands)].state is CommandState.VERIFIED
        if status.state is GateState.MISSED and self.was is not GateState.MISSED:
            assert "divert" in [c.command for c in scene.commands.values()]

    @invariant()
    def an_end_is_an_end(self) -> None:
        state = self.scene.gates.statuses()[0].state
        if self.was is GateState.MISSED:
            assert state is GateState.MISSED


GateLife.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestGateLife = GateLife.TestCase


def test_gates_that_share_a_command_ask_for_it_once() -> None:
    second = AUTOMATIC.replace('"landing"', '"other"')
    criteria = CRITERION.replace('["landing"]', '["landing", "other"]')
    view = FakeView(**PARAMETERS)
    gates, _ = build_gates(mission_of(HEAD + AUTOMATIC + second, PARAMETERS, criteria), view)
    view.set("mode", 4.0)
    view.set("left", 0.0)
    assert isinstance(gates, Gates)
    assert [action.command for action in gates.step(view, (), (), 0).actions] == ["divert"]


def test_the_catalogue_tells_who_is_polled_and_what_follows() -> None:
    (info,) = Range(TWO_PERSONS).gates.infos()
    assert info == GateInfo("landing", "LANDING", ("FD", "BARGE"), True, "commit", "divert")


def test_the_gates_say_how_much_history_their_windows_need() -> None:
    assert Range().gates.windows() == {}
    windowed = AUTOMATIC.replace("mode == 4", "max_over(mode, 3 s) == 4")
    assert Range(windowed).gates.windows() == {0: 3 * SECOND}
    assert Range(windowed).gates.reads == {0, 1}


def test_only_a_commit_that_stands_has_what_undoes_it() -> None:
    scene = on_its_way()
    assert scene.gates.undoing() == ""
    scene.answer(CommandState.VERIFIED)
    scene.step()
    assert scene.gates.undoing() == "divert"
    lasting = on_its_way(AUTOMATIC.replace('no_go_command = "divert"\n', ""))
    lasting.answer(CommandState.VERIFIED)
    assert lasting.step().state is GateState.COMMITTED
    assert lasting.gates.undoing() == ""
