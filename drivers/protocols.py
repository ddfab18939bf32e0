"""Every protocol that this product can put in words, by the name of its vector file.

Modules are imported when they are asked for, so that a start of the program does not pay for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module

from drivers.described import Described, Direction

Describe = Callable[[bytes, Direction | None], list[Described]]

_PLACES: dict[str, tuple[str, str]] = {
    "escpos": ("drivers.printers.describe", "describe"),
    **{f"escpos:{n}": ("drivers.printers.describe", f"describe_status_{n}") for n in (1, 2, 3, 4)},
    "evdev": ("drivers.scanners.describe_evdev", "describe"),
    "feig": ("drivers.pads.feig.describe", "describe"),
    "llrp": ("drivers.gates.llrp_describe", "describe"),
    "lsp2": ("drivers.gates.lsp2_describe", "describe"),
    "m3_210": ("drivers.pads.m3_210_describe", "describe"),
    "pcsc": ("drivers.cards.describe", "describe"),
    "rl866": ("drivers.pads.rl866_describe", "describe"),
    "scan_engine": ("drivers.scanners.describe_engine", "describe"),
    "scanner": ("drivers.scanners.describe", "describe"),
}


class UnknownProtocol(KeyError):
    """No protocol has this name; `nearest` are names that look like it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
        self.nearest = tuple(get_close_matches(name, _PLACES, n=3, cutoff=0.5))


def known_protocols() -> tuple[str, ...]:
    """Names in the alphabet's order."""
    return tuple(sorted(_PLACES))


def describer(name: str) -> Describe:
    """The function that puts bytes of a protocol in words. Raises `UnknownProtocol`."""
    if name not in _PLACES:
        raise UnknownProtocol(name)
    module, function = _PLACES[name]
    found: Describe = getattr(import_module(module), function)
    return found
