"""The persons file: every mistake in it, and never a token."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcs.config.mission import MissionFile
from gcs.config.parsing import parse_toml
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


def mission(more: str = "", *, tokens: bool = True) -> MissionFile:
    """A mission with two positions, and what else it has."""
    known, _ = parse_toml(
        "m.toml",
        '[mission]\nid = "m"\ntitle = "m"\ndictionaries = []\n[[phase]]\nid = "p"\ntitle = "p"\n'
        '[station]\npositions = ["FD", "GNC"]\n'
        f'identify = "{"token" if tokens else "peer"}"\n{more}',
        MissionFile,
    )
    assert known is not None
    return known


def problems(tmp_path: Path, text: str | bytes, more: str = "") -> list[str]:
    file = tmp_path / "persons.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        load_persons(file, mission(more))
    assert {problem.file for problem in caught.value.problems} == {str(file)}
    return [f"{problem.key}: {problem.message}" for problem in caught.value.problems]


def test_a_sound_file_names_who_may_sit_where(tmp_path: Path) -> None:
    file = tmp_path / "persons.toml"
    file.write_text(SOUND)
    persons = load_persons(file, mission())
    assert {name: person.positions for name, person in persons.person.items()} == {
        "anna": ("FD",),
        "bo": ("GNC",),
    }


def test_without_tokens_none_is_needed(tmp_path: Path) -> None:
    file = tmp_path / "persons.toml"
    file.write_text('[person.anna]\npositions = ["FD"]\n[person.bo]\npositions = ["FD"]\n')
    assert set(load_persons(file, mission(tokens=False)).person) == {"anna", "bo"}
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
        load_persons(tmp_path / "absent.toml", mission())


# --- What the mission asks of them ---

GATE = '[[gate]]\nid = "g"\ntitle = "G"\nopens = "true"\ncloses = "false"\npolls = ["FD", "GNC"]\n'
STANDS = f'{GATE}without_answer = "stands"\n'
TWO = f"{GATE}two_person = true\n"
COMMAND = '[[command]]\nid = "c"\ntitle = "C"\nmav_cmd = "C"\nvalidity = "1 s"\ntwo_person = true\n'
ANNA = SOUND.split("[person.bo]")[0]
ANNA_AT_BOTH = ANNA.replace('["FD"]', '["FD", "GNC"]')


def test_a_polled_position_must_have_somebody_who_may_take_it(tmp_path: Path) -> None:
    assert problems(tmp_path, ANNA, GATE) == [
        "person: nobody may act as GNC, which gate 'g' polls",
    ]


def test_two_persons_must_be_able_to_answer_a_gate_that_takes_two(tmp_path: Path) -> None:
    assert problems(tmp_path, ANNA_AT_BOTH, TWO) == [
        "person: gate 'g' takes two persons, and no two may act for it"
    ]


def test_two_persons_must_be_able_to_give_a_command_that_takes_two(tmp_path: Path) -> None:
    assert problems(tmp_path, ANNA, COMMAND) == [
        "person: command 'c' takes two persons, and no two may act"
    ]


@pytest.mark.parametrize(
    ("text", "more"),
    [(SOUND, TWO + COMMAND), (ANNA_AT_BOTH, GATE), (ANNA, STANDS)],
    ids=["two", "one for both", "nobody need object"],
)
def test_who_can_answer_is_enough(tmp_path: Path, text: str, more: str) -> None:
    file = tmp_path / "persons.toml"
    file.write_text(text)
    assert load_persons(file, mission(more)).person


def test_all_is_told_at_once(tmp_path: Path) -> None:
    cook = ANNA.replace('["FD"]', '["COOK"]')
    assert [text.split(":")[0] for text in problems(tmp_path, cook, TWO + COMMAND)] == [
        "person.anna.positions",
        "person",
        "person",
        "person",
        "person",
    ]
