"""The browser view in a real browser: it draws, and asks nothing of anybody else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from yarl import URL

from gcs.console.server import ConsoleServer
from gcs.console.web import WebConsole
from tests.console.scenes import Scene, catalogue
from tests.helpers.chromium import Page, browsing, chromium_here

pytestmark = pytest.mark.slow
F7 = 118


async def look(tmp_path: Path) -> tuple[Page, URL, list[int]]:
    """Open the view, watch it move, press a key; the page, where it was, its pictures' sizes."""
    address = f"unix:{tmp_path}/station"
    pictures = []
    async with ConsoleServer(address, catalogue(), lambda _: None) as station:
        web = WebConsole(address)
        await web.start()
        try:
            async with browsing() as page:
                await page.open(web.link)
                for sequence in range(1, 400):
                    station.publish(Scene(sequence=sequence).snapshot())
                    await asyncio.sleep(0.1)
                    if page.frames > 40:
                        break
                for key in ("", "F7"):
                    if key:
                        await page.press(key, F7)
                        await asyncio.sleep(1.5)
                    pictures.append(len(await page.screenshot()))
                return page, URL(web.link), pictures
        finally:
            await web.close()


def test_the_console_draws_in_a_browser_and_reaches_for_nothing_else(tmp_path: Path) -> None:
    chromium_here()
    page, link, pictures = asyncio.run(look(tmp_path))
    assert page.frames > 40
    asked = {URL(url) for url in page.requests}
    assert {(url.host, url.port) for url in asked} == {(link.host, link.port)}
    assert {url.path for url in asked} == {
        "/",
        "/view",
        "/assets/textual.js",
        "/assets/xterm.css",
        "/assets/mono.ttf",
    }
    assert not [text for text in page.refused if "Content Security Policy" in text]
    # A black page of this size compresses to some kB.
    assert min(pictures) > 30_000
    assert len(set(pictures)) == len(pictures), "another page looks otherwise"
