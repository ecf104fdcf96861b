"""Alarms through the whole station: raised with a verdict, answered by Intent, replayed exactly."""

from __future__ import annotations

from functools import cache

from gcs.config.loading import Mission
from gcs.messages import (
    AcknowledgeAlarm,
    AlarmPriority,
    AlarmState,
    AlarmStatus,
    Intent,
    ShelveAlarm,
    Tick,
    UnshelveAlarm,
)
from gcs.recording.digest import snapshot_digest
from tests.helpers.hop import SECOND, TICK, Hop, changed

MINUTE = 60 * SECOND
WAVES = """
[criterion.swell_alarm]
title = "waves at the barge"
owner = "WEATHER"
value = "barge.sea.significant_wave_height"
unit = "m"
no_go = { above = "2.5 m" }
source = "a test"

[criterion.swell_alarm.alarm]
priority = "serious"
action = "ask for another barge position"

[criterion.cargo_secured]"""


@cache
def asking() -> Mission:
    """The hop with an alarm on the waves."""
    return changed(("[criterion.cargo_secured]", WAVES))


def calm() -> Hop:
    return Hop(asking()).born().fly(1)


def rough(hop: Hop) -> Hop:
    hop.barge.says["weather"]["significant_wave_height"] = 3.0
    return hop


def swell(hop: Hop) -> AlarmStatus | None:
    return next((a for a in hop.snapshot.alarms if a.id == "swell_alarm"), None)


def state(hop: Hop) -> AlarmState:
    status = swell(hop)
    return AlarmState.NORMAL if status is None else status.state


def raised() -> Hop:
    hop = rough(calm())
    hop.tick()
    assert state(hop) is AlarmState.UNACKNOWLEDGED
    return hop


def test_the_catalogue_tells_what_it_asks() -> None:
    infos = calm().station.catalogue("LIVE").alarms
    info = next(info for info in infos if info.id == "swell_alarm")
    assert (info.priority, info.owner, info.action) == (
        AlarmPriority.SERIOUS,
        "WEATHER",
        "ask for another barge position",
    )


def test_it_is_raised_in_the_step_of_its_verdict_and_told() -> None:
    hop = rough(calm())
    hop.now_ns += TICK
    (snapshot,) = hop.step(hop.telemetry()).snapshots
    assert any(a.id == "swell_alarm" for a in snapshot.alarms)
    assert snapshot.alarm_counts.unacknowledged >= 1
    assert hop.told("alarm")[-1] == (
        "serious alarm: waves at the barge 3.0 m, limit 2.5 m; ask for another barge position"
    )


def test_an_operator_answers_by_intent_and_is_named() -> None:
    hop = raised()
    hop.intent(AcknowledgeAlarm("swell_alarm"), "BARGE")
    hop.tick()
    status = swell(hop)
    assert status is not None
    assert (status.state, status.acknowledged_by) == (AlarmState.ACKNOWLEDGED, "BARGE (barge)")
    hop.intent(ShelveAlarm("swell_alarm", SECOND, "the buoy is being changed"))
    hop.tick()
    status = swell(hop)
    assert status is not None
    assert (status.state, status.shelved_by) == (AlarmState.SHELVED, "FD (fd)")
    assert hop.snapshot.alarm_counts.shelved == 1
    hop.fly(1)
    assert state(hop) is AlarmState.UNACKNOWLEDGED


def test_a_stranger_answers_nothing() -> None:
    hop = raised()
    for act in (
        AcknowledgeAlarm("swell_alarm"),
        ShelveAlarm("swell_alarm", SECOND, "why not"),
        UnshelveAlarm("swell_alarm"),
    ):
        hop.step([Intent("i", "c", "VISITOR", hop.now_ns, 0, act), Tick()])
        assert hop.told("refused")[-1] == "VISITOR has no authority"
    assert state(hop) is AlarmState.UNACKNOWLEDGED


def test_rules_and_rehearsals_read_how_many_there_are() -> None:
    hop = rough(calm())
    assert counted(hop) == (0, 0)
    hop.fly(0.2)
    assert counted(hop) == (1, 1)
    hop.intent(AcknowledgeAlarm("swell_alarm"))
    hop.fly(0.2)
    assert counted(hop) == (1, 0)


def counted(hop: Hop) -> tuple[float, float]:
    """Alarms that stand, and those not acknowledged, as parameters."""
    ids = [p.id for p in hop.station.catalogue("LIVE").parameters]
    active, waiting = (
        hop.snapshot.readings.values[ids.index(f"station.alarms_{word}")]
        for word in ("active", "unacknowledged")
    )
    return active, waiting


def test_the_same_inputs_give_the_same_alarms() -> None:
    once, again = raised().fly(2), raised().fly(2)
    assert [snapshot_digest(s) for s in once.snapshots] == [
        snapshot_digest(s) for s in again.snapshots
    ]
