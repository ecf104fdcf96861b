"""The joint state of vehicle and barge: the newest good word on every parameter.

The newest *source* time wins, whatever came last: late data is old data. Quality at
a moment is NEVER, else STALE when the measurement is older than `stale_after`, else
SUSPECT for a source that its vote left out, else what the sample said. `value` is None
for all but GOOD.

Voted and derived parameters are computed by `derive`. The age of a derived value is
that of the oldest measurement it stands on. Windows of a derived parameter that needs
no time of its own are filled row by row from its inputs, so that a burst, or the
history that a barge sends at birth, fills them as if it had been received live.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from gcs.expressions import CONDITION, Expression, History
from gcs.messages import Event, Quality, Readings
from gcs.telemetry.dictionary import Dictionary
from gcs.telemetry.parameters import Derivation, Parameter
from gcs.telemetry.samples import SampleBatch, judge
from gcs.telemetry.voting import Ballot, Verdict, Voter

_GOOD: Final = int(Quality.GOOD)
_SUSPECT: Final = int(Quality.SUSPECT)
_BAD: Final = int(Quality.BAD)
_STALE: Final = int(Quality.STALE)
_NEVER: Final = int(Quality.NEVER)
_QUALITIES: Final = tuple(Quality)
_IN: Final = Verdict.IN
_new_tuple: Final = tuple.__new__
_NO_MOMENT: Final = -(1 << 63)
_NAMES_SAID: Final = 3

_Row = tuple[int, int, float, bool]
"""Source time ns, parameter, SI value, whether it is GOOD."""


class JointState:
    """Everything the station knows, at the time set by `at`; a View for expressions."""

    def __init__(self, dictionary: Dictionary, windows: Mapping[int, int]) -> None:
        """`windows`: parameter index -> ns of history that some expression needs."""
        parameters = dictionary.parameters
        count = len(parameters)
        self._dictionary = dictionary
        self._now_ns = 0
        self._value = [math.nan] * count
        self._sampled_ns = [0] * count
        self._quality = [_NEVER] * count
        self._left_out = [False] * count
        # Until when a vote stands by itself: nobody is out of it, nobody goes stale.
        self._settled_ns = [-1] * count
        self._stale_after_ns = [p.stale_after_ns for p in parameters]
        # The last moment at which the value as it stands is GOOD; _NO_MOMENT if none is.
        self._good_until_ns = [_NO_MOMENT] * count
        self._histories = {
            index: History(span_ns, parameters[index].stale_after_ns)
            for index, span_ns in windows.items()
        }
        self._voters = {
            p.index: Voter(p.ballots.rule, len(p.ballots.parameters))
            for p in parameters
            if p.ballots is not None
        }
        self._computed_from = {
            index: _inputs(parameters[index])
            for index in (*self._voters, *dictionary.derived_order)
        }
        self._rows = _Rows(dictionary, windows)
        self._in_windows = [i in windows or i in self._rows.inputs for i in range(count)]
        self._changed: set[int] = set()
        self._events: list[Event] = []

    # --- What expressions ask ---

    def at(self, now_ns: int) -> None:
        """Set the moment that all questions are about; it never decreases."""
        self._now_ns = now_ns

    def value(self, index: int) -> float | None:
        """The value in SI if it is GOOD now, else None."""
        return self._value[index] if self._now_ns <= self._good_until_ns[index] else None

    def age_ns(self, index: int) -> int | None:
        """Time since it was measured, or None if it never was."""
        if self._quality[index] == _NEVER:
            return None
        return max(0, self._now_ns - self._sampled_ns[index])

    def quality(self, index: int) -> Quality:
        """How far the value may be trusted now."""
        spoken = self._spoken_quality(index)
        return Quality.SUSPECT if spoken is Quality.GOOD and self._left_out[index] else spoken

    def _spoken_quality(self, index: int) -> Quality:
        """The quality now, but for what a vote thinks of it."""
        own = self._quality[index]
        if own == _NEVER:
            return Quality.NEVER
        if self._now_ns - self._sampled_ns[index] > self._stale_after_ns[index]:
            return Quality.STALE
        return _QUALITIES[own]

    def history(self, index: int) -> History:
        """Its past; KeyError for a parameter that no window named at the start."""
        return self._histories[index]

    def readings(self, now_ns: int) -> Readings:
        """All values, times and qualities at `now_ns`, for a Snapshot."""
        self.at(now_ns)
        return Readings(
            tuple(self._value),
            tuple(self._sampled_ns),
            self._qualities(),
        )

    def _qualities(self) -> tuple[int, ...]:
        """Of every parameter, as `quality` says it; a tick asks for thousands."""
        now_ns = self._now_ns
        return tuple(
            [
                _GOOD if now_ns <= until_ns else int(self.quality(index))
                for index, until_ns in enumerate(self._good_until_ns)
            ]
        )

    # --- What changes it ---

    def apply(self, batch: SampleBatch) -> None:
        """Take samples, and the `past` that came with them, which only fills windows."""
        if batch.past is not None:
            self._fill_windows(self._rows_of(batch.past), {})
        if len(batch):
            held = self._held()
            self._fill_windows(self._set_newest(batch), held)

    def derive(self, *, everything: bool = False) -> frozenset[int] | None:
        """Compute voted and derived parameters whose inputs changed, or all of them.

        Returns the parameters that changed since the last call, or None for `everything`,
        which also notices what only the passing of time changes.
        """
        now_ns, settled, changed = self._now_ns, self._settled_ns, self._changed
        for index, inputs in self._computed_from.items():
            if (everything and settled[index] < now_ns) or not inputs.isdisjoint(changed):
                self._compute(index)
        self._changed = set()
        if not everything:
            return frozenset(changed)
        self._say()
        return None

    def take_events(self) -> tuple[Event, ...]:
        """What is worth saying since the last call: sources voted out and back."""
        events, self._events = tuple(self._events), []
        return events

    def _set_newest(self, batch: SampleBatch) -> list[_Row]:
        """Set the parameters of which a batch has newer samples; all that windows need of it."""
        values, sampled, qualities = self._value, self._sampled_ns, self._quality
        good_until, stale_after = self._good_until_ns, self._stale_after_ns
        left_out, in_windows, change = self._left_out, self._in_windows, self._changed.add
        rows: list[_Row] = []
        columns = zip(batch.parameter, batch.source_ns, batch.value, batch.quality, strict=True)
        for index, sampled_ns, value, quality in columns:
            if in_windows[index]:
                rows.append((sampled_ns, index, value, quality == _GOOD))
            if sampled_ns < sampled[index] and qualities[index] != _NEVER:
                continue
            values[index] = value
            sampled[index] = sampled_ns
            qualities[index] = quality
            good = quality == _GOOD and not left_out[index]
            good_until[index] = sampled_ns + stale_after[index] if good else _NO_MOMENT
            change(index)
        return rows

    def _set(self, index: int, sampled_ns: int, value: float, quality: int) -> None:
        """Set one parameter, whatever it was before."""
        self._value[index] = value
        self._sampled_ns[index] = sampled_ns
        self._quality[index] = quality
        good = quality == _GOOD and not self._left_out[index]
        self._good_until_ns[index] = (
            sampled_ns + self._stale_after_ns[index] if good else _NO_MOMENT
        )
        self._changed.add(index)

    def _compute(self, index: int) -> None:
        parameter = self._dictionary.parameters[index]
        if parameter.ballots is not None:
            self._count_votes(parameter)
        elif parameter.derivation is not None:
            self._evaluate(parameter, parameter.derivation)

    # --- Votes ---

    def _count_votes(self, parameter: Parameter) -> None:
        assert parameter.ballots is not None
        voting = parameter.ballots.parameters
        said = [(self._value[i], self._sampled_ns[i], self._spoken_quality(i)) for i in voting]
        # Made as `Ballot(*...)` would, at a third of the price.
        ballots = [_new_tuple(Ballot, its) for its in said]
        voted = self._voters[parameter.index].vote(ballots)
        unanimous = voted.verdicts.count(_IN) == len(voting)
        if not (unanimous and self._settled_ns[parameter.index] >= 0):
            self._leave_out(voting, voted.verdicts)
        self._computed(parameter.index, voted.sampled_ns, voted.value, int(voted.quality))
        self._settled_ns[parameter.index] = (
            min([self._sampled_ns[i] + self._stale_after_ns[i] for i in voting])
            if unanimous
            else -1
        )

    def _leave_out(self, voting: Sequence[int], verdicts: Sequence[Verdict]) -> None:
        """Note whose word does not count; whatever stands on it is to be computed again."""
        for index, verdict in zip(voting, verdicts, strict=True):
            left_out = verdict is Verdict.WRONG or verdict is Verdict.FROZEN
            if left_out is not self._left_out[index]:
                self._left_out[index] = left_out
                own = self._sampled_ns[index], self._value[index], self._quality[index]
                self._set(index, *own)

    def _computed(self, index: int, sampled_ns: int, value: float, quality: int) -> None:
        """Set a computed parameter, where it changed at all."""
        now = (value, sampled_ns, quality)
        if now == (self._value[index], self._sampled_ns[index], self._quality[index]):
            return
        self._set(index, sampled_ns, value, quality)
        if index in self._histories and index not in self._rows.filled:
            self._histories[index].append(sampled_ns, value, quality == _GOOD)

    def _say(self) -> None:
        """Tell which sources changed standing, one event a source and verdict."""
        said: dict[tuple[str, Verdict], list[str]] = {}
        for index, voter in self._voters.items():
            for change in voter.said(self._now_ns):
                parameter = self._dictionary.parameters[index]
                assert parameter.ballots is not None
                source = parameter.ballots.sources[change.source]
                said.setdefault((source, change.verdict), []).append(parameter.id)
        for (source, verdict), names in said.items():
            self._events.append(_vote_event(self._now_ns, source, verdict, names))

    # --- Derivation ---

    def _evaluate(self, parameter: Parameter, derivation: Derivation) -> None:
        index = parameter.index
        result = derivation.expression.evaluate(self, self._now_ns)
        if result is None:
            self._computed(index, *self._unknown(derivation.needs))
            return
        needs = derivation.needs
        if derivation.expression.dimension is CONDITION:
            # A condition may stand on some of its inputs alone.
            needs = tuple(i for i in needs if self.value(i) is not None)
        sampled_ns = min([self._sampled_ns[i] for i in needs], default=self._now_ns)
        value = float(result)
        self._computed(index, sampled_ns, value, judge(value, parameter.low, parameter.high))

    def _unknown(self, needs: Sequence[int]) -> tuple[int, float, int]:
        """Time, value and quality of a result that is not known: as bad as its worst input."""
        worst = max((int(self.quality(i)) for i in needs), default=_BAD)
        sampled = [self._sampled_ns[i] for i in needs if self._quality[i] != _NEVER]
        return min(sampled, default=0), math.nan, worst if worst != _GOOD else _BAD

    # --- Windows ---

    def _fill_windows(self, rows: list[_Row], held: dict[int, tuple[int, float]]) -> None:
        """Fill windows; `held` is what the inputs of row-filled ones said before these rows."""
        for source_ns, index, value, good in rows:
            history = self._histories.get(index)
            if history is not None:
                history.append(source_ns, value, good)
        for index, source_ns, row_value in self._rows.derived(rows, held):
            self._histories[index].append(source_ns, row_value, good=True)

    def _rows_of(self, batch: SampleBatch) -> list[_Row]:
        """The samples of a batch that some window needs."""
        in_windows = self._in_windows
        columns = zip(batch.source_ns, batch.parameter, batch.value, batch.quality, strict=True)
        return [
            (source_ns, index, value, quality == _GOOD)
            for source_ns, index, value, quality in columns
            if in_windows[index]
        ]

    def _held(self) -> dict[int, tuple[int, float]]:
        """Source time and value of the inputs of row-filled windows, as they stand now."""
        return {
            index: (self._sampled_ns[index], self._value[index])
            for index in self._rows.inputs
            if self._quality[index] == _GOOD
        }


class _Rows:
    """Derives parameters at the source times of their inputs, a row a time."""

    def __init__(self, dictionary: Dictionary, windows: Iterable[int]) -> None:
        self._parameters = dictionary.parameters
        self._inputs = {
            index: inputs
            for index in windows
            if dictionary.parameters[index].derivation is not None
            and (inputs := self._measured_inputs(index)) is not None
        }
        self.filled = frozenset(self._inputs)
        self.inputs = frozenset().union(*self._inputs.values())

    def _measured_inputs(self, index: int) -> frozenset[int] | None:
        """The measured parameters below one, or None if it cannot be derived a row at a time."""
        parameter = self._parameters[index]
        if parameter.is_measured:
            return frozenset({index})
        if parameter.derivation is None or parameter.derivation.expression.depends_on_time:
            return None
        below: frozenset[int] = frozenset()
        for read in parameter.derivation.expression.reads:
            inputs = self._measured_inputs(read)
            if inputs is None:
                return None
            below |= inputs
        return below

    def derived(
        self, rows: list[_Row], held: dict[int, tuple[int, float]]
    ) -> Iterator[tuple[int, int, float]]:
        """(parameter, source time, value) of every row in which all is known."""
        mine = [row for row in rows if row[1] in self.inputs]
        if not mine:
            return
        view = _RowView(self._parameters, held)
        for source_ns, group in groupby(sorted(mine), key=lambda row: row[0]):
            touched = view.take(source_ns, group)
            for index, inputs in self._inputs.items():
                if touched & inputs:
                    value = view.value(index)
                    if value is not None:
                        yield index, source_ns, value


class _RowView:
    """The state at one row: each input's last GOOD value, if it is not stale there."""

    def __init__(self, parameters: Sequence[Parameter], held: dict[int, tuple[int, float]]) -> None:
        self._parameters = parameters
        self._held = held
        self._now_ns = 0

    def take(self, source_ns: int, group: Iterable[_Row]) -> set[int]:
        """Move on to a row; the parameters in it."""
        self._now_ns = source_ns
        touched = set()
        for _, index, value, good in group:
            touched.add(index)
            if good:
                self._held[index] = (source_ns, value)
            else:
                self._held.pop(index, None)
        return touched

    def value(self, index: int) -> float | None:
        parameter = self._parameters[index]
        if parameter.derivation is not None:
            return self._derived(parameter, parameter.derivation.expression)
        held = self._held.get(index)
        if held is None or abs(self._now_ns - held[0]) > parameter.stale_after_ns:
            return None
        return held[1]

    def _derived(self, parameter: Parameter, expression: Expression) -> float | None:
        result = expression.evaluate(self, self._now_ns)
        if result is None or judge(float(result), parameter.low, parameter.high) != _GOOD:
            return None
        return float(result)

    def age_ns(self, index: int) -> int | None:
        raise AssertionError("an expression that depends on time is not derived by rows")

    def history(self, index: int) -> History:
        raise AssertionError("an expression that depends on time is not derived by rows")


def _inputs(parameter: Parameter) -> frozenset[int]:
    """What a voted or derived parameter is computed from."""
    if parameter.ballots is not None:
        return frozenset(parameter.ballots.parameters)
    assert parameter.derivation is not None
    return frozenset(parameter.derivation.expression.reads)


def _vote_event(now_ns: int, source: str, verdict: Verdict, names: Sequence[str]) -> Event:
    shown = ", ".join(names[:_NAMES_SAID])
    more = f" and {len(names) - _NAMES_SAID} more" if len(names) > _NAMES_SAID else ""
    if verdict is Verdict.IN:
        return Event(now_ns, "vote", source, f"{source} is back in the vote: {shown}{more}", 5)
    return Event(
        now_ns, "vote", source, f"{source} is out of the vote, {verdict}: {shown}{more}", 4
    )
