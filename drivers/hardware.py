"""Every driver's declaration, in one place: `docs/hardware.md` is made from it and `kiosk doctor` looks into it."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from drivers.declared import Declaration

DECLARING = (
    "drivers.pads.feig.declaration",
    "drivers.pads.m3_210.declaration",
    "drivers.pads.rl866.declaration",
    "drivers.pads.pcsc.declaration",
    "drivers.pads.llrp.declaration",
    "drivers.gates.lsp2.declaration",
    "drivers.gates.feig.declaration",
    "drivers.gates.llrp_declaration",
    "drivers.scanners.declaration",
    "drivers.cards.declaration",
    "drivers.printers.declaration",
    "drivers.signals.declaration",
)
"""Modules with a tuple `DECLARED`. Imported when somebody asks: a kiosk does not pay for all of them at its start."""


@cache
def declared() -> tuple[Declaration, ...]:
    """In the order of the table."""
    found: list[Declaration] = []
    for module in DECLARING:
        found += import_module(module).DECLARED
    return tuple(found)
