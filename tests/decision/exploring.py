"""A gate explored state by state, beside a second opinion of what its votes are worth.

A world is a gate with what surrounds it. Worlds that differ only by when they began and by
what lies too far back to matter are one state, so that the search ends.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from gcs.decision import no_go
from gcs.decision.gate import PASSING, Gate, Scene
from gcs.decision.gate_rules import GateRules
from gcs.decision.gate_table import Trigger
from gcs.decision.no_go import OwedNoGo
from gcs.decision.polls import Basis, Poll
from gcs.messages import (
    CommandState,
    CommandStatus,
    CriterionState,
    CriterionStatus,
    GateState,
    GateStatus,
    VoteStatus,
)
from tests.helpers.joint_view import SECOND, FakeView

FORGOTTEN_S = 2
"""Nothing in these gates looks further back than this: their times are 1 s and 2 s."""

TURNS = 3
"""The count's attempts go round: a gate only asks whether the number is another one."""

_DURATIONS = frozenset({"_rest_ns", "_expires_ns", "_owed"})
_LONGEST_NS = {"_since_ns": SECOND, "_from_ns": 0, "expires_ns": 0}
_NUMBERS = frozenset({"id", "_last_command", "_last_recycled", "recycled"})
STOPS = ("divert", "abort")
UNDER_WAY = (CommandState.SENT, CommandState.ACKNOWLEDGED)
_MADE_ANEW = frozenset(
    {
        "config",
        "_rules",
        "_criteria",
        "_blocking",
        "_deadline_ns",
        "_why",
        "_stepped",
        "_seen",
        "_objected_ns",
        "since_ns",
        "rules",
        "view",
        "now_ns",
        "sent",
        "seen",
        "due",
        "attempt",
        "status",
        "was",
        "nonce",
        "sent_ns",
        "attempts",
    }
)
"""Fixed, or seen anew at each step, or only told."""


@dataclass
class Ballot:
    """A vote as an outsider keeps it; he tears up a GO to what has changed, and an old one."""

    go: bool
    person: str
    cast_ns: int


