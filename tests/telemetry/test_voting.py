"""A vote survives a source that is silent, invalid, frozen or wrong, and says who it is."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.messages import Quality
from gcs.telemetry.voting import (
    SAY_AFTER_NS,
    TURN_RAD,
    Ballot,
    Said,
    Verdict,
    Voter,
    VoteRule,
    vote,
)

SECOND = 1_000_000_000
RULE = VoteRule(tolerance=15.0, minimum_sources=2)
IN, SILENT, INVALID, WRONG, FROZEN = (
    Verdict.IN,
    Verdict.SILENT,
    Verdict.INVALID,
    Verdict.WRONG,
    Verdict.FROZEN,
)


def ballots(*values: float, at_ns: int = 0) -> list[Ballot]:
    return [Ballot(value, at_ns, Quality.GOOD) for value in values]


@pytest.mark.parametrize(
    ("values", "value", "quality", "verdicts"),
    [
        ((10.0, 11.0, 12.0), 11.0, Quality.GOOD, (IN, IN, IN)),
        ((10.0, 11.0, 99.0), 10.0, Quality.GOOD, (IN, IN, WRONG)),
        ((-99.0, 11.0, 10.0), 10.0, Quality.GOOD, (WRONG, IN, IN)),
        ((0.0, 15.0, 30.0), 15.0, Quality.GOOD, (IN, IN, IN)),
        ((0.0, 16.0, 32.0), 16.0, Quality.SUSPECT, (WRONG, IN, WRONG)),
        ((10.0, 11.0), 10.0, Quality.GOOD, (IN, IN)),
        ((10.0, 99.0), 10.0, Quality.SUSPECT, (IN, WRONG)),
        ((10.0,), 10.0, Quality.SUSPECT, (IN,)),
    ],
)
def test_the_median_of_those_that_agree(
    values: tuple[float, ...], value: float, quality: Quality, verdicts: tuple[Verdict, ...]
) -> None:
    voted = vote(RULE, ballots(*values))
    assert (voted.value, voted.quality, voted.verdicts) == (value, quality, verdicts)


@pytest.mark.parametrize(
    ("quality", "verdict"),
    [
        (Quality.STALE, SILENT),
        (Quality.NEVER, SILENT),
        (Quality.BAD, INVALID),
        (Quality.SUSPECT, INVALID),
    ],
)
def test_only_good_ballots_count(quality: Quality, verdict: Verdict) -> None:
    given_ballots = [*ballots(1.0, 2.0), Ballot(3.0, 0, quality)]
    voted = vote(RULE, given_ballots)
    assert voted.quality is Quality.GOOD
    assert voted.verdicts == (IN, IN, verdict)
    alone = vote(RULE, [Ballot(1.0, 0, quality), Ballot(2.0, 0, quality), *ballots(3.0)])
    assert alone.quality is Quality.SUSPECT


def test_without_a_ballot_the_best_quality_on_offer_is_told_and_never_good() -> None:
    silent = Ballot(math.nan, 0, Quality.NEVER)
    assert vote(RULE, [silent] * 3).quality is Quality.NEVER
    stale = Ballot(4.0, 7, Quality.STALE)
    voted = vote(RULE, [silent, stale, silent])
    assert (voted.value, voted.sampled_ns, voted.quality) == (4.0, 7, Quality.STALE)


def test_a_vote_of_frozen_sources_is_not_good() -> None:
    voted = vote(RULE, ballots(1.0, 1.0, 1.0), frozen=[True] * 3)
    assert voted.quality is Quality.SUSPECT
    assert voted.verdicts == (FROZEN,) * 3


def test_two_modes_have_no_mean() -> None:
    rule = VoteRule(tolerance=0.5, minimum_sources=2)
    voted = vote(rule, [*ballots(3.0, 4.0), Ballot(math.nan, 0, Quality.NEVER)])
    assert voted.value == 3.0
    assert voted.quality is Quality.SUSPECT


def test_angles_agree_across_the_turn() -> None:
    near = math.pi - 0.01
    angle = VoteRule(tolerance=0.1, minimum_sources=2, turn=TURN_RAD)
    voted = vote(angle, ballots(near, -near, near))
    assert voted.quality is Quality.GOOD
    assert voted.verdicts == (IN, IN, IN)
    assert vote(replace(angle, turn=None), ballots(near, -near, near)).verdicts == (IN, WRONG, IN)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5),
    st.floats(0, 1e3),
    st.integers(1, 3),
)
def test_a_vote_is_one_that_was_cast_whatever_the_order(
    values: list[float], tolerance: float, minimum: int
) -> None:
    rule = VoteRule(tolerance, minimum)
    voted = vote(rule, ballots(*values))
    assert voted.value in values
    assert vote(rule, ballots(*reversed(values))).value == voted.value
    near = [v for v in values if abs(v - sorted(values)[(len(values) - 1) // 2]) <= tolerance]
    assert (voted.quality is Quality.GOOD) == (len(near) >= minimum)


def run(voter: Voter, rows: list[tuple[float, ...]], step_ns: int = SECOND // 10) -> list[Verdict]:
    verdicts: tuple[Verdict, ...] = ()
    for number, row in enumerate(rows):
        verdicts = voter.vote(ballots(*row, at_ns=number * step_ns)).verdicts
    return list(verdicts)


FREEZING = VoteRule(tolerance=15.0, minimum_sources=2, frozen_after_ns=2 * SECOND)


def test_a_source_that_stands_while_the_others_move_is_frozen() -> None:
    rows = [(float(n) / 10, 7.0, float(n) / 10 + 0.5) for n in range(25)]
    assert run(Voter(FREEZING, 3), rows[:20]) == [IN, IN, IN]
    assert run(Voter(FREEZING, 3), rows) == [IN, FROZEN, IN]


def test_nobody_is_frozen_where_all_stand() -> None:
    assert run(Voter(FREEZING, 3), [(7.0, 7.0, 7.0)] * 50) == [IN, IN, IN]


def test_one_restless_neighbour_freezes_nobody() -> None:
    assert run(Voter(FREEZING, 3), [(n % 2 * 0.001, 0.0, 0.0) for n in range(50)]) == [IN] * 3


def test_the_last_digits_of_the_others_freeze_nobody() -> None:
    # On a pad all stand still, and a quiet filter may repeat itself for seconds.
    rows = [(n % 2 * 0.2, 0.0, n % 3 * 0.1) for n in range(50)]
    assert run(Voter(FREEZING, 3), rows) == [IN, IN, IN]


def test_two_that_stand_while_one_goes_far_are_both_frozen() -> None:
    voter = Voter(FREEZING, 3)
    assert run(voter, [(float(n), 0.0, 0.0) for n in range(50)]) == [IN, FROZEN, FROZEN]


def test_a_source_thaws_when_it_moves() -> None:
    rows = [(float(n) / 10, 7.0, float(n) / 10 + 0.5) for n in range(25)]
    assert run(Voter(FREEZING, 3), [*rows, (2.5, 3.0, 3.0)]) == [IN, IN, IN]


def said_at(voter: Voter, now_ns: int, *values: float) -> list[Said]:
    voter.vote(ballots(*values, at_ns=now_ns))
    return voter.said(now_ns)


def test_a_lasting_exclusion_is_said_once_and_so_is_the_return() -> None:
    voter = Voter(RULE, 3)
    assert said_at(voter, 0, 1.0, 1.0, 1.0) == []
    assert said_at(voter, SECOND, 1.0, 1.0, 1.0) == []
    assert said_at(voter, 2 * SECOND, 1.0, 99.0, 1.0) == []
    assert said_at(voter, 2 * SECOND + SAY_AFTER_NS - 1, 1.0, 99.0, 1.0) == []
    assert said_at(voter, 2 * SECOND + SAY_AFTER_NS, 1.0, 99.0, 1.0) == [Said(1, WRONG)]
    assert said_at(voter, 4 * SECOND, 1.0, 99.0, 1.0) == []
    assert said_at(voter, 5 * SECOND, 1.0, 1.0, 1.0) == []
    assert said_at(voter, 6 * SECOND, 1.0, 1.0, 1.0) == [Said(1, IN)]


def test_a_short_disagreement_is_not_said() -> None:
    voter = Voter(RULE, 3)
    for second in range(10):
        assert said_at(voter, second * SECOND, 1.0, 99.0 if second % 2 else 1.0, 1.0) == []


def test_each_of_two_short_disagreements_lasts_from_its_own_beginning() -> None:
    voter = Voter(RULE, 3)
    for second in range(3):
        assert said_at(voter, second * SECOND, 1.0, 1.0, 1.0) == []
    for second in range(3, 10):
        assert said_at(voter, second * SECOND, 1.0, 99.0 if second % 2 else 1.0, 1.0) == []
    assert said_at(voter, 9 * SECOND + SAY_AFTER_NS, 1.0, 99.0, 1.0) == [Said(1, WRONG)]


def test_silence_before_the_first_word_is_not_said() -> None:
    voter = Voter(RULE, 2)
    for second in range(3):
        voter.vote([Ballot(math.nan, 0, Quality.NEVER)] * 2)
        assert voter.said(second * SECOND) == []
    assert said_at(voter, 4 * SECOND, 1.0, 1.0) == []
    assert said_at(voter, 5 * SECOND, 1.0, 1.0) == []


def test_what_no_source_knows_singles_nobody_out() -> None:
    voter = Voter(RULE, 3)
    said_at(voter, 0, 1.0, 1.0, 1.0)
    said_at(voter, SECOND, 1.0, 1.0, 1.0)
    unknown = Ballot(math.nan, 2 * SECOND, Quality.BAD)
    for second in range(2, 5):
        voter.vote([unknown] * 3)
        assert voter.said(second * SECOND) == []
    voter.vote([unknown, *ballots(1.0, 1.0)])
    assert voter.said(5 * SECOND) == [Said(0, INVALID)]
