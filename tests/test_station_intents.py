"""What operators may do, through the whole station: authority, codes, expiry, votes, holds."""

from __future__ import annotations

import pytest

from gcs.config.loading import CONFIGS, load_mission
from gcs.messages import (
    Act,
    CancelCommand,
    CommandState,
    ConfirmCommand,
    ConsoleChanged,
    CountState,
    GateState,
    GiveAuthority,
    HoldCount,
    Intent,
    Recycle,
    ReleaseHold,
    Resumed,
    Scrub,
    StageCommand,
    TakeAuthority,
    Vote,
)
from tests.helpers.hop import COMMITTED, QUICKER, Hop, changed, hurried

SECOND = 1_000_000_000
STOPS = ("abort", "divert")


def refusals(hop: Hop) -> list[str]:
    return hop.told("refused")


def staged_divert() -> tuple[Hop, str]:
    """FD staged a divert in the landing burn; its code."""
    hop = Hop().descend()
    hop.barge.says["deck"]["clear"] = False
    hop.fly(0.5)
    hop.intent(StageCommand("divert"))
    hop.tick()
    (staged,) = hop.snapshot.staged
    return hop, staged.code


def test_a_dangerous_command_waits_for_its_code() -> None:
    hop, code = staged_divert()
    (staged,) = hop.snapshot.staged
    assert (staged.command, staged.position, len(code)) == ("divert", "FD", 4)
    assert staged.expires_ns == hop.now_ns - SECOND // 10 + 15 * SECOND
    assert hop.sent("divert") == []
    hop.intent(ConfirmCommand(code))
    hop.fly(0.2)
    assert hop.snapshot.staged == ()
    assert [c.state for c in hop.commands("divert")] == [CommandState.VERIFIED]
    assert hop.landing is GateState.MISSED, "an operator's divert ends the landing gate"


@pytest.mark.parametrize("code", ["", "XXXX", "divert", "\x00" * 4, "A" * 10_000])
def test_a_wrong_code_sends_nothing_and_leaves_the_staged_one(code: str) -> None:
    hop, right = staged_divert()
    hop.intent(ConfirmCommand(code))
    hop.tick()
    assert hop.sent("divert") == []
    assert "the code is another one" in refusals(hop)[-1]
    hop.intent(ConfirmCommand(f" {right.lower()} "))
    hop.tick()
    assert hop.sent("divert") != []


@pytest.mark.parametrize("position", ["GNC", "BARGE", "", "CHEF", "fd"])
def test_only_who_staged_it_confirms_it(position: str) -> None:
    hop, code = staged_divert()
    hop.intent(ConfirmCommand(code), position)
    hop.tick()
    assert hop.sent("divert") == []
    assert len(refusals(hop)) == 1
    assert hop.snapshot.staged != ()


def test_a_code_works_once() -> None:
    hop, code = staged_divert()
    hop.intent(ConfirmCommand(code))
    before = len(hop.sent("divert"))
    hop.intent(ConfirmCommand(code))
    assert len(hop.sent("divert")) == before
    assert "nothing is staged" in refusals(hop)[-1]


def test_a_staged_command_expires_and_its_code_with_it() -> None:
    hop, code = staged_divert()
    hop.fly(14.8)
    assert hop.snapshot.staged != ()
    hop.fly(0.2)
    assert hop.snapshot.staged == ()
    hop.intent(ConfirmCommand(code))
    hop.tick()
    assert hop.sent("divert") == []
    assert any("was not confirmed in time" in text for text in hop.told("command"))


def test_a_code_is_refused_at_its_expiry_even_if_no_tick_came_in_between() -> None:
    hop, code = staged_divert()
    hop.now_ns += 15 * SECOND
    hop.intent(ConfirmCommand(code))
    assert hop.sent("divert") == []


def test_a_cancelled_command_is_gone() -> None:
    hop, code = staged_divert()
    hop.intent(CancelCommand(), "GNC")
    hop.tick()
    assert hop.snapshot.staged != ()
    assert refusals(hop)[-1] == "refused: this console has nothing staged"
    hop.intent(CancelCommand())
    hop.intent(ConfirmCommand(code))
    hop.tick()
    assert hop.snapshot.staged == ()
    assert hop.sent("divert") == []


