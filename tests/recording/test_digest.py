from __future__ import annotations

import math
import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.messages import (
    CountState,
    CountStatus,
    Event,
    PhaseStatus,
    Quality,
    Readings,
    Snapshot,
)
from gcs.recording.digest import DIGEST_BYTES, snapshot_digest

SNAPSHOT = Snapshot(
    sequence=3,
    now_ns=1_000,
    count=CountStatus(CountState.RUNNING, -5, -5, ""),
    phase=PhaseStatus("descent", 900, ("pad",)),
    readings=Readings((1.5, math.nan), (990, 0), (Quality.GOOD, Quality.NEVER)),
    criteria=(),
    gates=(),
    commands=(),
    staged=(),
    links=(),
    sources=(),
    events=(Event(1_000, "gate", "landing", "opened"),),
    simulated=True,
    recorder_ok=True,
    fault="",
)


def with_values(values: tuple[float, ...]) -> Snapshot:
    """The snapshot with these readings."""
    readings = msgspec.structs.replace(SNAPSHOT.readings, values=values)
    return msgspec.structs.replace(SNAPSHOT, readings=readings)


def test_it_is_short_and_never_changes() -> None:
    digest = snapshot_digest(SNAPSHOT)
    assert len(digest) == DIGEST_BYTES
    assert digest.hex() == "5939adf546afa9a1c06fe5fb2681b947"


@given(payload=st.integers(1, 2**51 - 1), negative=st.booleans())
def test_every_nan_is_the_same(payload: int, negative: bool) -> None:
    bits = 0x7FF8_0000_0000_0000 | payload | (negative << 63)
    (nan,) = struct.unpack("<d", struct.pack("<Q", bits))
    assert snapshot_digest(with_values((1.5, nan))) == snapshot_digest(SNAPSHOT)


@given(values=st.tuples(st.floats(allow_nan=False), st.floats(allow_nan=False)))
def test_a_snapshot_that_went_over_the_wire_has_the_same_digest(
    values: tuple[float, float],
) -> None:
    snapshot = with_values(values)
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(snapshot), type=Snapshot)
    assert snapshot_digest(again) == snapshot_digest(snapshot)


@pytest.mark.parametrize(
    "other",
    [
        with_values((1.5000000000000002, math.nan)),
        with_values((math.nan, 1.5)),
        with_values((1.5, 0.0)),
        msgspec.structs.replace(SNAPSHOT, sequence=4),
        msgspec.structs.replace(SNAPSHOT, now_ns=1_001),
        msgspec.structs.replace(SNAPSHOT, events=()),
        msgspec.structs.replace(SNAPSHOT, simulated=False),
        msgspec.structs.replace(SNAPSHOT, recorder_ok=False),
        msgspec.structs.replace(SNAPSHOT, fault="x"),
        msgspec.structs.replace(SNAPSHOT, phase=PhaseStatus("descent", 901, ("pad",))),
    ],
)
def test_any_difference_makes_another_digest(other: Snapshot) -> None:
    assert snapshot_digest(other) != snapshot_digest(SNAPSHOT)


def test_zero_and_minus_zero_differ_as_they_do_on_the_screen() -> None:
    assert snapshot_digest(with_values((0.0, 0.0))) != snapshot_digest(with_values((-0.0, 0.0)))
