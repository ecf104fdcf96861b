"""Every theme: each tone readable, the abnormal ones apart, and no colour that terminals lack."""

from __future__ import annotations

from itertools import combinations

import pytest
from rich.color import Color
from rich.style import Style

from gcs.console.settings import Settings
from gcs.console.theme import Tone
from gcs.console.themes import COLOUR_BLIND, DARK, LIGHT, MONOCHROME, THEMES, Theme
from tests.console.desk import Desk, at_desk
from tests.console.scenes import Scene, catalogue

COLOURED = (DARK, LIGHT, COLOUR_BLIND)
ABNORMAL = (Tone.CAUTION, Tone.SERIOUS, Tone.CRITICAL)
CUBE = {0, 95, 135, 175, 215, 255}
RAMP = set(range(8, 239, 10))


def luminance(colour: tuple[int, int, int]) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [c / 255 for c in colour]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: tuple[int, int, int], second: tuple[int, int, int]) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def rgb(colour: Color | None) -> tuple[int, int, int]:
    assert colour is not None
    return tuple(colour.get_truecolor())  # type: ignore[return-value]


def seen_by(colour: tuple[int, int, int], kind: str) -> tuple[float, ...]:
    """Vienot, Brettel and Mollon 1999: a colour as a dichromat sees it, linear RGB."""
    red, green, blue = (c / 255 for c in colour)
    if kind == "protan":
        return (0.11238 * red + 0.88762 * green, 0.11238 * red + 0.88762 * green, blue)
    return (0.29275 * red + 0.70725 * green, 0.29275 * red + 0.70725 * green, blue)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_a_theme_has_every_tone_and_no_two_abnormal_ones_alike(theme: Theme) -> None:
    assert set(theme.styles) == set(Tone)
    looks = [theme.styles[tone] for tone in (Tone.PLAIN, *ABNORMAL)]
    assert all(first != second for first, second in combinations(looks, 2))


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
@pytest.mark.parametrize("tone", Tone, ids=lambda tone: tone.name)
def test_every_tone_is_readable_on_its_ground(theme: Theme, tone: Tone) -> None:
    style = theme.styles[tone]
    # 4.5 to 1 is WCAG's for text; a rule between panels is no text.
    least = 3.0 if tone is Tone.RULE else 4.5
    assert contrast(rgb(style.color), rgb(style.bgcolor)) >= least


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_every_colour_is_one_of_the_256_that_all_terminals_share(theme: Theme) -> None:
    for style in theme.styles.values():
        for colour in (rgb(style.color), rgb(style.bgcolor)):
            grey = len(set(colour)) == 1 and colour[0] in RAMP | CUBE
            assert grey or set(colour) <= CUBE, colour


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_what_is_normal_is_grey(theme: Theme) -> None:
    for tone in (Tone.PLAIN, Tone.DIM, Tone.BRIGHT, Tone.RULE, Tone.STALE):
        assert len(set(rgb(theme.styles[tone].color))) == 1


@pytest.mark.parametrize("kind", ["protan", "deutan"])
def test_the_colour_blind_themes_abnormal_tones_stay_apart_for_a_dichromat(kind: str) -> None:
    def ground_and_text(style: Style) -> list[float]:
        return [*seen_by(rgb(style.color), kind), *seen_by(rgb(style.bgcolor), kind)]

    looks = [ground_and_text(COLOUR_BLIND.styles[tone]) for tone in (Tone.PLAIN, *ABNORMAL)]
    for first, second in combinations(looks, 2):
        assert max(abs(a - b) for a, b in zip(first, second, strict=True)) > 0.2


def test_the_monochrome_theme_names_no_colour() -> None:
    for style in MONOCHROME.styles.values():
        assert style.color is None
        assert style.bgcolor is None


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_a_theme_changes_how_the_screen_looks_and_not_what_it_says(theme: Theme) -> None:
    screens = []
    for chosen in (DARK, theme):

        async def scenario(desk: Desk) -> None:
            await desk.says(catalogue(), Scene().snapshot())
            screens.append(desk.screen)

        at_desk(scenario, settings=Settings(theme=chosen))
    assert screens[0] == screens[1]
