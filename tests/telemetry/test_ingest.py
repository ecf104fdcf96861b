"""Bytes of every link become samples and messages, and no bytes do harm."""

from __future__ import annotations

import itertools
import json
import math
import operator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.messages import Quality, Received
from gcs.telemetry import barge
from gcs.telemetry.from_mavlink import MAX_PEERS, MAX_STRANGERS
from gcs.telemetry.ingest import Ingest, Taken
from gcs.telemetry.mavlink.encoding import Encoder
from gcs.telemetry.recent_loss import WINDOW
from gcs.telemetry.taken import OrderEcho
from gcs.telemetry.texts import MAX_A_SECOND
from tests.helpers.missions import built, indices, landfall_dialect, parameter

SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND
KEY = bytes(range(32))

NORTH = parameter(
    "north",
    'message = "LOCAL_POSITION_NED", field = "x", unit = "km"',
    "m",
    sources='["fc_a", "fc_b"]',
    vote='{ tolerance = "15 m" }',
    valid='["-10 km", "10 km"]',
)
VOLTAGE = parameter(
    "voltage",
    'message = "SYS_STATUS", field = "voltage_battery", unit = "mV", invalid = 65535',
    "V",
    sources='["fc_a"]',
)
CELL = parameter(
    "cell",
    'message = "BATTERY_STATUS", field = "voltages", index = 2, unit = "mV"',
    "V",
    sources='["fc_a"]',
)
THROTTLE = parameter(
    "throttle",
    'message = "ENGINE_STATE", field = "throttle", where = { engine = 1 }',
    "%",
    sources='["fc_a"]',
)
ROLL = parameter("roll", 'topic = "motion", field = "roll", unit = "rad"', "deg")
CLEAR = parameter("clear", 'topic = "deck", field = "clear"')
LIGHTS = parameter("lights", 'topic = "deck", field = "lights"')
SPEED = parameter("speed", 'column = "speed_km_h", unit = "km/h"', "m/s")
BALLAST = parameter("ballast", 'topic = "power", field = "ballast_fraction"')
ALL = (NORTH, VOLTAGE, CELL, THROTTLE, ROLL, CLEAR, LIGHTS, SPEED, BALLAST)


class Bench:
    """An ingest, with peers that speak to it."""

    def __init__(self, **keys: bytes) -> None:
        mission, dictionary = built(*ALL)
        self.index = indices(dictionary)
        self.ids = {index: name for name, index in self.index.items()}
        self.ingest = Ingest(mission, dictionary, landfall_dialect(), keys)
        self.encoders = {
            component: Encoder(landfall_dialect(), 1, component) for component in range(1, 10)
        }

    def frame(self, message: str, component: int = 1, **fields: object) -> bytes:
        return self.encoders[component].encode(message, fields)

    def hear(
        self, data: bytes, at_ns: int = NOW, peer: str = "127.0.0.1:9", link: str = "radio"
    ) -> None:
        self.ingest.feed(Received(link, at_ns, data, peer))

    def publish(
        self,
        payload: barge.Payload | bytes,
        topic: str = "",
        *,
        at_ns: int = NOW,
        retained: bool = False,
    ) -> None:
        data = payload if isinstance(payload, bytes) else barge.encode(payload)
        name = topic or barge.topic_of(payload)  # type: ignore[arg-type]
        self.ingest.feed(Received("sea", at_ns, data, "", f"landfall/atlas/{name}", retained))

    def row(self, at_ns: int = NOW, **cells: float | None) -> None:
        self.ingest.feed(Received("file", at_ns, json.dumps(cells).encode()))

    def samples(self, taken: Taken | None = None) -> list[tuple[str, float, int]]:
        batch = (taken or self.ingest.take()).batch
        return [
            (self.ids[index], value, quality)
            for index, value, quality in zip(
                batch.parameter, batch.value, batch.quality, strict=True
            )
        ]


