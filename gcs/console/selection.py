"""What an operator points at on this console: a page, a row of it, a search text."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace

MAIN = "main"


class Kind(enum.StrEnum):
    """What the rows of a list are."""

    NONE = "rows"
    PARAMETER = "parameters"
    CRITERION = "criteria"
    ALARM = "alarms"


@dataclass(frozen=True)
class Selection:
    """The page shown and what is chosen on it.

    The chosen ones are ids, not row numbers: a list that changes its order never moves
    the cursor to another thing. `row` scrolls what has no ids. `help_for` is the page
    that the help page explains; `focus` the panel of the main page that keys are about.
    """

    page: str = MAIN
    help_for: str = MAIN
    search: str = ""
    row: int = 0
    parameter: str = ""
    criterion: str = ""
    alarm: str = ""
    focus: str = ""

    def chosen(self, kind: Kind) -> str:
        """The id chosen among things of a kind, empty where none is."""
        match kind:
            case Kind.PARAMETER:
                return self.parameter
            case Kind.CRITERION:
                return self.criterion
            case Kind.ALARM:
                return self.alarm
            case Kind.NONE:
                return ""

    def choosing(self, kind: Kind, item: str) -> Selection:
        """The same with `item` chosen."""
        match kind:
            case Kind.PARAMETER:
                return replace(self, parameter=item)
            case Kind.CRITERION:
                return replace(self, criterion=item)
            case Kind.ALARM:
                return replace(self, alarm=item)
            case Kind.NONE:
                return self

    def showing(self, page: str) -> Selection:
        """Another page, from its top; help explains the page that was left for it."""
        asked = page == "help" and self.page != "help"
        help_for = (self.focus or self.page) if asked else self.help_for
        return replace(self, page=page, help_for=help_for, search="", row=0, focus="")

    def focusing(self, panel: str) -> Selection:
        """Another panel of the main page in focus, none where it is empty."""
        return replace(self, focus=panel)

    def searching(self, text: str) -> Selection:
        """Another search text, from the top of what it finds."""
        return replace(self, search=text, row=0)


def moved(selection: Selection, kind: Kind, items: Sequence[str], by: int) -> Selection:
    """The cursor `by` rows further down in `items`; it stops at both ends.

    Where nothing that is listed was chosen, the first move chooses the first row.
    """
    last = max(0, len(items) - 1)
    if kind is Kind.NONE:
        return replace(selection, row=min(max(0, selection.row + by), last))
    if not items:
        return selection
    place = place_of(selection.chosen(kind), items)
    return selection.choosing(kind, items[0 if place is None else min(max(0, place + by), last)])


def place_of(item: str, items: Sequence[str]) -> int | None:
    """Where `item` stands in a list, None where it does not."""
    return items.index(item) if item in items else None


NOTHING_CHOSEN = Selection()
"""The main screen, as a console begins."""
