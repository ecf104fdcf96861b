"""Mission files: what is flown, over which links, and who decides what when."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from gcs.config.model import (
    ConfigModel,
    Duration,
    ExpressionText,
    Identifier,
    Identifiers,
    Strings,
    listed,
)
from gcs.config.simulation import SimulationConfig

Port = Annotated[int, Field(ge=0, le=65535)]
LOOPBACK = "127.0.0.1"


class MissionHead(ConfigModel):
    """The mission's name and the files it is made of, relative to the mission file.

    `vehicle`, `barge` and `dialect` may be empty where a mission has none. A mission that
    `extends` another file says only what differs: its tables are put into that file's.
    """

    id: str
    title: str
    extends: str = ""
    vehicle: str = ""
    barge: str = ""
    dialect: str = ""
    dictionaries: Strings
    criteria: Strings = ()


class StationConfig(ConfigModel):
    """The station's own MAVLink identity and habits.

    `identify` says how the person behind a console becomes known: by the Unix socket's
    `peer` (the user's name; nobody over TCP), by a `token` that the persons file knows, or
    as `declared` by the console itself, which proves nothing and is for rehearsals.
    `persons_env` names the environment variable that holds the persons file's path.

    No criterion may look back further than `longest_window`: a barge sends that much of
    its past at birth, and before that much was heard nothing can stand on it.
    """

    system: int = Field(default=255, ge=1, le=255)
    component: int = Field(default=190, ge=1, le=255)
    signing_key_env: str = ""
    positions: Strings = ("FD",)
    identify: Literal["peer", "token", "declared"] = "peer"
    persons_env: str = ""
    longest_window: Duration = 1_200_000_000_000


class HoldConfig(ConfigModel):
    """A built-in hold: T stops at `at`, for as long as it `lasts` or until it is released."""

    at: Duration
    lasts: Annotated[Duration, Field(gt=0)] | None = None
    title: str = "built-in hold"


class MarkConfig(ConfigModel):
    """A T-time to which a held count may be recycled."""

    id: Identifier
    at: Duration


class CountConfig(ConfigModel):
    """The T clock: its reading when the station starts, and what makes it flight time.

    `lift_off` is an expression; when it becomes true T is set to zero and runs on. For a
    flight that is joined under way `start` is positive: T waits there for `lift_off`, and
    runs on from there, or from `reading`, an expression, where that is known.

    `hold_budget` bounds what all unplanned holds together may last; `when_spent` scrubs
    the attempt then, or leaves it held for people to decide (the default is the safe side,
    assumed). The count goes back to a mark only while `recycle_when` is known to be true.
    After a commit the vehicle counts by itself, and takes commands only, unless it is known
    that it does not count: while `stopped_when` or `recycle_when` is known to be true.
    """

    start: Duration = 0
    lift_off: ExpressionText | None = None
    reading: ExpressionText | None = None
    hold: Annotated[tuple[HoldConfig, ...], BeforeValidator(listed)] = ()
    hold_budget: Annotated[Duration, Field(gt=0)] | None = None
    when_spent: Literal["scrub", "hold"] = "scrub"
    mark: Annotated[tuple[MarkConfig, ...], BeforeValidator(listed)] = ()
    recycle_when: ExpressionText | None = None
    stopped_when: ExpressionText | None = None


class SerialLink(ConfigModel):
    """A serial port. An empty `device` waits for one to be given on the command line."""

    id: Identifier
    kind: Literal["serial"]
    carries: Literal["mavlink"]
    device: str
    baud: int = Field(default=57600, gt=0)


class UdpLink(ConfigModel):
    """A UDP port that listens, one parser a remote address; or, with `remote`, one peer."""

    id: Identifier
    kind: Literal["udp"]
    carries: Literal["mavlink"]
    host: str = LOOPBACK
    port: Port
    remote: str = ""


class TcpClientLink(ConfigModel):
    """A TCP peer that listens."""

    id: Identifier
    kind: Literal["tcp_client"]
    carries: Literal["mavlink"]
    host: str = LOOPBACK
    port: Port


class TcpServerLink(ConfigModel):
    """A TCP port on which peers call, one parser a peer."""

    id: Identifier
    kind: Literal["tcp_server"]
    carries: Literal["mavlink"]
    host: str = LOOPBACK
    port: Port


class MqttLink(ConfigModel):
    """An MQTT broker. `subscribe` are topic filters. Secrets are named by environment variable."""

    id: Identifier
    kind: Literal["mqtt"]
    carries: Literal["barge"]
    host: str = LOOPBACK
    port: Port = 1883
    version: Literal["3.1.1", "5"] = "3.1.1"
    subscribe: Strings
    client_id: str = ""
    user: str = ""
    password_env: str = ""
    tls: bool = False
    ca_file: str = ""
    keepalive: Duration = 1_000_000_000


class MemoryLink(ConfigModel):
    """An in-process link, for virtual time; byte or topic by what it carries."""

    id: Identifier
    kind: Literal["memory"]
    carries: Literal["mavlink", "barge", "columns"]
    subscribe: Strings = ()


LinkConfig = Annotated[
    SerialLink | UdpLink | TcpClientLink | TcpServerLink | MqttLink | MemoryLink,
    Field(discriminator="kind"),
]


class SourceConfig(ConfigModel):
    """Who speaks: a MAVLink (system, component), a barge under a topic root, or a file's rows."""

    id: Identifier
    kind: Literal["mavlink", "barge", "columns"]
    links: Identifiers
    system: int | None = None
    component: int | None = None
    root: str = ""
    time_column: str = ""
    flight_computer: bool = False

    @model_validator(mode="after")
    def _identity(self) -> SourceConfig:
        if self.kind == "mavlink" and (self.system is None or self.component is None):
            raise ValueError("a mavlink source needs `system` and `component`")
        if self.flight_computer and self.kind != "mavlink":
            raise ValueError("only a mavlink source may be a flight computer")
        if self.kind == "barge" and not self.root:
            raise ValueError("a barge source needs the `root` of its topics")
        if self.kind == "columns" and not self.time_column:
            raise ValueError("a columns source needs its `time_column`")
        return self


class PhaseConfig(ConfigModel):
    """A phase. `outcome` marks an end: landed, diverted, lost, or scrubbed on the pad."""

    id: Identifier
    title: str
    outcome: Literal["", "landed", "diverted", "lost", "scrubbed"] = ""


class TransitionConfig(ConfigModel):
    """One row of the phase table. `origin` may list several phases."""

    origin: Annotated[Identifiers, Field(alias="from")]
    to: Identifier
    when: ExpressionText


class GateConfig(ConfigModel):
    """A decision with a deadline.

    The gate is open while `opens` is true; at the first moment `closes` is true, or in a
    phase of `closes_in`, it must have been committed, or it is MISSED. GO must have stood
    `stable_for` before `go_command` is sent. With `mode = "confirmed"` an operator must
    stage and confirm it; with `polls`, each position must have voted GO. A vote for GO
    falls after `go_expires` (default assumed: a poll at T-5 min still counts at T-0).
    With `two_person` the votes for GO must come of two different persons. Its
    `no_go_command`, or a vehicle's command that it is `overruled_by`, ends the gate once it
    was sent, by whomever; after a commit, once it is verified.

    When the gate is missed, `no_go_command` is sent, until it or what overrules the gate is
    verified, and `no_go_count` done to the count (a
    recycle goes to the mark `recycle_to`); with `no_go_after`, already once something has
    been known to be NO-GO for that long in the open gate. A gate with
    `without_answer = "stands"` only waits for objections: without a known one it stands at
    its deadline, however much is unknown by then.
    """

    id: Identifier
    title: str
    opens: ExpressionText
    closes: ExpressionText
    mode: Literal["automatic", "confirmed"] = "confirmed"
    stable_for: Duration = 0
    polls: Strings = ()
    go_command: str = ""
    no_go_command: str = ""
    overruled_by: Identifiers = ()
    no_go_after: Duration | None = None
    go_expires: Duration = 300_000_000_000
    two_person: bool = False
    without_answer: Literal["missed", "stands"] = "missed"
    closes_in: Identifiers = ()
    no_go_count: Literal["", "hold", "recycle", "scrub"] = ""
    recycle_to: str = ""


CommandParameter = Literal["param3", "param4", "param5", "param6", "param7", "heading_true"]


class CommandConfig(ConfigModel):
    """A command to the flight computers, or with `target = "barge"` an order to the barge.

    `mav_cmd` is the MAV_CMD entry's name, `order` the barge's word. It is sent to every
    target with a nonce and a validity, again after `retry_after` without a verification.
    A vehicle's command is VERIFIED by `echoes` equal nonces in their landing state, a
    barge's by its nonce in the barge's state; with `verified_when` only once that is true
    as well. `allowed` must be true for it to be sent at all; with `allowed_unknown` it must
    not be false: so is a stop that its target itself refuses where it comes too late, and
    that is needed most while little is heard. `parameters` fill param3 to param7, or an
    order's heading_true, with the value (SI) of an expression at the moment of sending; those
    in `counting_down` are a time until a moment, and a retry says what is left of the first's.
    A dangerous command is staged and confirmed, with `two_person` by two different known
    persons. It takes command authority, unless it is safe `without_authority`.
    """

    id: Identifier
    title: str
    target: Literal["vehicle", "barge"] = "vehicle"
    mav_cmd: str = ""
    order: str = ""
    validity: Duration
    retry_after: Duration = 500_000_000
    attempts: int = Field(default=5, ge=1)
    echoes: int = Field(default=2, ge=1)
    verified_when: ExpressionText | None = None
    dangerous: bool = True
    two_person: bool = False
    without_authority: bool = False
    allowed: ExpressionText = "true"
    allowed_unknown: bool = False
    refused_because: str = ""
    parameters: dict[CommandParameter, ExpressionText] = Field(default_factory=dict)
    counting_down: Annotated[tuple[CommandParameter, ...], BeforeValidator(listed)] = ()


class DeckLightsConfig(ConfigModel):
    """The gates that the barge's deck lights show, in the order of the flight.

    The last of them that is not CLOSED speaks; with none named the lights are red. Whatever
    the gates say, they are red unless the criteria in `red_unless` pass: no commit may
    inhibit these, so they name no gate.
    """

    gates: Identifiers = ()
    red_unless: Identifiers = ()


class DisplayConfig(ConfigModel):
    """Which parameters a console draws, by id; what is left out is not drawn.

    `altitude` over `range` is the profile. `deck_north`, `deck_east` are the vehicle
    from the deck's centre, `aim_north`, `aim_east` the aim point from there, and
    `heading` turns both into the barge's frame. The others stand beside the deck.
    """

    altitude: Identifier | None = None
    range: Identifier | None = None
    deck_north: Identifier | None = None
    deck_east: Identifier | None = None
    aim_north: Identifier | None = None
    aim_east: Identifier | None = None
    heading: Identifier | None = None
    miss: Identifier | None = None
    height: Identifier | None = None
    time_to_go: Identifier | None = None
    heave: Identifier | None = None
    roll: Identifier | None = None
    pitch: Identifier | None = None


class MissionFile(ConfigModel):
    """A mission file as written. `simulation` is read by the simulator."""

    mission: MissionHead
    station: StationConfig = StationConfig()
    count: CountConfig = CountConfig()
    link: Annotated[tuple[LinkConfig, ...], BeforeValidator(listed)] = ()
    source: Annotated[tuple[SourceConfig, ...], BeforeValidator(listed)] = ()
    phase: Annotated[tuple[PhaseConfig, ...], BeforeValidator(listed)]
    transition: Annotated[tuple[TransitionConfig, ...], BeforeValidator(listed)] = ()
    gate: Annotated[tuple[GateConfig, ...], BeforeValidator(listed)] = ()
    command: Annotated[tuple[CommandConfig, ...], BeforeValidator(listed)] = ()
    deck_lights: DeckLightsConfig = DeckLightsConfig()
    display: DisplayConfig = DisplayConfig()
    simulation: SimulationConfig | None = None
