"""Waivers: a NO-GO passes for who may say so, for a while, up to a bound, and never unknown."""

from __future__ import annotations

import math

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gcs.config.problems import ConfigError
from gcs.decision.criteria import Criteria, build_criteria
from gcs.decision.polls import basis_of
from gcs.messages import (
    CriterionState,
    CriterionStatus,
    Event,
    Quality,
    RevokeWaiver,
    Waive,
    WaiverStatus,
)
from tests.helpers.joint_view import SECOND, FakeView, mission_of

GO, NO_GO, WAIVED = CriterionState.GO, CriterionState.NO_GO, CriterionState.WAIVED
UNKNOWN, INHIBITED = CriterionState.UNKNOWN, CriterionState.INHIBITED
MINUTE = 60 * SECOND
DEG = math.radians(1.0)
NOON = 12 * 60 * MINUTE

MISSION = """
[station]
positions = ["FD", "BARGE", "GNC"]
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
"""
PARAMETERS = {"roll": "deg", "clear": ""}
ROLL = """
[criterion.roll]
title = "deck roll"
owner = "BARGE"
gates = ["landing"]
phases = ["descent"]
value = "roll"
unit = "deg"
no_go = { above = "3 deg", below = "-3 deg" }
hysteresis = "0.5 deg"
source = "a test"
"""
ROLL_WAIVABLE = 'waivable_by = ["FD", "BARGE"]\nwaivable_for = "10 min"\n'
TO_RIGHT = 'waivable_to = { above = "5 deg" }\n'
TO_LEFT = 'waivable_to = { below = "-5 deg" }\n'
CLEAR = """
[criterion.clear]
title = "deck clear"
owner = "BARGE"
gates = ["landing"]
require = "clear == 1"
source = "a test"
"""
CLEAR_WAIVABLE = 'waivable_by = ["FD"]\nwaivable_for = "10 min"\n'


class Board:
    """One criterion over a view; time moves when told."""

    def __init__(self, entry: str, view: FakeView | None = None) -> None:
        self.view = view or FakeView(**PARAMETERS)
        built, problems = build_criteria(mission_of(MISSION, PARAMETERS, entry), self.view)
        assert problems == ()
        self.criteria = Criteria(built)
        self.id = built[0].id
        self.now_ns = NOON
        self.phase = "descent"

    def judge(self, after_ns: int = 0, changed: frozenset[int] | None = None) -> CriterionStatus:
        self.now_ns += after_ns
        none: frozenset[str] = frozenset()
        self.criteria.evaluate(self.view, self.phase, none, self.now_ns, changed)
        (status,) = self.criteria.statuses()
        return status

    def roll(self, degrees: float) -> CriterionStatus:
        self.view.set("roll", degrees * DEG)
        return self.judge()

    def waive(
        self, bound: str = "", by: str = "FD", for_ns: int = MINUTE, reason: str = "calm soon"
    ) -> Event:
        return self.criteria.waive(Waive(self.id, reason, for_ns, bound), by, self.now_ns)

    def revoke(self, by: str = "FD") -> Event:
        return self.criteria.waive(RevokeWaiver(self.id), by, self.now_ns)

    def ended(self) -> list[str]:
        return [event.text for event in self.criteria.take_events()]


def rolled(degrees: float = 3.4, bound: str = "4 deg", to: str = TO_RIGHT) -> Board:
    """Out of limits, and waived."""
    board = Board(ROLL + ROLL_WAIVABLE + to)
    assert board.roll(degrees).state is NO_GO
    assert board.waive(bound).kind == "waiver"
    assert board.judge().state is WAIVED
    return board


# --- What a waiver does ---


def test_a_waived_no_go_says_who_how_far_until_when_and_why() -> None:
    board = rolled()
    status = board.judge()
    assert status.why == (
        "deck roll 3.4 deg, limit 3.0 deg; waived by FD to 4.0 deg until 12:01:00 UTC: calm soon"
    )
    assert status.waiver == WaiverStatus(
        "roll", "FD", "calm soon", math.radians(4.0), NOON, NOON + MINUTE
    )
    assert status.value == pytest.approx(3.4 * DEG)
    assert status.margin is not None
    assert status.margin < 0


