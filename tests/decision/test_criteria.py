"""Criteria: what passes, what blocks, and what they say about it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.config.problems import Problem
from gcs.decision.criteria import Criteria, build_criteria
from gcs.expressions import Expression
from gcs.messages import CriterionState, CriterionStatus, Quality
from tests.helpers.joint_view import SECOND, FakeView, mission_of

GO, CAUTION, NO_GO = CriterionState.GO, CriterionState.CAUTION, CriterionState.NO_GO
UNKNOWN, INHIBITED = CriterionState.UNKNOWN, CriterionState.INHIBITED
DEG = math.radians(1.0)

MISSION = """
[station]
positions = ["FD", "BARGE"]
[[phase]]
id = "coast"
title = "coast"
[[phase]]
id = "descent"
title = "descent"
[[transition]]
from = ["coast"]
to = "descent"
when = "clear == 1"
[[gate]]
id = "landing"
title = "LANDING"
opens = "true"
closes = "false"
[[gate]]
id = "launch"
title = "LAUNCH"
opens = "true"
closes = "false"
"""
PARAMETERS = {"roll": "deg", "clear": "", "gauge": "degC"}
ROLL = """
[criterion.roll]
title = "deck roll"
owner = "BARGE"
gates = ["landing"]
value = "abs(roll)"
unit = "deg"
caution = { above = "2 deg" }
no_go = { above = "3 deg" }
hysteresis = "0.5 deg"
source = "a test"
"""
CLEAR = """
[criterion.clear]
title = "deck clear"
owner = "BARGE"
gates = ["landing"]
require = "clear == 1"
source = "a test"
"""

ABOVE_ALONE = ROLL.replace("abs(roll)", "roll")
BELOW_ALONE = ABOVE_ALONE.replace('above = "2', 'below = "-2').replace('above = "3', 'below = "-3')
BAND = ABOVE_ALONE.replace('above = "3 deg"', 'above = "3 deg", below = "-3 deg"')


class Board:
    """One criterion over a view; time moves when told."""

    def __init__(self, entry: str, names: str = "{}") -> None:
        self.view = FakeView(**PARAMETERS)
        mission = mission_of(MISSION, PARAMETERS, entry, names)
        built, problems = build_criteria(mission, self.view)
        assert problems == ()
        self.criteria = Criteria(built)
        self.now_ns = 0

    def judge(
        self, after_ns: int = 0, phase: str = "descent", committed: frozenset[str] = frozenset()
    ) -> CriterionStatus:
        self.now_ns += after_ns
        self.criteria.evaluate(self.view, phase, committed, self.now_ns)
        (status,) = self.criteria.statuses()
        return status

    def roll(self, degrees: float, after_ns: int = SECOND) -> CriterionStatus:
        self.view.set("roll", degrees * DEG)
        return self.judge(after_ns)


@pytest.mark.parametrize(
    ("degrees", "state"), [(0, GO), (1.99, GO), (2.01, CAUTION), (2.99, CAUTION), (3.01, NO_GO)]
)
def test_limits_judge_the_value_on_both_sides_of_zero(
    degrees: float, state: CriterionState
) -> None:
    assert Board(ROLL).roll(degrees).state is state
    assert Board(ROLL).roll(-degrees).state is state


@pytest.mark.parametrize(
    ("entry", "degrees", "state"),
    [
        (BELOW_ALONE, -2.5, CAUTION),
        (BELOW_ALONE, -3.5, NO_GO),
        (BELOW_ALONE, 99.0, GO),
        (BAND, -2.5, GO),
        (BAND, -3.5, NO_GO),
        (BAND, 2.5, CAUTION),
        (BAND, 3.5, NO_GO),
    ],
)
def test_a_value_that_passed_is_judged_by_each_limit_that_it_leaves(
    entry: str, degrees: float, state: CriterionState
) -> None:
    board = Board(entry)
    assert [board.roll(degrees).state for degrees in (1.0, 0.0, degrees)] == [GO, GO, state]


def test_at_the_limit_is_inside_and_the_next_number_is_out() -> None:
    board = Board(ROLL)
    limit = math.radians(3.0)
    board.view.set("roll", limit)
    assert board.judge().state is CAUTION
    board.view.set("roll", math.nextafter(limit, 9.0))
    assert board.judge().state is NO_GO


@pytest.mark.parametrize("quality", [q for q in Quality if q is not Quality.GOOD])
def test_only_a_good_value_passes(quality: Quality) -> None:
    board = Board(ROLL)
    assert board.roll(1.0).state is GO
    board.view.set("roll", DEG, quality)
    assert board.judge().state is UNKNOWN


def test_before_anything_was_seen_it_is_unknown() -> None:
    status = Board(ROLL).judge()
    assert status.state is UNKNOWN
    assert status.why == "deck roll: no data: roll never seen"
    assert (status.value, status.limit, status.margin) == (None, None, None)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_blocks(value: float) -> None:
    board = Board(ROLL)
    board.view.set("roll", value)
    assert board.judge().state is UNKNOWN


def test_a_check_that_crashes_blocks_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    board = Board(ROLL)
    board.roll(1.0)
    monkeypatch.setattr(Expression, "evaluate", lambda *_: 1 / 0)
    status = board.judge()
    assert status.state is UNKNOWN
    assert status.why == "deck roll: check crashed: ZeroDivisionError: division by zero"


@pytest.mark.parametrize("entry", [ABOVE_ALONE, BELOW_ALONE])
@pytest.mark.parametrize("answer", [True, math.nan, math.inf, -math.inf])
def test_an_answer_that_is_no_finite_number_blocks(
    entry: str, answer: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = Board(entry)
    board.roll(1.0)
    monkeypatch.setattr(Expression, "evaluate", lambda *_: answer)
    status = board.judge()
    assert status.state is UNKNOWN
    assert status.why == f"deck roll: check crashed: {answer!r} is not a finite number"


@pytest.mark.parametrize("answer", [0.0, 1.0, math.nan, math.inf, -math.inf])
def test_a_requirement_that_answers_a_number_blocks(
    answer: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = Board(CLEAR)
    board.view.set("clear", 1.0)
    board.judge()
    monkeypatch.setattr(Expression, "evaluate", lambda *_: answer)
    status = board.judge()
    assert status.state is UNKNOWN
    assert status.why == f"deck clear: check crashed: {answer!r} is neither true nor false"


def test_stale_says_how_old_and_how_old_it_may_be() -> None:
    board = Board(ROLL)
    board.view.set("roll", DEG, Quality.STALE, age_ns=6_200_000_000)
    assert board.judge().why == "deck roll: no data: roll 6.2 s old, limit 2.0 s"


def test_a_disputed_value_says_so() -> None:
    board = Board(ROLL)
    board.view.set("roll", DEG, Quality.SUSPECT)
    assert board.judge().why == "deck roll: no data: roll out of range or disputed"


def test_a_window_that_is_not_covered_says_so() -> None:
    board = Board(ROLL.replace("abs(roll)", "max_over(abs(roll), 60 s)"))
    board.view.set("roll", DEG)
    status = board.judge()
    assert status.state is UNKNOWN
    assert status.why == "deck roll: history not covered: roll over 1 min"


def test_the_sentence_speaks_the_operators_unit() -> None:
    board = Board(ROLL)
    assert board.roll(1.2).why == "deck roll 1.2 deg, limit 3.0 deg"
    assert board.roll(2.4).why == "deck roll 2.4 deg, caution 2.0 deg, limit 3.0 deg"
    assert board.roll(3.4).why == "deck roll 3.4 deg, limit 3.0 deg"
    assert board.roll(2.8).why == "deck roll 2.8 deg, limit 3.0 deg, clears at 2.5 deg"


def test_a_value_just_out_never_reads_like_its_limit() -> None:
    assert Board(ROLL).roll(3.004).why == "deck roll 3.004 deg, limit 3.0 deg"


def test_hysteresis_keeps_a_trip_until_the_inner_limit() -> None:
    board = Board(ROLL)
    states = [board.roll(d).state for d in (3.1, 2.9, 2.6, 2.4, 2.9)]
    assert states == [NO_GO, NO_GO, NO_GO, CAUTION, CAUTION]


def test_caution_has_the_same_hysteresis() -> None:
    board = Board(ROLL)
    assert [board.roll(d).state for d in (2.1, 1.6, 1.4)] == [CAUTION, CAUTION, GO]


def test_trip_after_delays_a_no_go_and_says_how_long() -> None:
    board = Board(ROLL + 'trip_after = "2 s"\n')
    board.roll(1.0)
    board.roll(3.4)
    status = board.roll(3.4)
    assert status.state is GO
    assert status.why == "deck roll 3.4 deg, limit 3.0 deg, out for 1.0 s of 2.0 s"
    assert board.roll(3.4).state is NO_GO


def test_trip_after_never_delays_unknown() -> None:
    board = Board(ROLL + 'trip_after = "1 h"\n')
    board.roll(1.0)
    board.view.forget("roll")
    assert board.judge().state is UNKNOWN


def test_after_a_gap_nothing_passes_before_clear_after() -> None:
    board = Board(ROLL + 'clear_after = "2 s"\n')
    assert board.roll(1.0).state is UNKNOWN
    status = board.roll(1.0)
    assert status.why == "deck roll 1.0 deg, limit 3.0 deg, inside for 1.0 s of 2.0 s"
    assert board.roll(1.0).state is GO
    board.view.forget("roll")
    board.judge()
    assert board.roll(1.0).state is UNKNOWN


def test_after_a_gap_what_is_out_counts_at_once() -> None:
    board = Board(ROLL + 'trip_after = "2 s"\n')
    assert [board.roll(d).state for d in (1.0, 2.4)] == [GO, GO]
    board.view.forget("roll")
    board.judge()
    assert board.roll(2.4).state is CAUTION
    board.view.forget("roll")
    board.judge()
    assert board.roll(3.4).state is NO_GO


def test_a_late_burst_of_stale_values_does_not_pass() -> None:
    board = Board(ROLL)
    for age in (9, 8, 7):
        board.view.set("roll", DEG, Quality.STALE, age_ns=age * SECOND)
        assert board.judge(1).state is UNKNOWN


def test_a_requirement_names_its_evidence() -> None:
    board = Board(CLEAR)
    board.view.set("clear", 0.0)
    status = board.judge()
    assert (status.state, status.why) == (NO_GO, "deck clear not met: clear 0.0")
    board.view.set("clear", 1.0)
    status = board.judge()
    assert (status.state, status.why) == (GO, "deck clear met: clear 1.0")


def test_a_requirement_that_held_is_no_go_as_soon_as_it_does_not() -> None:
    board = Board(CLEAR)
    for _ in range(3):
        board.view.set("clear", 1.0)
        assert board.judge(SECOND).state is GO
    board.view.set("clear", 0.0)
    status = board.judge(SECOND)
    assert (status.state, status.why) == (NO_GO, "deck clear not met: clear 0.0")


def test_a_requirement_that_goes_on_to_hold_names_its_evidence_of_now() -> None:
    board = Board(CLEAR.replace("clear == 1", "clear > 0 or gauge > 300 K"))
    for value in (1.0, 2.0, 3.0):
        board.view.set("clear", value)
        status = board.judge(SECOND)
        why = f"deck clear met: clear {value}, gauge unknown"
        assert (status.state, status.why, status.value) == (GO, why, None)


def test_outside_its_phases_it_is_inhibited_and_inside_it_remembers() -> None:
    board = Board(ROLL + 'phases = ["descent"]\n')
    board.view.set("roll", 4 * DEG)
    assert board.judge(phase="coast").state is INHIBITED
    board.view.set("roll", 2.8 * DEG)
    assert board.judge(phase="descent").state is NO_GO


def test_a_commit_inhibits_only_when_every_gate_of_the_criterion_is_committed() -> None:
    both = ROLL.replace('["landing"]', '["landing", "launch"]')
    board = Board(both)
    board.view.set("roll", 4 * DEG)
    assert board.judge(committed=frozenset({"launch"})).state is NO_GO
    assert board.judge(committed=frozenset({"launch", "landing"})).state is INHIBITED


def test_a_criterion_of_no_gate_is_never_inhibited_by_a_commit() -> None:
    alarm = '[criterion.roll.alarm]\npriority = "caution"\naction = "look at the deck"\n'
    board = Board(ROLL.replace('["landing"]', "[]") + alarm)
    board.view.set("roll", 4 * DEG)
    assert board.judge(committed=frozenset({"landing", "launch"})).state is NO_GO


def test_margin_is_the_distance_in_limits() -> None:
    board = Board(ROLL)
    assert board.roll(1.5).margin == pytest.approx(0.5)
    assert board.roll(6.0).margin == pytest.approx(-1.0)


def test_margin_in_a_band_is_in_halves_of_it_and_at_a_limit_of_zero_in_units() -> None:
    band = Board(ROLL.replace("no_go = {", 'no_go = { below = "-1 deg",'))
    assert band.roll(2.0).margin == pytest.approx(0.5)
    zero = ROLL.replace("abs(roll)", "roll").replace('caution = { above = "2 deg" }\n', "")
    at_zero = Board(zero.replace("3 deg", "0 deg"))
    assert at_zero.roll(-2.0).margin == pytest.approx(2.0)


def test_since_is_when_the_state_began() -> None:
    board = Board(ROLL)
    assert [board.roll(d).since_ns // SECOND for d in (1, 1, 4, 4)] == [1, 1, 3, 3]


def test_what_is_wrong_with_criteria_is_told_with_its_file_and_the_others_are_built() -> None:
    entries = ROLL.replace("abs(roll)", "abs(yaw)") + CLEAR
    built, problems = build_criteria(
        mission_of(MISSION, PARAMETERS, entries), FakeView(**PARAMETERS)
    )
    assert [criterion.id for criterion in built] == ["clear"]
    message = "no parameter is called 'yaw' (column 5)"
    assert problems == (Problem("c.toml", "criterion.roll.value", message),)


def test_before_it_is_judged_the_board_is_empty() -> None:
    assert Board(ROLL).criteria.statuses() == ()


def test_an_evaluation_tells_whether_a_state_changed() -> None:
    board = Board(ROLL)
    board.view.set("roll", DEG)
    told = [board.criteria.evaluate(board.view, "descent", frozenset(), i) for i in range(2)]
    assert told == [True, False]


def test_what_is_inhibited_shows_its_value_still() -> None:
    board = Board(ROLL + 'phases = ["descent"]\n')
    board.view.set("roll", 4 * DEG)
    status = board.judge(phase="coast")
    assert (status.value, status.limit) == (4 * DEG, 3 * DEG)


def test_what_is_inhibited_says_why() -> None:
    board = Board(ROLL.replace('["landing"]', '["landing", "launch"]') + 'phases = ["descent"]\n')
    assert board.judge(phase="coast").why == "deck roll: not judged in phase coast"
    both = frozenset({"landing", "launch"})
    assert board.judge(committed=both).why == "deck roll: landing, launch committed"


def test_only_what_changed_is_judged_anew() -> None:
    board = Board(ROLL)
    board.roll(1.0)
    board.view.set("roll", 4 * DEG)
    gauge, roll = board.view.index("gauge"), board.view.index("roll")
    assert gauge is not None
    assert roll is not None
    assert not board.criteria.evaluate(board.view, "descent", frozenset(), 9, {gauge})
    assert board.criteria.statuses()[0].state is GO
    assert board.criteria.evaluate(board.view, "descent", frozenset(), 9, {roll})
    assert board.criteria.statuses()[0].state is NO_GO


THREE = (
    ROLL,
    ROLL.replace("[criterion.roll]", "[criterion.tilt]").replace('"abs(roll)"', '"roll + gauge"'),
    CLEAR,
)


@given(
    steps=st.lists(
        st.dictionaries(st.sampled_from(("roll", "gauge", "clear")), st.floats(0.0, 0.06)),
        max_size=8,
    )
)
def test_each_look_at_the_board_tells_what_one_look_at_the_end_tells(
    steps: list[dict[str, float]],
) -> None:
    view = FakeView(roll="deg", gauge="deg", clear="")
    built, _ = build_criteria(mission_of(MISSION, PARAMETERS, "".join(THREE)), view)
    watched, left_alone = Criteria(built), Criteria(built)
    for place, step in enumerate(({"roll": 0.0, "gauge": 0.0, "clear": 1.0}, *steps)):
        for name, value in step.items():
            view.set(name, value)
        changed = {view.names.index(name) for name in step} if place else None
        for criteria in (watched, left_alone):
            criteria.evaluate(view, "descent", frozenset(), place * SECOND, changed)
        told = watched.statuses()
        roll, gauge = view.value(0) or 0.0, view.value(1) or 0.0
        assert [(s.id, s.value) for s in told] == [
            ("roll", roll),
            ("tilt", roll + gauge),
            ("clear", None),
        ]
    assert watched.statuses() == left_alone.statuses()


def test_a_change_of_scene_judges_everything() -> None:
    board = Board(ROLL)
    board.roll(1.0)
    board.view.set("roll", 4 * DEG)
    changed: set[int] = set()
    board.criteria.evaluate(board.view, "coast", frozenset(), 9, changed)
    (status,) = board.criteria.statuses()
    assert status.state is NO_GO


def test_the_board_is_told_how_to_show_si_values() -> None:
    (info,) = Board(ROLL).criteria.infos()
    assert 3 * DEG * info.factor + info.offset == pytest.approx(3.0)
    assert info.limits == "caution above 2.0 deg, no-go above 3.0 deg"


def test_the_board_is_told_whose_it_is_and_where_it_comes_from() -> None:
    below = ROLL.replace("no_go = { above", 'no_go = { below = "-3 deg", above')
    (info,) = Board(below).criteria.infos()
    assert (info.id, info.title, info.owner) == ("roll", "deck roll", "BARGE")
    assert (info.gates, info.unit, info.source) == (("landing",), "deg", "a test")
    assert (info.format, info.waivable, info.unwaivable) == (".1f", "", False)
    assert info.limits == "caution above 2.0 deg, no-go above 3.0 deg or below -3.0 deg"
    (condition,) = Board(CLEAR).criteria.infos()
    assert condition.limits == "required: clear == 1"


def test_codes_are_told_by_name_in_the_rule_and_in_the_reason() -> None:
    entry = CLEAR + 'clears_when = "clear == 1"\n'
    board = Board(entry, names='{ 0 = "no", 1 = "yes" }')
    (info,) = board.criteria.infos()
    assert info.expression == "clear == 1 (yes)"
    assert info.limits == "required: clear == 1 (yes), clears when clear == 1 (yes)"
    board.view.set("clear", 0.0)
    assert board.judge().why == ("deck clear not met: clear no, clears when clear == 1 (yes)")
    board.view.set("clear", 2.0)
    assert board.judge().why.startswith("deck clear not met: clear 2.0,")


def test_a_unit_with_another_zero_and_another_step_is_shown_right() -> None:
    entry = ROLL.replace("abs(roll)", "gauge").replace('"deg"', '"degF"').replace(" deg", " degF")
    (info,) = Board(entry.replace('hysteresis = "0.5 degF"\n', "")).criteria.infos()
    assert 273.15 * info.factor + info.offset == pytest.approx(32.0)
    assert 373.15 * info.factor + info.offset == pytest.approx(212.0)


def test_a_condition_says_what_its_verdict_waits_for() -> None:
    board = Board(LATCHED_CLEAR + 'trip_after = "3 s"\nclear_after = "2 s"\n')
    board.view.set("gauge", 279.0)
    board.view.set("clear", 1.0)
    assert board.judge().why == "deck clear met: clear 1.0, inside for 0.0 s of 2.0 s"
    assert board.judge(2 * SECOND).why == "deck clear met: clear 1.0"
    board.view.set("clear", 0.0)
    board.judge()
    assert board.judge(SECOND).why == "deck clear not met: clear 0.0, out for 1.0 s of 3.0 s"
    board.view.set("gauge", 290.0)
    board.judge(2 * SECOND)
    assert board.judge().why == "deck clear not met: clear 0.0, clears when gauge < 280 K"


def test_a_unit_with_an_offset_is_shown_right() -> None:
    entry = ROLL.replace("abs(roll)", "gauge").replace('"deg"', '"degC"').replace(" deg", " degC")
    board = Board(entry)
    (info,) = board.criteria.infos()
    assert 276.15 * info.factor + info.offset == pytest.approx(3.0)
    board.view.set("gauge", 276.25)
    assert board.judge().state is NO_GO
    board.view.set("gauge", 275.75)
    assert board.judge().state is NO_GO
    board.view.set("gauge", 275.55)
    assert board.judge().state is CAUTION


def test_windows_are_what_the_expressions_need() -> None:
    board = Board(ROLL.replace("abs(roll)", "max_over(abs(roll), 60 s)"))
    assert board.criteria.windows() == {board.view.index("roll"): 60 * SECOND}


# --- What lets a trip clear ---

LATCHED = ROLL + 'clears_when = "gauge < 280 K"\n'
LATCHED_CLEAR = CLEAR + 'clears_when = "gauge < 280 K"\n'


def test_a_latched_trip_stays_until_what_clears_it_is_true() -> None:
    board = Board(LATCHED)
    board.view.set("gauge", 290.0)
    assert [board.roll(d).state for d in (1.0, 3.1, 1.0)] == [GO, NO_GO, NO_GO]
    board.view.set("gauge", 279.0)
    assert board.roll(1.0).state is GO
    board.view.set("gauge", 290.0)
    assert board.roll(1.0).state is GO


def test_what_clears_a_trip_is_asked_at_the_moment_of_the_step() -> None:
    board = Board(ROLL + 'clears_when = "held(gauge < 280 K, 2 s)"\n')
    board.view.set("gauge", 290.0)
    board.roll(3.1)
    board.view.set("gauge", 279.0)
    assert [board.roll(1.0).state for _ in range(3)] == [NO_GO, NO_GO, GO]


def test_a_value_that_is_lost_says_what_is_missing() -> None:
    board = Board(ROLL)
    assert board.roll(1.0).state is GO
    board.view.forget("roll")
    assert board.judge().why == "deck roll: no data: roll never seen"


def test_what_is_not_known_clears_no_trip() -> None:
    board = Board(LATCHED)
    assert [board.roll(d).state for d in (3.1, 1.0)] == [NO_GO, NO_GO]
    board.view.set("gauge", math.nan)
    assert board.roll(1.0).state is NO_GO


def test_what_never_tripped_needs_nothing_to_clear() -> None:
    assert Board(LATCHED).roll(1.0).state is GO


def test_a_latched_condition_waits_likewise_and_for_its_delay_too() -> None:
    board = Board(LATCHED_CLEAR + 'clear_after = "2 s"\n')
    board.view.set("clear", 0.0)
    board.view.set("gauge", 290.0)
    assert board.judge().state is NO_GO
    board.view.set("clear", 1.0)
    assert board.judge(5 * SECOND).state is NO_GO
    board.view.set("gauge", 279.0)
    assert [board.judge(SECOND).state for _ in range(3)] == [NO_GO, NO_GO, GO]


def test_a_latched_trip_says_what_it_waits_for() -> None:
    board = Board(LATCHED)
    board.view.set("gauge", 290.0)
    board.roll(3.1)
    assert board.roll(1.0).why == "deck roll 1.0 deg, limit 3.0 deg, clears when gauge < 280 K"
    assert "clears when" not in Board(LATCHED).roll(1.0).why


def test_a_check_of_what_clears_that_crashes_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    board = Board(LATCHED)
    board.roll(1.0)
    evaluate = Expression.evaluate

    def crashing(self: Expression, *arguments: Any) -> float | bool | None:
        return 1 / 0 if "gauge" in self.text else evaluate(self, *arguments)

    monkeypatch.setattr(Expression, "evaluate", crashing)
    assert board.judge().state is UNKNOWN


def test_what_clears_it_is_judged_as_soon_as_it_changes() -> None:
    board = Board(LATCHED)
    board.view.set("gauge", 290.0)
    board.roll(3.1)
    board.roll(1.0)
    board.view.set("gauge", 279.0)
    gauge = board.view.index("gauge")
    assert gauge is not None
    board.criteria.evaluate(board.view, "descent", frozenset(), 9 * SECOND, {gauge})
    (status,) = board.criteria.statuses()
    assert status.state is GO


def test_its_windows_are_kept_too() -> None:
    board = Board(ROLL + 'clears_when = "mean_over(roll, 10 s) < 1 deg"\n')
    assert board.criteria.windows() == {board.view.index("roll"): 10 * SECOND}


# --- Where it is going, and what a console learns ---


def test_a_value_that_moves_has_a_trend_and_a_time_to_its_limit() -> None:
    board = Board(ROLL)
    statuses = [board.roll(1.0 + 0.1 * i) for i in range(6)]
    assert (statuses[1].trend, statuses[1].violates_ns) == (None, None)
    trend, violates = statuses[-1].trend, statuses[-1].violates_ns
    assert trend == pytest.approx(0.1 * DEG)
    assert violates == pytest.approx(15 * SECOND)


def test_an_unknown_value_has_no_trend() -> None:
    board = Board(ROLL)
    for i in range(6):
        board.roll(1.0 + 0.1 * i)
    board.view.forget("roll")
    status = board.judge(SECOND)
    assert (status.trend, status.violates_ns) == (None, None)


def test_between_ticks_the_trend_stays() -> None:
    board = Board(ROLL)
    for i in range(6):
        board.roll(1.0 + 0.1 * i)
    board.view.set("roll", 2.9 * DEG)
    roll = board.view.index("roll")
    assert roll is not None
    now_ns = board.now_ns + 1
    board.criteria.evaluate(board.view, "descent", frozenset(), now_ns, {roll})
    (status,) = board.criteria.statuses()
    assert status.trend == pytest.approx(0.1 * DEG)


def test_before_the_first_tick_nothing_has_a_trend() -> None:
    board = Board(ROLL)
    board.view.set("roll", DEG)
    board.criteria.evaluate(board.view, "descent", frozenset(), 0, frozenset())
    (status,) = board.criteria.statuses()
    assert (status.value, status.trend, status.violates_ns) == (DEG, None, None)


def test_a_condition_has_no_trend() -> None:
    board = Board(CLEAR)
    board.view.set("clear", 1.0)
    assert [board.judge(SECOND).trend for _ in range(6)] == [None] * 6


def test_the_board_is_told_the_rule_and_what_it_reads_in_the_order_of_its_text() -> None:
    entry = ROLL.replace("abs(roll)", "max(abs(roll), clear * 1 deg)")
    board = Board(entry + 'clears_when = "gauge < 280 K and roll < 1 deg"\n')
    (info,) = board.criteria.infos()
    assert info.expression == "max(abs(roll), clear * 1 deg)"
    assert info.reads == tuple(board.view.index(name) for name in ("roll", "clear", "gauge"))
    assert info.limits.endswith(", clears when gauge < 280 K and roll < 1 deg")


def test_the_board_is_told_who_may_waive_it_how_long_and_how_far() -> None:
    waivable = 'waivable_by = ["FD"]\nwaivable_for = "10 min"\n'
    (by_value,) = Board(ROLL + waivable + 'waivable_to = { above = "4 deg" }\n').criteria.infos()
    assert by_value.waivable == "FD, 10 min at most, as far as above 4.0 deg"
    two = waivable.replace('["FD"]', '["FD", "BARGE"]')
    (by_both,) = Board(CLEAR + two).criteria.infos()
    assert by_both.waivable == "FD, BARGE, 10 min at most"
    (by_truth,) = Board(CLEAR + waivable).criteria.infos()
    assert by_truth.waivable == "FD, 10 min at most"
    (never,) = Board(CLEAR + "unwaivable = true\n").criteria.infos()
    assert (never.waivable, never.unwaivable) == ("", True)
