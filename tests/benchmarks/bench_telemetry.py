"""What a live MAVLink message of six mapped fields costs from bytes to joint state."""

from __future__ import annotations

import time
from pathlib import Path

from gcs.config.loading import load_mission
from gcs.messages import Received
from gcs.telemetry.dictionary import build_dictionary
from gcs.telemetry.ingest import Ingest
from gcs.telemetry.mavlink.dialect import load_dialect
from gcs.telemetry.mavlink.encoding import Encoder
from gcs.telemetry.state import JointState

MISSION = Path(__file__).parents[2] / "configs" / "missions" / "xzy1-hop.toml"
MESSAGES = 20_000
START_NS = 1_700_000_000_000_000_000
SPACING_NS = 50_000


def main() -> None:
    """Print microseconds a message, by how many messages a step takes at once."""
    mission = load_mission(MISSION)
    dialect = load_dialect(mission.dialect_text())
    dictionary, _ = build_dictionary(mission, dialect)
    encoders = {f"fc_{name}": Encoder(dialect, 1, i + 1) for i, name in enumerate("abc")}
    received = []
    for number in range(MESSAGES):
        link = "fc_" + "abc"[number % 3]
        position = {"time_boot_ms": 1000 + number // 20, "x": number / 100, "vx": number / 100}
        data = encoders[link].encode("LOCAL_POSITION_NED", {**position, "vz": -50.0})
        received.append(Received(link, START_NS + number * SPACING_NS, data, "127.0.0.1:1"))
    for size in (1, 10, 100):
        ingest = Ingest(mission, dictionary, dialect, {})
        state = JointState(dictionary, dictionary.windows())
        state_s = derive_s = 0.0
        for first in range(0, MESSAGES, size):
            step = received[first : first + size]
            began = time.process_time()
            for item in step:
                ingest.feed(item)
            state.at(step[-1].receipt_ns)
            state.apply(ingest.take().batch)
            applied = time.process_time()
            state.derive()
            derive_s += time.process_time() - applied
            state_s += applied - began
        print(
            f"telemetry, {size:3} messages a step, us a message: "
            f"feed to state {state_s / MESSAGES * 1e6:5.1f}, "
            f"votes and derived {derive_s / MESSAGES * 1e6:5.1f}"
        )


if __name__ == "__main__":
    main()
