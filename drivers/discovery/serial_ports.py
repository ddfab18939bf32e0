"""Serial ports of this machine, with the name by which each is found again after a restart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from drivers.declared import Declaration

BY_ID = Path("/dev/serial/by-id")
SERIAL_CHIPS = {
    0x0403: "FTDI",
    0x067B: "Prolific",
    0x10C4: "Silicon Labs",
    0x1A86: "WCH",
    0x04E2: "Exar",
    0x0557: "ATEN",
}
"""USB vendors of serial converters: what sits behind such a port its USB name does not tell. Source: usb.ids."""


@dataclass(frozen=True, slots=True)
class SerialPort:
    """One port. `name` is what belongs into the settings: it stays the same when the ports are counted anew."""

    name: str
    path: str
    usb: str | None = None
    """`vendor:product` in four hex digits each; None for a port that is no USB device."""
    serial_number: str | None = None
    words: str = ""
    """What the device says of itself, or which chip its converter has."""

    def udev_rule(self, link: str) -> str | None:
        """A rule that names this very device `/dev/kiosk/LINK`; None where USB does not tell it from others."""
        if self.usb is None:
            return None
        vendor, product = self.usb.split(":")
        parts = ['SUBSYSTEM=="tty"', f'ATTRS{{idVendor}}=="{vendor}"', f'ATTRS{{idProduct}}=="{product}"']
        if self.serial_number:
            parts.append(f'ATTRS{{serial}}=="{self.serial_number}"')
        return ", ".join([*parts, f'SYMLINK+="kiosk/{link}"'])

    def suits(self, declared: Iterable[Declaration]) -> list[Declaration]:
        """Drivers whose devices show under this USB name."""
        return [] if self.usb is None else [each for each in declared if self.usb in each.usb]


def serial_ports(by_id: Path = BY_ID) -> list[SerialPort]:
    """Every port that the machine has, without opening one."""
    names = {str(link.resolve()): str(link) for link in by_id.iterdir()} if by_id.is_dir() else {}
    return told(list_ports.comports(), names)


def told(found: Sequence[ListPortInfo], names: dict[str, str]) -> list[SerialPort]:
    """Ports as this product speaks of them; `names` are lasting names by path. In the order of their paths."""
    ports = [_port(each, names) for each in found]
    return sorted(ports, key=lambda port: [int(part) if part.isdigit() else part for part in _parts(port.path)])


def _parts(path: str) -> list[str]:
    return [part for part in re.split(r"(\d+)", path) if part]


def _port(found: ListPortInfo, names: dict[str, str]) -> SerialPort:
    path = str(found.device)
    if found.vid is None or found.pid is None:
        return SerialPort(names.get(path, path), path, words=_text(found.description))
    chip = SERIAL_CHIPS.get(found.vid)
    own = " ".join(part for part in (_text(found.manufacturer), _text(found.product)) if part)
    words = ", ".join(part for part in (own, f"serial converter of {chip}" if chip else "") if part)
    usb = f"{found.vid:04x}:{found.pid:04x}"
    return SerialPort(names.get(path, path), path, usb, _text(found.serial_number) or None, words)


def _text(value: object) -> str:
    """A USB text may be missing, and `n/a` stands for that, too."""
    text = value if isinstance(value, str) else ""
    return "" if text == "n/a" else text.strip()
