"""The barge's wire format: one strict JSON payload a topic.

Topics stand under a root such as `landfall/atlas`; the names here are what
follows it. Names and senses follow Signal K where it has them: roll + starboard
down, pitch + bow up, heave + up, directions clockwise from true north. SI
throughout, but latitude and longitude are degrees.

Retained: `status` (birth; the last will is the same topic, offline) and `history`
(the last 20 minutes of motion, published at birth). A message on `cmd/rebirth`
asks for both again.

The station says its verdict on `cmd/verdict` twice a second: a barge that has heard
none that still holds shows red. An order on `cmd/order` is answered by a `response`;
that it was carried out is seen in the barge's state alone, which repeats the nonce of the one
taken last. Verdicts and orders age from the time they were said, not from their receipt, and are
never retained.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

MAX_PAYLOAD_BYTES = 4_000_000
MAX_HISTORY_SAMPLES = 24_000
"""20 minutes at 20 Hz."""

MAX_GATES = 32
MAX_GATE_NAME = 40
LONGEST_VALIDITY_MS = 600_000

_MAX_INTEGER = 2**53
_LARGEST_NONCE = 2**24 - 1
_TURN = 2 * math.pi + 1e-9

Angle = Annotated[float, Meta(ge=-math.pi, le=math.pi)]
Direction = Annotated[float, Meta(ge=0.0, le=_TURN)]
AngularRate = Annotated[float, Meta(ge=-10.0, le=10.0)]
Heave = Annotated[float, Meta(ge=-50.0, le=50.0)]
HeaveRate = Annotated[float, Meta(ge=-50.0, le=50.0)]
Acceleration = Annotated[float, Meta(ge=-200.0, le=200.0)]
Latitude = Annotated[float, Meta(ge=-90.0, le=90.0)]
Longitude = Annotated[float, Meta(ge=-180.0, le=180.0)]
Speed = Annotated[float, Meta(ge=0.0, le=150.0)]
Distance = Annotated[float, Meta(ge=0.0, le=1e6)]
Fraction = Annotated[float, Meta(ge=0.0, le=1.0)]
WaveHeight = Annotated[float, Meta(ge=0.0, le=40.0)]
WavePeriod = Annotated[float, Meta(ge=0.0, le=60.0)]
Pressure = Annotated[float, Meta(ge=0.0, le=200_000.0)]
Temperature = Annotated[float, Meta(ge=0.0, le=400.0)]
Voltage = Annotated[float, Meta(ge=0.0, le=20_000.0)]
Count = Annotated[int, Meta(ge=0, le=1_000)]
BigCount = Annotated[int, Meta(ge=0, le=_MAX_INTEGER)]
TimeUs = Annotated[int, Meta(ge=0, le=_MAX_INTEGER)]
Text = Annotated[str, Meta(max_length=80)]
GateName = Annotated[str, Meta(min_length=1, max_length=MAX_GATE_NAME)]
Nonce = Annotated[int, Meta(ge=1, le=_LARGEST_NONCE)]
LastNonce = Annotated[int, Meta(ge=0, le=_LARGEST_NONCE)]
ValidMs = Annotated[int, Meta(ge=1, le=LONGEST_VALIDITY_MS)]
Seconds = Annotated[float, Meta(ge=-1e9, le=1e9)]
_HISTORY = Meta(max_length=MAX_HISTORY_SAMPLES)


class DpMode(enum.StrEnum):
    """What the dynamic positioning does."""

    OFF = "off"
    STANDBY = "standby"
    MANUAL = "manual"
    HOLDING = "holding"
    FAILED = "failed"


class DeckLights(enum.StrEnum):
    """Deck status lights, as helidecks show them."""

    OFF = "off"
    BLUE = "blue"
    AMBER = "amber"
    RED = "red"


class BargeState(enum.StrEnum):
    """Birth or last will."""

    OFFLINE = "offline"
    ONLINE = "online"


class GateVerdict(enum.StrEnum):
    """A gate's state as the barge is told; what is unknown is no-go."""

    CLOSED = "closed"
    NO_GO = "no_go"
    GO = "go"
    COMMITTED = "committed"
    MISSED = "missed"


class CountWord(enum.StrEnum):
    """What the T clock does."""

    RUNNING = "running"
    HOLD = "hold"
    FLIGHT = "flight"
    SCRUBBED = "scrubbed"


