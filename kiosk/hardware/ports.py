"""What a device's `port` may be in the settings."""

from __future__ import annotations

from typing import Annotated

from drivers.errors import BadSetting
from drivers.ports.address import open_port
from drivers.ports.serial import LineSettings
from kiosk.model.limits import Limit, within

PCSC = "pcsc:"
"""Begins a port that is a PC/SC reader; a piece of its name follows."""
NETWORK_BAUD = 10_000_000
"""A socket takes bytes faster than any device uses them."""


def is_stream(value: object) -> bool:
    """Whether a text names a serial line, a USB printer or a socket."""
    if not isinstance(value, str):
        return False
    try:
        open_port(value, LineSettings())
    except BadSetting:
        return False
    return True


def _names_a_port(value: object) -> bool:
    if isinstance(value, str) and value.startswith(PCSC):
        return len(value) > len(PCSC)
    return is_stream(value)


Baud = Annotated[int, within(300, 4_000_000)]
PortName = Annotated[str, Limit("a path such as /dev/ttyUSB0, tcp://host:port, or pcsc:READER", _names_a_port)]


def speed_baud(port: str, baud: int) -> int:
    """How fast bytes go to the device."""
    return baud if port.startswith("/") else NETWORK_BAUD