@dataclass
class World:
    """A gate over one criterion `c`, its votes and commands, and the count."""

    gate: Gate
    rules: GateRules
    view: FakeView
    now_ns: int = 0
    criterion: CriterionState = CriterionState.GO
    held: bool = False
    scrubbed: bool = False
    attempt: int = 1
    commands: tuple[CommandStatus, ...] = ()
    ballots: dict[str, Ballot] = field(default_factory=dict)
    judged: CriterionState | None = None
    passed: bool = False
    was: GateState = GateState.CLOSED
    status: GateStatus | None = None
    sent: tuple[str, ...] = ()
    seen: tuple[CommandStatus, ...] = ()
    recycled: int = -1
    opened: bool = False
    owed: int = 0
    due: bool = False

    def forked(self) -> World:
        """The same world once more, to go another way."""
        return _twin(self)

    # --- What may happen ---

    def step(self) -> None:
        """A second passes, and the gate looks."""
        self.now_ns += SECOND
        self.was = self.gate.state
        self._judge()
        criteria = {"c": CriterionStatus("c", self.criterion, None, None, None, 0, "")}
        held = "scrubbed by FD" if self.scrubbed else "held by FD" if self.held else ""
        scene = Scene(held, self.attempt, self.scrubbed)
        self.seen = self.commands
        self.gate.step(self.view, criteria, self.commands, self.now_ns, scene)
        self.gate.take_events()
        self.sent = ()
        for action in self.gate.take_actions():
            if action.act == "send":
                self.sent += (action.command,)
                self.send(action.command)
        self.status = self.gate.status()
        self._keep_the_debt(self.status)

    def vote(self, position: str, person: str, go: bool) -> None:
        """A position answers."""
        self._between_steps()
        if self.gate.vote(position, go, self.now_ns, person).kind == "vote":
            self.ballots[position] = Ballot(go, person, self.now_ns if go else 0)

    def send(self, command: str) -> None:
        """A command goes out, by the gate or an operator."""
        number = self.commands[-1].id + 1 if self.commands else 0
        new = CommandStatus(number, command, CommandState.SENT, 0, 0, 1, (), (), "")
        self.commands = (*(c for c in self.commands if c.command != command), new)

    def ask(self, command: str) -> None:
        """An operator sends a command."""
        self._between_steps()
        self.send(command)

    def answer(self, state: CommandState) -> None:
        """The newest command is answered."""
        self._between_steps()
        if self.commands and self.commands[-1].state is CommandState.SENT:
            newest = msgspec.structs.replace(self.commands[-1], state=state)
            self.commands = (*self.commands[:-1], newest)

    def _between_steps(self) -> None:
        self.sent, self.status, self.was = (), None, self.gate.state
        self.due = False

    # --- The second opinion ---

    def _judge(self) -> None:
        if self.judged is not self.criterion:
            self.ballots = {p: ballot for p, ballot in self.ballots.items() if not ballot.go}
        expires_ns = self.rules.config.go_expires
        self.ballots = {
            position: ballot
            for position, ballot in self.ballots.items()
            if not ballot.go or self.now_ns - ballot.cast_ns < expires_ns
        }
        self.judged = self.criterion

    def stops(self) -> list[CommandStatus]:
        """What was to stop the gate since it took the last recycle, as it last looked."""
        sent = [c for c in self.seen if c.command in STOPS and c.attempts > 0]
        return [c for c in sent if c.id > self.recycled]

    def stopped(self) -> bool:
        """Whether a stop was sent since the last recycle, or is on its way from before it."""
        on_its_way = [c for c in self.seen if c.command in STOPS and c.state in UNDER_WAY]
        return bool(self.stops() or on_its_way)

    def _keep_the_debt(self, status: GateStatus) -> None:
        """How many tries of the NO-GO are owed after this step; `due`: one was owed in it."""
        self.opened = self.opened or self.view.value(0) == 1.0
        missed = status.state is GateState.MISSED and self.was is not GateState.MISSED
        overruled = status.reason in [f"{stop} was sent" for stop in STOPS]
        if missed and self.rules.config.no_go_command and status.reason != Trigger.SCRUBBED.value:
            self.owed = no_go.NO_GO_TRIES - overruled
        if status.reason == Trigger.RECYCLED.value:
            self.owed, self.opened = 0, False
            self.recycled = max((c.id for c in self.seen), default=-1)
        states = [c.state for c in self.stops()]
        if CommandState.VERIFIED in states:
            self.owed = 0
        waits = (missed and overruled) or not set(states).isdisjoint(UNDER_WAY)
        self.due = self.owed > 0 and self.opened and not waits
        self.owed -= self.due

    def agreed(self) -> bool:
        """Whether every position's GO stood at the last look, by two persons."""
        config = self.rules.config
        for position in config.polls:
            ballot = self.ballots.get(position)
            if ballot is None or not ballot.go:
                return False
        persons = {self.ballots[position].person for position in config.polls} - {""}
        return not config.two_person or len(persons) >= 2

    def may_go(self) -> bool:
        """Whether everything that a GO stands on is so, as of the last look."""
        return (
            self.agreed()
            and self.criterion in PASSING
            and not self.held
            and not self.scrubbed
            and self.view.value(0) == 1.0
            and self.view.value(1) == 0.0
        )

    # --- Telling worlds apart ---

    def key(self) -> object:
        """What of this world can still matter."""
        numbers = sorted(
            {c.id for c in self.commands}
            | {n for name, n in vars(self.gate).items() if name in _NUMBERS}
        )
        ranks = {number: rank for rank, number in enumerate(numbers)}

        def walk(value: Any, name: str) -> object:
            if type(value) is int:
                if name in _NUMBERS:
                    return ranks.get(value, -1)  # a command that was replaced
                if name == "_turn":
                    return (self.attempt - value) % TURNS
                if name.endswith("_ns") and name not in _DURATIONS:
                    back_ns = _LONGEST_NS.get(name, FORGOTTEN_S * SECOND)
                    return max(value - self.now_ns, -back_ns)
                return value
            if value is None or isinstance(value, str | bool | enum.Enum):
                return value
            if isinstance(value, VoteStatus):
                left_ns = None if value.expires_ns is None else value.expires_ns - self.now_ns
                return (value.go, value.person, left_ns, value.basis)
            if isinstance(value, tuple | list):
                return tuple([walk(item, name) for item in value])
            return tuple([(k, walk(v, k)) for k, v in _parts(value).items() if k not in _MADE_ANEW])

        return (self.view.value(0), self.view.value(1), walk(self, ""))


def _parts(value: Any) -> Mapping[str, Any]:
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.asdict(value)
    if isinstance(value, dict):
        return dict(sorted(value.items()))
    return {} if isinstance(value, set) else _attributes(value)


def _attributes(value: Any) -> Mapping[str, Any]:
    names = getattr(type(value), "__slots__", None)
    return vars(value) if names is None else {name: getattr(value, name) for name in names}


def _twin(value: Any) -> Any:
    """A copy of what may change; what is frozen is shared."""
    if isinstance(value, dict):
        return {key: _twin(item) for key, item in value.items()}
    if isinstance(value, list | set):
        return value.copy()
    if isinstance(value, _ALIVE):
        twin = object.__new__(type(value))
        for name, item in _attributes(value).items():
            setattr(twin, name, _twin(item))
        return twin
    return value


_ALIVE = (World, Gate, Poll, Basis, OwedNoGo, Ballot, FakeView)

Way = tuple[str, Callable[[World], None]]


def explore(
    start: World, ways: Callable[[World], Iterator[Way]], check: Callable[[World, str], None]
) -> tuple[int, int]:
    """Every world that can be reached, each move checked; how many states and moves."""
    seen = {start.key()}
    waiting = deque([start])
    moves = 0
    while waiting:
        world = waiting.popleft()
        for name, happen in ways(world):
            after = world.forked()
            happen(after)
            moves += 1
            check(after, name)
            key = after.key()
            if key not in seen:
                seen.add(key)
                waiting.append(after)
    return len(seen), moves