class BargeOrder(enum.StrEnum):
    """What an uncrewed barge can be told to do."""

    DECK_CLOSE = "deck_close"
    """Gangway up, gates locked: nobody may step on the deck."""
    DECK_OPEN = "deck_open"
    BEACON_ON = "beacon_on"
    BEACON_OFF = "beacon_off"
    MONITORS_ON = "monitors_on"
    """Water from the fire monitors."""
    MONITORS_OFF = "monitors_off"
    LIGHTS_ON = "lights_on"
    LIGHTS_OFF = "lights_off"
    STAGE_SECURE = "stage_secure"
    """Send the securing robot to take hold of the stage's legs."""
    STAGE_RELEASE = "stage_release"
    HEADING = "heading"
    """Turn to the heading that the order names."""


class _Payload(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="schema"
):
    """What every payload carries: UTC of the measurement, a count a topic, and whether it is real.

    The tag of a payload is its schema and is required on the wire.
    """

    time_us: TimeUs
    sequence: BigCount
    simulated: bool


class Motion(_Payload, frozen=True, tag="landfall.motion/1"):
    """Hull motion at the deck centre: rad, rad/s, m, m/s; acceleration m/s2 in deck axes."""

    roll: Angle
    pitch: Angle
    roll_rate: AngularRate
    pitch_rate: AngularRate
    yaw_rate: AngularRate
    heave: Heave
    heave_rate: HeaveRate
    acceleration_x: Acceleration
    acceleration_y: Acceleration
    acceleration_z: Acceleration


class Position(_Payload, frozen=True, tag="landfall.position/1"):
    """Where the deck centre is: deg; directions rad; speed m/s; `station_error` m."""

    latitude: Latitude
    longitude: Longitude
    heading_true: Direction
    course_over_ground: Direction
    speed_over_ground: Speed
    station_error: Distance


class Dp(_Payload, frozen=True, tag="landfall.dp/1"):
    """Dynamic positioning. `wave_relative_heading` rad: 0 is head sea, + waves from starboard."""

    mode: DpMode
    thrusters_total: Count
    thrusters_available: Count
    power_fraction: Fraction
    wave_relative_heading: Angle


class Deck(_Payload, frozen=True, tag="landfall.deck/1"):
    """The landing deck and what could be in the way."""

    clear: bool
    persons_on_board: Count
    fire: bool
    beacon_healthy: bool
    lights: DeckLights
    wet: bool


class Weather(_Payload, frozen=True, tag="landfall.weather/1"):
    """Weather on site: m/s (10 min mean and gust), rad it comes from, m, s, Pa, K."""

    wind_speed_true: Speed
    wind_gust: Speed
    wind_direction_true: Direction
    significant_wave_height: WaveHeight
    wave_period: WavePeriod
    wave_direction: Direction
    visibility: Distance
    air_pressure: Pressure
    air_temperature: Temperature


class Power(_Payload, frozen=True, tag="landfall.power/1"):
    """Electrical power and ballast: V, fractions of full. Not every barge tells its ballast."""

    bus_voltage: Voltage
    generators_online: Count
    battery_fraction: Fraction
    fuel_fraction: Fraction
    ballast_fraction: Fraction | None = None


class Systems(_Payload, frozen=True, tag="landfall.systems/1"):
    """What stands as orders left it, and whether a verdict that still holds was heard.

    `order_nonce` is that of the order taken last, 0 before the first.
    """

    deck_closed: bool
    beacon_on: bool
    monitors_on: bool
    lights_on: bool
    stage_secured: bool
    verdict_heard: bool
    order_nonce: LastNonce


class Response(_Payload, frozen=True, tag="landfall.response/1"):
    """The barge's answer to an order: taken, or why not. Taken is not yet done."""

    order: BargeOrder
    nonce: Nonce
    accepted: bool
    reason: Text = ""


class Status(_Payload, frozen=True, tag="landfall.status/1"):
    """Birth (retained) and last will. A will carries the time at which it was lodged."""

    state: BargeState
    boot_id: Text
    software: Text


class MotionHistory(_Payload, frozen=True, tag="landfall.history/1"):
    """Columns of past motion, oldest first, equal lengths, UTC us strictly rising."""

    times_us: Annotated[tuple[TimeUs, ...], _HISTORY]
    roll: Annotated[tuple[Angle, ...], _HISTORY]
    pitch: Annotated[tuple[Angle, ...], _HISTORY]
    roll_rate: Annotated[tuple[AngularRate, ...], _HISTORY]
    pitch_rate: Annotated[tuple[AngularRate, ...], _HISTORY]
    yaw_rate: Annotated[tuple[AngularRate, ...], _HISTORY]
    heave: Annotated[tuple[Heave, ...], _HISTORY]
    heave_rate: Annotated[tuple[HeaveRate, ...], _HISTORY]
    acceleration_x: Annotated[tuple[Acceleration, ...], _HISTORY]
    acceleration_y: Annotated[tuple[Acceleration, ...], _HISTORY]
    acceleration_z: Annotated[tuple[Acceleration, ...], _HISTORY]

    def __post_init__(self) -> None:
        if any(len(getattr(self, name)) != len(self.times_us) for name in HISTORY_COLUMNS):
            raise ValueError("history columns differ in length")
        pairs = zip(self.times_us, self.times_us[1:], strict=False)
        if any(after <= before for before, after in pairs):
            raise ValueError("history times do not rise")


