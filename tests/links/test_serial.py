"""The serial link and the virtual port, which is its cable."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from gcs.links.base import ByteLink, LinkEvents
from gcs.links.pty import PtyByteLink
from gcs.links.serial import SerialByteLink
from gcs.messages import LinkState
from tests.links.conformance.byte_link import ByteLinkContract, Pair
from tests.links.harness import Log, is_down, is_up, on_loop, running, until

BAUD = 921_600


def cable(events: LinkEvents, path: Path) -> tuple[SerialByteLink, PtyByteLink]:
    port = SerialByteLink("port", events, device=str(path), baud=BAUD)
    return port, PtyByteLink("pty", events, baud=BAUD, path=str(path))


class TestSerial(ByteLinkContract):
    def make_pair(self, events: LinkEvents, tmp_path: Path) -> Pair:
        device = str(tmp_path / "tty")
        return (
            SerialByteLink("link", events, device=device, baud=BAUD),
            PtyByteLink("far", events, baud=BAUD, path=device),
        )


class TestPty(ByteLinkContract):
    """The virtual port cannot tell whether anybody has it open, as a UART cannot."""

    notices_loss = False
    far_speaks_first = True

    def make_pair(self, events: LinkEvents, tmp_path: Path) -> Pair:
        device = str(tmp_path / "tty")
        return (
            PtyByteLink("link", events, baud=BAUD, path=device),
            SerialByteLink("far", events, device=device, baud=BAUD),
        )


@pytest.fixture
def log() -> Log:
    return Log()


@on_loop
async def test_a_missing_device_is_a_state_that_names_it(log: Log, tmp_path: Path) -> None:
    port, _ = cable(log, tmp_path / "absent")
    async with running(port, up=False):
        await until(lambda: is_down(port))
        assert str(tmp_path / "absent") in port.detail
        assert port.detail.endswith("no such file or directory")


@on_loop
async def test_no_device_at_all_is_a_state(log: Log) -> None:
    port = SerialByteLink("port", log, device="", baud=BAUD)
    async with running(port, up=False):
        await until(lambda: is_down(port))
        assert port.detail == "serial: no device is configured"


@on_loop
async def test_a_file_that_is_no_terminal_is_a_state(log: Log, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a terminal")
    port, _ = cable(log, tmp_path / "file")
    async with running(port, up=False):
        await until(lambda: is_down(port))
        assert is_down(port)


@on_loop
async def test_unplugging_and_replugging_are_each_seen_within_a_second(
    log: Log, tmp_path: Path
) -> None:
    port, pty = cable(log, tmp_path / "tty")
    async with running(pty, port):
        for _ in range(3):
            pty.unplug()
            await until(lambda: is_down(port), within_s=1.0)
            pty.plug()
            await until(lambda: is_up(port) and is_up(pty), within_s=1.0)
            log.of(port).clear()
            pty.send(b"back")
            await until(lambda: log.bytes_of(port) == b"back")


@on_loop
async def test_a_port_is_not_shared(log: Log, tmp_path: Path) -> None:
    port, pty = cable(log, tmp_path / "tty")
    second = SerialByteLink("second", log, device=str(tmp_path / "tty"), baud=BAUD)
    async with running(pty, port), running(second, up=False):
        await until(lambda: is_down(second))
        assert is_up(port)


@on_loop
async def test_a_full_line_refuses_and_never_blocks(log: Log) -> None:
    """Nobody reads the far side of a bare pseudo-terminal."""
    near, far = os.openpty()
    try:
        port = SerialByteLink("port", log, device=os.ttyname(far), baud=BAUD)
        async with running(port):
            taken = 0
            while port.send(bytes(280)):
                taken += 280
                assert taken < 100_000
            assert is_up(port)
            assert port.counts.refused == 1
    finally:
        os.close(near)
        os.close(far)


@on_loop
async def test_the_virtual_port_paces_at_the_line_speed(log: Log, tmp_path: Path) -> None:
    device = str(tmp_path / "tty")
    pty = PtyByteLink("pty", log, baud=9_600, path=device)
    port = SerialByteLink("port", log, device=device, baud=9_600)
    now_s = asyncio.get_running_loop().time
    async with running(pty, port):
        started_s = now_s()
        pty.send(bytes(96))
        port.send(bytes(96))
        await until(lambda: port.counts.received_bytes == pty.counts.received_bytes == 96)
        assert now_s() - started_s >= 0.1  # 96 bytes of ten bits at 9,600 baud


@on_loop
async def test_bytes_that_nobody_listens_to_are_lost_as_on_a_cable(
    log: Log, tmp_path: Path
) -> None:
    device = str(tmp_path / "tty")
    pty = PtyByteLink("pty", log, baud=10_000_000, path=device)
    port = SerialByteLink("port", log, device=device, baud=BAUD)
    async with running(pty):
        for _ in range(20):  # far more than the kernel holds for a reader
            await until(lambda: pty.send(bytes(16_384)))
        await until(lambda: pty.send(bytes(16_384)))  # fits only when all before it has left
        async with running(port):
            await until(lambda: pty.send(b"heard") and b"heard" in log.bytes_of(port))
            assert len(log.bytes_of(port)) < 200_000
        assert pty.counts.attempts == 1


@on_loop
async def test_the_path_is_a_link_only_while_plugged(log: Log, tmp_path: Path) -> None:
    path = tmp_path / "tty"
    pty = PtyByteLink("pty", log, baud=BAUD, path=str(path))
    async with running(pty):
        assert str(path.readlink()) == pty.device
        pty.unplug()
        await until(lambda: not path.is_symlink())
        assert pty.device == ""
    assert not path.is_symlink()


@on_loop
async def test_a_stale_path_is_replaced_and_a_real_file_is_not(log: Log, tmp_path: Path) -> None:
    stale, file = tmp_path / "stale", tmp_path / "file"
    stale.symlink_to("/nowhere")
    file.write_text("keep")
    over_stale = PtyByteLink("stale", log, baud=BAUD, path=str(stale))
    over_file: ByteLink = PtyByteLink("file", log, baud=BAUD, path=str(file))
    async with running(over_stale):
        assert str(stale.readlink()) == over_stale.device
    async with running(over_file, up=False):
        await until(lambda: is_down(over_file))
        assert "another file is in the way" in over_file.detail
    assert file.read_text() == "keep"


@on_loop
async def test_a_port_may_be_closed_and_opened_without_the_cable_noticing(
    log: Log, tmp_path: Path
) -> None:
    port, pty = cable(log, tmp_path / "tty")
    async with running(pty):
        for _ in range(3):
            async with running(port):
                pass
        assert log.states_of(pty) == [LinkState.CONNECTING, LinkState.UP]
