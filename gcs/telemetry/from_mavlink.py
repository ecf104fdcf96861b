"""MAVLink packets to samples and typed messages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from typing import Any, Final, TypeAlias

from gcs.clock import SECOND_NS
from gcs.messages import Event, Quality, SourceStatus
from gcs.telemetry.dictionary import Dictionary
from gcs.telemetry.mavlink.dialect import Dialect
from gcs.telemetry.mavlink.loss import LossCounter
from gcs.telemetry.mavlink.signing import SigningPolicy
from gcs.telemetry.mavlink.stream import MavlinkStream, Packet
from gcs.telemetry.parameters import MavlinkGroup, MavlinkRoute
from gcs.telemetry.samples import judge
from gcs.telemetry.taken import Acknowledgement, Echo, Gathering, Heartbeat, TimesyncRequest
from gcs.telemetry.texts import Texts
from gcs.telemetry.timebase import SourceClock

MAX_PEERS: Final = 64
"""Remote addresses a link with a parser of their own; the one heard longest ago gives way."""
MAX_STRANGERS: Final = 64
"""Senders that the mission does not name, of which statistics are kept."""
MAV_MODE_FLAG_HIL_ENABLED: Final = 32

_EPOCH_FROM_NS: Final = 10**18
"""Source times above this (2001) count from the Unix epoch, those below from a boot."""
_GOOD: Final = int(Quality.GOOD)
_BAD: Final = int(Quality.BAD)
_LATEST_NS: Final = 4 * 10**18
"""Source times above this (2096) are no times, and would not fit a sample's column."""

_Pick: TypeAlias = Callable[[tuple[Any, ...]], tuple[Any, ...]]
_Handler: TypeAlias = Callable[..., None]


class Sender:
    """One (system, component) on one link; `id` is the declared source's, or `1.5`."""

    def __init__(self, name: str, link: str, *, declared: bool) -> None:
        self.id = name
        self.link = link
        self.declared = declared
        self.loss = LossCounter()
        self.peer = ""
        self.unknown = 0
        self.last_receipt_ns = 0
        self.texts = Texts()


class Clocks:
    """A source's clocks: some messages count from a boot, others from the epoch."""

    def __init__(self) -> None:
        self._boot = SourceClock()
        self._epoch = SourceClock()

    def of(self, source_ns: int) -> SourceClock:
        """The clock that a time was read from."""
        return self._epoch if source_ns >= _EPOCH_FROM_NS else self._boot

    def offset_ns(self, now_ns: int) -> int | None:
        """Station minus source, of the clock that is in use."""
        offset = self._boot.offset_ns(now_ns)
        return offset if offset is not None else self._epoch.offset_ns(now_ns)

    def latency_ns(self, now_ns: int) -> int | None:
        """How long the newest message took, short of the fastest, by the clock that is in use."""
        latency = self._boot.latency_ns(now_ns)
        return latency if latency is not None else self._epoch.latency_ns(now_ns)

    @property
    def restarts(self) -> int:
        """How often the source began anew."""
        return self._boot.restarts + self._epoch.restarts


