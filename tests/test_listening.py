"""`gcs links`: who speaks on a link, at which rate and loss, and at which baud rate."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import termios
import threading
import tty
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from gcs.config.mission import SerialLink, TcpClientLink, TcpServerLink, UdpLink
from gcs.links.pty import PtyByteLink
from gcs.listening import BAUDS, Listener, link_configs, link_lines, port_lines
from gcs.messages import LinkState
from gcs.telemetry.mavlink.dialect import Dialect, shipped_dialect
from gcs.telemetry.mavlink.encoding import Encoder
from tests.helpers.commands import gcs_here
from tests.links.harness import Log, free_port

SECONDS = 0.6
PERIOD_S = 0.02
SPEAKER = re.compile(
    r"  system (\d+) component (\d+)(?: from (\S+))?: ([\d.]+)/s, (\d+) lost \(([\d.]+)%\)"
)


@pytest.fixture(scope="module")
def dialect() -> Dialect:
    return shipped_dialect("common")


class Talker:
    """Frames of a flight computer: a heartbeat and four attitudes in turn, one in ten lost."""

    def __init__(self, dialect: Dialect, system: int = 7, component: int = 9) -> None:
        self._encoder = Encoder(dialect, system, component)
        self._said = 0

    def next(self) -> bytes:
        self._said += 1
        name = "HEARTBEAT" if self._said % 5 == 1 else "ATTITUDE"
        frame = self._encoder.encode(name, {})
        return self.next() if self._said % 10 == 0 else frame


@contextlib.contextmanager
def in_background(act: Callable[[], None]) -> Iterator[None]:
    """Do something every `PERIOD_S` on a thread, for the length of the block."""
    over = threading.Event()

    def repeat() -> None:
        while not over.wait(PERIOD_S):
            act()

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def speaker(lines: list[str]) -> tuple[int, int, str, float, int, float]:
    """System, component, peer, rate, lost and loss in percent of the only speaker."""
    (found,) = filter(None, map(SPEAKER.fullmatch, lines))
    system, component, peer, rate, lost, loss = found.groups()
    return int(system), int(component), peer or "", float(rate), int(lost), float(loss)


def assert_heard(lines: list[str], peer: bool = True) -> None:
    """That the table tells of the talker what the talker did, whatever the machine's load."""
    system, component, who, rate, lost, loss = speaker(lines)
    assert (system, component) == (7, 9)
    assert bool(who) == peer
    assert 0 < rate <= 1.5 / PERIOD_S
    assert lost <= rate * SECONDS / 9 + 1
    assert loss <= 20.0
    rates = {line.split()[0]: float(line.split()[1][:-2]) for line in lines if "    " in line[:4]}
    assert set(rates) == {"HEARTBEAT", "ATTITUDE"}
    assert sum(rates.values()) == pytest.approx(rate, abs=0.2)


# --- What is counted ---


def test_rates_and_losses_are_those_of_the_bytes(dialect: Dialect) -> None:
    listener, talker = Listener(dialect), Talker(dialect)
    frames = [talker.next() for _ in range(90)]  # 100 were numbered, the last of them lost
    listener.changed("link", LinkState.UP, "listening")
    for frame in frames:
        listener.received("link", frame, "peer:1")
    assert list(listener.lines(2.0)) == [
        f"  up: listening; {sum(map(len, frames))} bytes, 90 messages, 0 bad frames",
        "  system 7 component 9 from peer:1: 45.0/s, 9 lost (9.1%)",
        "    ATTITUDE                            35.0/s",
        "    HEARTBEAT                           10.0/s",
    ]


def test_bad_frames_are_counted_and_cost_no_other(dialect: Dialect) -> None:
    listener, talker = Listener(dialect), Talker(dialect)
    rotten = bytearray(talker.next())
    rotten[-1] ^= 0xFF
    listener.received("link", talker.next() + bytes(rotten) + talker.next())
    assert (listener.good, listener.bad) == (2, 1)


def test_each_remote_address_has_a_parser_of_its_own(dialect: Dialect) -> None:
    listener = Listener(dialect)
    one, other = Talker(dialect, 1, 1).next(), Talker(dialect, 1, 2).next()
    for at in range(0, max(len(one), len(other)), 5):
        listener.received("link", one[at : at + 5], "a:1")
        listener.received("link", other[at : at + 5], "b:2")
    assert sorted(listener.speakers) == [("a:1", 1, 1), ("b:2", 1, 2)]
    assert listener.bad == 0


# --- What a text names ---


def test_a_serial_port_without_a_baud_rate_is_tried_at_all() -> None:
    found = link_configs("serial:/dev/ttyUSB0")
    assert [c.baud for c in found if isinstance(c, SerialLink)] == list(BAUDS)
    (given,) = link_configs("serial:/dev/ttyUSB0:57600")
    assert isinstance(given, SerialLink)
    assert (given.device, given.baud) == ("/dev/ttyUSB0", 57600)


@pytest.mark.parametrize(
    ("text", "kind", "address"),
    [
        ("udp:14550", UdpLink, ("127.0.0.1", 14550)),
        ("udp:0.0.0.0:14550", UdpLink, ("0.0.0.0", 14550)),
        ("tcp:10.0.0.2:5760", TcpClientLink, ("10.0.0.2", 5760)),
        ("tcp-listen:5760", TcpServerLink, ("127.0.0.1", 5760)),
    ],
)
def test_a_socket_is_named_by_kind_host_and_port(
    text: str, kind: type[UdpLink], address: tuple[str, int]
) -> None:
    (config,) = link_configs(text)
    assert isinstance(config, kind)
    assert (config.host, config.port) == address


