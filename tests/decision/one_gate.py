"""One gate, its one criterion and its commands, for the tests of gates."""

from __future__ import annotations

from gcs.decision.gate import Scene
from gcs.decision.gates import GateStep, build_gates
from gcs.messages import CommandState, CommandStatus, CriterionState, CriterionStatus, GateStatus
from tests.helpers.joint_view import SECOND, FakeView, mission_of

PARAMETERS = {"mode": "", "left": "s"}
HEAD = """
[station]
positions = ["FD", "BARGE"]
[[phase]]
id = "p"
title = "p"
[[command]]
id = "commit"
title = "COMMIT"
mav_cmd = "C"
validity = "3 s"
[[command]]
id = "divert"
title = "DIVERT"
mav_cmd = "D"
validity = "3 s"
[[command]]
id = "abort"
title = "ABORT"
mav_cmd = "A"
validity = "3 s"
[[command]]
id = "deck_open"
title = "OPEN DECK"
target = "barge"
order = "deck_open"
validity = "3 s"
"""
MARK = '[[count.mark]]\nid = "engines"\nat = "0 s"\n'
AUTOMATIC = """
[[gate]]
id = "landing"
title = "LANDING"
opens = "mode == 4"
closes = "left <= 0 s"
mode = "automatic"
stable_for = "1 s"
go_command = "commit"
no_go_command = "divert"
"""
POLLED = AUTOMATIC + 'polls = ["FD", "BARGE"]\n'
CONFIRMED = AUTOMATIC.replace('"automatic"', '"confirmed"')
STANDING = AUTOMATIC.replace('go_command = "commit"\n', "", 1)
CONTINUING = STANDING + 'no_go_after = "1 s"\nwithout_answer = "stands"\n'
OVERRULED = AUTOMATIC + 'overruled_by = ["abort"]\n'
EXPIRING = POLLED + 'go_expires = "3 s"\n'
TWO_PERSONS = POLLED + "two_person = true\n"
CRITERION = """
[criterion.roll]
title = "roll"
owner = "BARGE"
gates = ["landing"]
require = "mode == 4"
source = "a test"
"""


class Range:
    """One gate, its one criterion, and the commands that it sent."""

    def __init__(self, table: str = AUTOMATIC) -> None:
        self.view = FakeView(**PARAMETERS)
        mission = mission_of(HEAD + table, PARAMETERS, CRITERION)
        self.gates, problems = build_gates(mission, self.view)
        assert problems == ()
        self.now_ns = 0
        self.criterion = CriterionState.GO
        self.commands: dict[int, CommandStatus] = {}
        self.sent: list[str] = []
        self.withdrawn: list[str] = []
        self.held = ""
        self.attempt = 1
        self.scrubbed = False
        self.phase = "p"
        self.flies = False
        self.asked: list[tuple[str, str]] = []
        self.view.set("mode", 4.0)
        self.view.set("left", 60.0)

    def step(self, after_s: float = 0.0) -> GateStatus:
        self.now_ns += round(after_s * SECOND)
        roll = CriterionStatus("roll", self.criterion, None, None, None, 0, "")
        commands = tuple(self.commands.values())
        scene = Scene(self.held, self.attempt, self.scrubbed, self.phase, self.flies)
        step = self.gates.step(self.view, (roll,), commands, self.now_ns, scene)
        for action in step.actions:
            if action.act == "send":
                self.sent.append(action.command)
                self.command(action.command)
            elif action.act == "withdraw":
                self.withdrawn.append(action.command)
            else:
                self.asked.append((action.act, action.mark))
        self.last: GateStep = step
        return step.statuses[0]

    def command(self, name: str, state: CommandState = CommandState.SENT, attempts: int = 1) -> int:
        number = len(self.commands)
        self.commands[number] = CommandStatus(
            number, name, state, number + 1, self.now_ns, attempts, (), (), ""
        )
        return number

    def vote(self, position: str, go: bool = True, person: str = "") -> str:
        return self.gates.vote("landing", position, go, self.now_ns, person).text

    def answer(self, state: CommandState) -> None:
        self.command_state(max(self.commands), state)

    def command_state(self, number: int, state: CommandState) -> None:
        was = self.commands[number]
        self.commands[number] = CommandStatus(
            was.id, was.command, state, was.nonce, was.sent_ns, was.attempts, (), (), ""
        )


def on_its_way(table: str = AUTOMATIC) -> Range:
    scene = Range(table)
    scene.step()
    scene.step(1.0)
    assert scene.sent == ["commit"]
    return scene
