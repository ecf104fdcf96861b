"""Real recordings through the same ingest as live links."""

from __future__ import annotations

import json
import operator

from gcs.messages import Received
from gcs.recording.tlog import read_tlog
from gcs.telemetry.ingest import Ingest
from gcs.telemetry.mavlink.dialect import shipped_dialect
from gcs.telemetry.state import JointState
from tests.helpers.data import shared_data
from tests.helpers.missions import built, parameter

ANY = parameter(
    "x", 'message = "ATTITUDE", field = "roll", unit = "rad"', "deg", sources='["fc_a"]'
)
SPEED = parameter("speed", 'column = "speed_m_s", unit = "m/s"', "m/s")
ALTITUDE = parameter("altitude", 'column = "altitude_km", unit = "km"', "km")


def test_all_good_messages_of_a_real_log_reach_their_five_sources() -> None:
    path = shared_data("tlogs/ardusub_small.tlog")
    mission, dictionary = built(ANY)
    ingest = Ingest(mission, dictionary, shipped_dialect("ardupilotmega"), {})
    for receipt_ns, data in read_tlog(path):
        ingest.feed(Received("radio", receipt_ns, data))
    taken = ingest.take()
    sources = ingest.sources()
    assert len(sources) == 5
    assert sum(source.messages for source in sources) == 35_912
    assert len(taken.batch) > 0
    assert all(map(operator.le, taken.batch.source_ns, taken.batch.receipt_ns))


def test_a_real_descent_comes_down_through_columns() -> None:
    flight = json.loads(shared_data("falcon9/FormoSat-5.json").read_text())
    mission, dictionary = built(SPEED, ALTITUDE)
    ingest = Ingest(mission, dictionary, None, {})
    state = JointState(dictionary, {})
    columns = (flight["time_s"], flight["speed_m_s"], flight["altitude_km"])
    now_ns = 0
    for time_s, speed, altitude in zip(*columns, strict=True):
        now_ns = 1_700_000_000_000_000_000 + round(time_s * 1e9)
        row = {"time_s": time_s, "speed_m_s": speed, "altitude_km": altitude}
        ingest.feed(Received("file", now_ns, json.dumps(row).encode()))
    assert ingest.link_faults("file") == 0
    state.at(now_ns)
    state.apply(ingest.take().batch)
    assert state.value(0) == flight["speed_m_s"][-1]
    assert state.value(1) == flight["altitude_km"][-1] * 1000
