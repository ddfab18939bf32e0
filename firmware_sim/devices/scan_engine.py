"""A scan engine with a trigger by wire, which sends its codes as text.

Sources: devices.md, sections 2 and 14; the bytes of each dialect are in `scan_engine_dialects`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from firmware_sim.devices.scan_engine_aim import AIM_S, Aim, Held, Holding
from firmware_sim.devices.scan_engine_dialects import (
    GM65,
    HONEYWELL,
    NEWLAND_SHORT,
    Commands,
    Dialect,
    FixedCommands,
    NewlandCommands,
    Trigger,
)
from firmware_sim.devices.scan_engine_symbology import AIM, Symbology, symbology_of
from firmware_sim.devices.scanner import END_OF_CODE, LONGEST_SHOT


@dataclass(frozen=True, slots=True)
class Wording:
    """What an engine is set to send around a code; its AIM identifier stands between prefix and code."""

    prefix: bytes = b""
    suffix: bytes = END_OF_CODE
    sends_aim: bool = False

    def of(self, held: Held) -> bytes:
        """A code as it goes out."""
        identifier = AIM[held.symbology].encode() if self.sends_aim and held.symbology is not None else b""
        return self.prefix + identifier + held.code + self.suffix


PLAIN = Wording()


class TextEngine:
    """One engine on a serial line. It reads only while it is triggered, one code each time."""

    def __init__(self, dialect: Dialect, *, wording: Wording = PLAIN, aim_s: float = AIM_S) -> None:
        """`aim_s`: seconds that it looks for a code once it is triggered."""
        self._commands = _commands(dialect)
        self._wording = wording
        self._aim = Aim(aim_s)
        self._outgoing = b""

    @property
    def light(self) -> bool:
        """It looks for a code."""
        return self._aim.light

    @property
    def commands(self) -> Commands:
        """What it understands."""
        return self._commands

    def show(self, code: str, symbology: Symbology | None = None) -> None:
        """Hold a code before it until it is taken away: each trigger reads it. Raises ValueError if it is too long."""
        self._aim.show(Held(short_enough(code.encode()), symbology, Holding.UNTIL_TAKEN))

    def take_away(self) -> None:
        """Hold nothing before it."""
        self._aim.take_away()

    def fire(self, code: str, aim: str = "") -> None:
        """Hold out a code of the kind that an AIM identifier names, until it is read, for ten seconds at most.

        Raises ValueError for an identifier that it does not know, and for a code that is too long.
        """
        self._aim.show(Held(short_enough(code.encode()), symbology_of(aim), Holding.UNTIL_READ))

    def fire_bytes(self, data: bytes) -> None:
        """Say these bytes as they are, triggered or not. At most `LONGEST_SHOT`: raises ValueError."""
        self._say(short_enough(data))

    def receive(self, data: bytes, now_s: float) -> None:
        """Take what the host sends; what is no command of this dialect does nothing."""
        for heard in self._commands.take(data):
            # What was read before the command came has been said before its answer.
            self.tick(now_s)
            self._say(heard.answer)
            match heard.trigger:
                case Trigger.ON:
                    self._aim.switch_on(now_s)
                case Trigger.OFF:
                    self._aim.switch_off()
                case None:
                    pass
                case _:
                    assert_never(heard.trigger)

    def tick(self, now_s: float) -> None:
        """Let time pass: a code is read, or the light goes off."""
        read = self._aim.advance(now_s)
        if read is not None:
            self._say(self._wording.of(read))

    def due_s(self) -> float | None:
        """When a code will be read, or the light go off."""
        return self._aim.due_s()

    def take_outgoing(self) -> bytes:
        """What it has said since."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def connected(self, now_s: float) -> None:
        """A host has opened the line: a command cut off in the middle is over."""
        self._commands.forget()

    def _say(self, data: bytes) -> None:
        self._outgoing += data


def short_enough(data: bytes) -> bytes:
    """The same bytes; raises ValueError if they are more than `LONGEST_SHOT`."""
    if len(data) > LONGEST_SHOT:
        raise ValueError(f"a scanner says at most {LONGEST_SHOT} bytes at once, not {len(data)}")
    return data


def _commands(dialect: Dialect) -> Commands:
    match dialect:
        case Dialect.HONEYWELL:
            return FixedCommands(HONEYWELL)
        case Dialect.NEWLAND:
            return NewlandCommands()
        case Dialect.NEWLAND_SHORT:
            return FixedCommands(NEWLAND_SHORT)
        case Dialect.GM65:
            return FixedCommands(GM65)
        case _:
            assert_never(dialect)
