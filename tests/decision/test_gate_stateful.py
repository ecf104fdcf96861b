"""Whatever happens to a polled gate, in any order: no GO without its grounds."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gcs.decision.gate import PASSING
from gcs.messages import CommandState, CriterionState, GateState
from tests.decision.one_gate import POLLED, Range


class GateLife(RuleBasedStateMachine):
    """Anything may happen to a polled gate; what must never happen is checked at each step."""

    def __init__(self) -> None:
        super().__init__()
        self.scene = Range(POLLED + 'overruled_by = ["abort"]\n')
        self.passed_deadline = False
        self.was = GateState.CLOSED

    @rule(state=st.sampled_from(CriterionState))
    def judge(self, state: CriterionState) -> None:
        self.scene.criterion = state

    @rule(mode=st.sampled_from([3.0, 4.0, 5.0, None]), left=st.sampled_from([0.0, 9.0, None]))
    def see(self, mode: float | None, left: float | None) -> None:
        for name, value in (("mode", mode), ("left", left)):
            if value is None:
                self.scene.view.forget(name)
            else:
                self.scene.view.set(name, value)

    @rule(position=st.sampled_from(["FD", "BARGE", "CHEF"]), go=st.booleans())
    def vote(self, position: str, go: bool) -> None:
        self.scene.gates.vote("landing", position, go, self.scene.now_ns)

    @rule(held=st.sampled_from(["", "held by FD: x"]))
    def hold(self, held: str) -> None:
        self.scene.held = held

    @rule(stop=st.sampled_from(["divert", "abort"]))
    def stop(self, stop: str) -> None:
        self.scene.command(stop)

    @precondition(lambda self: bool(self.scene.commands))
    @rule(state=st.sampled_from(CommandState))
    def answer(self, state: CommandState) -> None:
        self.scene.answer(state)

    @rule()
    def everything_goes(self) -> None:
        self.see(4.0, 9.0)
        self.scene.held, self.scene.criterion = "", CriterionState.GO
        self.scene.step()
        for position in ("FD", "BARGE"):
            self.scene.gates.vote("landing", position, True, self.scene.now_ns)

    @rule(seconds=st.sampled_from([0.0, 0.1, 1.0, 3.0]))
    def step(self, seconds: float) -> None:
        scene = self.scene
        self.was = scene.gates.statuses()[0].state
        sent = len(scene.sent)
        stopped = not {"divert", "abort"}.isdisjoint(c.command for c in scene.commands.values())
        status = scene.step(seconds)
        if "commit" in scene.sent[sent:]:
            assert status.state is GateState.GO
            assert status.blocking == ()
            assert not stopped
            assert scene.criterion in PASSING
            assert scene.held == ""
            assert scene.view.value(0) == 4.0
            assert (scene.view.value(1) or 0.0) > 0.0
        if status.state is GateState.COMMITTED and self.was is not GateState.COMMITTED:
            assert scene.commands[max(scene.commands)].state is CommandState.VERIFIED
        if status.state is GateState.MISSED and self.was is not GateState.MISSED:
            assert {"divert", "abort"} & {c.command for c in scene.commands.values()}

    @invariant()
    def an_end_is_an_end(self) -> None:
        state = self.scene.gates.statuses()[0].state
        if self.was is GateState.MISSED:
            assert state is GateState.MISSED


GateLife.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestGateLife = GateLife.TestCase
