"""Whatever is sent, echoed and acknowledged, in any order: what always holds."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gcs.command.commands import KEPT
from gcs.messages import CommandState
from tests.command.desk import NUMBERS, Desk


class CommandLife(RuleBasedStateMachine):
    """Whatever is sent, echoed and acknowledged: VERIFIED means two true echoes of this nonce."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.heard: dict[int, set[str]] = {}
        self.ended: dict[int, CommandState] = {}

    @rule(command=st.sampled_from(["commit", "divert", "hold"]))
    def send(self, command: str) -> None:
        self.desk.send(command)

    @rule(command=st.sampled_from(["commit", "divert", "hold"]), known=st.booleans())
    def stage_and_confirm(self, command: str, known: bool) -> None:
        self.desk.stage(command)
        self.desk.confirm(None if known else "XXXX")

    @rule(
        source=st.sampled_from(["fc_a", "fc_b", "fc_c", "gcs"]),
        back=st.integers(0, 3),
        number=st.sampled_from(list(NUMBERS.values())),
    )
    def echo(self, source: str, back: int, number: int) -> None:
        statuses = self.desk.commander.statuses()
        if back >= len(statuses):
            return
        status = statuses[-1 - back]
        if NUMBERS[status.command.upper()] == number and source != "gcs":
            self.heard.setdefault(status.id, set()).add(source)
        self.desk.echo(source, status.nonce, number)

    @rule(
        source=st.sampled_from(["fc_a", "fc_b", "gcs"]),
        number=st.sampled_from(list(NUMBERS.values())),
        result=st.integers(0, 7),
    )
    def acknowledge(self, source: str, number: int, result: int) -> None:
        self.desk.commander.acknowledged(source, number, result)

    @rule(seconds=st.sampled_from([0.0, 0.1, 0.5, 15.0]))
    def step(self, seconds: float) -> None:
        self.desk.step(seconds)

    @rule(mode=st.sampled_from([3.0, 4.0]))
    def see(self, mode: float) -> None:
        self.desk.view.set("mode", mode)

    @invariant()
    def verified_means_echoed(self) -> None:
        for status in self.desk.commander.statuses():
            if status.state is CommandState.VERIFIED:
                assert len(self.heard.get(status.id, set())) >= 2

    @invariant()
    def an_end_is_an_end(self) -> None:
        for status in self.desk.commander.statuses():
            under_way = status.state in (CommandState.SENT, CommandState.ACKNOWLEDGED)
            if status.id in self.ended:
                assert status.state is self.ended[status.id]
            elif not under_way:
                self.ended[status.id] = status.state

    @invariant()
    def at_most_one_is_under_way_and_the_list_is_bounded(self) -> None:
        statuses = self.desk.commander.statuses()
        under_way = [
            s for s in statuses if s.state in (CommandState.SENT, CommandState.ACKNOWLEDGED)
        ]
        assert len(under_way) <= 1
        assert len(statuses) <= KEPT
        assert len({s.nonce for s in statuses}) == len(statuses)


CommandLife.TestCase.settings = settings(max_examples=60, stateful_step_count=30)


TestCommandLife = CommandLife.TestCase
