"""A serial port: opened when it appears, lost when it hangs up, opened again."""

from __future__ import annotations

import asyncio

import serial

from gcs.links.base import ByteLink, LinkDownError, LinkEvents, sentence, serial_retry
from gcs.links.descriptor import DescriptorPump

_UNSENT_BYTES = 16_384


class SerialByteLink(ByteLink):
    """A serial device at a baud rate, eight data bits, no parity, one stop bit.

    The port is opened exclusively: a second reader would steal bytes from both.
    """

    def __init__(self, link_id: str, events: LinkEvents, *, device: str, baud: int) -> None:
        super().__init__(link_id, events, serial_retry())
        self._device = device
        self._baud = baud
        self._pump: DescriptorPump | None = None

    @property
    def name(self) -> str:
        """The device and its baud rate."""
        return f"serial {self._device} at {self._baud} baud"

    async def _session(self) -> None:
        if not self._device:
            raise LinkDownError("serial: no device is configured")
        # A USB adapter may take tens of milliseconds to open; the loop goes on meanwhile.
        with await asyncio.to_thread(self._open) as port:
            self._pump = DescriptorPump(port.fileno(), self._deliver, _UNSENT_BYTES)
            try:
                self._up(f"open: {self.name}")
                reason = await self._pump.lost
            finally:
                self._pump.stop()
                self._pump = None
        raise LinkDownError(f"{self.name}: {reason}")

    def _open(self) -> serial.Serial:
        try:
            return serial.Serial(self._device, self._baud, timeout=0, exclusive=True)
        except (serial.SerialException, ValueError) as error:
            raise LinkDownError(sentence(self.name, error)) from error

    def _write(self, data: bytes, peer: str) -> bool:
        return not peer and self._pump is not None and self._pump.write(data)
