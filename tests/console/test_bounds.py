"""No text leaves its cells, none acts on the terminal, none is cut unseen, no colour stands alone.

For every page and panel, whatever its size and whatever the texts it is given.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from gcs.console.model import Model
from gcs.console.panels.board import board
from gcs.console.panels.command import command
from gcs.console.panels.events import news
from gcs.console.panels.header import header
from gcs.console.panels.links import links
from gcs.console.panels.readings import barge, vehicle, vitals
from gcs.console.panels.rows import Builder
from gcs.console.panels.views import VIEWS
from gcs.console.picture import Picture
from gcs.console.selection import Selection
from gcs.console.theme import Line, Tone
from gcs.console.trails import Trails
from gcs.messages import CriterionState
from tests.console import hostile
from tests.console.moments import CHOSEN, MOMENTS, SIZES, STRIPS, moment, no_go, pictured
from tests.console.scenes import catalogue

BUILDERS: Mapping[str, Builder] = {
    **{name: view.builder for name, view in VIEWS.items()},
    "main header": header,
    "main board": board,
    "main news": news,
    "main links": links,
    "main vehicle": vehicle,
    "main barge": barge,
    "main vitals": vitals,
    "command line": command,
}
EACH = pytest.mark.parametrize("builder", BUILDERS.values(), ids=BUILDERS.keys())
TEXTS = st.one_of(
    st.sampled_from((hostile.ALL, hostile.CONTROLS, hostile.WIDE, hostile.COMBINING, "")),
    st.text(max_size=200),
)


def poisoned(text: str, name: str = "no-go", silent_ns: int = 0) -> Picture:
    """A console in one of the states whose every text, its own operator's too, is `text`."""
    names = hostile.poisoned(catalogue(), text)
    snapshot = hostile.poisoned(MOMENTS[name]().snapshot(), text)
    trails = Trails(len(names.parameters), [text])
    trails.add(snapshot)
    chosen = Selection(search=text, parameter=text, criterion=text, alarm=text)
    model = Model(names, snapshot, silent_ns)
    return Picture(model, 0, text, text, text, trails, STRIPS, chosen, console=text)


def plain(lines: Sequence[Line]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


def assert_inside(lines: Sequence[Line], width: int, height: int) -> None:
    assert len(lines) <= height
    for row in plain(lines):
        assert row.isprintable(), repr(row)
        assert cell_len(row) <= width, row


@EACH
@settings(max_examples=25)
@given(
    width=st.integers(1, 200),
    height=st.integers(1, 60),
    text=TEXTS,
    name=st.sampled_from(sorted(MOMENTS)),
    silent_ns=st.sampled_from((0, 10**10)),
)
def test_nothing_leaves_its_cells_and_no_control_character_reaches_the_screen(
    builder: Builder, width: int, height: int, text: str, name: str, silent_ns: int
) -> None:
    picture = poisoned(text, name, silent_ns)
    assert_inside(builder(picture, width, height), width, height)


@EACH
@pytest.mark.parametrize("name", MOMENTS)
def test_every_screen_of_every_state_keeps_to_its_cells_at_every_size(
    builder: Builder, name: str
) -> None:
    picture = moment(name, CHOSEN)
    for width, height in (*SIZES, (47, 12), (33, 17), (60, 8)):
        assert_inside(builder(picture, width, height), width, height)


@EACH
def test_megabytes_of_text_cost_no_time(builder: Builder) -> None:
    picture = poisoned(hostile.MEGABYTES)
    began = time.process_time()
    builder(picture, 160, 41)
    assert time.process_time() - began < 1.0


SYMBOLS = re.compile(r"[◎■◆▼?✓]|----|never")
COLOURED = frozenset({Tone.STALE, Tone.STANDBY, Tone.CAUTION, Tone.SERIOUS, Tone.CRITICAL})


@EACH
@pytest.mark.parametrize("silent_ns", [0, 10**10], ids=["heard", "silent"])
@pytest.mark.parametrize("name", MOMENTS)
def test_no_row_is_coloured_without_a_symbol_that_says_the_same(
    builder: Builder, name: str, silent_ns: int
) -> None:
    picture = pictured(MOMENTS[name](), CHOSEN, silent_ns)
    for width, height in SIZES:
        for line in builder(picture, width, height):
            if any(span.tone in COLOURED and span.text.strip() for span in line):
                assert SYMBOLS.search("".join(span.text for span in line)), line


LAST = "w99"
TELLING = ("board", "criterion", "alarms", "main board", "main news", "main header")


def told_whole_or_cut(rows: Sequence[str]) -> list[bool]:
    """For each time that a sentence begins: whether it ends or is cut visibly."""
    text = " ".join(" ".join(rows).split())
    ends = []
    for begin in re.finditer(r"w00", text):
        rest = text[begin.start() :]
        told = re.match(r"(?:w\d\d ?)+", rest)
        assert told is not None
        whole = told.group().rstrip().endswith(LAST)
        ends.append(whole or rest[told.end() :].lstrip("w0123456789").startswith("…"))
    return ends


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", TELLING)
@pytest.mark.parametrize("length", [1, 5, 12, 20, 35, 60])
def test_every_sentence_of_a_criterion_or_an_alarm_is_whole_or_visibly_cut(
    name: str, size: tuple[int, int], length: int
) -> None:
    said = " ".join([*(f"w{place:02d}" for place in range(length)), LAST])
    scene = no_go()
    for info in catalogue().criteria:
        scene.criteria[info.id] = (CriterionState.NO_GO, said)
    scene.alarms = tuple(msgspec.structs.replace(alarm, why=said) for alarm in scene.alarms)
    width = {"main board": 60, "main news": 60}.get(name, size[0])
    height = {"main header": 5, "main news": 12}.get(name, size[1] - 8)
    rows = plain(BUILDERS[name](pictured(scene, CHOSEN), width, height))
    ends = told_whole_or_cut(rows)
    assert ends, "the sentence is nowhere"
    assert all(ends)
