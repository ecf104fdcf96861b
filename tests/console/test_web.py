"""The browser view lets in who has the link, on this machine, to look, and nobody else."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from gcs.console.relay import Relay, RelayError
from gcs.console.server import ConsoleServer
from gcs.console.web import MAX_BROWSERS, MAX_MESSAGE_BYTES, WebConsole
from gcs.messages import ConsoleChanged, Intent
from tests.console.scenes import Scene, catalogue
from tests.links.harness import until

FORBIDDEN = 403


class View:
    """A station, its browser view, and a browser without a screen."""

    def __init__(self, web: WebConsole, session: aiohttp.ClientSession) -> None:
        self.web = web
        self.session = session
        self.link = URL(web.link)
        self.page = self.link.with_query({})
        self.origin = str(self.page.origin())
        self.heard: list[Intent | ConsoleChanged] = []

    async def enter(self) -> None:
        """Open the link as a person does: the token becomes a cookie."""
        async with self.session.get(self.link) as answer:
            assert answer.status == 200

    async def status(self, url: URL, **headers: str) -> int:
        async with self.session.get(url, headers=headers, allow_redirects=False) as answer:
            return answer.status

    def look(
        self, size: str = "width=160&height=50", origin: str | None = None
    ) -> aiohttp.client._WSRequestContextManager:
        return self.session.ws_connect(
            self.page.with_path("/view").with_query(size), origin=origin or self.origin
        )


@asynccontextmanager
async def viewing(tmp_path: Path) -> AsyncIterator[View]:
    heard: list[Intent | ConsoleChanged] = []
    address = f"unix:{tmp_path}/station"
    async with ConsoleServer(address, catalogue(), heard.append) as station:
        station.publish(Scene().snapshot())
        web = WebConsole(address)
        await web.start()
        jar = aiohttp.CookieJar(unsafe=True)
        try:
            async with aiohttp.ClientSession(cookie_jar=jar) as session:
                view = View(web, session)
                view.heard = heard
                yield view
        finally:
            await web.close()


def viewed(tmp_path: Path, scenario: Callable[[View], Awaitable[None]]) -> None:
    async def main() -> None:
        async with viewing(tmp_path) as view:
            await scenario(view)

    asyncio.run(main())


# --- Who is let in ---


def test_without_the_token_nothing_is_shown(tmp_path: Path) -> None:
    async def scenario(view: View) -> None:
        for path in ("/", "/assets/textual.js", "/view"):
            assert await view.status(view.page.with_path(path)) == FORBIDDEN
        for token in ("", "x", "é", view.link.query["token"][:-1]):
            assert await view.status(view.page.with_query(token=token)) == FORBIDDEN

    viewed(tmp_path, scenario)


def test_the_token_leaves_the_address_bar_and_becomes_a_cookie_of_this_page(tmp_path: Path) -> None:
    async def scenario(view: View) -> None:
        async with view.session.get(view.link, allow_redirects=False) as answer:
            assert answer.status == 302
            assert answer.headers["Location"] == "/"
            cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert await view.status(view.page) == 200

    viewed(tmp_path, scenario)


def test_each_start_draws_another_token() -> None:
    links = {URL(WebConsole("unix:/nowhere").link).query["token"] for _ in range(5)}
    assert len(links) == 5


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "0.0.0.0:1", ""])
def test_another_host_name_is_refused_even_with_the_token(tmp_path: Path, host: str) -> None:
    async def scenario(view: View) -> None:
        assert await view.status(view.link, Host=host) == FORBIDDEN

    viewed(tmp_path, scenario)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:1"])
def test_another_page_cannot_open_the_socket(tmp_path: Path, origin: str) -> None:
    async def scenario(view: View) -> None:
        await view.enter()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await view.look(origin=origin)
        assert refused.value.status == FORBIDDEN
        assert await view.status(view.page.with_path("/view")) == FORBIDDEN, "no Origin at all"

    viewed(tmp_path, scenario)


# --- What is served ---


def test_nothing_comes_from_elsewhere_and_the_browser_is_told_so(tmp_path: Path) -> None:
    async def scenario(view: View) -> None:
        await view.enter()
        async with view.session.get(view.page) as answer:
            page = await answer.text()
            policy = answer.headers["Content-Security-Policy"]
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Frame-Options"] == "DENY"
        assert "//" not in page.replace(f"ws://{view.page.authority}/view", "")
        assert policy.startswith("default-src 'none'; script-src 'self'; ")
        assert "http" not in policy

    viewed(tmp_path, scenario)


@pytest.mark.parametrize(
    "path", ["/assets/", "/assets/..%2f..%2fserver.py", "/assets/xterm.js", "/static/js/textual.js"]
)
def test_only_named_files_are_served_and_none_is_listed(tmp_path: Path, path: str) -> None:
    async def scenario(view: View) -> None:
        await view.enter()
        assert await view.status(URL(f"{view.origin}{path}", encoded=True)) == 404
        for name in ("textual.js", "xterm.css", "mono.ttf"):
            assert await view.status(view.page.with_path(f"/assets/{name}")) == 200

    viewed(tmp_path, scenario)


# --- What a view is ---


async def drawn(socket: aiohttp.ClientWebSocketResponse, text: bytes) -> None:
    """Wait until the console has drawn this."""
    seen = b""
    async with asyncio.timeout(30):
        while text not in seen:
            message = await socket.receive()
            assert message.type is aiohttp.WSMsgType.BINARY, message
            seen += message.data


def test_a_view_shows_the_station_and_cannot_act_on_it(tmp_path: Path) -> None:
    async def scenario(view: View) -> None:
        await view.enter()
        async with view.look() as socket:
            await drawn(socket, b"LANDFALL")
            await drawn(socket, b"watching")
            for line in (":hold a boat\r", ":abort\r", "\x1b[24~\x1b[24~"):
                await socket.send_json(["stdin", line])
            await socket.send_json(["resize", {"width": 70, "height": 20}])
            await drawn(socket, b"terminal too small: 70x20")
            await socket.send_json(["ping", "7"])
            while (message := await socket.receive()).type is not aiohttp.WSMsgType.TEXT:
                pass
            assert message.json() == ["pong", "7"]
        assert [type(item) for item in view.heard] == [ConsoleChanged]
        (attached,) = view.heard
        assert isinstance(attached, ConsoleChanged)
        assert attached.position == ""

    viewed(tmp_path, scenario)


def test_a_closed_browser_leaves_no_process(tmp_path: Path) -> None:
    async def scenario(view: View) -> None:
        await view.enter()
        async with view.look() as socket:
            await drawn(socket, b"LANDFALL")
            assert len(children()) == 1
        await until(lambda: not children(), within_s=10)

    viewed(tmp_path, scenario)
    assert children() == []


def children() -> list[int]:
    """Consoles of this process that are alive."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            command = (entry / "cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        if int(stat[1]) == os.getpid() and b"watch-console" in command:
            found.append(int(entry.name))
    return found


