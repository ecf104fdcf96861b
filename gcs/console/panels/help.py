"""The help page: what the page in focus means, then every word and key, and the symbols."""

from __future__ import annotations

from collections.abc import Sequence

from gcs.console.actions import VERBS, verb_named
from gcs.console.format import escaped
from gcs.console.pages import PAGES, page_named
from gcs.console.panels.listing import scrolled, wrapped
from gcs.console.panels.rows import rule
from gcs.console.picture import Picture
from gcs.console.theme import Line, Span, Tone

_KEYS = (
    ("submit", "act on the typed line; on an empty one open the chosen row"),
    ("escape", "clear the line; on an empty one cancel what is staged, or go back"),
    ("complete", "complete the typed word; on an empty line focus the next panel"),
    ("up", "the row above"),
    ("down", "the row below"),
    ("page_up", "a page of rows up"),
    ("page_down", "a page of rows down"),
    ("palette", "all commands in a list"),
    ("acknowledge", "acknowledge the chosen alarm"),
    ("copy", "copy the panel"),
    ("screenshot", "save the screen as SVG"),
    ("abort", "abort: the first press stages it, the second confirms it"),
    ("quit", "leave this console; the station runs on"),
)
SYMBOLS = (
    "○ off or put aside",
    "◎ waits",
    "● normal",
    "■ caution or waived",
    "◆ serious",
    "▼ critical",
    "✓ committed or verified",
    "? not known or too old",
)
_WIDEST = 100
_KEY = 12
_COMMAND = 50
_BESIDE = 110
"""From this width on what a command does stands beside it, else below it."""


def help_page(picture: Picture, width: int, height: int) -> list[Line]:
    """The page that was left for help, then all commands, keys and symbols."""
    about = page_named(picture.selection.help_for)
    title = f"HELP  {about.title}" if about is not None else "HELP"
    lines = scrolled(_lines(picture, width), width, height - 1, picture.selection.row)
    return [rule(title, width), *lines][:height]


def help_rows(picture: Picture, height: int) -> Sequence[str]:
    """The rows that scroll."""
    return [""] * len(_lines(picture, _WIDEST))


def _lines(picture: Picture, width: int) -> list[Line]:
    about = page_named(picture.selection.help_for)
    meaning = about.help if about is not None else ()
    room = min(width, _WIDEST) - 2
    lines: list[Line] = [(Span(row),) for text in meaning for row in wrapped(text, room)]
    commands = [c.id for c in picture.model.catalogue.commands if not verb_named(c.id)]
    sent = ", ".join(escaped(name, 40) for name in commands)
    typed = [(f":{verb.word} {verb.arguments}".rstrip(), verb.purpose) for verb in VERBS]
    typed.append((":COMMAND, then its code", sent or "this mission has none"))
    beside = width >= _BESIDE
    lines += [_head("commands"), *(line for t in typed for line in _command(*t, beside=beside))]
    lines += [_head("pages"), *(_key(picture, page.name, page.title) for page in PAGES)]
    lines += [_head("keys"), *(_key(picture, action, what) for action, what in _KEYS)]
    return [*lines, _head("symbols"), *((Span(f"  {symbol}"),) for symbol in SYMBOLS)]


def _head(title: str) -> Line:
    return (Span(f"─ {title}", Tone.RULE),)


def _command(line: str, purpose: str, *, beside: bool) -> list[Line]:
    if beside:
        return [(Span(f"{line:<{_COMMAND}} ", Tone.BRIGHT), Span(purpose))]
    return [(Span(line, Tone.BRIGHT),), (Span(f"    {purpose}"),)]


def _key(picture: Picture, action: str, what: str) -> Line:
    return (Span(f"{picture.keymap.shown(action):<{_KEY}} ", Tone.BRIGHT), Span(what))
