"""`gcs links`: which serial ports there are, and who speaks MAVLink on a link."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from gcs.config.mission import (
    LOOPBACK,
    LinkConfig,
    SerialLink,
    TcpClientLink,
    TcpServerLink,
    UdpLink,
)
from gcs.links.base import ByteLink
from gcs.links.opening import open_link
from gcs.links.ports import list_ports
from gcs.messages import LinkState
from gcs.telemetry.mavlink.dialect import Dialect, shipped_dialect
from gcs.telemetry.mavlink.loss import LossCounter
from gcs.telemetry.mavlink.stream import MavlinkStream

BAUDS = (921600, 57600, 115200, 460800, 230400, 38400)
"""Tried in this order: what flight computers and telemetry radios are set to."""
_FORMS = "serial:DEVICE[:BAUD], udp:[HOST:]PORT, tcp:HOST:PORT or tcp-listen:[HOST:]PORT"


@dataclass
class Speaker:
    """One (system, component) and what it sent."""

    messages: Counter[str] = field(default_factory=Counter)
    loss: LossCounter = field(default_factory=LossCounter)


class Listener:
    """Takes what a link delivers and counts who speaks; one parser a remote address."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._streams: dict[str, MavlinkStream] = {}
        self.speakers: dict[tuple[str, int, int], Speaker] = {}
        self.bytes = 0
        self.detail = ""

    def received(
        self, link: str, data: bytes, peer: str = "", topic: str = "", retained: bool = False
    ) -> None:
        """LinkEvents: bytes came in."""
        self.bytes += len(data)
        if peer not in self._streams:
            self._streams[peer] = MavlinkStream(self._dialect)
        for packet in self._streams[peer].feed(data):
            key = (peer, packet.system, packet.component)
            speaker = self.speakers.setdefault(key, Speaker())
            speaker.messages[packet.type.name] += 1
            speaker.loss.received(packet.sequence)

    def changed(self, link: str, state: LinkState, detail: str) -> None:
        """LinkEvents: a link went up or down."""
        if state is not LinkState.DOWN or detail != "stopped":
            self.detail = f"{state}: {detail}"

    @property
    def good(self) -> int:
        """Messages understood."""
        return sum(stream.counts.good for stream in self._streams.values())

    @property
    def bad(self) -> int:
        """Frames refused, for whatever reason but an unknown id."""
        counts = [stream.counts for stream in self._streams.values()]
        return sum(c.bad_crc + c.bad_signature + c.replayed + c.incompatible for c in counts)

    def lines(self, seconds: float) -> Iterator[str]:
        """A table: who speaks, how much, how well."""
        yield f"  {self.detail}; {self.bytes} bytes, {self.good} messages, {self.bad} bad frames"
        for (peer, system, component), speaker in sorted(self.speakers.items()):
            total = speaker.messages.total()
            where = f" from {peer}" if peer else ""
            yield (
                f"  system {system} component {component}{where}: {total / seconds:.1f}/s, "
                f"{speaker.loss.lost} lost ({speaker.loss.loss_fraction:.1%})"
            )
            for name, count in speaker.messages.most_common():
                yield f"    {name:<32} {count / seconds:7.1f}/s"


def link_configs(text: str) -> list[LinkConfig]:
    """The links that a text such as `udp:14550` names; a serial port without a baud gives all.

    ValueError with the forms that are understood.
    """
    kind, _, rest = text.partition(":")
    head, _, tail = rest.rpartition(":")
    if kind == "serial" and rest:
        if tail.isdigit() and head:
            return [_serial(head, int(tail))]
        return [_serial(rest, baud) for baud in BAUDS]
    if kind in ("udp", "tcp", "tcp-listen") and tail.isdigit() and int(tail) <= 65535:
        return [_socket(kind, head or LOOPBACK, int(tail))]
    raise ValueError(f"expected {_FORMS}, got {text!r}")


def _serial(device: str, baud: int) -> SerialLink:
    return SerialLink(id="link", kind="serial", carries="mavlink", device=device, baud=baud)


def _socket(kind: str, host: str, port: int) -> LinkConfig:
    if kind == "udp":
        return UdpLink(id="link", kind="udp", carries="mavlink", host=host, port=port)
    if kind == "tcp":
        return TcpClientLink(id="link", kind="tcp_client", carries="mavlink", host=host, port=port)
    return TcpServerLink(id="link", kind="tcp_server", carries="mavlink", host=host, port=port)


async def listen(config: LinkConfig, seconds: float) -> Listener:
    """Open a link, listen for `seconds`, close it."""
    listener = Listener(shipped_dialect("all"))
    link = open_link(config, listener, {})
    assert isinstance(link, ByteLink)
    running = asyncio.create_task(link.run())
    await asyncio.sleep(seconds)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return listener


def port_lines() -> Iterator[str]:
    """The serial ports of this machine."""
    ports = list_ports()
    yield f"{len(ports)} serial ports"
    for port in ports:
        told = " ".join(filter(None, (port.description, port.manufacturer, port.usb_id)))
        number = f" serial number {port.serial_number}" if port.serial_number else ""
        yield f"  {port.device}  {told}{number}"


def link_lines(text: str, seconds: float) -> Iterator[str]:
    """What speaks on the link that `text` names, at each baud rate that may be meant."""
    for config in link_configs(text):
        baud = f" at {config.baud} baud" if isinstance(config, SerialLink) else ""
        listener = asyncio.run(listen(config, seconds))
        yield f"{text}{baud}"
        yield from listener.lines(seconds)
        if listener.good:
            return
