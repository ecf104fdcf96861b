"""Each kind of expectation, met and not met, with its evidence."""

from __future__ import annotations

from typing import Any

import pytest

from gcs.recording.digest import snapshot_digest
from gcs.station import Station
from gcs.summary import Summary
from hil.expectations import Expectation, Finding, watch
from hil.script import ExpectConfig
from tests.helpers.hop import Hop, hurried

KINDS = [
    # Keys of the expectation, whether it is met, evidence.
    ({"await": "landing.mode == 5"}, True, "at T+"),
    ({"await": "landing.mode == 5", "within": "2 s"}, True, "at T+"),
    ({"await": "landing.mode == 5", "within": "1 s"}, False, ", expected by T+1.0 s"),
    ({"await": "landing.mode == 9"}, False, "never happened"),
    ({"await": "cargo.secured == 7 or barge.deck.fire == 1"}, False, "never happened"),
    ({"never": "landing.mode == 9"}, True, "held at "),
    ({"never": "landing.mode == 5"}, False, "true at T+"),
    ({"never": "landing.mode == 0"}, False, "true at T-"),
    ({"never": "landing.mode == 0", "after": "0 s"}, True, "held at "),
    ({"always": "landing.mode < 9", "after": "-24 s"}, True, "held at "),
    ({"always": "landing.mode < 9"}, False, "unknown at T-25.0 s"),
    ({"always": "landing.mode == 4", "after": "1.5 s"}, False, "false at T+"),
    ({"always": "landing.mode < 9", "after": "50 s"}, False, "held at 0 ticks"),
    ({"command": "landing_commit", "state": "VERIFIED"}, True, "at T+"),
    ({"command": "landing_commit", "state": "VERIFIED", "within": "1 s"}, False, "expected by"),
    ({"command": "landing_commit", "state": "REFUSED"}, False, "never happened"),
    ({"command": "divert", "state": "VERIFIED"}, False, "never happened"),
    ({"gate": "landing_commit", "state": "GO"}, True, "at T+"),
    ({"gate": "landing_commit", "state": "MISSED"}, False, "never happened"),
    ({"gate": "launch_commit", "state": "COMMITTED", "within": "-5 s"}, True, "at T-"),
    ({"outcome": "diverted"}, False, "open at T+"),
]


def expectation(station: Station, keys: dict[str, str]) -> Expectation:
    return watch(ExpectConfig.model_validate({"text": "it is so", **keys}), station)


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    """All kinds watched over one flight that commits and no more."""
    hop = Hop(hurried())
    summary = Summary(hop.mission.config.phase)
    watched = [expectation(hop.station, keys) for keys, _, _ in KINDS]
    step = hop.step

    def seen(batch: Any) -> Any:
        outputs = step(batch)
        for snapshot in outputs.snapshots:
            summary.see(snapshot)
            for one in watched:
                one.see(snapshot)
        return outputs

    hop.step = seen  # type: ignore[method-assign]
    hop.downlink = False
    hop.tick()
    hop.downlink = True
    hop.fly(5).descend().fly(3)
    return [one.finding(summary) for one in watched]


@pytest.mark.parametrize("row", range(len(KINDS)), ids=lambda i: str(KINDS[i][0])[1:60])
def test_it_is_met_or_not_and_says_why(findings: list[Finding], row: int) -> None:
    _, met, evidence = KINDS[row]
    assert findings[row].met is met, findings[row]
    assert evidence in findings[row].evidence
    assert findings[row].text == "it is so"


def test_never_and_always_of_a_flight_without_a_tick_are_not_met() -> None:
    hop = Hop(hurried())
    summary = Summary(hop.mission.config.phase)
    for kind in ("never", "always"):
        assert not expectation(hop.station, {kind: "landing.mode == 1"}).finding(summary).met


def test_what_happened_first_is_told_and_what_comes_later_does_not_change_it() -> None:
    hop = Hop(hurried()).born()
    awaited = expectation(hop.station, {"await": "landing.mode == 0"})
    breach = expectation(hop.station, {"never": "landing.mode == 0"})
    for _ in range(20):
        snapshot = hop.tick().snapshots[-1]
        awaited.see(snapshot)
        breach.see(snapshot)
    summary = Summary(hop.mission.config.phase)
    assert awaited.finding(summary).evidence == "at T-24.9 s"
    assert breach.finding(summary).evidence == "true at T-24.9 s"


def test_an_outcome_is_the_last_one_with_its_time() -> None:
    hop = Hop(hurried())
    told = expectation(hop.station, {"outcome": "landed"})
    summary = Summary(hop.mission.config.phase)
    assert told.finding(summary) == Finding("it is so", False, "open at T+0.0 s")
    summary.outcome = "landed"
    summary.outcome_t_ns = 128_900_000_000
    summary.passed.append(("safe", 177_500_000_000))
    assert told.finding(summary) == Finding("it is so", True, "landed at T+128.9 s")


def test_watching_does_not_touch_the_flight() -> None:
    alone, watched = Hop(hurried()), Hop(hurried())
    one = expectation(watched.station, {"await": "held(landing.mode == 0, 1 s)"})
    for hop in (alone, watched):
        hop.born()
        for _ in range(30):
            for snapshot in hop.tick().snapshots:
                if hop is watched:
                    one.see(snapshot)
    digests = [[snapshot_digest(s) for s in hop.snapshots] for hop in (alone, watched)]
    assert digests[0] == digests[1]
    assert alone.transmits == watched.transmits
