"""Timelines and typed lines break what they name, when they say, and are refused in a sentence."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from firmware_sim.emissions import Emission
from firmware_sim.fault_targets import Targets, load_faults
from firmware_sim.fault_timeline import FaultTimeline
from firmware_sim.faults import FOREVER_NS, FaultKind, Faults, active
from firmware_sim.flight_software.modes import FlightMode
from firmware_sim.records import make
from gcs.clock import MILLISECOND_NS, SECOND_NS
from gcs.config.faults import FaultsFile, LineError
from gcs.config.problems import ConfigError

S = SECOND_NS
EPOCH_NS = 1_700_000_000 * S
TARGETS = Targets(("fc_a", "fc_b", "fc_c"), ("fc_a", "fc_b", "fc_c", "barge"))


def written(path: Path, text: str) -> Path:
    file = path / "faults.toml"
    file.write_text(text, encoding="utf-8")
    return file


def loaded(path: Path, text: str) -> FaultsFile:
    return load_faults(written(path, text), TARGETS)


def refused(path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        loaded(path, text)
    return [str(problem) for problem in caught.value.problems]


def timeline(config: FaultsFile | None = None) -> FaultTimeline:
    return FaultTimeline(config, TARGETS, seed=3, start_ns=EPOCH_NS)


@pytest.fixture
def faults() -> Faults:
    return make(Faults)


ALL_CLOCKS = """
[[fault]]
at = "T+70 s"
target = "engine.2"
kind = "off"
for = "5 s"

[[fault]]
mode = "DESCENT"
after = "2 s"
target = "fc_b.gnss"
kind = "wrong"
bias = 50.0

