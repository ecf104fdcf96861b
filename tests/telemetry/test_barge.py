"""The barge's wire format takes what it should and refuses the rest with a reason."""

from __future__ import annotations

import json
import math
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.telemetry import barge

LIGHTS = tuple(barge.DeckLights)
HEAD = {"time_us": 1_700_000_000_000_000, "sequence": 7, "simulated": True}
MOTION = barge.Motion(
    **HEAD,
    roll=0.01,
    pitch=-0.02,
    roll_rate=0.1,
    pitch_rate=0.2,
    yaw_rate=0.0,
    heave=0.5,
    heave_rate=-0.25,
    acceleration_x=0.0,
    acceleration_y=0.1,
    acceleration_z=9.8,
)


def history(times_us: tuple[int, ...], **changed: tuple[float, ...]) -> dict[str, Any]:
    columns = {name: (0.0,) * len(times_us) for name in barge.HISTORY_COLUMNS} | changed
    return {"schema": "landfall.history/1", **HEAD, "times_us": times_us, **columns}


def changed_motion(**changes: Any) -> bytes:
    return json.dumps(json.loads(barge.encode(MOTION)) | changes).encode()


def refusal(topic: str, data: bytes) -> str:
    answer = barge.decode(topic, data)
    assert isinstance(answer, barge.BargeFault), answer
    return answer.reason


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Values inside the bounds that a field's type declares."""
    if isinstance(kind, msgspec.inspect.FloatType):
        return st.floats(kind.ge, kind.le)
    if isinstance(kind, msgspec.inspect.IntType):
        return st.integers(kind.ge, kind.le)
    if isinstance(kind, msgspec.inspect.StrType):
        return st.text(st.characters(codec="utf-8"), max_size=kind.max_length)
    if isinstance(kind, msgspec.inspect.EnumType):
        return st.sampled_from(kind.cls)
    if isinstance(kind, msgspec.inspect.UnionType):
        return st.one_of(values_of(choice) for choice in kind.types)
    if isinstance(kind, msgspec.inspect.DictType):
        names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
        return st.dictionaries(names, values_of(kind.value_type), max_size=kind.max_length)
    if isinstance(kind, msgspec.inspect.NoneType):
        return st.none()
    assert isinstance(kind, msgspec.inspect.BoolType), kind
    return st.booleans()


def payloads() -> st.SearchStrategy[barge.Payload]:
    return st.one_of(
        st.builds(kind, **strategies_of(kind))
        for kind in barge.TOPICS.values()
        if kind not in (barge.MotionHistory, barge.Order)
    ) | st.one_of(plain_orders(), st.builds(barge.Order, **turning()))


def strategies_of(kind: type[barge.Payload]) -> dict[str, st.SearchStrategy[Any]]:
    values = {field.name: values_of(field.type) for field in fields_of(kind)}
    if kind is barge.Verdict:
        values["lights"] = st.sampled_from([light for light in LIGHTS if light != "off"])
    return values


def turning() -> dict[str, Any]:
    values = strategies_of(barge.Order)
    return values | {
        "order": st.just(barge.BargeOrder.HEADING),
        "heading_true": st.floats(0.0, 6.28),
    }


def plain_orders() -> st.SearchStrategy[barge.Order]:
    others = [order for order in barge.BargeOrder if order is not barge.BargeOrder.HEADING]
    plain = {"order": st.sampled_from(others), "heading_true": st.none()}
    return st.builds(barge.Order, **(strategies_of(barge.Order) | plain))


def fields_of(kind: type[barge.Payload]) -> tuple[msgspec.inspect.Field, ...]:
    described = msgspec.inspect.type_info(kind)
    assert isinstance(described, msgspec.inspect.StructType)
    return described.fields


@given(payloads())
def test_every_payload_survives_the_wire(payload: barge.Payload) -> None:
    assert barge.decode(barge.topic_of(payload), barge.encode(payload)) == payload


def test_history_survives_the_wire() -> None:
    data = json.dumps(history((1, 2, 3), roll=(0.1, 0.2, 0.3))).encode()
    payload = barge.decode("history", data)
    assert isinstance(payload, barge.MotionHistory)
    assert payload.roll == (0.1, 0.2, 0.3)
    assert barge.decode("history", barge.encode(payload)) == payload


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (history((1, 2), roll=(0.0,)), "differ in length"),
        (history((2, 1)), "do not rise"),
        (history((1, 1)), "do not rise"),
        (history((1, 2), heave=(0.0, 51.0)), "heave[1]"),
        (history(tuple(range(barge.MAX_HISTORY_SAMPLES + 1))), "times_us"),
    ],
)
def test_crooked_histories_are_refused(document: dict[str, Any], reason: str) -> None:
    assert reason in refusal("history", json.dumps(document).encode())


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "0.1", True, None, 4.0, [], {}])
def test_a_field_that_is_no_number_in_range_is_refused(value: object) -> None:
    assert refusal("motion", changed_motion(roll=value))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("time_us", -1),
        ("time_us", 2**53 + 1),
        ("time_us", 1.5),
        ("sequence", "7"),
        ("simulated", 1),
        ("simulated", None),
    ],
)
def test_the_head_is_strict(field: str, wrong: object) -> None:
    assert field in refusal("motion", changed_motion(**{field: wrong}))


