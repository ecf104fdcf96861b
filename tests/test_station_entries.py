"""Entered values through the whole station: they pass and block in the step in which they come."""

from __future__ import annotations

from functools import cache

from gcs.config.loading import CONFIGS, Mission, load_mission
from gcs.messages import (
    CheckEntry,
    CriterionState,
    EnterValue,
    EntryState,
    EntryStatus,
    GateState,
    Intent,
    Quality,
    Tick,
    WithdrawEntry,
)
from gcs.recording.digest import snapshot_digest
from tests.helpers.hop import MISSION, SECOND, TICK, Hop, shipped

C = CriterionState
MINUTE = 60 * SECOND
DICTIONARY, CRITERIA = "../dictionaries/range.toml", "../criteria/range.toml"
WORDS = {
    "range.hazard_area_clear": "1",
    "range.airspace_closed": "1",
    "range.surveillance": "1",
    "weather.lightning_distance": "60 nmi",
    "weather.field_mill": "-120 V/m",
    "weather.cloud_thickness": "800 ft",
    "weather.upper_wind": "11 m/s",
    "weather.upper_shear": "3.5 m/s",
}
CHECKED = ("range.hazard_area_clear", "range.airspace_closed")


@cache
def ranged() -> Mission:
    """The hop with a range officer, launched on what only people know, too."""
    texts = dict(shipped().texts)
    for name in (DICTIONARY, CRITERIA):
        texts[name] = (CONFIGS / name.removeprefix("../")).read_text(encoding="utf-8")
    head = texts[MISSION.name]
    head = head.replace("dictionaries = [", f'dictionaries = ["{DICTIONARY}", ')
    head = head.replace("criteria = [", f'criteria = ["{CRITERIA}", ')
    head = head.replace('positions = ["FD",', 'positions = ["FD", "RANGE",')
    return load_mission(MISSION.relative_to(MISSION.parent), texts | {MISSION.name: head})


def waiting() -> Hop:
    """On the pad, the launch gate is open and waits for nothing but words."""
    hop = Hop(ranged()).born()
    for _ in range(100):
        hop.tick(after_ns=4 * TICK)
    assert set(hop.gate("launch_commit").blocking) == {
        name for name in of_the_range(hop) if name != "range_word_age"
    }
    return hop.fly(0.2)


def entry(hop: Hop, name: str) -> EntryStatus:
    return next(e for e in hop.snapshot.entries if e.parameter == name)


def enter_all(hop: Hop) -> Hop:
    for name, value in WORDS.items():
        hop.intent(EnterValue(name, value), "RANGE")
    hop.tick()
    for name in CHECKED:
        at_ns = entry(hop, name).entered_ns
        assert at_ns is not None
        hop.intent(CheckEntry(name, at_ns), "FD")
    hop.tick()
    return hop


def of_the_range(hop: Hop) -> dict[str, CriterionState]:
    return {c.id: c.state for c in hop.snapshot.criteria if c.id.startswith(("range_", "weather_"))}


def test_what_nobody_entered_blocks_the_launch_and_is_listed_as_missing() -> None:
    hop = waiting()
    listed = {e.parameter for e in hop.snapshot.entries if e.state is EntryState.MISSING}
    assert listed == {*WORDS, "helideck.daylight"}
    assert set(of_the_range(hop).values()) == {C.UNKNOWN}
    assert "range_hazard_area" in hop.gate("launch_commit").blocking
    assert hop.criterion("range_hazard_area").why == (
        "hazard area clear: no data: range.hazard_area_clear not entered"
    )


def test_entered_and_checked_they_all_pass() -> None:
    hop = enter_all(waiting())
    assert set(of_the_range(hop).values()) == {C.GO}
    assert "range_hazard_area" not in hop.gate("launch_commit").blocking


def test_an_unchecked_word_is_no_word() -> None:
    hop = waiting()
    hop.intent(EnterValue("range.hazard_area_clear", "1"), "RANGE")
    hop.tick()
    assert hop.criterion("range_hazard_area").state is C.UNKNOWN
    assert hop.criterion("range_hazard_area").why.endswith("entered by hand, not checked yet")
    at_ns = entry(hop, "range.hazard_area_clear").entered_ns
    assert at_ns is not None
    hop.intent(CheckEntry("range.hazard_area_clear", at_ns), "RANGE")
    assert hop.told("refused")[-1].endswith("range entered it: a second person checks")
    assert hop.criterion("range_hazard_area").state is C.UNKNOWN


