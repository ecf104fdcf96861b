"""A compiled command, and what its rules say now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
