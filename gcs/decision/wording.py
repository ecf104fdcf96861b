"""Says numbers and their absence in the operator's words and units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gcs.config.dictionary import FromOperator, ParameterConfig
from gcs.config.loading import Mission
from gcs.decision.view import JointView
from gcs.expressions import Expression, Scope
from gcs.messages import UNNAMED, Codes, Quality
from gcs.telemetry.naming import speech_of, told_with_names
from gcs.telemetry.speech import PLAIN, Speech, say_duration

NAMED_AT_MOST = 3
_ENTERED: Mapping[int, str] = {
    Quality.NEVER: "not entered",
    Quality.STALE: "entry expired",
    Quality.SUSPECT: "entered by hand, not checked yet",
}
"""What keeps an operator's entry from being good."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a parameter is called, how it is said, when it is too old, and who says it."""

    text: str
    speech: Speech
    stale_after_ns: int
    entered: bool = False


class Vocabulary:
    """Names of the parameters behind the indices of a scope."""

    def __init__(self, mission: Mission, scope: Scope) -> None:
        self._names: dict[int, Name] = {}
        self._codes: dict[str, Codes] = {}
        self._told: dict[str, str] = {}
        for text, config in _declared(mission):
            index = scope.index(text)
            if index is not None:
                speech = speech_of(config)
                entered = isinstance(config.origin, FromOperator)
                self._names[index] = Name(text, speech, scope.stale_after_ns(index), entered)
                self._codes[text] = speech.codes

    def name(self, index: int) -> Name:
        """The name of a parameter; its number where the mission does not declare it."""
        return self._names.get(index) or Name(f"parameter {index}", PLAIN, 0)

    def told(self, rule: str) -> str:
        """An expression with the names of its codes; each is put into words once."""
        said = self._told.get(rule)
        if said is None:
            said = told_with_names(rule, lambda name: self._codes.get(name, UNNAMED))
            self._told[rule] = said
        return said

    def in_order_of(self, *expressions: Expression) -> tuple[int, ...]:
        """What expressions read, in the order in which their texts name it."""
        found: dict[int, None] = {}
        for expression in expressions:
            text = expression.text
            found |= dict.fromkeys(
                sorted(expression.reads, key=lambda i: (text.find(self.name(i).text), i))
            )
        return tuple(found)

    def absence(self, expression: Expression, indices: Sequence[int], view: JointView) -> str:
        """Why an expression, which reads these parameters, has no value."""
        faults = [fault for index in indices if (fault := self._fault(index, view))]
        if faults:
            return f"no data: {_several(faults[:NAMED_AT_MOST], len(faults))}"
        windows = [
            f"{self.name(index).text} over {say_duration(span_ns)}"
            for index, span_ns in expression.windows.items()
        ]
        if windows:
            return f"history not covered: {_several(windows[:NAMED_AT_MOST], len(windows))}"
        return "no value: the rule has no answer for these data"

    def _fault(self, index: int, view: JointView) -> str:
        """What keeps a parameter from being good; empty when nothing does."""
        name = self.name(index)
        age_ns = view.age_ns(index)
        quality = view.quality(index)
        if name.entered and quality in _ENTERED:
            return f"{name.text} {_ENTERED[quality]}"
        if age_ns is None or quality == Quality.NEVER:
            return f"{name.text} never seen"
        if quality == Quality.STALE or age_ns > name.stale_after_ns:
            return (
                f"{name.text} {say_duration(age_ns)} old, limit {say_duration(name.stale_after_ns)}"
            )
        if quality == Quality.SUSPECT:
            return f"{name.text} out of range or disputed"
        if view.value(index) is None:
            return f"{name.text} rejected"
        return ""


def and_more(shown: int, count: int) -> str:
    """What follows the first few of so many; empty where they are all."""
    return f" and {count - shown} more" if count > shown else ""


def _several(shown: Sequence[str], count: int) -> str:
    return ", ".join(shown) + and_more(len(shown), count)


def _declared(mission: Mission) -> Iterator[tuple[str, ParameterConfig]]:
    """Every parameter by name, those of single sources included."""
    for _, name, config in mission.parameters():
        yield name, config
        for source in config.sources:
            yield f"{source}.{name}", config
