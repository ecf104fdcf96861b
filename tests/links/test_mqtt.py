"""The MQTT link against real brokers: the embedded one, and Mosquitto where it is installed."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Literal

import pytest

from gcs.links import mqtt
from gcs.links.base import LinkEvents, TopicLink, Will
from gcs.links.broker import EmbeddedBroker
from gcs.links.mqtt import MqttOptions, MqttTopicLink
from tests.links.conformance.topic_link import Broker, TopicLinkContract
from tests.links.harness import Log, Relay, free_port, is_down, is_up, on_loop, running, until

Version = Literal["3.1.1", "5"]
MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
needs_mosquitto = pytest.mark.skipif(
    MOSQUITTO is None, reason="MOSQUITTO IS NOT INSTALLED: the operational broker is untested"
)


class _RelayedRig:
    """A broker behind a relay that can sever its clients."""

    version: Version = "3.1.1"

    def __init__(self) -> None:
        self.port = free_port()
        self.relay = Relay(self.port)

    def sever(self) -> None:
        self.relay.sever()

    def link(
        self, link_id: str, events: LinkEvents, subscribe: tuple[str, ...], will: Will | None
    ) -> TopicLink:
        options = MqttOptions(
            "127.0.0.1", self.relay.port, version=self.version, subscribe=subscribe
        )
        return MqttTopicLink(link_id, events, options, will)


class _EmbeddedRig(_RelayedRig):
    """It lives in this process, so the path to it freezes in its place."""

    async def start(self) -> None:
        self._broker = EmbeddedBroker("127.0.0.1", self.port)
        await self._broker.__aenter__()
        await self.relay.start()

    async def stop(self) -> None:
        await self.relay.stop()
        await self._broker.__aexit__(None, None, None)

    def freeze(self) -> None:
        self.relay.freeze()

    def thaw(self) -> None:
        self.relay.thaw()


class Mosquitto:
    """A Mosquitto process with lines of configuration."""

    def __init__(self, port: int, *configuration: str) -> None:
        self._port = port
        self._lines = [f"listener {port} 127.0.0.1", *(configuration or ("allow_anonymous true",))]
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write("\n".join([*self._lines, "user root", ""]))
            file.flush()
            await self._started(file.name)

    async def _started(self, configuration: str) -> None:
        assert MOSQUITTO is not None
        self._process = subprocess.Popen(  # noqa: ASYNC220 - starting a process takes no time
            [MOSQUITTO, "-c", configuration],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        await until(self._listens)

    async def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0


class _MosquittoRig(_RelayedRig):
    def __init__(self, version: Version) -> None:
        super().__init__()
        self.version = version
        self._broker = Mosquitto(self.port)

    async def start(self) -> None:
        await self._broker.start()
        await self.relay.start()

    async def stop(self) -> None:
        await self.relay.stop()
        await self._broker.stop()

    def freeze(self) -> None:
        self._broker.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._broker.signal(signal.SIGCONT)


class TestEmbedded(TopicLinkContract):
    def make_broker(self) -> Broker:
        return _EmbeddedRig()


@needs_mosquitto
class TestMosquitto311(TopicLinkContract):
    def make_broker(self) -> Broker:
        return _MosquittoRig("3.1.1")


@needs_mosquitto
class TestMosquitto5(TopicLinkContract):
    def make_broker(self) -> Broker:
        return _MosquittoRig("5")


@on_loop
async def test_a_broker_that_is_not_there_is_a_state_with_the_reason() -> None:
    log, port = Log(), free_port()
    link = MqttTopicLink("link", log, MqttOptions("127.0.0.1", port))
    async with running(link, up=False):
        await until(lambda: is_down(link))
        assert link.detail == f"mqtt 127.0.0.1:{port}: connection refused"


@on_loop
async def test_a_peer_that_is_no_broker_is_a_state() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-not a broker\r\n")
        writer.close()

    log = Log()
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    link = MqttTopicLink("link", log, MqttOptions("127.0.0.1", server.sockets[0].getsockname()[1]))
    async with running(link, up=False):
        await until(lambda: link.counts.attempts >= 3)
        assert not is_up(link)
    server.close()


@on_loop
async def test_a_socket_that_closed_before_the_loop_came_to_it_is_not_watched() -> None:
    complaints = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    client = mqtt._Client("127.0.0.1")  # noqa: SLF001
    ours, peers = socket.socketpair()
    client._on_socket_register_write(client._client, None, ours)  # noqa: SLF001
    ours.close()
    peers.close()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert complaints == []


@on_loop
async def test_a_ca_file_that_is_missing_is_a_state() -> None:
    log, port = Log(), free_port()
    relay = Relay(port)
    await relay.start()
    options = MqttOptions("127.0.0.1", relay.port, tls=True, ca_file="/no/such/ca.pem")
    link = MqttTopicLink("link", log, options)
    async with running(link, up=False):
        await until(lambda: is_down(link))
        assert link.detail.endswith("no such file or directory")
    await relay.stop()


@needs_mosquitto
@on_loop
@pytest.mark.parametrize("version", ["3.1.1", "5"])
async def test_user_and_password(version: Version, tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    tool = shutil.which("mosquitto_passwd")
    if tool is None:
        pytest.skip("mosquitto_passwd is not installed")
    subprocess.run([tool, "-b", "-c", str(passwords), "fd", "right"], check=True)  # noqa: ASYNC221
    port = free_port()
    broker = Mosquitto(port, "allow_anonymous false", f"password_file {passwords}")
    await broker.start()
    try:
        for user, password, welcome in (("fd", "right", True), ("fd", "wrong", False)):
            options = MqttOptions("127.0.0.1", port, version=version, user=user, password=password)
            link = MqttTopicLink("link", Log(), options)
            async with running(link, up=welcome):
                if not welcome:
                    await until(lambda link=link: is_down(link))
                    assert "not authori" in link.detail.lower()
                    assert "wrong" not in link.detail
    finally:
        await broker.stop()


@needs_mosquitto
@on_loop
async def test_tls_trusts_only_the_given_authority(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    ours, theirs = _certificate(tmp_path, "ours"), _certificate(tmp_path, "theirs")
    port = free_port()
    certificate = (f"certfile {ours}.pem", f"keyfile {ours}.key")
    broker = Mosquitto(port, "allow_anonymous true", *certificate)
    await broker.start()
    try:
        log = Log()
        trusting = _tls_link("trusting", log, port, f"{ours}.pem")
        doubting = _tls_link("doubting", log, port, f"{theirs}.pem")
        async with running(trusting), running(doubting, up=False):
            await until(lambda: is_down(doubting))
            assert "certificate" in doubting.detail.lower()
            assert is_up(trusting)
    finally:
        await broker.stop()


def _tls_link(link_id: str, log: Log, port: int, ca_file: str) -> MqttTopicLink:
    return MqttTopicLink(link_id, log, MqttOptions("127.0.0.1", port, tls=True, ca_file=ca_file))


def _certificate(folder: Path, name: str) -> Path:
    path = folder / name
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    command += f" -addext subjectAltName=IP:127.0.0.1 -keyout {path}.key -out {path}.pem"
    subprocess.run(command.split(), check=True, capture_output=True)
    return path


@on_loop
async def test_the_embedded_broker_says_when_its_port_is_taken() -> None:
    port = free_port()
    async with EmbeddedBroker("127.0.0.1", port):
        with pytest.raises(OSError, match=rf"no broker on 127\.0\.0\.1:{port}"):
            await EmbeddedBroker("127.0.0.1", port).__aenter__()


@on_loop
async def test_the_broker_logs_nothing_of_its_clients(caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    with caplog.at_level(logging.WARNING):
        link = MqttTopicLink("link", Log(), MqttOptions("127.0.0.1", port))
        async with EmbeddedBroker("127.0.0.1", port), running(link):
            pass
    assert caplog.records == []
