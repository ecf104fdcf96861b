"""A console says what it is here: who, acting or not, why, and what to type."""

from __future__ import annotations

import msgspec
import pytest

from gcs.console.greeting import greeting
from gcs.console.keymap import DEFAULT_KEYMAP
from gcs.console.protocol import Playback, Welcome
from gcs.console.session import Session
from gcs.messages import ConsoleStatus, Snapshot, StagedStatus
from tests.console.scenes import Scene, catalogue, replayed

ANNA = ConsoleStatus("console-1", "FD", "anna", authority=True)
BO = ConsoleStatus("console-2", "GNC", "", authority=False)


def attached(*consoles: ConsoleStatus) -> Snapshot:
    return msgspec.structs.replace(Scene().snapshot(), consoles=consoles)


@pytest.mark.parametrize(
    ("console", "position", "consoles", "said"),
    [
        (
            "console-1",
            "FD",
            (ANNA, BO),
            "you are FD (anna) with command authority; ^P lists what to type",
        ),
        (
            "console-2",
            "GNC",
            (ANNA, BO),
            "you are GNC without command authority: FD may :give console-2; ^P lists what to type",
        ),
        (
            "console-2",
            "GNC",
            (BO,),
            "you are GNC and nobody has command authority: :take; ^P lists what to type",
        ),
        (
            "console-3",
            "",
            (ANNA,),
            "this console only watches; attach with --position to act as FD, GNC, BARGE, RANGE",
        ),
    ],
)
def test_a_console_says_what_it_is(
    console: str, position: str, consoles: tuple[ConsoleStatus, ...], said: str
) -> None:
    snapshot = attached(*consoles)
    assert greeting(catalogue(), snapshot, console, position, DEFAULT_KEYMAP) == said


def test_a_replay_says_that_nothing_can_be_done_in_it() -> None:
    said = greeting(replayed(catalogue()), attached(ANNA), "console-1", "FD", DEFAULT_KEYMAP)
    assert said is not None
    assert "a replay: " in said
    assert "no act leaves it" in said


def session(*consoles: ConsoleStatus) -> Session:
    made = Session("FD")
    made.receive(Welcome("console-1", "FD", "anna"), 0)
    made.receive(catalogue(), 0)
    made.receive(attached(*consoles), 0)
    return made


def shown(one: Session) -> str:
    picture = one.picture(0, 0)
    assert picture is not None
    return picture.answer


def test_it_is_said_once_the_station_lists_the_console_until_something_is_answered() -> None:
    one = session(BO)
    assert shown(one) == ""
    one.receive(attached(ANNA, BO), 0)
    assert shown(one).startswith("you are FD (anna) with command authority")
    one.say("refused: no such gate", refused=True)
    one.receive(attached(ANNA, BO), 0)
    assert shown(one) == "refused: no such gate"


def test_an_attach_anew_is_told_anew() -> None:
    one = session(ANNA)
    one.receive(Welcome("console-2", "FD", ""), 0)
    other = msgspec.structs.replace(BO, position="FD")
    one.receive(attached(ANNA, other), 0)
    assert shown(one).startswith("you are FD without command authority: FD may :give console-2")


def test_it_gives_way_to_what_is_typed_and_to_what_is_staged() -> None:
    one = session(ANNA)
    for character in ":div":
        one.type(character)
    assert shown(one) == ""
    one.escape()
    assert shown(one).startswith("you are FD")
    staged = StagedStatus("divert", "KX4", Scene().snapshot().now_ns + 5, "console-1", "FD")
    one.receive(msgspec.structs.replace(attached(ANNA), staged=(staged,)), 0)
    assert shown(one) == ""


def test_a_reading_of_t_that_is_not_reached_is_answered_once() -> None:
    one = session(ANNA)
    playback = Playback(5, 0, 9, complete=False, playing=True, speed=1.0)
    near = msgspec.structs.replace(playback, sought="T+01:39 is not decided yet: T+00:01 so far")
    one.receive(near, 0)
    assert (one.answer, one.refused) == (near.sought, False)
    over = "T+01:39 is never reached: T goes from T-05:00 to T+01:18"
    one.receive(msgspec.structs.replace(playback, complete=True, sought=over), 0)
    assert (one.answer, one.refused) == (over, True)
    one.say("something else")
    one.receive(msgspec.structs.replace(playback, complete=True, sought=over), 0)
    assert one.answer == "something else"
