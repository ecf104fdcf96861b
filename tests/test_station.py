"""The step as a whole: pure, deterministic, loud in a fault, deaf to rubbish."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware_sim.world import World
from gcs.config.problems import ConfigError
from gcs.messages import (
    ConsoleChanged,
    CriterionState,
    GateState,
    Input,
    LinkChanged,
    LinkState,
    Outputs,
    Quality,
    Received,
    ShellHealth,
    Snapshot,
    Tick,
    TransmitResult,
)
from gcs.recording.digest import snapshot_digest
from gcs.station import Station
from tests.helpers.hop import (
    COMPUTERS,
    HEALTHY,
    REPOSITORY,
    ROOT,
    SECOND,
    START,
    TICK,
    Hop,
    changed,
    shipped,
)

Batch = tuple[int, list[Input]]


@cache
def overheard() -> tuple[Batch, ...]:
    """Four seconds of a simulated world, in slices of 10 ms, with ticks and health."""
    world = World(shipped(), 3, START)
    batches: list[Batch] = [(START, [LinkChanged("fc_a", LinkState.UP, "memory")])]
    for now_ns in range(START + SECOND // 100, START + 4 * SECOND + 1, SECOND // 100):
        batch: list[Input] = [
            Received(e.link, e.at_ns, e.data, topic=e.topic, peer="" if e.topic else "sim:1")
            for e in world.advance(now_ns)
        ]
        if now_ns % SECOND == 0:
            batch.append(HEALTHY)
        if now_ns % TICK == 0:
            batch.append(Tick())
        if batch:
            batches.append((now_ns, batch))
    return tuple(batches)


def played(batches: tuple[Batch, ...], seed: int = 1) -> list[Outputs]:
    station = Station(shipped(), seed=seed)
    return [station.step(batch, now_ns) for now_ns, batch in batches]


def snapshots(outputs: list[Outputs]) -> list[Snapshot]:
    return [snapshot for output in outputs for snapshot in output.snapshots]


# --- Same inputs, same outputs ---


def test_the_same_inputs_give_the_same_outputs_bit_for_bit() -> None:
    first, second = played(overheard()), played(overheard())
    digests = [snapshot_digest(snapshot) for snapshot in snapshots(first)]
    assert digests == [snapshot_digest(snapshot) for snapshot in snapshots(second)]
    assert len(set(digests)) == len(digests) >= 40
    assert [o.transmits for o in first] == [o.transmits for o in second]
    assert [o.events for o in first] == [o.events for o in second]


def test_a_launch_and_its_nonce_come_out_the_same_in_every_run_and_differ_by_seed() -> None:
    runs = [Hop(seed=seed).descend().fly(4) for seed in (1, 1, 2)]
    assert runs[0].transmits == runs[1].transmits
    assert runs[0].events == runs[1].events
    nonces = [[command.nonce for command in run.snapshot.commands] for run in runs]
    assert nonces[0] == nonces[1]
    assert not set(nonces[0]) & set(nonces[2])


DIGESTS = """
from tests.helpers.hop import Hop
from gcs.recording.digest import snapshot_digest
hop = Hop().descend().fly(4)
hop.computers["fc_b"].silent = {"*"}
hop.barge.silent = {"deck"}
hop.fly(2)
assert hop.commands("landing_commit")
print(b"".join(map(snapshot_digest, hop.snapshots)).hex())
print(b"".join(t.data for t in hop.transmits).hex())
"""


def test_nothing_hangs_on_the_hash_seed_of_a_process() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", DIGESTS],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(REPOSITORY)},
            cwd=REPOSITORY,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def apart(batches: tuple[Batch, ...]) -> tuple[Batch, ...]:
    """Every input in a step of its own, at the same moments."""
    return tuple((now_ns, [item]) for now_ns, batch in batches for item in batch)


def test_a_tick_shows_the_same_however_the_inputs_before_it_were_batched() -> None:
    whole, cut = played(overheard()), played(apart(overheard()))
    shown = {s.now_ns: s for s in snapshots(whole) if s.now_ns % TICK == 0}
    last = {s.now_ns: s for s in snapshots(cut) if s.now_ns % TICK == 0}
    assert shown.keys() == last.keys()
    assert [len(o.snapshots) for o in whole if o.snapshots] == [1] * len(snapshots(whole))
    for now_ns, snapshot in shown.items():
        # Computers that come up in one moment disagree for a step where each has its own.
        if now_ns < START + 2 * SECOND:
            continue
        again = msgspec.structs.replace(last[now_ns], sequence=snapshot.sequence)
        assert snapshot_digest(again) == snapshot_digest(snapshot)


def test_a_snapshot_comes_with_a_tick_and_with_a_change_of_verdict_only() -> None:
    hop = Hop().born().fly(3)
    assert len(hop.step([HEALTHY]).snapshots) == 0
    assert len(hop.tick().snapshots) == 1
    assert len(hop.step(hop.telemetry()).snapshots) == 0
    deck = hop.barge.payload("deck", hop.barge.says["deck"] | {"fire": True}, hop.now_ns)
    (snapshot,) = hop.step([Received("barge", hop.now_ns, deck, topic=f"{ROOT}/deck")]).snapshots
    states = {status.id: status.state for status in snapshot.criteria}
    assert states["launch_deck_clear"] is CriterionState.NO_GO


# --- Before anything is known ---


def test_before_the_first_word_nothing_passes_and_no_gate_is_open() -> None:
    (snapshot,) = Station(shipped(), seed=1).step([Tick()], START).snapshots
    assert {status.state for status in snapshot.criteria} == {CriterionState.UNKNOWN}
    assert {gate.state for gate in snapshot.gates} == {GateState.CLOSED}
    assert not snapshot.recorder_ok
    assert not snapshot.fault


# --- A fault ---


def broken(hop: Hop, part: str, method: str) -> None:
    """From now on a part of the station raises."""

    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    setattr(getattr(hop.station, part), method, fails)


PARTS = [
    ("_ingest", "feed"),
    ("_ingest", "take"),
    ("_ingest", "sources"),
    ("_vitals", "samples"),
    ("_vitals", "link_statuses"),
    ("_state", "apply"),
    ("_state", "derive"),
    ("_state", "readings"),
    ("_phases", "step"),
    ("_count", "step"),
    ("_criteria", "evaluate"),
    ("_gates", "step"),
    ("_commander", "step"),
    ("_commander", "statuses"),
    ("_uplink", "heartbeat"),
    ("_uplink", "verdicts"),
]


@pytest.mark.parametrize(("part", "method"), PARTS, ids=lambda value: value)
def test_an_exception_anywhere_latches_a_fault_that_knows_nothing_and_sends_nothing(
    part: str, method: str
) -> None:
    hop = Hop().born().fly(2)
    healthy = getattr(hop.station, part), getattr(getattr(hop.station, part), method)
    broken(hop, part, method)
    hop.fly(1)
    hop.transmits.clear()
    hop.fly(2)
    setattr(healthy[0], method, healthy[1])
    hop.fly(2)
    assert hop.transmits == []
    assert hop.snapshot.fault == "ZeroDivisionError: a bug"
    assert {gate.state for gate in hop.snapshot.gates} == {GateState.UNKNOWN}
    assert {status.state for status in hop.snapshot.criteria} == {CriterionState.UNKNOWN}
    assert all("station fault: ZeroDivisionError" in gate.reason for gate in hop.snapshot.gates)
    faults = [event for event in hop.events if event.kind == "fault"]
    assert [(f.origin, f.text, f.severity) for f in faults] == [
        ("station", "ZeroDivisionError: a bug", 0)
    ]


def test_a_fault_in_the_very_first_step_does_not_escape() -> None:
    hop = Hop()
    broken(hop, "_state", "readings")
    assert hop.tick().snapshots == ()
    assert [event.kind for event in hop.events] == ["fault"]
    assert hop.fly(1).transmits == []


def test_after_a_fault_only_ticks_are_answered_and_readings_do_not_look_alive() -> None:
    hop = Hop().born().fly(2)
    broken(hop, "_state", "readings")
    hop.fly(1)
    assert Quality.GOOD not in hop.snapshot.readings.qualities
    assert hop.step([*hop.telemetry(), HEALTHY]) == Outputs()
    assert [s.sequence for s in hop.snapshots] == sorted(s.sequence for s in hop.snapshots)


# --- What it says by itself ---


def test_heartbeat_and_timesync_at_1_hz_and_verdicts_at_2_hz_a_gate_and_computer() -> None:
    hop = Hop().born().fly(1)
    hop.transmits.clear()
    hop.fly(10)
    for link in COMPUTERS:
        assert len(hop.packets("HEARTBEAT", link)) == 10
        assert len(hop.packets("TIMESYNC", link)) == 10
        verdicts = hop.packets("STATION_VERDICT", link)
        assert len(verdicts) == 20 * len(shipped().config.gate)
        assert {v.value("gate") for v in verdicts} == {g.id for g in shipped().config.gate}
        assert {(p.system, p.component) for p in hop.packets("", link)} == {(255, 190)}


def test_it_falls_silent_when_the_ticks_stop_whatever_else_goes_on() -> None:
    hop = Hop().born().fly(2)
    hop.transmits.clear()
    for _ in range(30):
        hop.now_ns += TICK
        hop.step([*hop.telemetry(), HEALTHY])
    assert hop.packets("HEARTBEAT") == hop.packets("STATION_VERDICT") == []


def test_a_gap_is_not_made_up_for_with_a_burst() -> None:
    hop = Hop().born().fly(2)
    hop.transmits.clear()
    hop.tick(after_ns=60 * SECOND)
    assert len(hop.packets("HEARTBEAT", "fc_a")) == 1


def test_the_word_of_the_shell_grows_old() -> None:
    hop = Hop().born().fly(2)
    assert hop.criterion("recorder").state is CriterionState.GO
    assert hop.snapshot.recorder_ok
    hop.health = None
    hop.fly(2.9)
    assert hop.criterion("recorder").state is CriterionState.GO
    hop.fly(0.3)
    assert hop.criterion("recorder").state is CriterionState.UNKNOWN
    assert "old, limit 3.0 s" in hop.criterion("recorder").why
    assert not hop.snapshot.recorder_ok


@pytest.mark.parametrize(
    ("health", "criterion"),
    [
        (ShellHealth(False, 10**12, 0, 0, 0), "recorder"),
        (ShellHealth(True, 10**8, 0, 0, 0), "disk"),
        (ShellHealth(True, 10**12, 0, 1_100_000_000, 0), "queue"),
    ],
    ids=["the recorder failed", "the disk is full", "the queue is late"],
)
def test_what_is_not_recorded_or_not_in_time_is_not_decided(
    health: ShellHealth, criterion: str
) -> None:
    hop = Hop().descend()
    hop.health = health
    assert hop.fly(5).landing is GateState.NO_GO
    assert hop.gate("landing_commit").blocking == (criterion,)


@pytest.mark.parametrize(("late_ns", "goes"), [(0, True), (2 * SECOND, False)])
def test_a_barge_and_a_station_of_two_times_commit_to_nothing(late_ns: int, goes: bool) -> None:
    hop = Hop()
    hop.barge.late_ns = late_ns
    hop.descend().fly(5)
    assert (hop.gate("landing_commit").state is GateState.COMMITTED) is goes
    assert (hop.criterion("clock").state is CriterionState.NO_GO) is not goes


# --- Hostile bytes ---

LINKS = (*COMPUTERS, "barge", "no_such_link")
TOPICS = ("", *(f"{ROOT}/{t}" for t in ("motion", "deck", "history", "status", "cmd/rebirth", "x")))


@cache
def frames() -> tuple[tuple[str, str, bytes], ...]:
    """(link, topic, bytes) of one tick of good telemetry."""
    hop = Hop().born()
    return tuple((r.link, r.topic, r.data) for r in hop.telemetry() if isinstance(r, Received))


@cache
def steady() -> Hop:
    """One station that all hostile bytes go to, one example after the other."""
    return Hop().born().fly(2)


@st.composite
def deliveries(draw: st.DrawFn) -> Received:
    link, topic, data = draw(st.sampled_from(frames()))
    how = draw(st.sampled_from(("random", "cut", "flipped", "twice", "elsewhere", "noisy")))
    noise = draw(st.binary(max_size=40))
    at = draw(st.integers(0, len(data) - 1))
    if how == "random":
        data = draw(st.binary(max_size=300))
    elif how == "cut":
        data = data[:at]
    elif how == "flipped":
        data = data[:at] + bytes([data[at] ^ draw(st.integers(1, 255))]) + data[at + 1 :]
    elif how == "twice":
        data = data + data
    elif how == "elsewhere":
        link, topic = draw(st.sampled_from(LINKS)), draw(st.sampled_from(TOPICS))
    elif how == "noisy":
        data = noise + data + noise
    peer = draw(st.sampled_from(("", "a:1", "b:2")))
    behind_ns = draw(st.sampled_from((0, TICK, 3600 * SECOND)))
    retained = draw(st.booleans())
    return Received(link, steady().now_ns - behind_ns, data, peer, topic, retained)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(deliveries(), max_size=20))
def test_no_bytes_on_any_link_fault_the_station(hostile: list[Received]) -> None:
    hop = steady()
    hop.step(hostile)
    hop.tick()
    assert hop.snapshot.fault == ""


def test_it_understands_its_peers_as_before_after_all_that_was_thrown_at_it() -> None:
    hop = Hop().born()
    for link, topic, data in frames():
        for at in range(0, len(data), 7):
            hop.step([Received(link, hop.now_ns, b"\xfd\xfe" + data[at:], topic=topic)])
    hop.fly(5)
    assert hop.snapshot.fault == ""
    assert hop.criterion("flight_computers").state is CriterionState.GO
    assert hop.criterion("deck_clear").state is CriterionState.GO


@pytest.mark.parametrize(
    "item",
    [
        Received("no_such_link", START, b"x"),
        Received("fc_a", START, b"", topic="a/b"),
        Received("barge", START, b"{}"),
        LinkChanged("no_such_link", LinkState.UP, ""),
        ConsoleChanged("c" * 1000, "", True),
        TransmitResult("no_such_link", False, "full"),
    ],
    ids=lambda item: type(item).__name__,
)
def test_news_from_nowhere_does_no_harm(item: Input) -> None:
    hop = Hop()
    hop.step([item])
    hop.tick()
    assert hop.snapshot.fault == ""


# --- Links ---


def test_a_barge_link_that_comes_up_is_asked_for_birth_and_history() -> None:
    station = Station(shipped(), seed=1)
    outputs = station.step([LinkChanged("barge", LinkState.UP, "")], START)
    assert [(t.link, t.topic, t.qos) for t in outputs.transmits] == [
        ("barge", f"{ROOT}/cmd/rebirth", 1)
    ]
    outputs = station.step([LinkChanged("barge", LinkState.DOWN, "")], START)
    assert outputs.transmits == ()
    outputs = station.step([LinkChanged("fc_a", LinkState.UP, "")], START)
    assert outputs.transmits == ()


def test_a_peer_that_asks_for_the_time_is_answered_there_and_only_there() -> None:
    hop = Hop().born()
    asked = hop.computers["fc_b"].encode("TIMESYNC", {"tc1": 0, "ts1": 77})
    outputs = hop.step([Received("fc_b", hop.now_ns, asked, peer="10.0.0.9:5")])
    (reply,) = outputs.transmits
    assert (reply.link, reply.peer) == ("fc_b", "10.0.0.9:5")
    hop.transmits = [reply]
    (packet,) = hop.packets("TIMESYNC")
    assert (packet.value("tc1"), packet.value("ts1")) == (hop.now_ns, 77)


# --- What it would not be able to say ---

TOO_LONG = "landing_continues"


def test_a_gate_whose_name_does_not_fit_the_verdict_is_a_mistake_in_the_file() -> None:
    mission = changed(("landing_continue", TOO_LONG))
    with pytest.raises(ConfigError) as raised:
        Station(mission, seed=1)
    (problem,) = raised.value.problems
    assert (problem.file, problem.key) == ("xzy1-hop.toml", "gate[2].id")
    assert "at most 16 characters" in problem.message
