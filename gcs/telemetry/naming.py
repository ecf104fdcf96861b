"""How a parameter is said: in its unit, or by the name of a code, which must be the wire's own."""

from __future__ import annotations

import enum
import re
import typing
from collections.abc import Callable, Iterator, Mapping

from gcs.config.dictionary import FromBarge, FromColumn, FromMavlink, ParameterConfig
from gcs.expressions import ExpressionError, unit_of
from gcs.expressions.parsing import parse
from gcs.expressions.syntax import Comparison, Name, Node, Quantity, children
from gcs.messages import Codes
from gcs.telemetry import barge
from gcs.telemetry.mavlink.dialect import Dialect
from gcs.telemetry.speech import PLAIN, Speech

_NUMBER = re.compile(r"(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def speech_of(config: ParameterConfig) -> Speech:
    """How a parameter is said. The dictionary reports its mistakes; here they fall back to SI."""
    try:
        unit = unit_of(config.unit)
        format(1.0, config.format)
    except (ExpressionError, ValueError):
        return PLAIN
    return Speech(config.unit, unit.factor, unit.offset, config.format, config.codes)


def misnamed(
    config: ParameterConfig,
    origin: FromMavlink | FromBarge | FromColumn,
    dialect: Dialect | None,
) -> Iterator[tuple[str, str]]:
    """(key, sentence) of every name that is another on the wire, where the wire has names."""
    entries = _on_the_wire(origin, dialect)
    if not entries:
        return
    bits = {1 << place: name for place, name in enumerate(config.bits)}
    for key, names in (("names", config.names), ("bits", bits)):
        for code, name in names.items():
            entry = entries.get(code)
            # Of bits a sum may have a name too.
            sum_of_bits = entry is None and config.bits and key == "names"
            if not sum_of_bits and not _ends_in(entry or "", name):
                yield key, f"{code} is {entry or 'nothing'} on the wire, not {name!r}"


def _ends_in(entry: str, name: str) -> bool:
    return f"_{entry}".upper().endswith("_" + name.upper().replace(" ", "_"))


def _on_the_wire(
    origin: FromMavlink | FromBarge | FromColumn, dialect: Dialect | None
) -> Mapping[int, str]:
    """Code -> name, as the sender defines them; empty where it defines none."""
    match origin:
        case FromMavlink():
            return {} if dialect is None else _of_dialect(origin, dialect)
        case FromBarge():
            payload = barge.TOPICS.get(origin.topic)
            hint = typing.get_type_hints(payload).get(origin.field) if payload else None
            if isinstance(hint, type) and issubclass(hint, enum.Enum):
                return {code: member.value for code, member in enumerate(hint)}
    return {}


def _of_dialect(origin: FromMavlink, dialect: Dialect) -> Mapping[int, str]:
    message = dialect.by_name.get(origin.message)
    if message is None or origin.field not in message.field_index:
        return {}
    field = message.fields[message.field_index[origin.field]]
    return {code: name for name, code in dialect.enums.get(field.enum, {}).items()}


def told_with_names(text: str, codes_of: Callable[[str], Codes]) -> str:
    """An expression with the name behind every code that it compares a parameter with:
    `landing.mode == 0 (PRELAUNCH)`."""
    told, end = "", 0
    for after, name in sorted(_named(parse(text), text, codes_of)):
        told += f"{text[end:after]} ({name})"
        end = after
    return told + text[end:]


def _named(node: Node, text: str, codes_of: Callable[[str], Codes]) -> Iterator[tuple[int, str]]:
    """(place behind the number, name) of every code that is compared."""
    match node:
        case Comparison(_, Name(parameter, _), Quantity(value, "", column), _):
            name = codes_of(parameter).say(value)
            number = _NUMBER.match(text, column - 1)
            if name is not None and number is not None:
                yield number.end(), name
    for child in children(node):
        yield from _named(child, text, codes_of)
