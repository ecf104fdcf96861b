"""What a flight came to, told from its Snapshots; exit codes follow from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gcs.clock import SECOND_NS
from gcs.config.mission import PhaseConfig
from gcs.messages import CommandStatus, CountState, CountStatus, HoldKind, Snapshot

EXIT_CODES = {"landed": 0, "diverted": 3, "lost": 4, "scrubbed": 5}


def t_text(t_ns: int) -> str:
    """A T-time such as `T+72.4 s`."""
    return f"T{t_ns / SECOND_NS:+.1f} s"


@dataclass
class Summary:
    """Gathers the story while Snapshots pass.

    `outcome` is empty until a phase says one; what follows it, such as the safing of a
    stage that stands, does not take it back.
    """

    phases: tuple[PhaseConfig, ...]
    outcome: str = ""
    outcome_t_ns: int = 0
    passed: list[tuple[str, int]] = field(default_factory=list)
    count: list[tuple[str, int]] = field(default_factory=list)
    gates: list[tuple[str, str, int]] = field(default_factory=list)
    last: Snapshot | None = None
    _gate_states: dict[str, str] = field(default_factory=dict)

    def see(self, snapshot: Snapshot) -> None:
        """Take in one Snapshot."""
        t_ns = snapshot.count.t_ns
        phase = snapshot.phase.id
        if not self.passed or self.passed[-1][0] != phase:
            self.passed.append((phase, t_ns))
        for gate in snapshot.gates:
            if self._gate_states.get(gate.id, "CLOSED") != gate.state:
                self.gates.append((gate.id, gate.state, t_ns))
            self._gate_states[gate.id] = gate.state
        self._see_count(snapshot.count)
        outcome = next((p.outcome for p in self.phases if p.id == phase), "")
        if outcome and outcome != self.outcome:
            self.outcome, self.outcome_t_ns = outcome, t_ns
        self.last = snapshot

    def _see_count(self, count: CountStatus) -> None:
        last = None if self.last is None else self.last.count
        if last is None or (last.state, last.hold, last.attempt) == (
            count.state,
            count.hold,
            count.attempt,
        ):
            return
        self.count.append((_count_text(count), count.t_ns))

    @property
    def exit_code(self) -> int:
        """0 landed, 3 diverted, 4 lost, 5 scrubbed; 0 too when nothing ended."""
        return EXIT_CODES.get(self.outcome, 0)

    def lines(self) -> list[str]:
        """The story behind the outcome, line by line."""
        if self.last is None:
            return ["nothing was recorded"]
        lines = self._phase_lines()
        lines += [f"count      {t_text(t):>12}  {text}" for text, t in self.count]
        lines += [f"gate       {t_text(t):>12}  {name}: {state}" for name, state, t in self.gates]
        lines += [_command_line(command, self.last) for command in self.last.commands]
        lines += _source_lines(self.last)
        if self.last.fault:
            lines.append(f"FAULT      {self.last.fault}")
        return lines

    def _phase_lines(self) -> list[str]:
        titles = {phase.id: phase.title for phase in self.phases}
        return [
            f"phase      {t_text(t_ns):>12}  {titles.get(phase, phase)}"
            for phase, t_ns in self.passed
        ]


def _count_text(count: CountStatus) -> str:
    by = f" by {count.held_by}" if count.held_by else ""
    match count.state:
        case CountState.HOLD if count.hold is HoldKind.RECYCLED:
            return f"recycled for attempt {count.attempt}{by}: {count.reason}"
        case CountState.HOLD:
            return f"{count.hold} hold{by}: {count.reason}"
        case CountState.SCRUBBED:
            return f"scrubbed{by}: {count.reason}"
        case CountState.FLIGHT:
            return "flight time"
        case CountState.RUNNING:
            return "runs"


def _command_line(command: CommandStatus, last: Snapshot) -> str:
    t_ns = last.count.t_ns - (last.now_ns - command.sent_ns)
    echoed = f", echoed by {', '.join(command.echoed_by)}" if command.echoed_by else ""
    detail = f", {command.detail}" if command.detail else ""
    return f"command    {t_text(t_ns):>12}  {command.command}: {command.state}{echoed}{detail}"


def _source_lines(last: Snapshot) -> Iterable[str]:
    for source in last.sources:
        yield (
            f"source     {source.id} on {source.link}: {source.messages} messages, "
            f"{source.lost} lost, {source.unknown} unknown"
        )
    for link in last.links:
        yield f"link       {link.id}: {link.bytes_total} bytes, {link.faults} faults"