class MavlinkLink:
    """One link that carries MAVLink: a parser a peer, statistics a sender.

    `datagrams` says that no frame goes on in the next delivery.
    """

    def __init__(
        self,
        link: str,
        dialect: Dialect,
        names: Mapping[tuple[int, int], str],
        policy: SigningPolicy | None,
        *,
        datagrams: bool,
    ) -> None:
        self._link = link
        self._dialect = dialect
        self._names = names
        self._policy = policy
        self._datagrams = datagrams
        self._streams: dict[str, MavlinkStream] = {}
        self._faults_of_the_forgotten = 0
        self.senders: dict[tuple[int, int], Sender] = {}
        self._strangers = 0

    def feed(self, data: bytes, peer: str, receipt_ns: int) -> list[tuple[Packet, Sender | None]]:
        """The packets that a delivery completes, each with its sender.

        The sender is None for a stranger beyond those that are kept.
        """
        stream = self._streams.get(peer) or self._open(peer)
        packets = stream.feed(data, receipt_ns)
        if self._datagrams and stream.held:
            packets += stream.flush(receipt_ns)
        heard = []
        for packet in packets:
            sender = self.senders.get((packet.system, packet.component)) or self._meet(packet)
            if sender is not None:
                sender.loss.received(packet.sequence)
                sender.peer = peer
                sender.last_receipt_ns = receipt_ns
            heard.append((packet, sender))
        if packets and stream.counts.unknown:
            unknown = stream.counts.unknown.total()
            for _, sender in heard:
                if sender is not None:
                    sender.unknown = unknown
        return heard

    @property
    def faults(self) -> int:
        """Frames that were refused, over all peers there ever were."""
        return self._faults_of_the_forgotten + sum(map(_faults, self._streams.values()))

    def _open(self, peer: str) -> MavlinkStream:
        if len(self._streams) >= MAX_PEERS:
            oldest = next(iter(self._streams))
            self._faults_of_the_forgotten += _faults(self._streams.pop(oldest))
        stream = self._streams[peer] = MavlinkStream(self._dialect, self._policy)
        return stream

    def _meet(self, packet: Packet) -> Sender | None:
        key = (packet.system, packet.component)
        name = self._names.get(key)
        if name is None:
            if self._strangers >= MAX_STRANGERS:
                return None
            self._strangers += 1
        identity = name or f"{packet.system}.{packet.component}"
        sender = self.senders[key] = Sender(identity, self._link, declared=name is not None)
        return sender


def _faults(stream: MavlinkStream) -> int:
    counts = stream.counts
    return (
        counts.bad_crc
        + counts.bad_signature
        + counts.unsigned
        + counts.replayed
        + counts.incompatible
    )


