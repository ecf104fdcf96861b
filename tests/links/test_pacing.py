import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.links.pacing import SerialLine

SECOND_NS = 1_000_000_000
BAUD = st.sampled_from([300, 9_600, 57_600, 115_200, 921_600, 3_000_000])


def test_a_byte_comes_out_ten_bit_times_after_it_went_in() -> None:
    line = SerialLine(9_600)
    line.start(5 * SECOND_NS)
    byte_ns = 10 * SECOND_NS // 9_600 + 1
    assert line.due(5 * SECOND_NS + byte_ns - 1) == 0
    assert line.due(5 * SECOND_NS + byte_ns) == 1
    assert line.wait_ns(5 * SECOND_NS, 1) == byte_ns


@given(BAUD, st.integers(0, 10**18), st.lists(st.integers(0, SECOND_NS // 20), max_size=50))
def test_a_busy_line_carries_its_rate_exactly_however_late_it_is_looked_at(
    baud: int, start_ns: int, looks_ns: list[int]
) -> None:
    line = SerialLine(baud)
    line.start(start_ns)
    now_ns, total = start_ns, 0
    for step_ns in looks_ns:
        now_ns += step_ns
        due = line.due(now_ns)
        line.take(due)
        total += due
        assert total == (now_ns - start_ns) * baud // (10 * SECOND_NS)


@given(BAUD, st.integers(1, 10_000), st.integers(0, 10_000_000))
def test_waiting_as_told_is_enough_and_no_more(baud: int, count: int, elapsed_ns: int) -> None:
    line = SerialLine(baud)
    line.start(0)
    wait_ns = line.wait_ns(elapsed_ns, count)
    assert line.due(elapsed_ns + wait_ns) >= count
    if wait_ns:
        assert line.due(elapsed_ns + wait_ns - 1) < count


def test_nothing_is_due_before_the_start() -> None:
    line = SerialLine(9_600)
    line.start(SECOND_NS)
    assert line.due(0) == 0


def test_an_impossible_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        SerialLine(0)
