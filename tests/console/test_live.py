"""Every act of an operator, typed on a real console and judged by a real station."""

from __future__ import annotations

import re

from gcs.messages import (
    AlarmState,
    CommandState,
    CountState,
    EntryState,
    GateState,
)
from tests.console.live import ControlRoom, Seat, in_room

RANGE_CLEAR = ":enter range.surveillance 1"


def code_on(seat: Seat) -> str:
    """The code that stands on a console."""
    found = re.search(r"type  (\w+)  and Enter", seat.screen)
    assert found is not None
    return found[1]


def command_panel(room: ControlRoom) -> str:
    """The rows of the first console's command panel."""
    return room.seats[0].screen.rpartition("─ COMMAND ")[2]


def answer(seat: Seat) -> str:
    """The row of a console's command line."""
    return seat.screen.rpartition("─ COMMAND ")[2].splitlines()[1]


# --- Dangerous commands ---


def test_a_command_goes_from_staging_by_its_code_to_verified() -> None:
    async def scenario(room: ControlRoom) -> None:
        (seat,) = room.seats
        await room.asks(":abort")
        panel = command_panel(room)
        assert "◆ ABORT staged by FD" in panel
        assert "MAV_CMD_LANDFALL_ABORT to fc_a, fc_b, fc_c" in panel
        assert "verified by 2 equal echoes" in panel
        assert "landing.mode < 7" in panel
        assert not room.snapshot.commands
        await room.asks(code_on(seat).lower())
        await room.flies(0.5)
        (command,) = room.snapshot.commands
        assert command.state is CommandState.VERIFIED
        panel = command_panel(room)
        assert re.search(r"ABORT ✓ VERIFIED sent [\d:.]+ by FD x1 · received by fc_a", panel)
        assert "echoed by fc_a, fc_b" in panel
        assert "staged by" not in panel

    in_room(scenario)


def test_a_wrong_code_is_refused_and_says_why() -> None:
    async def scenario(room: ControlRoom) -> None:
        await room.asks(":abort")
        await room.asks("WRONG")
        assert "■ ABORT refused: the code is another one" in command_panel(room)
        assert "◆ ABORT staged by FD" in command_panel(room)
        assert not room.snapshot.commands

    in_room(scenario)


def test_a_staged_command_falls_after_15_s_unless_confirmed() -> None:
    async def scenario(room: ControlRoom) -> None:
        (seat,) = room.seats
        await room.asks(":abort")
        await room.flies(14.5)
        assert "and Enter or F12 again within 0." in command_panel(room)
        await room.flies(0.5)
        assert "staged by" not in command_panel(room)
        assert "ABORT was not confirmed in time" in seat.screen
        assert not room.snapshot.commands

    in_room(scenario)


def test_escape_cancels_what_is_staged() -> None:
    async def scenario(room: ControlRoom) -> None:
        await room.asks(":abort")
        await room.seats[0].keys("escape")
        await room.heard()
        assert room.snapshot.staged == ()
        assert "ABORT no longer staged" in command_panel(room)

    in_room(scenario)


def test_a_command_that_is_not_allowed_is_refused_before_it_is_staged() -> None:
    async def scenario(room: ControlRoom) -> None:
        await room.asks(":divert")
        assert room.snapshot.staged == ()
        assert "■ DIVERT TO SEA refused: a divert no longer clears the barge" in command_panel(room)

    in_room(scenario, seats=("FD/anna",))


def test_abort_is_two_presses_of_its_own_key() -> None:
    async def scenario(room: ControlRoom) -> None:
        (seat,) = room.seats
        await seat.keys("f12")
        await room.heard()
        assert "◆ ABORT staged by FD" in seat.screen
        await seat.keys("f12")
        await room.heard()
        await room.flies(0.5)
        assert room.snapshot.commands[-1].state is CommandState.VERIFIED

    in_room(scenario)


def test_a_command_of_two_persons_is_confirmed_by_another_one() -> None:
    async def scenario(room: ControlRoom) -> None:
        director, gnc = room.seats
        room.hop.lift_off()
        await room.flies(0.5)
        await room.asks(":divert", director)
        assert "◆ DIVERT TO SEA staged by FD (anna)" in gnc.screen
        code = code_on(gnc)
        await room.asks(code, director)
        assert "■ DIVERT TO SEA refused" in command_panel(room)
        assert not room.snapshot.commands
        await room.asks(code, gnc)
        await room.flies(0.5)
        assert room.snapshot.commands[-1].state is CommandState.VERIFIED

    in_room(scenario, seats=("FD/anna", "GNC/ben"))


