"""How numbers, clocks and foreign text are written on a console."""

from __future__ import annotations

import datetime
import math
import unicodedata

from rich.cells import cell_len, set_cell_size

from gcs.clock import SECOND_NS

MAX_TEXT = 400
ELLIPSIS = "…"


def escaped(text: str, max_characters: int = MAX_TEXT) -> str:
    """Foreign text made harmless: control, combining and odd-width characters as escapes.

    What is left takes the same number of cells on every terminal. Longer text
    is cut, visibly.
    """
    shown = text[:max_characters]
    if not (shown.isascii() and shown.isprintable()):
        shown = "".join(c if _is_plain(c) else _escape(c) for c in shown)
    return shown + ELLIPSIS if len(text) > max_characters else shown


def _is_plain(character: str) -> bool:
    if not character.isprintable():
        return False
    # Combining characters take no cell. Of the wide ones only letters are as wide everywhere.
    return cell_len(character) == 1 or (
        cell_len(character) == 2 and unicodedata.category(character) in ("Lo", "Lm")
    )


def _escape(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def fitted(text: str, cells: int) -> str:
    """`text` in exactly `cells` cells; an ellipsis says that some is missing."""
    if cells <= 0:
        return ""
    if cell_len(text) > cells:
        text = set_cell_size(text, cells - 1) + ELLIPSIS
    return set_cell_size(text, cells)


def number(value: float, spec: str) -> str:
    """A number by its format spec; thousands are parted by a space."""
    if not math.isfinite(value):
        return "----"
    try:
        shown = format(round(value) if spec.endswith("d") else value, spec)
    except ValueError:
        shown = format(value, ".3g")
    # What rounds to nothing has no side: -0.0 and +0.0 would flicker.
    unsigned = shown.replace("-", "+" if spec.startswith("+") else "", 1)
    shown = shown if any(digit in "123456789" for digit in shown) else unsigned
    return shown.replace(",", " ")


def clock(duration_ns: int, letter: str, tenths: bool = True) -> str:
    """A mission clock such as `T-00:05:00.0`; truncated toward the past, never early."""
    sign = "-" if duration_ns < 0 else "+"
    step_ns = SECOND_NS // 10 if tenths else SECOND_NS
    ticks = -(duration_ns // step_ns) if duration_ns < 0 else duration_ns // step_ns
    seconds, tenth = divmod(ticks, 10) if tenths else (ticks, 0)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    body = f"{letter}{sign}{hour:02d}:{minute:02d}:{second:02d}"
    return f"{body}.{tenth}" if tenths else body


def utc_time(at_ns: int, tenths: bool = True) -> str:
    """Time of day in UTC, `14:03:27.4`."""
    seconds, rest = divmod(at_ns, SECOND_NS)
    second_of_day = seconds % 86_400
    minutes, second = divmod(second_of_day, 60)
    body = f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
    return f"{body}.{rest * 10 // SECOND_NS}" if tenths else body


def utc_date(at_ns: int) -> str:
    """Date in UTC, `2026-11-22`."""
    days = at_ns // (86_400 * SECOND_NS)
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=days)).isoformat()


def age(duration_ns: int) -> str:
    """An age in at most five characters: `0.1s`, `42s`, `12m`, `3h`, `9d`."""
    seconds = max(0, duration_ns) / SECOND_NS
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    if seconds < 99.5:
        return f"{seconds:.0f}s"
    if seconds < 99 * 60:
        return f"{seconds / 60:.0f}m"
    return f"{seconds / 3600:.0f}h" if seconds < 99 * 3600 else f"{seconds / 86400:.0f}d"


def seconds(duration_ns: int) -> str:
    """A duration that an operator counts down, `42.8 s`."""
    return f"{duration_ns / SECOND_NS:.1f} s"


def minutes(duration_ns: int) -> str:
    """A duration as people say it in a count, `4:20` or `1:04:20`; begun seconds count."""
    whole = -(-max(0, duration_ns) // SECOND_NS)
    hours, rest = divmod(whole, 3600)
    minute, second = divmod(rest, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"
