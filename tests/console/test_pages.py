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
from gcs.console.panels.criterion import criterion
from gcs.console.panels.events import news
from gcs.console.panels.header import header
from gcs.console.panels.parameters import parameter_ids, parameters
from gcs.console.selection import Selection
from gcs.console.theme import Line
from gcs.messages import (
    AlarmState,
    GateState,
    Quality,
)
from tests.console.moments import CHOSEN, caution, hold, no_go, nominal, pictured
from tests.console.scenes import Scene, catalogue

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
    assert rows[0].startswith("─ PARAMETERS 54 of 54 · 2 not good")
    assert any(row.strip() == "0 above, 49 below" for row in rows)


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
    low, high = 5.729578 - 0.1, 5.729578 + 0.1
    assert f"{high:+.2f}┤" in shown
    assert f"{low:+.2f}┤" in shown


def test_nothing_found_says_so() -> None:
    shown = text(parameters(pictured(Scene(), Selection(search="zzz")), *BIG))
    assert "PARAMETERS 0 of 54 matching 'zzz'" in shown
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
