"""A headless Chromium, driven over its debugging socket."""

from __future__ import annotations

import asyncio
import base64
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.links.harness import until

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    "--window-size=1500,950",
    "about:blank",
)


def chromium_here() -> str:
    """The browser's program; the test is skipped where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium here: install Debian's package chromium to test the browser view")
    return found


class Page:
    """One page: what it asks of the network, what it says, what it looks like."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.requests: list[str] = []
        self.refused: list[str] = []
        self.frames = 0

    async def listen(self) -> None:
        """Take in what the browser tells."""
        async for message in self._socket:
            told = message.json()
            answer = self._answers.pop(told.get("id", 0), None)
            if answer is not None and not answer.done():
                answer.set_result(told.get("result", {}))
            self._note(told.get("method", ""), told.get("params", {}))

    def _note(self, method: str, said: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.requests.append(said["url"])
        elif method == "Network.webSocketFrameReceived":
            self.frames += 1
        elif method == "Log.entryAdded":
            self.refused.append(said["entry"]["text"])

    async def ask(self, method: str, **said: Any) -> dict[str, Any]:
        """One command of the debugging protocol, and its answer."""
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": said})
        async with asyncio.timeout(20):
            return await self._answers[number]

    async def open(self, url: str) -> None:
        """Open a page."""
        for domain in ("Network", "Log", "Page", "Runtime"):
            await self.ask(f"{domain}.enable")
        await self.ask("Page.navigate", url=url)

    async def evaluate(self, script: str) -> Any:
        """The value of an expression in the page."""
        answer = await self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        return answer.get("result", {}).get("value")

    async def press(self, key: str, code: int) -> None:
        """One key of the keyboard."""
        for kind in ("keyDown", "keyUp"):
            await self.ask("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code)

    async def screenshot(self) -> bytes:
        """A picture of the page, PNG."""
        answer = await self.ask("Page.captureScreenshot")
        return base64.b64decode(answer["data"])

    async def until_frames(self, count: int) -> None:
        """Wait until the page's socket has brought so many frames."""
        await until(lambda: self.frames >= count, within_s=30)


@asynccontextmanager
async def browsing() -> AsyncIterator[Page]:
    """A browser with one page, gone after the block."""
    program = chromium_here()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = await asyncio.create_subprocess_exec(
            program,
            f"--user-data-dir={profile}",
            *_FLAGS,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            port = await _debugging_port(Path(profile))
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json/list") as found:
                    (target,) = [t for t in await found.json() if t["type"] == "page"]
                async with session.ws_connect(
                    target["webSocketDebuggerUrl"], max_msg_size=64 * 1024 * 1024
                ) as socket:
                    page = Page(socket)
                    listening = asyncio.ensure_future(page.listen())
                    try:
                        yield page
                    finally:
                        listening.cancel()
                        await asyncio.gather(listening, return_exceptions=True)
        finally:
            with suppress(ProcessLookupError):
                browser.kill()
            await browser.wait()


async def _debugging_port(profile: Path) -> int:
    """Chromium writes the port that it took into its profile."""
    told = profile / "DevToolsActivePort"
    await until(lambda: _said(told), within_s=30)
    return int(_said(told)[0])


def _said(path: Path) -> list[str]:
    try:
        text = path.read_text()
    except FileNotFoundError:
        return []
    return text.split() if "\n" in text else []