# --- Authority ---


def test_only_the_console_with_authority_commands_and_refusals_name_it() -> None:
    hop = Hop().descend()
    hop.intent(StageCommand("divert"), "GNC")
    hop.tick()
    assert hop.snapshot.staged == ()
    assert "command authority is with console-FD (FD, fd)" in refusals(hop)[-1]
    shown = [(c.id, c.position, c.person, c.authority) for c in hop.snapshot.consoles]
    assert shown == [
        ("console-FD", "FD", "fd", True),
        ("console-GNC", "GNC", "gnc", False),
        ("console-BARGE", "BARGE", "barge", False),
    ]


def test_authority_is_handed_over_and_what_was_staged_under_it_falls() -> None:
    hop, code = staged_divert()
    hop.intent(GiveAuthority("console-GNC"))
    hop.tick()
    assert hop.snapshot.staged == ()
    hop.intent(ConfirmCommand(code))
    hop.intent(StageCommand("divert"))
    assert "command authority is with console-GNC (GNC, gnc)" in refusals(hop)[-1]
    hop.intent(StageCommand("divert"), "GNC")
    hop.tick()
    (staged,) = hop.snapshot.staged
    hop.intent(ConfirmCommand(staged.code), "GNC")
    hop.tick()
    assert [c.by for c in hop.commands("divert")] == ["GNC"]


@pytest.mark.parametrize("act", [GiveAuthority("console-BARGE"), TakeAuthority()])
def test_a_refused_hand_over_leaves_what_another_console_staged(act: Act) -> None:
    hop, code = staged_divert()
    hop.intent(act, "GNC")
    assert "authority refused: command authority is with console-FD" in refusals(hop)[-1]
    hop.intent(ConfirmCommand(code))
    assert hop.sent("divert") != []


def test_authority_of_a_console_that_died_is_taken_and_its_staged_command_is_gone() -> None:
    hop, code = staged_divert()
    hop.step([ConsoleChanged("console-FD", "FD", attached=False, person="fd")])
    hop.tick()
    assert hop.snapshot.staged == ()
    assert not any(console.authority for console in hop.snapshot.consoles)
    hop.intent(StageCommand("divert"), "GNC")
    assert "nobody holds command authority, take it first" in refusals(hop)[-1]
    hop.intent(TakeAuthority(), "GNC")
    hop.intent(StageCommand("divert"), "GNC")
    hop.tick()
    (staged,) = hop.snapshot.staged
    assert staged.code != code


def test_nobody_confirms_after_a_crash_what_was_staged_before_it() -> None:
    hop, code = staged_divert()
    hop.intent(StageCommand("abort"), "BARGE")
    hop.step([Resumed("first.mcap", SECOND)])
    hop.tick()
    assert hop.snapshot.staged == ()
    assert hop.told("command")[-2:] == [
        "DIVERT TO SEA no longer staged: the station went down",
        "ABORT no longer staged: the station went down",
    ]
    hop.step([ConsoleChanged("console-FD", "FD", attached=True, person="fd")])
    hop.intent(ConfirmCommand(code))
    assert hop.sent("divert") == []


def test_an_abort_that_a_console_staged_falls_when_it_leaves() -> None:
    hop, _ = staged_divert()
    hop.intent(StageCommand("abort"), "BARGE")
    hop.step([ConsoleChanged("console-BARGE", "BARGE", attached=False, person="barge")])
    hop.tick()
    assert [staged.console for staged in hop.snapshot.staged] == ["console-FD"]
    assert hop.told("command")[-1] == "ABORT no longer staged: console-BARGE left"


@pytest.mark.parametrize("act", [ReleaseHold(), Recycle("x", "y"), Scrub("y")])
def test_release_recycle_and_scrub_take_authority_and_a_hold_does_not(act: Act) -> None:
    hop = Hop().born().fly(1)
    hop.intent(HoldCount("boat"), "BARGE")
    hop.intent(act, "BARGE")
    hop.tick()
    assert "command authority is with console-FD" in refusals(hop)[-1]
    assert hop.snapshot.count.state is CountState.HOLD