def motion(at_ns: int = NOW, **changed: Any) -> barge.Motion:
    zero = dict.fromkeys(barge.HISTORY_COLUMNS, 0.0)
    head = {"time_us": at_ns // 1000, "sequence": 0, "simulated": True}
    return barge.Motion(**(head | zero | changed))


def deck(**changed: Any) -> barge.Deck:
    fields = {
        "time_us": NOW // 1000,
        "sequence": 0,
        "simulated": True,
        "clear": True,
        "persons_on_board": 0,
        "fire": False,
        "beacon_healthy": True,
        "lights": barge.DeckLights.AMBER,
        "wet": False,
    }
    return barge.Deck(**(fields | changed))


def history(times_ns: list[int], rolls: list[float]) -> barge.MotionHistory:
    columns = {name: (0.0,) * len(rolls) for name in barge.HISTORY_COLUMNS}
    return barge.MotionHistory(
        time_us=NOW // 1000,
        sequence=0,
        simulated=True,
        times_us=tuple(t // 1000 for t in times_ns),
        **(columns | {"roll": tuple(rolls)}),
    )


# --- MAVLink ---


def test_fields_become_si_samples_of_their_source() -> None:
    bench = Bench()
    bench.hear(bench.frame("LOCAL_POSITION_NED", 2, time_boot_ms=5, x=0.5))
    assert bench.samples() == [("fc_b.north", 500.0, Quality.GOOD)]


@pytest.mark.parametrize(
    ("x", "quality"),
    [
        (10.0, Quality.GOOD),
        (10.5, Quality.SUSPECT),
        (math.nan, Quality.BAD),
        (math.inf, Quality.BAD),
    ],
)
def test_a_sample_is_judged_by_its_valid_range(x: float, quality: Quality) -> None:
    bench = Bench()
    bench.hear(bench.frame("LOCAL_POSITION_NED", x=x))
    assert bench.samples()[0][2] == quality


@pytest.mark.parametrize("throttle", [math.inf, -math.inf, math.nan])
def test_without_a_valid_range_a_sample_is_finite_all_the_same(throttle: float) -> None:
    bench = Bench()
    bench.hear(bench.frame("ENGINE_STATE", engine=1, throttle=throttle))
    assert [sample[2] for sample in bench.samples()] == [Quality.BAD]


def test_the_invalid_wire_value_is_bad() -> None:
    bench = Bench()
    bench.hear(bench.frame("SYS_STATUS", voltage_battery=65535))
    ((name, value, quality),) = bench.samples()
    assert (name, quality) == ("voltage", Quality.BAD)
    assert math.isnan(value)


def test_an_element_of_an_array_is_picked() -> None:
    bench = Bench()
    bench.hear(bench.frame("BATTERY_STATUS", voltages=[1, 2, 3700]))
    assert bench.samples() == [("cell", pytest.approx(3.7), Quality.GOOD)]


def test_one_instance_of_a_repeated_message_is_picked() -> None:
    bench = Bench()
    bench.hear(bench.frame("ENGINE_STATE", engine=0, throttle=0.25))
    bench.hear(bench.frame("ENGINE_STATE", engine=1, throttle=0.5))
    assert bench.samples() == [("throttle", 0.5, Quality.GOOD)]


def test_samples_carry_the_time_of_measurement() -> None:
    bench = Bench()
    for boot_ms, receipt in ((1000, NOW), (1100, NOW + 100_000_000), (1200, NOW + 900_000_000)):
        bench.hear(bench.frame("LOCAL_POSITION_NED", time_boot_ms=boot_ms), receipt)
    batch = bench.ingest.take().batch
    expected = [NOW, NOW + 100_000_000, NOW + 200_000_000]
    assert batch.source_ns == pytest.approx(expected, abs=1_000_000)
    assert batch.receipt_ns[-1] == NOW + 900_000_000


def test_a_message_without_a_time_is_dated_by_its_receipt() -> None:
    bench = Bench()
    bench.hear(bench.frame("SYS_STATUS", voltage_battery=12000))
    assert bench.ingest.take().batch.source_ns == [NOW]


@pytest.mark.parametrize("time_usec", [0, 2**64 - 1, 2**63, 10**18])
def test_an_absurd_time_is_no_time(time_usec: int) -> None:
    bench = Bench()
    for _ in range(5):
        bench.hear(bench.frame("ENGINE_STATE", engine=1, time_usec=time_usec))
        bench.hear(bench.frame("ENGINE_STATE", engine=1, time_usec=NOW // 1000))
    assert max(bench.ingest.take().batch.source_ns) <= NOW


def test_acknowledgements_echoes_and_heartbeats_are_typed() -> None:
    bench = Bench()
    bench.hear(bench.frame("COMMAND_ACK", 2, command=31900, result=3, target_system=255))
    bench.hear(bench.frame("LANDING_STATE", 3, nonce=0xABCDEF, command=31901, mode=5))
    bench.hear(bench.frame("HEARTBEAT", base_mode=32, system_status=4))
    taken = bench.ingest.take()
    assert taken.acknowledgements == (("fc_b", 31900, 3, NOW, 255, 0),)
    assert taken.echoes == (("fc_c", 0xABCDEF, 31901, 5, NOW),)
    assert taken.heartbeats == (("fc_a", 32, 4, NOW),)
    assert bench.ingest.take().echoes == ()


def test_strangers_are_counted_and_never_believed() -> None:
    bench = Bench()
    for message in ("LOCAL_POSITION_NED", "LANDING_STATE", "COMMAND_ACK", "HEARTBEAT"):
        bench.hear(bench.frame(message, 9))
    taken = bench.ingest.take()
    assert (len(taken.batch), taken.echoes, taken.acknowledgements) == (0, (), ())
    (status,) = bench.ingest.sources()
    assert (status.id, status.messages, bench.ingest.simulated) == ("1.9", 4, False)


def test_a_time_request_is_handed_on_and_an_answer_sets_the_clock() -> None:
    bench = Bench()
    bench.hear(bench.frame("TIMESYNC", tc1=0, ts1=77))
    assert bench.ingest.take().timesync_requests == (("fc_a", "radio", "127.0.0.1:9", 77),)
    bench.hear(bench.frame("TIMESYNC", tc1=5 * SECOND, ts1=NOW), NOW + 20_000_000)
    (status,) = bench.ingest.sources()
    assert status.clock_offset_ns == NOW + 10_000_000 - 5 * SECOND


def test_a_restart_is_said() -> None:
    bench = Bench()
    for boot_ms in range(100_000, 101_000, 100):
        bench.hear(bench.frame("LOCAL_POSITION_NED", time_boot_ms=boot_ms), NOW + boot_ms * 10**6)
    for boot_ms in range(1000, 1500, 100):
        later = NOW + (110_000 + boot_ms) * 10**6
        bench.hear(bench.frame("LOCAL_POSITION_NED", time_boot_ms=boot_ms), later)
    taken = bench.ingest.take()
    assert [event.kind for event in taken.events] == ["restart"]
    assert taken.batch.source_ns[-1] == taken.batch.receipt_ns[-1]


def test_loss_is_counted_a_source() -> None:
    bench = Bench()
    frames = [bench.frame("SYS_STATUS") for _ in range(10)]
    for frame in frames[:4] + frames[6:]:
        bench.hear(frame)
    (status,) = bench.ingest.sources()
    assert (status.id, status.link, status.messages, status.lost) == ("fc_a", "radio", 8, 2)
    assert status.loss_fraction == pytest.approx(0.2)


def test_each_peer_has_a_parser_and_the_last_one_is_answered() -> None:
    bench = Bench()
    first, second = bench.frame("SYS_STATUS"), bench.frame("SYS_STATUS", 2)
    bench.hear(first, peer="127.0.0.1:1")
    bench.hear(second, NOW + 1, peer="127.0.0.1:2")
    bench.hear(bench.frame("SYS_STATUS"), NOW + 2, peer="127.0.0.1:3")
    assert bench.ingest.route("fc_a") == ("radio", "127.0.0.1:3")
    assert bench.ingest.route("fc_b") == ("radio", "127.0.0.1:2")
    assert bench.ingest.route("fc_c") is None


def test_a_cut_datagram_does_not_swallow_the_next() -> None:
    bench = Bench()
    bench.hear(bench.frame("STATUSTEXT", text="a" * 50)[:15])
    bench.hear(bench.frame("LOCAL_POSITION_NED", x=0.5))
    assert bench.samples() == [("fc_a.north", 500.0, Quality.GOOD)]


def test_peers_and_strangers_do_not_grow_memory() -> None:
    bench = Bench()
    frame = bytearray(bench.frame("SYS_STATUS"))
    frame[-1] ^= 0xFF
    for port in range(3 * MAX_PEERS):
        bench.hear(bytes(frame), peer=f"127.0.0.1:{port}")
    assert bench.ingest.link_faults("radio") == 3 * MAX_PEERS
    for system in range(2, 200):
        bench.hear(Encoder(landfall_dialect(), system, 1).encode("HEARTBEAT", {}))
    assert len(bench.ingest.sources()) == MAX_STRANGERS


def test_with_a_key_only_signed_frames_count() -> None:
    bench = Bench(radio=KEY)
    signed = Encoder(landfall_dialect(), 1, 1, KEY).encode("LOCAL_POSITION_NED", {"x": 1.0}, NOW)
    bench.hear(bench.frame("LOCAL_POSITION_NED"))
    assert bench.samples() == []
    bench.hear(signed)
    bench.hear(signed)
    assert len(bench.samples()) == 1
    assert bench.ingest.link_faults("radio") == 2


def test_a_link_tells_whether_it_refuses_what_is_not_signed() -> None:
    signed = Bench(radio=KEY).ingest.link_signed
    assert (signed("radio"), Bench().ingest.link_signed("radio"), signed("sea")) == (
        True,
        False,
        None,
    )


def test_texts_are_put_together_bounded_and_said() -> None:
    bench = Bench()
    bench.hear(bench.frame("STATUSTEXT", severity=4, text="a" * 50, id=7, chunk_seq=0))
    bench.hear(bench.frame("STATUSTEXT", severity=4, text="b", id=7, chunk_seq=1))
    bench.hear(bench.frame("STATUSTEXT", severity=200, text="whole"))
    events = bench.ingest.take().events
    assert [(event.text, event.severity) for event in events] == [("a" * 50 + "b", 4), ("whole", 7)]
    for _ in range(1000):
        bench.hear(bench.frame("STATUSTEXT", text="again"), NOW + SECOND)
    assert len(bench.ingest.take().events) == MAX_A_SECOND + 1


def test_a_text_with_a_lost_end_is_still_said() -> None:
    bench = Bench()
    bench.hear(bench.frame("STATUSTEXT", text="a" * 50, id=7, chunk_seq=0))
    bench.hear(bench.frame("STATUSTEXT", text="next"))
    assert [event.text for event in bench.ingest.take().events] == ["a" * 50 + " ...", "next"]


def test_bytes_are_counted_a_link() -> None:
    bench = Bench()
    frame = bench.frame("SYS_STATUS")
    bench.hear(frame + b"noise")
    assert bench.ingest.link_bytes("radio") == len(frame) + 5


# --- The barge ---


def test_payload_fields_become_samples() -> None:
    bench = Bench()
    bench.publish(motion(roll=0.1))
    bench.publish(deck())
    assert bench.samples() == [
        ("roll", 0.1, Quality.GOOD),
        ("clear", 1.0, Quality.GOOD),
        ("lights", 2.0, Quality.GOOD),
    ]


def test_a_field_that_a_barge_does_not_tell_gives_no_sample() -> None:
    bench = Bench()
    untold = barge.Power(
        time_us=NOW // 1000,
        sequence=0,
        simulated=True,
        bus_voltage=690.0,
        generators_online=3,
        battery_fraction=0.9,
        fuel_fraction=0.8,
    )
    bench.publish(untold)
    assert bench.samples() == []
    bench.publish(msgspec.structs.replace(untold, sequence=1, ballast_fraction=0.5))
    assert bench.samples() == [("ballast", 0.5, Quality.GOOD)]


def test_a_refused_payload_is_counted_and_said_once_in_a_while() -> None:
    bench = Bench()
    for tenth in range(50):
        bench.publish(b'{"roll": NaN}', "motion", at_ns=NOW + tenth * SECOND // 10)
    taken = bench.ingest.take()
    assert len(taken.batch) == 0
    assert bench.ingest.link_faults("sea") == 50
    (event,) = taken.events
    assert event.text.startswith("barge payload refused: motion")


def test_topics_of_nobody_are_counted() -> None:
    bench = Bench()
    bench.ingest.feed(Received("sea", NOW, b"{}", "", "landfall/other/motion"))
    assert bench.ingest.link_faults("sea") == 1


def test_history_waits_for_the_clock_and_is_only_past() -> None:
    bench = Bench()
    ahead = 3600 * SECOND
    times = [NOW + ahead - 2 * SECOND, NOW + ahead - SECOND]
    bench.publish(history(times, [0.1, 0.2]), retained=True)
    assert bench.ingest.take().batch.past is None
    bench.publish(motion(NOW + ahead, roll=0.3))
    batch = bench.ingest.take().batch
    assert batch.past is not None
    assert batch.past.source_ns == [NOW - 2 * SECOND, NOW - SECOND]
    assert batch.past.value == [0.1, 0.2]
    assert batch.value == [0.3]
    assert batch.source_ns == [NOW]


def test_a_retained_measurement_is_past_and_teaches_no_clock() -> None:
    bench = Bench()
    bench.publish(motion(NOW - 600 * SECOND, roll=0.1), retained=True)
    bench.publish(motion(NOW, roll=0.2))
    batch = bench.ingest.take().batch
    assert batch.value == [0.2]
    assert batch.source_ns == [NOW]


def status(state: barge.BargeState, boot: str, at_ns: int = NOW) -> barge.Status:
    return barge.Status(
        time_us=at_ns // 1000, sequence=0, simulated=True, state=state, boot_id=boot, software="s 1"
    )


def test_births_and_wills_are_said_and_teach_no_clock() -> None:
    bench = Bench()
    bench.publish(status(barge.BargeState.ONLINE, "b1", NOW - 900 * SECOND), retained=True)
    bench.publish(status(barge.BargeState.OFFLINE, "b1", NOW - 900 * SECOND))
    bench.publish(motion(NOW))
    taken = bench.ingest.take()
    bench.publish(status(barge.BargeState.OFFLINE, "b1"))
    assert bench.ingest.take().events == (), "a repeat is no news"
    assert [event.severity for event in taken.events] == [6, 3]
    assert taken.batch.source_ns == [NOW]


def test_a_new_boot_may_bring_a_new_clock() -> None:
    bench = Bench()
    bench.publish(status(barge.BargeState.ONLINE, "b1"))
    bench.publish(motion(NOW))
    bench.publish(status(barge.BargeState.ONLINE, "b2"))
    bench.publish(motion(NOW - 500 * SECOND), at_ns=NOW + SECOND)
    assert bench.ingest.take().batch.source_ns[-1] == NOW + SECOND


def response(nonce: int, *, accepted: bool = True, at_ns: int = NOW) -> barge.Response:
    return barge.Response(
        time_us=at_ns // 1000,
        sequence=0,
        simulated=True,
        order=barge.BargeOrder.LIGHTS_ON,
        nonce=nonce,
        accepted=accepted,
    )


def systems(nonce: int, at_ns: int) -> barge.Systems:
    return barge.Systems(
        time_us=at_ns // 1000,
        sequence=0,
        simulated=True,
        deck_closed=True,
        beacon_on=True,
        monitors_on=True,
        lights_on=True,
        stage_secured=False,
        verdict_heard=True,
        order_nonce=nonce,
    )


@pytest.mark.parametrize(
    ("accepted", "boots", "shown"), [(True, "", (7, 8)), (False, "", (8,)), (True, "b2", (8,))]
)
def test_a_state_shows_what_this_boot_answered_that_it_took(
    accepted: bool, boots: str, shown: tuple[int, ...]
) -> None:
    bench = Bench()
    bench.publish(status(barge.BargeState.ONLINE, "b1"))
    bench.publish(response(7, accepted=accepted))
    if boots:
        bench.publish(status(barge.BargeState.ONLINE, boots))
    bench.publish(systems(8, NOW + 1000))
    assert bench.ingest.take().order_echoes == tuple(OrderEcho("barge", nonce) for nonce in shown)


def test_lost_publications_are_counted() -> None:
    bench = Bench()
    for sequence in (0, 1, 4, 5):
        bench.publish(motion(NOW, sequence=sequence))
    (status,) = bench.ingest.sources()
    assert (status.id, status.messages, status.lost) == ("barge", 4, 2)
    assert status.loss_fraction == pytest.approx(2 / 6)


def test_an_outage_of_the_barge_long_ago_is_no_loss_of_now() -> None:
    bench = Bench()
    for sequence in (0, *range(10_000, 10_000 + WINDOW)):
        bench.publish(motion(NOW, sequence=sequence))
    (worst,) = bench.ingest.sources()
    assert worst.loss_fraction > 0.9
    bench.publish(motion(NOW, sequence=10_000 + WINDOW))
    (after,) = bench.ingest.sources()
    assert (after.lost, after.loss_fraction) == (9_999, 0.0)


def test_simulated_and_real_sources_are_told_apart() -> None:
    bench = Bench()
    assert (bench.ingest.simulated, bench.ingest.mixed) == (False, None)
    bench.publish(motion())
    assert (bench.ingest.simulated, bench.ingest.mixed) == (True, False)
    bench.hear(bench.frame("ATTITUDE"))
    assert bench.ingest.mixed is None, "it has not said which it is"
    bench.hear(bench.frame("HEARTBEAT", base_mode=32))
    assert bench.ingest.mixed is False
    bench.hear(bench.frame("HEARTBEAT", 2, base_mode=0))
    assert (bench.ingest.simulated, bench.ingest.mixed) == (True, True)


# --- Columns ---


def test_rows_become_samples_dated_by_their_time_column() -> None:
    bench = Bench()
    bench.row(NOW, time_s=0.0, speed_km_h=36.0)
    bench.row(NOW + SECOND, time_s=1.0, speed_km_h=None)
    bench.row(NOW + 2 * SECOND, time_s=2.0, speed_km_h=72.0, other=1.0)
    batch = bench.ingest.take().batch
    assert batch.value == pytest.approx([10.0, 20.0])
    assert batch.source_ns == pytest.approx([NOW, NOW + 2 * SECOND], abs=1_000_000)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"time_s": null}',
        b'{"time_s": "1"}',
        b'{"time_s": 1e300}',
        b"{" * 70_000,
    ],
)
def test_a_row_without_sense_is_counted(data: bytes) -> None:
    bench = Bench()
    bench.ingest.feed(Received("file", NOW, data))
    assert bench.ingest.link_faults("file") == 1
    assert bench.ingest.take().events[0].kind == "fault"


# --- All of it ---


def test_an_unknown_link_is_ignored() -> None:
    bench = Bench()
    bench.ingest.feed(Received("nowhere", NOW, b"x"))
    assert len(bench.ingest.take().batch) == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["radio", "sea", "file"]),
            st.binary(max_size=300),
            st.sampled_from(["", "landfall/atlas/motion", "landfall/atlas/history", "x"]),
            st.booleans(),
        ),
        max_size=20,
    )
)
def test_noise_on_any_link_never_raises(noise: list[tuple[str, bytes, str, bool]]) -> None:
    bench = Bench()
    for link, data, topic, retained in noise:
        bench.ingest.feed(Received(link, NOW, data, "p", topic, retained))
    bench.ingest.take()
    bench.ingest.sources()


@given(st.data())
def test_any_values_of_any_known_message_do_no_harm(data: st.DataObject) -> None:
    bench = Bench()
    names = ["LOCAL_POSITION_NED", "ENGINE_STATE", "LANDING_STATE", "TIMESYNC", "STATUSTEXT"]
    for offset in itertools.count(0, SECOND):
        name = data.draw(st.sampled_from([*names, ""]))
        if not name or offset > 20 * SECOND:
            break
        message = landfall_dialect().by_name[name]
        size = message.max_length
        payload = data.draw(st.binary(min_size=size, max_size=size))
        fields = dict(zip(message.field_index, message.decode(payload), strict=True))
        if name == "STATUSTEXT":
            fields["text"] = "\ufffd"
        bench.hear(bench.frame(name, **fields), NOW + offset)
    batch = bench.ingest.take().batch
    assert all(map(operator.le, batch.source_ns, batch.receipt_ns))
    for value, quality in zip(batch.value, batch.quality, strict=True):
        assert quality != Quality.GOOD or math.isfinite(value)
