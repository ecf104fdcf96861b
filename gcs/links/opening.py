"""From a mission's link configuration to a link."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias, assert_never

from gcs.config.mission import (
    LinkConfig,
    MemoryLink,
    MqttLink,
    SerialLink,
    TcpClientLink,
    TcpServerLink,
    UdpLink,
)
from gcs.links.base import ByteLink, LinkEvents, TopicLink, Will
from gcs.links.memory import MemoryBroker, MemoryByteLink, MemoryTopicLink, PipeEnd
from gcs.links.mqtt import MqttOptions, MqttTopicLink
from gcs.links.serial import SerialByteLink
from gcs.links.tcp import TcpClientByteLink, TcpServerByteLink
from gcs.links.udp import UdpByteLink

MemoryCore: TypeAlias = PipeEnd | MemoryBroker
_NO_MEMORY: Mapping[str, MemoryCore] = MappingProxyType({})


class LinkConfigError(ValueError):
    """A link that cannot be made as configured, in one sentence that names it."""


def open_link(
    config: LinkConfig,
    events: LinkEvents,
    secrets: Mapping[str, str],
    *,
    memory: Mapping[str, MemoryCore] = _NO_MEMORY,
    will: Will | None = None,
) -> ByteLink | TopicLink:
    """The link that `config` describes; nothing is opened until its `run`.

    `secrets` maps environment variable names to values. `memory` maps link ids to
    the core that a memory link attaches to. `will` is for topic links. Raises
    LinkConfigError for a missing secret or memory core, or a malformed address.
    """
    try:
        return _made(config, events, secrets, memory, will)
    except LinkConfigError:
        raise
    except ValueError as error:
        raise LinkConfigError(f"link {config.id}: {error}") from error


def _made(
    config: LinkConfig,
    events: LinkEvents,
    secrets: Mapping[str, str],
    memory: Mapping[str, MemoryCore],
    will: Will | None,
) -> ByteLink | TopicLink:
    match config:
        case SerialLink():
            return SerialByteLink(config.id, events, device=config.device, baud=config.baud)
        case UdpLink():
            return UdpByteLink(
                config.id, events, host=config.host, port=config.port, remote=config.remote
            )
        case TcpClientLink():
            return TcpClientByteLink(config.id, events, host=config.host, port=config.port)
        case TcpServerLink():
            return TcpServerByteLink(config.id, events, host=config.host, port=config.port)
        case MqttLink():
            return MqttTopicLink(config.id, events, _mqtt_options(config, secrets), will)
        case MemoryLink():
            return _memory_link(config, events, memory, will)
        case _:
            assert_never(config)


def _mqtt_options(config: MqttLink, secrets: Mapping[str, str]) -> MqttOptions:
    if config.password_env and config.password_env not in secrets:
        raise LinkConfigError(
            f"link {config.id}: password_env names {config.password_env}, which is not set"
        )
    return MqttOptions(
        host=config.host,
        port=config.port,
        version=config.version,
        subscribe=config.subscribe,
        client_id=config.client_id,
        user=config.user,
        password=secrets[config.password_env] if config.password_env else "",
        tls=config.tls,
        ca_file=config.ca_file,
        keepalive_ns=config.keepalive,
    )


def _memory_link(
    config: MemoryLink,
    events: LinkEvents,
    memory: Mapping[str, MemoryCore],
    will: Will | None,
) -> ByteLink | TopicLink:
    core = memory.get(config.id)
    if isinstance(core, MemoryBroker) and config.carries == "barge":
        return MemoryTopicLink(config.id, events, core, subscribe=config.subscribe, will=will)
    if isinstance(core, PipeEnd) and config.carries != "barge":
        return MemoryByteLink(config.id, events, core)
    raise LinkConfigError(
        f"link {config.id}: a memory link that carries {config.carries} needs "
        f"a {'broker' if config.carries == 'barge' else 'pipe'} in this process"
    )
