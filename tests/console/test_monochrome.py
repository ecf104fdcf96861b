"""Without any colour every state still reads differently, and says its word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import msgspec
import pytest

from gcs.clock import SECOND_NS
from gcs.console.model import Freshness
from gcs.console.panels.alarms import alarms
from gcs.console.panels.board import board, board_page
from gcs.console.panels.commands import commands
from gcs.console.panels.count import count_page
from gcs.console.panels.criterion import criterion
from gcs.console.panels.events import news
from gcs.console.panels.header import header
from gcs.console.panels.links import links, links_page
from gcs.console.panels.parameters import parameters
from gcs.console.panels.readings import vehicle
from gcs.console.panels.recording import recording
from gcs.console.panels.rows import Builder
from gcs.console.picture import Picture
from gcs.console.selection import Selection
from gcs.messages import (
    AlarmState,
    AlarmStatus,
    CommandState,
    CommandStatus,
    CountState,
    CountStatus,
    CriterionState,
    EntryState,
    EntryStatus,
    GateState,
    LinkState,
    Quality,
    Snapshot,
)
from tests.console.moments import CHOSEN, pictured
from tests.console.scenes import EPOCH_NS, Scene

Show = Callable[[str], Picture]


def criterion_in(state: str) -> Picture:
    scene = Scene(criteria={"deck_roll": (CriterionState(state), "why")})
    return pictured(scene, CHOSEN)


def gate_in(state: str) -> Picture:
    return pictured(Scene(landing=GateState(state)))


def alarm_in(state: str) -> Picture:
    at_ns = EPOCH_NS
    return pictured(
        replace(Scene(), alarms=(AlarmStatus("deck_roll_high", AlarmState(state), at_ns, "why"),)),
        CHOSEN,
    )


def command_in(state: str) -> Picture:
    sent = CommandStatus(7, "divert", CommandState(state), 1, EPOCH_NS, 1, (), (), "")
    return pictured(Scene(commands=(sent,)))


def link_in(state: str) -> Picture:
    picture = pictured(Scene())
    snapshot = picture.model.snapshot
    changed = msgspec.structs.replace(snapshot.links[0], state=LinkState(state))
    return _with(picture, msgspec.structs.replace(snapshot, links=(changed, *snapshot.links[1:])))


def entry_in(state: str) -> Picture:
    entry = EntryStatus("range.clear", EntryState(state), 1.0, "RANGE", "ben", EPOCH_NS)
    return pictured(replace(Scene(), entries=(entry,)), Selection(parameter="range.clear"))


def count_in(state: str) -> Picture:
    return pictured(replace(Scene(), hold=CountStatus(CountState(state), -60 * SECOND_NS, 0, "")))


_QUALITIES: Mapping[str, tuple[Quality, float]] = {
    "good": (Quality.GOOD, 0.1),
    "suspect": (Quality.SUSPECT, 0.1),
    "bad": (Quality.BAD, 0.1),
    "stale": (Quality.GOOD, 6.0),
    "lost": (Quality.GOOD, 60.0),
    "never": (Quality.NEVER, 0.1),
}


def reading_in(state: str) -> Picture:
    quality, age_s = _QUALITIES[state]
    name = "nav.altitude"
    scene = Scene(qualities={name: quality}, ages_s={name: age_s})
    return pictured(scene, Selection(parameter=name))


def recorder_in(state: str) -> Picture:
    return pictured(
        Scene(recorder_ok=state == "recording"), silent_ns=10**10 if state == "not known" else 0
    )


def _with(picture: Picture, snapshot: Snapshot) -> Picture:
    return replace(picture, model=replace(picture.model, snapshot=snapshot))


SHOWN = [state for state in CriterionState if state is not CriterionState.INHIBITED]
"""What a crowded board never leaves out."""

ROWS: tuple[tuple[str, Show, Iterable[str], Builder, tuple[int, int]], ...] = (
    ("criterion, main", criterion_in, CriterionState, board, (60, 32)),
    ("criterion, small", criterion_in, SHOWN, board, (47, 17)),
    ("criterion, page", criterion_in, CriterionState, board_page, (160, 41)),
    ("criterion, whole", criterion_in, CriterionState, criterion, (80, 17)),
    ("gate, header", gate_in, GateState, header, (160, 5)),
    ("gate, small header", gate_in, GateState, header, (80, 4)),
    ("gate, polls", gate_in, GateState, count_page, (160, 41)),
    ("alarm, page", alarm_in, AlarmState, alarms, (160, 41)),
    ("alarm, small page", alarm_in, AlarmState, alarms, (80, 17)),
    ("alarm, main", alarm_in, ["UNACK", "ACK", "RTN"], news, (60, 8)),
    ("command", command_in, CommandState, commands, (80, 17)),
    ("link, main", link_in, LinkState, links, (47, 12)),
    ("link, page", link_in, LinkState, links_page, (160, 41)),
    ("entry", entry_in, EntryState, count_page, (80, 60)),
    ("entry, parameter", entry_in, EntryState, parameters, (160, 41)),
    ("count", count_in, CountState, header, (80, 4)),
    ("count, large", count_in, CountState, header, (160, 5)),
    ("reading", reading_in, _QUALITIES, parameters, (160, 41)),
    ("recorder", recorder_in, ["recording", "NOT RECORDING", "not known"], recording, (80, 17)),
)


@pytest.mark.parametrize(
    ("show", "states", "builder", "size"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_every_state_says_its_word_and_reads_like_no_other(
    show: Show, states: Iterable[str], builder: Builder, size: tuple[int, int]
) -> None:
    texts = {}
    for state in states:
        lines = builder(show(state), *size)
        texts[state] = "\n".join("".join(span.text for span in line) for line in lines)
        assert str(state) in texts[state], state
    assert len(set(texts.values())) == len(texts)


def test_every_quality_of_a_reading_is_told_apart_in_a_narrow_panel_too() -> None:
    rows = {
        state: "".join(span.text for span in vehicle(reading_in(state), 31, 8)[1])
        for state in _QUALITIES
    }
    assert set(_QUALITIES) == {freshness.value for freshness in Freshness}
    assert len(set(rows.values())) == len(rows)
    symbols = {"good": " ", "suspect": "■", "bad": "◆", "stale": "?", "lost": "?", "never": "?"}
    assert {state: row[0] for state, row in rows.items()} == symbols


def test_who_may_command_is_told_in_words() -> None:
    here = pictured(Scene())
    shown = {
        "here": here,
        "there": replace(here, console="console-2"),
        "nobody": pictured(replace(Scene(), consoles=())),
        "silent": pictured(Scene(), silent_ns=10**10),
    }
    for size in ((160, 5), (80, 4)):
        texts = {
            "".join(span.text for line in header(picture, *size) for span in line)
            for picture in shown.values()
        }
        assert len(texts) == len(shown)
