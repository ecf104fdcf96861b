"""The command desk takes each command once, in time, in its modes."""

from __future__ import annotations

import math

import pytest

from firmware_sim.flight_software.commanding import (
    REASON_TEXTS,
    REMEMBERED,
    Answer,
    CommandDesk,
    DeskState,
    Reason,
)
from firmware_sim.flight_software.modes import ACCEPTED_IN, TOO_EARLY_IN, Command, FlightMode
from firmware_sim.records import make, restore, save

MS = 1_000_000
M = FlightMode


def a_desk() -> CommandDesk:
    return CommandDesk(make(DeskState))


@pytest.mark.parametrize("command", list(Command))
@pytest.mark.parametrize("mode", list(M))
def test_each_command_is_taken_in_its_modes_only(command: Command, mode: M) -> None:
    decision = a_desk().judge(command, 5.0, 1000.0, mode, 0)
    assert decision.act == (mode in ACCEPTED_IN[command])
    assert (decision.answer is Answer.ACCEPTED) == decision.act
    early = mode in TOO_EARLY_IN.get(command, ())
    assert (decision.answer is Answer.REJECTED_FOR_NOW) == early


@pytest.mark.parametrize("nonce", [0.0, -1.0, 1.5, float(2**24), math.nan, math.inf])
def test_a_nonce_that_is_none_is_denied(nonce: float) -> None:
    assert a_desk().judge(Command.LAUNCH, nonce, 1000.0, M.PRELAUNCH, 0).answer is Answer.DENIED


@pytest.mark.parametrize("validity_ms", [0.0, -5.0, math.nan, math.inf])
def test_a_validity_that_is_none_is_denied(validity_ms: float) -> None:
    decision = a_desk().judge(Command.LAUNCH, 5.0, validity_ms, M.PRELAUNCH, 0)
    assert decision.answer is Answer.DENIED


def test_a_repeat_is_accepted_again_but_not_acted_on() -> None:
    desk = a_desk()
    desk.accept(Command.LANDING_COMMIT, 5.0)
    decision = desk.judge(Command.LANDING_COMMIT, 5.0, 1000.0, M.COMMITTED, 10**12)
    assert decision.answer is Answer.ACCEPTED
    assert not decision.act


def test_an_old_nonce_is_a_replay_even_for_another_command() -> None:
    desk = a_desk()
    desk.accept(Command.LAUNCH, 5.0)
    desk.accept(Command.LANDING_COMMIT, 6.0)
    for command in (Command.LAUNCH, Command.DIVERT):
        assert desk.judge(command, 5.0, 1000.0, M.DESCENT, 0).reason == "the nonce was used before"
    assert desk.judge(Command.DIVERT, 6.0, 1000.0, M.DESCENT, 0).answer is Answer.DENIED


def test_validity_counts_from_the_first_reception() -> None:
    desk = a_desk()
    early = desk.judge(Command.LANDING_COMMIT, 5.0, 1000.0, M.COAST, 0)
    assert early.answer is Answer.REJECTED_FOR_NOW
    assert desk.judge(Command.LANDING_COMMIT, 5.0, 1000.0, M.DESCENT, 1000 * MS).act
    assert not desk.judge(Command.LANDING_COMMIT, 5.0, 1000.0, M.DESCENT, 1000 * MS + 1).act


def test_a_command_seen_at_time_zero_expires_like_any_other() -> None:
    desk = a_desk()
    desk.judge(Command.LANDING_COMMIT, 5.0, 1000.0, M.COAST, 0)
    late = desk.judge(Command.LANDING_COMMIT, 5.0, 1000.0, M.DESCENT, 2000 * MS)
    assert late.reason == "its validity has passed"


def test_the_desk_forgets_the_oldest_of_what_it_saw() -> None:
    desk = a_desk()
    for nonce in range(1, REMEMBERED + 2):
        desk.judge(Command.LANDING_COMMIT, float(nonce), 1000.0, M.COAST, 0)
    now_ns = 5000 * MS
    assert desk.judge(Command.LANDING_COMMIT, 1.0, 1000.0, M.DESCENT, now_ns).act
    assert not desk.judge(Command.LANDING_COMMIT, 3.0, 1000.0, M.DESCENT, now_ns).act


def test_what_a_desk_remembers_is_saved_with_its_record() -> None:
    state, copy = make(DeskState), make(DeskState)
    desk = CommandDesk(state)
    desk.judge(Command.LANDING_COMMIT, 9.0, 1000.0, M.COAST, 0)
    desk.accept(Command.LAUNCH, 5.0)
    restore(copy, save(state))
    twin = CommandDesk(copy)
    assert (twin.command, twin.nonce) == (Command.LAUNCH, 5)
    for command, nonce in ((Command.LAUNCH, 5.0), (Command.DIVERT, 5.0), (Command.DIVERT, 6.0)):
        asked = (command, nonce, 1000.0, M.DESCENT, 2000 * MS)
        assert twin.judge(*asked) == desk.judge(*asked)
    assert not twin.judge(Command.LANDING_COMMIT, 9.0, 1000.0, M.DESCENT, 2000 * MS).act


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason])
@pytest.mark.parametrize("command", list(Command))
def test_every_refusal_fits_a_status_text(command: Command, reason: Reason) -> None:
    modes = TOO_EARLY_IN.get(command, frozenset()) if reason is Reason.TOO_EARLY else set(M)
    for mode in modes:
        text = f"{command.name} refused: {REASON_TEXTS[reason].format(mode=mode.name)}"
        assert len(text) <= 50
