import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from gcs.links.topics import topic_matches, valid_topic

LEVEL = st.sampled_from(["a", "b", "", "$SYS"])
TOPIC = st.lists(LEVEL, min_size=1, max_size=4).map("/".join)
PATTERN = st.tuples(
    st.lists(st.one_of(LEVEL, st.just("+")), min_size=1, max_size=4).map("/".join),
    st.sampled_from(["", "/#"]),
).map("".join)


@given(PATTERN, TOPIC)
def test_it_agrees_with_paho(pattern: str, topic: str) -> None:
    assert topic_matches(pattern, topic) == topic_matches_sub(pattern, topic)


@pytest.mark.parametrize(
    ("pattern", "topic", "matches"),
    [
        ("sport/tennis/#", "sport/tennis", True),
        ("sport/tennis/#", "sport/tennis/player1/ranking", True),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+/+", "/finance", True),
        ("+", "/finance", False),
        ("#", "any/thing", True),
        ("#", "$SYS/uptime", False),
        ("+/monitor", "$SYS/monitor", False),
        ("$SYS/#", "$SYS/uptime", True),
    ],
)
def test_the_examples_of_the_standard(pattern: str, topic: str, matches: bool) -> None:
    assert topic_matches(pattern, topic) is matches


def test_a_topic_is_bounded_and_has_no_wildcard() -> None:
    assert valid_topic("a" * 65_535)
    for topic in ("", "a" * 65_536, "a/#", "+", "nul\0"):
        assert not valid_topic(topic)