def test_a_harmless_command_goes_out_at_once_and_one_that_nobody_echoes_times_out() -> None:
    """The gate that it stops sends it again, as often as it owes it."""

    async def scenario(room: ControlRoom) -> None:
        for computer in room.hop.computers.values():
            computer.echoes = False
        await room.asks(":stage hold")
        assert "HOLD ◎" in command_panel(room)
        assert "not verified" in command_panel(room)
        await room.flies(8.0)
        assert room.snapshot.commands[0].state is CommandState.TIMED_OUT
        assert "by launch_commit" in command_panel(room)
        await room.flies(20.0)
        assert "HOLD ◆ TIMED OUT" in command_panel(room)

    in_room(scenario)


# --- Polls, count, waivers ---


def test_positions_poll_a_gate_and_its_go_launches() -> None:
    async def scenario(room: ControlRoom) -> None:
        director, gnc, ranger = room.seats
        await room.flies(5.0)
        assert "LAUNCH ▼ NO-GO" in director.screen
        assert "poll FD" in room.snapshot.gates[0].blocking
        await room.asks(RANGE_CLEAR, ranger)
        await room.asks(":vote launch_commit go", gnc)
        await room.asks(":vote launch_commit nogo", director)
        launch = room.snapshot.gates[0]
        assert {vote.position: vote.go for vote in launch.votes} == {"FD": False, "GNC": True}
        assert launch.state is GateState.NO_GO
        await room.asks(":vote launch_commit go", director)
        await room.flies(4.0)
        assert room.snapshot.gates[0].state is GateState.COMMITTED
        assert "LAUNCH ✓ VERIFIED" in command_panel(room)

    in_room(scenario, seats=("FD", "GNC", "RANGE"))


def test_a_vote_from_a_position_that_is_not_polled_is_refused() -> None:
    async def scenario(room: ControlRoom) -> None:
        await room.flies(5.0)
        await room.asks(":vote launch_commit go")
        assert "■" in answer(room.seats[0])
        assert not room.snapshot.gates[0].votes

    in_room(scenario, seats=("RANGE",))


def test_hold_release_recycle_and_scrub() -> None:
    async def scenario(room: ControlRoom) -> None:
        (seat,) = room.seats
        await room.asks(":recycle begin no hold yet")
        assert "■" in answer(room.seats[0])
        await room.asks(":hold gusts")
        assert room.snapshot.count.state is CountState.HOLD
        assert "■ HOLD" in seat.screen
        assert "gusts" in seat.screen
        await room.asks(":release")
        assert room.snapshot.count.state is CountState.RUNNING
        await room.flies(2.0)
        await room.asks(":hold ship in the area")
        await room.asks(":recycle begin start over")
        assert room.snapshot.count.attempt == 2
        assert room.snapshot.count.t_ns == -24_000_000_000
        await room.asks(":scrub storm")
        assert room.snapshot.count.state is CountState.SCRUBBED
        assert "SCRUBBED" in seat.screen
        await room.asks(":hold too late")
        assert "■" in answer(room.seats[0])

    in_room(scenario)


def test_a_criterion_is_waived_within_bounds_and_the_waiver_ended() -> None:
    async def scenario(room: ControlRoom) -> None:
        room.hop.barge.says["weather"]["wind_gust"] = 17.0
        await room.flies(1.0)
        await room.asks(":waive fire - 5 min no")
        assert "■" in answer(room.seats[0])
        await room.asks(":waive gusts 18 m/s 5 min calming")
        assert room.snapshot.waivers[0].criterion == "gusts"
        assert "WAIVED" in room.seats[0].screen
        await room.asks(":unwaive gusts")
        assert not room.snapshot.waivers

    in_room(scenario)


# --- What people enter, alarms ---


def test_a_value_is_entered_by_who_may_and_taken_back() -> None:
    async def scenario(room: ControlRoom) -> None:
        _, ranger = room.seats
        await room.asks(RANGE_CLEAR)
        assert "■" in answer(room.seats[0])
        await room.asks(f"{RANGE_CLEAR} for 10 min note radar and AIS", ranger)
        entry = next(e for e in room.snapshot.entries if e.parameter == "range.surveillance")
        assert (entry.state, entry.note) == (EntryState.VALID, "radar and AIS")
        await room.asks(":withdraw range.surveillance", ranger)
        entry = next(e for e in room.snapshot.entries if e.parameter == "range.surveillance")
        assert entry.state is EntryState.MISSING

    in_room(scenario, seats=("FD", "RANGE"))


