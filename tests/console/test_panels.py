"""Each panel says what it must, in the cells it has, and never by colour alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest
from rich.cells import cell_len

from gcs.clock import SECOND_NS
from gcs.console import theme
from gcs.console.model import Model
from gcs.console.panels.board import board
from gcs.console.panels.command import command
from gcs.console.panels.events import events
from gcs.console.panels.header import header
from gcs.console.panels.links import links
from gcs.console.panels.readings import vehicle
from gcs.console.panels.strips import strips
from gcs.console.picture import Picture
from gcs.console.theme import Line, Tone
from gcs.console.themes import DARK
from gcs.console.trails import Trails
from gcs.messages import (
    CommandState,
    CommandStatus,
    CountState,
    CriterionState,
    Event,
    GateInfo,
    GateState,
    LinkState,
    Quality,
    StagedStatus,
    WaiverStatus,
)
from tests.console.scenes import Scene, catalogue, column

STRIPS = (column("nav.altitude"), column("barge.deck.roll"))


def picture(scene: Scene, silent_ns: int = 0, typed: str = "", answer: str = "") -> Picture:
    snapshot = scene.snapshot()
    trails = Trails(len(catalogue().parameters))
    trails.add(snapshot)
    model = Model(catalogue(), snapshot, silent_ns)
    return Picture(model, 0, "FD", typed, answer, trails, STRIPS)


def text(lines: Sequence[Line]) -> str:
    return "\n".join("".join(span.text for span in line).rstrip() for line in lines)


def no_go(**more: object) -> Scene:
    scene = Scene(landing=GateState.NO_GO, blocking=("deck_roll", "deck_beacon"))
    scene.criteria = {
        "deck_roll": (CriterionState.NO_GO, "deck roll 3.4 deg, limit 3.0 deg"),
        "deck_beacon": (CriterionState.UNKNOWN, "no data: landing.beacon 6.2 s old, limit 2.0 s"),
        "gust": (CriterionState.CAUTION, "gust 14.2 m/s, limit 14.0 m/s"),
        "waves": (CriterionState.WAIVED, "waves 2.1 m, waiver WV-03"),
    }
    for name, value in more.items():
        setattr(scene, name, value)
    return scene


@pytest.mark.parametrize(
    "marks",
    [theme.CRITERION_MARKS, theme.GATE_MARKS, theme.LINK_MARKS, theme.COMMAND_MARKS],
)
def test_every_state_has_a_symbol_of_its_own_kind(marks: dict[str, theme.Mark]) -> None:
    for state, mark in marks.items():
        assert mark.symbol.strip(), state
    tones: dict[str, set[Tone]] = {}
    for mark in marks.values():
        tones.setdefault(mark.symbol, set()).add(mark.tone)
    assert all(len(used) == 1 for used in tones.values()), "a symbol told apart by colour alone"


def test_every_state_of_the_messages_has_a_mark() -> None:
    assert set(theme.CRITERION_MARKS) == set(CriterionState) == set(theme.ATTENTION)
    assert set(theme.GATE_MARKS) == set(GateState)
    assert set(theme.LINK_MARKS) == set(LinkState)
    assert set(theme.COMMAND_MARKS) == set(CommandState)
    assert set(DARK.styles) == set(Tone)


def test_greys_are_grey() -> None:
    for tone in (Tone.PLAIN, Tone.DIM, Tone.BRIGHT, Tone.RULE, Tone.STALE):
        color = DARK.styles[tone].color
        assert color is not None
        assert len(set(color.get_truecolor())) == 1


@pytest.mark.parametrize("size", [(62, 42), (71, 22), (47, 17)])
def test_every_not_go_is_on_the_board_with_its_word_at_every_size(size: tuple[int, int]) -> None:
    shown = text(board(picture(no_go()), *size))
    for word in ("◆ deck roll", "NO-GO", "? deck beacon", "UNKNOWN", "■ gust", "CAUTION", "WAIVED"):
        assert word in shown
    assert "▼ NO-GO  2 blocking" in shown


def test_the_board_keeps_its_places_where_all_fit_and_sorts_where_not() -> None:
    large = text(board(picture(no_go()), 62, 42)).splitlines()
    assert large[3].startswith(" ● flight computers")
    small = text(board(picture(no_go()), 47, 17)).splitlines()
    assert small[3].startswith(" ◆ deck roll")
    assert "more, worst: GO" in small[-2]
    assert small[-1] == "   BARGE: deck roll 3.4 deg, limit 3.0 deg, fo…"


def test_a_not_go_says_value_limit_how_long_and_owner() -> None:
    shown = text(board(picture(no_go()), 62, 42))
    assert "12s 60 s" not in shown
    assert "12s 3.4 deg, limit 3.0 deg" in shown
    assert "BARGE: deck roll 3.4 deg, limit 3.0 deg, for 12s" in shown


def waived(state: CriterionState, position: str = "FD") -> list[str]:
    """The row of the waves, under a waiver for 5 min more, on boards of three sizes."""
    scene = no_go()
    until_ns = scene.now_ns + 300 * SECOND_NS
    scene.criteria["waves"] = (state, "significant wave height 2.6 m, limit 2.5 m")
    scene.waivers["waves"] = WaiverStatus("waves", position, "calming", 3.0, 0, until_ns)
    boards = [text(board(picture(scene), *size)) for size in ((62, 42), (71, 22), (47, 17))]
    rows = [row for shown in boards for row in shown.splitlines()]
    return [row for row in rows if "significant wave" in row and "WEATHER" not in row]


def test_a_waived_row_says_by_symbol_and_word_who_waived_it_and_for_how_long() -> None:
    rows = waived(CriterionState.WAIVED)
    assert len(rows) == 3
    assert all(re.match(r" ■ significant wave.* WAIVED .*FD 5m left ", row) for row in rows)
    assert "12s FD 5m left 2.6 m, limit" in rows[1]


@pytest.mark.parametrize("state", [CriterionState.GO, CriterionState.CAUTION])
def test_a_waiver_that_is_not_needed_now_shows_beside_the_state(state: CriterionState) -> None:
    large = waived(state)[0]
    assert f" {state} " in large
    assert " waiver FD 5m left" in large
    assert "WAIVED" not in large


def test_a_crowded_tall_board_keeps_its_order_and_leaves_out_only_what_is_calm() -> None:
    scene = no_go()
    scene.landing = GateState.COMMITTED
    lines = text(board(picture(scene), 60, 26)).splitlines()
    assert lines[0].startswith("─ GO / NO-GO ──")
    titles = [info.title for info in catalogue().criteria]
    shown = [line[3:25].strip().rstrip("…") for line in lines[3:-3]]
    assert len(shown) == 20
    left = iter(titles)
    assert all(any(title.startswith(row) for title in left) for row in shown)
    for word in ("◆ deck roll", "? deck beacon", "■ gust", "■ significant wave"):
        assert any(line.strip().startswith(word) for line in lines)
    assert re.fullmatch(r" ○ \d+ more, worst: GO  \(F7\)| ● \d+ more, worst: GO  \(F7\)", lines[-3])
    assert [line.split(":")[0].strip() for line in lines[-2:]] == ["BARGE", "GNC"]


@pytest.mark.parametrize("size", [(160, 42), (80, 20), (60, 32), (60, 26), (72, 24), (47, 17)])
@pytest.mark.parametrize("length", [5, 20, 60, 300])
def test_a_sentence_of_the_board_is_whole_or_visibly_cut(
    size: tuple[int, int], length: int
) -> None:
    scene = no_go()
    for place, info in enumerate(catalogue().criteria[5:17]):
        why = f"{place:02d}" + "x" * length + "end"
        scene.criteria[info.id] = (CriterionState.NO_GO, why)
    lines = text(board(picture(scene), *size)).splitlines()
    for place in range(12):
        told = [line for line in lines if f"{place:02d}x" in line]
        assert told, "a criterion that is NO-GO has no row"
        assert all("xend" in line or line.endswith("…") for line in told)


@pytest.mark.parametrize("width", [160, 120])
def test_no_gate_is_pushed_out_by_the_reason_of_another(width: int) -> None:
    names = catalogue()
    gates = (*names.gates, GateInfo("landing_continue", "CONTINUE"))
    scene = no_go()
    scene.criteria["deck_beacon"] = (CriterionState.UNKNOWN, "w" * 300)
    snapshot = scene.snapshot()
    last = msgspec.structs.replace(snapshot.gates[1], id="landing_continue")
    model = Model(
        msgspec.structs.replace(names, gates=gates),
        msgspec.structs.replace(snapshot, gates=(*snapshot.gates, last)),
    )
    shown = text(header(Picture(model, 0, "FD", "", "", Trails(0), ()), width, 5)).splitlines()[3]
    assert cell_len(shown) <= width
    assert "CONTINUE ▼ NO-GO closes in 18.0 s GNC w" in shown
    assert shown.count("w…") == 2


def test_a_narrow_header_leaves_the_room_to_the_gates_being_decided() -> None:
    assert "LAUNCH" in text(header(picture(no_go()), 160, 5))
    narrow = text(header(picture(no_go()), 120, 5))
    assert "LAUNCH" not in narrow
    assert "LANDING COMMIT ▼ NO-GO" in narrow
    closed = no_go(landing=GateState.CLOSED, blocking=())
    assert "LAUNCH ✓ COMMITTED" in text(header(picture(closed), 120, 5))


def test_what_is_left_out_is_counted_with_its_worst() -> None:
    crowded = no_go()
    lines = text(board(picture(crowded), 47, 5)).splitlines()
    assert lines[-1] == " ? 23 more, worst: UNKNOWN  (F7)"


def test_the_board_and_its_roll_up_are_of_the_gates_being_decided_else_of_the_next() -> None:
    scene = no_go(landing=GateState.CLOSED, blocking=())
    assert "NEXT GATE ◆ 1 NO-GO" in text(header(picture(scene), 160, 5))
    over = no_go(landing=GateState.MISSED, blocking=())
    assert "BOARD ◆ 1 NO-GO" in text(header(picture(over), 160, 5))
    snapshot = scene.snapshot()
    launch = msgspec.structs.replace(snapshot.gates[0], state=GateState.GO)
    gates = (launch, snapshot.gates[1])
    deciding = picture(scene)
    model = Model(catalogue(), msgspec.structs.replace(snapshot, gates=gates))
    shown = text(board(replace(deciding, model=model), 62, 42))
    assert "propellant loaded" in shown
    assert "deck roll" not in shown
    closed = msgspec.structs.replace(snapshot.gates[0], state=GateState.CLOSED)
    waiting = msgspec.structs.replace(snapshot, gates=(closed, snapshot.gates[1]))
    shown = text(board(replace(deciding, model=Model(catalogue(), waiting)), 62, 42))
    assert "propellant loaded" in shown
    assert "deck roll" not in shown
    assert "NO-GO" not in text(header(replace(deciding, model=model), 160, 5))


def test_the_criteria_of_a_decided_gate_leave_the_board() -> None:
    shown = text(board(picture(Scene()), 62, 42))
    assert "propellant loaded" not in shown
    assert "propellant margin" in shown


def test_stale_shows_a_question_mark_and_its_age() -> None:
    scene = Scene(
        ages_s={"nav.altitude": 6.2, "nav.pitch": 42.0},
        qualities={
            "nav.east": Quality.SUSPECT,
            "nav.roll": Quality.BAD,
            "nav.north": Quality.NEVER,
        },
    )
    rows = text(vehicle(picture(scene), 46, 26)).splitlines()
    by_title = {row[2:16].strip(): row for row in rows}
    assert by_title["altitude"].startswith("?")
    assert by_title["altitude"].endswith("1834.2 m      6.2s")
    assert by_title["pitch"].endswith("---- deg    42s")
    assert by_title["east of the ba"].startswith("■")
    assert by_title["roll"].startswith("◆")
    assert by_title["north of the b"].endswith("---- m      never")


def test_hidden_parameters_are_counted_with_their_worst() -> None:
    fresh = text(vehicle(picture(Scene()), 46, 8)).splitlines()
    assert fresh[-1].strip() == "21 more, all good"
    scene = Scene(qualities={"vehicle.legs": Quality.BAD})
    assert text(vehicle(picture(scene), 46, 8)).splitlines()[-1] == "◆ 21 more, worst: bad"


@pytest.mark.parametrize("size", [(160, 5), (120, 5), (80, 4)])
def test_the_header_names_the_gate_its_deadline_and_the_top_reason(size: tuple[int, int]) -> None:
    shown = text(header(picture(no_go()), *size))
    assert "LANDING COMMIT ▼ NO-GO closes in 18.0 s GNC no data: landing.beacon" in shown
    assert "◆ 1 NO-GO" in shown
    assert "? 1 UNKNOWN" in shown
    assert "SIM" in shown


@pytest.mark.parametrize("size", [(160, 5), (80, 4)])
def test_silence_fault_and_no_recording_are_loud_at_every_size(size: tuple[int, int]) -> None:
    silent = text(header(picture(Scene(), silent_ns=3 * SECOND_NS), *size))
    assert "▼ STATION SILENT for 3.0 s" in silent
    assert "T+00:01:18.0?" in silent
    assert "count and gates are not known" in silent
    faulty = text(header(picture(Scene(fault="step raised", recorder_ok=False)), *size))
    assert "▼ STATION FAULT: step raised" in faulty
    assert "▼ NOT RECORDING" in faulty


def test_a_silent_station_shows_no_plain_go() -> None:
    shown = text(board(picture(Scene(), silent_ns=3 * SECOND_NS), 62, 42))
    assert "●" not in shown
    assert "GO?" in shown
    assert " GO " not in shown.replace("GO / NO-GO", "")


def test_a_hold_shows_its_reason() -> None:
    scene = Scene(t_ns=-300 * SECOND_NS, count=CountState.HOLD, count_reason="wind at the pad")
    scene.phase = "prelaunch"
    shown = text(header(picture(scene), 160, 5))
    assert "T-00:05:00.0 ■ HOLD" in shown
    assert "wind at the pad" in shown
    assert "▶ PRELAUNCH" in shown


def test_the_present_phase_is_in_view_however_narrow() -> None:
    scene = Scene(phase="touchdown")
    assert "▶ TOUCHDOWN" in text(header(picture(scene), 100, 5))


def test_a_staged_command_shows_who_what_code_and_time_left() -> None:
    scene = Scene()
    scene.staged = (StagedStatus("divert", "KX4", scene.now_ns + 12 * SECOND_NS, "", "FD"),)
    shown = text(command(picture(scene, typed="kx"), 160, 5))
    assert "CMD > kx█  type  KX4  and Enter within 12.0 s · Esc cancels" in shown
    assert "◆ DIVERT staged by FD" in shown


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (CommandState.SENT, "◎ SENT"),
        (CommandState.ACKNOWLEDGED, "◎ ACKNOWLEDGED"),
        (CommandState.VERIFIED, "✓ VERIFIED"),
        (CommandState.REFUSED, "◆ REFUSED"),
        (CommandState.TIMED_OUT, "◆ TIMED OUT"),
    ],
)
def test_sent_acknowledged_and_verified_are_three_different_things(
    state: CommandState, shown: str
) -> None:
    status = CommandStatus(7, "divert", state, 1, Scene().now_ns, 2, ("fc_a",), (), "")
    line = text(command(picture(Scene(commands=(status,))), 160, 4))
    assert f"#7 DIVERT {shown}" in line
    assert "received by fc_a · " in line


def test_a_link_that_is_down_says_why() -> None:
    shown = text(links(picture(Scene(links_down=("barge",))), 70, 16))
    assert "◆ barge" in shown
    assert "connection refused" in shown


def test_events_come_newest_first_and_severe_ones_are_marked() -> None:
    scene = Scene()
    scene.events = tuple(
        Event(scene.now_ns + n, "k", "fc_a", f"text {severity}", severity)
        for n, severity in enumerate((6, 4, 3, 1))
    )
    rows = text(events(picture(scene), 60, 10)).splitlines()[1:]
    assert [row[:2] for row in rows] == [" ▼", " ◆", " ■", "  "]


def test_a_strip_draws_what_was_seen_and_says_when_nothing_was() -> None:
    trails = Trails(len(catalogue().parameters))
    for tenth in range(0, 600, 2):
        scene = Scene(t_ns=tenth * SECOND_NS // 10, values={"nav.altitude": float(tenth)})
        trails.add(scene.snapshot())
    model = Model(catalogue(), scene.snapshot())
    lines = text(strips(Picture(model, 0, "FD", "", "", trails, STRIPS[:1]), 60, 8)).splitlines()
    assert "altitude m · 120 s" in lines[0]
    assert lines[1].lstrip().startswith("592.0┤")
    assert lines[-1].lstrip().startswith("5.0┤")
    assert any("\u2801" <= character <= "\u28ff" for character in lines[3])
    never = Scene(qualities={"nav.altitude": Quality.NEVER})
    assert "nothing good seen" in text(strips(picture(never), 60, 8))
