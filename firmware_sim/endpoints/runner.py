"""A world on real links, in real or scaled time: the units that a station finds out there.

Each link is the other side of the mission's: where the station listens the
simulator calls, where it calls the simulator listens, a serial port is the far
end of a virtual cable, and a broker is the same for both.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from firmware_sim.emissions import Emission
from firmware_sim.world import Truth, World
from gcs.clock import SECOND_NS, Clock
from gcs.config.mission import (
    LinkConfig,
    MemoryLink,
    MqttLink,
    SerialLink,
    TcpClientLink,
    TcpServerLink,
    UdpLink,
)
from gcs.config.problems import ConfigError, Problem
from gcs.links.base import ByteLink, LinkEvents, TopicLink, Will
from gcs.links.opening import LinkConfigError, open_link
from gcs.links.pty import PtyByteLink
from gcs.messages import LinkState
from gcs.telemetry.barge import TO_BARGE

_log = logging.getLogger(__name__)
_BEAT_NS = 20_000_000
_SHORTEST_WAIT_S = 0.002
_LAST_WORDS_S = 0.1
_INBOX = 10_000
_STATUS_TOPIC = "status"
_LONGEST_STEP_NS = SECOND_NS
"""A simulator that slept longer catches up in steps of this length, answering in between."""


@dataclass
class _Inbox:
    """What links heard, for the one task that owns the world. Bounded: the newest is dropped."""

    heard: deque[tuple[str, bytes, str]] = field(default_factory=deque)
    came_up: set[str] = field(default_factory=set)
    dropped: int = 0

    def received(
        self, link: str, data: bytes, peer: str = "", topic: str = "", retained: bool = False
    ) -> None:
        """LinkEvents. What is retained was meant for an earlier life; only its status counts."""
        if retained and not topic.endswith(_STATUS_TOPIC):
            return
        if len(self.heard) >= _INBOX:
            self.dropped += 1
            return
        self.heard.append((link, data, topic))

    def changed(self, link: str, state: LinkState, detail: str) -> None:
        """LinkEvents."""
        _log.info("%s: %s, %s", link, state, detail)
        if state is LinkState.UP:
            self.came_up.add(link)


def open_units(
    world: World,
    links: Iterable[LinkConfig],
    events: LinkEvents,
    secrets: Mapping[str, str],
    serial: Mapping[str, str],
) -> list[ByteLink | TopicLink]:
    """The simulator's ends of the links that its units speak on.

    `serial` puts a link, by id, on a virtual serial port at a path, whatever its
    kind. Raises ConfigError.
    """
    scenario = world.scenario
    used = {unit.link for unit in scenario.units} | {scenario.barge_link}
    configs = {config.id: config for config in links}
    problems = [
        Problem("--serial", name, "no flight computer speaks on a link of this name")
        for name in serial
        if name not in used - {scenario.barge_link}
    ]
    opened: list[ByteLink | TopicLink] = []
    for link in sorted(used):
        try:
            opened.append(_far_end(configs[link], world, events, secrets, serial.get(link)))
        except LinkConfigError as error:
            problems.append(Problem("link", link, str(error)))
    if problems:
        raise ConfigError(problems)
    return opened


def _far_end(
    config: LinkConfig,
    world: World,
    events: LinkEvents,
    secrets: Mapping[str, str],
    serial_path: str | None,
) -> ByteLink | TopicLink:
    if serial_path is not None:
        baud = config.baud if isinstance(config, SerialLink) else 921_600
        return PtyByteLink(config.id, events, baud=baud, path=serial_path)
    match config:
        case SerialLink():
            return PtyByteLink(config.id, events, baud=config.baud, path=config.device)
        case UdpLink():
            return open_link(_udp_end(config), events, secrets)
        case TcpClientLink():
            server = TcpServerLink(
                id=config.id,
                kind="tcp_server",
                carries="mavlink",
                host=config.host,
                port=config.port,
            )
            return open_link(server, events, secrets)
        case TcpServerLink():
            client = TcpClientLink(
                id=config.id,
                kind="tcp_client",
                carries="mavlink",
                host=config.host,
                port=config.port,
            )
            return open_link(client, events, secrets)
        case MqttLink():
            return _barge_end(config, world, events, secrets)
        case MemoryLink():
            raise LinkConfigError("a memory link reaches no other process")
        case _:
            assert_never(config)


def _udp_end(config: UdpLink) -> UdpLink:
    """Where the station has one peer, be it; otherwise call the port it listens on."""
    station = f"{config.host}:{config.port}"
    host, port = config.host, 0
    if config.remote:
        host, _, text = config.remote.rpartition(":")
        port = int(text)
    return UdpLink(
        id=config.id, kind="udp", carries="mavlink", host=host, port=port, remote=station
    )


def _barge_end(
    config: MqttLink, world: World, events: LinkEvents, secrets: Mapping[str, str]
) -> ByteLink | TopicLink:
    root = world.scenario.barge_root
    client_id = f"{root.replace('/', '-')}-barge"
    # It hears its own status too: a will that comes late would leave it offline for good.
    topics = tuple(f"{root}/{topic}" for topic in (*sorted(TO_BARGE), _STATUS_TOPIC))
    update = {"subscribe": topics, "client_id": client_id}
    will = world.will()
    last_words = Will(topic=will.topic, data=will.data, retain=True)
    return open_link(config.model_copy(update=update), events, secrets, will=last_words)


class Runner:
    """Keeps a world at the clock's time and carries its bytes."""

    def __init__(
        self,
        world: World,
        links: Iterable[LinkConfig],
        clock: Clock,
        secrets: Mapping[str, str],
        serial: Mapping[str, str],
    ) -> None:
        """Prepare the links; ConfigError if one cannot be made."""
        self._world = world
        self._clock = clock
        self._inbox = _Inbox()
        self.links = {
            link.id: link for link in open_units(world, links, self._inbox, secrets, serial)
        }

    async def run(self, stop_after_ns: int | None = None) -> Truth:
        """Run until cancelled, or until `stop_after_ns` after touchdown; how things then are."""
        tasks = [asyncio.create_task(link.run()) for link in self.links.values()]
        try:
            while not self._over(stop_after_ns):
                self.beat()
                wait_s = self._clock.wall_s(self._world.now_ns + _BEAT_NS - self._clock.now_ns())
                await asyncio.sleep(max(wait_s, _SHORTEST_WAIT_S))
        finally:
            self._say_goodbye()
            await asyncio.sleep(_LAST_WORDS_S)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return self._world.truth()

    def beat(self) -> None:
        """Hand over what was heard, advance to the clock's time, send what came of it."""
        inbox = self._inbox
        if self._world.scenario.barge_link in inbox.came_up:
            self._world.reconnect_barge()
        inbox.came_up.clear()
        if inbox.dropped:
            _log.warning("%d messages came faster than they could be taken", inbox.dropped)
            inbox.dropped = 0
        while inbox.heard:
            link, data, topic = inbox.heard.popleft()
            self._world.receive(link, data, topic)
        now_ns = max(self._clock.now_ns(), self._world.now_ns)
        step_ns = min(now_ns, self._world.now_ns + _LONGEST_STEP_NS)
        for emission in self._world.advance(step_ns):
            self._send(emission)

    def _send(self, emission: Emission) -> None:
        link = self.links[emission.link]
        if isinstance(link, TopicLink):
            qos = 1 if emission.retain else 0
            link.publish(emission.topic, emission.data, qos, emission.retain)
        else:
            link.send(emission.data)

    def _say_goodbye(self) -> None:
        """A broker publishes no will for a client that leaves in good order."""
        self._send(self._world.will())

    def _over(self, stop_after_ns: int | None) -> bool:
        outcome = self._world.truth().outcome if stop_after_ns is not None else None
        if outcome is None or stop_after_ns is None:
            return False
        return self._world.now_ns >= outcome.touchdown.at_ns + stop_after_ns
