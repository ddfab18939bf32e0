"""The `Signals` protocol: outputs with names, switched on for a time, whoever makes the relay."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.health import Faulted, Recovered


@dataclass(frozen=True, slots=True)
class Switch:
    """Put one output on or off."""

    output: str
    """Its name in the settings: `return-lamp`, `bin-2`, `gate-buzzer`."""
    on: bool
    for_s: float | None = None
    """Off again by itself after this time. None: until it is switched."""


@dataclass(frozen=True, slots=True)
class Switched:
    """An output is known, or (where the board does not answer) told, to be so."""

    output: str
    on: bool
    confirmed: bool
    """True where the board said so itself."""


SignalEvent = Switched | Faulted | Recovered
SignalCommand = Switch
