"""What a step gives back."""

from __future__ import annotations

from gcs.messages.base import Message
from gcs.messages.snapshot import Event, Snapshot


class Transmit(Message, frozen=True, tag="transmit"):
    """Bytes to send. On a byte link an empty `peer` means every peer heard."""

    link: str
    data: bytes
    peer: str = ""
    topic: str = ""
    qos: int = 0
    retain: bool = False


class ForecastRequest(Message, frozen=True, tag="forecast_request"):
    """Work for the forecast process; the answer comes back as a ForecastResult."""

    id: int
    forecast: str
    basis_ns: int
    seed: int
    inputs: dict[str, float]


class Outputs(Message, frozen=True):
    """All that one step gives back."""

    snapshots: tuple[Snapshot, ...] = ()
    transmits: tuple[Transmit, ...] = ()
    events: tuple[Event, ...] = ()
    forecasts: tuple[ForecastRequest, ...] = ()
