"""A replay that can be sought in: every Snapshot of the flight on disk, and where one stands.

A station cannot run backwards, so the flight is decided once, ahead of whoever watches,
and its Snapshots are kept in a file without a name. Seeking, stepping and jumping to an
event are then a matter of which one to show.
"""

from __future__ import annotations

import tempfile
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from types import TracebackType
from typing import Self

import msgspec

from gcs.clock import SECOND_NS
from gcs.messages import Event, Snapshot
from gcs.telemetry.speech import say_clock

LEVEL = 1
"""Of compression: a Snapshot shrinks to a fifth in a third of a millisecond."""
SLOWEST, FASTEST = 0.1, 100.0
MARKED = frozenset({"phase", "gate", "count", "command", "alarm", "fault", "waiver"})
"""Kinds of events that one may jump to."""

_decoder = msgspec.msgpack.Decoder(Snapshot)
_encoder = msgspec.msgpack.Encoder()


class Timeline:
    """The Snapshots of a flight in order, and the events to jump to. Use as a context manager."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="landfall-")  # noqa: SIM115
        self._ends = array("q", [0])
        self._times_ns = array("q")
        self._clock_ns = array("q")
        self._marks: list[tuple[int, str]] = []
        self.complete = False

    def __len__(self) -> int:
        return len(self._times_ns)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    @property
    def first_ns(self) -> int:
        """Station time of the first Snapshot."""
        return self._times_ns[0]

    @property
    def last_ns(self) -> int:
        """Station time of the last one so far."""
        return self._times_ns[-1]

    def append(self, snapshot: Snapshot) -> None:
        """Keep one more; they come in order of time."""
        data = zlib.compress(_encoder.encode(snapshot), LEVEL)
        self._file.seek(self._ends[-1])
        self._file.write(data)
        self._ends.append(self._ends[-1] + len(data))
        self._times_ns.append(snapshot.now_ns)
        self._clock_ns.append(snapshot.count.t_ns)

    def mark(self, events: Iterable[Event]) -> None:
        """Keep the events to jump to."""
        self._marks += [(e.at_ns, e.text) for e in events if e.kind in MARKED]

    def snapshot(self, index: int) -> Snapshot:
        """One of them; IndexError where there is none."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        start, end = self._ends[index], self._ends[index + 1]
        self._file.seek(start)
        return _decoder.decode(zlib.decompress(self._file.read(end - start)))

    def index_at(self, at_ns: int) -> int:
        """The last Snapshot not after a station time; the first where all are after it."""
        return max(0, bisect_right(self._times_ns, at_ns) - 1)

    def time_of(self, index: int) -> int:
        """Station time of one of them."""
        return self._times_ns[index]

    def time_of_clock(self, t_ns: int) -> int | None:
        """Station time at which the T clock first reads at least `t_ns`; None if it never does.

        A recycled count reads the same twice: the first time counts.
        """
        found = (i for i, clock in enumerate(self._clock_ns) if clock >= t_ns)
        index = next(found, None)
        return None if index is None else self._times_ns[index]

    def span_of_clock(self) -> tuple[int, int]:
        """The lowest and the highest reading of the T clock so far."""
        return min(self._clock_ns), max(self._clock_ns)

    def mark_after(self, at_ns: int) -> tuple[int, str] | None:
        """The next event later than a station time."""
        index = bisect_right(self._marks, at_ns, key=lambda mark: mark[0])
        return self._marks[index] if index < len(self._marks) else None

    def mark_before(self, at_ns: int) -> tuple[int, str] | None:
        """The last event earlier than a station time."""
        index = bisect_left(self._marks, at_ns, key=lambda mark: mark[0])
        return self._marks[index - 1] if index else None


class Player:
    """Where in a timeline one stands, and how fast one moves. Holds no clock of its own.

    `speed` is None for as fast as the flight is decided; `sought` says how far a reading of
    the T clock is from being found, empty once it is.
    """

    def __init__(self, timeline: Timeline, speed: float | None) -> None:
        self._timeline = timeline
        self._at_ns: int | None = None
        self._sought_t_ns: int | None = None
        self.speed = speed
        self.playing = True
        self.touched = False
        self.mark = ""
        self.sought = ""

    @property
    def at_ns(self) -> int:
        """Station time that is shown; 0 before there is anything."""
        return self._at_ns or 0

    @property
    def over(self) -> bool:
        """Whether the last moment of the whole flight is shown."""
        return self._timeline.complete and self._at_ns == self._timeline.last_ns

    def advance(self, elapsed_ns: int) -> int | None:
        """The Snapshot to show after so much wall time; None before there is any."""
        if not len(self._timeline):
            return None
        if self._sought_t_ns is not None:
            self._at_ns = self._found(self._sought_t_ns)
        elif self._at_ns is None:
            self._at_ns = self._timeline.first_ns
        elif self.playing:
            self._at_ns = self._moved(elapsed_ns)
        return self._timeline.index_at(self._at_ns)

    def _found(self, t_ns: int) -> int:
        """Where the T clock reads so; until that is decided, the last moment that is."""
        at_ns = self._timeline.time_of_clock(t_ns)
        if at_ns is not None:
            self._sought_t_ns, self.sought = None, ""
            return at_ns
        first, last = (say_clock(reading) for reading in self._timeline.span_of_clock())
        if self._timeline.complete:
            self._sought_t_ns = None
            self.sought = f"{say_clock(t_ns)} is never reached: T goes from {first} to {last}"
        else:
            self.sought = f"{say_clock(t_ns)} is not decided yet: {last} so far"
        return self._timeline.last_ns

    def _moved(self, elapsed_ns: int) -> int:
        if self.speed is None:
            return self._timeline.last_ns
        assert self._at_ns is not None
        return min(self._at_ns + round(elapsed_ns * self.speed), self._timeline.last_ns)

    # --- What a person may do ---

    def play(self) -> None:
        """Go on."""
        self.touched, self.playing, self.mark, self.sought = True, True, "", ""

    def pause(self) -> None:
        """Stand still."""
        self.touched, self.playing = True, False

    def set_speed(self, speed: float) -> None:
        """Times real time."""
        self.touched = True
        self.speed = min(max(speed, SLOWEST), FASTEST)

    def skip(self, seconds: float) -> None:
        """Move by so many seconds, either way."""
        self._go(self.at_ns + round(seconds * SECOND_NS))

    def seek_clock(self, t_s: float) -> None:
        """Move to a reading of the T clock, once it is decided; to the end where it never is."""
        self.touched, self.mark, self.sought = True, "", ""
        self._sought_t_ns = round(t_s * SECOND_NS)

    def step(self, count: int) -> None:
        """Stand still, so many Snapshots on or back."""
        if len(self._timeline):
            index = self._timeline.index_at(self.at_ns) + count
            self._go(self._timeline.time_of(min(max(index, 0), len(self._timeline) - 1)))
        self.playing = False

    def next_mark(self) -> None:
        """Stand still at the next event."""
        self._to_mark(self._timeline.mark_after(self.at_ns))

    def previous_mark(self) -> None:
        """Stand still at the event before."""
        self._to_mark(self._timeline.mark_before(self.at_ns))

    def _to_mark(self, mark: tuple[int, str] | None) -> None:
        self.playing = False
        if mark is not None:
            self._go(mark[0])
            self.mark = mark[1]

    def _go(self, at_ns: int) -> None:
        self.touched, self.mark, self.sought, self._sought_t_ns = True, "", "", None
        if len(self._timeline):
            self._at_ns = min(max(at_ns, self._timeline.first_ns), self._timeline.last_ns)
