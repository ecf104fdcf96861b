"""Where the vehicle points, as the solution has it, and how fast that turns."""

from __future__ import annotations

from firmware_sim.flight_software.interfaces import Solution
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats


@kernel
def nose_of(s: Solution, out: Floats) -> None:
    """Where B's x axis points, in L."""
    w, x, y, z = s.attitude[0], s.attitude[1], s.attitude[2], s.attitude[3]
    out[0] = 1.0 - 2.0 * (y * y + z * z)
    out[1] = 2.0 * (x * y + w * z)
    out[2] = 2.0 * (x * z - w * y)


@kernel
def swing_of(s: Solution, out: Floats) -> None:
    """How fast the nose turns: d(nose)/dt in L, 1/s."""
    w, x, y, z = s.attitude[0], s.attitude[1], s.attitude[2], s.attitude[3]
    right, down = s.rate_rad_s[2], -s.rate_rad_s[1]
    out[0] = 2.0 * (right * (x * y - w * z) + down * (x * z + w * y))
    out[1] = right * (1.0 - 2.0 * (x * x + z * z)) + 2.0 * down * (y * z - w * x)
    out[2] = 2.0 * right * (y * z + w * x) + down * (1.0 - 2.0 * (x * x + y * y))
