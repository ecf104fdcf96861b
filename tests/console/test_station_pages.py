"""What count, commands, links, recording and help tell, and that every list shows every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest

from gcs.clock import SECOND_NS
from gcs.console.model import QUIET_AFTER_NS, Model
from gcs.console.panels.clocks import closing_in
from gcs.console.panels.commands import commands
from gcs.console.panels.count import count_page
from gcs.console.panels.header import header
from gcs.console.panels.help import help_page
from gcs.console.panels.links import links_page
from gcs.console.panels.recording import recording
from gcs.console.panels.views import VIEWS
from gcs.console.picture import Picture
from gcs.console.protocol import Playback
from gcs.console.selection import NOTHING_CHOSEN, Selection
from gcs.console.theme import Line, Tone
from gcs.messages import (
    CommandState,
    CommandStatus,
    CountState,
    CountStatus,
    EntryState,
    HoldKind,
    LinkState,
)
from tests.console.moments import caution, hold, moment, no_go, nominal, pictured
from tests.console.scenes import EPOCH_NS, Scene, catalogue

BIG = (160, 41)
SMALL = (80, 17)
BOTH = pytest.mark.parametrize("size", [BIG, SMALL], ids=["large", "small"])


def text(lines: Sequence[Line]) -> str:
    return "\n".join("".join(span.text for span in line).rstrip() for line in lines)


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


def test_the_page_reads_back_all_that_is_staged_this_consoles_own_first() -> None:
    scene = no_go()
    (mine,) = scene.staged
    theirs = msgspec.structs.replace(mine, command="abort", console="console-2", position="GNC")
    scene.staged = (theirs, mine)
    shown = text(commands(pictured(scene), 160, 30))
    assert shown.index("DIVERT staged by FD (anna) · type KX4") < shown.index("ABORT staged by GNC")
    assert "ABORT staged by GNC (anna) · console-2 confirms it within 12.0 s" in shown
    assert shown.count("in flight and not committed: true now") == 2


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
    (row,) = [row for row in page.splitlines() if f" {source.messages} " in row]
    assert row.endswith(f" {shown}")


@pytest.mark.parametrize(
    ("latency_ns", "shown"), [(None, "not known"), (0, "+0 ms"), (1_234_000_000, "+1234 ms")]
)
def test_a_source_tells_its_latency(latency_ns: int | None, shown: str) -> None:
    picture = pictured(Scene())
    snapshot = picture.model.snapshot
    source = msgspec.structs.replace(snapshot.sources[0], latency_ns=latency_ns)
    changed = msgspec.structs.replace(snapshot, sources=(source,))
    for size in (BIG, SMALL):
        page = text(links_page(replace(picture, model=Model(catalogue(), changed)), *size))
        (row,) = [row for row in page.splitlines() if f" {source.messages} " in row]
        assert f" {shown}" in row


def heard(ago_ns: int | None) -> Picture:
    """A barge link that is up, and last delivered so long ago; None for never."""
    picture = pictured(Scene())
    snapshot = picture.model.snapshot
    at_ns = 0 if ago_ns is None else snapshot.now_ns - ago_ns
    links, sources = (
        tuple(
            msgspec.structs.replace(one, last_receipt_ns=at_ns) if one.id == "barge" else one
            for one in several
        )
        for several in (snapshot.links, snapshot.sources)
    )
    changed = msgspec.structs.replace(snapshot, links=links, sources=sources)
    return replace(picture, model=Model(catalogue(), changed))


@pytest.mark.parametrize(
    ("ago_ns", "word", "why"),
    [
        (None, "unheard", "open, but nothing ever came"),
        (QUIET_AFTER_NS + 1, "quiet", "open, but nothing comes"),
    ],
)
def test_a_link_that_is_open_and_not_heard_does_not_look_healthy(
    ago_ns: int | None, word: str, why: str
) -> None:
    lines = links_page(heard(ago_ns), *BIG)
    link, source = (line for line in lines if " barge   " in text([line]) and "◆" in text([line]))
    for line in (link, source):
        assert {span.tone for span in line if span.text.strip()} == {Tone.SERIOUS}
    assert f" {word} " in text([link])
    assert text([link]).endswith(why)
    assert text([source]).endswith(word)
    top = text(header(heard(ago_ns), 160, 5))
    assert "links ◆ 3/4 heard, 1 up but not heard" in top


def test_a_link_heard_at_the_last_moment_is_heard() -> None:
    shown = text(links_page(heard(QUIET_AFTER_NS), *BIG))
    assert "◆" not in shown
    assert "links ● 4/4 heard" in text(header(heard(QUIET_AFTER_NS), 160, 5))


def test_utc_says_whose_it_is() -> None:
    live, replay = pictured(Scene()), moment("replay")
    assert "Z station" in text(header(live, 160, 5))
    assert "Z stn" in text(header(live, 80, 4))
    assert "Z recorded" in text(header(replay, 160, 5))
    assert "Z rec" in text(header(replay, 80, 4))
    page = text(links_page(live, *BIG))
    assert "UTC is this station's own clock; station minus source fc_a +1.2 ms, fc_b " in page
    assert "UTC is the recording's own clock" in text(links_page(replay, *BIG))
    alone = msgspec.structs.replace(live.model.snapshot, sources=())
    page = text(links_page(replace(live, model=Model(catalogue(), alone)), *BIG))
    assert "UTC is this station's own clock; no source checks it" in page


def test_a_silent_station_has_no_link_that_looks_up() -> None:
    shown = text(links_page(pictured(Scene(), silent_ns=3 * SECOND_NS), *BIG))
    assert "●" not in shown
    assert f"{LinkState.UP}?" in shown


def test_a_deadline_stands_with_t_in_a_hold() -> None:
    closing = moment("nominal")
    assert "LANDING COMMIT ● GO closes in 18.0 s" in text(header(closing, 160, 5))
    held = moment("hold").model.snapshot.count
    snapshot = msgspec.structs.replace(closing.model.snapshot, count=held)
    picture = replace(closing, model=Model(catalogue(), snapshot))
    assert "LANDING COMMIT ● GO closes 18.0 s after the hold" in text(header(picture, 160, 5))
    assert "closes 18.0 s after the hold" in text(header(picture, 80, 4))
    assert "closes 18.0 s after the hold" in text(count_page(picture, *BIG))


def test_a_closing_that_is_far_away_is_told_in_minutes() -> None:
    picture = moment("nominal")
    at_ns = picture.model.snapshot.now_ns + 3 * 3600 * SECOND_NS
    assert closing_in(picture, at_ns) == "closes in 3:00:00"
    assert closing_in(picture, picture.model.snapshot.now_ns + 599 * SECOND_NS) == (
        "closes in 599.0 s"
    )


def test_a_replay_shows_the_authority_of_then_as_nobodys_here() -> None:
    picture = moment("replay")
    here = picture.model.snapshot.consoles[0]
    assert here.authority
    shown = text(header(replace(picture, console=here.id), 160, 5))
    assert "a replay: nothing can be changed" in shown
    assert f"recorded authority {here.position} ({here.id})" in shown
    assert "HERE" not in shown
    assert "then auth FD" in text(header(replace(picture, console=here.id), 80, 4))


def test_the_header_says_what_this_console_is() -> None:
    assert "you: FD · authority HERE" in text(header(pictured(Scene()), 160, 5))
    assert "watching only" in text(header(replace(pictured(Scene()), position=""), 160, 5))


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


def test_a_replay_that_is_over_does_not_look_as_if_it_played() -> None:
    playback = Playback(EPOCH_NS + 9, EPOCH_NS, EPOCH_NS + 9, True, True, 2.0)
    picture = replace(moment("replay"), playback=playback)
    assert "■ at the end, 2 x real time" in text(recording(picture, *SMALL))
    undecided = msgspec.structs.replace(playback, complete=False)
    picture = replace(moment("replay"), playback=undecided)
    assert "▶ playing, 2 x real time" in text(recording(picture, *SMALL))


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
