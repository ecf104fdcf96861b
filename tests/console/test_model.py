"""A console can only make a value look worse than the station said, and says it from its age."""

from __future__ import annotations

import msgspec
import pytest

from gcs.clock import SECOND_NS
from gcs.console.model import (
    LOST_FACTOR,
    SILENT_AFTER_NS,
    Freshness,
    Model,
    main_parameters,
    newer_events,
)
from gcs.messages import Event, LinkState, Quality
from tests.console.scenes import Scene, catalogue, replayed

ALTITUDE = [info.id for info in catalogue().parameters].index("nav.altitude")


def freshness(scene: Scene, silent_ns: int = 0, detached: str = "") -> Freshness:
    return Model(catalogue(), scene.snapshot(), silent_ns, detached).reading(ALTITUDE).freshness


@pytest.mark.parametrize(
    ("age_s", "expected"),
    [
        (0.1, Freshness.GOOD),
        (1.0, Freshness.GOOD),
        (1.000001, Freshness.STALE),
        (float(LOST_FACTOR), Freshness.STALE),
        (LOST_FACTOR + 0.000001, Freshness.LOST),
    ],
)
def test_a_value_ages_past_two_limits(age_s: float, expected: Freshness) -> None:
    assert freshness(Scene(ages_s={"nav.altitude": age_s})) is expected


@pytest.mark.parametrize(
    ("quality", "expected"),
    [
        (Quality.GOOD, Freshness.GOOD),
        (Quality.SUSPECT, Freshness.SUSPECT),
        (Quality.BAD, Freshness.BAD),
        (Quality.STALE, Freshness.STALE),
        (Quality.NEVER, Freshness.NEVER),
    ],
)
def test_quality_shows_as_the_station_said(quality: Quality, expected: Freshness) -> None:
    assert freshness(Scene(qualities={"nav.altitude": quality})) is expected


@pytest.mark.parametrize(
    ("silent_ns", "detached", "expected"),
    [
        (0, "", Freshness.GOOD),
        (SILENT_AFTER_NS + 1, "", Freshness.STALE),
        (0, "connection refused", Freshness.STALE),
        (60 * SECOND_NS, "", Freshness.LOST),
    ],
)
def test_nothing_is_good_when_the_station_is_silent(
    silent_ns: int, detached: str, expected: Freshness
) -> None:
    assert freshness(Scene(), silent_ns, detached) is expected


def test_a_value_is_shown_in_the_operators_unit() -> None:
    index = [info.id for info in catalogue().parameters].index("engine.chamber_pressure")
    assert Model(catalogue(), Scene().snapshot()).reading(index).shown == "9.71"


def test_a_code_is_shown_by_its_name_and_one_without_a_name_as_its_number() -> None:
    index = [info.id for info in catalogue().parameters].index("engine.state")
    values = {2.0: "RUNNING", 4.0: "FAILED", 7.0: "7"}
    for value, shown in values.items():
        snapshot = Scene(values={"engine.state": value}).snapshot()
        assert Model(catalogue(), snapshot).reading(index).shown == shown
    never = Scene(qualities={"engine.state": Quality.NEVER}).snapshot()
    reading = Model(catalogue(), never).reading(index)
    assert (reading.shown, reading.said) == ("----", "----")


@pytest.mark.parametrize("quality", [Quality.NEVER])
def test_what_must_not_be_read_is_dashes(quality: Quality) -> None:
    snapshot = Scene(qualities={"nav.altitude": quality}).snapshot()
    assert Model(catalogue(), snapshot).reading(ALTITUDE).shown == "----"


def test_the_sources_of_a_voted_parameter_are_not_main_parameters() -> None:
    shown = {catalogue().parameters[i].id for i in main_parameters(catalogue())}
    assert "nav.altitude" in shown
    assert "fc_b.nav.altitude" not in shown
    assert "barge.deck.roll" in shown


def test_a_link_that_went_down_a_moment_ago_is_not_heard() -> None:
    snapshot = Scene().snapshot()
    down = msgspec.structs.replace(snapshot.links[0], state=LinkState.DOWN)
    links = (down, *snapshot.links[1:])
    model = Model(catalogue(), msgspec.structs.replace(snapshot, links=links))
    assert Model(catalogue(), snapshot).links_heard == len(links)
    assert model.links_heard == len(links) - 1


@pytest.mark.parametrize(
    ("replay", "simulated", "mode"),
    [
        (False, False, "LIVE"),
        (False, True, "SIM"),
        (True, False, "REPLAY"),
        (True, True, "REPLAY SIM"),
    ],
)
def test_the_mode_says_replay_and_sim(replay: bool, simulated: bool, mode: str) -> None:
    names = replayed(catalogue()) if replay else catalogue()
    assert Model(names, Scene(simulated=simulated).snapshot()).mode == mode


def test_time_left_runs_on_in_silence_and_stops_at_zero() -> None:
    model = Model(catalogue(), Scene().snapshot(), silent_ns=2 * SECOND_NS)
    now_ns = model.snapshot.now_ns
    assert model.time_left_ns(now_ns + 5 * SECOND_NS) == 3 * SECOND_NS
    assert model.time_left_ns(now_ns + SECOND_NS) == 0


def test_events_after_the_last_told_one() -> None:
    a, b, c = (Event(n, "k", "o", "t") for n in range(3))
    assert newer_events((a, b, c), None) == (a, b, c)
    assert newer_events((a, b, c), b) == (c,)
    assert newer_events((b, c), a) == (b, c)
    assert newer_events((a, b), b) == ()


def test_a_criterion_that_the_catalogue_does_not_name_is_not_shown_as_one_it_does() -> None:
    snapshot = Scene().snapshot()
    stranger = msgspec.structs.replace(snapshot.criteria[0], id="stranger")
    model = Model(catalogue(), msgspec.structs.replace(snapshot, criteria=(stranger,)))
    assert list(model.board) == []