def test_an_abort_of_another_position_displaces_nothing_that_is_staged() -> None:
    hop, code = staged_divert()
    hop.intent(StageCommand("abort"), "BARGE")
    hop.tick()
    shown = [(s.console, s.command, s.person) for s in hop.snapshot.staged]
    assert shown == [("console-FD", "divert", "fd"), ("console-BARGE", "abort", "barge")]
    hop.intent(ConfirmCommand(code))
    assert hop.sent("divert") != []
    hop.tick()
    (abort,) = hop.snapshot.staged
    hop.intent(ConfirmCommand(abort.code), "BARGE")
    assert hop.sent("abort") != []


def test_abort_needs_no_authority() -> None:
    hop = Hop().born().fly(1)
    hop.intent(StageCommand("abort"), "BARGE")
    hop.tick()
    (staged,) = hop.snapshot.staged
    hop.intent(ConfirmCommand(staged.code), "BARGE")
    hop.tick()
    assert hop.sent("abort") != []


def test_a_hold_and_a_confirmation_in_one_step_send_nothing() -> None:
    hop = Hop(changed(('mode = "automatic"\nstable_for = "2 s"', 'mode = "confirmed"')))
    hop.born().fly(34)
    hop.intent(StageCommand("launch"))
    hop.tick()
    (staged,) = hop.snapshot.staged
    acts = (HoldCount("boat"), ConfirmCommand(staged.code))
    hop.step(
        Intent(str(n), "console-FD", "FD", hop.now_ns, 0, act, "fd") for n, act in enumerate(acts)
    )
    assert hop.sent("launch") == []
    assert "LAUNCH is blocked by count held by FD: boat" in refusals(hop)[-1]


def test_the_read_back_says_what_goes_where_and_what_it_takes() -> None:
    hop, _ = staged_divert()
    (staged,) = hop.snapshot.staged
    first, sending, allowed = staged.readback
    assert first == "MAV_CMD_LANDFALL_DIVERT to fc_a, fc_b, fc_c"
    assert sending == "valid 3.0 s, sent up to 5 times, verified by 2 equal echoes"
    assert allowed.startswith("holds: landing.mode == 3 or")
    assert staged.person == "fd"


@pytest.mark.parametrize("position", ["", "CHEF"])
@pytest.mark.parametrize(
    "act",
    [
        CancelCommand(),
        StageCommand("divert"),
        HoldCount("no"),
        ReleaseHold(),
        Vote("landing_commit", False),
    ],
    ids=lambda act: type(act).__name__,
)
def test_who_has_no_position_changes_nothing(act: Act, position: str) -> None:
    hop, code = staged_divert()
    said = len(refusals(hop))
    hop.intent(act, position)
    hop.tick()
    assert len(refusals(hop)) == said + 1
    assert "no authority" in refusals(hop)[-1]
    (staged,) = hop.snapshot.staged
    assert staged.code == code
    assert hop.snapshot.count.state is CountState.FLIGHT


def test_what_was_allowed_when_staged_is_asked_again_when_confirmed() -> None:
    hop = Hop().born().fly(1)
    hop.intent(StageCommand("abort"))
    hop.tick()
    (staged,) = hop.snapshot.staged
    code = staged.code
    hop.say("LANDING_STATE", mode=7)
    hop.fly(0.5)
    hop.intent(ConfirmCommand(code))
    hop.tick()
    assert hop.sent("abort") == []
    assert "the landing can no longer be changed" in refusals(hop)[-1]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("divert", "there is nothing to divert"),
        ("landing_commit", "LANDING COMMIT is CLOSED"),
        ("launch", "LAUNCH is CLOSED"),
        ("self_destruct", "no such command"),
        ("", "no such command"),
    ],
)
def test_on_the_pad_what_is_not_allowed_is_not_even_staged(command: str, told: str) -> None:
    hop = Hop().born().fly(1)
    hop.intent(StageCommand(command))
    hop.tick()
    assert hop.snapshot.staged == ()
    assert told in refusals(hop)[-1]