def test_a_waived_condition_has_no_bound_and_says_so() -> None:
    board = Board(CLEAR + CLEAR_WAIVABLE)
    board.view.set("clear", 0.0)
    assert board.judge().state is NO_GO
    assert board.waive().text == "deck clear waived by FD until 12:01:00 UTC: calm soon"
    status = board.judge()
    assert status.state is WAIVED
    assert status.waiver is not None
    assert status.waiver.bound is None


def test_granting_is_said_aloud() -> None:
    board = Board(ROLL + ROLL_WAIVABLE + TO_RIGHT)
    board.roll(3.4)
    event = board.waive("4 deg", by="BARGE", reason=" swell\n dies   down ")
    assert (event.at_ns, event.kind, event.origin, event.severity) == (NOON, "waiver", "BARGE", 4)
    assert event.text.endswith("until 12:01:00 UTC: swell dies down")


def test_what_passes_stays_what_it_is_and_shows_the_waiver_in_force() -> None:
    board = Board(ROLL + ROLL_WAIVABLE + TO_RIGHT)
    assert board.roll(1.0).state is GO
    board.waive("4 deg")
    status = board.judge(changed=frozenset())
    assert status.state is GO
    assert status.waiver is not None
    assert "waived" not in status.why


def test_unknown_is_never_covered_but_does_not_end_it() -> None:
    board = rolled()
    board.view.set("roll", 3.4 * DEG, Quality.STALE)
    status = board.judge()
    assert status.state is UNKNOWN
    assert "waived" not in status.why
    assert board.roll(3.4).state is WAIVED
    assert board.ended() == []


@pytest.mark.parametrize(
    ("degrees", "bound", "to"), [(-3.4, "-4 deg", TO_LEFT), (3.4, "4 deg", TO_RIGHT)]
)
def test_a_waiver_of_one_side_leaves_the_other(degrees: float, bound: str, to: str) -> None:
    board = rolled(degrees, bound, to)
    assert board.roll(math.copysign(3.1, -degrees)).state is NO_GO
    (ended,) = board.ended()
    assert "3.1 deg is beyond" in ended
    assert ended.endswith("3.0 deg")


@pytest.mark.parametrize(("side", "to"), [(-1, TO_LEFT), (1, TO_RIGHT)])
@pytest.mark.parametrize(
    ("bound", "granted"),
    [(5.1, False), (5.0, True), (3.2, True), (3.0, False), (0.0, False), (-3.2, False)],
)
def test_a_bound_lies_on_a_side_that_may_be_waived(
    side: int, to: str, bound: float, granted: bool
) -> None:
    board = Board(ROLL + ROLL_WAIVABLE + to)
    board.roll(0.0)
    assert (board.waive(f"{side * bound} deg").kind == "waiver") == granted


# --- How it ends ---


@pytest.mark.parametrize("changed", [None, frozenset()], ids=["tick", "between ticks"])
def test_it_expires_to_the_nanosecond(changed: frozenset[int] | None) -> None:
    board = rolled()
    assert board.judge(MINUTE - 1, changed).state is WAIVED
    status = board.judge(1, changed)
    assert status.state is NO_GO
    assert status.waiver is None
    text = "deck roll: waiver by FD expired"
    assert board.criteria.take_events() == [Event(board.now_ns, "waiver", "roll", text, 4)]
    assert board.ended() == []


def test_at_its_bound_it_holds_and_the_next_number_ends_it_for_good() -> None:
    board = rolled()
    waiver = board.judge().waiver
    assert waiver is not None
    assert waiver.bound is not None
    board.view.set("roll", waiver.bound)
    assert board.judge().state is WAIVED
    board.view.set("roll", math.nextafter(waiver.bound, 9.0))
    assert board.judge().state is NO_GO
    assert "is beyond 4.0 deg" in board.ended()[0]
    assert board.roll(3.4).state is NO_GO, "a value that comes back does not undo the end"


