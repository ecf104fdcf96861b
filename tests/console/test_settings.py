"""The settings file: what it may say, and every mistake in it at once with file and key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gcs.config.loading import CONFIGS
from gcs.config.problems import ConfigError
from gcs.console.keymap import DEFAULT_KEYMAP, DEFAULT_KEYS, KeyNameError, checked_key, shown_key
from gcs.console.settings import DEFAULT_SETTINGS, load_settings, settings_problems
from gcs.console.themes import THEMES
from tests.helpers.commands import gcs_here

Capture = pytest.CaptureFixture[str]

EVERY_MISTAKE = """
[console]
theme = "pink"
thme = 1
[console.keys]
fly = "f5"
help = "h"
events = ["f4"]
links = []
board = "ctrl+i"
deck = "f99"
count = 7
[console.units]
speed = "kg"
velocity = "kn"
length = "furlong"
mass = 3
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "console.toml"
    file.write_text(text)
    return file


def test_what_ships_changes_nothing() -> None:
    assert load_settings(CONFIGS / "console.toml") == DEFAULT_SETTINGS


def test_theme_keys_and_units_are_taken(tmp_path: Path) -> None:
    settings = load_settings(
        written(
            tmp_path,
            '[console]\ntheme = "light"\n[console.keys]\nalarms = ["f2", "alt+a"]\n'
            'main = "f4"\n[console.units]\nspeed = "kn"\n',
        )
    )
    assert settings.theme is THEMES["light"]
    assert [settings.keymap.action(key) for key in ("f2", "alt+a", "f4")] == [
        "alarms",
        "alarms",
        "main",
    ]
    assert settings.keymap.shown("alarms") == "F2"
    assert settings.units.chosen == {"speed": "kn"}


def test_every_mistake_is_told_at_once_with_its_key() -> None:
    found = {p.key: p.message for p in settings_problems("console.toml", EVERY_MISTAKE)}
    assert set(found) == {
        "console.theme",
        "console.thme",
        "console.keys.fly",
        "console.keys.help[0]",
        "console.keys.events",
        "console.keys.links",
        "console.keys.board[0]",
        "console.keys.deck[0]",
        "console.keys.count",
        "console.units.speed",
        "console.units.velocity",
        "console.units.length",
        "console.units.mass",
    }
    assert "dark, light, colour-blind, monochrome" in found["console.theme"]
    assert found["console.keys.fly"] == (
        "no action is called 'fly'; configs/console.toml names them all"
    )
    assert "a bare letter never acts" in found["console.keys.help[0]"]
    assert found["console.keys.events"] == "f4 is already the key of alarms"
    assert found["console.keys.links"] == "expected a key or a list of keys"
    assert found["console.units.speed"] == "kg is no unit of speed"


@pytest.mark.parametrize("text", ["", "[console", "[other]\n", "console = 1\n"])
def test_a_file_that_holds_no_settings_is_a_problem(text: str) -> None:
    assert settings_problems("console.toml", text)


def test_two_actions_of_the_file_on_one_key_are_a_problem() -> None:
    text = '[console.keys]\ncopy = "alt+x"\nscreenshot = "alt+x"\n'
    (problem,) = settings_problems("console.toml", text)
    assert str(problem) == "console.toml: console.keys.screenshot: alt+x is already the key of copy"


@pytest.mark.parametrize("key", ["f5", "ctrl+e", "alt+1", "shift+f3", "pageup", "ctrl+shift+up"])
def test_a_key_that_types_nothing_may_act(key: str) -> None:
    assert checked_key(key) == key


@pytest.mark.parametrize("key", ["a", "1", "shift+a", "F5", "f25", "", "ctrl+", "ctrl+m", "é", "+"])
def test_other_keys_may_not(key: str) -> None:
    with pytest.raises(KeyNameError):
        checked_key(key)


def test_no_key_does_two_things_unless_told_and_all_are_readable() -> None:
    assert DEFAULT_KEYMAP.clashes() == []
    for keys in DEFAULT_KEYS.values():
        for key in keys:
            assert checked_key(key) == key
            assert len(shown_key(key)) <= len(key)


def test_no_default_key_is_a_multiplexers_prefix() -> None:
    used = {key for keys in DEFAULT_KEYS.values() for key in keys}
    assert not used & {"ctrl+a", "ctrl+b"}


def test_gcs_check_covers_settings(capfd: Capture, tmp_path: Path) -> None:
    file = written(tmp_path, '[console]\ntheme = "pink"\n')
    ended = gcs_here(capfd, "check", file)
    assert ended.exit_code == 2
    assert ended.problems[0].startswith(f"{file}: console.theme: no theme is called 'pink'")


@pytest.mark.parametrize("command", [("console", "unix:/nowhere"), ("run",), ("demo",)])
def test_wrong_settings_end_a_command_before_it_starts_anything(
    capfd: Capture, tmp_path: Path, command: tuple[str, ...]
) -> None:
    file = written(tmp_path, EVERY_MISTAKE)
    mission = () if command[0] == "console" else (CONFIGS / "missions" / "xzy1-hop.toml",)
    ended = gcs_here(capfd, *command, *mission, "--settings", file)
    assert ended.exit_code == 2
    assert len(ended.problems) == 13


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: no such file"):
        load_settings(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_settings(tmp_path / "binary.toml")


def test_an_action_that_is_nearly_called_so_is_named() -> None:
    (problem,) = settings_problems("a.toml", '[console.keys]\nquti = "f5"\n')
    assert problem.message.startswith("no action is called 'quti'; near: quit; ")


def test_the_shipped_settings_name_every_action() -> None:
    shipped = (CONFIGS / "console.toml").read_text()
    listed = set(re.findall(r"[a-z_]+", shipped.partition("[console.keys]")[0]))
    assert set(DEFAULT_KEYS) <= listed
