"""From received bytes to samples and typed messages, for every link of a mission.

Nothing that a peer sends raises, and nothing that it sends grows memory without
bound. What it cannot use is counted a link.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gcs.config.loading import Mission
from gcs.config.mission import LinkConfig
from gcs.messages import Received, SourceStatus
from gcs.telemetry.dictionary import Dictionary
from gcs.telemetry.from_barge import BargeReader
from gcs.telemetry.from_columns import ColumnsReader
from gcs.telemetry.from_mavlink import MavlinkLink, MavlinkReader
from gcs.telemetry.mavlink.dialect import Dialect
from gcs.telemetry.mavlink.signing import SigningPolicy
from gcs.telemetry.taken import (
    Acknowledgement,
    Echo,
    Gathering,
    Heartbeat,
    Taken,
    TimesyncRequest,
)

__all__ = [
    "Acknowledgement",
    "Echo",
    "Heartbeat",
    "Ingest",
    "Taken",
    "TimesyncRequest",
]


class Ingest:
    """Reads all links. `feed` what was received, then `take` what it meant."""

    def __init__(
        self,
        mission: Mission,
        dictionary: Dictionary,
        dialect: Dialect | None,
        signing_keys: Mapping[str, bytes] | None = None,
    ) -> None:
        """`signing_keys`: link id -> 32 bytes; such a link refuses what is not signed."""
        self._gathering = Gathering()
        self._links = {link.id: link for link in mission.config.link}
        self._bytes = dict.fromkeys(self._links, 0)
        self._faults = dict.fromkeys(self._links, 0)
        self._now_ns = 0
        sources = mission.config.source
        self._barges = [
            BargeReader(source, dictionary, self._gathering)
            for source in sources
            if source.kind == "barge"
        ]
        self._columns = {
            link: ColumnsReader(source, dictionary, self._gathering)
            for source in sources
            if source.kind == "columns"
            for link in source.links[:1]
        }
        self._reader: MavlinkReader | None = None
        self._signed = frozenset(signing_keys or {})
        self._mavlink: dict[str, MavlinkLink] = {}
        if dialect is not None:
            self._reader = MavlinkReader(dictionary, dialect, self._gathering)
            policies = _policies(signing_keys or {})
            self._mavlink = {
                link.id: MavlinkLink(
                    link.id,
                    dialect,
                    _names(mission, link),
                    policies.get(link.id),
                    datagrams=link.kind == "udp",
                )
                for link in mission.config.link
                if link.carries == "mavlink"
            }

    def feed(self, received: Received) -> None:
        """Take what a link delivered; never raises on its bytes."""
        link = self._links.get(received.link)
        if link is None:
            return
        self._now_ns = max(self._now_ns, received.receipt_ns)
        self._bytes[link.id] += len(received.data)
        if link.carries == "mavlink":
            self._feed_mavlink(received)
        elif link.carries == "barge":
            self._feed_barge(received)
        else:
            reader = self._columns.get(link.id)
            self._faults[link.id] += reader is None or not reader.read(received)

    def take(self) -> Taken:
        """All that was understood since the last take."""
        return self._gathering.take()

    def sources(self) -> tuple[SourceStatus, ...]:
        """Everyone who has been heard: declared sources, then strangers."""
        return tuple(self._statuses())

    def route(self, source: str) -> tuple[str, str] | None:
        """The (link, peer) on which a MAVLink source was heard last, for replies."""
        heard = [
            sender
            for link in self._mavlink.values()
            for sender in link.senders.values()
            if sender.id == source
        ]
        if not heard:
            return None
        newest = max(heard, key=lambda sender: sender.last_receipt_ns)
        return newest.link, newest.peer

    def link_bytes(self, link: str) -> int:
        """Bytes that a link delivered."""
        return self._bytes[link]

    def link_faults(self, link: str) -> int:
        """Frames, payloads or rows on a link that were refused."""
        mavlink = self._mavlink.get(link)
        return self._faults[link] + (mavlink.faults if mavlink is not None else 0)

    def link_signed(self, link: str) -> bool | None:
        """Whether a link refuses what is not signed; None where its language has no signatures."""
        return link in self._signed if link in self._mavlink else None

    @property
    def simulated(self) -> bool:
        """Whether any declared source says that it is simulated."""
        return any(self._simulation())

    @property
    def mixed(self) -> bool | None:
        """Whether some declared sources are simulated and others are not.

        None before anyone said which it is, and while one that is heard has not.
        """
        said = set(self._simulation())
        if len(said) > 1:
            return True
        return None if not said or self._unsaid() else False

    def _unsaid(self) -> bool:
        """A flight computer says it in its HEARTBEAT, a barge in every payload."""
        said = self._reader.simulated if self._reader is not None else {}
        return any(
            sender.declared and sender.id not in said
            for link in self._mavlink.values()
            for sender in link.senders.values()
        )

    def _simulation(self) -> Iterator[bool]:
        if self._reader is not None:
            yield from self._reader.simulated.values()
        for barge in self._barges:
            if barge.simulated is not None:
                yield barge.simulated

    def _feed_mavlink(self, received: Received) -> None:
        link = self._mavlink.get(received.link)
        if link is None or self._reader is None:
            return
        heard = link.feed(received.data, received.peer, received.receipt_ns)
        for packet, sender in heard:
            if sender is not None:
                self._reader.read(packet, sender, received.receipt_ns)

    def _feed_barge(self, received: Received) -> None:
        for barge in self._barges:
            if barge.owns(received.link, received.topic):
                self._faults[received.link] += not barge.read(received)
                return
        self._faults[received.link] += 1

    def _statuses(self) -> Iterator[SourceStatus]:
        if self._reader is not None:
            senders = [s for link in self._mavlink.values() for s in link.senders.values()]
            for sender in sorted(senders, key=lambda sender: not sender.declared):
                yield self._reader.status(sender, self._now_ns)
        readers: list[BargeReader | ColumnsReader] = [*self._barges, *self._columns.values()]
        for reader in readers:
            status = reader.status(self._now_ns)
            if status is not None:
                yield status


def _names(mission: Mission, link: LinkConfig) -> dict[tuple[int, int], str]:
    """(system, component) -> declared source, on one link."""
    return {
        (source.system, source.component): source.id
        for source in mission.config.source
        if source.system is not None and source.component is not None and link.id in source.links
    }


def _policies(keys: Mapping[str, bytes]) -> dict[str, SigningPolicy]:
    """One policy a key, so that a frame heard on one link is a replay on the next."""
    by_key = {key: SigningPolicy(key) for key in dict.fromkeys(keys.values())}
    return {link: by_key[key] for link, key in keys.items()}