@pytest.mark.parametrize("field", list(json.loads(barge.encode(MOTION))))
def test_every_field_is_required(field: str) -> None:
    document = json.loads(barge.encode(MOTION))
    del document[field]
    assert field in refusal("motion", json.dumps(document).encode())


def test_unknown_fields_and_schemas_and_topics_are_refused() -> None:
    assert "sneaky" in refusal("motion", changed_motion(sneaky=1))
    assert "landfall.motion/2" in refusal("motion", changed_motion(schema="landfall.motion/2"))
    assert "does not belong" in refusal("position", barge.encode(MOTION))
    assert "unknown topic" in refusal("kitchen", b"{}")
    assert len(refusal("x" * 10_000, b"{}")) < 100


@pytest.mark.parametrize(
    ("order", "heading", "sound"),
    [("heading", 1.5, True), ("heading", None, False), ("beacon_on", 1.5, False)],
)
def test_only_the_order_to_turn_names_a_heading(
    order: str, heading: float | None, sound: bool
) -> None:
    document = {"schema": "landfall.order/1", **HEAD, "order": order, "nonce": 5, "valid_ms": 900}
    data = json.dumps(document | {"heading_true": heading}).encode()
    assert isinstance(barge.decode(barge.ORDER_TOPIC, data), barge.Order) is sound


@pytest.mark.parametrize("lights", barge.DeckLights)
def test_a_verdict_never_puts_the_lights_out(lights: barge.DeckLights) -> None:
    document = {"schema": "landfall.verdict/1", **HEAD, "valid_ms": 2000, "count": "flight"}
    document |= {"t_clock": 1.0, "gates": {"landing_commit": "go"}, "lights": lights}
    data = json.dumps(document).encode()
    sound = isinstance(barge.decode(barge.VERDICT_TOPIC, data), barge.Verdict)
    assert sound is (lights is not barge.DeckLights.OFF)


def test_a_verdict_of_more_gates_than_a_mission_has_is_refused() -> None:
    gates = {f"gate_{i}": "go" for i in range(barge.MAX_GATES + 1)}
    document = {"schema": "landfall.verdict/1", **HEAD, "valid_ms": 2000, "count": "flight"}
    document |= {"t_clock": 1.0, "gates": gates, "lights": "blue"}
    assert "gates" in refusal(barge.VERDICT_TOPIC, json.dumps(document).encode())


def test_huge_payloads_are_refused_unread() -> None:
    assert "bytes" in refusal("motion", b" " * (barge.MAX_PAYLOAD_BYTES + 1))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"a":' * 100_000,
        b'{"a":' + b"[" * 100_000,
        changed_motion()[:-1],
        changed_motion() + b"x",
        b'{"schema": "\\ud800"}',
        b'{"\xff": 1}',
    ],
)
def test_hostile_bytes_are_refused(data: bytes) -> None:
    assert refusal("motion", data)


@given(st.sampled_from(sorted(barge.TOPICS)), st.binary(max_size=200))
def test_noise_never_raises(topic: str, data: bytes) -> None:
    assert isinstance(barge.decode(topic, data), barge.BargeFault)


@given(st.data())
def test_a_damaged_payload_is_a_payload_or_a_fault(data: st.DataObject) -> None:
    wire = bytearray(barge.encode(MOTION))
    position = data.draw(st.integers(0, len(wire) - 1))
    wire[position] = data.draw(st.integers(0, 255))
    assert isinstance(barge.decode("motion", bytes(wire)), barge.Motion | barge.BargeFault)


@pytest.mark.parametrize("kind", barge.TOPICS.values())
def test_every_float_has_finite_bounds(kind: type[barge.Payload]) -> None:
    for field in fields_of(kind):
        inner = getattr(field.type, "item_type", field.type)
        if isinstance(inner, msgspec.inspect.FloatType):
            assert math.isfinite(inner.ge or 0.0), field.name
            assert inner.ge is not None, field.name
            assert math.isfinite(inner.le or 0.0), field.name
            assert inner.le is not None, field.name


def test_every_payload_has_its_topic() -> None:
    assert set(barge.TOPICS.values()) == set(get_args(barge.Payload))


def test_a_barge_that_does_not_tell_its_ballast_is_understood() -> None:
    told = barge.Power(
        time_us=1,
        sequence=0,
        simulated=True,
        bus_voltage=690.0,
        generators_online=3,
        battery_fraction=0.9,
        fuel_fraction=0.8,
        ballast_fraction=0.5,
    )
    data = barge.encode(told)
    untold = barge.decode("power", data.replace(b',"ballast_fraction":0.5', b""))
    assert isinstance(untold, barge.Power)
    assert untold.ballast_fraction is None
