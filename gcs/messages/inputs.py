"""What goes into a step."""

from __future__ import annotations

import enum
from typing import TypeAlias

from gcs.messages.acts import Intent
from gcs.messages.base import Message


class LinkState(enum.StrEnum):
    """What a link says of itself."""

    CONNECTING = "connecting"
    UP = "up"
    DOWN = "down"


class Received(Message, frozen=True, tag="received"):
    """Bytes from a link. `topic` is empty on a byte link, `peer` names a remote address."""

    link: str
    receipt_ns: int
    data: bytes
    peer: str = ""
    topic: str = ""
    retained: bool = False


class Tick(Message, frozen=True, tag="tick"):
    """The 10 Hz beat: evaluate everything and show it."""


class LinkChanged(Message, frozen=True, tag="link"):
    """A link went up or down; `detail` is one sentence for the operator."""

    link: str
    state: LinkState
    detail: str


class ConsoleChanged(Message, frozen=True, tag="console"):
    """A console attached or left; `person` is who was authenticated behind it, if anybody."""

    console: str
    position: str
    attached: bool
    person: str = ""


class ShellHealth(Message, frozen=True, tag="health"):
    """What the shell knows of itself and the pure core cannot see."""

    recorder_ok: bool
    disk_free_bytes: int
    queue_depth: int
    queue_lag_ns: int
    dropped: int
    recorded_bytes: int = 0


class TransmitResult(Message, frozen=True, tag="transmitted"):
    """Whether the link took a Transmit."""

    link: str
    ok: bool
    detail: str = ""


class ForecastResult(Message, frozen=True, tag="forecast"):
    """What the forecast worker answered to a ForecastRequest."""

    id: int
    forecast: str
    basis_ns: int
    values: dict[str, float]
    reason: str = ""


class Resumed(Message, frozen=True, tag="resumed"):
    """A crashed run goes on: everything before came from `recording`, then nothing for `gap_ns`.

    `warning` says why it may not stand as it stood; empty where it does.
    """

    recording: str
    gap_ns: int
    warning: str = ""


Input: TypeAlias = (
    Received
    | Tick
    | Intent
    | LinkChanged
    | ConsoleChanged
    | ShellHealth
    | TransmitResult
    | ForecastResult
    | Resumed
)
