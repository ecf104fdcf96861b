"""The console without a terminal: a line a second, every event, and a summary at the end."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing
from typing import TextIO

from gcs.console.client import ConsoleClient, Detached, Update
from gcs.console.format import clock, escaped, seconds, utc_time
from gcs.console.model import Model, main_parameters, newer_events, whole_seconds
from gcs.console.protocol import Farewell, Refused
from gcs.console.summary import summary_lines
from gcs.messages import Catalogue, CriterionState, Event, Snapshot

ATTACH_TRIES = 40
STATION_LOST = 1
NO_STATION = 2
_PARAMETERS_SHOWN = 4


def run_headless(
    address: str, out: TextIO, position: str = "", person: str = "", token: str = ""
) -> int:
    """Follow the station at `address` on `out` until its run ends.

    Returns the run's own exit code; 1 where the station vanished without a farewell;
    2 where there is no station or it refused. ValueError on a malformed address.
    """
    return asyncio.run(follow(ConsoleClient(address, position, person, token), out))


async def follow(client: ConsoleClient, out: TextIO) -> int:
    """As `run_headless`, on a running event loop."""
    transcript = Transcript(out)
    async with aclosing(client.updates()) as updates:
        async for update in updates:
            transcript.show(update)
            if transcript.exit_code is not None:
                break
    return STATION_LOST if transcript.exit_code is None else transcript.exit_code


class Transcript:
    """Writes updates down as they come. `exit_code` is set when there is no more to come."""

    def __init__(self, out: TextIO) -> None:
        self.exit_code: int | None = None
        self._out = out
        self._catalogue: Catalogue | None = None
        self._model: Model | None = None
        self._second: int | None = None
        self._last_event: Event | None = None
        self._tries = 0

    def show(self, update: Update) -> None:
        """Write what `update` adds."""
        match update:
            case Catalogue():
                self._catalogue = update
                self._line(f"attached to {escaped(update.title)} ({escaped(update.mode)})")
            case Snapshot():
                self._snapshot(update)
            case Detached():
                self._detached(update)
            case Farewell():
                self._farewell(update)
            case Refused():
                self._line(f"refused: {escaped(update.reason)}")
                self.exit_code = NO_STATION

    def _snapshot(self, snapshot: Snapshot) -> None:
        if self._catalogue is None:
            return
        self._model = Model(self._catalogue, snapshot)
        for event in newer_events(snapshot.events, self._last_event):
            self._line(event_line(event))
            self._last_event = event
        second = whole_seconds(snapshot.now_ns)
        if second != self._second:
            self._second = second
            self._line(status_line(self._model))

    def _detached(self, detached: Detached) -> None:
        if self._model is not None:
            self._line(f"STATION LOST: {detached.reason}")
            self.exit_code = STATION_LOST
            return
        self._tries += 1
        if self._tries >= ATTACH_TRIES:
            self._line(f"no station: {detached.reason}")
            self.exit_code = NO_STATION

    def _farewell(self, farewell: Farewell) -> None:
        if self._model is not None:
            for line in summary_lines(self._model, farewell):
                self._line(line)
        self.exit_code = farewell.exit_code

    def _line(self, text: str) -> None:
        self._out.write(text + "\n")
        self._out.flush()


def event_line(event: Event) -> str:
    """One event on one line."""
    flag = "!" if event.severity <= 4 else " "
    origin = escaped(event.origin, 32)
    return (
        f"{flag} {utc_time(event.at_ns)} {escaped(event.kind, 32)} {origin}: {escaped(event.text)}"
    )


def status_line(model: Model) -> str:
    """The state of everything on one line."""
    count = model.snapshot.count
    parts = (
        f"{clock(count.t_ns, 'T', tenths=False)} {count.state} {escaped(model.phase_title, 40)}",
        *_gates(model),
        _verdicts(model),
        *_values(model),
        _links(model),
        *(("FAULT " + escaped(model.snapshot.fault),) if model.snapshot.fault else ()),
        *(() if model.snapshot.recorder_ok else ("NOT RECORDING",)),
    )
    return " | ".join(parts)


def _gates(model: Model) -> list[str]:
    shown = []
    for gate, status in model.gates:
        text = f"{escaped(gate.title, 40)} {status.state}"
        if status.deadline_ns is not None:
            text += f" {seconds(model.time_left_ns(status.deadline_ns))}"
        shown.append(text)
    return shown


def _verdicts(model: Model) -> str:
    counts = Counter(status.state for status in model.snapshot.criteria)
    return " ".join(f"{counts[state]} {state}" for state in CriterionState if counts[state])


def _values(model: Model) -> list[str]:
    shown = []
    for index in main_parameters(model.catalogue)[:_PARAMETERS_SHOWN]:
        reading = model.reading(index)
        shown.append(f"{escaped(reading.info.title, 24)} {reading.shown} {reading.info.unit}")
    return shown


def _links(model: Model) -> str:
    return f"links {model.links_heard}/{len(model.snapshot.links)} heard"
