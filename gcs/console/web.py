"""The console in a browser: read-only, on this machine, for whoever has the link.

Each browser gets a console process that attaches to the station without a position, so
it is the station that keeps it from acting. What may reach it:

- only 127.0.0.1 is listened on, and only its names are taken as Host (no DNS rebinding);
- the link carries a token, drawn anew at each start; it is traded for a cookie that other
  sites cannot send, and the page is never cached or framed;
- the socket wants the cookie and an Origin of this very page;
- scripts, styles and fonts are the ones shipped with textual-serve, served by name: no
  listing, nothing from elsewhere, and the page's policy says so to the browser;
- a bounded number of browsers, messages of bounded size, and a process that ends with
  its browser.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from importlib.resources import files
from typing import Annotated, TypeAlias

import msgspec
from aiohttp import WSMsgType, web
from msgspec import Meta

from gcs.console.relay import Relay, RelayError, console_command

HOST = "127.0.0.1"
MAX_BROWSERS = 4
MAX_MESSAGE_BYTES = 4096
HEARTBEAT_S = 15.0
COOKIE = "landfall"

_ASSETS = {
    "textual.js": ("js/textual.js", "text/javascript"),
    "xterm.css": ("css/xterm.css", "text/css"),
    "mono.ttf": ("fonts/RobotoMono-VariableFont_wght.ttf", "font/ttf"),
}
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        # The terminal widget sizes its cells by style elements of its own.
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Landfall, read-only</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/xterm.css">
<style>
@font-face {{ font-family: "Roboto Mono"; src: url("/assets/mono.ttf"); }}
html, body {{ margin: 0; height: 100%; overflow: hidden; background: #000; }}
#terminal {{ width: 100vw; height: 100vh; }}
.closed {{ display: none; color: #ccc; font: 16px "Roboto Mono", monospace; padding: 2em; }}
body.-closed .closed {{ display: block; }}
body.-closed #terminal {{ display: none; }}
</style>
<script src="/assets/textual.js"></script>
</head>
<body>
<p class="closed">The view has ended. Reload the page to look again.</p>
<div id="terminal" class="textual-terminal"
 data-session-websocket-url="ws://{host}/view" data-font-size="14"></div>
</body>
</html>
"""

Cells = Annotated[int, Meta(ge=1, le=500)]


class _Size(msgspec.Struct, forbid_unknown_fields=True):
    width: Cells
    height: Cells


_envelope = msgspec.json.Decoder(tuple[str, msgspec.Raw])
_size = msgspec.json.Decoder(_Size)
_text = msgspec.json.Decoder(str)

_Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WebConsole:
    """Serves consoles of the station at `address` to browsers."""

    def __init__(self, address: str, port: int = 0) -> None:
        self._command = console_command(address)
        self._port = port
        self._token = secrets.token_urlsafe(24)
        self._browsers: set[web.WebSocketResponse] = set()
        self._opening = 0
        self._runner: web.AppRunner | None = None

    @property
    def link(self) -> str:
        """What a person opens: the page, with the token."""
        return f"http://{HOST}:{self._port}/?token={self._token}"

    async def start(self) -> None:
        """Listen; OSError where the port cannot be had."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/", self._page)
        app.router.add_get("/assets/{name}", self._asset)
        app.router.add_get("/view", self._view)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=3.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._port)
        await site.start()
        self._port = int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Close every view and stop listening."""
        await asyncio.gather(*(browser.close() for browser in tuple(self._browsers)))
        if self._runner is not None:
            await self._runner.cleanup()

    # --- Who may come in ---

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Nothing is answered but to this machine's own names for itself."""
        try:
            if request.host not in self._hosts():
                raise web.HTTPForbidden(text="this view is for this machine only\n")
            response = await handler(request)
        except web.HTTPException as error:
            error.headers.update(_HEADERS)
            raise
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    def _hosts(self) -> tuple[str, str]:
        return f"{HOST}:{self._port}", f"localhost:{self._port}"

    def _known(self, request: web.Request) -> bool:
        return self._is_token(request.cookies.get(COOKIE, ""))

    def _is_token(self, text: str) -> bool:
        return compare_digest(text.encode("utf-8", "replace"), self._token.encode())

    def _check_known(self, request: web.Request) -> None:
        if not self._known(request):
            raise web.HTTPForbidden(text="open the link that `gcs serve` printed\n")

    # --- What they get ---

    async def _page(self, request: web.Request) -> web.StreamResponse:
        if self._is_token(request.query.get("token", "")):
            # The token leaves the address bar, and with it the history.
            answer = web.HTTPFound("/")
            answer.set_cookie(COOKIE, self._token, httponly=True, samesite="Strict", path="/")
            raise answer
        self._check_known(request)
        return web.Response(text=_PAGE.format(host=request.host), content_type="text/html")

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        self._check_known(request)
        found = _ASSETS.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound(text="no such file\n")
        path, content_type = found
        body = files("textual_serve").joinpath("static", path).read_bytes()
        return web.Response(body=body, content_type=content_type)

    async def _view(self, request: web.Request) -> web.StreamResponse:
        self._check_known(request)
        if request.headers.get("Origin") != f"http://{request.host}":
            raise web.HTTPForbidden(text="only this view's own page may look\n")
        if len(self._browsers) + self._opening >= MAX_BROWSERS:
            raise web.HTTPServiceUnavailable(text=f"{MAX_BROWSERS} browsers look already\n")
        size = _size_asked(request)
        browser = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=MAX_MESSAGE_BYTES)
        self._opening += 1
        try:
            await browser.prepare(request)
            self._browsers.add(browser)
        finally:
            self._opening -= 1
        try:
            await self._serve(browser, size)
        finally:
            self._browsers.discard(browser)
        return browser

    async def _serve(self, browser: web.WebSocketResponse, size: _Size) -> None:
        try:
            relay = await Relay.start(self._command, size.width, size.height)
        except (OSError, RelayError, TimeoutError):
            await browser.close(message=b"the console did not start")
            return
        showing = asyncio.ensure_future(_show(relay, browser))
        try:
            await _listen(relay, browser)
        finally:
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)
            await relay.stop()


async def _show(relay: Relay, browser: web.WebSocketResponse) -> None:
    """What the console draws, until it ends; then the browser's view ends too."""
    try:
        await relay.show(browser.send_bytes)
    except (RelayError, OSError):
        pass
    finally:
        await browser.close()


async def _listen(relay: Relay, browser: web.WebSocketResponse) -> None:
    """What the browser says; the first thing that is no message ends it."""
    async for message in browser:
        if message.type is not WSMsgType.TEXT:
            break
        try:
            await _heard(relay, browser, message.data)
        except (msgspec.MsgspecError, RecursionError):
            break


async def _heard(relay: Relay, browser: web.WebSocketResponse, text: str) -> None:
    kind, said = _envelope.decode(text)
    match kind:
        case "stdin":
            await relay.type(_text.decode(said).encode("utf-8", "replace"))
        case "resize":
            size = _size.decode(said)
            await relay.tell("resize", width=size.width, height=size.height)
        case "ping":
            await browser.send_json(["pong", _text.decode(said)])
        case "focus" | "blur":
            await relay.tell(kind)
        case _:
            raise msgspec.ValidationError(f"no message {kind[:20]!r}")


def _size_asked(request: web.Request) -> _Size:
    """The terminal's size that the page asks for."""
    asked = {name: request.query.get(name, "0") for name in ("width", "height")}
    try:
        return msgspec.convert(asked, _Size, strict=False)
    except msgspec.ValidationError as error:
        raise web.HTTPBadRequest(text=f"{error}\n") from error
