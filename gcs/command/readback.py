"""What a staged command reads back: what will be sent to whom, and what it takes, now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gcs.command.rules import CommandRules
from gcs.config.mission import CommandConfig
from gcs.expressions import Expression, View, number, truth
from gcs.expressions.parsing import parse
from gcs.expressions.syntax import Logical
from gcs.telemetry.speech import PLAIN, say_duration

_WORDS = {True: "holds", False: "DOES NOT HOLD"}
_AND = re.compile(r"(?<![\w.])and(?![\w.])")


def readback(
    rules: CommandRules, targets: Sequence[str], view: View, now_ns: int, barred: str
) -> tuple[str, ...]:
    """Line by line. `barred` is what its gate says against it, empty for nothing."""
    return tuple(_lines(rules, targets, view, now_ns, barred))


def _lines(
    rules: CommandRules, targets: Sequence[str], view: View, now_ns: int, barred: str
) -> Iterator[str]:
    config = rules.config
    yield f"{config.mav_cmd or config.order} to {', '.join(targets) or 'nobody'}"
    for name, expression in rules.parameters.items():
        value, _ = number(expression, view, now_ns)
        said = "UNKNOWN" if value is None else PLAIN.say(value)
        yield f"{name} = {said} ({expression.text})"
    yield (
        f"valid {say_duration(config.validity)}, sent up to {config.attempts} times, "
        f"verified by {_proof(config)}"
    )
    if barred:
        yield f"BARRED: {barred}"
    yield from (_prerequisite(config, part, view, now_ns) for part in rules.prerequisites)
    if config.two_person:
        yield "to be confirmed by another person"


def _prerequisite(config: CommandConfig, prerequisite: Expression, view: View, now_ns: int) -> str:
    holds, crash = truth(prerequisite, view, now_ns)
    if holds is not None:
        return f"{_WORDS[holds]}: {prerequisite.text}"
    unknown = f"UNKNOWN ({crash})" if crash else "UNKNOWN"
    sent = ", but may be sent" if config.allowed_unknown else ""
    return f"{unknown}{sent}: {prerequisite.text}"


def _proof(config: CommandConfig) -> str:
    """What verifies a command."""
    echoes = f"{config.echoes} equal echoes" if config.target == "vehicle" else "its echo"
    return echoes if config.verified_when is None else f"{echoes} and {config.verified_when}"


def parts_of(condition: str) -> tuple[str, ...]:
    """The texts that `and` joins at the top of a condition; the whole where none does.

    A `held` is left whole: it remembers when it was asked.
    """
    tree = parse(condition)
    if not isinstance(tree, Logical) or tree.operator != "and" or "held" in condition:
        return (condition,)
    return _split(condition)


def _split(text: str) -> tuple[str, ...]:
    """Cut at each `and` outside of all brackets."""
    for word in _AND.finditer(text):
        before = text[: word.start()]
        if before.count("(") == before.count(")"):
            return (before.strip(), *_split(text[word.end() :]))
    return (text.strip(),)
