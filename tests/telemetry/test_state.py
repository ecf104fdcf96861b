"""The joint state: newest measurement wins, age is judged on it, and only GOOD has a value."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.expressions import compile_expression
from gcs.messages import Quality
from gcs.telemetry.dictionary import Dictionary
from gcs.telemetry.samples import SampleBatch, SampleWriter
from gcs.telemetry.state import JointState
from gcs.telemetry.voting import SAY_AFTER_NS
from tests.helpers.missions import built, derived, indices, parameter

SECOND = 1_000_000_000
T0 = 1_000 * SECOND


def motion(field: str, unit: str) -> str:
    return parameter(field, f'topic = "motion", field = "{field}", unit = "{unit}"', unit)


ROLL, PITCH, HEAVE_RATE = (
    motion("roll", "rad"),
    motion("pitch", "rad"),
    motion("heave_rate", "m/s"),
)
NORTH = parameter(
    "north",
    'message = "LOCAL_POSITION_NED", field = "x", unit = "m"',
    "m",
    sources='["fc_a", "fc_b", "fc_c"]',
    vote='{ tolerance = "15 m", frozen_after = "2 s" }',
)


class Bench:
    """A joint state that is fed by parameter name."""

    def __init__(self, *entries: str, windows: dict[str, int] | None = None) -> None:
        self.dictionary: Dictionary = built(*entries)[1]
        self.index = indices(self.dictionary)
        spans = {self.index[name]: span for name, span in (windows or {}).items()}
        self.state = JointState(self.dictionary, self.dictionary.windows() | spans)
        self.state.at(T0)

    def batch(self, *rows: tuple[str, int, float], quality: Quality = Quality.GOOD) -> SampleBatch:
        writer = SampleWriter()
        for name, source_ns, value in rows:
            writer.append(self.index[name], source_ns, source_ns, value, quality)
        return writer.take()

    def say(self, name: str, value: float, at_ns: int = T0, quality: int = Quality.GOOD) -> None:
        self.state.apply(self.batch((name, at_ns, value), quality=Quality(quality)))

    def at(self, now_ns: int) -> None:
        self.state.at(now_ns)
        self.state.derive(everything=True)

    def value(self, name: str) -> float | None:
        return self.state.value(self.index[name])

    def quality(self, name: str) -> Quality:
        return self.state.quality(self.index[name])


def test_before_the_first_sample_nothing_is_known() -> None:
    bench = Bench(ROLL)
    assert bench.value("roll") is None
    assert bench.quality("roll") is Quality.NEVER
    assert bench.state.age_ns(0) is None
    readings = bench.state.readings(T0)
    assert math.isnan(readings.values[0])
    assert (readings.sampled_ns, readings.qualities) == ((0,), (4,))


def test_a_good_sample_has_a_value_until_it_is_stale() -> None:
    bench = Bench(ROLL)
    bench.say("roll", 0.1)
    bench.state.at(T0 + SECOND)
    assert (bench.value("roll"), bench.quality("roll")) == (0.1, Quality.GOOD)
    bench.state.at(T0 + SECOND + 1)
    assert (bench.value("roll"), bench.quality("roll")) == (None, Quality.STALE)
    assert bench.state.age_ns(0) == SECOND + 1


@pytest.mark.parametrize("quality", [Quality.SUSPECT, Quality.BAD])
def test_anything_but_good_has_no_value(quality: Quality) -> None:
    bench = Bench(ROLL)
    bench.say("roll", 0.1)
    bench.say("roll", 9.0, quality=quality)
    assert (bench.value("roll"), bench.quality("roll")) == (None, quality)
    bench.state.at(T0 + 2 * SECOND)
    assert bench.quality("roll") is Quality.STALE


@given(st.permutations(range(6)))
def test_the_newest_measurement_wins_in_any_order_of_receipt(order: list[int]) -> None:
    bench = Bench(ROLL)
    for tenth in order:
        bench.say("roll", tenth / 100, T0 - tenth * SECOND // 10)
    assert bench.value("roll") == 0.0


def test_a_burst_of_late_data_is_old_data() -> None:
    bench = Bench(ROLL)
    rows = [("roll", T0 - (60 - second) * SECOND, 0.1) for second in range(50)]
    bench.state.apply(bench.batch(*rows))
    assert bench.quality("roll") is Quality.STALE
    assert bench.state.age_ns(0) == 11 * SECOND


def test_the_past_fills_windows_and_is_never_current() -> None:
    bench = Bench(ROLL, windows={"roll": 60 * SECOND})
    rows = [("roll", T0 - second * SECOND // 2, 0.1) for second in range(120, -1, -1)]
    past = bench.batch(*rows)
    bench.state.apply(SampleBatch(past=past))
    assert bench.quality("roll") is Quality.NEVER
    expression = compile_expression("max_over(roll, 60 s)", bench.dictionary)
    assert expression.evaluate(bench.state, T0) is None, "nothing is known of it now"
    bench.say("roll", 0.05, T0)
    assert expression.evaluate(bench.state, T0) == 0.1


def test_a_first_sample_counts_whatever_its_time() -> None:
    bench = Bench(ROLL)
    bench.say("roll", 0.1, -SECOND)
    assert bench.quality("roll") is Quality.STALE
    assert bench.state.age_ns(0) == T0 + SECOND


def test_derived_values_are_as_old_as_their_oldest_input() -> None:
    bench = Bench(ROLL, PITCH, derived("sum", "roll + pitch", "rad"))
    bench.say("roll", 0.1, T0 - SECOND // 2)
    assert bench.state.derive() == frozenset({0, 2})
    assert bench.quality("sum") is Quality.NEVER
    bench.say("pitch", 0.2, T0)
    bench.state.derive()
    assert bench.value("sum") == pytest.approx(0.3)
    assert bench.state.age_ns(2) == SECOND // 2
    bench.at(T0 + 3 * SECOND // 4)
    assert (bench.value("sum"), bench.quality("sum")) == (None, Quality.STALE)


def test_a_derived_value_that_is_not_known_is_as_bad_as_its_worst_input() -> None:
    bench = Bench(ROLL, PITCH, derived("ratio", "roll / pitch"))
    bench.say("roll", 0.1)
    bench.say("pitch", 0.0)
    bench.at(T0)
    assert bench.quality("ratio") is Quality.BAD
    bench.say("pitch", 9.0, quality=Quality.SUSPECT)
    bench.at(T0)
    assert bench.quality("ratio") is Quality.SUSPECT


def test_a_derived_value_has_a_valid_range() -> None:
    bench = Bench(ROLL, derived("double", "2 * roll", "rad", valid='["-1 rad", "1 rad"]'))
    bench.say("roll", 0.6)
    bench.state.derive()
    assert bench.quality("double") is Quality.SUSPECT


def test_a_derived_condition_stands_on_what_it_needs() -> None:
    bench = Bench(ROLL, PITCH, derived("either", "roll > 0 rad or pitch > 0 rad"))
    bench.say("roll", 0.1)
    bench.at(T0)
    assert bench.value("either") == 1.0


def test_age_is_a_value_even_of_what_is_stale() -> None:
    bench = Bench(ROLL, derived("silence", "age(roll)", "s"))
    bench.at(T0)
    assert bench.value("silence") is None
    bench.say("roll", 0.1)
    bench.at(T0 + 30 * SECOND)
    assert bench.value("silence") == 30.0


def test_chains_of_derived_parameters_follow_in_one_go() -> None:
    bench = Bench(derived("c", "b + 1 rad", "rad"), derived("b", "2 * roll", "rad"), ROLL)
    bench.say("roll", 0.5)
    assert bench.state.derive() == frozenset(bench.index.values())
    assert bench.value("c") == 2.0
    assert bench.state.derive() == frozenset()
    assert bench.state.derive(everything=True) is None


def test_a_window_over_a_derived_parameter_is_filled_from_the_past_row_by_row() -> None:
    bench = Bench(
        ROLL, PITCH, derived("tilt", "hypot(roll, pitch)", "rad"), windows={"tilt": 60 * SECOND}
    )
    rows: list[tuple[str, int, float]] = []
    for half in range(120, -1, -1):
        at_ns = T0 - half * SECOND // 2
        rows += [("roll", at_ns, 0.3 if half == 60 else 0.0), ("pitch", at_ns, 0.4)]
    live = bench.batch(("roll", T0, 0.0))
    bench.state.apply(dataclasses.replace(live, past=bench.batch(*rows)))
    bench.say("pitch", 0.4)
    bench.state.derive()
    expression = compile_expression("max_over(tilt, 60 s)", bench.dictionary)
    assert expression.evaluate(bench.state, T0) == pytest.approx(0.5)


def test_a_burst_fills_a_derived_window_as_if_it_had_come_one_by_one() -> None:
    rows = [
        (name, T0 - (20 - row) * SECOND // 10, value)
        for row in range(21)
        for name, value in (("roll", math.sin(row)), ("pitch", math.cos(3 * row)))
    ]
    entries = (ROLL, PITCH, derived("tilt", "abs(roll + pitch)", "rad"))
    windows = {"tilt": 2 * SECOND}
    burst, steady = Bench(*entries, windows=windows), Bench(*entries, windows=windows)
    burst.state.apply(burst.batch(*rows))
    burst.state.derive()
    for first in range(0, len(rows), 2):
        steady.state.at(rows[first][1])
        steady.state.apply(steady.batch(*rows[first : first + 2]))
        steady.state.derive()
    answers = [
        compile_expression("mean_over(tilt, 2 s)", bench.dictionary).evaluate(bench.state, T0)
        for bench in (burst, steady)
    ]
    assert answers[0] is not None
    assert answers[0] == answers[1]


def test_a_row_with_a_stale_input_fills_no_window() -> None:
    bench = Bench(ROLL, PITCH, derived("sum", "roll + pitch", "rad"), windows={"sum": SECOND})
    at_ns = T0 - 5 * SECOND
    bench.state.apply(bench.batch(("pitch", at_ns, 1.0), ("roll", at_ns + 2 * SECOND, 1.0)))
    history = bench.state.history(bench.index["sum"])
    assert len(history) == 0
    bench.state.apply(bench.batch(("pitch", at_ns + 3 * SECOND, 1.0)))
    assert len(history) == 1


def test_a_row_knows_nothing_of_what_came_after_it() -> None:
    bench = Bench(ROLL, PITCH, derived("sum", "roll + pitch", "rad"), windows={"sum": SECOND})
    bench.state.apply(bench.batch(("roll", T0, 1.0), ("pitch", T0, 1.0)))
    tenth = SECOND // 10
    bench.state.apply(bench.batch(("pitch", T0 + tenth, 3.0), ("roll", T0 + 2 * tenth, -5.0)))
    bench.at(T0 + 2 * tenth)
    expression = compile_expression("max_over(sum, 0.15 s)", bench.dictionary)
    assert expression.evaluate(bench.state, T0 + 2 * tenth) == 4.0


def test_the_past_knows_nothing_of_now() -> None:
    bench = Bench(ROLL, PITCH, derived("sum", "roll + pitch", "rad"), windows={"sum": SECOND})
    bench.say("roll", 1.0)
    bench.state.apply(SampleBatch(past=bench.batch(("pitch", T0 - SECOND // 2, 1.0))))
    assert len(bench.state.history(bench.index["sum"])) == 0


def test_a_window_over_a_vote_is_filled_as_it_is_voted() -> None:
    bench = Bench(NORTH, windows={"north": SECOND})
    for tenth in range(11):
        now_ns = T0 + tenth * SECOND // 10
        bench.state.at(now_ns)
        for source in ("fc_a", "fc_b", "fc_c"):
            bench.say(f"{source}.north", float(tenth), now_ns)
        bench.state.derive()
    expression = compile_expression("rate(north, 1 s)", bench.dictionary)
    assert expression.evaluate(bench.state, T0 + SECOND) == pytest.approx(10.0)


def fly(bench: Bench, seconds: float, *, start_ns: int = T0, **offsets: float | None) -> int:
    """Three computers at 10 Hz, 10 m/s north; an offset of None is silence."""
    now_ns = start_ns
    for tenth in range(round(seconds * 10)):
        now_ns = start_ns + tenth * SECOND // 10
        bench.state.at(now_ns)
        for source in ("fc_a", "fc_b", "fc_c"):
            offset = offsets.get(source, 0.0)
            if offset is not None:
                bench.say(f"{source}.north", now_ns / SECOND * 10 + offset, now_ns)
        bench.state.derive(everything=True)
    return now_ns


def test_three_that_agree_are_good_and_nothing_is_said() -> None:
    bench = Bench(NORTH)
    end_ns = fly(bench, 3)
    assert bench.value("north") == end_ns / SECOND * 10
    assert bench.state.take_events() == ()


def test_a_wrong_computer_is_outvoted_marked_and_named() -> None:
    bench = Bench(NORTH)
    now_ns = fly(bench, 2)
    end_ns = fly(bench, 3, start_ns=now_ns, fc_b=100.0)
    assert bench.value("north") == end_ns / SECOND * 10
    assert bench.quality("fc_b.north") is Quality.SUSPECT
    assert bench.value("fc_b.north") is None
    (event,) = bench.state.take_events()
    assert (event.origin, event.kind) == ("fc_b", "vote")
    assert "wrong" in event.text
    fly(bench, 2, start_ns=end_ns)
    assert bench.quality("fc_b.north") is Quality.GOOD
    assert "back" in bench.state.take_events()[0].text


def test_who_is_outvoted_has_no_value_at_once_and_who_is_back_has_one() -> None:
    bench = Bench(NORTH)
    now_ns = fly(bench, 1)
    for tenth, (error, value) in enumerate([(0.0, 7.0), (100.0, None), (0.0, 7.0)], 1):
        at_ns = now_ns + tenth * SECOND // 10
        bench.state.at(at_ns)
        for source, its in (("fc_a", 0.0), ("fc_b", error), ("fc_c", 0.0)):
            bench.say(f"{source}.north", 7.0 + its, at_ns)
        bench.state.derive()
        assert bench.value("fc_b.north") == value


def test_who_falls_silent_is_outvoted_though_nobody_speaks() -> None:
    bench = Bench(NORTH)
    now_ns = fly(bench, 1)
    for tenth in range(1, 4):
        for source in ("fc_a", "fc_b"):
            bench.say(f"{source}.north", 7.0, now_ns + tenth * SECOND // 10)
    stale_after_ns = bench.dictionary.parameters[bench.index["fc_c.north"]].stale_after_ns
    bench.at(now_ns + stale_after_ns)
    assert bench.value("north") == 7.0
    silent_ns = now_ns + stale_after_ns + 1
    bench.at(silent_ns)
    bench.at(silent_ns + SAY_AFTER_NS)
    assert [event.origin for event in bench.state.take_events()] == ["fc_c"]


def test_a_silent_computer_is_outvoted_and_named() -> None:
    bench = Bench(NORTH)
    end_ns = fly(bench, 3, start_ns=fly(bench, 2), fc_c=None)
    assert bench.value("north") == end_ns / SECOND * 10
    assert bench.quality("fc_c.north") is Quality.STALE
    assert "silent" in bench.state.take_events()[0].text


def test_a_frozen_computer_is_outvoted_and_named() -> None:
    bench = Bench(NORTH)
    now_ns = fly(bench, 1)
    for tenth in range(40):
        at_ns = now_ns + (tenth + 1) * SECOND // 10
        bench.state.at(at_ns)
        for source, value in (
            ("fc_a", 7.0),
            ("fc_b", 7.0 + tenth / 50),
            ("fc_c", 7.5 + tenth / 50),
        ):
            bench.say(f"{source}.north", value, at_ns)
        bench.state.derive(everything=True)
    assert bench.quality("fc_a.north") is Quality.SUSPECT
    assert bench.quality("north") is Quality.GOOD
    assert "frozen" in bench.state.take_events()[-1].text


def test_one_computer_alone_is_not_good() -> None:
    bench = Bench(NORTH)
    fly(bench, 3, start_ns=fly(bench, 1), fc_b=None, fc_c=None)
    assert (bench.value("north"), bench.quality("north")) == (None, Quality.SUSPECT)


def test_all_silent_is_stale() -> None:
    bench = Bench(NORTH)
    fly(bench, 2, start_ns=fly(bench, 1), fc_a=None, fc_b=None, fc_c=None)
    assert (bench.value("north"), bench.quality("north")) == (None, Quality.STALE)


def test_a_snapshot_says_every_quality_as_it_is_asked_for() -> None:
    bench = Bench(NORTH, ROLL, PITCH, HEAVE_RATE)
    bench.say("roll", 0.1, T0 - 60 * SECOND)
    bench.say("pitch", math.nan, T0 + 4 * SECOND, Quality.BAD)
    now_ns = fly(bench, 4.0, fc_b=400.0)
    asked = [int(bench.state.quality(index)) for index in range(len(bench.index))]
    assert list(bench.state.readings(now_ns).qualities) == asked
    assert set(asked) == {int(quality) for quality in Quality}
