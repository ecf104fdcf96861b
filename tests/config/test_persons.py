"""The persons file: every mistake in it, and never a token."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcs.config.persons import load_persons
from gcs.config.problems import ConfigError

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
SOUND = f"""
[person.anna]
token_sha256 = "{HASH}"
positions = ["FD"]
[person.bo]
token_sha256 = "{HASH[::-1]}"
positions = ["GNC"]
"""


def problems(tmp_path: Path, text: str | bytes, *, tokens: bool = True) -> list[str]:
    file = tmp_path / "persons.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load_persons(file, ("FD", "GNC"), tokens=tokens)
    assert {problem.file for problem in caught.value.problems} == {str(file)}
    return [f"{problem.key}: {problem.message}" for problem in caught.value.problems]


def test_a_sound_file_names_who_may_sit_where(tmp_path: Path) -> None:
    file = tmp_path / "persons.toml"
    file.write_text(SOUND)
    persons = load_persons(file, ("FD", "GNC"), tokens=True)
    assert {name: person.positions for name, person in persons.person.items()} == {
        "anna": ("FD",),
        "bo": ("GNC",),
    }


def test_without_tokens_none_is_needed(tmp_path: Path) -> None:
    file = tmp_path / "persons.toml"
    file.write_text('[person.anna]\npositions = ["FD"]\n[person.bo]\npositions = ["FD"]\n')
    assert set(load_persons(file, ("FD",), tokens=False).person) == {"anna", "bo"}
    assert [text.split(":")[0] for text in problems(tmp_path, file.read_text())] == [
        "person.anna.token_sha256",
        "person.bo.token_sha256",
    ]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('["FD"]', '["COOK"]', "person.anna.positions"),
        ('["FD"]', '"FD"', "person.anna.positions"),
        ("token_sha256", "token", "person.anna.token"),
        (HASH[::-1], HASH, "person.anna.token_sha256"),
        (HASH[::-1], HASH[:-1], "person.bo.token_sha256"),
        ("[person.bo]", '[person."b o"]', "person.b o"),
        ("[person.bo]", "[people.bo]", "people"),
    ],
)
def test_a_mistake_names_its_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert problems(tmp_path, SOUND.replace(old, new))[0].startswith(key)


def test_a_mistake_is_told_in_words_that_say_what_to_write(tmp_path: Path) -> None:
    said = {
        ('["FD"]', '["COOK"]'): "the mission has no position 'COOK'; it has FD, GNC",
        ('["FD"]', "[]"): "must not be empty",
        ('positions = ["FD"]', ""): "is missing",
        (HASH[::-1], "secret"): "expected the SHA-256 of a token, 64 digits of 0-9 and a-f",
        (HASH[::-1], HASH): "bo has the same: a token must name one person",
        ("[person.bo]", '[person."b o"]'): "a person's name has 1 to 32 letters, digits",
    }
    for (old, new), words in said.items():
        (first, *_) = problems(tmp_path, SOUND.replace(old, new, 1))
        assert words in first
        assert "secret" not in first


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    assert problems(tmp_path, b"\xff") == [": cannot be read: is not UTF-8 text"]
    with pytest.raises(ConfigError, match="no such file or directory"):
        load_persons(tmp_path / "absent.toml", (), tokens=False)
