"""What a driver says of the hardware that it drives: `docs/hardware.md` and `kiosk doctor` are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a device is for."""

    PAD = "pad"
    GATE = "gate"
    SCANNER = "scanner"
    CARDS = "cards"
    PRINTER = "printer"
    SIGNALS = "signals"


class Sureness(StrEnum):
    """What the bytes were checked against."""

    CAPTURE = "captured exchanges of a real device"
    MANUAL = "the maker's manual or a standard"
    OTHERS = "others' public code"


@dataclass(frozen=True, slots=True)
class Declaration:
    """One driver and the devices that it is for."""

    kind: Kind
    driver: str
    """The word for it in `driver = "…"`."""
    make: str
    models: tuple[str, ...]
    interfaces: tuple[str, ...]
    """Ways to connect it, with the line's usual settings: `serial 38,400 8E1`, `TCP 10001`."""
    protocol: str
    supported: tuple[str, ...]
    left_out: tuple[str, ...]
    """What such a device can do and this driver does not, with the reason (`no public source`)."""
    sure: Sureness
    source: str
    """Manual and number, standard and clause, or repository and path."""
    settings: str
    """TOML to paste into `kiosk.toml` (a gate's: into the gate's file)."""
    usb: tuple[str, ...] = ()
    """USB `vendor:product` ids, four hex digits each, by which such a device may show. Many share a serial chip's."""
