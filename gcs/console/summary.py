"""How a run ended, as the station told it when it said farewell."""

from __future__ import annotations

from collections.abc import Iterator

from gcs.console.format import escaped
from gcs.console.model import Model
from gcs.console.protocol import Farewell


def summary_lines(model: Model, farewell: Farewell) -> Iterator[str]:
    """The end of the run: what it was, how it ended, and the station's story of it."""
    yield f"--- {escaped(model.catalogue.title)} ({model.mode}) ---"
    yield f"outcome  {escaped(farewell.reason)} (exit {farewell.exit_code})"
    for line in farewell.story:
        yield escaped(line)
    if not model.snapshot.recorder_ok:
        yield "recorder NOT RECORDING"
    if model.snapshot.fault:
        yield f"FAULT    {escaped(model.snapshot.fault)}"
