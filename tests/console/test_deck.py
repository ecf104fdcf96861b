"""The deck is drawn true: bow up, equal axes, and no mark where nothing is known."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import pytest

from gcs.clock import SECOND_NS
from gcs.console.model import Model
from gcs.console.panels.deck import deck, deck_plot
from gcs.console.picture import Picture
from gcs.console.theme import Line
from gcs.console.trails import Trails
from gcs.messages import Catalogue, Quality
from tests.console.scenes import Scene, catalogue

HEADING = 4.31
LENGTH, BEAM = 91.4, 51.8


def on_deck_scene(starboard: float, forward: float, heading: float = HEADING) -> Scene:
    """The vehicle there, with the barge on some heading; the aim is the deck's centre."""
    north = forward * math.cos(heading) - starboard * math.sin(heading)
    east = forward * math.sin(heading) + starboard * math.cos(heading)
    return Scene(
        values={
            "landing.relative_north": north,
            "landing.relative_east": east,
            "landing.miss": math.hypot(north, east),
            "barge.heading": heading,
        }
    )


def rows(
    scene: Scene,
    size: tuple[int, int] = (51, 19),
    silent_ns: int = 0,
    names: Catalogue | None = None,
) -> list[str]:
    names = names or catalogue()
    model = Model(names, scene.snapshot(), silent_ns)
    return text(deck(Picture(model, 0, "FD", "", "", Trails(0), ()), *size))


def text(lines: Sequence[Line]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


def found(lines: Sequence[str], symbol: str) -> tuple[int, int]:
    """Column and row of the only such symbol below the title."""
    places = [(line.index(symbol), row) for row, line in enumerate(lines) if symbol in line and row]
    assert len(places) == 1, places
    return places[0]


@pytest.mark.parametrize("heading", [0.0, 1.0, HEADING, -2.0])
@pytest.mark.parametrize("size", [(51, 19), (120, 32), (80, 17), (30, 19)])
def test_a_vehicle_at_the_bow_is_drawn_at_the_bow(size: tuple[int, int], heading: float) -> None:
    lines = rows(on_deck_scene(0.0, 0.47 * LENGTH, heading), size)
    column, row = found(lines, "▲")
    centre, _ = found(lines, "×")
    _, bow = found(lines, "+46┤")
    assert row - bow in (0, 1)
    assert abs(column - centre) <= 1


def test_the_bow_is_named_at_the_upper_end_of_the_deck() -> None:
    lines = rows(Scene())
    assert found(lines, "BOW")[1] == found(lines, "+46┤")[1]
    assert abs(found(lines, "BOW")[0] + 1 - found(lines, "×")[0]) <= 1
    assert found(lines, "+46┤")[1] < found(lines, "-46┤")[1]


def test_starboard_is_right_port_is_left_and_the_stern_is_down() -> None:
    centre, middle = found(rows(on_deck_scene(0.0, 40.0)), "×")
    assert found(rows(on_deck_scene(20.0, 0.0)), "▲")[0] > centre + 4
    assert found(rows(on_deck_scene(-20.0, 0.0)), "▲")[0] < centre - 4
    assert found(rows(on_deck_scene(0.0, -40.0)), "▲")[1] > middle + 4


@pytest.mark.parametrize("size", [(20, 17), (90, 30), (60, 15), (12, 40)])
def test_a_metre_is_as_long_across_as_along(size: tuple[int, int]) -> None:
    plot = deck_plot(Model(catalogue(), Scene().snapshot()), *size)
    lit = [
        (2 * column + side, 4 * row + level)
        for row, line in enumerate(text(plot.lines()))
        for column, character in enumerate(line)
        if "\u2801" <= character <= "\u28ff"
        for side, bits in enumerate(((1, 2, 4, 64), (8, 16, 32, 128)))
        for level, bit in enumerate(bits)
        if (ord(character) - 0x2800) & bit
    ]
    across = max(x for x, _ in lit) - min(x for x, _ in lit)
    along = max(y for _, y in lit) - min(y for _, y in lit)
    metre = along / LENGTH
    assert across == pytest.approx(BEAM * metre, abs=2)


def test_outside_the_view_an_arrow_tells_where_and_how_far() -> None:
    port = rows(on_deck_scene(-150.0, 0.0))
    assert "←▲150 m" in "\n".join(port)
    assert found(port, "▲")[1] == found(port, "×")[1]
    assert "↑▲300 m" in rows(on_deck_scene(0.0, 300.0))[1]
    assert "↘▲200 m" in "\n".join(rows(on_deck_scene(141.42, -141.42)))


def test_the_numbers_beside_the_deck_are_in_its_frame() -> None:
    shown = "\n".join(rows(on_deck_scene(-6.2, 8.4)))
    for row in ("stbd         -6.2 m", "fwd          +8.4 m", "miss         10.4 m"):
        assert row in shown
    for title in ("height", "to go", "heave", "roll", "pitch"):
        assert title in shown


@pytest.mark.parametrize(
    "name", ["landing.relative_north", "landing.relative_east", "barge.heading"]
)
@pytest.mark.parametrize("quality", [q for q in Quality if q is not Quality.GOOD])
def test_what_is_not_good_places_nothing(name: str, quality: Quality) -> None:
    scene = on_deck_scene(0.0, 20.0)
    scene.qualities[name] = quality
    shown = "\n".join(rows(scene)[1:])
    assert "? ▲" in shown
    assert shown.count("▲") == 1
    assert shown.count("----") >= 2, "no offset may be read either"


def test_an_old_value_places_nothing_and_shows_its_age() -> None:
    scene = on_deck_scene(0.0, 20.0)
    scene.ages_s["barge.heading"] = 6.2
    shown = "\n".join(rows(scene)[1:])
    assert "? ▲" in shown
    assert "? × " in shown
    assert "? stbd         ---- 6.2s" in shown


def test_an_aim_that_is_not_known_has_no_mark_while_the_vehicle_keeps_its_own() -> None:
    scene = on_deck_scene(0.0, 20.0)
    scene.qualities["landing.aim_east"] = Quality.STALE
    shown = "\n".join(rows(scene)[1:])
    assert "? ×" in shown
    assert "? ▲" not in shown
    assert "▲" in shown


def test_a_silent_station_leaves_no_mark() -> None:
    shown = "\n".join(rows(on_deck_scene(0.0, 20.0), silent_ns=3 * SECOND_NS)[1:])
    assert "? ▲" in shown
    assert "? ×" in shown
    assert shown.count("▲") == shown.count("×") == 1


def test_a_mission_without_a_deck_says_so() -> None:
    names = msgspec.structs.replace(catalogue(), deck_length_m=0.0)
    assert "this mission has no deck" in "\n".join(rows(Scene(), names=names))


def test_what_the_display_leaves_out_is_not_drawn() -> None:
    names = catalogue()
    few = msgspec.structs.replace(names.display, deck_north=None, aim_north=None, miss=None)
    shown = "\n".join(rows(Scene(), names=msgspec.structs.replace(names, display=few))[1:])
    for absent in ("▲", "×", "miss", "stbd", "?"):
        assert absent not in shown
    assert "BOW" in shown
    assert "heave" in shown
