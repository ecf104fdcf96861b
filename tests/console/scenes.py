"""A catalogue and snapshots like those of the hop, for whatever a console must show."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import msgspec

from gcs.clock import SECOND_NS
from gcs.messages import (
    UNNAMED,
    AlarmCounts,
    AlarmInfo,
    AlarmPriority,
    AlarmState,
    AlarmStatus,
    Catalogue,
    Codes,
    CommandInfo,
    CommandState,
    CommandStatus,
    ConsoleStatus,
    CountState,
    CountStatus,
    CriterionInfo,
    CriterionState,
    CriterionStatus,
    Display,
    EntryState,
    EntryStatus,
    Event,
    GateInfo,
    GateState,
    GateStatus,
    LinkState,
    LinkStatus,
    MarkInfo,
    ParameterInfo,
    PhaseInfo,
    PhaseStatus,
    Quality,
    Readings,
    Snapshot,
    SourceStatus,
    StagedStatus,
    VoteStatus,
    WaiverStatus,
)

EPOCH_NS = 1_790_000_000 * SECOND_NS
DEGREES = 180.0 / math.pi

_VEHICLE = (
    ("nav.altitude", "altitude", "m", 1.0, ".1f", "GNC", 1834.2),
    ("nav.north", "north of the barge", "m", 1.0, ".1f", "GNC", -131.9),
    ("nav.east", "east of the barge", "m", 1.0, ".1f", "GNC", 2.4),
    ("nav.vertical_speed", "vertical speed", "m/s", 1.0, "+.1f", "GNC", -61.3),
    ("nav.ground_speed", "ground speed", "m/s", 1.0, ".1f", "GNC", 3.2),
    ("nav.roll", "roll", "deg", DEGREES, "+.1f", "GNC", 0.011),
    ("nav.pitch", "pitch", "deg", DEGREES, "+.1f", "GNC", -0.031),
    ("nav.pitch_rate", "pitch rate", "deg/s", DEGREES, "+.1f", "GNC", 0.004),
    ("nav.sigma_horizontal", "nav sigma horizontal", "m", 1.0, ".2f", "GNC", 0.41),
    ("nav.sigma_vertical", "nav sigma vertical", "m", 1.0, ".2f", "GNC", 0.55),
    ("engine.chamber_pressure", "chamber pressure", "MPa", 1e-6, ".2f", "PROPULSION", 9.71e6),
    ("engine.throttle", "throttle", "%", 100.0, ".0f", "PROPULSION", 0.62),
    ("engine.state", "engine state", "", 1.0, ".0f", "PROPULSION", 2.0),
    ("propellant.oxidizer", "LOX", "t", 1e-3, ".2f", "PROPULSION", 6900.0),
    ("propellant.fuel", "methane", "t", 1e-3, ".2f", "PROPULSION", 2050.0),
    ("propellant.oxidizer_pressure", "LOX tank", "kPa", 1e-3, ".0f", "PROPULSION", 301e3),
    ("propellant.fuel_pressure", "methane tank", "kPa", 1e-3, ".0f", "PROPULSION", 288e3),
    ("landing.relative_north", "deck offset north", "m", 1.0, "+.1f", "GNC", 130.4),
    ("landing.relative_east", "deck offset east", "m", 1.0, "+.1f", "GNC", -1.8),
    ("landing.height", "height over deck", "m", 1.0, ".1f", "GNC", 1829.0),
    ("landing.aim_north", "aim north", "m", 1.0, "+.1f", "GNC", 0.0),
    ("landing.aim_east", "aim east", "m", 1.0, "+.1f", "GNC", 0.0),
    ("landing.miss", "distance from deck centre", "m", 1.0, ".1f", "GNC", 130.4),
    ("landing.time_to_touchdown", "time to touchdown", "s", 1.0, ".1f", "GNC", 47.2),
    ("landing.propellant_margin", "propellant margin", "kg", 1.0, ".0f", "PROPULSION", 640.0),
    ("vehicle.legs", "legs locked", "", 1.0, ".0f", "VEHICLE", 1.0),
    ("vehicle.bus_voltage", "bus voltage", "V", 1.0, ".1f", "VEHICLE", 27.9),
)
_BARGE = (
    ("barge.deck.roll", "deck roll", "deg", DEGREES, "+.2f", "BARGE", 0.016),
    ("barge.deck.pitch", "deck pitch", "deg", DEGREES, "+.2f", "BARGE", -0.008),
    ("barge.deck.heave", "deck heave", "m", 1.0, "+.2f", "BARGE", 0.31),
    ("barge.deck.heave_rate", "deck heave rate", "m/s", 1.0, "+.2f", "BARGE", -0.22),
    ("barge.heading", "heading", "deg", DEGREES, ".0f", "BARGE", 4.31),
    ("barge.station_error", "position error", "m", 1.0, ".2f", "BARGE", 0.6),
    ("barge.dp.thrusters_available", "thrusters", "", 1.0, ".0f", "BARGE", 4.0),
    ("barge.deck.clear", "deck clear", "", 1.0, ".0f", "BARGE", 1.0),
    ("barge.deck.persons_on_board", "persons on board", "", 1.0, ".0f", "BARGE", 0.0),
    ("barge.wind.mean", "wind, 10 min mean", "m/s", 1.0, ".1f", "WEATHER", 6.8),
    ("barge.wind.gust", "gust", "m/s", 1.0, ".1f", "WEATHER", 9.1),
    (
        "barge.sea.significant_wave_height",
        "significant wave height",
        "m",
        1.0,
        ".2f",
        "WEATHER",
        1.1,
    ),
    ("barge.power.bus_voltage", "bus voltage", "V", 1.0, ".0f", "BARGE", 690.0),
)
_STATION = (
    ("station.recorded", "recorded", "MB", 1e-6, ".1f", "STATION", 12.4e6),
    ("station.queue_lag", "queue lag", "ms", 1e3, ".0f", "STATION", 0.002),
    ("link.barge.age", "barge link age", "s", 1.0, ".1f", "LINKS", 0.3),
)
_ENTERED = (
    ("range.clear", "range clear", "", 1.0, ".0f", "RANGE", 1.0),
    ("range.lightning_distance", "lightning distance", "km", 1e-3, ".0f", "RANGE", 42e3),
)
_YES = Codes(((0, "no"), (1, "yes")))
_CODES = {
    "engine.state": Codes(
        ((0, "OFF"), (1, "STARTING"), (2, "RUNNING"), (3, "STOPPING"), (4, "FAILED"))
    ),
    "vehicle.legs": _YES,
    "barge.deck.clear": _YES,
    "range.clear": _YES,
}
_VOTED = ("nav.altitude", "nav.vertical_speed", "nav.pitch")

_CRITERIA = (
    ("launch_flight_computers", "all flight computers", "VEHICLE", "launch_commit"),
    ("launch_nav", "nav sigma on the pad", "GNC", "launch_commit"),
    ("launch_propellant", "propellant loaded", "PROPULSION", "launch_commit"),
    ("launch_wind", "mean wind at launch", "WEATHER", "launch_commit"),
    ("launch_deck_clear", "deck clear at launch", "BARGE", "launch_commit"),
    ("flight_computers", "flight computers", "VEHICLE", "landing_commit"),
    ("vehicle_bus", "vehicle bus voltage", "VEHICLE", "landing_commit"),
    ("nav_horizontal", "nav sigma horizontal", "GNC", "landing_commit"),
    ("nav_vertical", "nav sigma vertical", "GNC", "landing_commit"),
    ("tilt", "tilt", "GNC", "landing_commit"),
    ("deck_beacon", "deck beacon heard", "GNC", "landing_commit"),
    ("landing_solution", "aim error", "GNC", "landing_commit"),
    ("engine", "landing engine", "PROPULSION", "landing_commit"),
    ("propellant_margin", "propellant margin", "PROPULSION", "landing_commit"),
    ("deck_roll", "deck roll, 60 s", "BARGE", "landing_commit"),
    ("deck_pitch", "deck pitch, 60 s", "BARGE", "landing_commit"),
    ("significant_heave_rate", "significant heave rate, 20 min", "BARGE", "landing_commit"),
    ("station_keeping", "barge position error", "BARGE", "landing_commit"),
    ("thrusters", "thrusters", "BARGE", "landing_commit"),
    ("deck_clear", "deck clear", "BARGE", "landing_commit"),
    ("deck_fire", "no fire on deck", "BARGE", "landing_commit"),
    ("wind", "mean wind", "WEATHER", "landing_commit"),
    ("gust", "gust", "WEATHER", "landing_commit"),
    ("waves", "significant wave height", "WEATHER", "landing_commit"),
    ("cargo_secured", "cargo secured", "CARGO", "landing_commit"),
    ("vehicle_links", "vehicle links", "LINKS", "landing_commit"),
    ("barge_link", "barge link", "LINKS", "landing_commit"),
    ("recorder", "recorder", "STATION", "landing_commit"),
    ("one_world", "simulated not mixed with real", "STATION", "landing_commit"),
)
_PHASES = (
    ("prelaunch", "prelaunch"),
    ("terminal_count", "terminal count"),
    ("ascent", "ascent"),
    ("thrust_variation", "thrust variation"),
    ("coast", "coast"),
    ("free_descent", "free descent"),
    ("landing_burn", "landing burn"),
    ("hover", "hover"),
    ("touchdown", "touchdown"),
    ("landed", "landed"),
    ("diverted", "diverted"),
    ("lost", "lost"),
)


_ALARMS = (
    ("deck_roll_high", "deck roll high", "deck_roll", "BARGE", AlarmPriority.SERIOUS),
    ("gust_high", "gust high", "gust", "WEATHER", AlarmPriority.CAUTION),
    ("beacon_lost", "deck beacon lost", "deck_beacon", "GNC", AlarmPriority.CRITICAL),
    ("fc_c_silent", "fc_c silent", "flight_computers", "LINKS", AlarmPriority.SERIOUS),
)
_ACTIONS = {
    "deck_roll_high": "Turn the barge head to sea; hold the commit until roll is below 3 deg.",
    "gust_high": "Watch the gusts; be ready to divert.",
    "beacon_lost": "Ask BARGE for the second beacon; do not commit without it.",
    "fc_c_silent": "Look at link fc_c; two computers suffice for the commit.",
}
_READS = {
    "deck_roll": ("barge.deck.roll",),
    "gust": ("barge.wind.gust",),
    "deck_beacon": ("landing.relative_north", "landing.relative_east"),
    "propellant_margin": ("landing.propellant_margin", "propellant.oxidizer", "propellant.fuel"),
    "flight_computers": ("fc_a.nav.altitude", "fc_b.nav.altitude", "fc_c.nav.altitude"),
}

_DISPLAY = {
    "altitude": "nav.altitude",
    "range": "landing.miss",
    "deck_north": "landing.relative_north",
    "deck_east": "landing.relative_east",
    "aim_north": "landing.aim_north",
    "aim_east": "landing.aim_east",
    "heading": "barge.heading",
    "miss": "landing.miss",
    "height": "landing.height",
    "time_to_go": "landing.time_to_touchdown",
    "heave": "barge.deck.heave",
    "roll": "barge.deck.roll",
    "pitch": "barge.deck.pitch",
}


def catalogue() -> Catalogue:
    """The hop's catalogue."""
    return Catalogue(
        mission="xzy1_hop",
        title="XZY-1 sea-recovery hop",
        mode="LIVE",
        vehicle="XZY-1",
        barge="ATLAS",
        parameters=tuple(info for info, _ in _parameters()),
        criteria=tuple(
            _criterion_info(key, title, owner, gate) for key, title, owner, gate in _CRITERIA
        ),
        gates=(
            GateInfo(
                "launch_commit",
                "LAUNCH",
                ("FD", "GNC", "BARGE", "RANGE"),
                two_person=True,
                go_command="launch",
                no_go_command="hold",
            ),
            GateInfo(
                "landing_commit",
                "LANDING COMMIT",
                ("FD", "BARGE"),
                go_command="landing_commit",
                no_go_command="divert",
            ),
        ),
        phases=tuple(PhaseInfo(key, title) for key, title in _PHASES),
        commands=tuple(
            CommandInfo(name, name.upper())
            for name in ("launch", "landing_commit", "divert", "hold", "abort")
        ),
        deck_length_m=91.4,
        deck_width_m=51.8,
        display=Display(**{axis: column(name) for axis, name in _DISPLAY.items()}),
        alarms=tuple(
            AlarmInfo(key, title, criterion, owner, priority, _ACTIONS[key])
            for key, title, criterion, owner, priority in _ALARMS
        ),
        marks=(MarkInfo("start", -300 * SECOND_NS), MarkInfo("terminal", -40 * SECOND_NS)),
        positions=("FD", "GNC", "BARGE", "RANGE"),
    )


