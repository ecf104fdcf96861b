"""A flight with a flight computer on a serial port, here a pseudo-terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flights.flying import fly
from tests.helpers.commands import gcs

pytestmark = pytest.mark.slow


def test_a_flight_computer_on_a_serial_port_lands_too(directory: Path) -> None:
    flight = fly(directory, "--serial")
    (opened,) = (line for line in flight.ended.out.splitlines() if "link fc_c: up: " in line)
    assert flight.ended.exit_code == 0
    assert "open: serial " in opened
    assert "at 921600 baud" in opened
    assert "  landing_commit: VERIFIED" in flight.ended.out
    assert flight.left_behind == ()
    verified = gcs("replay", flight.recording, "--verify")
    assert verified.out.startswith("identical: "), "the recording knows the port it was flown on"
