"""Waivers: who lets which criterion pass although it is NO-GO, how far, until when, and why.

Theory of operation. A waiver turns a NO-GO that it covers into WAIVED, and nothing
else: a criterion that passes stays what it is, and UNKNOWN is never covered, because
no bound can be known to hold. It ends when it expires, when it is revoked, and at the
first judged value beyond its bound or beyond a limit that it leaves alone; no
`trip_after` delays that end, and a value that comes back does not undo it.

Granting asks for a position that the criterion's `waivable_by` lists, a reason, a time
within `waivable_for`, and for a value a bound beyond a no-go limit and within
`waivable_to`. Ending one makes things safer: whoever may grant it may revoke it, whoever
granted it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gcs.decision.criterion import Criterion, Verdict, Waivable
from gcs.decision.limits import Limit, Side
from gcs.messages import CriterionState, CriterionStatus, Event, Waive, WaiverStatus
from gcs.telemetry.speech import say_duration, say_utc

REASON_AT_MOST = 200
_WARNING = 4
_ANYTHING = Limit()


class _RefusedError(Exception):
    """Why a waiver is not granted or revoked, in one sentence."""


@dataclass(frozen=True, slots=True)
class _Waiver:
    """One in force: what consoles see of it, and the values that it covers."""

    status: WaiverStatus
    covers: Limit
    terms: str


class Waivers:
    """The waivers in force. One object, one caller."""

    def __init__(self, criteria: Iterable[Criterion]) -> None:
        self._criteria = {criterion.id: criterion for criterion in criteria}
        self._in_force: dict[str, _Waiver] = {}
        self._changed: set[str] = set()
        self._events: list[Event] = []

    @property
    def in_force(self) -> bool:
        """Whether any criterion is waived."""
        return bool(self._in_force)

    def statuses(self) -> dict[str, WaiverStatus]:
        """The waivers in force, by criterion."""
        return {name: waiver.status for name, waiver in self._in_force.items()}

    def grant(self, act: Waive, by: str, status: CriterionStatus | None, now_ns: int) -> Event:
        """Put a waiver in force, in place of an older one; or refuse it with the reason.

        `status` is the criterion's as last judged, None before that.
        """
        try:
            criterion, waivable = self._found(act.criterion, by)
            _check_terms(act, waivable)
            bound, covers = _bounds(criterion, waivable, act.bound)
            _check_now(criterion, status, covers)
        except _RefusedError as error:
            return _refusal("waiver", act.criterion, by, error, now_ns)
        waiver = _Waiver(
            WaiverStatus(
                criterion=criterion.id,
                position=by,
                reason=" ".join(act.reason.split()),
                bound=bound,
                granted_ns=now_ns,
                expires_ns=now_ns + act.for_ns,
            ),
            covers,
            "" if bound is None else f" to {criterion.speech.say(bound)}",
        )
        self._in_force[criterion.id] = waiver
        self._changed.add(criterion.id)
        return Event(now_ns, "waiver", by, f"{criterion.title} {_sentence(waiver)}", _WARNING)

    def revoke(self, name: str, by: str, now_ns: int) -> Event:
        """End a waiver, or refuse with the reason."""
        try:
            criterion, _ = self._found(name, by)
            if name not in self._in_force:
                raise _RefusedError("it is not waived")
        except _RefusedError as error:
            return _refusal("revocation", name, by, error, now_ns)
        waiver = self._drop(name)
        text = f"{criterion.title}: waiver by {waiver.status.position} revoked"
        return Event(now_ns, "waiver", by, text, _WARNING)

    def changed(self, now_ns: int) -> frozenset[str]:
        """End what has expired; the criteria whose waivers changed since last asked."""
        over = [n for n, w in self._in_force.items() if now_ns >= w.status.expires_ns]
        for name in over:
            self._end(name, "expired", now_ns)
        changed, self._changed = frozenset(self._changed), set()
        return changed

    def applied(self, criterion: Criterion, verdict: Verdict[Any], now_ns: int) -> Verdict[Any]:
        """The verdict of a criterion that counts, WAIVED where it is a NO-GO that is covered."""
        waiver = self._in_force.get(criterion.id)
        if waiver is None:
            return verdict
        value, covers = verdict.value, waiver.covers
        if value is not None and covers.side(value) is Side.OUT:
            limit, speech = covers.nearest(value), criterion.speech
            beyond = f"{speech.say_apart(value, limit)} is beyond {speech.say(limit)}"
            self._end(criterion.id, f"ended, {beyond}", now_ns)
            return verdict
        if verdict.state is not CriterionState.NO_GO:
            return verdict
        return Verdict(
            CriterionState.WAIVED,
            lambda seen: f"{verdict.say(seen)}; {_sentence(waiver)}",
            verdict.seen,
            verdict.value,
        )

    def take_events(self) -> list[Event]:
        """Which waivers ended by themselves since last asked, and why."""
        taken, self._events = self._events, []
        return taken

    def _found(self, name: str, by: str) -> tuple[Criterion, Waivable]:
        criterion = self._criteria.get(name)
        if criterion is None:
            raise _RefusedError("no such criterion")
        if criterion.unwaivable:
            raise _RefusedError("it is unwaivable")
        if criterion.waivable is None:
            raise _RefusedError("nobody may waive it")
        if by not in criterion.waivable.by:
            raise _RefusedError(f"only {', '.join(criterion.waivable.by)} may")
        return criterion, criterion.waivable

    def _end(self, name: str, how: str, now_ns: int) -> None:
        waiver = self._drop(name)
        text = f"{self._criteria[name].title}: waiver by {waiver.status.position} {how}"
        self._events.append(Event(now_ns, "waiver", name, text, _WARNING))

    def _drop(self, name: str) -> _Waiver:
        self._changed.add(name)
        return self._in_force.pop(name)


def _sentence(waiver: _Waiver) -> str:
    status = waiver.status
    until = say_utc(status.expires_ns)
    return f"waived by {status.position}{waiver.terms} until {until}: {status.reason}"


def _refusal(what: str, name: str, by: str, error: _RefusedError, now_ns: int) -> Event:
    return Event(now_ns, "refused", by, f"{what} of {name[:60]!r} refused: {error}", _WARNING)


def _check_terms(act: Waive, waivable: Waivable) -> None:
    if not act.reason.strip():
        raise _RefusedError("it needs a reason")
    if len(act.reason) > REASON_AT_MOST:
        raise _RefusedError(f"its reason is longer than {REASON_AT_MOST} characters")
    if not 0 < act.for_ns <= waivable.for_ns:
        raise _RefusedError(f"it lasts {say_duration(waivable.for_ns)} at most")


def _bounds(criterion: Criterion, waivable: Waivable, text: str) -> tuple[float | None, Limit]:
    """The bound that is asked for, and what values a waiver up to it covers."""
    no_go, to, speech = criterion.no_go, waivable.to, criterion.speech
    if no_go is None or to is None:
        if text:
            raise _RefusedError("it has no value that a bound could limit")
        return None, _ANYTHING
    bound = speech.read(text)
    if bound is None:
        unit = f"in {speech.unit}" if speech.unit else "without a unit"
        raise _RefusedError(f"expected a bound {unit}, got {text[:40]!r}")
    if math.isfinite(to.above) and no_go.above < bound <= to.above:
        return bound, Limit(above=bound, below=no_go.below)
    if math.isfinite(to.below) and to.below <= bound < no_go.below:
        return bound, Limit(above=no_go.above, below=bound)
    raise _RefusedError(f"its bound lies {_waivable_sides(criterion, no_go, to)}")


def _waivable_sides(criterion: Criterion, no_go: Limit, to: Limit) -> str:
    say = criterion.speech.say
    sides = (
        ("above", no_go.above, to.above),
        ("below", no_go.below, to.below),
    )
    return " or ".join(
        f"{word} {say(limit)} to {say(last)}" for word, limit, last in sides if math.isfinite(last)
    )


def _check_now(criterion: Criterion, status: CriterionStatus | None, covers: Limit) -> None:
    """Refuse what could not hold even now."""
    if status is None or status.state is CriterionState.UNKNOWN:
        raise _RefusedError("it is UNKNOWN, which no waiver covers")
    if status.value is None or status.state is CriterionState.INHIBITED:
        return
    if covers.side(status.value) is Side.OUT:
        limit = covers.nearest(status.value)
        value = criterion.speech.say_apart(status.value, limit)
        raise _RefusedError(f"{value} is beyond {criterion.speech.say(limit)} already")
