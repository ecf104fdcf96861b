"""How a run ended, in a few lines, from its last Snapshot."""

from __future__ import annotations

from collections.abc import Iterator

from gcs.console.format import clock, escaped
from gcs.console.model import Model
from gcs.console.protocol import Farewell


def summary_lines(model: Model, farewell: Farewell) -> Iterator[str]:
    """The end of the run: outcome, gates, commands, links, sources."""
    count = model.snapshot.count
    yield f"--- {escaped(model.catalogue.title)} ({model.mode}) ---"
    yield f"outcome  {escaped(farewell.reason)} (exit {farewell.exit_code})"
    yield f"phase    {escaped(model.phase_title)}   {clock(count.t_ns, 'T')} {count.state}"
    for gate, status in model.gates:
        reason = f"  {escaped(status.reason)}" if status.reason else ""
        yield f"gate     {escaped(gate.title):<20} {status.state}{reason}"
    yield from _commands(model)
    yield from _traffic(model)
    if not model.snapshot.recorder_ok:
        yield "recorder NOT RECORDING"
    if model.snapshot.fault:
        yield f"FAULT    {escaped(model.snapshot.fault)}"


def _commands(model: Model) -> Iterator[str]:
    for command in model.snapshot.commands:
        echoes = ", ".join(command.echoed_by) or "nobody"
        yield (
            f"command  #{command.id} {escaped(command.command):<17} {command.state}"
            f"  echoed by {escaped(echoes)}"
        )


def _traffic(model: Model) -> Iterator[str]:
    for link in model.snapshot.links:
        yield (
            f"link     {escaped(link.id):<20} {link.state}"
            f"  {link.bytes_total} bytes, {link.faults} faults"
        )
    for source in model.snapshot.sources:
        yield (
            f"source   {escaped(source.id):<20} {source.messages} messages,"
            f" {source.lost} lost ({source.loss_fraction:.1%}), {source.unknown} unknown"
        )
