from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from gcs.config.mission import LinkConfig
from gcs.links.base import ByteLink, TopicLink
from gcs.links.memory import MemoryBroker, MemoryByteLink, MemoryPipe, MemoryTopicLink
from gcs.links.mqtt import MqttTopicLink
from gcs.links.opening import LinkConfigError, open_link
from gcs.links.serial import SerialByteLink
from gcs.links.tcp import TcpClientByteLink, TcpServerByteLink
from gcs.links.udp import UdpByteLink
from tests.links.harness import Log

CONFIG: TypeAdapter[LinkConfig] = TypeAdapter(LinkConfig)
MQTT = {"kind": "mqtt", "carries": "barge", "subscribe": ["a/#"]}


def opened(table: dict[str, Any], **options: Any) -> ByteLink | TopicLink:
    config = CONFIG.validate_python({"id": "x", "carries": "mavlink"} | table)
    return open_link(config, Log(), options.pop("secrets", {}), **options)


@pytest.mark.parametrize(
    ("table", "kind", "name"),
    [
        (
            {"kind": "serial", "device": "/dev/ttyX", "baud": 921_600},
            SerialByteLink,
            "serial /dev/ttyX at 921600 baud",
        ),
        ({"kind": "udp", "port": 14_550}, UdpByteLink, "udp 127.0.0.1:14550"),
        (
            {"kind": "udp", "port": 0, "remote": "10.0.0.1:14555"},
            UdpByteLink,
            "udp 10.0.0.1:14555",
        ),
        ({"kind": "tcp_client", "port": 5_760}, TcpClientByteLink, "tcp 127.0.0.1:5760"),
        ({"kind": "tcp_server", "port": 5_760}, TcpServerByteLink, "tcp server 127.0.0.1:5760"),
        (MQTT, MqttTopicLink, "mqtt 127.0.0.1:1883"),
    ],
)
def test_each_kind_makes_its_link(table: dict[str, Any], kind: type, name: str) -> None:
    link = opened(table)
    assert type(link) is kind
    assert (link.id, link.name) == ("x", name)


def test_memory_links_attach_to_their_core() -> None:
    pipe, broker = MemoryPipe(), MemoryBroker()
    memory = {"kind": "memory"}
    assert isinstance(opened(memory, memory={"x": pipe.near}), MemoryByteLink)
    barge = memory | {"carries": "barge", "subscribe": ["#"]}
    assert isinstance(opened(barge, memory={"x": broker}), MemoryTopicLink)
    for table, core in ((barge, pipe.near), (memory, broker)):
        with pytest.raises(LinkConfigError, match="link x: a memory link that carries"):
            opened(table, memory={"x": core})
    with pytest.raises(LinkConfigError, match="needs a pipe in this process"):
        opened(memory)


def test_a_missing_secret_is_named_and_never_shown() -> None:
    table = MQTT | {"user": "fd", "password_env": "LANDFALL_MQTT"}
    with pytest.raises(LinkConfigError, match="link x: password_env names LANDFALL_MQTT"):
        opened(table, secrets={"OTHER": "hunter2"})
    link = opened(table, secrets={"LANDFALL_MQTT": "hunter2"})
    assert "hunter2" not in f"{link.name}{link.detail}"


def test_a_malformed_remote_names_the_link() -> None:
    with pytest.raises(LinkConfigError, match='link x: expected "host:port"'):
        opened({"kind": "udp", "port": 0, "remote": "nowhere"})
