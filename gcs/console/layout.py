"""Which panels there are, where the main page has them, and at which size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.style import Style

from gcs.console.panel import Panel
from gcs.console.panels.board import board
from gcs.console.panels.command import command
from gcs.console.panels.deck import deck
from gcs.console.panels.events import news
from gcs.console.panels.header import header
from gcs.console.panels.help import help_page
from gcs.console.panels.links import links
from gcs.console.panels.palette import palette_panel
from gcs.console.panels.profile import profile
from gcs.console.panels.readings import barge, vehicle, vitals
from gcs.console.panels.rows import Builder
from gcs.console.panels.strips import strips
from gcs.console.theme import Tone

SLOW = 3
"""Paints from one drawing of numbers to the next: faster than 3 Hz they only flicker."""

CHART = 5
PLOT = 2
"""Paints from one drawing of a plot to the next: 5 Hz."""

SMALLEST = (80, 24)
MEDIUM = (110, 34)
LARGE = (150, 44)

LAYOUTS: Mapping[str, tuple[str, ...]] = {
    "left": ("vehicle", "barge", "links", "vitals"),
    "middle": ("profile", "deck", "strips"),
    "right": ("board", "events"),
}
"""The columns of the main page; the style sheet says which a size shows."""

MAIN_PANELS = tuple(name for column in LAYOUTS.values() for name in column)
"""The main page's panels, in the order in which the focus goes through them."""

_PANELS: Mapping[str, tuple[Builder, int]] = {
    "header": (header, 1),
    "vehicle": (vehicle, SLOW),
    "barge": (barge, SLOW),
    "links": (links, SLOW),
    "vitals": (vitals, SLOW),
    "profile": (profile, PLOT),
    "deck": (deck, PLOT),
    "strips": (strips, CHART),
    "board": (board, 1),
    "events": (news, 1),
    "page": (help_page, SLOW),
    "palette": (palette_panel, 1),
    "command": (command, 1),
}
"""What draws each panel, and at every which paint."""


def panels(tones: Mapping[Tone, Style]) -> Iterator[Panel]:
    """Every panel, drawn in these tones."""
    for name, (builder, every) in _PANELS.items():
        yield Panel(builder, name, tones, every)


def layout_for(width: int, height: int) -> str:
    """`large`, `medium` or `small`."""
    if width >= LARGE[0] and height >= LARGE[1]:
        return "large"
    return "medium" if width >= MEDIUM[0] and height >= MEDIUM[1] else "small"
