"""A flight whose landing never becomes GO."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.flights.flying import fly

pytestmark = pytest.mark.slow

NEVER = """
[criterion.never]
title = "never met"
owner = "BARGE"
gates = ["landing_commit"]
require = "vehicle.bus_voltage > 1000 V"
source = "a test"
"""


def test_a_landing_that_may_not_be_is_diverted_and_exits_3(directory: Path) -> None:
    flight = fly(directory, landing=NEVER)
    assert flight.ended.exit_code == 3
    assert "outcome  diverted (exit 3)\n" in flight.ended.out
    assert "  divert: VERIFIED" in flight.ended.out
    assert re.search(r"LANDING COMMIT: NO-GO, blocked by .*\bnever\b", flight.ended.out)
    assert "  landing_commit: COMMITTED" not in flight.ended.out
    assert flight.left_behind == ()
