"""Files flown again: what the summary says of real ones, and what verification finds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from firmware_sim.world import World
from gcs.clock import SECOND_NS
from gcs.config.loading import CONFIGS, load_mission
from gcs.messages import Input, LinkChanged, LinkState, Received, Tick
from gcs.recording.digest import snapshot_digest
from gcs.recording.header import header_for
from gcs.recording.layout import Digest, Record, RecordingError
from gcs.recording.reader import read_recording
from gcs.recording.recorder import Recorder
from gcs.recording.recover import recover
from gcs.replay import LONGEST_GAP_NS, TAIL_NS, TICK_NS, open_flight, summarise, verify
from gcs.station import Station
from tests.helpers.commands import gcs_here
from tests.helpers.data import shared_data

HOP = CONFIGS / "missions" / "xzy1-hop.toml"
START_NS = 1_750_000_000 * SECOND_NS


# --- Webcasts: rules find the events of flights they do not know ---

PHASE_OF_EVENT = {
    "meco": "coast, after main engine cutoff",
    "entry_start": "entry burn",
    "entry_end": "aerodynamic descent",
    "landing_start": "landing burn",
}


def summary_of(path: Path, mission: Path | None = None) -> list[str]:
    return list(summarise(open_flight(path, mission)))


def phases(lines: Iterable[str]) -> dict[str, float]:
    """Title -> T-time, s, of every phase that a summary tells."""
    found = {}
    for line in lines:
        if line.startswith("phase "):
            _, time, _, title = line.split(maxsplit=3)
            found[title] = float(time.removeprefix("T"))
    return found


@pytest.mark.parametrize("flight", ["CRS-11", "X-37B-OTV-5"])
def test_the_events_of_a_webcast_are_found_within_3_s(flight: str) -> None:
    path = shared_data(f"falcon9/{flight}.json")
    seen = json.loads(path.read_text())["events_s"]
    found = phases(summary_of(path, CONFIGS / "missions" / "falcon9-webcast.toml"))
    for event, title in PHASE_OF_EVENT.items():
        assert found[title] == pytest.approx(seen[event], abs=3.0), event


def test_touchdown_stays_unconfirmed_where_the_data_end_in_the_air() -> None:
    lines = summary_of(shared_data("falcon9/FormoSat-5.json"))
    found = list(phases(lines))
    assert "outcome    open" in lines
    assert found[-3:] == [
        "aerodynamic descent",
        "landing burn",
        "touchdown unconfirmed: the data ended",
    ]
    assert "touchdown" not in found


# --- Tlogs ---


@pytest.mark.parametrize(
    ("name", "good", "bad", "types"),
    [("ardusub_small", 35_912, 4, 46), ("ardusub_pymavlink_bug", 50_136, 1_967, 44)],
)
def test_the_summary_counts_a_tlog_and_its_station_hears_it_all(
    name: str, good: int, bad: int, types: int
) -> None:
    lines = summary_of(shared_data(f"tlogs/{name}.tlog"))
    assert f"messages   {good} good of {types} types from 5 sources, {bad} bad CRC" in lines
    # Counted twice: by the reader of the file, and by the station that flew it.
    told = [int(x.split()[-2]) for x in lines if x.startswith("  system ")]
    heard = [int(x.split(": ")[1].split()[0]) for x in lines if x.startswith("source ")]
    assert sum(told) == sum(heard) == good
    assert sorted(told) == sorted(heard)
    assert any(x.startswith("link ") and x.endswith(f", {bad} faults") for x in lines)


# --- Ticks around what a file says ---


def column_file(path: Path, times_s: Iterable[float]) -> Path:
    rows = "".join(f"{t},10,1\n" for t in times_s)
    path.write_text("time_s,speed_m_s,altitude_km\n" + rows)
    return path


def steps_of(path: Path) -> list[tuple[int, tuple[Input, ...]]]:
    return list(open_flight(path).steps())


def test_a_file_gets_ticks_on_its_own_time_and_a_tail(tmp_path: Path) -> None:
    steps = steps_of(column_file(tmp_path / "a.csv", [0.05, 0.15, 0.25]))
    times = [now_ns for now_ns, _ in steps]
    assert times == list(range(0, 250_000_000 + TAIL_NS, TICK_NS))
    assert all(isinstance(batch[-1], Tick) for _, batch in steps)
    assert isinstance(steps[0][1][0], LinkChanged)
    received = [[i.receipt_ns for i in batch if isinstance(i, Received)] for _, batch in steps]
    assert received[:4] == [[], [50_000_000], [150_000_000], [250_000_000]]


def test_a_jump_of_the_file_s_clock_makes_no_hours_of_ticks(tmp_path: Path) -> None:
    steps = steps_of(column_file(tmp_path / "a.csv", [1.0, 1e6]))
    times = [now_ns for now_ns, _ in steps]
    assert len(times) < (LONGEST_GAP_NS + TAIL_NS) // TICK_NS
    assert times == sorted(times)
    assert times[-1] > 1e6 * SECOND_NS


def test_a_mission_must_have_a_link_for_what_the_file_carries(tmp_path: Path) -> None:
    flight = open_flight(column_file(tmp_path / "a.csv", [0.0]), HOP)
    with pytest.raises(RecordingError, match="has no link that carries columns"):
        flight.steps()


# --- Our own recordings ---


@dataclass(frozen=True)
class Recorded:
    """A recording of the simulated units on the pad, and the records in it."""

    path: Path
    records: tuple[Record, ...]


def pad_inputs(seconds: int) -> Iterator[tuple[int, tuple[Input, ...]]]:
    """What a station hears of the shipped hop's units before the launch."""
    world = World(load_mission(HOP), seed=3, start_ns=START_NS)
    up: list[Input] = [
        LinkChanged(link, LinkState.UP, "test") for link in ("fc_a", "fc_b", "fc_c", "barge")
    ]
    for now_ns in range(START_NS, START_NS + seconds * SECOND_NS, TICK_NS):
        heard = [
            Received(e.link, now_ns, e.data, "" if e.topic else "sim:1", e.topic)
            for e in world.advance(now_ns)
        ]
        yield now_ns, (*up, *heard, Tick())
        up = []


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    mission = load_mission(HOP)
    station = Station(mission, seed=5)
    path = tmp_path_factory.mktemp("recorded") / "pad.mcap"
    header = header_for(mission, seed=5, session="test", created_ns=START_NS)
    with Recorder(path, header) as recorder:
        for now_ns, batch in pad_inputs(8):
            recorder.step(now_ns, batch)
            for snapshot in station.step(batch, now_ns).snapshots:
                recorder.digest(now_ns, snapshot.sequence, snapshot_digest(snapshot))
    return Recorded(path, tuple(read_recording(path).records()))


