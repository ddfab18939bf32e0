"""From the text of a setting to a port."""

from __future__ import annotations

from urllib.parse import urlsplit

from drivers.errors import BadSetting
from drivers.ports.port import Port
from drivers.ports.serial import LineSettings, SerialPort
from drivers.ports.tcp import TcpPort
from drivers.ports.usb_printer import FOLDER, UsbPrinterPort


def open_port(address: str, line: LineSettings) -> Port:
    """The port that `address` names: `/dev/…` (or any path) for a serial line, `tcp://host:port` for a socket.

    A path in `/dev/usb/` is a printer behind the kernel's usblp: `/dev/usb/lp0`. The port is not opened yet. Raises
    `BadSetting` where the text is neither.
    """
    if address.startswith(FOLDER):
        return UsbPrinterPort(address)
    if address.startswith("/"):
        return SerialPort(address, line)
    parts = urlsplit(address)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme == "tcp" and host and port:
        return TcpPort(host, port)
    raise BadSetting(f"{address!r} names no port: give a path such as /dev/ttyUSB0, or tcp://host:port")
