"""The serial ports of this machine."""

from __future__ import annotations

from dataclasses import dataclass

from serial.tools import list_ports as _pyserial


@dataclass(frozen=True)
class SerialPort:
    """A port as the system describes it; what is not known is empty.

    `serial_number` tells two equal adapters apart, whichever was plugged in first.
    """

    device: str
    description: str = ""
    manufacturer: str = ""
    serial_number: str = ""
    usb_id: str = ""


def list_ports() -> tuple[SerialPort, ...]:
    """The serial ports present now, by device name."""
    found = (
        SerialPort(
            device=port.device,
            description="" if port.description in (None, "n/a") else port.description,
            manufacturer=port.manufacturer or "",
            serial_number=port.serial_number or "",
            usb_id=f"{port.vid:04x}:{port.pid:04x}" if port.vid is not None else "",
        )
        for port in _pyserial.comports()
    )
    return tuple(sorted(found, key=lambda port: port.device))
