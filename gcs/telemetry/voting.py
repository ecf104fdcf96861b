"""One value from several sources: the median of those that agree.

A source is out of the vote while it is

- silent: nothing yet, or its newest sample is stale;
- invalid: its sample is non-finite, rejected or out of its valid range;
- frozen: bit-equal for `frozen_after` while the others move;
- wrong: further than the tolerance from the median of the rest.

The vote is GOOD while at least `minimum_sources` are in it. The median is the low
one, so the voted value is always one that some source really said: the mean of two
flight modes is no flight mode. Exclusion is immediate; it is *said* (as an event)
once it has lasted `SAY_AFTER_NS`, so that three computers that change mode a few
samples apart raise no alarm.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gcs.clock import MILLISECOND_NS
from gcs.messages import Quality

SAY_AFTER_NS: Final = 500 * MILLISECOND_NS
_MOVED_SHARE: Final = 0.02
"""Of the tolerance: a source that moved less stands still; assumed."""
TURN_RAD: Final = 2 * math.pi


class Verdict(enum.StrEnum):
    """Where a source stands in a vote."""

    IN = "in"
    SILENT = "silent"
    INVALID = "invalid"
    FROZEN = "frozen"
    WRONG = "wrong"


class Ballot(NamedTuple):
    """What one source says: SI value, station time of the measurement, its own quality."""

    value: float
    sampled_ns: int
    quality: Quality


class Voted(NamedTuple):
    """The outcome; `value` is NaN and `sampled_ns` 0 where no source spoke at all."""

    value: float
    sampled_ns: int
    quality: Quality
    verdicts: tuple[Verdict, ...]


class Said(NamedTuple):
    """A change of verdict worth saying."""

    source: int
    verdict: Verdict


@dataclass(frozen=True)
class VoteRule:
    """How a parameter is voted; `tolerance` in SI, `turn` is 2 pi where the value is an angle."""

    tolerance: float
    minimum_sources: int
    frozen_after_ns: int | None = None
    turn: float | None = None


# To look up or to hash a member of an enum costs more than the rest of a usual vote.
_GOOD: Final = Quality.GOOD
_IN: Final = Verdict.IN
# By the number of the quality.
_BY_QUALITY: Final = (
    Verdict.IN,
    Verdict.INVALID,
    Verdict.INVALID,
    Verdict.SILENT,
    Verdict.SILENT,
)


def vote(rule: VoteRule, ballots: Sequence[Ballot], frozen: Sequence[bool] | None = None) -> Voted:
    """Vote once; `frozen` tells which sources are known to be frozen."""
    if rule.turn is None and not (frozen and any(frozen)):
        unanimous = _unanimous(rule, ballots)
        if unanimous is not None:
            return unanimous
    verdicts = [_BY_QUALITY[ballot.quality] for ballot in ballots]
    if frozen is not None:
        for source, is_frozen in enumerate(frozen):
            if is_frozen and verdicts[source] is Verdict.IN:
                verdicts[source] = Verdict.FROZEN
    running = [source for source, verdict in enumerate(verdicts) if verdict is Verdict.IN]
    if not running:
        return _without_value(ballots, verdicts)
    values = _unwrapped([ballots[source].value for source in running], rule.turn)
    median = _low_median(values)
    agreeing = []
    for source, value in zip(running, values, strict=True):
        if abs(value - median) <= rule.tolerance:
            agreeing.append((value, source))
        else:
            verdicts[source] = Verdict.WRONG
    agreeing.sort()
    chosen = ballots[agreeing[(len(agreeing) - 1) // 2][1]]
    quality = Quality.GOOD if len(agreeing) >= rule.minimum_sources else Quality.SUSPECT
    return Voted(chosen.value, chosen.sampled_ns, quality, tuple(verdicts))


def _unanimous(rule: VoteRule, ballots: Sequence[Ballot]) -> Voted | None:
    """The usual outcome, cheaply: everyone speaks and nobody is far from anybody."""
    if len(ballots) < rule.minimum_sources:
        return None
    for ballot in ballots:
        if ballot.quality:
            return None
    ordered = sorted(ballots)
    if not ordered[-1].value - ordered[0].value <= rule.tolerance:
        return None
    chosen = ordered[(len(ordered) - 1) // 2]
    return Voted(chosen.value, chosen.sampled_ns, _GOOD, (_IN,) * len(ballots))


def _low_median(values: list[float]) -> float:
    return sorted(values)[(len(values) - 1) // 2]


def _unwrapped(values: list[float], turn: float | None) -> list[float]:
    """Values moved by whole turns next to the first one, where the parameter is an angle."""
    if turn is None or max(values) - min(values) <= turn / 2:
        return values
    first = values[0]
    return [first + math.remainder(value - first, turn) for value in values]


def _without_value(ballots: Sequence[Ballot], verdicts: list[Verdict]) -> Voted:
    """The outcome where nobody may vote: the best quality on offer, never GOOD."""
    newest = max(ballots, key=lambda ballot: (-ballot.quality, ballot.sampled_ns))
    quality = max(newest.quality, Quality.SUSPECT)
    return Voted(newest.value, newest.sampled_ns, quality, tuple(verdicts))


@dataclass
class _Track:
    """One source over time: since when its value stands, and where the others were then."""

    value: float = math.nan
    since_ns: int = 0
    others: tuple[float, ...] = ()
    said: Verdict | None = None
    pending: Verdict = Verdict.SILENT
    pending_since_ns: int = 0

    @property
    def known(self) -> Verdict:
        """The verdict that needs no saying any more."""
        return Verdict.SILENT if self.said is None else self.said


@dataclass
class Voter:
    """Votes on one parameter over time: knows who is frozen, and what was said of whom."""

    rule: VoteRule
    sources: int
    _tracks: list[_Track] = field(init=False, repr=False)
    _verdicts: tuple[Verdict, ...] = field(init=False, repr=False)
    # The verdicts, where all of them have been said and none is pending.
    _all_said: tuple[Verdict, ...] | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        self._tracks = [_Track() for _ in range(self.sources)]
        self._verdicts = (Verdict.SILENT,) * self.sources

    def vote(self, ballots: Sequence[Ballot]) -> Voted:
        """The outcome now, each source's past considered."""
        frozen = None if self.rule.frozen_after_ns is None else self._frozen(ballots)
        voted = vote(self.rule, ballots, frozen)
        self._verdicts = voted.verdicts
        return voted

    def _frozen(self, ballots: Sequence[Ballot]) -> list[bool]:
        values = tuple(ballot.value for ballot in ballots)
        for track, ballot in zip(self._tracks, ballots, strict=True):
            # NaN is unequal to itself, so a source without a value never freezes.
            if ballot.value != track.value:
                track.value = ballot.value
                track.since_ns = ballot.sampled_ns
                track.others = values
        return [self._is_frozen(source, ballots) for source in range(self.sources)]

    def _is_frozen(self, source: int, ballots: Sequence[Ballot]) -> bool:
        track = self._tracks[source]
        assert self.rule.frozen_after_ns is not None
        if ballots[source].sampled_ns - track.since_ns < self.rule.frozen_after_ns:
            return False
        others = [
            other
            for other, ballot in enumerate(ballots)
            if other != source and ballot.quality is Quality.GOOD
        ]
        moved = [abs(ballots[other].value - track.others[other]) for other in others]
        # On a pad all stand still, and the last digit of one moves; one restless neighbour
        # proves nothing unless it went further than the tolerance.
        least = _MOVED_SHARE * self.rule.tolerance
        return bool(moved) and (
            all(distance > least for distance in moved) or max(moved) > self.rule.tolerance
        )

    def said(self, now_ns: int) -> list[Said]:
        """The verdicts that changed and have lasted; each change is returned once.

        That a source has not spoken yet, and that it begins to, goes unsaid; so does
        "not known" where none of them knows, for that singles nobody out.
        """
        if self._verdicts == self._all_said:
            return []
        changes = []
        singled_out = Verdict.IN in self._verdicts
        for source, (track, verdict) in enumerate(zip(self._tracks, self._verdicts, strict=True)):
            if verdict is not track.pending:
                track.pending = verdict
                track.pending_since_ns = now_ns
            lasted = now_ns - track.pending_since_ns >= SAY_AFTER_NS
            if verdict is track.known or not lasted:
                continue
            if verdict is Verdict.INVALID and not singled_out:
                continue
            if track.said is not None or verdict is not Verdict.IN:
                changes.append(Said(source, verdict))
            track.said = verdict
        known = tuple(track.known for track in self._tracks)
        self._all_said = known if known == self._verdicts else None
        return changes
