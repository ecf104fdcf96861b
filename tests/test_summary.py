"""What a flight came to: its outcome and when, the story of its count, and the exit code."""

from __future__ import annotations

import pytest

from gcs.config.mission import PhaseConfig
from gcs.messages import HoldCount, ReleaseHold, Scrub
from gcs.summary import EXIT_CODES, Summary
from tests.helpers.hop import Hop


def seen(hop: Hop) -> Summary:
    summary = Summary(hop.mission.config.phase)
    for snapshot in hop.snapshots:
        summary.see(snapshot)
    return summary


def scrubbed() -> Hop:
    hop = Hop().born().fly(2)
    hop.intent(HoldCount("boat"), "BARGE")
    hop.fly(1)
    hop.intent(ReleaseHold())
    hop.fly(1)
    hop.intent(Scrub("winds"))
    return hop.fly(1)


def test_a_scrub_is_an_outcome_with_a_time_and_an_exit_code() -> None:
    hop = scrubbed()
    summary = seen(hop)
    assert (summary.outcome, summary.exit_code) == ("scrubbed", 5)
    assert summary.outcome_t_ns == hop.snapshot.count.t_ns


def test_the_story_of_the_count_is_told() -> None:
    lines = [line.split(maxsplit=3) for line in seen(scrubbed()).lines() if line[:5] == "count"]
    assert [line[3] for line in lines] == [
        "manual hold by BARGE: boat",
        "runs",
        "scrubbed by FD: winds",
    ]


@pytest.mark.parametrize("outcome", ["landed", "diverted", "lost", "scrubbed"])
def test_every_outcome_that_a_phase_may_have_has_its_own_exit_code(outcome: str) -> None:
    PhaseConfig.model_validate({"id": "p", "title": "p", "outcome": outcome})
    assert outcome in EXIT_CODES
    assert len(set(EXIT_CODES.values())) == len(EXIT_CODES)


def test_an_outcome_stands_while_what_follows_it_has_none() -> None:
    hop = scrubbed()
    phases = (*hop.mission.config.phase,)
    summary = Summary(phases)
    for snapshot in hop.snapshots:
        summary.see(snapshot)
    ended_ns = summary.outcome_t_ns
    summary.phases = tuple(p.model_copy(update={"outcome": ""}) for p in phases)
    summary.see(hop.snapshot)
    assert (summary.outcome, summary.outcome_t_ns) == ("scrubbed", ended_ns)
