"""What a person can mend is one sentence and exit 2, before anything is left running."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from gcs.config.loading import load_mission, with_serial
from gcs.config.problems import ConfigError
from tests.helpers.commands import (
    Ended,
    gcs_here,
    hop_variant,
    ports_of,
    replace_in,
    running,
)

BROKER = -1  # the last port of the mission
Capture = pytest.CaptureFixture[str]


def sentence(ended: Ended) -> str:
    """The one sentence that a command which could not start said."""
    assert ended.exit_code == 2
    assert ended.out == ""
    (said,) = ended.problems
    return said


@pytest.fixture
def complaint(capfd: Capture) -> Callable[..., str]:
    """The one sentence that a command, run here, says when it cannot start."""
    return lambda *arguments: sentence(gcs_here(capfd, *arguments))


@pytest.fixture
def mission(tmp_path: Path) -> Path:
    return hop_variant(tmp_path)


@pytest.mark.parametrize("command", ["run", "demo", "check"])
def test_a_missing_mission(command: str, complaint: Callable[..., str], tmp_path: Path) -> None:
    said = complaint(command, tmp_path / "absent.toml")
    assert said.endswith("absent.toml: cannot be read: no such file or directory")


def test_a_port_that_somebody_else_has(complaint: Callable[..., str], mission: Path) -> None:
    port = ports_of(mission)[1]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", port))
        said = complaint("demo", mission)
    assert said == f"link fc_b cannot listen on udp 127.0.0.1:{port}: address already in use"


def test_a_broker_s_address_that_somebody_else_has_leaves_nothing_behind(mission: Path) -> None:
    port = ports_of(mission)[BROKER]
    with (
        socket.create_server(("127.0.0.1", port)),
        running("demo", mission, within_s=20.0) as demo,
    ):
        ended = demo.end()
        left_behind = demo.left_behind()
    assert sentence(ended) == f"no broker on 127.0.0.1:{port}: address already in use"
    assert left_behind == ()


def test_a_mission_without_a_barge_has_no_demo(
    complaint: Callable[..., str], mission: Path
) -> None:
    said = complaint("demo", mission.parent / "falcon9-webcast.toml")
    assert said == "falcon9-webcast.toml has no MQTT link: the demo needs one for the barge"


def test_a_serial_override_for_a_link_that_is_not_there_leaves_nothing_behind(
    mission: Path,
) -> None:
    with running("run", mission, "--serial", "fc_z=/dev/ttyUSB0", within_s=20.0) as run:
        ended = run.end()
        left_behind = run.left_behind()
    assert sentence(ended) == (
        "--serial: fc_z=/dev/ttyUSB0: expected LINK=DEVICE[:BAUD] with a MAVLink link's id"
    )
    assert left_behind == ()


def test_serial_overrides_that_mean_nothing_are_a_problem_each(mission: Path) -> None:
    wrong = ["fc_a", "fc_a=", "=/dev/ttyUSB0", "barge=/dev/ttyUSB0"]
    with pytest.raises(ConfigError) as raised:
        with_serial(load_mission(mission), ["fc_b=/dev/ttyUSB0:57600", *wrong])
    assert [problem.key for problem in raised.value.problems] == wrong


def test_a_console_address_that_is_none(complaint: Callable[..., str], mission: Path) -> None:
    assert complaint("console", "nonsense").endswith("got 'nonsense'")
    said = complaint("run", mission, "--listen", "tcp:10.0.0.1:99", "--record", mission.parent)
    assert said == "--listen: consoles attach over loopback only, got host '10.0.0.1'"


def test_a_console_finds_no_station(complaint: Callable[..., str], tmp_path: Path) -> None:
    nowhere = f"unix:{tmp_path}/station"
    assert complaint("console", nowhere) == f"no station at {nowhere}: no such file or directory"
    assert complaint("console", "tcp:127.0.0.1:1").endswith(": connection refused")


@pytest.mark.parametrize("command", ["run", "demo"])
def test_a_position_that_the_mission_lacks_is_refused_with_those_it_has(
    command: str, complaint: Callable[..., str], mission: Path
) -> None:
    said = complaint(command, mission, "--position", "fd")
    assert said == (
        "the mission has no position 'fd': --position takes FD, GNC, BARGE, --watch none"
    )
    assert complaint(command, mission, "--position", "") == (
        "--position is empty: leave it out, or only --watch"
    )
    assert complaint(command, mission, "--position", "FD", "--watch") == (
        "--watch takes no position: leave --position out"
    )


def test_a_directory_that_cannot_be_recorded_in(
    complaint: Callable[..., str], mission: Path
) -> None:
    said = complaint("run", mission, "--record", mission / "below-a-file")
    assert said == f"cannot record in {mission / 'below-a-file'}: not a directory"


def test_a_persons_file_that_is_not_there_or_wrong(
    complaint: Callable[..., str],
    capfd: Capture,
    mission: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = '[station]\nidentify = "token"\npersons_env = "LANDFALL_TEST_PERSONS"'
    replace_in(mission, ("[station]", told))
    start = ("station", mission, "--listen", f"unix:{tmp_path / 's'}", "--record", tmp_path)
    said = complaint(*start)
    assert said == "LANDFALL_TEST_PERSONS must hold the path of the persons file"
    persons = tmp_path / "persons.toml"
    persons.write_text('[person.anna]\npositions = ["COOK"]\n')
    monkeypatch.setenv("LANDFALL_TEST_PERSONS", str(persons))
    problems = gcs_here(capfd, *start).problems
    unknown = "the mission has no position 'COOK'; it has FD, GNC, BARGE"
    assert problems[0] == f"{persons}: person.anna.positions: {unknown}"
    assert problems[1].startswith(f"{persons}: person.anna.token_sha256: ")


def test_a_signing_key_that_is_none(
    complaint: Callable[..., str], mission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_in(mission, ("[station]", '[station]\nsigning_key_env = "LANDFALL_TEST_KEY"'))
    monkeypatch.setenv("LANDFALL_TEST_KEY", "secret")
    said = complaint("run", mission, "--record", mission.parent / "r")
    assert said == "LANDFALL_TEST_KEY must hold the signing key: 64 hexadecimal digits"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("absent.mcap", None, "does not exist"),
        ("text.mcap", b"not a recording", "is not an MCAP file"),
        ("flight.txt", b"", "cannot replay .txt, only .mcap, .tlog, .csv, .json"),
        ("empty.csv", b"", "has no columns"),
        ("list.json", b"[1, 2", "is not JSON: Expecting ',' delimiter"),
    ],
)
def test_a_file_that_cannot_be_replayed(
    name: str, content: bytes | None, said: str, complaint: Callable[..., str], tmp_path: Path
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    told = complaint("replay", file, "--summary")
    assert told.startswith(str(file))
    assert told.endswith(said)


def test_a_speed_that_is_none(complaint: Callable[..., str], tmp_path: Path) -> None:
    said = complaint("replay", tmp_path / "any.mcap", "--speed", "0")
    assert said == "--speed: expected a positive number or max, got '0'"


def test_a_mission_with_ten_mistakes_prints_ten_problems(capfd: Capture, mission: Path) -> None:
    replace_in(
        mission,
        ('title = "XZY-1', 'titel = "x"\ntitle = "XZY-1'),
        ("component = 190", "component = 1900"),
        ('at = "-10 s"', 'at = "-10 parsecs"'),
        ('kind = "udp"', 'kind = "udq"'),
        ('subscribe = ["landfall/atlas/#"]', "subscribe = 7"),
        ("flight_computer = true", 'flight_computer = "certainly"'),
        ('id = "hover"', 'id = "hover around"'),
        ('mode = "automatic"', 'mode = "by itself"'),
        ('validity = "3 s"', 'validity = "3"'),
        ("latitude_deg = 36.60", "latitude_deg = 136.60"),
    )
    keys = [
        "mission.titel",
        "station.component",
        "count.hold[0].at",
        "link[0]",
        "link[3].subscribe",
        "source[0].flight_computer",
        "phase[7].id",
        "gate[0].mode",
        "command[1].validity",
        "simulation.latitude_deg",
    ]
    for command in ("run", "demo", "check"):
        ended = gcs_here(capfd, command, mission)
        assert ended.exit_code == 2
        placed = [line.split(": ") for line in ended.problems]
        assert all(place[0].endswith("xzy1-hop.toml") for place in placed)
        assert sorted(place[1] for place in placed) == sorted(keys)
        assert all(place[2] for place in placed)