[[fault]]
since_start = "1 s"
target = "thruster.1"
kind = "slow"
time_constant = "8 s"
"""


def test_entries_come_due_by_mission_time_by_mode_and_by_the_simulations_own_time(
    tmp_path: Path, faults: Faults
) -> None:
    line = timeline(loaded(tmp_path, ALL_CLOCKS))
    assert line.apply(faults, 0, None, FlightMode.PRELAUNCH) == ()
    assert line.apply(faults, S, None, FlightMode.PRELAUNCH) == ("thruster.1 slow",)
    assert line.apply(faults, 79 * S, 10 * S, FlightMode.ASCENT) == ()
    assert line.apply(faults, 80 * S, 10 * S, FlightMode.ASCENT) == ("engine.2 off for 5 s",)
    assert line.apply(faults, 90 * S, 10 * S, FlightMode.DESCENT) == ()
    assert line.apply(faults, 91 * S, 10 * S, FlightMode.COMMITTED) == ()
    assert line.apply(faults, 92 * S, 10 * S, FlightMode.COMMITTED) == ("fc_b.gnss wrong",)
    assert line.apply(faults, 99 * S, 10 * S, FlightMode.COMMITTED) == ()
    engine = faults.engine[2]
    assert (engine.kind, engine.from_ns, engine.until_ns) == (FaultKind.OFF, 80 * S, 85 * S)
    assert faults.thruster[1].time_constant_s == 8.0
    for fault in (faults.sensors[1].gnss_position, faults.sensors[1].gnss_velocity):
        assert (fault.kind, fault.bias, fault.scale) == (FaultKind.WRONG, 50.0, 1.0)
        assert fault.until_ns > 100 * 365 * 86_400 * S
    assert faults.sensors[0].gnss_position.kind == FaultKind.NONE


def test_it_says_when_it_has_to_be_asked_again(tmp_path: Path, faults: Faults) -> None:
    assert timeline().next_ns(0, None) == FOREVER_NS
    line = timeline(
        loaded(tmp_path, ALL_CLOCKS.replace('mode = "DESCENT"\nafter = "2 s"', 'at = "9 s"'))
    )
    assert line.next_ns(5, None) == 5
    assert line.next_ns(5, 10 * S) == S
    line.apply(faults, 19 * S, 10 * S, FlightMode.ASCENT)
    assert line.next_ns(19 * S, 10 * S) == 80 * S


@pytest.mark.parametrize("target", sorted(TARGETS.parts))
def test_every_part_can_be_broken_and_mended(target: str, faults: Faults) -> None:
    line = timeline()
    healthy = faults.tobytes()  # type: ignore[attr-defined]
    line.order(f"{target} stuck", faults, S)
    parts = [part(faults) for part in TARGETS.parts[target]]
    assert all(active(part, S) and part.kind == FaultKind.STUCK for part in parts)
    assert faults.tobytes() != healthy  # type: ignore[attr-defined]
    line.order(f"clear {target}", faults, 2 * S)
    assert not any(active(part, 2 * S) for part in parts)


def test_all_is_cleared_at_once(faults: Faults) -> None:
    line = timeline()
    for order in ("engine.0 off", "fc_c.imu garbage", "link.fc_a off", "barge.motion stuck"):
        line.order(order, faults, 0)
    assert line.order("clear all", faults, S) == "cleared all"
    assert faults.engine[0].kind == faults.sensors[2].imu_gyro.kind == FaultKind.NONE
    frame = Emission("fc_a", EPOCH_NS, b"x")
    assert line.wires.sent([frame], EPOCH_NS) == [frame]


def test_figures_come_from_the_line_or_from_what_the_part_makes_plain(faults: Faults) -> None:
    line = timeline()
    line.order("fc_a.baro garbage", faults, 0)
    line.order("fc_a.radar garbage amplitude=2.5", faults, 0)
    line.order("fc_a.beacon intermittent duty=0.8 period=250ms for=2min", faults, 0)
    line.order("sensor.motion delayed delay=0.4s", faults, 0)
    assert faults.sensors[0].baro.amplitude == 1_000.0
    assert faults.sensors[0].radar.amplitude == 2.5
    beacon = faults.sensors[0].beacon
    assert (beacon.duty, beacon.period_ns, beacon.until_ns) == (0.8, 250_000_000, 120 * S)
    assert faults.deck_motion.delay_ns == 400_000_000
    assert faults.sensors[0].baro.seed != faults.sensors[0].radar.seed


def test_the_same_seed_and_orders_make_the_same_faults(faults: Faults) -> None:
    other = make(Faults)
    for record in (faults, other):
        line = timeline()
        line.order("fc_a.imu garbage", record, 0)
        line.order("link.fc_a garbage", record, 0)
    assert faults.tobytes() == other.tobytes()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "expected `TARGET KIND [name=value ...]`, `clear TARGET` or `clear all`, got ''"),
        ("engine.2", "expected `TARGET KIND"),
        (
            "engine.12 off",
            "no part, link or publisher is called 'engine.12'; did you mean 'engine.",
        ),
        ("fc_d.gnss off", "no part, link or publisher is called 'fc_d.gnss'; did you mean 'fc_"),
        ("clear motor", "no part, link or publisher is called 'motor'"),
        ("clear engine.1 now", "expected `clear TARGET` or `clear all`"),
        ("engine.2 broken", "kind: expected 'off', 'stuck'"),
        ("engine.2 slow", "kind 'slow' needs `time_constant`"),
        ("engine.2 wrong", "kind 'wrong' needs `bias` or `scale`"),
        ("engine.2 off bias=2", "`bias` does not go with kind 'off'"),
        ("engine.2 wrong bias", "expected name=value without spaces, got 'bias'"),
        ("engine.2 wrong bias=much", "bias: expected a number, got 'much'"),
        ("engine.2 wrong bias=nan", "bias: expected a finite number"),
        ("engine.2 wrong bias=1 bias=2", "bias is given twice"),
        ("engine.2 off for=10", 'for: expected a duration with its unit such as "0.5 s"'),
        ("engine.2 off for=-1s", "for: expected greater than 0"),
        ("fc_a.imu intermittent duty=1.5", "duty: expected less than or equal to 1"),
        ("link.fc_a wrong bias=1", "link.fc_a cannot be 'wrong', only off, garbage, delayed"),
        ("link.fc_a garbage amplitude=1", "link.fc_a has none: garbage spoils its bytes"),
    ],
)
def test_a_line_that_means_nothing_is_refused_in_a_sentence(
    line: str, sentence: str, faults: Faults
) -> None:
    untouched = faults.tobytes()  # type: ignore[attr-defined]
    with pytest.raises(LineError) as caught:
        timeline().order(line, faults, 0)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)
    assert faults.tobytes() == untouched  # type: ignore[attr-defined]


def test_all_that_is_wrong_with_a_timeline_is_told_at_once_with_file_and_key(
    tmp_path: Path,
) -> None:
    told = refused(
        tmp_path,
        """
        [[fault]]
        at = "70"
        target = "engine.2"
        kind = "off"
        [[fault]]
        at = "1 s"
        mode = "COAST"
        target = "engine.2"
        kind = "off"
        [[fault]]
        at = "1 s"
        target = "engine.2"
        kind = "odd"
        colour = "red"
        """,
    )
    assert told[0].startswith("faults.toml: fault[0].at: expected a duration with its unit")
    assert "faults.toml: fault[1]: expected exactly one of `at`, `since_start`, `mode`" in told
    assert any(text.startswith("faults.toml: fault[2].kind: expected") for text in told)
    assert "faults.toml: fault[2].colour: unknown key" in told


def test_names_that_the_mission_does_not_have_are_told_at_once(tmp_path: Path) -> None:
    told = refused(
        tmp_path,
        """
        [[fault]]
        at = "1 s"
        target = "engin.2"
        kind = "off"
        [[fault]]
        mode = "HOVER"
        target = "barge.motion"
        kind = "slow"
        time_constant = "1 s"
        """,
    )
    assert told[0] == (
        "faults.toml: fault[0].target: no part, link or publisher is called 'engin.2';"
        " did you mean 'engine.2'?"
    )
    assert told[1].startswith("faults.toml: fault[1].kind: barge.motion cannot be 'slow', only")
    assert told[2].startswith("faults.toml: fault[1].mode: no flight mode is called 'HOVER'")


def test_a_timeline_that_is_not_there_or_not_toml_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"faults\.toml: cannot read: No such file"):
        load_faults(tmp_path / "faults.toml", TARGETS)
    assert refused(tmp_path, "[[fault]")[0].startswith("faults.toml: not TOML")


# --- Links and publishers ---


def frames(link: str = "fc_a", topic: str = "", count: int = 100) -> list[Emission]:
    """One each 100 ms."""
    return [
        Emission(link, EPOCH_NS + n * 100 * MILLISECOND_NS, b"frame %03d" % n, topic)
        for n in range(count)
    ]


def test_without_faults_everything_passes_as_it_is(faults: Faults) -> None:
    line, sent = timeline(), frames()
    assert line.wires.sent(sent, EPOCH_NS + 10 * S) is sent
    line.wires.hear("fc_a", b"command", "", EPOCH_NS)
    assert line.wires.heard(EPOCH_NS) == [("fc_a", b"command", "")]


def test_a_dead_link_carries_nothing_either_way_while_it_is_dead(faults: Faults) -> None:
    line = timeline()
    line.order("link.fc_a off for=3s", faults, 2 * S)
    out = line.wires.sent([*frames(), *frames("fc_b")], EPOCH_NS + 10 * S)
    assert [e for e in out if e.link == "fc_b"] == frames("fc_b")
    assert [e for e in out if e.link == "fc_a"] == [*frames()[:20], *frames()[50:]]
    line.wires.hear("fc_a", b"lost", "", EPOCH_NS + 3 * S)
    line.wires.hear("fc_b", b"heard", "", EPOCH_NS + 3 * S)
    assert line.wires.heard(EPOCH_NS + 4 * S) == [("fc_b", b"heard", "")]


def test_a_slow_link_delivers_late_in_order_and_both_ways(faults: Faults) -> None:
    line = timeline()
    line.order("link.fc_a delayed delay=1.5s", faults, 0)
    out = line.wires.sent(frames(), EPOCH_NS + 10 * S)
    assert [e.data for e in out] == [e.data for e in frames()[:86]]
    assert out[0].at_ns == EPOCH_NS + 1500 * MILLISECOND_NS
    assert len(line.wires.sent([], EPOCH_NS + 20 * S)) == 14
    line.wires.hear("fc_a", b"command", "", EPOCH_NS + 30 * S)
    assert line.wires.heard(EPOCH_NS + 31 * S) == []
    assert line.wires.heard(EPOCH_NS + 32 * S) == [("fc_a", b"command", "")]


def test_garbage_changes_bytes_and_never_the_length(faults: Faults) -> None:
    line = timeline()
    line.order("link.fc_a garbage", faults, 0)
    out = line.wires.sent(frames(), EPOCH_NS + 10 * S)
    pairs = list(zip(out, frames(), strict=True))
    assert all(spoilt.data != whole.data for spoilt, whole in pairs)
    assert all(len(spoilt.data) == len(whole.data) for spoilt, whole in pairs)
    assert len({spoilt.data[:6] for spoilt in out}) > 10
    line.wires.hear("fc_a", b"", "", EPOCH_NS)
    assert line.wires.heard(EPOCH_NS) == [("fc_a", b"", "")]


def test_an_intermittent_link_loses_its_share(faults: Faults) -> None:
    line = timeline()
    line.order("link.fc_a intermittent duty=0.25 period=100ms", faults, 0)
    out = line.wires.sent(frames(count=1_000), EPOCH_NS + 100 * S)
    assert len(out) == pytest.approx(750, abs=50)


def test_a_publisher_fails_on_its_own_topic_alone(faults: Faults) -> None:
    line = timeline()
    line.order("barge.motion off", faults, 0)
    motion = frames("barge", "landfall/atlas/motion")
    weather = frames("barge", "landfall/atlas/weather")
    assert line.wires.sent([*motion, *weather], EPOCH_NS + 10 * S) == weather


def test_a_stuck_publisher_repeats_what_it_said_last(faults: Faults) -> None:
    line = timeline()
    line.order("barge.motion stuck", faults, S)
    out = line.wires.sent(frames("barge", "landfall/atlas/motion"), EPOCH_NS + 10 * S)
    assert [e.data for e in out[:11]] == [e.data for e in frames()[:11]]
    assert {e.data for e in out[10:]} == {b"frame 010"}


@pytest.mark.parametrize("topic", ["verdict", "order", "rebirth"])
def test_a_deaf_receiver_misses_its_topic_and_hears_the_others(faults: Faults, topic: str) -> None:
    line = timeline()
    line.order(f"barge.hears.{topic} off", faults, 0)
    for other in ("verdict", "order", "rebirth"):
        line.wires.hear("barge", b"", f"landfall/atlas/cmd/{other}", EPOCH_NS)
    heard = [where.rpartition("/")[2] for _, _, where in line.wires.heard(EPOCH_NS)]
    assert sorted([*heard, topic]) == ["order", "rebirth", "verdict"]


def test_a_receiver_can_be_late_and_is_never_stuck(faults: Faults) -> None:
    line = timeline()
    line.order("barge.hears.order delayed delay=3s", faults, 0)
    line.wires.hear("barge", b"late", "landfall/atlas/cmd/order", EPOCH_NS)
    assert line.wires.heard(EPOCH_NS + 2 * S) == []
    assert [data for _, data, _ in line.wires.heard(EPOCH_NS + 3 * S)] == [b"late"]
    with pytest.raises(LineError, match="cannot be 'stuck', only off"):
        line.order("barge.hears.order stuck", faults, 0)


def test_timeline_and_wires_are_saved_and_restored(tmp_path: Path, faults: Faults) -> None:
    line = timeline(loaded(tmp_path, ALL_CLOCKS))
    line.apply(faults, S, None, FlightMode.PRELAUNCH)
    line.order("link.fc_a delayed delay=1s", faults, S)
    line.order("barge.motion stuck", faults, S)
    line.wires.sent([*frames(), *frames("barge", "x/motion")], EPOCH_NS + 5 * S)
    line.wires.hear("fc_a", b"command", "", EPOCH_NS + 5 * S)
    saved = pickle.dumps(line.save())

    def rest(line: FaultTimeline) -> object:
        told = line.apply(faults, 90 * S, 0, FlightMode.DESCENT)
        more = line.wires.sent(frames("barge", "x/motion"), EPOCH_NS + 60 * S)
        return told, list(more), line.wires.heard(EPOCH_NS + 60 * S), line.save()

    first = rest(line)
    for _ in range(2):
        other = timeline(loaded(tmp_path, ALL_CLOCKS))
        other.restore(pickle.loads(saved))
        assert rest(other) == first
