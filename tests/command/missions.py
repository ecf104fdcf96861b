"""The tables that missions with commands are put together from."""

from __future__ import annotations

PARAMETERS = {"mode": "", "left": "s"}
PHASE = """
[[phase]]
id = "p"
title = "p"
"""
COMMIT = """
[[command]]
id = "commit"
title = "COMMIT"
mav_cmd = "COMMIT"
validity = "3 s"
"""
BARGE = """
[[link]]
id = "barge"
kind = "memory"
carries = "barge"
[[source]]
id = "barge"
kind = "barge"
links = ["barge"]
root = "landfall/atlas"
"""


def vehicle_sources(*names: str, other: str = "") -> str:
    """A flight computer of each name, and an `other` source that is none, each on its link."""
    return "".join(
        f"""
[[link]]
id = "{name}"
kind = "memory"
carries = "mavlink"
[[source]]
id = "{name}"
kind = "mavlink"
links = ["{name}"]
system = 1
component = {component}
flight_computer = {"false" if name == other else "true"}
"""
        for component, name in enumerate(filter(None, (*names, other)), start=1)
    )
