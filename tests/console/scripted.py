"""A station that plays a landing by heart: `python -m tests.console.scripted ADDRESS [MODE [HZ]]`.

For looking at the console and for measuring it. MODE is nominal, nogo, busy, stale, fault,
silent or ending. In busy every row of the main screen changes at 10 Hz, and there is as much of it
as of the hop.
"""

from __future__ import annotations

import asyncio
import math
import sys

import msgspec

from gcs.clock import SECOND_NS
from gcs.console.protocol import Farewell
from gcs.console.server import ConsoleServer
from gcs.messages import (
    AlarmState,
    Catalogue,
    ConsoleChanged,
    CriterionState,
    Event,
    GateState,
    Intent,
    Quality,
    Readings,
    Snapshot,
    StageCommand,
    StagedStatus,
)
from tests.console.scenes import Scene, catalogue

RATE_HZ = 10.0
SILENT_AFTER = 50
ENDS_AFTER = 100
TAILS = ("", ".b", ".c", ".d")
CRITERIA = [info.id for info in catalogue().criteria]


class ScriptedStation:
    """Makes the scenes and answers what consoles send, in the least that looks right."""

    def __init__(self, mode: str) -> None:
        self._mode = mode
        self._events: list[Event] = []
        self._staged: tuple[StagedStatus, ...] = ()
        self._scene = Scene()

    def scene(self, step: int) -> Scene:
        """The scene at a step of 0.1 s."""
        wave = math.sin(step / 7.0)
        scene = Scene(sequence=step, t_ns=40 * SECOND_NS + step * SECOND_NS // 10)
        for place, info in enumerate(catalogue().parameters):
            scene.values[info.id] = (place + 1) * (1.5 + wave) / info.factor
        if self._mode == "nogo":
            scene.criteria["deck_roll"] = (
                CriterionState.NO_GO,
                f"deck roll {3 + wave:.1f} deg, limit 3.0 deg",
            )
            scene.criteria["gust"] = (CriterionState.CAUTION, "gust 14.2 m/s, limit 14.0 m/s")
            scene.criteria["deck_beacon"] = (
                CriterionState.UNKNOWN,
                "no data: landing.beacon 6.2 s old, limit 2.0 s",
            )
            scene.landing = GateState.NO_GO
            scene.blocking = ("deck_roll", "deck_beacon")
        if self._mode == "busy":
            self._busy(scene, step)
        if self._mode == "stale":
            scene.ages_s.update({"nav.pitch": 1.0 + step * 0.1, "barge.deck.roll": 6.2})
            scene.qualities.update(
                {"engine.throttle": Quality.SUSPECT, "vehicle.legs": Quality.NEVER}
            )
        if self._mode == "fault" and step > SILENT_AFTER:
            scene.fault = "step raised ZeroDivisionError"
        if step % 10 == 0:
            self._events.append(Event(scene.now_ns, "script", "station", f"step {step} \x1b[31m"))
        scene.events = tuple(self._events[-60:])
        scene.staged = self._staged
        self._scene = scene
        return scene

    def _busy(self, scene: Scene, step: int) -> None:
        for name in CRITERIA:
            no_go = (step + len(name)) % 2
            state = CriterionState.NO_GO if no_go else CriterionState.CAUTION
            scene.criteria[name] = (state, f"{name} {step * 0.1:.1f} m/s, limit 3.0 m/s")
        scene.landing = GateState.NO_GO
        scene.blocking = ("deck_roll",)
        scene.traffic = step
        standing = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED)
        scene.alarms = tuple(
            scene.alarm(info.id, standing[(step + place) % 2], f"{info.id} {step * 0.1:.1f}", step)
            for place, info in enumerate(catalogue().alarms)
        )
        self._events.append(Event(scene.now_ns, "script", "station", f"step {step}"))

    def take(self, message: Intent | ConsoleChanged) -> None:
        """Put what a console said on the screen."""
        now_ns = self._scene.now_ns
        if isinstance(message, ConsoleChanged):
            word = "attached" if message.attached else "left"
            self._events.append(Event(now_ns, "console", message.console, word, 5))
            return
        text = f"{message.act}"
        self._events.append(Event(now_ns, "intent", message.position, text, 5))
        self._staged = ()
        if isinstance(message.act, StageCommand):
            expires_ns = now_ns + 15 * SECOND_NS
            self._staged = (
                StagedStatus(
                    message.act.command, "KX4", expires_ns, message.console, message.position
                ),
            )


def fourfold(names: Catalogue) -> Catalogue:
    """The catalogue with four of each parameter and criterion, as many as the hop has."""
    return msgspec.structs.replace(
        names,
        parameters=tuple(
            msgspec.structs.replace(info, id=f"{info.id}{tail}")
            for tail in TAILS
            for info in names.parameters
        ),
        criteria=tuple(
            msgspec.structs.replace(info, id=f"{info.id}{tail}")
            for tail in TAILS
            for info in names.criteria
        ),
    )


def fourfold_snapshot(snapshot: Snapshot) -> Snapshot:
    """The same of a snapshot."""
    shown = snapshot.readings
    return msgspec.structs.replace(
        snapshot,
        readings=Readings(shown.values * 4, shown.sampled_ns * 4, shown.qualities * 4),
        criteria=tuple(
            msgspec.structs.replace(status, id=f"{status.id}{tail}")
            for tail in TAILS
            for status in snapshot.criteria
        ),
    )


async def play(address: str, mode: str, hz: float) -> None:
    """Serve until interrupted, or until the script ends; a step of 0.1 s `hz` times a second."""
    station = ScriptedStation(mode)
    busy = mode == "busy"
    names = fourfold(catalogue()) if busy else catalogue()
    async with ConsoleServer(address, names, station.take) as server:
        sys.stdout.write(f"{server.address}\n")
        sys.stdout.flush()
        step = 0
        while not (mode == "ending" and step > ENDS_AFTER):
            step += 1
            if not (mode == "silent" and step > SILENT_AFTER):
                snapshot = station.scene(step).snapshot()
                server.publish(fourfold_snapshot(snapshot) if busy else snapshot)
            await asyncio.sleep(1.0 / hz)
        await server.close(Farewell(0, "landed, 1.2 m/s, 3.4 m from the centre"))


if __name__ == "__main__":
    asked = dict(enumerate(sys.argv[1:]))
    asyncio.run(play(asked[0], asked.get(1, "nominal"), float(asked.get(2, RATE_HZ))))