@pytest.mark.parametrize("text", ["", "udp", "udp:", "udp:x", "udp:65536", "serial:", "usb:1"])
def test_other_texts_are_refused_with_the_forms_that_are_known(
    text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    ended = gcs_here(capfd, "links", text)
    assert ended.exit_code == 2
    assert ended.problems == [
        "expected serial:DEVICE[:BAUD], udp:[HOST:]PORT, tcp:HOST:PORT or "
        f"tcp-listen:[HOST:]PORT, got {text!r}"
    ]


# --- Real links ---


def test_udp_is_heard_from_its_sender(dialect: Dialect) -> None:
    port, talker = free_port(), Talker(dialect)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        with in_background(lambda: sender.sendto(talker.next(), ("127.0.0.1", port)) and None):
            lines = list(link_lines(f"udp:{port}", SECONDS))
        here = sender.getsockname()[1]
    assert lines[0] == f"udp:{port}"
    assert lines[1].startswith(f"  up: listening on 127.0.0.1:{port}; ")
    assert_heard(lines)
    assert speaker(lines)[2] == f"127.0.0.1:{here}"


def test_tcp_is_called_and_heard(dialect: Dialect) -> None:
    talker = Talker(dialect)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5.0)
        called: list[socket.socket] = []

        def serve() -> None:
            if not called:
                called.append(server.accept()[0])
            with contextlib.suppress(OSError):
                called[0].sendall(talker.next())

        with in_background(serve):
            lines = list(link_lines(f"tcp:127.0.0.1:{server.getsockname()[1]}", SECONDS))
        called[0].close()
    assert_heard(lines, peer=bool(speaker(lines)[2]))


def test_a_tcp_caller_is_let_in_and_heard(dialect: Dialect) -> None:
    port, talker = free_port(), Talker(dialect)
    calls: list[socket.socket] = []

    def call() -> None:
        with contextlib.suppress(OSError):
            if not calls:
                calls.append(socket.create_connection(("127.0.0.1", port), 1.0))
            calls[0].sendall(talker.next())

    with in_background(call):
        lines = list(link_lines(f"tcp-listen:{port}", SECONDS))
    calls[0].close()
    assert_heard(lines)


def test_a_link_that_cannot_be_opened_says_why(capfd: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    ended = gcs_here(capfd, "links", f"tcp:127.0.0.1:{port}", "--seconds", "0.2")
    assert ended.exit_code == 0
    assert ended.out == (
        f"tcp:127.0.0.1:{port}\n"
        f"  down: tcp 127.0.0.1:{port}: connection refused; 0 bytes, 0 messages, 0 bad frames\n"
    )


class Radio:
    """A serial device that is set to one baud rate: at any other it is heard as noise."""

    def __init__(self, dialect: Dialect, speed: int) -> None:
        self._near, self._far = os.openpty()
        tty.setraw(self._far)
        os.set_blocking(self._near, False)
        self._speed = speed
        self._talker = Talker(dialect)
        self.device = os.ttyname(self._far)

    def say(self) -> None:
        frame = self._talker.next()
        if termios.tcgetattr(self._far)[5] != self._speed:
            frame = bytes(byte ^ 0x5A for byte in frame)
        with contextlib.suppress(BlockingIOError):
            os.write(self._near, frame)

    def close(self) -> None:
        os.close(self._near)
        os.close(self._far)


def test_the_baud_rate_of_a_serial_port_is_found_by_trying(dialect: Dialect) -> None:
    radio = Radio(dialect, termios.B115200)
    with contextlib.closing(radio), in_background(radio.say):
        lines = list(link_lines(f"serial:{radio.device}", SECONDS))
    tried = [line.rpartition(" at ")[2] for line in lines if line.startswith("serial:")]
    assert tried == ["921600 baud", "57600 baud", "115200 baud"]
    silent = [line for line in lines if line.startswith("  up: ")][:2]
    assert all(", 0 messages, " in line and "; 0 bytes" not in line for line in silent)
    assert_heard(lines, peer=False)


def test_a_virtual_port_at_a_given_baud_rate(dialect: Dialect, tmp_path: Path) -> None:
    """The far end is the simulator's own, at the pace of the line."""
    device, talker = tmp_path / "tty", Talker(dialect)
    with pty_speaking(device, talker):
        lines = list(link_lines(f"serial:{device}:921600", SECONDS))
    assert lines[0] == f"serial:{device}:921600 at 921600 baud"
    assert_heard(lines, peer=False)


@contextlib.contextmanager
def pty_speaking(device: Path, talker: Talker) -> Iterator[None]:
    """A virtual serial cable whose near end talks, on an event loop in a thread."""
    plugged, over = threading.Event(), threading.Event()

    async def speak() -> None:
        async with plugged_in(device) as link:
            plugged.set()
            while not over.is_set():
                link.send(talker.next())
                await asyncio.sleep(PERIOD_S)

    thread = threading.Thread(target=lambda: asyncio.run(speak()))
    thread.start()
    try:
        assert plugged.wait(5.0)
        yield
    finally:
        over.set()
        thread.join()


@contextlib.asynccontextmanager
async def plugged_in(device: Path) -> AsyncIterator[PtyByteLink]:
    link = PtyByteLink("near", Log(), baud=921_600, path=str(device))
    task = asyncio.create_task(link.run())
    try:
        while link.state is not LinkState.UP:  # noqa: ASYNC110 - the state is nobody's event
            await asyncio.sleep(0.002)
        yield link
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_without_a_link_the_serial_ports_are_listed(capfd: pytest.CaptureFixture[str]) -> None:
    ended = gcs_here(capfd, "links")
    assert (ended.exit_code, ended.out.splitlines()) == (0, list(port_lines()))
    assert re.match(r"\d+ serial ports\n", ended.out)
