"""What draws each page, and what its list lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gcs.console.panels.board import board
from gcs.console.panels.deck import deck
from gcs.console.panels.events import events
from gcs.console.panels.help import help_page
from gcs.console.panels.links import links
from gcs.console.panels.profile import profile
from gcs.console.panels.readings import barge_page, vehicle_page
from gcs.console.panels.rows import Builder
from gcs.console.panels.strips import strips
from gcs.console.picture import Picture
from gcs.console.selection import Kind

Items: TypeAlias = Callable[[Picture, int], Sequence[str]]
"""The ids of a page's rows, top first, as a page of that height orders them."""


def no_items(picture: Picture, height: int) -> Sequence[str]:
    """A page without a list."""
    return ()


@dataclass(frozen=True)
class View:
    """How a page is drawn.

    `items` are its rows top first, as ids of `kind`; `opens` is the page that Enter on a
    row shows; `searched` where a search text narrows the rows.
    """

    builder: Builder
    items: Items = no_items
    kind: Kind = Kind.NONE
    opens: str = ""
    searched: bool = False


VIEWS: Mapping[str, View] = {
    "help": View(help_page),
    "events": View(events),
    "alarms": View(events),
    "parameters": View(vehicle_page),
    "links": View(links),
    "board": View(board),
    "criterion": View(board),
    "strips": View(strips),
    "count": View(events),
    "commands": View(events),
    "recording": View(events),
    "vehicle": View(vehicle_page),
    "barge": View(barge_page),
    "profile": View(profile),
    "deck": View(deck),
}
"""Every page but the main one, which is a layout of several panels."""
