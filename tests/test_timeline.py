"""A replay can be sought in both ways, stepped, and led from event to event."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from gcs.clock import SECOND_NS
from gcs.messages import CountState, CountStatus, Event, Snapshot
from gcs.recording.digest import snapshot_digest
from gcs.timeline import FASTEST, SLOWEST, Player, Timeline
from tests.recording.test_digest import SNAPSHOT

START_NS = 1_000 * SECOND_NS
TENTH_NS = SECOND_NS // 10


def at(index: int) -> Snapshot:
    count = CountStatus(CountState.RUNNING, index * TENTH_NS - SECOND_NS, 0, "")
    now_ns = START_NS + index * TENTH_NS
    return msgspec.structs.replace(SNAPSHOT, sequence=index, now_ns=now_ns, count=count)


@pytest.fixture
def timeline() -> Iterator[Timeline]:
    """Ten seconds at 10 Hz, with events at 2 s and 5 s."""
    with Timeline() as timeline:
        for index in range(101):
            timeline.append(at(index))
        timeline.mark([Event(START_NS + 2 * SECOND_NS, "phase", "a", "ascent")])
        timeline.mark([Event(START_NS + 3 * SECOND_NS, "link", "l", "up")])
        timeline.mark([Event(START_NS + 5 * SECOND_NS, "gate", "g", "GO")])
        timeline.complete = True
        yield timeline


def shown(player: Player, timeline: Timeline, elapsed_s: float = 0.0) -> int:
    """Sequence of the Snapshot that is shown after so much wall time."""
    index = player.advance(round(elapsed_s * SECOND_NS))
    assert index is not None
    return timeline.snapshot(index).sequence


def test_what_is_kept_comes_back_bit_for_bit(timeline: Timeline) -> None:
    assert snapshot_digest(timeline.snapshot(37)) == snapshot_digest(at(37))
    with pytest.raises(IndexError):
        timeline.snapshot(101)
    with pytest.raises(IndexError):
        timeline.snapshot(-1)


def test_it_plays_at_its_speed(timeline: Timeline) -> None:
    player = Player(timeline, 2.0)
    assert shown(player, timeline) == 0
    assert shown(player, timeline, 1.0) == 20
    player.set_speed(0.5)
    assert shown(player, timeline, 1.0) == 25
    assert not player.over
    assert shown(player, timeline, 100.0) == 100
    assert player.over


@pytest.mark.parametrize(("asked", "got"), [(0.0, SLOWEST), (1e9, FASTEST), (-3.0, SLOWEST)])
def test_a_speed_has_bounds(timeline: Timeline, asked: float, got: float) -> None:
    player = Player(timeline, 1.0)
    player.set_speed(asked)
    assert player.speed == got


def test_a_pause_stands_still(timeline: Timeline) -> None:
    player = Player(timeline, 1.0)
    shown(player, timeline)
    player.pause()
    assert shown(player, timeline, 5.0) == 0
    player.play()
    assert shown(player, timeline, 5.0) == 50


def test_it_can_be_sought_in_by_clock_and_by_distance(timeline: Timeline) -> None:
    player = Player(timeline, 1.0)
    shown(player, timeline)
    player.seek_clock(3.0)
    assert shown(player, timeline) == 40
    player.skip(-1.5)
    assert shown(player, timeline) == 25
    player.skip(-100.0)
    assert shown(player, timeline) == 0
    player.seek_clock(1e6)
    assert shown(player, timeline) == 100


def test_steps_go_both_ways_and_stop_at_the_ends(timeline: Timeline) -> None:
    player = Player(timeline, 1.0)
    shown(player, timeline)
    player.step(3)
    assert shown(player, timeline, 9.0) == 3, "a step also pauses"
    player.step(-1)
    assert shown(player, timeline) == 2
    player.step(-50)
    assert shown(player, timeline) == 0


def test_events_are_jumped_to_in_turn(timeline: Timeline) -> None:
    player = Player(timeline, 1.0)
    shown(player, timeline)
    player.next_mark()
    assert (shown(player, timeline), player.mark) == (20, "ascent")
    player.next_mark()
    assert (shown(player, timeline), player.mark) == (50, "GO")
    player.next_mark()
    assert shown(player, timeline) == 50, "there is none after it"
    player.previous_mark()
    assert (shown(player, timeline), player.mark) == (20, "ascent")
    player.previous_mark()
    assert shown(player, timeline) == 20


def test_it_waits_where_the_flight_is_not_decided_yet() -> None:
    with Timeline() as timeline:
        player = Player(timeline, 1.0)
        assert player.advance(SECOND_NS) is None
        timeline.append(at(0))
        assert shown(player, timeline, 3.0) == 0
        for index in range(1, 21):
            timeline.append(at(index))
        assert shown(player, timeline, 1.0) == 10
        assert shown(player, timeline, 5.0) == 20
        assert not player.over
        timeline.complete = True
        assert player.over


def test_a_moment_that_is_not_decided_yet_is_gone_to_once_it_is() -> None:
    with Timeline() as timeline:
        player = Player(timeline, 1.0)
        for index in range(5):
            timeline.append(at(index))
        player.seek_clock(0.0)
        assert shown(player, timeline) == 4
        for index in range(5, 21):
            timeline.append(at(index))
        assert shown(player, timeline, 0.1) == 10
        assert player.sought == ""
        assert shown(player, timeline, 0.1) == 11, "from there on it plays"
        player.seek_clock(99.0)
        assert shown(player, timeline) == 20
        assert player.sought == "T+01:39 is not decided yet: T+00:01 so far"
        timeline.complete = True
        assert shown(player, timeline) == 20, "it never comes"
        assert player.sought == "T+01:39 is never reached: T goes from T-00:01 to T+00:01"
        shown(player, timeline)
        assert player.sought, "it is said until something else is asked"
        player.seek_clock(0.5)
        assert shown(player, timeline) == 15
        assert player.sought == ""


def test_as_fast_as_it_goes_shows_the_newest() -> None:
    with Timeline() as timeline:
        player = Player(timeline, None)
        for index in range(30):
            timeline.append(at(index))
        shown(player, timeline)
        assert shown(player, timeline) == 29


def test_whether_a_person_took_a_hand_is_known(timeline: Timeline) -> None:
    player = Player(timeline, 1.0)
    shown(player, timeline, 1.0)
    assert not player.touched
    player.pause()
    assert player.touched
