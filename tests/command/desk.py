"""A Commander on a mission of three flight computers, its view and the time."""

from __future__ import annotations

from gcs.command.authority import Operator
from gcs.command.commands import Commander
from gcs.command.loading import build_commander
from gcs.command.outgoing import Dispatch
from gcs.messages import CommandStatus, StagedStatus
from tests.command.missions import COMMIT, PARAMETERS, PHASE, vehicle_sources
from tests.helpers.joint_view import SECOND, FakeView, mission_of

NUMBERS = {"COMMIT": 31001, "DIVERT": 31002, "HOLD": 31003, "LAUNCH": 31004, "ABORT": 31005}
COMMANDS = f"""
[station]
positions = ["FD", "GNC"]
{PHASE}{COMMIT}retry_after = "0.5 s"
attempts = 3
allowed = "mode == 4"
refused_because = "the window is not open"
parameters = {{ param3 = "left" }}
[[command]]
id = "divert"
title = "DIVERT"
mav_cmd = "DIVERT"
validity = "3 s"
[[command]]
id = "hold"
title = "HOLD"
mav_cmd = "HOLD"
validity = "2 s"
dangerous = false
without_authority = true
allowed = "mode < 9"
[[command]]
id = "launch"
title = "LAUNCH"
mav_cmd = "LAUNCH"
validity = "4 s"
two_person = true
allowed = "4 == mode and (left > 3 s or mode == 9 and left > 0 s)"
parameters = {{ param4 = "left" }}
[[command]]
id = "abort"
title = "ABORT"
mav_cmd = "ABORT"
validity = "4 s"
without_authority = true
allowed = "mode < 7 and left > 0 s"
allowed_unknown = true
"""
COMPUTERS = vehicle_sources("fc_a", "fc_b", "fc_c")
LATE = """
[[command]]
id = "late"
title = "LATE"
mav_cmd = "DIVERT"
validity = "3 s"
allowed = "held(mode == 4, 1 s)"
parameters = { param3 = "max_over(left, 2 s)" }
"""
ELSEWHERE = "command authority is with console-2 (GNC)"


def operator(position: str, person: str = "", no_authority: str = "") -> Operator:
    """At the console of a position."""
    return Operator(f"console-{position}", position, person, no_authority)


FD = operator("FD", "anna")


class Desk:
    """A Commander, its view and the time."""

    def __init__(self, seed: bytes = b"seed", more: str = "") -> None:
        self.view = FakeView(**PARAMETERS)
        self.view.set("mode", 4.0)
        self.view.set("left", 12.0)
        mission = mission_of(COMMANDS + more + COMPUTERS, PARAMETERS)
        self.commander: Commander
        self.commander, problems = build_commander(mission, self.view, seed, NUMBERS)
        assert problems == ()
        self.now_ns = 0

    def send(self, command: str = "commit") -> Dispatch:
        return self.commander.send(command, "landing", self.view, self.now_ns)

    def stage(
        self, command: str = "commit", position: str = "FD", person: str = "", barred: str = ""
    ) -> Dispatch:
        who = operator(position, person, barred)
        return self.commander.stage(command, who, self.view, self.now_ns)

    def confirm(
        self, code: str | None = None, position: str = "FD", person: str = "", barred: str = ""
    ) -> Dispatch:
        staged = self.staged()
        code = code if code is not None else staged.code if staged else "NONE"
        who = operator(position, person, barred)
        return self.commander.confirm(code, who, self.view, self.now_ns)

    def cancel(self, position: str = "FD") -> Dispatch:
        return self.commander.cancel(operator(position), self.now_ns)

    def all_staged(self) -> dict[str, StagedStatus]:
        """By console, the oldest first."""
        return {s.console: s for s in self.commander.staged(self.view, self.now_ns)}

    def staged(self, position: str = "FD") -> StagedStatus | None:
        return self.all_staged().get(f"console-{position}")

    def step(self, after_s: float) -> Dispatch:
        self.now_ns += round(after_s * SECOND)
        return self.commander.step(self.view, self.now_ns)

    def last(self) -> CommandStatus:
        return self.commander.statuses()[-1]

    def echo(self, source: str, nonce: int | None = None, command: int = 31001) -> None:
        nonce = self.last().nonce if nonce is None else nonce
        self.commander.echoed(source, nonce, command, self.now_ns)


def refusals(dispatch: Dispatch) -> list[str]:
    assert dispatch.outgoing == ()
    return [event.text for event in dispatch.events if event.kind == "refused"]