def test_a_word_counts_and_ends_in_the_very_step() -> None:
    hop = enter_all(waiting())
    (snapshot,) = hop.intent(WithdrawEntry("range.surveillance"), "RANGE").snapshots
    states = {c.id: c.state for c in snapshot.criteria}
    assert states["range_surveillance"] is C.UNKNOWN
    (snapshot,) = hop.intent(EnterValue("range.surveillance", "1"), "RANGE").snapshots
    states = {c.id: c.state for c in snapshot.criteria}
    assert states["range_surveillance"] is C.GO


def test_its_end_is_seen_without_a_tick() -> None:
    hop = enter_all(waiting())
    hop.intent(EnterValue("range.surveillance", "1", SECOND), "RANGE")
    hop.fly(0.9)
    assert hop.criterion("range_surveillance").state is C.GO
    hop.now_ns += TICK
    (snapshot,) = hop.step(hop.telemetry()).snapshots
    status = next(c for c in snapshot.criteria if c.id == "range_surveillance")
    assert status.state is C.UNKNOWN
    assert hop.told("entry")[-1] == "range.surveillance: entry by RANGE expired"
    hop.tick()
    assert hop.criterion("range_surveillance").why.endswith("range.surveillance entry expired")


def test_a_bad_word_is_a_no_go_with_its_limit() -> None:
    hop = enter_all(waiting())
    hop.intent(EnterValue("weather.lightning_distance", "6 nmi"), "FD")
    hop.tick()
    status = hop.criterion("weather_lightning")
    assert (status.state, status.why) == (C.NO_GO, "nearest lightning 6.0 nmi, limit 10.0 nmi")


def about_to_launch() -> Hop:
    """GO has stood just so long that the next step sends LAUNCH."""
    hop = enter_all(waiting())
    assert hop.gate("launch_commit").state is GateState.GO
    hop.fly(1.8)
    assert hop.sent("launch") == []
    hop.now_ns += TICK
    return hop


def test_nothing_is_sent_on_a_word_that_was_withdrawn_in_the_same_moment() -> None:
    hop = about_to_launch()
    withdrawal = Intent("w", "c", "RANGE", hop.now_ns, 0, WithdrawEntry("range.surveillance"))
    hop.step([*hop.telemetry(), withdrawal, Tick()])
    assert hop.sent("launch") == []
    assert hop.gate("launch_commit").state is GateState.NO_GO

    unwithdrawn = about_to_launch()
    unwithdrawn.step([*unwithdrawn.telemetry(), Tick()])
    assert unwithdrawn.sent("launch") != []


def test_only_positions_of_the_mission_check() -> None:
    hop = waiting()
    hop.intent(EnterValue("range.hazard_area_clear", "1"), "RANGE")
    hop.tick()
    at_ns = entry(hop, "range.hazard_area_clear").entered_ns
    assert at_ns is not None
    check = CheckEntry("range.hazard_area_clear", at_ns)
    hop.step([Intent("c", "c", "VISITOR", hop.now_ns, 0, check, "wei")])
    assert hop.told("refused")[-1] == "VISITOR has no authority"
    hop.tick()
    assert entry(hop, "range.hazard_area_clear").state is EntryState.UNCHECKED


def test_an_entry_ages_like_any_measurement() -> None:
    hop = enter_all(waiting()).fly(30)
    info = hop.station.catalogue("LIVE").parameters
    index = [p.id for p in info].index("weather.upper_wind")
    readings = hop.snapshot.readings
    assert hop.now_ns - readings.sampled_ns[index] > 30 * SECOND
    assert readings.qualities[index] == Quality.GOOD
    assert readings.values[index] == 11.0


def test_the_same_acts_give_the_same_snapshots() -> None:
    once, again = enter_all(waiting()).fly(2), enter_all(waiting()).fly(2)
    assert [snapshot_digest(s) for s in once.snapshots] == [
        snapshot_digest(s) for s in again.snapshots
    ]