def test_the_bound_does_not_wait_for_a_trip() -> None:
    board = Board(ROLL + 'trip_after = "30 s"\n' + ROLL_WAIVABLE + TO_RIGHT)
    board.roll(1.0)
    board.waive("4 deg")
    assert board.roll(4.2).state is GO
    assert board.ended() != []
    board.roll(3.5)
    assert board.judge(30 * SECOND).state is NO_GO


def test_a_value_beyond_the_bound_while_not_judged_ends_nothing() -> None:
    board = rolled()
    board.phase = "coast"
    assert board.roll(8.0).state is INHIBITED
    board.phase = "descent"
    assert board.roll(3.4).state is WAIVED


def test_what_is_not_judged_now_may_be_waived_for_later() -> None:
    board = Board(ROLL + ROLL_WAIVABLE + TO_RIGHT)
    board.phase = "coast"
    assert board.roll(8.0).state is INHIBITED
    assert board.waive("4 deg").kind == "waiver"
    board.phase = "descent"
    assert board.roll(3.4).state is WAIVED


def test_it_is_revoked_by_who_may_grant_it() -> None:
    board = rolled()
    assert board.revoke("GNC").kind == "refused"
    assert board.judge().state is WAIVED
    event = board.revoke("BARGE")
    assert (event.kind, event.text) == ("waiver", "deck roll: waiver by FD revoked")
    assert board.judge(changed=frozenset()).state is NO_GO
    assert board.ended() == []
    assert "it is not waived" in board.revoke().text


def test_a_new_one_takes_the_place_of_the_old_one() -> None:
    board = rolled()
    board.waive("3.5 deg", by="BARGE", for_ns=10 * MINUTE)
    assert board.judge(2 * MINUTE).state is WAIVED
    assert board.roll(3.6).state is NO_GO


