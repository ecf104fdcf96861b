"""The real console in a real pseudo-terminal, attached to a real server, everything changing.

`python tests/benchmarks/bench_console.py [soak]`: CPU share of one core at 160x50 and 10 Hz,
key to paint, bytes a second; with `soak` the memory that half an hour's snapshots leave.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from gcs.console.panels.header import BEATS
from tests.console.terminal import Terminal, console_on

SIZE = (160, 50)
SECONDS = 20.0
SETTLED_S = 3.0
KEYS = 200
LETTERS = "жщцфябдюэъ"
"""Letters that stand nowhere on the screen but where they are typed."""

SOAK_HZ = 100
SOAK_SNAPSHOTS = 18_000
"""Half an hour at 10 Hz."""


def paint_cost() -> None:
    """CPU share and bytes, untouched; then key to paint."""
    with console_on("busy", SIZE) as terminal:
        time.sleep(SETTLED_S)
        terminal.forget()
        used_s, painted, began_s = terminal.cpu_s(), terminal.bytes_total, time.monotonic()
        time.sleep(SECONDS)
        took_s = time.monotonic() - began_s
        share = (terminal.cpu_s() - used_s) / took_s
        rate = (terminal.bytes_total - painted) / took_s / 1e3
        text = terminal.painted.decode(errors="ignore")
        paints = sum(text.count(f" {beat} ") for beat in BEATS) / took_s
        print(f"{SIZE[0]}x{SIZE[1]}, everything changing: {share:.1%} of one core ", end="")
        print(f"at {paints:.1f} paints/s, {rate:.0f} kB/s to the terminal")
        delays = sorted(key_delays(terminal))
        shown = (f"p{p:g} {delays[int(len(delays) * p / 100)] * 1e3:.0f}" for p in (50, 95, 99))
        print(f"key to paint, {KEYS} keys: {', '.join(shown)} ms")


def key_delays(terminal: Terminal) -> Iterator[float]:
    """Seconds from key to paint, at times that have nothing to do with the paint tick."""
    draw = random.Random(1)
    for count in range(KEYS):
        time.sleep(draw.uniform(0.03, 0.17))
        yield terminal.typed(LETTERS[count % len(LETTERS)])
        terminal.press("\x7f")


def soak() -> None:
    """Memory over half an hour's snapshots: at start, and after each sixth of them."""
    with console_on("busy", SIZE, SOAK_HZ) as terminal:
        time.sleep(SETTLED_S)
        marks = [terminal.resident_mb()]
        for _ in range(6):
            time.sleep(SOAK_SNAPSHOTS / SOAK_HZ / 6)
            marks.append(terminal.resident_mb())
        print("memory over 30 min of snapshots: " + ", ".join(f"{m:.1f}" for m in marks) + " MB")


if __name__ == "__main__":
    paint_cost()
    if "soak" in sys.argv[1:]:
        soak()