class MavlinkReader:
    """Turns the packets of declared sources into what the station knows."""

    def __init__(self, dictionary: Dictionary, dialect: Dialect, gathering: Gathering) -> None:
        self._routes = dictionary.mavlink
        self._gathering = gathering
        self._clocks: dict[str, Clocks] = {}
        self.simulated: dict[str, bool] = {}
        self._handlers = dict(self._handled(dialect))

    def _handled(self, dialect: Dialect) -> Iterator[tuple[int, tuple[_Pick, _Handler]]]:
        """Message id -> its fields of interest and who takes them; a dialect may lack some."""
        handlers: dict[str, tuple[_Handler, tuple[str, ...]]] = {
            "HEARTBEAT": (self._heartbeat, ("base_mode", "system_status")),
            "COMMAND_ACK": (
                self._acknowledgement,
                ("command", "result", "target_system", "target_component"),
            ),
            "LANDING_STATE": (self._echo, ("nonce", "command", "mode")),
            "TIMESYNC": (self._timesync, ("tc1", "ts1")),
            "STATUSTEXT": (self._text, ("severity", "text", "id", "chunk_seq")),
        }
        for name, (handler, fields) in handlers.items():
            message = dialect.by_name.get(name)
            if message is not None and all(field in message.field_index for field in fields):
                positions = (message.field_index[field] for field in fields)
                yield message.id, (itemgetter(*positions), handler)

    def read(self, packet: Packet, sender: Sender, receipt_ns: int) -> None:
        """Take one packet."""
        message_id = packet.type.id
        if sender.declared:
            route = self._routes.get((sender.id, message_id))
            if route is not None:
                self._sample(route, packet.values, sender, receipt_ns)
        handled = self._handlers.get(message_id)
        if handled is not None:
            pick, handler = handled
            handler(sender, receipt_ns, *pick(packet.values))

    def status(self, sender: Sender, now_ns: int) -> SourceStatus:
        """How a sender is heard."""
        clocks = self._clocks.get(sender.id)
        return SourceStatus(
            sender.id,
            sender.link,
            sender.loss.total,
            sender.loss.lost,
            sender.loss.loss_fraction,
            sender.unknown,
            clocks.offset_ns(now_ns) if clocks is not None else None,
            sender.last_receipt_ns,
            clocks.latency_ns(now_ns) if clocks is not None else None,
        )

    # --- Samples ---

    def _sample(
        self, route: MavlinkRoute, values: tuple[Any, ...], sender: Sender, receipt_ns: int
    ) -> None:
        source_ns = receipt_ns
        if route.time_position is not None:
            wire_ns = values[route.time_position] * route.time_scale_ns
            if 0 < wire_ns < _LATEST_NS:
                source_ns = self._dated(sender.id, wire_ns, receipt_ns)
        for positions, groups in route.switches:
            for group in groups.get(tuple([values[at] for at in positions]), ()):
                self._write(group, values, source_ns, receipt_ns)

    def _write(
        self, group: MavlinkGroup, values: tuple[Any, ...], source_ns: int, receipt_ns: int
    ) -> None:
        fields = values if group.array is None else values[group.array]
        si: list[float] = []
        qualities = [_GOOD] * len(group.rows)
        for place, factor, offset, low, high in group.rows:
            value = fields[place] * factor + offset
            if not low <= value <= high:
                qualities[len(si)] = judge(value, low, high)
            si.append(value)
        for row, place, unknown in group.unknowns:
            if fields[place] == unknown:
                si[row], qualities[row] = math.nan, _BAD
        self._gathering.samples.extend(group.parameters, source_ns, receipt_ns, si, qualities)

    def _dated(self, source: str, wire_ns: int, receipt_ns: int) -> int:
        clocks = self._clocks.get(source)
        if clocks is None:
            clocks = self._clocks[source] = Clocks()
        clock = clocks.of(wire_ns)
        restarts = clock.restarts
        clock.observe(wire_ns, receipt_ns)
        if clock.restarts != restarts:
            text = f"{source} restarted: its clock went back"
            self._gathering.events.append(Event(receipt_ns, "restart", source, text, 4))
        return clock.to_station(wire_ns, receipt_ns)

    # --- Typed messages ---

    def _heartbeat(
        self, sender: Sender, receipt_ns: int, base_mode: int, system_status: int
    ) -> None:
        if sender.declared:
            self.simulated[sender.id] = bool(base_mode & MAV_MODE_FLAG_HIL_ENABLED)
            beat = Heartbeat(sender.id, base_mode, system_status, receipt_ns)
            self._gathering.heartbeats.append(beat)

    def _acknowledgement(
        self,
        sender: Sender,
        receipt_ns: int,
        command: int,
        result: int,
        system: int,
        component: int,
    ) -> None:
        if sender.declared:
            ack = Acknowledgement(sender.id, command, result, receipt_ns, system, component)
            self._gathering.acknowledgements.append(ack)

    def _echo(self, sender: Sender, receipt_ns: int, nonce: int, command: int, mode: int) -> None:
        if sender.declared:
            self._gathering.echoes.append(Echo(sender.id, nonce, command, mode, receipt_ns))

    def _timesync(self, sender: Sender, receipt_ns: int, remote_ns: int, sent_ns: int) -> None:
        if remote_ns == 0:
            request = TimesyncRequest(sender.id, sender.link, sender.peer, sent_ns)
            self._gathering.timesync_requests.append(request)
        elif sender.declared and 0 < remote_ns < _LATEST_NS:
            clocks = self._clocks.setdefault(sender.id, Clocks())
            clocks.of(remote_ns).timesync(remote_ns, sent_ns, receipt_ns)

    def _text(
        self, sender: Sender, receipt_ns: int, severity: int, text: str, identity: int, chunk: int
    ) -> None:
        for said in sender.texts.take(text, identity, chunk, receipt_ns // SECOND_NS):
            event = Event(receipt_ns, "text", sender.id, said, min(severity, 7))
            self._gathering.events.append(event)
