"""The help page: every word and key, and what the symbols mean."""

from __future__ import annotations

from gcs.console.actions import VERBS
from gcs.console.panels.rows import clipped, rule
from gcs.console.picture import Picture
from gcs.console.theme import Line, Span, Tone

_KEYS = (
    ("F1", "this page; F2 or Esc goes back to the main page"),
    ("F3 to F10", "events, vehicle, barge, links, board, strips, profile, deck"),
    ("F12 F12", "abort: the first stages it, the second confirms it"),
    ("Esc", "clear the line; on an empty line cancel what is staged"),
    ("^Q", "leave this console; the station runs on"),
)
_SYMBOLS = "○ off  ◎ pending  ● normal  ■ caution  ◆ serious  ▼ critical  ? not known or too old"


def help_page(picture: Picture, width: int, height: int) -> list[Line]:
    """All commands, keys and symbols."""
    vehicle = ", ".join(c.id for c in picture.model.catalogue.commands)
    rows = [
        *((f":{verb.word} {verb.arguments}".rstrip(), verb.purpose) for verb in VERBS),
        *_KEYS,
        ("vehicle", f"{vehicle}; type :WORD, then the code"),
        ("symbols", _SYMBOLS),
    ]
    lines = [
        clipped((Span(f" {left:<20} ", Tone.BRIGHT), Span(right, Tone.PLAIN)), width)
        for left, right in rows
    ]
    return [rule("HELP", width), *lines][:height]
