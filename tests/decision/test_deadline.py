"""A gate that closes by the T clock says when."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcs.config.loading import load_mission
from gcs.decision.deadline import deadline_of
from gcs.messages import Quality
from tests.helpers.joint_view import SECOND, FakeView

PARAMETERS = {"t_clock": "s", "phase_time": "s", "commit_close": "s", "height": "m"}
MISSION = load_mission(
    Path("m.toml"),
    {
        "m.toml": """
[mission]
id = "m"
title = "m"
dictionaries = ["d.toml"]
[[phase]]
id = "p"
title = "p"
""",
        "d.toml": """
[parameter.t_clock]
unit = "s"
stale_after = "1 s"
from = { quantity = "t_clock" }
[parameter.phase_time]
unit = "s"
stale_after = "1 s"
from = { quantity = "phase_time" }
[parameter.commit_close]
unit = "s"
stale_after = "1 s"
from = { expression = "60 s - t_clock" }
[parameter.height]
unit = "m"
stale_after = "1 s"
from = { expression = "t_clock * 1 m/s" }
""",
    },
)


@pytest.mark.parametrize("text", ["t_clock >= 1.5 min", "t_clock > 1.5 min"])
def test_the_deadline_is_where_t_will_be_and_does_not_move_between_samples(text: str) -> None:
    view = FakeView(**PARAMETERS)
    rule = deadline_of(text, MISSION, view)
    assert rule is not None
    assert rule.at_ns(view, 0) is None
    view.set("t_clock", 30.0)
    assert rule.at_ns(view, 100 * SECOND) == 160 * SECOND
    view.set("t_clock", 30.0, age_ns=SECOND)
    assert rule.at_ns(view, 101 * SECOND) == 160 * SECOND


def test_a_clock_that_is_not_good_has_no_moment() -> None:
    view = FakeView(**PARAMETERS)
    rule = deadline_of("t_clock >= 1.5 min", MISSION, view)
    assert rule is not None
    view.set("t_clock", 30.0, Quality.STALE)
    assert view.age_ns(0) is not None
    assert rule.at_ns(view, 0) is None


@pytest.mark.parametrize("text", ["commit_close < 2 s", "commit_close <= 2 s"])
def test_a_countdown_says_when_it_will_run_out(text: str) -> None:
    view = FakeView(**PARAMETERS)
    rule = deadline_of(text, MISSION, view)
    assert rule is not None
    assert rule.at_ns(view, 0) is None
    view.set("commit_close", 30.0)
    assert rule.at_ns(view, 100 * SECOND) == 128 * SECOND
    view.set("commit_close", 30.0, age_ns=SECOND)
    assert rule.at_ns(view, 101 * SECOND) == 128 * SECOND


@pytest.mark.parametrize(
    "text",
    [
        "commit_close > 2 s",
        "phase_time < 90 s",
        "height < 90 m",
        "phase_time > 90 s",
        "t_clock < 90 s",
        "t_clock > 90 s or phase_time > 9 s",
        "t_clock >",
        "x > 1 s",
    ],
)
def test_every_other_rule_has_no_moment(text: str) -> None:
    assert deadline_of(text, MISSION, FakeView(**PARAMETERS)) is None
