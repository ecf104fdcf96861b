"""The six states in which every screen is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from gcs.clock import SECOND_NS
from gcs.console.model import Model
from gcs.console.picture import Picture
from gcs.console.selection import NOTHING_CHOSEN, Selection
from gcs.console.trails import Trails
from gcs.messages import (
    AlarmState,
    CommandState,
    CommandStatus,
    CountState,
    CountStatus,
    CriterionState,
    EntryState,
    GateState,
    HoldKind,
    Quality,
    StagedStatus,
    WaiverStatus,
)
from tests.console.scenes import EPOCH_NS, Scene, catalogue, column, replayed


def nominal() -> Scene:
    """A healthy landing burn; both positions said GO."""
    scene = Scene()
    scene.votes = (scene.vote("FD", "anna"), scene.vote("BARGE", "carla"))
    scene.entries = (
        scene.entry("range.clear", EntryState.VALID, "carla"),
        scene.entry("range.lightning_distance", EntryState.UNCHECKED),
    )
    return scene


def caution() -> Scene:
    """Gusts near their limit: an alarm, seen by the flight director; waves waived."""
    gust = "gust 14.2 m/s, caution above 14.0 m/s"
    scene = Scene(criteria={"gust": (CriterionState.CAUTION, gust)}, margins={"gust": 0.1})
    scene.criteria["waves"] = (CriterionState.WAIVED, "significant wave height 2.6 m, limit 2.5 m")
    until_ns = scene.now_ns + 300 * SECOND_NS
    granted_ns = scene.now_ns - 60 * SECOND_NS
    scene.waivers["waves"] = WaiverStatus("waves", "FD", "calming", 3.0, granted_ns, until_ns)
    seen = scene.alarm("gust_high", AlarmState.ACKNOWLEDGED, gust)
    over = scene.alarm("deck_roll_high", AlarmState.RETURNED, "deck roll 2.7 deg", 40.0)
    scene.alarms = (
        msgspec.structs.replace(
            seen, acknowledged_by="FD", acknowledged_ns=scene.now_ns - 8 * SECOND_NS
        ),
        over,
    )
    scene.votes = (scene.vote("FD", "anna"),)
    return scene


def no_go() -> Scene:
    """The deck rolls too much: alarms that nobody answered, BARGE says NO-GO, divert is staged."""
    roll = "deck roll 3.4 deg, limit 3.0 deg"
    scene = Scene(
        landing=GateState.NO_GO,
        blocking=("deck_roll",),
        criteria={"deck_roll": (CriterionState.NO_GO, roll)},
        margins={"deck_roll": -0.13},
    )
    first = scene.alarm("deck_roll_high", AlarmState.UNACKNOWLEDGED, roll)
    shelf = scene.alarm("fc_c_silent", AlarmState.SHELVED, "no data: fc_c 9.1 s old", 300.0)
    scene.alarms = (
        msgspec.structs.replace(
            shelf,
            shelved_by="FD",
            shelved_until_ns=scene.now_ns + 761 * SECOND_NS,
            shelved_reason="fc_c is being restarted",
        ),
        scene.alarm("gust_high", AlarmState.UNACKNOWLEDGED, "gust 14.2 m/s", 3.0),
        msgspec.structs.replace(first, first_out=True),
    )
    scene.shelved = 1
    scene.votes = (scene.vote("FD", "anna"), scene.vote("BARGE", "carla", go=False))
    scene.staged = (
        StagedStatus(
            "divert",
            "KX4",
            scene.now_ns + 12 * SECOND_NS,
            "console-1",
            "FD",
            "anna",
            readback=(
                "DIVERT to fc_a, fc_b, fc_c: MAV_CMD_USER_2, nonce 24 bits, valid 5.0 s",
                "● in flight and not committed: true now",
            ),
        ),
    )
    fcs = ("fc_a", "fc_b", "fc_c")
    scene.commands = (
        CommandStatus(
            1, "launch", CommandState.VERIFIED, 0x3A51C7, EPOCH_NS, 1, fcs, fcs, "0.2 s", "FD"
        ),
        CommandStatus(
            2,
            "landing_commit",
            CommandState.TIMED_OUT,
            0x51C73A,
            scene.now_ns - 20 * SECOND_NS,
            3,
            ("fc_a",),
            (),
            "no two echoes within 3.0 s",
            "landing_commit",
        ),
    )
    return scene


def stale() -> Scene:
    """A flight computer is gone and so is the deck beacon."""
    beacon = "no data: landing.beacon 6.2 s old, limit 2.0 s"
    scene = Scene(
        landing=GateState.NO_GO,
        blocking=("deck_beacon",),
        criteria={"deck_beacon": (CriterionState.UNKNOWN, beacon)},
        ages_s={"nav.altitude": 6.2, "barge.deck.roll": 3.1, "nav.pitch": 60.0},
        qualities={"vehicle.legs": Quality.NEVER, "engine.throttle": Quality.SUSPECT},
        links_down=("fc_c",),
    )
    scene.alarms = (scene.alarm("beacon_lost", AlarmState.UNACKNOWLEDGED, beacon, 6.2),)
    scene.entries = (scene.entry("range.clear", EntryState.EXPIRED),)
    return scene


def hold() -> Scene:
    """A manual hold five minutes before lift-off, in the second attempt."""
    scene = Scene(t_ns=-300 * SECOND_NS, phase="prelaunch", landing=GateState.CLOSED, commands=())
    scene.hold = CountStatus(
        CountState.HOLD,
        scene.t_ns,
        scene.t_ns + 120 * SECOND_NS,
        "wind at the pad",
        HoldKind.MANUAL,
        "RANGE",
        scene.now_ns - 42 * SECOND_NS,
        None,
        102 * SECOND_NS,
        558 * SECOND_NS,
        -40 * SECOND_NS,
        2,
    )
    scene.events = scene.snapshot().events[:1]
    return scene


MOMENTS: Mapping[str, Callable[[], Scene]] = {
    "nominal": nominal,
    "caution": caution,
    "no-go": no_go,
    "stale": stale,
    "hold": hold,
    "replay": nominal,
}
SIZES = ((160, 50), (120, 40), (80, 24))
STRIPS = (column("nav.altitude"), column("barge.deck.roll"))
CHOSEN = Selection(
    parameter="barge.deck.roll", criterion="deck_roll", alarm="deck_roll_high", help_for="alarms"
)


def pictured(
    scene: Scene,
    selection: Selection = NOTHING_CHOSEN,
    silent_ns: int = 0,
    *,
    replay: bool = False,
) -> Picture:
    """What this console draws of a scene that it has watched for a minute."""
    names = replayed(catalogue()) if replay else catalogue()
    trails = Trails(len(names.parameters), [info.id for info in names.criteria])
    snapshot = scene.snapshot()
    for ago_s in range(60, 0, -1):
        earlier = msgspec.structs.replace(snapshot, now_ns=snapshot.now_ns - ago_s * SECOND_NS)
        trails.add(earlier)
    trails.add(snapshot)
    model = Model(names, snapshot, silent_ns)
    return Picture(model, 0, "FD", "", "", trails, STRIPS, selection, console="console-1")


def moment(name: str, selection: Selection = NOTHING_CHOSEN) -> Picture:
    """One of the six states."""
    return pictured(MOMENTS[name](), selection, replay=name == "replay")
