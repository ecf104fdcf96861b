"""The profile shows where the vehicle is and was, and nothing where that is not known."""

from __future__ import annotations

import msgspec
import pytest

from gcs.clock import SECOND_NS
from gcs.console.panels.profile import profile
from gcs.console.session import Session
from gcs.messages import Catalogue, Display, Quality
from tests.console.flown import scene_at, session_at
from tests.console.scenes import Scene, catalogue

SIZE = (51, 14)


def rows(session: Session, silent_ns: int = 0, size: tuple[int, int] = SIZE) -> list[str]:
    picture = session.picture(silent_ns, 0)
    assert picture is not None
    return ["".join(span.text for span in line) for line in profile(picture, *size)]


def of(scene: Scene, names: Catalogue | None = None) -> Session:
    session = Session("FD")
    session.receive(names or catalogue(), 0)
    session.receive(scene.snapshot(), 0)
    return session


def shown(display: Display) -> Catalogue:
    return msgspec.structs.replace(catalogue(), display=display)


def place(lines: list[str], symbol: str) -> tuple[int, int]:
    places = [(line.index(symbol), row) for row, line in enumerate(lines) if symbol in line and row]
    assert len(places) == 1, places
    return places[0]


def test_the_vehicle_stands_at_its_range_and_altitude() -> None:
    scene = Scene(values={"nav.altitude": 990.0, "landing.miss": 101.0})
    lines = rows(of(scene))
    column, row = place(lines, "▲")
    assert "1000┤" in lines[1]
    assert row == 1
    assert "▲ 990.0 m" in lines[row]
    barge, bottom = place(lines, "▬")
    assert bottom == len(lines) - 3
    # 101 m of an axis that ends at 150 m, over 43 columns with a margin on both sides.
    assert column - barge == pytest.approx(43 / 1.08 * 101 / 150, abs=2)


def test_the_label_gives_way_to_the_frame() -> None:
    scene = Scene(values={"nav.altitude": 990.0, "landing.miss": 149.0})
    lines = rows(of(scene))
    assert "990.0 m ▲" in lines[1]


def test_the_path_flown_stays_and_the_scale_holds_its_top() -> None:
    lines = rows(session_at(104.0))
    assert "2500┤" in lines[1]
    dotted = [row for row, line in enumerate(lines) if any("\u2801" <= c <= "\u28ff" for c in line)]
    assert dotted[0] == 1
    assert len(dotted) >= 10


def test_the_aim_point_stands_on_the_ground_at_its_range() -> None:
    beside = Scene(values={"landing.aim_north": -130.0, "landing.miss": 140.0})
    lines = rows(of(beside))
    column, row = place(lines, "×")
    assert row == place(lines, "▬")[1]
    assert column - place(lines, "▬")[0] == pytest.approx(43 / 1.08 * 130 / 150, abs=2)
    assert "▬×▬" in "\n".join(rows(of(Scene())))


@pytest.mark.parametrize("name", ["nav.altitude", "landing.miss"])
@pytest.mark.parametrize("quality", [q for q in Quality if q is not Quality.GOOD])
def test_what_is_not_good_places_nothing(name: str, quality: Quality) -> None:
    final = scene_at(104.0)
    final.qualities[name] = quality
    lines = rows(session_at(104.0, final))
    assert "? ▲" in lines[1]
    assert "\n".join(lines).count("▲") == 1


def test_an_old_altitude_says_how_old() -> None:
    final = scene_at(104.0)
    final.ages_s["nav.altitude"] = 6.2
    assert "? ▲ altitude 6.2s old" in rows(session_at(104.0, final))[1]


def test_an_unknown_aim_has_no_mark() -> None:
    scene = Scene(qualities={"landing.aim_north": Quality.STALE})
    assert "×" not in "\n".join(rows(of(scene))[1:])


def test_a_silent_station_leaves_the_path_but_no_mark() -> None:
    lines = rows(session_at(104.0), silent_ns=3 * SECOND_NS)
    assert "? ▲" in lines[1]
    assert "×" not in "\n".join(lines[1:])
    assert any("\u2801" <= c <= "\u28ff" for c in "\n".join(lines))


def test_without_a_range_altitude_is_drawn_over_time() -> None:
    lines = rows(of(Scene(), shown(Display(altitude=catalogue().display.altitude))))
    assert "PROFILE altitude m · 300 s" in lines[0]
    assert place(lines, "▲")[0] == SIZE[0] - 1
    assert "▬" not in "\n".join(lines)
    assert "-300" in lines[-1]


def test_without_an_altitude_the_panel_says_what_is_missing() -> None:
    assert "[display] names no altitude" in "\n".join(rows(of(Scene(), shown(Display()))))
