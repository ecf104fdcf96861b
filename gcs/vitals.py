"""What the station knows of itself: links, recorder, disk, queue, clocks, as samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gcs.clock import SECOND_NS
from gcs.config.loading import Mission
from gcs.messages import (
    AlarmCounts,
    CountState,
    CountStatus,
    LinkChanged,
    LinkState,
    LinkStatus,
    Quality,
    Received,
    ShellHealth,
    SourceStatus,
)
from gcs.telemetry.barge import DeckLights
from gcs.telemetry.dictionary import Dictionary
from gcs.telemetry.ingest import Ingest
from gcs.telemetry.samples import SampleBatch, SampleWriter

_NEVER_NS = 0
_LIGHTS = tuple(DeckLights)
"""Counted as a barge's own lights are."""
HEALTH_SPEAKS_NS = 3 * SECOND_NS
"""How long the shell's word on itself holds; it speaks once a second."""
_OF_THE_SHELL = frozenset({"recorder_ok", "disk_free", "recorded", "queue_lag"})


class _LinkVitals:
    """One link's receipts, with a rate over the last second."""

    def __init__(self) -> None:
        self.state = LinkState.DOWN
        self.detail = "not opened"
        self.last_ns = _NEVER_NS
        self.rate_hz = 0.0
        self._counted = 0
        self._since_ns = 0

    def received(self, receipt_ns: int) -> None:
        self.last_ns = receipt_ns
        self._counted += 1

    def tick(self, now_ns: int) -> None:
        elapsed_ns = now_ns - self._since_ns
        if elapsed_ns >= SECOND_NS:
            self.rate_hz = self._counted * SECOND_NS / elapsed_ns
            self._counted, self._since_ns = 0, now_ns


class Moment(NamedTuple):
    """A tick: station time, the clocks, time in the phase, who spoke, simulated mixed with real.

    `mixed` is None where that is not known, `lights` before the barge was told any;
    `alarms` are those of the last step.
    """

    now_ns: int
    clocks: CountStatus
    phase_ns: int
    sources: Sequence[SourceStatus]
    mixed: bool | None
    lights: DeckLights | None = None
    alarms: AlarmCounts = AlarmCounts()


class Vitals:
    """Holds the shell's news and turns it into samples of the dictionary's station quantities."""

    def __init__(self, mission: Mission, dictionary: Dictionary) -> None:
        self._links = {link.id: _LinkVitals() for link in mission.config.link}
        self._routes = dictionary.station_routes
        self._writer = SampleWriter()
        self._health: ShellHealth | None = None
        self._health_ns = _NEVER_NS

    def shell_said(self, health: ShellHealth, now_ns: int) -> None:
        """The shell told how it is; its word ages from here."""
        self._health, self._health_ns = health, now_ns

    def recorder_ok(self, now_ns: int) -> bool:
        """Whether the recorder said lately that all is recorded; unknown is not."""
        spoken = self._health is not None and now_ns - self._health_ns <= HEALTH_SPEAKS_NS
        return spoken and self._health is not None and self._health.recorder_ok

    def received(self, received: Received) -> None:
        """Bytes came in."""
        link = self._links.get(received.link)
        if link is not None:
            link.received(received.receipt_ns)

    def link_changed(self, changed: LinkChanged) -> None:
        """A link went up or down."""
        link = self._links.get(changed.link)
        if link is not None:
            link.state, link.detail = changed.state, changed.detail

    def samples(self, moment: Moment) -> SampleBatch:
        """The station's own parameters at a tick. What is not known is not written."""
        now_ns = moment.now_ns
        for link in self._links.values():
            link.tick(now_ns)
        for route in self._routes:
            value = self._value(route.quantity, route.of, moment)
            if value is not None:
                at_ns = self._health_ns if route.quantity in _OF_THE_SHELL else now_ns
                self._writer.append(route.parameter, at_ns, now_ns, value, Quality.GOOD)
        return self._writer.take()

    def _value(self, quantity: str, of: str, moment: Moment) -> float | None:
        match quantity:
            case "t_clock" | "count_held" | "count_scrubbed" | "count_attempt" | "hold_budget_left":
                return _count_value(quantity, moment.clocks)
            case "alarms_active" | "alarms_unacknowledged" | "alarm_flood":
                return _alarm_value(quantity, moment.alarms)
            case "phase_time":
                return moment.phase_ns / SECOND_NS
            case "simulated_mixed_with_real":
                return None if moment.mixed is None else float(moment.mixed)
            case "deck_lights_wanted":
                return None if moment.lights is None else float(_LIGHTS.index(moment.lights))
            case "loss_fraction":
                about = (s.loss_fraction for s in moment.sources if of in (s.id, s.link))
                return next(about, None)
            case "clock_offset":
                offsets = (s.clock_offset_ns for s in moment.sources if s.id == of)
                offset_ns = next(offsets, None)
                return None if offset_ns is None else offset_ns / SECOND_NS
            case "link_up" | "link_age":
                return self._link_value(quantity, of, moment.now_ns)
            case _:
                return self._health_value(quantity)

    def _link_value(self, quantity: str, of: str, now_ns: int) -> float | None:
        link = self._links.get(of)
        if link is None:
            return None
        if quantity == "link_up":
            return float(link.state is LinkState.UP)
        return None if link.last_ns == _NEVER_NS else (now_ns - link.last_ns) / SECOND_NS

    def _health_value(self, quantity: str) -> float | None:
        health = self._health
        if health is None:
            return None
        match quantity:
            case "recorder_ok":
                return float(health.recorder_ok)
            case "disk_free":
                return float(health.disk_free_bytes)
            case "recorded":
                return float(health.recorded_bytes)
            case "queue_lag":
                return health.queue_lag_ns / SECOND_NS
            case _:
                return None

    def link_statuses(self, ingest: Ingest) -> tuple[LinkStatus, ...]:
        """A row for each link."""
        return tuple(
            LinkStatus(
                name,
                link.state,
                link.detail,
                link.rate_hz,
                ingest.link_bytes(name),
                ingest.link_faults(name),
                link.last_ns,
                ingest.link_signed(name),
            )
            for name, link in self._links.items()
        )


def _alarm_value(quantity: str, alarms: AlarmCounts) -> float:
    match quantity:
        case "alarms_active":
            return float(alarms.active)
        case "alarms_unacknowledged":
            return float(alarms.unacknowledged)
        case _:
            return float(alarms.flood)


def _count_value(quantity: str, count: CountStatus) -> float | None:
    match quantity:
        case "t_clock":
            return count.t_ns / SECOND_NS
        case "count_held":
            return float(count.state is CountState.HOLD)
        case "count_scrubbed":
            return float(count.state is CountState.SCRUBBED)
        case "count_attempt":
            return float(count.attempt)
        case _:
            left_ns = count.budget_left_ns
            return None if left_ns is None else left_ns / SECOND_NS
