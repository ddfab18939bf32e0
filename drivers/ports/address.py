"""From the text of a setting to a port."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from drivers.errors import BadSetting
from drivers.ports.listening import ListeningPort
from drivers.ports.port import Port
from drivers.ports.serial import LineSettings, SerialPort
from drivers.ports.tcp import TcpPort
from drivers.ports.usb_printer import FOLDER, UsbPrinterPort


def open_port(address: str, line: LineSettings) -> Port:
    """The port that `address` names.

    `/dev/…` (or any path) is a serial line; a path in `/dev/usb/` is a printer behind the kernel's usblp:
    `/dev/usb/lp0`. `tcp://host:port` is a socket, and `tcp-listen://host:port` one that a device connects to;
    `tcp-listen://host:port?peer=192.168.1.20` lets in only that one. The port is not opened yet. Raises `BadSetting`
    where the text is none of these.
    """
    if address.startswith(FOLDER):
        return UsbPrinterPort(address)
    if address.startswith("/"):
        return SerialPort(address, line)
    if (place := host_and_port(address)) is not None:
        parts = urlsplit(address)
        if parts.scheme == "tcp":
            return TcpPort(*place)
        if parts.scheme == "tcp-listen":
            return ListeningPort(*place, _peer(address, parts.query))
    raise BadSetting(
        f"{address!r} names no port: give a path such as /dev/ttyUSB0, tcp://host:port, or tcp-listen://host:port"
        " for a device that connects to us"
    )


def host_and_port(address: str) -> tuple[str, int] | None:
    """Of `scheme://host:port`, whatever the scheme; None where either is missing or makes no sense."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return (host, port) if host and port else None


def _peer(address: str, query: str) -> str | None:
    """Raises `BadSetting` where something else than `peer` stands behind the question mark."""
    if not query:
        return None
    named = parse_qs(query, keep_blank_values=True)
    if list(named) != ["peer"] or len(named["peer"]) != 1:
        raise BadSetting(f"{address!r}: behind the question mark only peer=ADDRESS is known")
    return named["peer"][0]
