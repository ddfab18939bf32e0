"""Every protocol that this product can put in words, by the name of its vector file.

Modules are imported when they are asked for, so that a start of the program does not pay for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from types import MappingProxyType

from drivers.described import Described, Direction

Describe = Callable[[bytes, Direction | None], list[Described]]


@dataclass(frozen=True, slots=True)
class Protocol:
    """One protocol: what it is, where it is known from, and the function that puts its bytes in words."""

    what: str
    source: str
    module: str
    function: str = "describe"


_ESC_POS = "Epson ESC/POS command reference"
PROTOCOLS = MappingProxyType(
    {
        "escpos": Protocol("receipt printers, ESC/POS", _ESC_POS, "drivers.printers.describe"),
        **{
            f"escpos:{n}": Protocol(
                f"the answer to status question {n} (DLE EOT {n})",
                _ESC_POS,
                "drivers.printers.describe",
                f"describe_status_{n}",
            )
            for n in (1, 2, 3, 4)
        },
        "evdev": Protocol(
            "scanners that type as a keyboard, as Linux input records",
            "Linux input.h, input-event-codes.h",
            "drivers.scanners.describe_evdev",
        ),
        "feig": Protocol(
            "FEIG OBID readers and gates", "FEIG H20800-16e-ID-B, H71011-0e", "drivers.pads.feig.describe"
        ),
        "llrp": Protocol("UHF readers and portals, LLRP", "EPCglobal LLRP 1.1", "drivers.llrp.describe"),
        "lsp2": Protocol("TAGSYS gates, LSP2", "github GallusMax/libdanrfid", "drivers.gates.lsp2.describe"),
        "m3_210": Protocol(
            "3M / Bibliotheca 210 and 810 pads",
            "3M RFID Reader Model 210 Protocol Specification 1.0.0",
            "drivers.pads.m3_210.describe",
        ),
        "pcsc": Protocol("card readers, PC/SC", "PC/SC part 3; ACR122U API 2.04", "drivers.cards.describe"),
        "rl866": Protocol("RL866 / M201 class pads", "github Hypernova-Oy/lainuri", "drivers.pads.rl866.describe"),
        "scan_engine": Protocol(
            "scan engines: triggers and Zebra SSI",
            "makers' guides as quoted in public programs",
            "drivers.scanners.describe_engine",
        ),
        "scanner": Protocol("serial scanners", "ISO/IEC 15424 (AIM identifiers)", "drivers.scanners.describe"),
    }
)


class UnknownProtocol(KeyError):
    """No protocol has this name; `nearest` are names of `known` ones that look like it."""

    def __init__(self, name: str, known: Iterable[str] = PROTOCOLS) -> None:
        super().__init__(name)
        self.name = name
        self.nearest = tuple(get_close_matches(name, list(known), n=3, cutoff=0.5))


def known_protocols() -> tuple[str, ...]:
    """Names in the alphabet's order."""
    return tuple(sorted(PROTOCOLS))


def describer(name: str) -> Describe:
    """The function that puts bytes of a protocol in words. Raises `UnknownProtocol`."""
    protocol = PROTOCOLS.get(name)
    if protocol is None:
        raise UnknownProtocol(name)
    found: Describe = getattr(import_module(protocol.module), protocol.function)
    return found