def test_an_operator_cannot_commit_past_a_blocked_gate() -> None:
    hop = Hop().descend()
    hop.barge.says["deck"]["fire"] = True
    hop.fly(1)
    hop.intent(StageCommand("landing_commit"))
    hop.tick()
    assert hop.snapshot.staged == ()
    assert "blocked by deck_fire" in refusals(hop)[-1]


def unheard(mission: str = "xzy1-hop") -> Hop:
    """A mission whose vehicle was never heard."""
    hop = Hop(load_mission(CONFIGS / "missions" / f"{mission}.toml"))
    hop.downlink = False
    return hop.fly(1)


def stop(hop: Hop, command: str) -> None:
    """FD stages a command and confirms it."""
    hop.intent(StageCommand(command))
    hop.tick()
    for staged in hop.snapshot.staged:
        hop.intent(ConfirmCommand(staged.code))
        hop.tick()


@pytest.mark.parametrize("command", ["launch", "landing_commit", "divert"])
def test_what_stops_nothing_is_refused_before_anything_is_known(command: str) -> None:
    hop = unheard()
    stop(hop, command)
    assert len(refusals(hop)) == 1
    assert hop.snapshot.commands == ()


@pytest.mark.parametrize(
    ("mission", "command"),
    [
        ("xzy1-hop", "hold"),
        ("xzy1-hop", "abort"),
        *((m, c) for m in ("xzy1-booster", "xzy1-cargo", "falcon9-like") for c in STOPS),
    ],
)
def test_a_stop_goes_to_a_vehicle_that_nobody_hears(mission: str, command: str) -> None:
    hop = unheard(mission)
    stop(hop, command)
    assert hop.sent(command) != [], refusals(hop)


@pytest.mark.parametrize("command", STOPS)
def test_a_stop_goes_to_computers_that_disagree_about_their_mode(command: str) -> None:
    hop = Hop().descend()
    hop.computers["fc_c"].silent = {"*"}
    hop.enter(COMMITTED, "fc_a")
    hop.fly(2)
    hop.intent(StageCommand(command))
    hop.tick()
    (staged,) = hop.snapshot.staged
    hop.intent(ConfirmCommand(staged.code))
    assert hop.sent(command) != []


def test_the_read_back_of_a_stop_says_that_it_may_be_sent_unknown() -> None:
    hop = unheard()
    hop.intent(StageCommand("abort"))
    hop.tick()
    (staged,) = hop.snapshot.staged
    assert staged.readback[2] == "UNKNOWN, but may be sent: landing.mode < 7"


def test_a_stop_that_is_known_to_be_too_late_is_refused() -> None:
    hop = Hop(hurried()).commit().fly(10)
    hop.say("LANDING_STATE", mode=7)
    hop.fly(0.5)
    for command in ("abort", "hold"):
        stop(hop, command)
        assert hop.sent(command) == []
    assert "the landing can no longer be changed" in refusals(hop)[-2]
    assert "the vehicle has left the pad" in refusals(hop)[-1]


def test_divert_is_refused_with_the_reason_after_divert_close() -> None:
    hop = Hop(hurried()).commit().fly(10)
    hop.intent(StageCommand("divert"))
    hop.tick()
    assert hop.snapshot.staged == ()
    assert "no longer clears the barge" in refusals(hop)[-1]


def test_a_harmless_command_goes_out_at_once() -> None:
    hop = Hop().born().fly(1)
    hop.intent(StageCommand("hold"), "GNC")
    hop.fly(0.2)
    assert [c.state for c in hop.commands("hold")] == [CommandState.VERIFIED]


# --- The count ---


def test_a_hold_stops_t_and_bars_the_launch_until_it_is_released() -> None:
    hop = Hop().born().fly(8)
    hop.intent(HoldCount("boat in the area"), "BARGE")
    t_ns = hop.tick().snapshots[0].count.t_ns
    hop.fly(20)
    count = hop.snapshot.count
    assert (count.state, count.t_ns) == (CountState.HOLD, t_ns)
    assert hop.sent("launch") == []
    assert hop.gate("launch_commit").blocking == ("count held by BARGE: boat in the area",)
    hop.intent(ReleaseHold(), "FD")
    hop.fly(20)
    assert hop.sent("launch") != []


