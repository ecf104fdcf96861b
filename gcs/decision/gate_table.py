"""How a gate moves: one table, and what each move sends.

Theory of operation. At each step a gate looks at its expressions, its criteria,
its poll and the commands on their way, and condenses them into one `Trigger`; the
table `TRANSITIONS` says what follows, and `CONSEQUENCES` what is sent. The first
trigger that applies counts, in the order of the enum:

- RECYCLED: the count went back to a mark: what was missed may be asked again, from
  nothing, and so may a gate that committed by standing. Only a command on its way comes
  first: it is revoked before that.
- OVERRULED: a stop was sent since, by whomever: the gate's NO-GO command, or one that
  overrules the gate. It stays missed, and owes the NO-GO command until a stop is verified;
  a gate that never was open owes it once it would open.
- SCRUBBED: the attempt has ended. Nothing is sent for that.
- VERIFIED: the vehicle has the GO command. Nothing but that commits a gate which
  has one; a gate without commits at its deadline, if it stands at GO.
- UNOPPOSED: the deadline of a gate that only waits for objections
  (`without_answer = "stands"`) passes, and no criterion is known to be NO-GO and no vote
  is. It stands: silence neither revokes a verified commit nor diverts.
- DEADLINE: `closes` is true, or the phase one that closes it, and the gate was open:
  what is not verified is no commit. A gate that never opened stays closed, as does one
  whose question no longer arises because `opens` is known to be false.
- REVOKED: a criterion turned NO-GO or UNKNOWN, a vote NO-GO, or the count was held or
  scrubbed while the command was on its way. The vehicle may have it, so the chance is
  given up and the NO-GO command follows; after a hold or a scrub even where the vehicle
  has just verified the command. (INHIBITED does not revoke: the commit itself changes
  phases.)
- FAILED: the command was refused or ran out of attempts. The gate may try again.
- WAITING: the command is on its way.
- SHUT: `opens` is false or unknown.
- OVERDUE: a criterion or a vote has been NO-GO in the open gate for `no_go_after`.
  UNKNOWN does not count: it bars a GO, but a lost link diverts nobody.
- BLOCKED, CLEAR: what the criteria, the poll and the count say. An unknown `closes`
  blocks: no GO is given when it is not known that time remains; nor is the gate
  missed before its deadline is known to have passed.

COMMITTED and MISSED are ends, but for a verified stop after a commit, and for a recycle
after a miss. What the vehicle has verified no recycle takes back, and what was committed
before lift-off no stop in flight.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Literal

import msgspec

from gcs.messages import CommandState, CommandStatus, GateState


class Trigger(enum.Enum):
    """What a gate's inputs come to, most urgent first."""

    RECYCLED = "the count was recycled"
    OVERRULED = "a stop was sent"
    SCRUBBED = "the attempt was scrubbed"
    VERIFIED = "committed"
    UNOPPOSED = "nothing known stood against it"
    DEADLINE = "the deadline passed"
    REVOKED = "turned NO-GO while the command was on its way"
    FAILED = "the command failed"
    WAITING = "waiting for the vehicle"
    SHUT = "not open"
    OVERDUE = "stood at NO-GO too long"
    BLOCKED = "blocked"
    CLEAR = "clear"


_S, _T = GateState, Trigger

TRANSITIONS: Mapping[GateState, Mapping[Trigger, GateState]] = {
    _S.CLOSED: {
        _T.RECYCLED: _S.CLOSED,
        _T.OVERRULED: _S.MISSED,
        _T.SCRUBBED: _S.MISSED,
        _T.UNOPPOSED: _S.COMMITTED,
        _T.DEADLINE: _S.MISSED,
        _T.SHUT: _S.CLOSED,
        _T.BLOCKED: _S.NO_GO,
        _T.CLEAR: _S.GO,
    },
    _S.NO_GO: {
        _T.RECYCLED: _S.CLOSED,
        _T.OVERRULED: _S.MISSED,
        _T.SCRUBBED: _S.MISSED,
        _T.UNOPPOSED: _S.COMMITTED,
        _T.DEADLINE: _S.MISSED,
        _T.SHUT: _S.CLOSED,
        _T.OVERDUE: _S.MISSED,
        _T.BLOCKED: _S.NO_GO,
        _T.CLEAR: _S.GO,
    },
    _S.GO: {
        _T.RECYCLED: _S.CLOSED,
        _T.OVERRULED: _S.MISSED,
        _T.SCRUBBED: _S.MISSED,
        _T.VERIFIED: _S.COMMITTED,
        _T.UNOPPOSED: _S.COMMITTED,
        _T.DEADLINE: _S.MISSED,
        _T.REVOKED: _S.MISSED,
        _T.FAILED: _S.NO_GO,
        _T.WAITING: _S.GO,
        _T.SHUT: _S.CLOSED,
        _T.BLOCKED: _S.NO_GO,
        _T.CLEAR: _S.GO,
    },
    _S.COMMITTED: {_T.RECYCLED: _S.CLOSED, _T.OVERRULED: _S.MISSED},
    _S.MISSED: {_T.RECYCLED: _S.CLOSED},
}
"""State and trigger to the next state. A pair that is not here cannot arise."""

