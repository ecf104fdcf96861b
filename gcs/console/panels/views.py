"""What draws each page, and what its list lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gcs.console.panels.alarms import alarm_ids, alarms
from gcs.console.panels.board import board_ids, board_page
from gcs.console.panels.commands import command_ids, commands
from gcs.console.panels.count import count_page, count_rows
from gcs.console.panels.criterion import criterion, criterion_ids
from gcs.console.panels.deck import deck
from gcs.console.panels.events import event_ids, events
from gcs.console.panels.help import help_page, help_rows
from gcs.console.panels.links import link_rows, links_page
from gcs.console.panels.parameters import parameter_ids, parameters
from gcs.console.panels.profile import profile
from gcs.console.panels.readings import barge_page, vehicle_page
from gcs.console.panels.recording import recording
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
    "help": View(help_page, help_rows),
    "events": View(events, event_ids),
    "alarms": View(alarms, alarm_ids, Kind.ALARM),
    "parameters": View(parameters, parameter_ids, Kind.PARAMETER, searched=True),
    "links": View(links_page, link_rows),
    "board": View(board_page, board_ids, Kind.CRITERION, opens="criterion"),
    "criterion": View(criterion, criterion_ids, Kind.CRITERION, opens="board"),
    "strips": View(strips),
    "count": View(count_page, count_rows),
    "commands": View(commands, command_ids),
    "recording": View(recording, event_ids),
    "vehicle": View(vehicle_page),
    "barge": View(barge_page),
    "profile": View(profile),
    "deck": View(deck),
}
"""Every page but the main one, which is a layout of several panels."""
