"""Tones, symbols and words: grey unless abnormal, and never told by colour alone."""

from __future__ import annotations

import enum
from typing import NamedTuple, TypeAlias

from rich.style import Style

from gcs.messages import CommandState, CriterionState, GateState, LinkState

BACKGROUND = "#121212"


class Tone(enum.IntEnum):
    """How a piece of text is drawn; the abnormal ones in order of severity."""

    PLAIN = 0
    DIM = 1
    BRIGHT = 2
    RULE = 3
    STALE = 4
    BADGE = 5
    STANDBY = 6
    CAUTION = 7
    SERIOUS = 8
    CRITICAL = 9


STYLES: dict[Tone, Style] = {
    Tone.PLAIN: Style(color="#c6c6c6", bgcolor=BACKGROUND),
    Tone.DIM: Style(color="#8a8a8a", bgcolor=BACKGROUND),
    Tone.BRIGHT: Style(color="#eeeeee", bgcolor=BACKGROUND, bold=True),
    Tone.RULE: Style(color="#767676", bgcolor=BACKGROUND),
    Tone.STALE: Style(color="#8a8a8a", bgcolor=BACKGROUND, italic=True),
    Tone.BADGE: Style(color="#121212", bgcolor="#c6c6c6", bold=True),
    Tone.STANDBY: Style(color="#5fafff", bgcolor=BACKGROUND),
    Tone.CAUTION: Style(color="#ffd700", bgcolor=BACKGROUND, bold=True),
    Tone.SERIOUS: Style(color="#ff8700", bgcolor=BACKGROUND, bold=True),
    Tone.CRITICAL: Style(color="#ffffff", bgcolor="#af0000", bold=True),
}


class Mark(NamedTuple):
    """A symbol and its tone."""

    symbol: str
    tone: Tone


OFF = Mark("○", Tone.DIM)
STANDBY = Mark("◎", Tone.STANDBY)
NORMAL = Mark("●", Tone.PLAIN)
CAUTION = Mark("■", Tone.CAUTION)
SERIOUS = Mark("◆", Tone.SERIOUS)
CRITICAL = Mark("▼", Tone.CRITICAL)
UNSURE = Mark("?", Tone.STALE)

CRITERION_MARKS: dict[CriterionState, Mark] = {
    CriterionState.GO: NORMAL,
    CriterionState.CAUTION: CAUTION,
    CriterionState.NO_GO: SERIOUS,
    CriterionState.UNKNOWN: Mark("?", Tone.SERIOUS),
    CriterionState.WAIVED: Mark("■", Tone.CAUTION),
    CriterionState.INHIBITED: OFF,
}

BLOCKING = frozenset({CriterionState.NO_GO, CriterionState.UNKNOWN})
"""States that a gate does not pass."""

ATTENTION: dict[CriterionState, int] = {
    CriterionState.NO_GO: 0,
    CriterionState.UNKNOWN: 1,
    CriterionState.WAIVED: 2,
    CriterionState.CAUTION: 3,
    CriterionState.GO: 4,
    CriterionState.INHIBITED: 5,
}
"""Which criterion is looked at first where not all fit."""

GATE_MARKS: dict[GateState, Mark] = {
    GateState.CLOSED: OFF,
    GateState.NO_GO: CRITICAL,
    GateState.GO: NORMAL,
    GateState.COMMITTED: Mark("✓", Tone.BRIGHT),
    GateState.MISSED: CRITICAL,
    GateState.UNKNOWN: Mark("?", Tone.SERIOUS),
}

COMMAND_MARKS: dict[CommandState, Mark] = {
    CommandState.SENT: STANDBY,
    CommandState.ACKNOWLEDGED: STANDBY,
    CommandState.VERIFIED: Mark("✓", Tone.PLAIN),
    CommandState.REFUSED: SERIOUS,
    CommandState.TIMED_OUT: SERIOUS,
}

LINK_MARKS: dict[LinkState, Mark] = {
    LinkState.CONNECTING: STANDBY,
    LinkState.UP: NORMAL,
    LinkState.DOWN: SERIOUS,
}


def severity_mark(severity: int) -> Mark:
    """The mark of an event by its MAV_SEVERITY."""
    if severity <= 2:
        return CRITICAL
    if severity == 3:
        return SERIOUS
    return CAUTION if severity == 4 else Mark(" ", Tone.PLAIN)


class Span(NamedTuple):
    """Text in one tone."""

    text: str
    tone: Tone = Tone.PLAIN


Line: TypeAlias = tuple[Span, ...]
"""One row of a panel."""
