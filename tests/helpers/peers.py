"""Peers that other people wrote, and the simulated units that they talk to.

The simulator runs on the test's event loop over real loopback sockets and virtual
serial ports; pymavlink is polled there, and MAVSDK runs on threads of its own until
it is destroyed.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from mavsdk import ComponentType, Configuration
from mavsdk.asyncio import Mavsdk

from firmware_sim.endpoints.runner import Runner
from firmware_sim.world import World
from gcs.clock import ScaledClock
from gcs.config.loading import Mission
from gcs.config.mission import LOOPBACK, LinkConfig, MqttLink, UdpLink
from tests.helpers.flights import LINKS, small_mission
from tests.links.harness import free_port

WITHIN_S = 8.0
"""How long a peer may take over anything that it does in tenths of a second."""

_LOOK_S = 0.002


def udp_link(link: str) -> UdpLink:
    """A station's UDP link on a free port."""
    return UdpLink(id=link, kind="udp", carries="mavlink", port=free_port())


def mission_on(links: Mapping[str, LinkConfig]) -> Mission:
    """The test hop, its flight computers on `links`; the others, and the barge, on ports
    where nobody is."""
    nobody: dict[str, LinkConfig] = {name: udp_link(name) for name in LINKS}
    nobody["barge"] = MqttLink(
        id="barge", kind="mqtt", carries="barge", port=free_port(), subscribe=("landfall/test/#",)
    )
    mission = small_mission()
    config = mission.config.model_copy(update={"link": tuple({**nobody, **links}.values())})
    return dataclasses.replace(mission, config=config)


@contextlib.asynccontextmanager
async def flying(
    mission: Mission, rate: float = 5.0, serial: Mapping[str, str] | None = None
) -> AsyncIterator[World]:
    """The simulated units of a mission, running at `rate` times real time for the block.

    Faster than life only so that nobody waits a second for a heartbeat.
    """
    clock = ScaledClock.started_now(rate)
    world = World(mission, seed=1, start_ns=clock.now_ns())
    runner = Runner(world, mission.config.link, clock, {}, serial or {})
    task = asyncio.create_task(runner.run())
    try:
        yield world
    finally:
        task.cancel()
        # A simulator that failed says so here; one that was cancelled says nothing.
        with contextlib.suppress(asyncio.CancelledError):
            await task


# --- pymavlink ---


class StockPeer:
    """A ground station made of stock mavutil on one connection; closed by its `with` block."""

    def __init__(self, mavutil: ModuleType, url: str, **options: Any) -> None:
        self.connection = mavutil.mavlink_connection(
            url, source_system=255, source_component=190, **options
        )
        self.heard: Counter[str] = Counter()

    def __enter__(self) -> StockPeer:
        return self

    def __exit__(self, *raised: object) -> None:
        self.connection.close()

    @property
    def undecoded(self) -> int:
        """What it could not make a message of."""
        return self.heard["BAD_DATA"] + int(self.connection.mav.total_receive_errors)

    @property
    def missing(self) -> int:
        """Messages that it missed by their sequence numbers; it counts unknown ones as missed."""
        return int(self.connection.mav_loss)

    def poll(self) -> Any:
        """The next message, or None."""
        message = self.connection.recv_match(blocking=False)
        if message is not None:
            self.heard[message.get_type()] += 1
        return message

    async def message(
        self, name: str, accept: Callable[[Any], object] = lambda message: True
    ) -> Any:
        """The next message of a type that `accept` takes; TimeoutError when none comes."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                message = self.poll()
                if message is None:
                    await asyncio.sleep(_LOOK_S)
                elif message.get_type() == name and accept(message):
                    return message

    async def command(self, number: int, *parameters: float, component: int = 1) -> Any:
        """Send COMMAND_LONG by number to a component of system 1; its COMMAND_ACK."""
        self.order(number, *parameters, component=component)
        return await self.message("COMMAND_ACK", lambda ack: ack.command == number)

    def order(self, number: int, *parameters: float, component: int = 1) -> None:
        """Send COMMAND_LONG by number, and wait for nothing."""
        filled = (*parameters, *(0.0,) * (7 - len(parameters)))
        self.connection.mav.command_long_send(1, component, number, 0, *filled)


def stock_mavutil(patch: pytest.MonkeyPatch, dialect: ModuleType | None = None) -> Any:
    """Stock mavutil speaking MAVLink 2 with `dialect`, or the common one, for one test.

    Its wire protocol and dialect are settings of the whole process, so they are put
    back after the test.
    """
    patch.setenv("MAVLINK20", "1")
    patch.setenv("MAVLINK_DIALECT", "common")
    from pymavlink import mavutil
    from pymavlink.dialects.v20 import common

    patch.setattr(mavutil, "mavlink", dialect or common)
    patch.setattr(mavutil, "current_dialect", "common")
    return mavutil


# --- MAVSDK ---


@contextlib.asynccontextmanager
async def mavsdk_as(kind: ComponentType, url: str) -> AsyncIterator[Mavsdk]:
    """MAVSDK as a ground station or an autopilot on one connection, for the block."""
    configuration = Configuration.create_with_component_type(kind)
    try:
        async with Mavsdk(configuration) as sdk:
            await sdk.add_any_connection(url)
            yield sdk
    finally:
        configuration.destroy()


def threads() -> int:
    """How many threads this process has, native ones included."""
    return len(list(Path("/proc/self/task").iterdir()))


def loopback(scheme: str, port: int) -> str:
    """A MAVSDK connection on a loopback port."""
    return f"{scheme}://{LOOPBACK}:{port}"