def _criterion_info(key: str, title: str, owner: str, gate: str) -> CriterionInfo:
    reads = _READS.get(key, ())
    return CriterionInfo(
        id=key,
        title=title,
        owner=owner,
        gates=(gate,),
        unit="m",
        factor=1.0,
        offset=0.0,
        format=".1f",
        limits="< 3.0",
        source="assumed",
        expression=f"max_over(abs({reads[0]}), 60 s)" if reads else "",
        reads=tuple(column(name) for name in reads),
        waivable="FD may waive it, for at most 10 min, up to 4.0 m" if reads else "",
    )


def column(name: str) -> int:
    """Where a parameter stands in the catalogue."""
    return [info.id for info, _ in _parameters()].index(name)


def _parameters() -> list[tuple[ParameterInfo, float]]:
    made = []
    for key, title, unit, factor, spec, owner, value in (*_VEHICLE, *_BARGE, *_STATION, *_ENTERED):
        if key in _VOTED:
            for source in ("fc_a", "fc_b", "fc_c"):
                name = f"{source}.{key}"
                made.append((_info(name, f"{title} {source}", unit, factor, spec, owner), value))
        made.append((_info(key, title, unit, factor, spec, owner), value))
    return made


def _info(key: str, title: str, unit: str, factor: float, spec: str, owner: str) -> ParameterInfo:
    entered = key.startswith("range.")
    return ParameterInfo(
        id=key,
        title=title,
        unit=unit,
        factor=factor,
        offset=0.0,
        format=spec,
        stale_after_ns=(600 if entered else 1) * SECOND_NS,
        owner=owner,
        source=_source_of(key),
        low=0.0 if unit == "m/s" else -math.inf,
        high=40.0 if unit == "m/s" else math.inf,
        entered_by=("RANGE",) if entered else (),
        checked=entered,
        codes=_CODES.get(key, UNNAMED),
    )


