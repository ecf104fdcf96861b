"""What the UDP link sustains: another process sends, this one counts what arrived.

Prints, for each offered rate, datagrams a second received, those lost, and the
share of a core that receiving took.
"""

from __future__ import annotations

import asyncio
import sys
import time

from gcs.links.udp import UdpByteLink
from gcs.messages import LinkState

_DURATION_S = 2.0
_SENDER = """
import socket, sys, time
port, rate, count = map(int, sys.argv[1:])
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.connect(("127.0.0.1", port))
started = time.monotonic()
sent = 0
while sent < count:
    due = min(count, int((time.monotonic() - started) * rate) + 1)
    while sent < due:
        sender.send(sent.to_bytes(4, "little") * 12)
        sent += 1
    time.sleep(0.0005)
"""


class _Counter:
    def __init__(self) -> None:
        self.count = 0
        self.first_s = 0.0
        self.last_s = 0.0
        self.up = asyncio.Event()

    def received(
        self, link: str, data: bytes, peer: str = "", topic: str = "", retained: bool = False
    ) -> None:
        self.last_s = time.monotonic()
        self.first_s = self.first_s or self.last_s
        self.count += 1

    def changed(self, link: str, state: LinkState, detail: str) -> None:
        if state is LinkState.UP:
            self.up.set()


async def _measure(rate_hz: int) -> str:
    counter = _Counter()
    link = UdpByteLink("bench", counter, host="127.0.0.1", port=0)
    run = asyncio.create_task(link.run())
    await counter.up.wait()
    count = int(rate_hz * _DURATION_S)
    arguments = [sys.executable, "-c", _SENDER, str(link.port), str(rate_hz), str(count)]
    cpu_s = time.process_time()
    sender = await asyncio.create_subprocess_exec(*arguments)
    await sender.wait()
    await asyncio.sleep(0.2)
    elapsed_s, cpu_s = counter.last_s - counter.first_s, time.process_time() - cpu_s
    run.cancel()
    lost = count - counter.count
    return (
        f"udp offered {rate_hz:>7,}/s: received {counter.count / elapsed_s:>9,.0f}/s, "
        f"lost {lost}, {100 * cpu_s / elapsed_s:.0f} % of a core, "
        f"{1e6 * cpu_s / max(1, counter.count):.1f} us each"
    )


async def _main() -> None:
    for rate_hz in (20_000, 60_000, 150_000):
        print(await _measure(rate_hz))


if __name__ == "__main__":
    asyncio.run(_main())
