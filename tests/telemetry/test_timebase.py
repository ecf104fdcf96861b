"""A source's clock is learned without ever making old data look new."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gcs.telemetry.timebase import DRIFT_PER_MILLION, JUMP_NS, SourceClock

SECOND = 1_000_000_000
MS = 1_000_000
STATION = 1_700_000_000 * SECOND
OFFSET = STATION - 50 * SECOND


def running(seconds: float = 10, delay_ns: int = 0) -> SourceClock:
    """A clock that has heard ten messages a second; the last at source time 50 s + `seconds`."""
    clock = SourceClock()
    for tenth in range(1, round(seconds * 10) + 1):
        source = 50 * SECOND + tenth * 100 * MS
        clock.observe(source, source + OFFSET + delay_ns)
    return clock


def test_nothing_is_known_before_the_first_message() -> None:
    clock = SourceClock()
    assert clock.offset_ns(STATION) is None
    assert clock.to_station(5, STATION) == STATION


@given(st.lists(st.integers(0, 900 * MS), min_size=1, max_size=60))
def test_the_offset_is_the_smallest_delay_within_drift(delays: list[int]) -> None:
    clock = SourceClock()
    for tenth, delay in enumerate(delays):
        source = 50 * SECOND + tenth * 100 * MS
        clock.observe(source, source + OFFSET + delay)
    offset = clock.offset_ns(STATION)
    assert offset is not None
    drift = len(delays) * 100 * MS * DRIFT_PER_MILLION // 1_000_000
    assert OFFSET + min(delays) <= offset <= OFFSET + min(delays) + drift


def test_latency_is_what_the_newest_message_took_beyond_the_fastest() -> None:
    clock = running()
    assert clock.latency_ns(STATION) == 0
    clock.observe(61 * SECOND, 61 * SECOND + OFFSET + 40 * MS)
    drift = SECOND * DRIFT_PER_MILLION // 1_000_000
    assert clock.latency_ns(STATION) == 40 * MS - drift
    clock.observe(60 * SECOND, 62 * SECOND + OFFSET)
    assert clock.latency_ns(STATION) == 40 * MS - drift, "an older message tells nothing new"
    assert SourceClock().latency_ns(STATION) is None


def test_a_burst_of_late_data_keeps_its_age() -> None:
    clock = running()
    receipt = 100 * SECOND + OFFSET
    for tenth in range(400):
        source = 60 * SECOND + tenth * 100 * MS
        clock.observe(source, receipt)
        age = receipt - clock.to_station(source, receipt)
        true_age = receipt - (source + OFFSET)
        assert true_age - 10 * MS <= age <= true_age


def test_a_measurement_is_never_after_its_receipt() -> None:
    clock = running()
    assert clock.to_station(2000 * SECOND, STATION) == STATION


def test_a_faster_path_is_taken_at_once_and_a_slower_one_is_age() -> None:
    clock = running(delay_ns=300 * MS)
    clock.observe(61 * SECOND, 61 * SECOND + OFFSET + 100 * MS)
    assert clock.offset_ns(STATION) == OFFSET + 100 * MS
    clock.observe(62 * SECOND, 62 * SECOND + OFFSET + 900 * MS)
    learned = clock.offset_ns(STATION)
    assert learned is not None
    assert learned - OFFSET <= 100 * MS + 100_000


def test_one_wild_time_does_not_move_the_clock() -> None:
    clock = running()
    clock.observe(5_000 * SECOND, 60 * SECOND + OFFSET)
    for tenth in range(1, 20):
        source = 60 * SECOND + tenth * 100 * MS
        clock.observe(source, source + OFFSET)
        assert clock.offset_ns(STATION) == OFFSET


def test_three_that_agree_move_the_clock_forward() -> None:
    clock = running()
    for tenth in range(3):
        clock.observe(500 * SECOND + tenth * 100 * MS, (60 * SECOND + tenth * 100 * MS) + OFFSET)
    assert clock.offset_ns(STATION) == OFFSET - 440 * SECOND


def test_a_restart_is_seen_and_learned_anew() -> None:
    clock = running()
    down_until = 70 * SECOND + OFFSET
    for tenth in range(3):
        assert clock.restarts == 0
        source = 2 * SECOND + tenth * 100 * MS
        receipt = down_until + tenth * 100 * MS
        mapped = clock.to_station(source, receipt)
        assert receipt - mapped > 10 * SECOND, "until it is proven, it is old"
        clock.observe(source, receipt)
    assert clock.restarts == 1
    assert clock.to_station(2200 * MS, down_until + 200 * MS) == down_until + 200 * MS


def test_a_delayed_path_is_no_restart() -> None:
    clock = running()
    for tenth in range(1, 100):
        source = 55 * SECOND + tenth * 100 * MS
        receipt = source + OFFSET + 5 * SECOND
        clock.observe(source, receipt)
        assert receipt - clock.to_station(source, receipt) >= 5 * SECOND - 10 * MS
    assert clock.restarts == 0


def test_a_declared_restart_forgets() -> None:
    clock = running()
    clock.restart()
    assert clock.offset_ns(STATION) is None
    assert clock.restarts == 1


def test_timesync_wins_until_it_is_old() -> None:
    clock = running(delay_ns=300 * MS)
    now = 60 * SECOND + OFFSET
    assert clock.timesync(60 * SECOND + 20 * MS, now, now + 40 * MS)
    assert clock.offset_ns(now + SECOND) == OFFSET
    assert clock.offset_ns(now + 31 * SECOND) == OFFSET + 300 * MS


def test_the_shortest_round_trip_counts() -> None:
    clock = running()
    now = 60 * SECOND + OFFSET
    clock.timesync(60 * SECOND + 20 * MS, now, now + 40 * MS)
    clock.timesync(61 * SECOND + 390 * MS, now + SECOND, now + SECOND + 400 * MS)
    assert clock.offset_ns(now + 2 * SECOND) == OFFSET


def test_answers_that_cannot_be_ours_are_refused() -> None:
    clock = running()
    assert not clock.timesync(1, STATION + 1, STATION)
    assert not clock.timesync(1, STATION - SECOND, STATION)
    assert clock.offset_ns(STATION) == OFFSET


def test_a_clock_set_back_stays_old() -> None:
    clock = SourceClock()
    epoch = STATION
    for tenth in range(10):
        clock.observe(epoch + tenth * 100 * MS, epoch + tenth * 100 * MS)
    receipt = epoch + 2 * SECOND
    for tenth in range(50):
        source = epoch - 60 * SECOND + tenth * 100 * MS
        clock.observe(source, receipt + tenth * 100 * MS)
        mapped = clock.to_station(source, receipt + tenth * 100 * MS)
        assert receipt + tenth * 100 * MS - mapped > 50 * SECOND > JUMP_NS