# --- Refusals ---


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"by": "GNC"}, "only FD, BARGE may"),
        ({"by": ""}, "only FD, BARGE may"),
        ({"by": "fd"}, "only FD, BARGE may"),
        ({"reason": ""}, "it needs a reason"),
        ({"reason": " \n"}, "it needs a reason"),
        ({"reason": "x" * 201}, "its reason is longer than 200 characters"),
        ({"for_ns": 0}, "it lasts 10 min at most"),
        ({"for_ns": -1}, "it lasts 10 min at most"),
        ({"for_ns": 10 * MINUTE + 1}, "it lasts 10 min at most"),
        ({"bound": ""}, "expected a bound in deg, got ''"),
        ({"bound": "4"}, "expected a bound in deg, got '4'"),
        ({"bound": "0.07 rad"}, "expected a bound in deg, got '0.07 rad'"),
        ({"bound": "4 m"}, "expected a bound in deg, got '4 m'"),
        ({"bound": "nan deg"}, "expected a bound in deg, got 'nan deg'"),
        ({"bound": "inf deg"}, "expected a bound in deg, got 'inf deg'"),
        ({"bound": "1e999 deg"}, "expected a bound in deg, got '1e999 deg'"),
        ({"bound": "3 deg"}, "its bound lies above 3.0 deg to 5.0 deg"),
        ({"bound": "2 deg"}, "its bound lies above 3.0 deg to 5.0 deg"),
        ({"bound": "5.1 deg"}, "its bound lies above 3.0 deg to 5.0 deg"),
        ({"bound": "-4 deg"}, "its bound lies above 3.0 deg to 5.0 deg"),
        ({"bound": "3.3 deg"}, "3.4 deg is beyond 3.3 deg already"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(wish: dict[str, str], reason: str) -> None:
    board = Board(ROLL + ROLL_WAIVABLE + TO_RIGHT)
    board.roll(3.4)
    event = board.waive(**{"bound": "4 deg"} | wish)  # type: ignore[arg-type]
    who = wish.get("by", "FD")
    assert event == Event(NOON, "refused", who, f"waiver of 'roll' refused: {reason}", 4)
    assert board.judge().state is NO_GO
    assert board.judge().waiver is None


def test_the_farthest_bound_and_the_longest_time_are_granted() -> None:
    board = Board(ROLL + ROLL_WAIVABLE + TO_RIGHT)
    board.roll(3.4)
    assert board.waive("5 deg", for_ns=10 * MINUTE).kind == "waiver"
    assert board.roll(5.0).state is WAIVED


def test_the_longest_reason_and_the_shortest_time_are_granted() -> None:
    board = Board(ROLL + ROLL_WAIVABLE + TO_RIGHT)
    board.roll(3.4)
    assert board.waive("4 deg", reason="x" * 200).kind == "waiver"
    assert board.waive("4 deg", for_ns=1).kind == "waiver"


def test_a_waiver_below_ends_below_its_bound_and_says_so() -> None:
    board = rolled(-3.4, "-4 deg", 'waivable_to = { below = "-5 deg" }\n')
    assert board.roll(-4.1).state is NO_GO
    (event,) = board.criteria.take_events()
    assert event == Event(
        NOON, "waiver", "roll", "deck roll: waiver by FD ended, -4.1 deg is beyond -4.0 deg", 4
    )
    outside = board.waive("-3 deg").text
    assert outside.endswith("refused: its bound lies below -3.0 deg to -5.0 deg")


def test_both_sides_that_may_be_waived_are_named() -> None:
    both = 'waivable_to = { above = "5 deg", below = "-6 deg" }\n'
    board = Board(ROLL + ROLL_WAIVABLE + both)
    board.roll(3.4)
    assert board.waive("0 deg").text == (
        "waiver of 'roll' refused: its bound lies above 3.0 deg to 5.0 deg"
        " or below -3.0 deg to -6.0 deg"
    )
    assert board.waive("x" * 50).text.endswith(f"got '{'x' * 40}'")


def test_a_value_beyond_its_bound_already_is_not_waived_on_either_side() -> None:
    both = 'waivable_to = { above = "5 deg", below = "-6 deg" }\n'
    board = Board(ROLL + ROLL_WAIVABLE + both)
    board.roll(-4.5)
    assert board.waive("-4 deg").text.endswith("refused: -4.5 deg is beyond -4.0 deg already")
    assert board.waive("4 deg").text.endswith("refused: -4.5 deg is beyond -3.0 deg already")


def test_a_bound_of_a_plain_number_has_no_unit() -> None:
    entry = ROLL.replace('value = "roll"\nunit = "deg"', 'value = "clear"').replace(" deg", "")
    board = Board(entry + ROLL_WAIVABLE + TO_RIGHT.replace(" deg", ""))
    board.view.set("clear", 3.4)
    board.judge()
    assert board.waive("4 m").text.endswith("refused: expected a bound without a unit, got '4 m'")
    assert board.waive("4").kind == "waiver"


def test_a_revocation_and_its_refusal_are_told_with_who_and_when() -> None:
    board = rolled()
    text = "revocation of 'roll' refused: only FD, BARGE may"
    assert board.revoke("GNC") == Event(NOON, "refused", "GNC", text, 4)
    text = "deck roll: waiver by FD revoked"
    assert board.revoke("BARGE") == Event(NOON, "waiver", "BARGE", text, 4)
    text = "revocation of 'roll' refused: it is not waived"
    assert board.revoke("BARGE") == Event(NOON, "refused", "BARGE", text, 4)


def test_what_is_unknown_is_not_waived() -> None:
    board = Board(ROLL + ROLL_WAIVABLE + TO_RIGHT)
    refused = "waiver of 'roll' refused: it is UNKNOWN, which no waiver covers"
    assert board.waive("4 deg").text == refused, "never judged"
    board.judge()
    assert board.waive("4 deg").text == refused
    board.roll(3.4)
    assert board.judge().state is NO_GO


@pytest.mark.parametrize("entry", [ROLL, CLEAR])
def test_what_nobody_may_waive_is_not_waived(entry: str) -> None:
    board = Board(entry)
    board.view.set("clear", 0.0)
    board.roll(3.4)
    assert board.waive("4 deg").text.endswith(" refused: nobody may waive it")
    assert board.judge().state is NO_GO


def test_a_condition_takes_no_bound_and_no_other_criterion_is_meant() -> None:
    board = Board(CLEAR + CLEAR_WAIVABLE)
    board.view.set("clear", 0.0)
    board.judge()
    assert board.waive("4 deg").text == (
        "waiver of 'clear' refused: it has no value that a bound could limit"
    )
    board.id = "x" * 10_000
    assert board.waive().text == f"waiver of '{'x' * 60}' refused: no such criterion"


# --- What a vote stands on ---


def basis(status: CriterionStatus) -> str:
    return basis_of("as configured", [status])


def test_the_basis_of_a_vote_holds_the_waiver_even_while_it_is_not_needed() -> None:
    board = Board(ROLL + ROLL_WAIVABLE + TO_RIGHT)
    without = basis(board.roll(1.0))
    seen = {without}
    for bound, by, for_ns, reason in (
        ("4 deg", "FD", MINUTE, "calm soon"),
        ("4.5 deg", "FD", MINUTE, "calm soon"),
        ("4.5 deg", "BARGE", MINUTE, "calm soon"),
        ("4.5 deg", "BARGE", 2 * MINUTE, "calm soon"),
        ("4.5 deg", "BARGE", 2 * MINUTE, "swell"),
    ):
        board.waive(bound, by, for_ns, reason)
        seen.add(basis(board.judge()))
        assert basis(board.judge(SECOND)) in seen, "time alone changes nothing"
    assert len(seen) == 6
    board.revoke()
    assert basis(board.judge()) == without


# --- Load errors ---


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (CLEAR + 'waivable_by = ["CHEF"]\nwaivable_for = "1 min"', "no position is called 'CHEF'"),
        (CLEAR + 'waivable_by = ["FD"]', "needs `waivable_for`"),
        (CLEAR + 'waivable_by = ["FD"]\nwaivable_for = "0 s"', "needs `waivable_for`"),
        (CLEAR + 'waivable_by = ["FD"]\nwaivable_for = "25 h"', "up to 24 h"),
        (CLEAR + 'waivable_for = "1 min"', "go with `waivable_by`"),
        (CLEAR + TO_RIGHT, "go with `waivable_by`"),
        (CLEAR + CLEAR_WAIVABLE + TO_RIGHT, "goes with `value`"),
        (ROLL + ROLL_WAIVABLE, "needs `waivable_to`"),
    ],
)
def test_a_waiver_without_bounds_is_a_load_error(entry: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        mission_of(MISSION, PARAMETERS, entry)
    assert problem in str(caught.value)


# --- Whatever happens ---


class Waivers(RuleBasedStateMachine):
    """A waivable criterion beside the same one unwaived, which says what the NO-GO is."""

    def __init__(self) -> None:
        super().__init__()
        self.view = FakeView(**PARAMETERS)
        self.plain = Board(ROLL, self.view)
        self.board = Board(ROLL + ROLL_WAIVABLE + TO_RIGHT, self.view)
        self.expected: tuple[int, float] | None = None
        self.degrees: float | None = None
        self.ends = 0
        self.look(tick=True)

    def look(self, *, tick: bool, after_ns: int = 0) -> None:
        """Evaluate both; the oracle: a waiver ends at its time or by a judged value."""
        changed = None if tick else frozenset({0})
        self.raw = self.plain.judge(after_ns, changed)
        before, self.status = getattr(self, "status", None), self.board.judge(after_ns, changed)
        if self.expected is not None:
            expires_ns, bound = self.expected
            judged = self.raw.state is not INHIBITED and self.degrees is not None
            out = judged and not -3 <= (self.degrees or 0.0) <= bound
            if out or self.board.now_ns >= expires_ns:
                self.expected = None
                self.ends += 1
        if before is not None:
            same = (before.state, before.waiver) == (self.status.state, self.status.waiver)
            assert (basis(before) == basis(self.status)) == same

    @rule(
        degrees=st.sampled_from([-4.0, -2.0, 0.0, 2.7, 3.1, 3.9, 4.1, 4.9, 5.2]), tick=st.booleans()
    )
    def rolls(self, degrees: float, tick: bool) -> None:
        self.degrees = degrees
        self.view.set("roll", degrees * DEG)
        self.look(tick=tick)

    @rule(quality=st.sampled_from([q for q in Quality if q is not Quality.GOOD]))
    def is_lost(self, quality: Quality) -> None:
        self.degrees = None
        self.view.set("roll", 3.5 * DEG, quality)
        self.look(tick=False)

    @rule(seconds=st.sampled_from([1, 59, 60, 600]), tick=st.booleans())
    def time_passes(self, seconds: int, tick: bool) -> None:
        self.look(tick=tick, after_ns=seconds * SECOND)

    @rule(phase=st.sampled_from(["coast", "descent"]))
    def another_phase(self, phase: str) -> None:
        self.plain.phase = self.board.phase = phase
        self.look(tick=False)

    @rule(
        by=st.sampled_from(["FD", "BARGE", "GNC", ""]),
        bound=st.sampled_from([2.0, 3.0, 3.5, 4.0, 5.0, 5.5]),
        seconds=st.sampled_from([-1, 0, 1, 60, 600, 601]),
        reason=st.sampled_from(["", " ", "calm"]),
        tick=st.booleans(),
    )
    def is_asked_for(self, by: str, bound: float, seconds: int, reason: str, tick: bool) -> None:
        may = by in ("FD", "BARGE") and reason == "calm" and 0 < seconds <= 600 and 3 < bound <= 5
        known = self.raw.state is INHIBITED or (
            self.raw.state is not UNKNOWN and -3 <= (self.degrees or 0.0) <= bound
        )
        event = self.board.waive(f"{bound} deg", by, seconds * SECOND, reason)
        assert (event.kind == "waiver") == (may and known)
        if event.kind == "waiver":
            self.expected = (self.board.now_ns + seconds * SECOND, bound)
        self.look(tick=tick)

    @rule(bound=st.sampled_from([3.5, 4.0, 5.0]))
    def is_asked_for_well(self, bound: float) -> None:
        self.is_asked_for("FD", bound, 60, "calm", False)

    @rule(by=st.sampled_from(["FD", "BARGE", "GNC"]))
    def is_revoked(self, by: str) -> None:
        event = self.board.revoke(by)
        assert (event.kind == "waiver") == (self.expected is not None and by != "GNC")
        if event.kind == "waiver":
            self.expected = None
        self.look(tick=False)

    @invariant()
    def it_is_waived_where_a_waiver_holds_and_it_would_be_no_go(self) -> None:
        assert (self.status.waiver is not None) == (self.expected is not None)
        covered = self.raw.state is NO_GO and self.expected is not None
        assert self.status.state is (WAIVED if covered else self.raw.state)
        assert (self.status.value, self.status.margin) == (self.raw.value, self.raw.margin)

    @invariant()
    def every_end_by_itself_is_said_once(self) -> None:
        assert len(self.board.ended()) == self.ends
        self.ends = 0


TestWaivers = Waivers.TestCase


def test_what_is_unwaivable_says_so() -> None:
    board = Board(CLEAR + "unwaivable = true\n")
    board.view.set("clear", 0.0)
    board.judge()
    assert board.waive().text == "waiver of 'clear' refused: it is unwaivable"


def test_a_position_that_may_waive_the_unwaivable_is_a_load_error() -> None:
    with pytest.raises(ConfigError, match="`unwaivable`: nobody may be in `waivable_by`"):
        Board(CLEAR + CLEAR_WAIVABLE + "unwaivable = true\n")
