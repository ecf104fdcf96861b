"""How each tone looks: one style a tone and theme.

Every colour is one of the 256 that all terminals share, so that a terminal without
true colour shows the same. A theme without colours tells all by weight, slant,
underline and reversal; it is the one shown where NO_COLOR is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.style import Style

from gcs.console.theme import Tone


@dataclass(frozen=True)
class Theme:
    """A theme; `background` and `foreground` are empty where the terminal's own are used."""

    name: str
    background: str
    foreground: str
    styles: Mapping[Tone, Style]


def _coloured(name: str, background: str, tones: Mapping[Tone, str]) -> Theme:
    """A theme whose tones stand on `background` unless they bring their own."""
    ground = Style(bgcolor=background)
    styles = {tone: ground + Style.parse(text) for tone, text in tones.items()}
    plain = styles[Tone.PLAIN].color
    assert plain is not None
    return Theme(name, background, plain.name, styles)


DARK = _coloured(
    "dark",
    "#121212",
    {
        Tone.PLAIN: "#c6c6c6",
        Tone.DIM: "#8a8a8a",
        Tone.BRIGHT: "bold #eeeeee",
        Tone.RULE: "#767676",
        Tone.STALE: "italic #8a8a8a",
        Tone.BADGE: "bold #121212 on #c6c6c6",
        Tone.STANDBY: "#5fafff",
        Tone.CAUTION: "bold #ffd700",
        Tone.SERIOUS: "bold #ff8700",
        Tone.CRITICAL: "bold #ffffff on #af0000",
    },
)
LIGHT = _coloured(
    "light",
    "#eeeeee",
    {
        Tone.PLAIN: "#303030",
        Tone.DIM: "#585858",
        Tone.BRIGHT: "bold #000000",
        Tone.RULE: "#626262",
        Tone.STALE: "italic #585858",
        Tone.BADGE: "bold #eeeeee on #303030",
        Tone.STANDBY: "#005faf",
        Tone.CAUTION: "bold #000000 on #ffd700",
        Tone.SERIOUS: "bold #af0000",
        Tone.CRITICAL: "bold #ffffff on #af0000",
    },
)
COLOUR_BLIND = _coloured(
    "colour-blind",
    "#121212",
    {
        Tone.PLAIN: "#c6c6c6",
        Tone.DIM: "#8a8a8a",
        Tone.BRIGHT: "bold #eeeeee",
        Tone.RULE: "#767676",
        Tone.STALE: "italic #8a8a8a",
        Tone.BADGE: "bold #121212 on #c6c6c6",
        Tone.STANDBY: "#5fafff",
        Tone.CAUTION: "bold #ffff5f",
        Tone.SERIOUS: "bold #000000 on #ffaf00",
        Tone.CRITICAL: "bold #ffffff on #005faf",
    },
)
"""Yellow, orange block, blue block: apart in every common colour deficiency, and in shape."""

MONOCHROME = Theme(
    "monochrome",
    "",
    "",
    {
        Tone.PLAIN: Style(),
        Tone.DIM: Style(),
        Tone.BRIGHT: Style(bold=True),
        Tone.RULE: Style(),
        Tone.STALE: Style(italic=True),
        Tone.BADGE: Style(reverse=True),
        Tone.STANDBY: Style(underline=True),
        Tone.CAUTION: Style(bold=True, underline=True),
        Tone.SERIOUS: Style(bold=True, reverse=True),
        Tone.CRITICAL: Style(bold=True, reverse=True, underline=True),
    },
)

THEMES: Mapping[str, Theme] = {
    theme.name: theme for theme in (DARK, LIGHT, COLOUR_BLIND, MONOCHROME)
}