def _source_of(key: str) -> str:
    head, _, tail = key.partition(".")
    if head in ("range", "station"):
        return "entered by RANGE" if head == "range" else f"station {tail}"
    return f"message of {head}"


@dataclass
class Scene:
    """A moment of the hop, adjustable: the defaults are a healthy landing burn."""

    sequence: int = 1
    t_ns: int = 78 * SECOND_NS
    count: CountState = CountState.FLIGHT
    count_reason: str = ""
    phase: str = "landing_burn"
    values: dict[str, float] = field(default_factory=dict)
    ages_s: dict[str, float] = field(default_factory=dict)
    qualities: dict[str, Quality] = field(default_factory=dict)
    criteria: dict[str, tuple[CriterionState, str]] = field(default_factory=dict)
    waivers: dict[str, WaiverStatus] = field(default_factory=dict)
    landing: GateState = GateState.GO
    landing_reason: str = ""
    blocking: tuple[str, ...] = ()
    commands: tuple[CommandStatus, ...] | None = None
    staged: tuple[StagedStatus, ...] = ()
    links_down: tuple[str, ...] = ()
    events: tuple[Event, ...] | None = None
    simulated: bool = True
    recorder_ok: bool = True
    fault: str = ""
    traffic: int = 0
    hold: CountStatus | None = None
    margins: dict[str, float] = field(default_factory=dict)
    alarms: tuple[AlarmStatus, ...] = ()
    shelved: int = 0
    flood: bool = False
    votes: tuple[VoteStatus, ...] = ()
    entries: tuple[EntryStatus, ...] = ()
    consoles: tuple[ConsoleStatus, ...] = (
        ConsoleStatus("console-1", "FD", "anna", authority=True),
        ConsoleStatus("console-2", "RANGE", "ben", authority=False),
    )

    @property
    def now_ns(self) -> int:
        return EPOCH_NS + self.t_ns

    def snapshot(self) -> Snapshot:
        """The Snapshot of this moment."""
        return Snapshot(
            sequence=self.sequence,
            now_ns=self.now_ns,
            count=self.hold
            or CountStatus(self.count, self.t_ns, self.t_ns + 20 * SECOND_NS, self.count_reason),
            phase=PhaseStatus(self.phase, self.now_ns - 6 * SECOND_NS, self._passed()),
            readings=self._readings(),
            criteria=tuple(self._criterion(key, title) for key, title, _, _ in _CRITERIA),
            gates=self._gates(),
            commands=self._commands() if self.commands is None else self.commands,
            staged=self.staged,
            links=tuple(self._link(name) for name in ("fc_a", "fc_b", "fc_c", "barge")),
            sources=tuple(self._source(name) for name in ("fc_a", "fc_b", "fc_c", "barge")),
            events=self._events() if self.events is None else self.events,
            simulated=self.simulated,
            recorder_ok=self.recorder_ok,
            fault=self.fault,
            alarms=self.alarms,
            alarm_counts=self._alarm_counts(),
            entries=self.entries,
            consoles=self.consoles,
        )

    def _alarm_counts(self) -> AlarmCounts:
        unanswered = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED)
        waiting = sum(status.state in unanswered for status in self.alarms)
        return AlarmCounts(waiting, len(self.alarms), self.shelved, len(self.alarms), self.flood)

    def alarm(self, key: str, state: AlarmState, why: str, ago_s: float = 12.0) -> AlarmStatus:
        """An alarm that came `ago_s` ago."""
        return AlarmStatus(key, state, self.now_ns - int(ago_s * SECOND_NS), why)

    def vote(self, position: str, person: str, *, go: bool = True) -> VoteStatus:
        """A vote cast a minute ago; a GO lasts four minutes more."""
        expires_ns = self.now_ns + 240 * SECOND_NS if go else None
        cast_ns = self.now_ns - 60 * SECOND_NS
        return VoteStatus(position, go, person, cast_ns, expires_ns, "9f3c1a77")

    def entry(self, parameter: str, state: EntryState, checked_by: str = "") -> EntryStatus:
        """What RANGE entered a minute ago for ten minutes."""
        return EntryStatus(
            parameter,
            state,
            1.0,
            "RANGE",
            "ben",
            self.now_ns - 60 * SECOND_NS,
            self.now_ns + 540 * SECOND_NS,
            checked_by,
            "by radio",
        )

    def _passed(self) -> tuple[str, ...]:
        ids = [key for key, _ in _PHASES]
        return tuple(ids[: ids.index(self.phase)]) if self.phase in ids else ()

    def _readings(self) -> Readings:
        parameters = _parameters()
        values, sampled, qualities = [], [], []
        for info, value in parameters:
            quality = self.qualities.get(info.id, Quality.GOOD)
            never = quality is Quality.NEVER
            age_ns = int(self.ages_s.get(info.id, 0.1) * SECOND_NS)
            values.append(math.nan if never else self.values.get(info.id, value))
            sampled.append(0 if never else self.now_ns - age_ns)
            qualities.append(int(quality))
        return Readings(tuple(values), tuple(sampled), tuple(qualities))

    def _criterion(self, key: str, title: str) -> CriterionStatus:
        launch = key.startswith("launch_")
        default = (CriterionState.INHIBITED, "launched") if launch else (CriterionState.GO, "")
        state, why = self.criteria.get(key, default)
        since_ns = self.now_ns - 12 * SECOND_NS
        why = why or f"{title} 1.0, limit 3.0"
        waiver = self.waivers.get(key)
        margin = self.margins.get(key, 0.67)
        return CriterionStatus(key, state, 1.0, 3.0, margin, since_ns, why, waiver)

    def _gates(self) -> tuple[GateStatus, ...]:
        lift_off_ns = self.now_ns - self.t_ns
        return (
            GateStatus("launch_commit", GateState.COMMITTED, lift_off_ns, None, (), ""),
            GateStatus(
                "landing_commit",
                self.landing,
                self.now_ns - 4 * SECOND_NS,
                lift_off_ns + 96 * SECOND_NS,
                self.blocking,
                self.landing_reason,
                self.votes,
            ),
        )

    def _commands(self) -> tuple[CommandStatus, ...]:
        fcs = ("fc_a", "fc_b", "fc_c")
        sent_ns = self.now_ns - self.t_ns - 4 * SECOND_NS
        return (
            CommandStatus(
                1, "launch", CommandState.VERIFIED, 0x3A51C7, sent_ns, 1, fcs, fcs, "0.2 s"
            ),
        )

    def _link(self, name: str) -> LinkStatus:
        down = name in self.links_down
        return LinkStatus(
            id=name,
            state=LinkState.DOWN if down else LinkState.UP,
            detail="connection refused" if down else "",
            rate_hz=0.0 if down else 62.4 + self.traffic % 10,
            bytes_total=1_834_220,
            faults=3 if down else 0,
            last_receipt_ns=self.now_ns - (6 * SECOND_NS if down else SECOND_NS // 10),
            signed=None if name == "barge" else True,
        )

    def _source(self, name: str) -> SourceStatus:
        return SourceStatus(
            name,
            name,
            41_230 + self.traffic,
            4,
            0.001,
            0,
            1_200_000,
            self.now_ns - SECOND_NS // 10,
            3_000_000,
        )

    def _events(self) -> tuple[Event, ...]:
        return tuple(
            Event(self.now_ns - ago * SECOND_NS, kind, origin, text, severity)
            for ago, kind, origin, text, severity in (
                (82, "command", "FD", "launch sent to fc_a, fc_b, fc_c", 6),
                (81, "command", "launch", "verified by fc_a, fc_b, fc_c", 5),
                (78, "phase", "station", "lift-off: T is zero", 5),
                (21, "phase", "station", "coast", 6),
                (6, "phase", "station", "landing burn", 5),
            )
        )


def replayed(base: Catalogue) -> Catalogue:
    """The same catalogue, of a replay."""
    return msgspec.structs.replace(base, mode="REPLAY")
