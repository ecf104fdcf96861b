"""The hop's flight in outline, for whatever shows where the vehicle has been."""

from __future__ import annotations

import math

import numpy as np

from gcs.clock import SECOND_NS
from gcs.console.session import Session
from gcs.messages import CommandState, CommandStatus, Event, GateState
from tests.console.scenes import Scene, catalogue

HEADING = 0.35
LANDING_BURN_S = 104.0
_TIMES = (0.0, 4.0, 12.0, 50.0, 56.0, 61.0, 72.5, 90.0, 100.0, 110.0)
_ALTITUDES = (0.0, 20.0, 330.0, 2300.0, 2470.0, 2490.0, 1750.0, 560.0, 190.0, 46.0)
_NORTHS = (-160.0, -160.0, -161.0, -158.0, -157.0, -156.0, -160.0, -138.0, -42.0, -4.0)


def scene_at(t_s: float) -> Scene:
    """The flight at T+`t_s`, committed to the deck since T+74 s."""
    altitude = float(np.interp(t_s, _TIMES, _ALTITUDES))
    north = float(np.interp(t_s, _TIMES, _NORTHS))
    east = 3.0 * math.sin(t_s / 9.0)
    later = float(np.interp(t_s + 0.5, _TIMES, _ALTITUDES))
    values = {
        "nav.altitude": altitude,
        "nav.vertical_speed": 2.0 * (later - altitude),
        "nav.north": north,
        "nav.east": east,
        "landing.relative_north": north,
        "landing.relative_east": east,
        "landing.miss": math.hypot(north, east),
        "landing.height": altitude - 3.5,
        "landing.time_to_touchdown": 122.4 - t_s,
        "barge.heading": HEADING,
        "barge.deck.roll": 0.016 * math.sin(t_s * 0.8),
        "barge.deck.heave": 0.31 * math.sin(t_s * 0.7),
    }
    return Scene(sequence=1 + int(t_s * 10), t_ns=int(t_s * SECOND_NS), values=values)


def session_at(t_s: float, final: Scene | None = None) -> Session:
    """A console's session that has watched from lift-off to T+`t_s`; `final` comes last."""
    session = Session("FD")
    session.receive(catalogue(), 0)
    for tick in range(int(t_s * 5)):
        session.receive(scene_at(tick / 5).snapshot(), 0)
    session.receive((final or scene_at(t_s)).snapshot(), 0)
    return session


def landing_burn() -> Scene:
    """T+104 s: committed, over the deck."""
    scene = scene_at(LANDING_BURN_S)
    scene.landing = GateState.COMMITTED
    fcs = ("fc_a", "fc_b", "fc_c")
    sent_ns = scene.now_ns - 30 * SECOND_NS
    scene.commands = (
        CommandStatus(
            2, "landing_commit", CommandState.VERIFIED, 0x51C73A, sent_ns, 1, fcs, fcs[:2], ""
        ),
    )
    scene.events = tuple(
        Event(scene.now_ns - int(ago * SECOND_NS), "k", origin, text, severity)
        for ago, origin, text, severity in (
            (104.0, "station", "lift-off: T is zero", 5),
            (32.9, "landing_commit", "LANDING COMMIT: NO-GO, landing engine not lit", 4),
            (31.5, "station", "landing burn", 5),
            (30.9, "landing_commit", "LANDING COMMIT: GO, all criteria pass", 5),
            (30.0, "landing_commit", "LANDING COMMIT sent to fc_a, fc_b, fc_c", 5),
            (29.8, "landing_commit", "LANDING COMMIT VERIFIED by fc_a, fc_b", 5),
        )
    )
    return scene