class Rebirth(_Payload, frozen=True, tag="landfall.rebirth/1"):
    """Asks the barge for its birth and history again."""


class Verdict(_Payload, frozen=True, tag="landfall.verdict/1"):
    """What the station decided, and the deck lights that it wants; holds for `valid_ms`."""

    valid_ms: ValidMs
    count: CountWord
    t_clock: Seconds
    gates: Annotated[dict[GateName, GateVerdict], Meta(max_length=MAX_GATES)]
    lights: DeckLights

    def __post_init__(self) -> None:
        if self.lights is DeckLights.OFF:
            raise ValueError("a verdict never puts the lights out")


class Order(_Payload, frozen=True, tag="landfall.order/1"):
    """One order, to be taken within `valid_ms`; its repeats carry the same nonce and time."""

    order: BargeOrder
    nonce: Nonce
    valid_ms: ValidMs
    heading_true: Direction | None = None

    def __post_init__(self) -> None:
        if (self.heading_true is not None) is not (self.order is BargeOrder.HEADING):
            raise ValueError("heading_true belongs to the order heading, and to no other")


HISTORY_COLUMNS = (
    "roll",
    "pitch",
    "roll_rate",
    "pitch_rate",
    "yaw_rate",
    "heave",
    "heave_rate",
    "acceleration_x",
    "acceleration_y",
    "acceleration_z",
)
"""The columns of a history; each is the `motion` field of that name."""

Payload: TypeAlias = (
    Motion
    | Position
    | Dp
    | Deck
    | Weather
    | Power
    | Systems
    | Response
    | Status
    | MotionHistory
    | Rebirth
    | Verdict
    | Order
)

REBIRTH_TOPIC = "cmd/rebirth"
VERDICT_TOPIC = "cmd/verdict"
ORDER_TOPIC = "cmd/order"
TOPICS: dict[str, type[Payload]] = {
    "motion": Motion,
    "position": Position,
    "dp": Dp,
    "deck": Deck,
    "weather": Weather,
    "power": Power,
    "systems": Systems,
    "response": Response,
    "status": Status,
    "history": MotionHistory,
    REBIRTH_TOPIC: Rebirth,
    VERDICT_TOPIC: Verdict,
    ORDER_TOPIC: Order,
}
TO_BARGE = frozenset({REBIRTH_TOPIC, VERDICT_TOPIC, ORDER_TOPIC})
"""What the station says; all other topics are the barge's."""


@dataclass(frozen=True)
class BargeFault:
    """A payload that was refused; `reason` is one sentence for the operator."""

    reason: str


# The union makes the schema tag mandatory, which a decoder of one struct does not.
_decoder = msgspec.json.Decoder(Payload)
_encoder = msgspec.json.Encoder()


def decode(topic: str, data: bytes) -> Payload | BargeFault:
    """The payload on `topic` (without its root), or why it is refused; never raises."""
    expected = TOPICS.get(topic)
    if expected is None:
        return BargeFault(f"unknown topic {topic[:40]!r}")
    if len(data) > MAX_PAYLOAD_BYTES:
        return BargeFault(f"{topic}: {len(data)} bytes, more than {MAX_PAYLOAD_BYTES}")
    try:
        payload = _decoder.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return BargeFault(f"{topic}: {str(error)[:160]}")
    if type(payload) is not expected:
        return BargeFault(f"{topic}: {schema(type(payload))} does not belong here")
    return payload


def encode(payload: Payload) -> bytes:
    """The JSON of a payload. Ranges are the reader's to check."""
    return _encoder.encode(payload)


def schema(kind: type[Payload]) -> str:
    """The schema name of a payload type, e.g. `landfall.motion/1`."""
    return str(kind.__struct_config__.tag)


def topic_of(payload: Payload) -> str:
    """The topic, without its root, on which a payload is published."""
    return _TOPIC_OF[type(payload)]


_TOPIC_OF = {kind: topic for topic, kind in TOPICS.items()}