def test_releasing_what_is_not_held_and_holding_what_flies_is_refused() -> None:
    hop = Hop().born().fly(1)
    hop.intent(ReleaseHold())
    assert "not held" in refusals(hop)[-1]
    hop = Hop().descend()
    hop.intent(HoldCount("no"))
    assert "the vehicle flies" in refusals(hop)[-1]


# --- Votes ---


def polled() -> Hop:
    """The landing gate asks FD and BARGE."""
    commit = 'go_command = "landing_commit"'
    mission = changed(QUICKER, (commit, f'{commit}\npolls = ["FD", "BARGE"]'))
    return Hop(mission).descend()


def test_a_polled_gate_waits_for_every_vote_and_commits_with_them() -> None:
    hop = polled().fly(3)
    assert set(hop.gate("landing_commit").blocking) == {"poll FD", "poll BARGE"}
    hop.intent(Vote("landing_commit", True), "FD")
    hop.fly(2)
    assert hop.gate("landing_commit").blocking == ("poll BARGE",)
    hop.intent(Vote("landing_commit", True), "BARGE")
    hop.fly(2)
    assert hop.landing is GateState.COMMITTED


def test_a_vote_falls_when_a_criterion_it_stood_on_changes() -> None:
    hop = polled().fly(3)
    for position in ("FD", "BARGE"):
        hop.intent(Vote("landing_commit", True), position)
    hop.barge.says["deck"]["fire"] = True
    hop.tick()
    hop.barge.says["deck"]["fire"] = False
    hop.fly(3)
    assert hop.landing is GateState.NO_GO
    assert set(hop.gate("landing_commit").blocking) == {"poll FD", "poll BARGE"}


@pytest.mark.parametrize(
    ("gate", "position", "told"),
    [
        ("landing_commit", "GNC", "GNC is not polled"),
        ("launch_commit", "FD", "FD is not polled"),
        ("landing", "FD", "no gate 'landing'"),
        ("", "FD", "no gate ''"),
    ],
)
def test_a_vote_that_nobody_asked_for_is_refused(gate: str, position: str, told: str) -> None:
    hop = polled().fly(3)
    hop.intent(Vote(gate, True), position)
    assert told in refusals(hop)[-1]


def test_a_no_go_vote_while_the_commit_is_on_its_way_diverts() -> None:
    hop = polled()
    for computer in hop.computers.values():
        computer.hears = False
    hop.fly(3)
    for position in ("FD", "BARGE"):
        hop.intent(Vote("landing_commit", True), position)
    hop.fly(1.5)
    assert hop.commands("landing_commit") != []
    hop.intent(Vote("landing_commit", False), "FD")
    hop.fly(0.2)
    assert hop.landing is GateState.MISSED
    assert hop.sent("divert") != []


def test_intents_do_nothing_after_a_fault() -> None:
    hop, code = staged_divert()
    hop.station._state.derive = None  # type: ignore[assignment] # noqa: SLF001
    hop.tick()
    assert hop.snapshot.fault
    hop.intent(ConfirmCommand(code))
    hop.fly(1)
    assert hop.sent("divert") == []


# --- A stop that comes with a GO ---


def ticks_to_launch() -> int:
    """Ticks after birth until LAUNCH goes out by itself."""
    hop = Hop().born()
    for tick in range(1, 400):
        hop.tick()
        if hop.sent("launch"):
            return tick
    raise AssertionError(hop.gate("launch_commit"))


@pytest.mark.parametrize("act", [HoldCount("a boat"), Scrub("enough")])
def test_a_stop_in_the_very_step_of_a_go_comes_first(act: Act) -> None:
    hop = Hop().born()
    for _ in range(ticks_to_launch() - 1):
        hop.tick()
    assert not hop.sent("launch")
    hop.step([ConsoleChanged("console", "FD", True, "anna")])
    wish = Intent("x", "console", "FD", hop.now_ns, 0, act, "anna")
    hop.tick(wish)
    hop.fly(3)
    assert not hop.sent("launch"), "LAUNCH went out beside the stop"
    assert hop.gate("launch_commit").state is not GateState.COMMITTED
