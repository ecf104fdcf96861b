from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes is the machine's affair: what else it does fails no test.
settings.register_profile("landfall", deadline=None)
settings.load_profile("landfall")

HERE = Path(__file__).parent
LONGEST = (
    "hil/test_rehearse.py",
    "test_deciding.py",
    "firmware_sim/test_flights.py",
    "decision/test_criterion_contract.py",
    "e2e/test_mavsdk_peer.py",
    "decision/test_criterion_mutations.py",
    "links/test_mqtt.py",
    "test_station_no_go.py",
    "test_station_committed.py",
    "test_station_stops.py",
    "e2e/test_demo.py",
    "console/test_web.py",
    "test_station.py",
    "console/test_live.py",
    "e2e/test_start_up.py",
    "firmware_sim/test_cargo.py",
    "console/test_terminal.py",
    "console/test_app.py",
    "test_station_count.py",
    "test_station_landing.py",
    "test_station_intents.py",
    "flights/test_landing.py",
    "flights/test_resume.py",
    "flights/test_serial_port.py",
    "flights/test_divert.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: where files are shared out to workers, no core ends alone."""
    first = {HERE / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(item.path, len(LONGEST)))
