"""Memory links between a station and a simulated world, on virtual time."""

from __future__ import annotations

from collections.abc import Iterable

from firmware_sim.emissions import Emission
from firmware_sim.world import World
from gcs.config.loading import Mission
from gcs.links.memory import MemoryBroker, MemoryPipe, MemorySession
from gcs.messages import Input, LinkChanged, LinkState, Received, Transmit


class Wiring:
    """One pipe a MAVLink link, one broker for the barge; the bytes are the real ones."""

    def __init__(self, mission: Mission, world: World) -> None:
        self._world = world
        self._pipes: dict[str, MemoryPipe] = {}
        self._station: dict[str, MemorySession] = {}
        self._barge: dict[str, MemorySession] = {}
        self._broker = MemoryBroker()
        for link in mission.config.link:
            if link.carries == "mavlink":
                self._pipes[link.id] = MemoryPipe()
            elif link.carries == "barge":
                self._connect(link.id, tuple(getattr(link, "subscribe", ())))

    def _connect(self, link: str, subscribe: tuple[str, ...]) -> None:
        station, barge = self._broker.connect(), self._broker.connect()
        station.subscribe(subscribe)
        barge.subscribe([f"{self._world.scenario.barge_root}/cmd/#"])
        self._station[link], self._barge[link] = station, barge

    def opened(self) -> list[Input]:
        """That every link is up."""
        links = (*self._pipes, *self._station)
        return [LinkChanged(link, LinkState.UP, "memory") for link in links]

    def emit(self, emissions: Iterable[Emission]) -> list[Input]:
        """Carry what the world sent; the inputs that the station gets, in order."""
        inputs: list[Input] = []
        for emission in emissions:
            if emission.topic:
                self._barge[emission.link].publish(emission.topic, emission.data, emission.retain)
                inputs += self._from_broker(emission.link, emission.at_ns)
            else:
                pipe = self._pipes[emission.link]
                pipe.far.send(emission.data)
                inputs += [
                    Received(emission.link, emission.at_ns, data) for data in pipe.near.take()
                ]
        return inputs

    def _from_broker(self, link: str, at_ns: int) -> list[Input]:
        return [
            Received(link, at_ns, message.data, topic=message.topic, retained=message.retained)
            for message in self._station[link].take()
        ]

    def transmit(self, transmits: Iterable[Transmit]) -> None:
        """Carry what the station sent."""
        for transmit in transmits:
            if transmit.topic:
                session = self._station[transmit.link]
                session.publish(transmit.topic, transmit.data, transmit.retain)
                for message in self._barge[transmit.link].take():
                    self._world.receive(transmit.link, message.data, message.topic)
            else:
                pipe = self._pipes[transmit.link]
                pipe.near.send(transmit.data)
                for data in pipe.far.take():
                    self._world.receive(transmit.link, data)
