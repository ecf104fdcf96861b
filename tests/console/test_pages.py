"""What each page tells: the whole of a thing, in the order in which it must be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest

from gcs.clock import SECOND_NS
from gcs.console.model import Model
from gcs.console.panels.alarms import alarm_ids, alarms
from gcs.console.panels.board import board_ids, board_page
from gcs.console.panels.commands import commands
from gcs.console.panels.count import count_page
from gcs.console.panels.criterion import criterion
from gcs.console.panels.events import news
from gcs.console.panels.header import header
from gcs.console.panels.help import help_page
from gcs.console.panels.links import links_page
from gcs.console.panels.parameters import parameter_ids, parameters
from gcs.console.panels.recording import recording
from gcs.console.panels.views import VIEWS
from gcs.console.protocol import Playback
from gcs.console.selection import NOTHING_CHOSEN, Selection
from gcs.console.theme import Line
from gcs.messages import (
    AlarmState,
    CommandState,
    CommandStatus,
    CountState,
    CountStatus,
    EntryState,
    GateState,
    HoldKind,
    LinkState,
    Quality,
)
from tests.console.moments import CHOSEN, caution, hold, moment, no_go, nominal, pictured
from tests.console.scenes import EPOCH_NS, Scene, catalogue

BIG = (160, 41)
SMALL = (80, 17)
BOTH = pytest.mark.parametrize("size", [BIG, SMALL], ids=["large", "small"])


def text(lines: Sequence[Line]) -> str:
    return "\n".join("".join(span.text for span in line).rstrip() for line in lines)


# --- Alarms ---


def test_alarms_stand_unanswered_first_then_by_priority_then_first_out_then_the_newest() -> None:
    scene = Scene()
    scene.alarms = (
        scene.alarm("gust_high", AlarmState.UNACKNOWLEDGED, "gust", 1.0),
        scene.alarm("fc_c_silent", AlarmState.UNACKNOWLEDGED, "silent", 2.0),
        msgspec.structs.replace(
            scene.alarm("deck_roll_high", AlarmState.UNACKNOWLEDGED, "roll", 9.0), first_out=True
        ),
        scene.alarm("beacon_lost", AlarmState.ACKNOWLEDGED, "beacon", 5.0),
    )
    order = ["deck_roll_high", "fc_c_silent", "gust_high", "beacon_lost"]
    assert list(alarm_ids(pictured(scene), 41)) == order


def test_an_alarm_that_does_not_stand_is_listed_after_all_that_do() -> None:
    ids = alarm_ids(pictured(caution()), 41)
    assert list(ids) == ["deck_roll_high", "gust_high", "beacon_lost", "fc_c_silent"]
    assert "○ NORMAL" in text(alarms(pictured(caution()), *BIG))


@BOTH
def test_the_chosen_alarm_tells_its_action_its_reason_and_who_answered(
    size: tuple[int, int],
) -> None:
    shown = text(alarms(pictured(no_go(), CHOSEN), *size))
    assert "▸◆ UNACK FIRST" in shown
    assert "Turn the barge head to sea" in shown
    assert "not acknowledged" in shown
    shelved = text(alarms(pictured(no_go(), Selection(alarm="fc_c_silent")), *size))
    assert "by FD 13m left · fc_c is being restarted" in shelved
    seen = text(alarms(pictured(caution(), Selection(alarm="gust_high")), *size))
    assert "ack FD 14:14:30" in seen


def test_a_flood_is_loud_on_the_page_on_the_main_screen_and_in_the_header() -> None:
    picture = pictured(replace(no_go(), flood=True))
    assert "▼ ALARM FLOOD: 3 in 10 min" in text(alarms(picture, *SMALL))
    assert "▼ ALARM FLOOD" in text(news(picture, 60, 8))
    assert "▼ FLOOD" in text(header(picture, 160, 5))
    assert "FLOOD" not in text(header(pictured(no_go()), 160, 5))


def test_the_main_screen_leaves_out_what_is_put_aside_and_counts_what_has_no_room() -> None:
    assert "fc_c silent" not in text(news(pictured(no_go()), 60, 9))
    crowd = replace(no_go())
    crowd.alarms = tuple(
        crowd.alarm(f"alarm_{place}", AlarmState.UNACKNOWLEDGED, "why", place) for place in range(9)
    )
    rows = text(news(pictured(crowd), 60, 10)).splitlines()
    assert rows[5].strip() == "◆ 6 more alarms, worst: UNACK serious"
    assert "alarm_0" in rows[2]


def test_the_small_header_tells_the_first_alarm_that_nobody_answered_but_not_over_a_hold() -> None:
    unanswered = text(header(pictured(no_go()), 80, 4))
    assert "◆ UNACK deck roll high: deck roll 3.4 deg, limit 3.0 deg" in unanswered
    assert "UNACK deck" not in text(header(pictured(caution()), 80, 4))
    assert "UNACK deck" not in text(header(pictured(no_go(), silent_ns=10**10), 80, 4))
    held = hold()
    held.alarms = no_go().alarms
    assert "■ manual 0:42" in text(header(pictured(held), 80, 4))


def test_an_alarm_that_the_catalogue_lacks_is_shown_by_its_id() -> None:
    scene = Scene()
    scene.alarms = (scene.alarm("new_one", AlarmState.UNACKNOWLEDGED, "why"),)
    assert "◆ UNACK        new_one" in text(alarms(pictured(scene), *SMALL))


# --- Parameters ---


def test_a_search_finds_all_its_words_anywhere_whatever_their_case() -> None:
    def found(words: str) -> list[str]:
        return list(parameter_ids(pictured(Scene(), Selection(search=words)), 41))

    assert found("DECK roll") == ["barge.deck.roll"]
    assert found("barge wind m/s") == ["barge.wind.mean", "barge.wind.gust"]
    assert found("nothing like it") == []
    assert len(found("")) == len(catalogue().parameters)


@BOTH
def test_the_chosen_parameter_tells_unit_quality_age_range_source_and_its_history(
    size: tuple[int, int],
) -> None:
    scene = Scene(ages_s={"barge.wind.gust": 3.0})
    shown = text(parameters(pictured(scene, Selection(parameter="barge.wind.gust")), *size))
    assert "▸? barge.wind.gust" in shown
    assert "? 9.1 m/s · stale · 3.0s old, limit 1.0s" in shown
    assert "0.0 to 40.0 m/s" in shown
    assert "message of barge" in shown
    assert "last 300 s, m/s" in shown
    assert any("\u2801" <= character <= "\u28ff" for character in shown)


def test_the_list_says_how_many_are_not_good_and_what_is_out_of_view() -> None:
    scene = Scene(qualities={"nav.roll": Quality.BAD, "nav.east": Quality.NEVER})
    rows = text(parameters(pictured(scene), *SMALL)).splitlines()
    assert rows[0].startswith("─ PARAMETERS 53 of 53 · 2 not good")
    assert any(row.strip() == "0 above, 48 below" for row in rows)


def test_an_entered_parameter_tells_who_may_enter_it_and_what_stands() -> None:
    shown = text(parameters(pictured(nominal(), Selection(parameter="range.clear")), *BIG))
    assert "RANGE, checked by a second person" in shown
    assert "● VALID 9m left · by ben 14:13:38 · checked by" in shown
    unchecked = Selection(parameter="range.lightning_distance")
    assert "◎ UNCHECKED" in text(parameters(pictured(nominal(), unchecked), *BIG))


def test_the_chosen_parameter_tells_which_criteria_stand_on_it_and_how_they_are() -> None:
    rows = text(parameters(pictured(no_go(), CHOSEN), *BIG)).splitlines()
    (row,) = (row for row in rows if " criteria " in row)
    assert row.partition(" criteria ")[2].split() == ["◆", "deck_roll", "NO-GO"]
    assert " criteria " not in text(parameters(pictured(no_go()), *SMALL))


def test_the_history_is_in_the_unit_of_the_parameter() -> None:
    scene = Scene(values={"barge.deck.roll": 0.1})
    shown = text(parameters(pictured(scene, Selection(parameter="barge.deck.roll")), *BIG))
    low, high = 5.729578 * 0.99, 5.729578 * 1.01
    assert f"{high:+.2f}┤" in shown
    assert f"{low:+.2f}┤" in shown


def test_nothing_found_says_so() -> None:
    shown = text(parameters(pictured(Scene(), Selection(search="zzz")), *BIG))
    assert "PARAMETERS 0 of 53 matching 'zzz'" in shown
    assert "nothing found" in shown


# --- Criteria ---


@BOTH
def test_a_criterion_is_told_whole(size: tuple[int, int]) -> None:
    shown = text(criterion(pictured(no_go(), CHOSEN), *size))
    for told in (
        "◆ NO-GO for 12s, BARGE answers for it",
        "deck roll 3.4 deg, limit 3.0 deg",
        "1.0 m · limit 3.0 m · margin -0.13",
        "max_over(abs(barge.deck.roll), 60 s)",
        "LANDING COMMIT ▼ NO-GO (blocked by this)",
        "none; FD may waive it",
        "assumed",
        "◆ UNACK serious: Turn the barge head to sea",
        "EVIDENCE",
        "barge.deck.roll",
        "MARGIN",
    ):
        assert told in shown, told


def test_a_criterion_tells_its_trend_and_when_it_will_be_violated() -> None:
    picture = pictured(no_go(), Selection(criterion="gust"))
    statuses = tuple(
        msgspec.structs.replace(s, trend=0.0125, violates_ns=12 * SECOND_NS)
        for s in picture.model.snapshot.criteria
    )
    snapshot = msgspec.structs.replace(picture.model.snapshot, criteria=statuses)
    moving = replace(picture, model=Model(picture.model.catalogue, snapshot))
    assert "trend +0.0125 m/s · violates in 12.0 s" in text(criterion(moving, *BIG))
    assert "+0.67 in 12.0 s" in text(board_page(moving, *BIG))


def test_a_waiver_tells_who_gave_it_up_to_what_for_how_long_and_why() -> None:
    shown = text(criterion(pictured(caution(), Selection(criterion="waves")), *BIG))
    assert "■ WAIVED" in shown
    assert "by FD 14:13:38 up to 3.0 m, 5m left: calming" in shown


def test_where_none_is_chosen_the_one_that_needs_attention_most_is_told() -> None:
    assert "CRITERION deck roll" in text(criterion(pictured(no_go()), *SMALL))


def test_a_condition_has_neither_value_nor_margin() -> None:
    picture = pictured(no_go(), CHOSEN)
    infos = tuple(
        msgspec.structs.replace(info, limits="required: a == 1")
        for info in picture.model.catalogue.criteria
    )
    names = msgspec.structs.replace(picture.model.catalogue, criteria=infos)
    shown = text(criterion(replace(picture, model=Model(names, picture.model.snapshot)), *BIG))
    assert "MARGIN" not in shown
    assert " value " not in shown


def test_the_boards_page_keeps_its_order_where_all_fit_and_else_puts_not_go_first() -> None:
    picture = pictured(no_go())
    assert list(board_ids(picture, 41)) == [info.id for info in catalogue().criteria]
    assert board_ids(picture, 17)[0] == "deck_roll"
    assert "(not-GO first)" in text(board_page(picture, *SMALL))
    assert "(not-GO first)" not in text(board_page(picture, *BIG))


def test_what_blocks_the_gate_that_is_decided_comes_before_what_is_ahead() -> None:
    picture = pictured(no_go())
    snapshot = picture.model.snapshot
    first, second = snapshot.gates
    deciding = msgspec.structs.replace(first, state=GateState.NO_GO)
    ahead = msgspec.structs.replace(second, state=GateState.CLOSED)
    scene = no_go()
    scene.criteria["launch_wind"] = scene.criteria["deck_roll"]
    changed = msgspec.structs.replace(scene.snapshot(), gates=(deciding, ahead))
    ids = board_ids(replace(picture, model=Model(catalogue(), changed)), 17)
    assert list(ids[:2]) == ["launch_wind", "deck_roll"]


# --- Count and polls ---


@BOTH
def test_a_hold_tells_kind_reason_time_budget_and_who_ends_it_at_every_size(
    size: tuple[int, int],
) -> None:
    page = text(count_page(pictured(hold()), *size))
    for told in (
        "■ HOLD",
        "manual hold by RANGE, 0:42 so far",
        "wind at the pad",
        "until FD releases",
        "hold budget 9:18 left; unplanned holds took 1:42",
        "at T-00:00:40, 4:20 of T away",
        "attempt 2",
        "start ✓ passed",
        "terminal · ahead",
    ):
        assert told in page, told
    top = text(header(pictured(hold()), size[0], 5 if size == BIG else 4))
    for told in ("■ HOLD", "manual", "0:42", "9:18 left", "FD releases", "wind at the p"):
        assert told in top, told


@pytest.mark.parametrize(
    ("status", "large", "small"),
    [
        ({"hold_ends_ns": EPOCH_NS}, "ends by itself in 5:00", "ends in 5:00"),
        ({"budget_left_ns": None}, "no hold budget", "no budget"),
        ({"hold": HoldKind.BUILT_IN, "held_by": ""}, "■ built-in hold 0:42", "■ built-in 0:42"),
    ],
)
def test_each_kind_of_hold_is_told_apart(status: dict[str, object], large: str, small: str) -> None:
    scene = hold()
    assert scene.hold is not None
    scene.hold = msgspec.structs.replace(scene.hold, **status)
    assert large in text(header(pictured(scene), 160, 5))
    assert small in text(header(pictured(scene), 80, 4))


def test_a_hold_that_nobody_may_release_says_so() -> None:
    picture = pictured(replace(hold(), consoles=()))
    assert "nobody has authority to release it" in text(header(picture, 160, 5))
    assert "■ authority NOBODY" in text(header(picture, 160, 5))
    assert "■ auth NOBODY" in text(header(picture, 80, 4))
    assert "■ NOBODY has command authority" in text(count_page(picture, *BIG))


def test_authority_is_here_or_elsewhere() -> None:
    here = pictured(nominal())
    assert "FD · authority HERE" in text(header(here, 160, 5))
    assert "● AUTHORITY console-1 (here) FD, anna" in text(count_page(here, *BIG))
    there = replace(here, console="console-2")
    assert "authority FD (console-1)" in text(header(there, 160, 5))
    assert "○ console-2 (here) RANGE, ben" in text(count_page(there, *BIG))


def test_a_running_count_tells_the_next_hold_and_what_is_left_of_the_budget() -> None:
    scene = hold()
    scene.hold = CountStatus(
        CountState.RUNNING,
        -60 * SECOND_NS,
        0,
        "",
        next_hold_t_ns=-40 * SECOND_NS,
        held_ns=60 * SECOND_NS,
        budget_left_ns=540 * SECOND_NS,
    )
    shown = text(header(pictured(scene), 160, 5))
    assert "built-in hold at T-00:00:40 in 0:20 · held 1:00 · hold budget 9:00 left" in shown


def test_a_scrub_says_why() -> None:
    scene = hold()
    scene.hold = CountStatus(CountState.SCRUBBED, -60 * SECOND_NS, 0, "no more window")
    assert "◆ scrubbed: no more window" in text(header(pictured(scene), 160, 5))
    assert "◆ no more window" in text(count_page(pictured(scene), *SMALL))


def test_each_vote_tells_person_and_expiry_and_a_missing_one_waits() -> None:
    shown = text(count_page(pictured(no_go()), *BIG))
    assert "FD          ● GO    anna, 14:13:38, 4m left" in shown
    assert "BARGE       ◆ NO-GO carla, 14:13:38, until withdrawn" in shown
    assert "RANGE       ○ not asked now" in shown
    waiting = text(count_page(pictured(caution()), *BIG))
    assert "BARGE       ◎ WAIT  no vote yet" in waiting


def test_entries_are_listed_with_state_author_and_check() -> None:
    shown = text(count_page(pictured(nominal()), *BIG))
    assert "● range.clear                VALID      1  9m left · by ben 14:13:38" in shown
    assert "◎ range.lightning_distance   UNCHECKED" in shown
    scene = replace(nominal(), entries=(nominal().entry("range.clear", EntryState.EXPIRED),))
    assert "? range.clear                EXPIRED" in text(count_page(pictured(scene), *BIG))


# --- Commands, links, recording, help ---


def test_commands_come_newest_first_and_tell_sent_received_and_echoed_apart() -> None:
    rows = text(commands(pictured(no_go()), 160, 20)).splitlines()
    second, first = (next(row for row in rows if f"#{n}" in row) for n in (2, 1))
    assert rows.index(second) < rows.index(first)
    assert "◆ #2   LANDING_COMMIT (vehicle) TIMED OUT" in second
    assert "x3 by landing_commit · received by fc_a · echoed by nobody" in second
    assert "✓ #1   LAUNCH (vehicle)         VERIFIED" in first


@BOTH
def test_what_is_staged_reads_back_what_will_be_sent_and_waits_for_its_code(
    size: tuple[int, int],
) -> None:
    shown = text(commands(pictured(no_go()), *size))
    assert "◆ DIVERT staged by FD (anna) · type KX4 and Enter within 12.0 s" in shown
    assert "MAV_CMD_USER_2" in shown
    assert "in flight and not committed: true now" in shown


def test_no_state_of_a_command_reads_like_another() -> None:
    scene = Scene()
    shown = []
    for state in CommandState:
        scene.commands = (CommandStatus(7, "divert", state, 1, EPOCH_NS, 1, (), (), ""),)
        shown.append(text(commands(pictured(scene), 160, 10)))
    assert len(set(shown)) == len(CommandState)
    assert all(state in row for state, row in zip(CommandState, shown, strict=True))


def test_links_tell_signatures_losses_and_clocks() -> None:
    shown = text(links_page(pictured(Scene(links_down=("fc_c",))), *BIG))
    assert "◆ fc_c                 down" in shown
    assert "connection refused" in shown
    assert any(row.endswith("yes") and "fc_a" in row for row in shown.splitlines())
    assert "+1.2 ms" in shown
    assert "barge link age" in shown


@pytest.mark.parametrize(
    ("offset_ns", "shown"),
    [
        (-1_200_000, "-1.2 ms"),
        (3 * SECOND_NS, "+3.0 s"),
        (EPOCH_NS - 40 * SECOND_NS, "0 at 14:12:40.0"),
        (None, "not known"),
    ],
)
def test_a_source_tells_how_far_its_clock_is_or_when_it_began(
    offset_ns: int | None, shown: str
) -> None:
    picture = pictured(Scene())
    snapshot = picture.model.snapshot
    source = msgspec.structs.replace(snapshot.sources[0], clock_offset_ns=offset_ns)
    changed = msgspec.structs.replace(snapshot, sources=(source,))
    page = text(links_page(replace(picture, model=Model(catalogue(), changed)), *BIG))
    assert any(row.endswith(f" {shown}") for row in page.splitlines())


def test_a_silent_station_has_no_link_that_looks_up() -> None:
    shown = text(links_page(pictured(Scene(), silent_ns=3 * SECOND_NS), *BIG))
    assert "●" not in shown
    assert f"{LinkState.UP}?" in shown


def test_the_recorder_is_told_live_lost_and_in_a_replay() -> None:
    assert "● recording" in text(recording(pictured(Scene()), *SMALL))
    assert "▼ NOT RECORDING" in text(recording(pictured(Scene(recorder_ok=False)), *SMALL))
    replay = text(recording(moment("replay"), *SMALL))
    assert " REPLAY SIM" in replay
    assert "this is a recording" in replay
    assert "T+00:01:12.0 station: landing burn" in replay


def test_only_a_moment_of_the_flight_has_a_t_of_its_own() -> None:
    rows = text(recording(moment("nominal"), *SMALL)).splitlines()
    assert any("14:13:20.0 T+00:00:00.0 station: lift-off" in row for row in rows)
    assert any(row.split()[:2] == ["14:13:16.0", "FD:"] for row in rows)
    waiting = text(recording(moment("hold"), *SMALL)).splitlines()
    assert not any("T-" in row for row in waiting[5:])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, "▶ playing, 2 x real time, 1:00 of 4:00"),
        ({"playing": False}, "■ paused, 2 x real time"),
        ({"speed": None}, "as fast as it goes"),
        ({"complete": False}, "1:00 of at least 4:00"),
        ({"mark": "lift-off"}, "led to     lift-off"),
    ],
)
def test_a_replay_tells_where_it_stands(change: dict[str, object], told: str) -> None:
    first_ns, span_ns = EPOCH_NS, 240 * SECOND_NS
    at_ns = first_ns + span_ns // 4
    playback = Playback(at_ns, first_ns, first_ns + span_ns, True, True, 2.0)
    picture = replace(moment("replay"), playback=msgspec.structs.replace(playback, **change))
    shown = text(recording(picture, *SMALL))
    assert told in shown
    bar = next(row.strip() for row in shown.splitlines() if "●─" in row)
    assert bar.count("━") == pytest.approx(len(bar) / 4, abs=1)


@pytest.mark.parametrize("size", [(160, 5), (80, 4)])
def test_the_header_of_a_replay_tells_where_it_stands(size: tuple[int, int]) -> None:
    playback = Playback(
        EPOCH_NS + 60 * SECOND_NS, EPOCH_NS, EPOCH_NS + 240 * SECOND_NS, True, False, 1.0
    )
    shown = text(header(replace(moment("replay"), playback=playback), *size))
    assert "replay ■ paused, 1 x real time, 1:00 of 4:00" in shown
    assert "replay" not in text(header(moment("nominal"), *size))


def test_help_explains_the_page_that_was_left_for_it() -> None:
    shown = text(help_page(pictured(Scene(), Selection(help_for="alarms")), *BIG))
    assert shown.startswith("─ HELP  alarms")
    assert "UNACK rings until :ack" in shown
    assert ":waive CRITERION BOUND DURATION REASON" in shown
    assert ":COMMAND, then its code" in shown
    low = text(help_page(pictured(Scene(), Selection(help_for="alarms", row=999)), *BIG))
    assert "◆ serious" in low
    assert "^Q           leave this console" in low


# --- Lists ---

SHOWN = moment("no-go")


@pytest.mark.parametrize("name", [name for name, view in VIEWS.items() if view.items(SHOWN, 41)])
@BOTH
def test_every_row_of_every_list_can_be_brought_into_view(name: str, size: tuple[int, int]) -> None:
    view = VIEWS[name]
    picture = moment("no-go")
    ids = view.items(picture, size[1])
    last = NOTHING_CHOSEN.choosing(view.kind, ids[-1]) if ids[-1] else Selection(row=len(ids) - 1)
    rows = text(view.builder(replace(picture, selection=last), *size)).splitlines()
    pointed = [row for row in rows if row.startswith("▸") or " ▸" in row]
    everything = not any("below" in row for row in rows)
    assert pointed or everything or name == "criterion"
