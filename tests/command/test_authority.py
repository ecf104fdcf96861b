"""Command authority: at most one console, never taken from who holds it."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gcs.command.authority import Authority, Operator
from gcs.messages import ConsoleChanged, ConsoleStatus, Event


class Room:
    """An Authority and who sits where."""

    def __init__(self, *, declared: bool = False) -> None:
        self.authority = Authority(("FD", "GNC"), declared=declared)

    def attach(self, console: str, position: str, person: str = "") -> list[str]:
        change = ConsoleChanged(console, position, attached=True, person=person)
        return [event.text for event in self.authority.changed(change, 0)]

    def leave(self, console: str) -> list[str]:
        change = ConsoleChanged(console, "", attached=False)
        return [event.text for event in self.authority.changed(change, 0)]

    def give(self, console: str, to: str) -> str:
        return self.authority.give(Operator(console, "FD", "", ""), to, 0).text

    def take(self, console: str) -> str:
        return self.authority.take(Operator(console, "FD", "", ""), 0).text


def test_the_first_console_with_a_position_gets_it_while_nobody_holds_it() -> None:
    room = Room()
    assert room.authority.refusal("a") == "nobody holds command authority, take it first"
    room.attach("a", "")
    room.attach("b", "CHEF")
    assert room.authority.holder == ""
    assert room.attach("c", "GNC", "bo") == [
        "attached (GNC, bo)",
        "command authority is with c (GNC, bo)",
    ]
    room.attach("d", "FD")
    assert room.authority.holder == "c"
    assert room.authority.refusal("c") == ""
    assert room.authority.refusal("d") == "command authority is with c (GNC, bo)"


def test_it_is_given_to_an_attached_console_with_a_position_alone() -> None:
    room = Room()
    for console, position in (("a", "FD"), ("b", ""), ("c", "GNC")):
        room.attach(console, position)
    assert room.give("c", "c") == "authority refused: command authority is with a (FD)"
    for nobody in ("b", "x", ""):
        assert "no console" in room.give("a", nobody)
    assert room.give("a", "a") == "authority refused: this console holds it already"
    assert room.authority.holder == "a"
    assert room.give("a", "c") == "command authority is with c (GNC)"
    assert room.authority.refusal("a") == "command authority is with c (GNC)"


def test_it_is_taken_only_while_nobody_holds_it() -> None:
    room = Room()
    for console, position in (("a", "FD"), ("b", ""), ("c", "GNC")):
        room.attach(console, position)
    assert room.take("c") == "authority refused: command authority is with a (FD)"
    assert room.leave("a")[-1] == "left to nobody"
    assert "only an attached console with a position" in room.take("b")
    assert "only an attached console with a position" in room.take("a")
    assert room.take("c") == "command authority is with c (GNC)"


def test_what_becomes_of_authority_is_told_with_who_and_when() -> None:
    authority = Authority(("FD", "GNC"))
    here = ConsoleChanged("a", "FD", attached=True, person="anna")
    assert authority.changed(here, 7) == [
        Event(7, "console", "a", "attached (FD, anna)", 6),
        Event(7, "authority", "a", "command authority is with a (FD, anna)", 5),
    ]
    watcher = ConsoleChanged("b", "", attached=True, person="bo")
    assert authority.changed(watcher, 7) == [Event(7, "console", "b", "attached (watching, bo)", 6)]
    assert authority.statuses() == (
        ConsoleStatus("a", "FD", "anna", authority=True),
        ConsoleStatus("b", "", "bo", authority=False),
    )
    give = authority.give(Operator("a", "FD", "", ""), "b", 8)
    no_seat = "authority refused: no console 'b' with a position is attached"
    assert give == Event(8, "refused", "FD", no_seat, 4)
    assert authority.alone(9) == [Event(9, "authority", "station", "left to nobody", 4)]
    take = authority.take(Operator("b", "", "", ""), 9)
    no_seat = "authority refused: only an attached console with a position may hold it"
    assert take == Event(9, "refused", "", no_seat, 4)


def test_who_holds_authority_keeps_it_at_another_position_of_the_mission() -> None:
    room = Room()
    room.attach("a", "FD")
    assert room.attach("a", "GNC") == ["attached (GNC)"]
    assert room.authority.holder == "a"


def test_handing_over_and_taking_are_told_when_they_happen() -> None:
    authority = Authority(("FD", "GNC"))
    for console, position in (("a", "FD"), ("b", "GNC")):
        authority.changed(ConsoleChanged(console, position, attached=True), 0)
    held = "authority refused: command authority is with a (FD)"
    a, b = Operator("a", "FD", "", ""), Operator("b", "GNC", "", "")
    assert authority.take(b, 7) == Event(7, "refused", "GNC", held, 4)
    moved = "command authority is with b (GNC)"
    assert authority.give(a, "b", 8) == Event(8, "authority", "b", moved, 5)
    authority.changed(ConsoleChanged("b", "GNC", attached=False), 9)
    taken = "command authority is with a (FD)"
    assert authority.take(a, 10) == Event(10, "authority", "a", taken, 5)


def test_a_console_that_leaves_is_told_and_hands_nothing_on() -> None:
    authority = Authority(("FD", "GNC"))
    for console, position in (("a", "FD"), ("b", "GNC")):
        authority.changed(ConsoleChanged(console, position, attached=True), 0)
    assert authority.changed(ConsoleChanged("a", "FD", attached=False), 7) == [
        Event(7, "console", "a", "left (FD)", 6),
        Event(7, "authority", "station", "left to nobody", 4),
    ]
    assert authority.changed(ConsoleChanged("x", "", attached=False), 7) == [
        Event(7, "console", "x", "left (watching)", 6)
    ]
    assert authority.holder == ""


def test_a_console_that_comes_back_without_a_position_no_longer_holds_it() -> None:
    room = Room()
    room.attach("a", "FD")
    room.attach("a", "")
    assert room.authority.holder == ""


def test_after_a_restart_nobody_is_attached() -> None:
    room = Room()
    room.attach("a", "FD")
    room.authority.alone(0)
    assert (room.authority.holder, room.authority.statuses()) == ("", ())
    assert room.authority.alone(0) == []


@pytest.mark.parametrize(
    ("declared", "said"), [(True, "FD, anna by its own word"), (False, "FD, anna")]
)
def test_a_person_who_only_declared_who_he_is_is_shown_so(declared: bool, said: str) -> None:
    room = Room(declared=declared)
    assert room.attach("a", "FD", "anna")[0] == f"attached ({said})"
    assert room.attach("b", "")[0] == "attached (watching)"


class Consoles(RuleBasedStateMachine):
    """Consoles come, go and ask; at most one holds authority, and it sits at a position."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Room()
        self.at: dict[str, str] = {}

    @rule(console=st.sampled_from("abc"), position=st.sampled_from(["FD", "GNC", "", "CHEF"]))
    def attach(self, console: str, position: str) -> None:
        nobody = not self.room.authority.holder
        self.room.attach(console, position)
        self.at[console] = position
        if nobody:
            assert (self.room.authority.holder == console) is (position in ("FD", "GNC"))

    @rule(console=st.sampled_from("abc"))
    def leave(self, console: str) -> None:
        self.room.leave(console)
        self.at.pop(console, None)

    @rule(console=st.sampled_from("abc"), to=st.sampled_from("abc"))
    def give(self, console: str, to: str) -> None:
        held_by = self.room.authority.holder
        self.room.give(console, to)
        moved = held_by == console != "" and self.at.get(to) in ("FD", "GNC")
        assert self.room.authority.holder == (to if moved else held_by)

    @rule(console=st.sampled_from("abc"))
    def take(self, console: str) -> None:
        held_by = self.room.authority.holder
        self.room.take(console)
        if held_by:
            assert self.room.authority.holder == held_by

    @invariant()
    def one_at_most_and_at_a_position(self) -> None:
        shown = self.room.authority.statuses()
        assert {console.id: console.position for console in shown} == self.at
        holders = [console.id for console in shown if console.authority]
        assert holders == ([self.room.authority.holder] if self.room.authority.holder else [])
        assert all(self.at[holder] in ("FD", "GNC") for holder in holders)
        may = [name for name in "abc" if not self.room.authority.refusal(name)]
        assert may == holders


Consoles.TestCase.settings = settings(max_examples=60, stateful_step_count=25)
TestConsoles = Consoles.TestCase
