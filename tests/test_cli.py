"""What a command says of its options is what it does."""

from __future__ import annotations

import pytest

from gcs.operations import seat
from tests.helpers.commands import gcs_here


@pytest.mark.parametrize(
    ("command", "position"),
    [
        ("run", "the mission's first"),
        ("demo", "the mission's first"),
        ("console", seat(None, "").position),
    ],
)
def test_the_position_taken_where_none_is_given_is_told(
    command: str, position: str, capfd: pytest.CaptureFixture[str]
) -> None:
    help_text = " ".join(gcs_here(capfd, command, "--help").out.replace("│", " ").split())
    assert f"The position this console acts as; {position} where not given." in help_text
