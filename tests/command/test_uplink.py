"""What the station says, as stock readers of the dialect see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gcs.command.uplink import Uplink, build_uplink
from gcs.config.problems import Problem
from gcs.messages import GateState, GateStatus, Transmit
from gcs.telemetry.mavlink.signing import SigningPolicy, timestamp_at
from gcs.telemetry.mavlink.stream import MavlinkStream, Packet
from tests.helpers.hop import COMPUTERS, START, changed, hop_dialect, shipped

KEY = bytes(range(32))


def uplink(keys: dict[str, bytes] | None = None) -> Uplink:
    built, problems = build_uplink(shipped(), hop_dialect(), keys or {})
    assert problems == ()
    return built


def read(sent: list[Transmit]) -> list[tuple[str, Packet]]:
    streams: dict[str, MavlinkStream] = {}
    return [
        (t.link, packet)
        for t in sent
        for packet in streams.setdefault(t.link, MavlinkStream(hop_dialect())).feed(t.data)
    ]


def gate(state: GateState, name: str = "landing_commit") -> GateStatus:
    return GateStatus(name, state, 0, None, (), "")


def test_heartbeat_and_timesync_go_out_on_every_mavlink_link_and_on_no_other() -> None:
    speaker = uplink()
    for sent in (speaker.heartbeat(START), speaker.timesync(START)):
        assert [t.link for t in sent] == list(COMPUTERS)
        assert {t.peer for t in sent} == {""}
    ground = {"type": 6, "autopilot": 8, "base_mode": 0, "custom_mode": 0, "system_status": 4}
    for _, packet in read(speaker.heartbeat(START)):
        assert {name: packet.value(name) for name in ground} == ground
        assert packet.value("mavlink_version") == 3
    asked = {(p.value("tc1"), p.value("ts1")) for _, p in read(speaker.timesync(START))}
    assert asked == {(0, START)}


def test_a_link_has_one_sequence_of_its_own_without_gaps() -> None:
    speaker = uplink()
    sent = speaker.heartbeat(START)
    sent += speaker.command_long("fc_b", {"command": 65001, "param1": 7.0}, START)
    sent += speaker.timesync(START)
    numbers = {link: [p.sequence for at, p in read(sent) if at == link] for link in COMPUTERS}
    assert numbers == {"fc_a": [0, 1], "fc_b": [0, 1, 2], "fc_c": [0, 1]}


def test_a_command_goes_to_its_flight_computer_alone_with_its_address() -> None:
    fields = {"command": 65001, "param1": float(2**24 - 1), "param2": 3000.0, "confirmation": 2}
    ((link, packet),) = read(uplink().command_long("fc_c", fields, START))
    assert link == "fc_c"
    assert packet.type.name == "COMMAND_LONG"
    assert (packet.value("target_system"), packet.value("target_component")) == (1, 3)
    assert (packet.system, packet.component) == (255, 190)
    assert {name: packet.value(name) for name in fields} == fields


VERDICTS = {
    GateState.CLOSED: "LANDFALL_VERDICT_CLOSED",
    GateState.UNKNOWN: "LANDFALL_VERDICT_NO_GO",
    GateState.NO_GO: "LANDFALL_VERDICT_NO_GO",
    GateState.GO: "LANDFALL_VERDICT_GO",
    GateState.COMMITTED: "LANDFALL_VERDICT_COMMITTED",
    GateState.MISSED: "LANDFALL_VERDICT_MISSED",
}


@pytest.mark.parametrize("state", GateState)
def test_every_state_of_a_gate_has_its_verdict(state: GateState) -> None:
    said = read(uplink().verdicts([gate(state)], START))
    assert [link for link, _ in said] == list(COMPUTERS)
    for _, packet in said:
        wanted = hop_dialect().enum_value("LANDFALL_VERDICT", VERDICTS[state])
        assert packet.value("verdict") == wanted
        assert packet.value("gate") == "landing_commit"
        assert packet.value("time_usec") == START // 1000
        assert packet.value("valid_ms") == 2000


def test_only_a_go_reads_as_a_go() -> None:
    words = {
        state: read(uplink().verdicts([gate(state)], START))[0][1].value("verdict")
        for state in GateState
    }
    same = [state for state, word in words.items() if word == words[GateState.GO]]
    assert same == [GateState.GO]


def test_a_name_that_fills_its_room_comes_through_whole() -> None:
    ((_, packet), *_) = read(uplink().verdicts([gate(GateState.GO, "landing_continue")], START))
    assert packet.value("gate") == "landing_continue"


def test_the_time_is_told_to_the_peer_that_asked_and_to_no_unknown_link() -> None:
    speaker = uplink()
    (reply,) = speaker.timesync_reply("fc_a", "10.0.0.1:9", 123, START)
    assert (reply.link, reply.peer) == ("fc_a", "10.0.0.1:9")
    ((_, packet),) = read([reply])
    assert (packet.value("tc1"), packet.value("ts1")) == (START, 123)
    assert speaker.timesync_reply("barge", "", 123, START) == []
    assert speaker.timesync_reply("nowhere", "", 123, START) == []


def test_what_goes_out_on_a_keyed_link_is_signed_and_a_replay_of_it_is_seen() -> None:
    sent = uplink({"fc_a": KEY}).heartbeat(START)
    judge = MavlinkStream(hop_dialect(), SigningPolicy(KEY))
    by_link = {t.link: t.data for t in sent}
    assert len(judge.feed(by_link["fc_a"], START)) == 1
    assert judge.feed(by_link["fc_a"], START) == []
    assert judge.counts.replayed == 1
    assert judge.feed(by_link["fc_b"], START) == []
    assert judge.counts.unsigned == 1


def test_all_that_goes_out_on_a_keyed_link_is_dated_and_names_its_link() -> None:
    keys = dict.fromkeys(COMPUTERS, KEY)
    said: list[Callable[[Uplink], list[Transmit]]] = [
        lambda speaker: speaker.heartbeat(START),
        lambda speaker: speaker.timesync(START),
        lambda speaker: speaker.verdicts([gate(GateState.GO)], START),
        lambda speaker: speaker.command_long("fc_b", {"command": 65001}, START),
        lambda speaker: speaker.timesync_reply("fc_c", "", 1, START),
    ]
    for say in said:
        for transmit in say(uplink(keys)):
            link, ticks = transmit.data[-13], transmit.data[-12:-6]
            assert link == COMPUTERS.index(transmit.link)
            assert int.from_bytes(ticks, "little") == timestamp_at(START)


def test_a_mission_without_a_dialect_says_nothing() -> None:
    silent, problems = build_uplink(shipped(), None, {})
    assert problems == ()
    assert silent.heartbeat(START) == silent.timesync(START) == []
    assert silent.verdicts([gate(GateState.GO)], START) == []
    assert silent.timesync_reply("fc_a", "", 1, START) == []


def test_a_dialect_without_verdicts_says_none() -> None:
    dialect = hop_dialect()
    names = {n: m for n, m in dialect.by_name.items() if n != "STATION_VERDICT"}
    speaker, problems = build_uplink(shipped(), replace(dialect, by_name=names), {})
    assert problems == ()
    assert speaker.verdicts([gate(GateState.GO)], START) == []
    assert len(speaker.heartbeat(START)) == 3


def test_all_that_could_not_be_said_in_flight_is_told_at_the_start() -> None:
    dialect = hop_dialect()
    names = {n: m for n, m in dialect.by_name.items() if n not in ("TIMESYNC", "COMMAND_LONG")}
    enums = {**dialect.enums, "LANDFALL_VERDICT": {"LANDFALL_VERDICT_GO": 2}}
    mission = changed(("landing_continue", "landing_continues"))
    _, problems = build_uplink(mission, replace(dialect, by_name=names, enums=enums), {})
    file = mission.config.mission.dialect
    missing = [f"LANDFALL_VERDICT_{word}" for word in ("CLOSED", "COMMITTED", "MISSED", "NO_GO")]
    entry = "expected {} in LANDFALL_VERDICT: STATION_VERDICT says it"
    room = "expected at most 16 characters: STATION_VERDICT names the gate"
    assert list(problems) == [
        Problem(file, "", "expected a message TIMESYNC: the station says it"),
        Problem(file, "", "expected a message COMMAND_LONG: the station says it"),
        *(Problem(file, "", entry.format(name)) for name in missing),
        Problem(mission.file, "gate[2].id", room),
    ]


def test_a_dialect_whose_verdict_has_no_words_or_no_room_for_a_gate_says_so() -> None:
    dialect = hop_dialect()
    enums = {name: words for name, words in dialect.enums.items() if name != "LANDFALL_VERDICT"}
    verdict = dialect.by_name["STATION_VERDICT"]
    fields = tuple(item for item in verdict.wire_fields if item.name != "gate")
    names = {**dialect.by_name, "STATION_VERDICT": replace(verdict, wire_fields=fields)}
    _, problems = build_uplink(shipped(), replace(dialect, by_name=names, enums=enums), {})
    told = [problem.message for problem in problems]
    assert sum("in LANDFALL_VERDICT" in text for text in told) == 5
    none = "expected at most 0 characters: STATION_VERDICT names the gate"
    assert told[5:] == [none] * len(shipped().config.gate)