def test_an_entry_that_needs_a_check_waits_for_a_second_person() -> None:
    async def scenario(room: ControlRoom) -> None:
        director, ranger = room.seats
        await room.asks(":enter range.airspace_closed 1", ranger)
        name = "range.airspace_closed"
        entry = next(e for e in room.snapshot.entries if e.parameter == name)
        assert entry.state is EntryState.UNCHECKED
        await room.asks(":check range.airspace_closed", ranger)
        assert "■" in answer(ranger)
        entry = next(e for e in room.snapshot.entries if e.parameter == name)
        assert entry.state is EntryState.UNCHECKED
        await room.asks(":check range.airspace_closed", director)
        entry = next(e for e in room.snapshot.entries if e.parameter == name)
        assert (entry.state, entry.person, entry.checked_by) == (
            EntryState.VALID,
            "ben",
            "FD (anna)",
        )

    in_room(scenario, seats=("FD/anna", "RANGE/ben"))


def test_an_entry_of_somebody_unknown_can_never_be_checked() -> None:
    async def scenario(room: ControlRoom) -> None:
        director, ranger = room.seats
        await room.asks(":enter range.airspace_closed 1", ranger)
        await room.asks(":check range.airspace_closed", director)
        assert "■" in answer(director)
        states = {entry.parameter: entry.state for entry in room.snapshot.entries}
        assert states["range.airspace_closed"] is EntryState.UNCHECKED

    in_room(scenario, seats=("FD/anna", "RANGE"))


def test_an_alarm_is_acknowledged_shelved_and_taken_off_the_shelf() -> None:
    async def scenario(room: ControlRoom) -> None:
        (seat,) = room.seats
        room.hop.barge.says["deck"]["fire"] = True
        await room.flies(3.0)
        (alarm,) = room.snapshot.alarms
        assert alarm.state is AlarmState.UNACKNOWLEDGED
        await seat.keys("ctrl+k")
        await room.heard()
        assert room.snapshot.alarms[0].state is AlarmState.ACKNOWLEDGED
        await room.asks(f":shelve {alarm.id} 10 min drill")
        assert room.snapshot.alarms[0].state is AlarmState.SHELVED
        await room.asks(f":unshelve {alarm.id}")
        assert room.snapshot.alarms[0].state is AlarmState.UNACKNOWLEDGED
        await room.asks(":ack")
        assert room.snapshot.alarms[0].state is AlarmState.ACKNOWLEDGED
        await seat.keys("ctrl+k")
        assert "■ no alarm waits to be acknowledged" in command_panel(room)
        room.hop.barge.says["deck"]["fire"] = False
        await room.flies(3.0)
        assert not room.snapshot.alarms

    in_room(scenario)


# --- Authority ---


def test_authority_is_handed_over_and_never_taken_from_a_holder() -> None:
    async def scenario(room: ControlRoom) -> None:
        director, gnc = room.seats
        assert [c.authority for c in room.snapshot.consoles] == [True, False]
        await room.asks(":take", gnc)
        assert [c.authority for c in room.snapshot.consoles] == [True, False]
        assert "■" in answer(gnc)
        await room.asks(":give console-2", director)
        assert [c.authority for c in room.snapshot.consoles] == [False, True]
        await room.asks(":release", director)
        assert "authority" in answer(room.seats[0])

    in_room(scenario, seats=("FD", "GNC"))


def test_a_console_without_a_position_says_that_it_only_watches() -> None:
    async def scenario(room: ControlRoom) -> None:
        _, watcher = room.seats
        await watcher.types(":hold")
        assert "■ this console only watches: it has no position" in watcher.screen
        await room.flies(0.2)
        assert room.snapshot.count.state is CountState.RUNNING

    in_room(scenario, seats=("FD", ""))


def test_an_act_that_the_station_never_answers_says_so() -> None:
    async def scenario(room: ControlRoom) -> None:
        (seat,) = room.seats
        await seat.types(":hold")
        assert "hold: operator sent to the station" in command_panel(room)
        seat.wall.advance_to(seat.wall.now_ns() + 2_500_000_000)
        await seat.settle()
        assert "■ hold: operator sent to the station: NO ANSWER" in command_panel(room)

    in_room(scenario)
