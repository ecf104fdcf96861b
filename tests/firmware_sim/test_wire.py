"""What the world says on its links, and how it takes what is said to it."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymavlink.dialects.v20 import common

from firmware_sim.endpoints.telemetry import RATES_HZ
from firmware_sim.world import World
from gcs.telemetry import barge
from tests.helpers.flights import LINKS, SECOND_NS, Pilot, launched, small_mission

EPOCH_NS = 1_790_000_000 * SECOND_NS


def listened(seconds: float, seed: int = 1) -> Pilot:
    pilot = Pilot(World(small_mission(), seed, EPOCH_NS))
    pilot.run(seconds)
    return pilot


def test_every_message_comes_at_its_rate_on_every_link() -> None:
    pilot = listened(9.99)
    for link in LINKS:
        counts = Counter(p.type.name for p in pilot.packets(link))
        assert counts == {name: 10 * rate for name, rate in RATES_HZ.items()}


def test_each_computer_speaks_as_itself_and_says_that_it_is_simulated() -> None:
    pilot = listened(2.0)
    for number, link in enumerate(LINKS, start=1):
        packets = pilot.packets(link)
        assert {(p.system, p.component) for p in packets} == {(1, number)}
        assert all(p.value("base_mode") & 32 for p in pilot.packets(link, "HEARTBEAT"))


def test_the_three_computers_differ_by_small_noise_only() -> None:
    pilot = listened(3.0)
    norths = [pilot.packets(link, "LOCAL_POSITION_NED")[-1].value("x") for link in LINKS]
    assert len(set(norths)) == 3
    assert max(norths) - min(norths) < 5.0


def test_the_same_seed_gives_the_same_bytes_however_time_is_cut() -> None:
    def bytes_of(step_s: float) -> list[tuple[str, int, bytes]]:
        pilot = launched(World(small_mission(), 7, EPOCH_NS))
        for _ in range(round(8.0 / step_s)):
            pilot.run(step_s)
        return [(e.link, e.at_ns, e.data) for e in pilot.emissions]

    whole = bytes_of(8.0)
    assert whole == bytes_of(0.1)
    assert whole == bytes_of(0.025)


def test_another_seed_gives_other_bytes() -> None:
    one, other = listened(1.0, seed=1), listened(1.0, seed=2)
    assert [e.data for e in one.emissions] != [e.data for e in other.emissions]


def test_emissions_come_in_order_of_time_and_never_late() -> None:
    pilot = listened(2.0)
    times = [e.at_ns for e in pilot.emissions]
    assert times == sorted(times)
    assert times[-1] <= pilot.world.now_ns


def test_time_does_not_go_back() -> None:
    world = World(small_mission(), 1, EPOCH_NS)
    with pytest.raises(ValueError, match="cannot go back"):
        world.advance(EPOCH_NS - 1)


def test_timesync_is_answered_with_the_computers_own_clock() -> None:
    pilot = listened(1.0)
    for link in LINKS:
        pilot.world.receive(link, pilot.encoder.encode("TIMESYNC", {"tc1": 0, "ts1": 4242}))
    pilot.run(0.02)
    clocks = set()
    for link in LINKS:
        (reply,) = pilot.packets(link, "TIMESYNC")
        assert reply.value("ts1") == 4242
        boot_ms = pilot.packets(link, "ATTITUDE")[-1].value("time_boot_ms")
        assert abs(reply.value("tc1") / 1e6 - boot_ms) < 150
        clocks.add(reply.value("tc1"))
    assert len(clocks) == 3


def test_a_timesync_answer_is_not_answered() -> None:
    pilot = listened(0.1)
    pilot.world.receive("fc_a", pilot.encoder.encode("TIMESYNC", {"tc1": 5, "ts1": 4242}))
    pilot.run(0.02)
    assert not pilot.packets("fc_a", "TIMESYNC")


def test_an_unknown_command_is_unsupported_and_one_for_others_ignored() -> None:
    pilot = listened(0.1)
    for component in (1, 2):
        fields = {"command": 400, "target_system": 1, "target_component": component}
        pilot.world.receive("fc_a", pilot.encoder.encode("COMMAND_LONG", fields))
    pilot.run(0.02)
    (answer,) = pilot.packets("fc_a", "COMMAND_ACK")
    assert answer.value("result") == 3
    assert answer.value("target_system") == 255


def test_stock_start_up_requests_are_answered() -> None:
    pilot = listened(0.1)
    encode = pilot.encoder.encode
    pilot.world.receive("fc_a", encode("PARAM_REQUEST_LIST", {"target_system": 1}))
    version = {"command": 512, "param1": 148.0, "target_system": 1, "target_component": 1}
    pilot.world.receive("fc_a", encode("COMMAND_LONG", version))
    pilot.run(0.02)
    assert len(pilot.packets("fc_a", "PARAM_VALUE")) == 1
    assert len(pilot.packets("fc_a", "AUTOPILOT_VERSION")) == 1


def test_stock_pymavlink_understands_a_flight_computer() -> None:
    pilot = listened(1.0)
    pilot.send("LAUNCH", 11, param3=5.0)
    pilot.run(1.0)
    peer = common.MAVLink(None)
    data = b"".join(e.data for e in pilot.emissions if e.link == "fc_a")
    messages = {m.get_type(): m for m in peer.parse_buffer(data)}
    assert messages["HEARTBEAT"].custom_mode == 1
    assert abs(messages["ATTITUDE"].pitch) < math.radians(1.0)
    assert messages["GLOBAL_POSITION_INT"].lat == pytest.approx(366_000_000, abs=100_000)
    assert messages["LOCAL_POSITION_NED"].x == pytest.approx(-700.0, abs=3.0)
    assert messages["COMMAND_ACK"].result == 0


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=300),
    st.sampled_from(["fc_a", "fc_b", "barge", "nobody"]),
    st.sampled_from(["", "landfall/test/cmd/rebirth", "landfall/test/motion", "x"]),
)
def test_nothing_that_a_peer_sends_raises(data: bytes, link: str, topic: str) -> None:
    WORLD.receive(link, data, topic)
    WORLD.advance(WORLD.now_ns + 1_000_000)


WORLD = World(small_mission(), 1)


@given(st.lists(st.floats(width=32), min_size=7, max_size=7), st.integers(31_900, 31_904))
def test_no_command_parameter_raises(parameters: list[float], code: int) -> None:
    fields = {f"param{i}": value for i, value in enumerate(parameters, start=1)}
    pilot = Pilot(WORLD)
    WORLD.receive("fc_a", pilot.encoder.encode("COMMAND_LONG", {"command": code, **fields}))
    WORLD.advance(WORLD.now_ns)


# --- The barge ---


def publications(pilot: Pilot) -> dict[str, list[barge.Payload]]:
    heard: dict[str, list[barge.Payload]] = {}
    for emission in pilot.emissions:
        if emission.link == "barge":
            topic = emission.topic.removeprefix("landfall/test/")
            payload = barge.decode(topic, emission.data)
            assert not isinstance(payload, barge.BargeFault), payload
            heard.setdefault(topic, []).append(payload)
    return heard


def test_every_topic_is_published_at_its_rate_and_reads_back() -> None:
    heard = publications(listened(9.99))
    counts = {topic: len(payloads) for topic, payloads in heard.items()}
    assert counts == {
        "motion": 100,
        "position": 20,
        "dp": 10,
        "deck": 20,
        "weather": 10,
        "power": 10,
        "systems": 20,
        "status": 1,
        "history": 1,
    }
    for payloads in heard.values():
        assert [p.sequence for p in payloads] == list(range(len(payloads)))
        assert all(p.simulated for p in payloads)


def test_the_birth_comes_first_is_retained_and_holds_twenty_minutes() -> None:
    pilot = listened(0.1)
    first, second = pilot.emissions[:2]
    assert first.retain
    assert second.retain
    heard = publications(pilot)
    (history,) = heard["history"]
    assert isinstance(history, barge.MotionHistory)
    assert len(history.times_us) == 2400
    assert history.times_us[-1] < EPOCH_NS // 1000
    assert history.times_us[-1] - history.times_us[0] > 1_199_000_000


def test_the_history_runs_into_the_live_motion() -> None:
    pilot = listened(0.1)
    heard = publications(pilot)
    history, motion = heard["history"][0], heard["motion"][0]
    assert isinstance(history, barge.MotionHistory)
    assert isinstance(motion, barge.Motion)
    gap_s = (motion.time_us - history.times_us[-1]) / 1e6
    assert motion.heave == pytest.approx(
        history.heave[-1] + gap_s * history.heave_rate[-1], abs=0.15
    )


def test_a_rebirth_request_is_answered_by_the_birth_only() -> None:
    pilot = listened(30.0)
    asked = barge.Rebirth(time_us=1, sequence=0, simulated=False)
    pilot.world.receive("barge", barge.encode(asked), "landfall/test/cmd/rebirth")
    pilot.emissions.clear()
    pilot.run(0.0)
    assert [e.topic for e in pilot.emissions] == [
        "landfall/test/status",
        "landfall/test/history",
    ]
    assert all(e.retain for e in pilot.emissions)
    history = publications(pilot)["history"][0]
    assert isinstance(history, barge.MotionHistory)
    assert history.times_us[-1] * 1000 > EPOCH_NS + 29 * SECOND_NS


def test_a_malformed_rebirth_request_is_not_answered() -> None:
    pilot = listened(1.0)
    pilot.emissions.clear()
    pilot.world.receive("barge", b"{}", "landfall/test/cmd/rebirth")
    pilot.run(0.0)
    assert not pilot.emissions


def test_the_will_says_offline() -> None:
    will = World(small_mission(), 1).will()
    status = barge.decode("status", will.data)
    assert isinstance(status, barge.Status)
    assert status.state is barge.BargeState.OFFLINE
    assert will.retain


def test_the_deck_holds_station_within_three_metres() -> None:
    heard = publications(listened(120.0))
    errors = [p.station_error for p in heard["position"] if isinstance(p, barge.Position)]
    assert max(errors) < 3.0