@pytest.mark.parametrize(
    "said",
    [
        '["open_url", "http://evil.example"]',
        '["stdin", 7]',
        '["resize", {"width": 100000, "height": 2}]',
        '["resize", {"width": "8", "height": 2}]',
        '["stdin"]',
        "[" * 2000,
        "{}",
        "x" * (MAX_MESSAGE_BYTES + 1),
    ],
)
def test_what_is_no_message_ends_the_view(tmp_path: Path, said: str) -> None:
    async def scenario(view: View) -> None:
        await view.enter()
        async with view.look() as socket:
            await drawn(socket, b"LANDFALL")
            await socket.send_str(said)
            async with asyncio.timeout(20):
                while (await socket.receive()).type is aiohttp.WSMsgType.BINARY:
                    pass
            assert socket.closed

    viewed(tmp_path, scenario)


@pytest.mark.parametrize(
    "size", ["", "width=0&height=1", "width=9999&height=9", "width=a&height=9"]
)
def test_a_senseless_size_is_refused_before_anything_starts(tmp_path: Path, size: str) -> None:
    async def scenario(view: View) -> None:
        await view.enter()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await view.look(size)
        assert refused.value.status == 400
        assert children() == []

    viewed(tmp_path, scenario)


def test_no_more_browsers_than_are_allowed(tmp_path: Path) -> None:
    async def scenario(view: View) -> None:
        await view.enter()
        views = [await view.look() for _ in range(MAX_BROWSERS)]
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await view.look()
        assert refused.value.status == 503
        for socket in views:
            await socket.close()

    viewed(tmp_path, scenario)
    assert children() == []


# --- The process behind it ---


def shell(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def test_a_console_that_will_not_end_is_killed() -> None:
    stubborn = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "sys.stdout.buffer.write(b'__GANGLION__\\n'); sys.stdout.flush(); time.sleep(60)"
    )

    async def main() -> int:
        relay = await Relay.start(shell(stubborn), 80, 24)
        await relay.stop()
        return relay.pid

    assert not Path(f"/proc/{asyncio.run(main())}").exists()


def test_a_console_that_does_not_start_is_an_error_and_leaves_nothing() -> None:
    async def main() -> None:
        await Relay.start(shell("print('no driver')"), 80, 24)

    with pytest.raises(RelayError):
        asyncio.run(main())


def test_a_packet_that_is_too_long_is_never_held() -> None:
    long = (
        "import sys; out = sys.stdout.buffer;"
        "out.write(b'__GANGLION__\\nD\\xff\\xff\\xff\\xff'); out.flush()"
    )

    async def main() -> None:
        relay = await Relay.start(shell(long), 80, 24)
        try:
            await relay.show(lambda _: asyncio.sleep(0))
        finally:
            await relay.stop()

    with pytest.raises(RelayError, match="a packet of 4294967295 bytes"):
        asyncio.run(main())


def test_a_console_ends_when_its_server_was_killed(tmp_path: Path) -> None:
    script = (
        "import os, sys, subprocess, time\n"
        "child = subprocess.Popen([sys.executable, '-c', "
        "'from gcs.console.relay import end_with_parent; import time;"
        'end_with_parent(0.05, 0.2); print("up", flush=True); time.sleep(60)\'])\n'
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )

    async def main() -> None:
        server = await asyncio.create_subprocess_exec(
            *shell(script), stdout=asyncio.subprocess.PIPE
        )
        assert server.stdout is not None
        said = {(await server.stdout.readline()).strip(), (await server.stdout.readline()).strip()}
        (pid,) = (int(word) for word in said - {b"up"})
        server.send_signal(signal.SIGKILL)
        await server.wait()
        await until(lambda: has_ended(pid), within_s=10)

    asyncio.run(main())


def has_ended(pid: int) -> bool:
    """Gone, or a zombie that nobody asks: a container may have no init."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
