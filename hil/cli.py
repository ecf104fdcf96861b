"""`hil`: rehearse and bench."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from gcs.config.problems import ConfigError
from hil.rehearsal.loop import Result, rehearse
from hil.report import result_lines, total_line, write_junit
from hil.script import Rehearsal, load_rehearsal

app = typer.Typer(help="Landfall rehearsals.", no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def _hil() -> None:
    """Rehearse a mission against the simulator."""


@app.command("rehearse")
def rehearse_command(
    file: Annotated[Path, typer.Argument(help="A rehearsal file.")],
    seeds: Annotated[str, typer.Option(help="Seeds to fly, first:end, such as 0:50.")] = "",
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML here.")] = None,
    record: Annotated[
        Path | None, typer.Option(help="Write the recording of a single seed here.")
    ] = None,
) -> None:
    """Fly a rehearsal in virtual time and judge its expectations. Exit 1 if one is not met."""
    rehearsal = load_rehearsal(file)
    chosen = _seeds(seeds, rehearsal)
    if record is not None and len(chosen) > 1:
        raise typer.BadParameter("a recording is of one seed", param_hint="--record")
    started_s = time.perf_counter()
    results: list[Result] = []
    for seed in chosen:
        result = rehearse(rehearsal, seed, record)
        results.append(result)
        for line in result_lines(result, verbose=len(chosen) == 1):
            typer.echo(line)
    typer.echo(total_line(results, time.perf_counter() - started_s))
    if junit is not None:
        write_junit(junit, rehearsal.script.rehearsal.id, results)
    if not all(result.passed for result in results):
        raise typer.Exit(1)


def _seeds(text: str, rehearsal: Rehearsal) -> range:
    if not text:
        seed = rehearsal.script.rehearsal.seed
        return range(seed, seed + 1)
    first, _, end = text.partition(":")
    try:
        seeds = range(int(first), int(end))
    except ValueError:
        raise typer.BadParameter(f"expected first:end such as 0:50, got {text!r}") from None
    if not seeds or seeds.start < 0:
        raise typer.BadParameter(
            f"{text!r} holds no seeds: expected 0 or more, and an end above the first"
        )
    return seeds


def main() -> None:
    """Entry point: mistakes in files are printed, all of them, and exit with 2."""
    try:
        app()
    except ConfigError as error:
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        sys.exit(2)
    except OSError as error:
        typer.echo(f"{error.filename}: {error.strerror}", err=True)
        sys.exit(2)
