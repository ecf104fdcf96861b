"""From a parameter's declared origin to the pick that serves it, or what is wrong with it."""

from __future__ import annotations

import enum
import types
import typing
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias, get_args, get_origin

from gcs.config.dictionary import FromBarge, FromColumn, FromMavlink
from gcs.telemetry import barge
from gcs.telemetry.mavlink.dialect import Dialect, MessageType
from gcs.telemetry.parameters import (
    FieldPick,
    MavlinkGroup,
    MavlinkPick,
    MavlinkRoute,
    MavlinkSwitch,
    Scale,
)

_TIME_FIELDS: Final = {
    "time_boot_ms": 1_000_000,
    "time_usec": 1_000,
    "time_boot_us": 1_000,
    "time_unix_usec": 1_000,
}
"""Fields that date a message -> ns of their unit."""

_WIDE: Final = frozenset({"int64_t", "uint64_t"})


_Where: TypeAlias = tuple[tuple[int, int], ...]
"""(position of a field, its value) for all that must hold."""


class RoutingError(ValueError):
    """An origin that does not exist on the wire."""


class Routes:
    """Gathers picks a source, and hands them over grouped as they are used."""

    def __init__(self, dialect: Dialect | None) -> None:
        self._dialect = dialect
        self._mavlink: dict[tuple[str, int], dict[_Where, list[MavlinkPick]]]
        self._mavlink = defaultdict(lambda: defaultdict(list))
        self._barge: dict[tuple[str, str], list[FieldPick]] = defaultdict(list)
        self._columns: dict[str, list[FieldPick]] = defaultdict(list)

    def add(
        self,
        parameter: int,
        source: str,
        origin: FromMavlink | FromBarge | FromColumn,
        scale: Scale,
    ) -> None:
        """Route one source's field to a parameter; RoutingError if there is no such field."""
        if isinstance(origin, FromMavlink):
            self._add_mavlink(parameter, source, origin, scale)
        elif isinstance(origin, FromBarge):
            _check_barge_field(origin)
            self._barge[source, origin.topic].append(FieldPick(parameter, origin.field, scale))
        else:
            self._columns[source].append(FieldPick(parameter, origin.column, scale))

    def _add_mavlink(self, parameter: int, source: str, origin: FromMavlink, scale: Scale) -> None:
        message = _message(self._dialect, origin)
        position = _field_position(message, origin)
        where = [(_position(message, name), value) for name, value in origin.where.items()]
        pick = MavlinkPick(parameter, position, origin.index, scale)
        self._mavlink[source, message.id][tuple(sorted(where))].append(pick)

    def mavlink(self) -> dict[tuple[str, int], MavlinkRoute]:
        """(source id, message id) -> what is taken from it."""
        messages = self._dialect.messages if self._dialect is not None else {}
        return {
            (source, message_id): MavlinkRoute(
                *_time_field(messages[message_id]), tuple(_switches(groups))
            )
            for (source, message_id), groups in self._mavlink.items()
        }

    def barge(self) -> dict[tuple[str, str], tuple[FieldPick, ...]]:
        """(source id, topic) -> picks."""
        return {key: tuple(picks) for key, picks in self._barge.items()}

    def columns(self) -> dict[str, tuple[FieldPick, ...]]:
        """Source id -> picks."""
        return {key: tuple(picks) for key, picks in self._columns.items()}


def _switches(picks: Mapping[_Where, Sequence[MavlinkPick]]) -> Iterator[MavlinkSwitch]:
    """Picks by the values that must hold, those together that look at the same fields."""
    switches: dict[tuple[int, ...], dict[tuple[int, ...], tuple[MavlinkGroup, ...]]]
    switches = defaultdict(dict)
    for where, its in picks.items():
        positions, values = tuple(zip(*where, strict=True)) or ((), ())
        switches[positions][values] = tuple(_groups(its))
    for positions, groups in switches.items():
        yield MavlinkSwitch(positions, groups)


def _groups(picks: Sequence[MavlinkPick]) -> Iterator[MavlinkGroup]:
    """Picks by the array field that they lie in, if any."""
    by_array: dict[int | None, list[tuple[int, MavlinkPick]]] = defaultdict(list)
    for pick in picks:
        if pick.element is None:
            by_array[None].append((pick.position, pick))
        else:
            by_array[pick.position].append((pick.element, pick))
    for array, placed in by_array.items():
        scales = [(place, pick.scale) for place, pick in placed]
        yield MavlinkGroup(
            parameters=tuple(pick.parameter for _, pick in placed),
            array=array,
            rows=tuple((place, s.factor, s.offset, s.low, s.high) for place, s in scales),
            unknowns=tuple(
                (row, place, scale.invalid)
                for row, (place, scale) in enumerate(scales)
                if scale.invalid is not None
            ),
        )


def _message(dialect: Dialect | None, origin: FromMavlink) -> MessageType:
    if dialect is None:
        raise RoutingError("a MAVLink message, but the mission has no usable dialect")
    message = dialect.by_name.get(origin.message)
    if message is None:
        raise RoutingError(f"the dialect has no message {origin.message!r}")
    return message


def _position(message: MessageType, name: str) -> int:
    if name not in message.field_index:
        raise RoutingError(f"{message.name} has no field {name!r}")
    return message.field_index[name]


def _field_position(message: MessageType, origin: FromMavlink) -> int:
    position = _position(message, origin.field)
    field = message.fields[position]
    if field.is_text:
        raise RoutingError(f"{message.name}.{field.name} is text, not a number")
    if field.type in _WIDE:
        raise RoutingError(f"{message.name}.{field.name} has 64 bits, more than a sample holds")
    if bool(field.count) != (origin.index is not None):
        wanted = "needs an `index`" if field.count else "is no array and takes no `index`"
        raise RoutingError(f"{message.name}.{field.name} {wanted}")
    if origin.index is not None and not 0 <= origin.index < field.count:
        raise RoutingError(f"{message.name}.{field.name} has {field.count} elements, from 0")
    return position


def _time_field(message: MessageType) -> tuple[int | None, int]:
    for name, scale_ns in _TIME_FIELDS.items():
        if name in message.field_index:
            return message.field_index[name], scale_ns
    return None, 0


_NOT_MEASURED = barge.TO_BARGE | {"history", "response"}


def _check_barge_field(origin: FromBarge) -> None:
    payload = barge.TOPICS.get(origin.topic)
    if payload is None or origin.topic in _NOT_MEASURED:
        topics = ", ".join(t for t in barge.TOPICS if t not in _NOT_MEASURED)
        raise RoutingError(f"no telemetry topic {origin.topic!r}; there are {topics}")
    hint = typing.get_type_hints(payload).get(origin.field)
    if hint is None:
        raise RoutingError(f"{origin.topic} has no field {origin.field!r}")
    if not _is_number(hint):
        raise RoutingError(f"{origin.topic}.{origin.field} is text, not a number")


def _is_number(hint: object) -> bool:
    if get_origin(hint) in (types.UnionType, typing.Union):
        return all(_is_number(part) for part in get_args(hint) if part is not types.NoneType)
    return isinstance(hint, type) and issubclass(hint, bool | int | float | enum.Enum)
