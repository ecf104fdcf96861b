"""Barge payloads to samples and events."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Final

from gcs.config.mission import SourceConfig
from gcs.messages import Event, Received, SourceStatus
from gcs.telemetry import barge
from gcs.telemetry.dictionary import Dictionary
from gcs.telemetry.orders import OrdersTaken
from gcs.telemetry.parameters import FieldPick, Scale
from gcs.telemetry.recent_loss import RecentLoss
from gcs.telemetry.samples import SampleWriter, judge
from gcs.telemetry.taken import Gathering, OrderAnswer, OrderEcho, Quiet
from gcs.telemetry.timebase import SourceClock

US_NS: Final = 1_000


class BargeReader:
    """One barge on its topics: strict payloads in, samples out, births and wills said.

    `status` and `history` speak of other times than their receipt, and retained
    messages are repeats, so none of them feeds the clock or becomes a current value.
    """

    def __init__(self, source: SourceConfig, dictionary: Dictionary, gathering: Gathering) -> None:
        self.id = source.id
        self.root = source.root
        self.simulated: bool | None = None
        self.faults = 0
        self._links = source.links
        self._picks = {
            topic: picks for (name, topic), picks in dictionary.barge.items() if name == source.id
        }
        self._gathering = gathering
        self._clock = SourceClock()
        self._quiet = Quiet()
        self._boot_id = ""
        self._state: barge.BargeState | None = None
        self._history: barge.MotionHistory | None = None
        self._sequences: dict[str, int] = {}
        self._orders = OrdersTaken()
        self._messages = 0
        self._lost = 0
        self._recent_loss = RecentLoss()
        self._link = ""
        self._last_receipt_ns = 0

    def owns(self, link: str, topic: str) -> bool:
        """Whether a topic on a link is this barge's."""
        return link in self._links and topic.startswith(self.root + "/")

    def read(self, received: Received) -> bool:
        """Take one publication; False if it was refused."""
        topic = received.topic[len(self.root) + 1 :]
        payload = barge.decode(topic, received.data)
        if isinstance(payload, barge.BargeFault):
            self._refuse(topic, payload.reason, received.receipt_ns)
            return False
        if topic in barge.TO_BARGE:
            return True
        self.simulated = payload.simulated
        self._messages += 1
        self._link, self._last_receipt_ns = received.link, received.receipt_ns
        if isinstance(payload, barge.Status):
            self._status(payload, received)
        elif isinstance(payload, barge.MotionHistory):
            self._history = payload
        elif isinstance(payload, barge.Response):
            self._answered(payload, received)
        else:
            self._measurement(topic, payload, received)
        self._fill_history(received.receipt_ns)
        return True

    def status(self, now_ns: int) -> SourceStatus | None:
        """How it is heard; None before the first message."""
        if not self._messages:
            return None
        return SourceStatus(
            self.id,
            self._link,
            self._messages,
            self._lost,
            self._recent_loss.fraction,
            self.faults,
            self._clock.offset_ns(now_ns),
            self._last_receipt_ns,
            self._clock.latency_ns(now_ns),
        )

    def _refuse(self, topic: str, reason: str, receipt_ns: int) -> None:
        self.faults += 1
        known = topic if topic in barge.TOPICS else ""
        if self._quiet.lets(receipt_ns, "refused", known):
            text = f"{self.id} payload refused: {reason}"
            self._gathering.events.append(Event(receipt_ns, "fault", self.id, text, 4))

    def _status(self, status: barge.Status, received: Received) -> None:
        if self._boot_id and status.boot_id != self._boot_id:
            self._clock.restart()
            self._sequences.clear()
            self._orders = OrdersTaken()
        repeated = (status.boot_id, status.state) == (self._boot_id, self._state)
        self._boot_id, self._state = status.boot_id, status.state
        self._write(self._gathering.samples, "status", status, received)
        if repeated:
            return
        online = status.state is barge.BargeState.ONLINE
        text = f"{self.id} is {status.state} (boot {status.boot_id}, {status.software})"
        severity = 6 if online else 3
        self._gathering.events.append(Event(received.receipt_ns, "barge", self.id, text, severity))

    def _answered(self, response: barge.Response, received: Received) -> None:
        """An answer that the broker kept was to somebody else."""
        if received.retained:
            return
        self._count_lost("response", response.sequence)
        if response.accepted:
            self._orders.answered(response.nonce, response.time_us)
        self._gathering.order_answers.append(
            OrderAnswer(self.id, response.nonce, response.accepted, response.reason)
        )

    def _measurement(self, topic: str, payload: barge.Payload, received: Received) -> None:
        if received.retained:
            self._write(self._gathering.past, topic, payload, received)
            return
        if isinstance(payload, barge.Systems):
            taken = self._orders.shown(payload.order_nonce, payload.time_us)
            self._gathering.order_echoes += [OrderEcho(self.id, nonce) for nonce in taken]
        self._count_lost(topic, payload.sequence)
        self._clock.observe(payload.time_us * US_NS, received.receipt_ns)
        self._write(self._gathering.samples, topic, payload, received)

    def _count_lost(self, topic: str, sequence: int) -> None:
        last = self._sequences.get(topic)
        lost = sequence - last - 1 if last is not None and sequence > last else 0
        self._lost += lost
        self._recent_loss.received(lost)
        self._sequences[topic] = sequence

    def _write(
        self, writer: SampleWriter, topic: str, payload: barge.Payload, received: Received
    ) -> None:
        picks = self._picks.get(topic)
        if not picks:
            return
        source_ns = self._clock.to_station(payload.time_us * US_NS, received.receipt_ns)
        for parameter, name, scale in picks:
            raw = getattr(payload, name)
            if raw is None:
                continue
            value = _si(raw, scale)
            quality = judge(value, scale.low, scale.high)
            writer.append(parameter, source_ns, received.receipt_ns, value, quality)

    def _fill_history(self, receipt_ns: int) -> None:
        """Write a history that waits, once the clock is known that dates it."""
        offset_ns = self._clock.offset_ns(receipt_ns)
        if self._history is None or offset_ns is None:
            return
        history, self._history = self._history, None
        times_ns = [min(t * US_NS + offset_ns, receipt_ns) for t in history.times_us]
        for pick in self._picks.get("motion", ()):
            if pick.field in barge.HISTORY_COLUMNS:
                self._write_column(pick, getattr(history, pick.field), times_ns, receipt_ns)

    def _write_column(
        self, pick: FieldPick, values: Sequence[float], times_ns: list[int], receipt_ns: int
    ) -> None:
        for time_ns, raw in zip(times_ns, values, strict=True):
            value = _si(raw, pick.scale)
            quality = judge(value, pick.scale.low, pick.scale.high)
            self._gathering.past.append(pick.parameter, time_ns, receipt_ns, value, quality)


def _si(raw: float | bool | enum.Enum, scale: Scale) -> float:
    """The SI value of a field; an enum counts its members from 0, in their order."""
    number = list(type(raw)).index(raw) if isinstance(raw, enum.Enum) else raw
    return float(number) * scale.factor + scale.offset
