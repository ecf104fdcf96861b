from __future__ import annotations

import asyncio
import random
import socket
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.links.addresses import format_address, parse_address
from gcs.links.base import ByteLink, LinkDownError, Retry, sentence, serial_retry, socket_retry
from gcs.links.ports import list_ports
from gcs.messages import LinkState
from tests.links.harness import Log, on_loop, running, until


class _Scripted(ByteLink):
    """Fails as told, once an attempt; then stays up."""

    def __init__(self, log: Log, *failures: Exception) -> None:
        super().__init__("scripted", log, Retry(0.0, 0.0))
        self._failures = list(failures)

    @property
    def name(self) -> str:
        return "scripted"

    async def _session(self) -> None:
        if self._failures:
            raise self._failures.pop(0)
        self._up("at last")
        await asyncio.Event().wait()

    def _write(self, data: bytes, peer: str) -> bool:
        return True


@on_loop
async def test_whatever_goes_wrong_it_tries_again_and_says_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = Log()
    failures = (LinkDownError("first"), OSError(111, "x"), KeyError("defect"))
    async with running(_Scripted(log, *failures)):
        pass
    assert [change.detail for change in log.changes["scripted"]] == [
        "opening scripted",
        "first",
        "scripted: connection refused",
        "scripted: internal fault KeyError: 'defect'",
        "at last",
        "stopped",
    ]
    assert "link scripted" in caplog.text


@on_loop
async def test_a_session_that_just_ends_is_down() -> None:
    class Short(_Scripted):
        async def _session(self) -> None:
            self._up("for a moment")

    log = Log()
    link = Short(log)
    async with running(link, up=False):
        await until(lambda: link.counts.attempts >= 2)
    assert log.states_of(link)[:3] == [LinkState.CONNECTING, LinkState.UP, LinkState.DOWN]


@given(st.floats(0.001, 1), st.floats(1, 10), st.randoms(use_true_random=False))
def test_delays_grow_and_never_pass_the_ceiling(
    first_s: float, ceiling_s: float, chance: random.Random
) -> None:
    retry = Retry(first_s, ceiling_s, chance)
    delays = [retry.next_s() for _ in range(20)]
    assert all(0 < delay <= ceiling_s for delay in delays)
    assert delays[-1] >= ceiling_s / 2
    retry.reset()
    assert retry.next_s() <= first_s


@on_loop
async def test_a_link_that_was_up_is_retried_soon_again() -> None:
    class Flapping(_Scripted):
        async def _session(self) -> None:
            if self.counts.attempts == 6:
                self._up("for a moment")
            raise LinkDownError("gone")

    link = Flapping(Log())
    link._retry = delays = _NoWait(1.0, 64.0)  # noqa: SLF001 - the delays are the claim
    async with running(link, up=False):
        await until(lambda: link.counts.attempts >= 8)
    assert max(delays.told_s[3:5]) > 2.0
    assert delays.told_s[5] <= 1.0


class _NoWait(Retry):
    """Notes each delay and waits for none."""

    told_s: list[float]

    def next_s(self) -> float:
        self.told_s = [*getattr(self, "told_s", []), super().next_s()]
        return 0.0


def test_no_link_waits_longer_than_promised() -> None:
    for retry, limit_s in ((serial_retry(), 0.5), (socket_retry(), 1.0)):
        assert all(retry.next_s() <= limit_s for _ in range(50))


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionRefusedError(111, "Connect call failed ('::1', 1)"), "connection refused"),
        (socket.gaierror(-2, "Name or service not known"), "name or service not known"),
        (TimeoutError(), "no answer in time"),
        (ssl.SSLError(1, "[SSL] wrong version number"), "[SSL] wrong version number"),
        (ValueError("two\nlines"), "two lines"),
        (ValueError(), "ValueError"),
        (OSError(), "OSError"),
    ],
)
def test_reasons_are_one_plain_line(error: Exception, reason: str) -> None:
    assert sentence("tcp x:1", error) == f"tcp x:1: {reason}" or reason in sentence("t", error)


@given(st.ip_addresses().map(str), st.integers(0, 65_535))
def test_addresses_survive_the_way_to_text_and_back(host: str, port: int) -> None:
    assert parse_address(format_address((host, port))) == (host, port)


@pytest.mark.parametrize("text", ["", "host", ":1", "host:", "host:-1", "host:65536", "h:٣"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        parse_address(text)


def test_ports_are_listed_in_order_and_with_plain_texts() -> None:
    ports = list_ports()
    assert list(ports) == sorted(ports, key=lambda port: port.device)
    assert all(isinstance(port.serial_number, str) for port in ports)