def forged(recorded: Recorded, path: Path, forge: Callable[[Record], Record | None]) -> Path:
    """A sound file whose records are what `forge` makes of the true ones."""
    with Recorder(path, read_recording(recorded.path).header) as recorder:
        for record in filter(None, map(forge, recorded.records)):
            if isinstance(record, Digest):
                recorder.digest(record.now_ns, record.sequence, record.digest)
            else:
                recorder.step(record.now_ns, record.inputs)
    return path


def verified(path: Path) -> tuple[bool, str]:
    flight = open_flight(path)
    assert flight.recording is not None
    verification = verify(flight.recording, flight.station())
    return verification.identical, verification.sentence


def test_a_recording_brings_its_mission_and_decides_the_same_again(recorded: Recorded) -> None:
    digests = sum(isinstance(record, Digest) for record in recorded.records)
    assert digests > 50
    assert verified(recorded.path) == (True, f"identical: all {digests} snapshots")
    assert open_flight(recorded.path).seed == 5


def test_a_recording_with_one_message_taken_out_does_not_verify(
    recorded: Recorded, tmp_path: Path
) -> None:
    at_ns = START_NS + 4 * SECOND_NS

    def without_one(record: Record) -> Record:
        if isinstance(record, Digest) or record.now_ns != at_ns:
            return record
        first = next(i for i in record.inputs if isinstance(i, Received))
        kept = tuple(i for i in record.inputs if i is not first)
        return msgspec.structs.replace(record, inputs=kept)

    identical, sentence = verified(forged(recorded, tmp_path / "forged.mcap", without_one))
    assert not identical
    assert " snapshots differ, the first at 15:06:44" in sentence