Consequence = Literal["withdraw_go", "send_no_go", "retry_no_go", "stop_count"]

CONSEQUENCES: Mapping[Trigger, tuple[Consequence, ...]] = {
    _T.OVERRULED: ("withdraw_go", "retry_no_go"),
    _T.SCRUBBED: (),
    _T.DEADLINE: ("withdraw_go", "send_no_go", "stop_count"),
    _T.REVOKED: ("withdraw_go", "send_no_go", "stop_count"),
    _T.OVERDUE: ("send_no_go", "stop_count"),
}
"""What a gate does when it is missed, by the trigger."""

_FAILED = frozenset({CommandState.REFUSED, CommandState.TIMED_OUT})


class Moment(msgspec.Struct, frozen=True, gc=False):
    """What a gate sees at one step.

    `opens` and `closes` are None when unknown. `attempt` is the GO command as sent
    since the gate stands at GO; `stop` is what stops the gate, as sent since the last
    recycle, a verified one before others. `commanded` says that the gate has a GO command,
    `alarming` that a criterion is NO-GO or UNKNOWN, or a vote NO-GO; `unopposed` that the
    gate only waits for objections, and that there is no known one. `held` and `scrubbed`
    speak of the count; `recycled` is true until the gate took it.
    """

    opens: bool | None
    closes: bool | None
    blocking: tuple[str, ...]
    alarming: bool
    attempt: CommandStatus | None = None
    stop: CommandStatus | None = None
    commanded: bool = True
    commits_by_standing: bool = False
    overdue: bool = False
    unopposed: bool = False
    held: bool = False
    scrubbed: bool = False
    recycled: bool = False


def trigger_of(state: GateState, opened: bool, moment: Moment) -> Trigger | None:
    """The most urgent trigger; None where an end is reached. `opened`: it was once open."""
    if state is GateState.COMMITTED:
        return _trigger_of_commit(moment)
    under_way = state is GateState.GO and moment.attempt is not None
    if under_way and moment.stop is None and (moment.held or moment.scrubbed):
        return Trigger.REVOKED
    if moment.recycled:
        return Trigger.RECYCLED
    if state is GateState.MISSED:
        return None
    if moment.stop is not None:
        return Trigger.OVERRULED
    if moment.scrubbed:
        return Trigger.SCRUBBED
    return _trigger_of_question(state, opened, moment)


def _trigger_of_commit(moment: Moment) -> Trigger | None:
    if moment.recycled and not moment.commanded:
        return Trigger.RECYCLED
    undone = moment.stop is not None and moment.stop.state is CommandState.VERIFIED
    return Trigger.OVERRULED if undone else None


def _trigger_of_question(state: GateState, opened: bool, moment: Moment) -> Trigger:
    """Commit and deadline first, then the command on its way, then the rest."""
    if state is GateState.GO and _commits(moment):
        return Trigger.VERIFIED
    if moment.closes is True and _asked(state, opened, moment):
        stands = moment.unopposed and moment.opens is not False
        return Trigger.UNOPPOSED if stands else Trigger.DEADLINE
    if state is GateState.GO and moment.attempt is not None:
        return _trigger_of_attempt(moment.attempt, moment)
    return _trigger_of_rest(state, moment)


def _commits(moment: Moment) -> bool:
    """Whether the vehicle has the command in time, or a gate without one stands at its deadline."""
    if moment.attempt is not None:
        # An echo that is heard only with the deadline behind it came too late to count.
        return moment.attempt.state is CommandState.VERIFIED and moment.closes is not True
    standing = moment.commits_by_standing and not moment.blocking
    return standing and moment.closes is True and moment.opens is True


def _asked(state: GateState, opened: bool, moment: Moment) -> bool:
    """Whether the gate's question stands, so that its deadline means something."""
    if state is GateState.CLOSED:
        return moment.opens is True or (opened and moment.opens is None)
    return True


def _trigger_of_attempt(attempt: CommandStatus, moment: Moment) -> Trigger:
    if moment.alarming:
        return Trigger.REVOKED
    return Trigger.FAILED if attempt.state in _FAILED else Trigger.WAITING


def _trigger_of_rest(state: GateState, moment: Moment) -> Trigger:
    if moment.opens is not True:
        return Trigger.SHUT
    if state is GateState.NO_GO and moment.overdue and moment.blocking:
        return Trigger.OVERDUE
    return Trigger.BLOCKED if moment.blocking else Trigger.CLEAR
