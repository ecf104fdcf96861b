"""A compiled command, and what its rules say now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gcs.clock import SECOND_NS
from gcs.config.mission import CommandConfig
from gcs.expressions import Expression, View, number, truth


@dataclass(frozen=True)
class CommandRules:
    """A compiled command; `number` is its MAV_CMD, 0 of an order to the barge.

    `prerequisites` are the parts of `allowed`, to be told one by one. `stop` says that no
    other command may take its place.
    """

    config: CommandConfig
    number: int
    allowed: Expression
    parameters: Mapping[str, Expression]
    prerequisites: tuple[Expression, ...] = ()
    verified_when: Expression | None = None
    stop: bool = False

    @property
    def effect_reads(self) -> frozenset[int]:
        """The parameters off which the command's effect is read."""
        return frozenset() if self.verified_when is None else self.verified_when.reads

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """All that the command's rules ask."""
        effect = () if self.verified_when is None else (self.verified_when,)
        return (self.allowed, *self.parameters.values(), *effect)

    def effect(self, view: View, now_ns: int) -> bool:
        """Whether the command's effect is known to be there; a check that crashes knows nothing."""
        return self.verified_when is not None and truth(self.verified_when, view, now_ns)[0] is True


def not_allowed(rules: CommandRules, view: View, now_ns: int) -> str:
    """Why the command is not known to be allowed; empty when it is, or need not be known to be."""
    allowed, crash = truth(rules.allowed, view, now_ns)
    if allowed or (allowed is None and rules.config.allowed_unknown):
        return ""
    if crash:
        return crash
    because = rules.config.refused_because or f"not {rules.allowed.text}"
    return because if allowed is False else f"not known whether it is allowed ({because})"


def crash_of(rules: CommandRules, view: View, now_ns: int) -> str:
    """What crashed when it was asked whether the command is allowed; empty for nothing."""
    return truth(rules.allowed, view, now_ns)[1]


def parameter_values(rules: CommandRules, view: View, now_ns: int) -> tuple[dict[str, float], str]:
    """The values of a command's parameters now, and why they cannot be had."""
    values: dict[str, float] = {}
    for name, expression in rules.parameters.items():
        value, crash = number(expression, view, now_ns)
        if value is None:
            return {}, f"{name} is unknown ({crash or expression.text})"
        values[name] = value
    return values, ""


def values_again(
    rules: CommandRules, first: Mapping[str, float], age_ns: int, view: View, now_ns: int
) -> tuple[dict[str, float], str]:
    """As `parameter_values`, for a retry of a command that was first sent so long ago.

    What counts down does so from the first sending on, whatever its expression says by now:
    targets that hear different tries are told of one moment.
    """
    values, unknown = parameter_values(rules, view, now_ns)
    if unknown:
        return values, unknown
    for name in rules.config.counting_down:
        values[name] = first[name] - age_ns / SECOND_NS
        if values[name] <= 0.0:
            return {}, f"the moment that {name} told has come"
    return values, ""
