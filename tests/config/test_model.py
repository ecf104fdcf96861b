"""Durations carry their unit; nothing is guessed."""

import pytest

from gcs.config.model import parse_duration_ns


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("0.5 s", 500_000_000),
        ("20 min", 1_200_000_000_000),
        ("-10 s", -(10**10)),
        ("3 ms", 3 * 10**6),
    ],
)
def test_a_duration_is_read_to_the_nanosecond(text, ns):
    assert parse_duration_ns(text) == ns


@pytest.mark.parametrize("text", ["5", "5 m", "s", "1e3 s", "nan s", "", 5, None, "5 s later"])
def test_what_has_no_unit_of_time_is_refused(text):
    with pytest.raises(ValueError, match="expected a duration"):
        parse_duration_ns(text)
