"""What must come of a rehearsal, watched tick by tick, told with time and evidence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from gcs.expressions.evaluating import Expression
from gcs.messages import Snapshot
from gcs.station import Station
from gcs.summary import Summary, t_text
from hil.script import ExpectConfig


@dataclass(frozen=True)
class Finding:
    """Whether an expectation was met, and the sentence that proves it."""

    text: str
    met: bool
    evidence: str


class Expectation(ABC):
    """One expectation. `see` is called at every Snapshot, `finding` once at the end."""

    def __init__(self, config: ExpectConfig) -> None:
        self._config = config

    @abstractmethod
    def see(self, snapshot: Snapshot) -> None:
        """Take in one moment."""

    @abstractmethod
    def finding(self, summary: Summary) -> Finding:
        """The verdict."""

    def _told(self, met: bool, evidence: str) -> Finding:
        return Finding(self._config.text, met, evidence)


class _Reached(Expectation):
    """Something that happens, once, in time."""

    _at_t_ns: int | None = None

    @abstractmethod
    def _is_so(self, snapshot: Snapshot) -> bool: ...

    def see(self, snapshot: Snapshot) -> None:
        if self._at_t_ns is None and self._is_so(snapshot):
            self._at_t_ns = snapshot.count.t_ns

    def finding(self, summary: Summary) -> Finding:
        within = self._config.within
        if self._at_t_ns is None:
            return self._told(False, "never happened")
        late = within is not None and self._at_t_ns > within
        limit = f", expected by {t_text(within)}" if late and within is not None else ""
        return self._told(not late, f"at {t_text(self._at_t_ns)}{limit}")


class _Await(_Reached):
    def __init__(self, config: ExpectConfig, station: Station, expression: Expression) -> None:
        super().__init__(config)
        self._station = station
        self._expression = expression

    def _is_so(self, snapshot: Snapshot) -> bool:
        return self._expression.evaluate(self._station.view, snapshot.now_ns) is True


class _Command(_Reached):
    def _is_so(self, snapshot: Snapshot) -> bool:
        wanted = (self._config.command, self._config.state)
        return any((c.command, c.state.value) == wanted for c in snapshot.commands)


class _Gate(_Reached):
    def _is_so(self, snapshot: Snapshot) -> bool:
        wanted = (self._config.gate, self._config.state)
        return any((g.id, g.state.value) == wanted for g in snapshot.gates)


class _Throughout(Expectation):
    """Never or always; the first breach is kept."""

    def __init__(self, config: ExpectConfig, station: Station, expression: Expression) -> None:
        super().__init__(config)
        self._station = station
        self._expression = expression
        self._breach: str | None = None
        self._seen = 0

    def see(self, snapshot: Snapshot) -> None:
        answer = self._expression.evaluate(self._station.view, snapshot.now_ns)
        after = self._config.after
        if after is not None and snapshot.count.t_ns < after:
            return
        self._seen += 1
        broken = answer is not True if self._config.always is not None else answer is True
        if broken and self._breach is None:
            word = "unknown" if answer is None else str(answer is True).lower()
            self._breach = f"{word} at {t_text(snapshot.count.t_ns)}"

    def finding(self, summary: Summary) -> Finding:
        if self._breach is not None:
            return self._told(False, self._breach)
        return self._told(self._seen > 0, f"held at {self._seen} ticks")


class _Outcome(Expectation):
    def see(self, snapshot: Snapshot) -> None:
        """Only the end counts."""

    def finding(self, summary: Summary) -> Finding:
        ended = bool(summary.outcome)
        t_ns = 0 if summary.last is None else summary.last.count.t_ns
        at = t_text(summary.outcome_t_ns if ended else t_ns)
        return self._told(
            summary.outcome == self._config.outcome, f"{summary.outcome or 'open'} at {at}"
        )


def watch(config: ExpectConfig, station: Station) -> Expectation:
    """The expectation that a config entry asks for.

    ExpressionError where its expression does not fit the station's dictionary.
    """
    if config.await_ is not None:
        return _Await(config, station, station.compile(config.await_))
    throughout = config.never or config.always
    if throughout is not None:
        return _Throughout(config, station, station.compile(throughout))
    if config.command is not None:
        return _Command(config)
    if config.gate is not None:
        return _Gate(config)
    return _Outcome(config)
