"""The README's picture is the console as it is now, and fetches nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.console.picture import picture

KEPT = Path(__file__).parent / "pictures" / "console-160x50.svg"
_WORDS = re.compile(r"<text[^>]*>([^<]*)</text>")
_BEAT = re.compile(r"[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]")


@pytest.fixture(scope="module")
def drawn() -> str:
    return picture()


def test_the_kept_picture_shows_what_the_console_shows(drawn: str) -> None:
    kept = KEPT.read_text()
    assert [_BEAT.sub("", text) for text in _WORDS.findall(kept)] == [
        _BEAT.sub("", text) for text in _WORDS.findall(drawn)
    ]


def test_the_picture_names_no_address_but_its_namespace(drawn: str) -> None:
    addresses = re.findall(r"https?:[^\"'\s)]*", drawn)
    assert set(addresses) == {"http://www.w3.org/2000/svg"}
    assert "url(http" not in drawn
    assert "@font-face" not in drawn