def test_a_recording_with_another_verdict_does_not_verify(
    recorded: Recorded, tmp_path: Path
) -> None:
    last = max(r.sequence for r in recorded.records if isinstance(r, Digest))

    def another(record: Record) -> Record:
        if isinstance(record, Digest) and record.sequence == last:
            return msgspec.structs.replace(record, digest=bytes(len(record.digest)))
        return record

    identical, sentence = verified(forged(recorded, tmp_path / "forged.mcap", another))
    assert not identical
    assert sentence.startswith("1 of ")


def test_a_recording_whose_last_steps_are_gone_does_not_verify(
    recorded: Recorded, tmp_path: Path
) -> None:
    end_ns = START_NS + 6 * SECOND_NS

    def earlier(record: Record) -> Record | None:
        return record if isinstance(record, Digest) or record.now_ns < end_ns else None

    identical, sentence = verified(forged(recorded, tmp_path / "forged.mcap", earlier))
    assert not identical
    assert sentence.endswith("recorded snapshots did not come out again")


def test_a_recording_without_a_verdict_proves_nothing(recorded: Recorded, tmp_path: Path) -> None:
    path = forged(
        recorded, tmp_path / "forged.mcap", lambda r: None if isinstance(r, Digest) else r
    )
    assert verified(path) == (False, "no snapshot was recorded")


def test_a_cut_recording_flies_as_far_as_it_goes_and_its_mended_copy_verifies(
    recorded: Recorded, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.mcap"
    whole = recorded.path.read_bytes()
    cut.write_bytes(whole[: len(whole) * 7 // 8])

    lines = summary_of(cut)
    (damage,) = (line for line in lines if line.startswith("damage "))
    assert damage.endswith("the file ends here without having been closed")
    flown = [now_ns for now_ns, _ in open_flight(cut).steps()]
    assert flown == [r.now_ns for r in recorded.records if not isinstance(r, Digest)][: len(flown)]
    assert 10 < len(flown) < 80

    identical, sentence = verified(cut)
    assert not identical
    assert sentence.startswith("identical only up to the damage: ")
    recover(cut, tmp_path / "mended.mcap")
    assert verified(tmp_path / "mended.mcap")[0]


def test_a_rotten_byte_is_damage_not_identity(recorded: Recorded, tmp_path: Path) -> None:
    rotten = bytearray(recorded.path.read_bytes())
    rotten[len(rotten) * 2 // 3] ^= 0x10
    path = tmp_path / "rotten.mcap"
    path.write_bytes(rotten)
    identical, sentence = verified(path)
    assert not identical
    assert "damage" in sentence


# --- The command ---


def test_verify_exits_0_when_identical_and_1_when_not(
    recorded: Recorded, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    same = gcs_here(capfd, "replay", recorded.path, "--verify")
    assert (same.exit_code, same.err) == (0, "")
    assert same.out.startswith("identical: all ")

    cut = tmp_path / "cut.mcap"
    cut.write_bytes(recorded.path.read_bytes()[:-2000])
    other = gcs_here(capfd, "replay", cut, "--verify")
    assert other.exit_code == 1
    assert "`gcs recover` saves what is sound" in other.out


def test_only_our_own_recordings_verify(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = column_file(tmp_path / "a.csv", [0.0])
    ended = gcs_here(capfd, "replay", path, "--verify")
    assert ended.exit_code == 2
    assert ended.err == f"{path}: only our own recordings can be verified\n"


def test_a_replay_is_watched_on_a_console_of_its_own(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = column_file(tmp_path / "a.csv", [i / 10 for i in range(30)])
    ended = gcs_here(capfd, "replay", path, "--speed", "max", "--headless")
    assert (ended.exit_code, ended.err) == (0, "")
    assert "(REPLAY)\n" in ended.out
    assert "outcome  open (exit 0)\n" in ended.out
