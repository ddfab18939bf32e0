"""The `Signals` protocol: outputs with names, switched on for a time, and inputs, whoever makes the board.

A driver keeps what each output shall be, not a list of orders: one that a later order overtakes before it was sent is
not sent. What an output shall be is told to the board again whenever the board comes back.
"""

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
    volume_percent: int | None = None
    """How loud, of an output that can be softer (a speaker); a relay is on or off."""


@dataclass(frozen=True, slots=True)
class Switched:
    """An output is known, or (where the board does not answer) told, to be so."""

    output: str
    on: bool
    confirmed: bool
    """True where the board said so itself."""


@dataclass(frozen=True, slots=True)
class SwitchRefused:
    """An order names no output of this board: nothing was switched."""

    output: str
    detail: str
    """For the technician: the name that was perhaps meant."""


@dataclass(frozen=True, slots=True)
class Sensed:
    """What an input of a board says now; told when it changes, and afresh whenever the board comes back."""

    input: str
    """Its name in the settings: `door-1`, `fallen`, `bin-2-full`."""
    on: bool


SignalEvent = Switched | SwitchRefused | Sensed | Faulted | Recovered
SignalCommand = Switch
