"""The units on real links: another program finds them as it would find hardware."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiomqtt
import pytest
from typer.testing import CliRunner

from firmware_sim.cli import app
from firmware_sim.endpoints.runner import Runner
from firmware_sim.world import World
from gcs.clock import ScaledClock
from gcs.config.loading import Mission, load_mission
from gcs.config.problems import ConfigError
from gcs.links.broker import EmbeddedBroker
from gcs.telemetry import barge
from gcs.telemetry.mavlink.stream import MavlinkStream
from tests.helpers.flights import dialect, mission_texts
from tests.links.harness import free_port

DEADLINE_S = 20.0


def linked_mission(udp_port: int, tcp_port: int, broker_port: int, device: Path) -> Mission:
    """Three computers on UDP, TCP and serial; the barge on a broker."""
    texts = mission_texts()
    kinds = {
        "fc_a": f'kind = "udp"\nport = {udp_port}',
        "fc_b": f'kind = "tcp_server"\nport = {tcp_port}',
        "fc_c": f'kind = "serial"\nbaud = 921600\ndevice = "{device}"',
    }
    text = texts["mission.toml"]
    for link, kind in kinds.items():
        text = text.replace(f'id = "{link}"\nkind = "memory"', f'id = "{link}"\n{kind}')
    mqtt = f'kind = "mqtt"\nport = {broker_port}\nsubscribe = ["#"]'
    texts["mission.toml"] = text.replace('id = "barge"\nkind = "memory"', f'id = "barge"\n{mqtt}')
    return load_mission(Path("mission.toml"), texts)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 - what other threads and ports did has no event
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def running(mission: Mission, serial: dict[str, str] | None = None) -> AsyncIterator[Runner]:
    clock = ScaledClock.started_now()
    world = World(mission, 1, clock.now_ns())
    runner = Runner(world, mission.config.link, clock, {}, serial or {})
    task = asyncio.create_task(runner.run())
    try:
        yield runner
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class Heard(asyncio.DatagramProtocol):
    """Messages of one peer, by whatever they came."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.senders: set[tuple[int, int]] = set()
        self._stream = MavlinkStream(dialect())

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.take(data)

    def take(self, data: bytes) -> None:
        for packet in self._stream.feed(data):
            self.names.add(packet.type.name)
            self.senders.add((packet.system, packet.component))

    def complete(self) -> bool:
        return {"HEARTBEAT", "ATTITUDE", "LANDING_STATE"} <= self.names


@pytest.mark.slow
def test_the_units_speak_on_udp_tcp_serial_and_mqtt(tmp_path: Path) -> None:
    device = tmp_path / "fc_c"
    asyncio.run(_listen_on_all(device))
    assert not device.exists()


async def _listen_on_all(device: Path) -> None:
    udp_port, tcp_port = free_port(), free_port()
    broker_port = free_port()
    by_udp, by_tcp, by_serial = Heard(), Heard(), Heard()
    loop = asyncio.get_running_loop()

    async def called(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            by_tcp.take(data)
        writer.close()

    transport, _ = await loop.create_datagram_endpoint(
        lambda: by_udp, local_addr=("127.0.0.1", udp_port)
    )
    server = await asyncio.start_server(called, "127.0.0.1", tcp_port)
    mission = linked_mission(udp_port, tcp_port, broker_port, device)
    async with EmbeddedBroker(port=broker_port), running(mission):
        await until(device.exists)
        fd = os.open(device, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        loop.add_reader(fd, lambda: by_serial.take(os.read(fd, 4096)))
        await until(lambda: by_udp.complete() and by_tcp.complete() and by_serial.complete())
        loop.remove_reader(fd)
        os.close(fd)
        topics = await _topics(broker_port, {"status", "history", "motion", "weather"})
    transport.close()
    server.close()
    assert (by_udp.senders, by_tcp.senders, by_serial.senders) == ({(1, 1)}, {(1, 2)}, {(1, 3)})
    status = topics["status"]
    assert isinstance(status, barge.Status)
    assert status.state is barge.BargeState.ONLINE


async def _topics(port: int, wanted: set[str]) -> dict[str, barge.Payload]:
    """One payload of each wanted topic, as a station that comes late hears them."""
    heard: dict[str, barge.Payload] = {}
    async with asyncio.timeout(DEADLINE_S), aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe("landfall/test/#")
        async for message in client.messages:
            topic = message.topic.value.removeprefix("landfall/test/")
            payload = barge.decode(topic, bytes(message.payload or b""))
            assert not isinstance(payload, barge.BargeFault)
            heard.setdefault(topic, payload)
            if wanted <= heard.keys():
                return heard
    raise AssertionError


@pytest.mark.slow
def test_an_order_on_a_broker_is_answered_and_one_that_the_broker_kept_is_not(
    tmp_path: Path,
) -> None:
    asyncio.run(_order_on_a_broker(tmp_path / "fc_c"))


async def _order_on_a_broker(device: Path) -> None:
    port = free_port()
    mission = linked_mission(free_port(), free_port(), port, device)
    root = "landfall/test"
    async with EmbeddedBroker(port=port), aiomqtt.Client("127.0.0.1", port) as client:
        kept = order(barge.BargeOrder.LIGHTS_OFF, 1)
        await client.publish(f"{root}/{barge.ORDER_TOPIC}", kept, qos=1, retain=True)
        async with running(mission):
            await _topics(port, {"systems"})
            await client.subscribe(f"{root}/response")
            given = order(barge.BargeOrder.MONITORS_ON, 2)
            await client.publish(f"{root}/{barge.ORDER_TOPIC}", given, qos=1)
            async with asyncio.timeout(DEADLINE_S):
                message = await anext(aiter(client.messages))
    response = barge.decode("response", bytes(message.payload or b""))
    assert isinstance(response, barge.Response)
    assert (response.order, response.nonce) == (barge.BargeOrder.MONITORS_ON, 2)
    assert response.accepted, response.reason


def order(name: barge.BargeOrder, nonce: int) -> bytes:
    now_us = ScaledClock.started_now().now_ns() // 1000
    return barge.encode(
        barge.Order(
            time_us=now_us,
            sequence=nonce,
            simulated=False,
            order=name,
            nonce=nonce,
            valid_ms=60_000,
        )
    )


def test_a_memory_link_and_an_unknown_serial_link_are_refused_by_name() -> None:
    mission = load_mission(Path("mission.toml"), mission_texts())
    world = World(mission, 1)
    with pytest.raises(ConfigError) as caught:
        Runner(world, mission.config.link, ScaledClock.started_now(), {}, {"fc_x": "/tmp/x"})
    told = str(caught.value)
    for name in ("fc_a", "fc_b", "fc_c", "barge", "fc_x"):
        assert name in told


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["run", "nowhere.toml"], "nowhere.toml: cannot be read"),
        (["run", "{mission}", "--seed", "-1"], "--seed"),
        (["run", "{mission}", "--clock", "now"], "EPOCH,ANCHOR,RATE"),
        (["run", "{mission}", "--clock", "0,0,0"], "rate above zero"),
        (["run", "{mission}", "--serial", "fc_a"], "LINK=PATH"),
        (["run", "{mission}"], "memory link"),
    ],
)
def test_a_bad_start_is_one_clear_sentence_and_exit_2(
    tmp_path: Path, arguments: list[str], expected: str
) -> None:
    for name, text in mission_texts().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    filled = [text.format(mission=tmp_path / "mission.toml") for text in arguments]
    result = CliRunner().invoke(app, filled)
    assert result.exit_code == 2
    assert expected in result.stderr
