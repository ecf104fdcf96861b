"""What a command says of its options is what it does."""

from __future__ import annotations

import pytest
import typer.main
from typer.core import TyperOption

from gcs.cli import app
from gcs.seating import seat


@pytest.mark.parametrize(
    ("command", "position"),
    [
        ("run", "the mission's first"),
        ("demo", "the mission's first"),
        ("console", seat(None, "").position),
    ],
)
def test_the_position_taken_where_none_is_given_is_told(command: str, position: str) -> None:
    assert f"; {position} where not given." in help_of(command, "position")


def help_of(command: str, option: str) -> str:
    commands = typer.main.get_group(app).commands
    (found,) = (p for p in commands[command].params if p.name == option)
    assert isinstance(found, TyperOption)
    return found.help or ""
