"""Records: named fields in one block of memory, which kernels and Python share.

A record is declared as a class of annotated fields. An instance is a view of its
block: kernels take it as it is, and the whole of a simulation, declared as one record of
records, is saved and restored as the bytes of one array.

    class Engine(Record):
        flow: float
        gimbal_rad: Annotated[Floats, 2]

    class Vehicle(Record):
        engines: Annotated[Sequence[Engine], 9]

    vehicle = make(Vehicle)
    vehicle.engines[3].flow = 0.5
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias, TypeVar, cast, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

Vector3 = Annotated[Floats, 3]
Quaternion = Annotated[Floats, 4]
"""Scalar first; rotates from body axes to the frame that the field names."""
Matrix3 = Annotated[Floats, (3, 3)]


class Record:
    """Base of all records. Fields are `float`, `int`, other records, and arrays of these.

    An array is `Annotated[Floats | Ints | Sequence[SomeRecord], shape]`.
    """

    __slots__ = ()


RecordT = TypeVar("RecordT", bound=Record)

_SCALARS: dict[Any, Any] = {float: np.float64, int: np.int64, Floats: np.float64, Ints: np.int64}


def dtype_of(record: type[Record]) -> np.dtype[np.void]:
    """The memory layout of a record; TypeError for a field that has none."""
    hints = get_type_hints(record, include_extras=True)
    return np.dtype([(name, *_layout(record, name, hint)) for name, hint in hints.items()])


def _layout(record: type[Record], name: str, hint: Any) -> tuple[Any, tuple[int, ...]]:
    shape: tuple[int, ...] = ()
    if get_origin(hint) is Annotated:
        hint, size = get_args(hint)
        shape = size if isinstance(size, tuple) else (size,)
    if hint in _SCALARS:
        return _SCALARS[hint], shape
    inner = get_args(hint)[0] if get_args(hint) else hint
    if isinstance(inner, type) and issubclass(inner, Record):
        return dtype_of(inner), shape
    raise TypeError(f"{record.__name__}.{name} is no number, record or array of these: {hint}")


def make_block(record: type[Record]) -> NDArray[np.void]:
    """An array that holds one new record, all zero.

    Python hands it to a kernel in a quarter of a microsecond, a record of many fields
    in many: kernels that Python calls often take blocks.
    """
    return np.zeros(1, dtype_of(record))


def record_in(record: type[RecordT], block: NDArray[np.void]) -> RecordT:
    """The record in a block; both are the same memory."""
    return cast("RecordT", block.view(np.recarray)[0])


def make(record: type[RecordT]) -> RecordT:
    """A new record, all zero."""
    return record_in(record, make_block(record))


def save(record: Record) -> bytes:
    """The record's memory."""
    return cast("np.record", record).tobytes()


def restore(record: Record, saved: bytes) -> None:
    """Put saved memory back in place; ValueError if it is of another layout."""
    view = cast("np.record", record)
    if len(saved) != view.nbytes:
        raise ValueError(f"expected {view.nbytes} bytes of {view.dtype}, got {len(saved)}")
    view.setfield(np.frombuffer(saved, view.dtype)[0], view.dtype)
