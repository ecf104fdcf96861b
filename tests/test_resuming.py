"""A crashed run goes on: everything stands as it stood, and only time has passed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from firmware_sim.flight_software.commanding import Answer, CommandDesk, DeskState
from firmware_sim.flight_software.modes import Command, FlightMode
from firmware_sim.records import make
from gcs.auditing import audit
from gcs.messages import (
    Act,
    CommandState,
    ConfirmCommand,
    CriterionState,
    GateState,
    HoldCount,
    Input,
    Intent,
    LinkChanged,
    LinkState,
    Outputs,
    Snapshot,
    StageCommand,
    Tick,
    Waive,
)
from gcs.recording.header import (
    RecordingHeader,
    cpu_model,
    header_for,
    source_digest,
    versions,
)
from gcs.recording.journal import Journal
from gcs.recording.layout import RecordingError
from gcs.recording.reader import read_recording
from gcs.replay import open_flight, verify
from gcs.resuming import Resumption, Standing, bring_back, check_keys, open_resumption
from gcs.station import Station
from gcs.summary import Summary
from tests.helpers.hop import SECOND, START, TICK, Hop

SEED = 7
MINUTE = 60 * SECOND


class RecordedHop(Hop):
    """The hop, flown into a journal."""

    def __init__(self, path: Path) -> None:
        super().__init__(seed=SEED)
        self.journal = Journal(path, header(self))

    def step(self, batch: Iterable[Input]) -> Outputs:
        taken = list(batch)
        self.journal.step(self.now_ns, taken)
        outputs = super().step(taken)
        self.journal.decided(self.now_ns, outputs)
        return outputs


def header(hop: Hop) -> RecordingHeader:
    return header_for(hop.mission, seed=SEED, session="a test", created_ns=START)


def resumed(path: Path, into: Path) -> tuple[Station, Standing, Summary]:
    """The station that a recording makes, recorded anew."""
    resumption = open_resumption(path)
    station = Station(resumption.mission, seed=resumption.header.seed)
    summary = Summary(resumption.mission.config.phase)
    journal = Journal(into, resumption.header)
    standing = bring_back(resumption, station, journal, summary)
    journal.close()
    return station, standing, summary


def going_on(hop: RecordedHop, into: Path, after_ns: int) -> Path:
    """The hop crashes and goes on in a resumed station after a while; its new recording."""
    resumption = open_resumption(crashed(hop))
    hop.station = Station(resumption.mission, seed=resumption.header.seed)
    hop.journal = Journal(into, resumption.header)
    summary = Summary(resumption.mission.config.phase)
    standing = bring_back(resumption, hop.station, hop.journal, summary)
    hop.now_ns += after_ns
    hop.step(standing.first_inputs(hop.now_ns))
    return into


def crashed(hop: RecordedHop) -> Path:
    """Its recording as a kill -9 leaves it: flushed, but never closed."""
    hop.journal.settle()
    return hop.journal.path


@pytest.fixture
def hop(tmp_path: Path) -> RecordedHop:
    return RecordedHop(tmp_path / "first.mcap")


def act(hop: RecordedHop, what: Act) -> None:
    hop.intent(what)
    hop.tick()


def both(hop: RecordedHop, station: Station, ticks: int) -> list[tuple[Snapshot, Snapshot]]:
    """Fly on, with the same inputs, in the station that never crashed and in the resumed one."""
    pairs = []
    for _ in range(ticks):
        hop.now_ns += TICK
        inputs = [*hop.telemetry(), Tick()]
        never = Hop.step(hop, inputs)
        again = station.step(inputs, hop.now_ns)
        pairs += list(zip(never.snapshots, again.snapshots, strict=True))
        assert never.transmits == again.transmits
    return pairs


def test_hold_waiver_and_windows_stand_as_they_stood(hop: RecordedHop, tmp_path: Path) -> None:
    hop.born().fly(12)
    act(hop, HoldCount("a boat"))
    act(hop, Waive("wave_heading", "the deck is calm", 5 * MINUTE, "50 deg"))
    before = hop.snapshot
    assert before.waivers
    station, standing, _ = resumed(crashed(hop), tmp_path / "second.mcap")
    assert standing.last_ns == hop.now_ns
    hop.tick()
    again = station.step([*_last_batch(hop)], hop.now_ns).snapshots[-1]
    assert again.count == hop.snapshot.count
    assert again.waivers == before.waivers
    assert again == hop.snapshot


def _last_batch(hop: RecordedHop) -> tuple[Input, ...]:
    return hop.journal._batch  # noqa: SLF001


def test_a_command_on_its_way_is_verified_after_the_crash(hop: RecordedHop, tmp_path: Path) -> None:
    for computer in hop.computers.values():
        computer.hears = False
    hop.descend()
    while not hop.commands("landing_commit"):
        hop.tick()
    assert hop.commands("landing_commit")[-1].state is CommandState.SENT
    station, _, _ = resumed(crashed(hop), tmp_path / "second.mcap")
    nonce = hop.commands("landing_commit")[-1].nonce
    pairs = both(hop, station, 3)
    assert all(never == again for never, again in pairs)
    assert pairs[-1][1].commands[-1].nonce == nonce


def test_nothing_that_was_sent_is_sent_again(hop: RecordedHop, tmp_path: Path) -> None:
    hop.commit()
    station, _, _ = resumed(crashed(hop), tmp_path / "second.mcap")
    outputs = station.step([], hop.now_ns)
    assert outputs.transmits == ()
    (landing,) = (g for g in hop.snapshot.gates if g.id == "landing_commit")
    assert landing.state is GateState.COMMITTED


def test_codes_and_nonces_go_on_and_never_repeat(hop: RecordedHop, tmp_path: Path) -> None:
    hop.born().fly(1)
    act(hop, StageCommand("divert"))
    station, _, _ = resumed(crashed(hop), tmp_path / "second.mcap")
    wish = Intent("x", "console", "FD", hop.now_ns, 0, StageCommand("hold"))
    assert station.step([wish], hop.now_ns) == Hop.step(hop, [wish])


def commit_of_the_lost_second(hop: RecordedHop) -> float:
    """Bring the hop to the tick before its landing commit, and another one past it; its nonce."""
    scout, ticks = Hop(seed=SEED).descend(), 0
    while not scout.sent("landing_commit"):
        scout.tick()
        ticks += 1
    hop.descend()
    for _ in range(ticks - 1):
        hop.tick()
    return float(scout.commands("landing_commit")[-1].nonce)


def confirmed(hop: RecordedHop, command: str) -> float:
    """A person stages and confirms a command; its nonce."""
    act(hop, StageCommand(command))
    (staged,) = hop.snapshot.staged
    act(hop, ConfirmCommand(staged.code))
    return float(hop.commands(command)[-1].nonce)


def test_a_vehicle_obeys_the_divert_after_a_commit_that_only_it_remembers(
    hop: RecordedHop, tmp_path: Path
) -> None:
    lost = commit_of_the_lost_second(hop)
    going_on(hop, tmp_path / "second.mcap", 3 * SECOND)
    vehicle = CommandDesk(make(DeskState))
    vehicle.accept(Command.LANDING_COMMIT, lost)
    nonce = confirmed(hop, "divert")
    judged = vehicle.judge(Command.DIVERT, nonce, 3000.0, FlightMode.COMMITTED, hop.now_ns)
    assert (judged.answer, judged.reason) == (Answer.ACCEPTED, "")


def test_a_resumed_recording_is_decided_again_alike_with_all_its_nonces_and_codes(
    hop: RecordedHop, tmp_path: Path
) -> None:
    hop.born().fly(1)
    confirmed(hop, "abort")
    second = going_on(hop, tmp_path / "second.mcap", 3 * SECOND)
    confirmed(hop, "abort")
    third = going_on(hop, tmp_path / "third.mcap", 2 * SECOND)
    confirmed(hop, "abort")
    hop.journal.close()
    assert verify(read_recording(third), open_flight(third).station()).identical
    for path in (second, third):
        assert audit(open_flight(path), again=True).differs == ""
    nonces = [status.nonce for status in hop.commands("abort")]
    assert len(set(nonces)) == 3


def test_the_new_recording_holds_everything_and_verifies(hop: RecordedHop, tmp_path: Path) -> None:
    hop.born().fly(5)
    second = tmp_path / "second.mcap"
    resumed(crashed(hop), second)
    recording = read_recording(second)
    flight = open_flight(second)
    assert verify(recording, flight.station()).identical


def test_the_station_says_what_it_missed_and_who_is_gone(hop: RecordedHop, tmp_path: Path) -> None:
    hop.born().fly(1)
    station, standing, _ = resumed(crashed(hop), tmp_path / "second.mcap")
    now_ns = hop.now_ns + 90 * SECOND
    outputs = station.step(standing.first_inputs(now_ns), now_ns)
    (event,) = (e for e in outputs.events if e.kind == "resumed")
    assert event.severity == 4
    assert event.text == "resumed from first.mcap after 90.0 s in which nobody decided"


def test_what_was_good_is_stale_after_the_gap(hop: RecordedHop, tmp_path: Path) -> None:
    hop.born().fly(12)
    station, standing, _ = resumed(crashed(hop), tmp_path / "second.mcap")
    now_ns = hop.now_ns + 90 * SECOND
    station.step(standing.first_inputs(now_ns), now_ns)
    hop.now_ns = now_ns
    hop.downlink = False
    hop.tick()
    shown = station.step(_last_batch(hop), hop.now_ns).snapshots[-1]
    unknown = {s.id for s in shown.criteria if s.state is CriterionState.UNKNOWN}
    assert {"deck_roll", "nav_horizontal", "wind"} <= unknown


def recorded_by(hop: RecordedHop, **header: object) -> Resumption:
    """Its recording, as if it had this in its header."""
    resumption = open_resumption(crashed(hop))
    other = msgspec.structs.replace(resumption.header, **header)
    recording = dataclasses.replace(resumption.recording, header=other)
    return dataclasses.replace(resumption, recording=recording)


def test_another_signing_key_is_refused(hop: RecordedHop) -> None:
    hop.born().fly(1)
    signed = recorded_by(hop, key_checks={"fc_a": "beef"})
    with pytest.raises(RecordingError, match="no signing key for link fc_a"):
        check_keys(signed, {})


def brought_back(resumption: Resumption, seed: int = SEED) -> Standing:
    """Where it stands in a station of this seed; another one decides otherwise."""
    station = Station(resumption.mission, seed=seed)
    return bring_back(resumption, station, None, Summary(resumption.mission.config.phase))


def build(source: str) -> dict[str, str]:
    """The versions of a build with this source."""
    return {**versions(), "source": source}


def test_the_build_that_recorded_goes_on_without_a_warning(hop: RecordedHop) -> None:
    hop.born().fly(1)
    assert brought_back(recorded_by(hop, key_checks={"fc_a": "beef"})).warning == ""


def test_another_build_goes_on_with_a_warning_that_its_snapshots_are_the_same(
    hop: RecordedHop,
) -> None:
    hop.born().fly(1)
    standing = brought_back(recorded_by(hop, versions=build("0dd"), cpu="a slide rule"))
    assert standing.warning == (
        f"decided anew: recorded on a slide rule, this is {cpu_model()}; "
        f"recorded with source 0dd, this is {source_digest()}; "
        "all 11 recorded snapshots came out again"
    )


@pytest.mark.parametrize("other_build", [True, False])
def test_a_state_that_is_not_what_it_was_is_warned_of_whatever_the_build(
    hop: RecordedHop, other_build: bool
) -> None:
    hop.born().fly(1)
    act(hop, StageCommand("abort"))
    source = "0dd" if other_build else source_digest()
    standing = brought_back(recorded_by(hop, versions=build(source)), seed=SEED + 1)
    build_too = f"recorded with source 0dd, this is {source_digest()}; " if other_build else ""
    assert standing.warning == (
        f"decided anew: {build_too}1 of 12 snapshots differ, the first at 00:00:01.100000 UTC: "
        "check count, gates and commands"
    )


def test_a_state_that_a_recorded_snapshot_is_missing_from_is_warned_of(hop: RecordedHop) -> None:
    hop.born().fly(1)
    hop.journal.decided(hop.now_ns, Outputs((msgspec.structs.replace(hop.snapshot, sequence=99),)))
    standing = brought_back(open_resumption(crashed(hop)))
    assert "1 of 12 recorded snapshots did not come out again: check" in standing.warning


def test_the_warning_is_the_first_that_a_resumed_station_says_and_is_an_error(
    hop: RecordedHop,
) -> None:
    hop.born().fly(1)
    standing = brought_back(recorded_by(hop, versions=build("0dd")))
    inputs = standing.first_inputs(hop.now_ns + SECOND)
    link = LinkChanged("fc_a", LinkState.DOWN, "gone")
    said = hop.station.step([link, *inputs], hop.now_ns + SECOND).events
    assert [(e.kind, e.origin, e.severity) for e in said[:2]] == [
        ("resumed", "station", 3),
        ("resumed", "station", 4),
    ]
    assert said[0].text == standing.warning
    assert said[0].at_ns == hop.now_ns + SECOND
    assert said[2].kind == "link"


def test_an_empty_recording_cannot_be_resumed(hop: RecordedHop, tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="holds nothing to resume"):
        resumed(crashed(hop), tmp_path / "second.mcap")


def test_only_our_own_recordings_can_be_resumed(tmp_path: Path) -> None:
    tlog = tmp_path / "a.tlog"
    tlog.write_bytes(b"")
    with pytest.raises(RecordingError, match="only our own recordings can be resumed"):
        open_resumption(tlog)
