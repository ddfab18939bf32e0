"""Trigger commands of engines that send their codes as text, and what each answers.

Sources: devices.md, sections 2 and 14, where those of each dialect are cited. Zebra's SSI, which is made of packets, is
in `scan_engine_ssi`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Protocol


class Dialect(StrEnum):
    """The language of an engine's trigger."""

    HONEYWELL = "honeywell"
    NEWLAND = "newland"
    NEWLAND_SHORT = "newland-short"
    GM65 = "gm65"


class Trigger(Enum):
    """What a host does to the trigger."""

    ON = auto()
    OFF = auto()


@dataclass(frozen=True, slots=True)
class Heard:
    """What a command does, and what the engine answers at once."""

    trigger: Trigger | None = None
    answer: bytes = b""


class Commands(Protocol):
    """Finds commands in what a host sends, however it is cut. Whatever is none is passed over in silence."""

    def take(self, data: bytes) -> list[Heard]:
        """Take bytes; return the commands that end in them."""
        ...

    def forget(self) -> None:
        """The line was opened anew: a command that has begun is over."""
        ...


HONEYWELL = {bytes.fromhex("16540D"): Heard(Trigger.ON), bytes.fromhex("16550D"): Heard(Trigger.OFF)}
"""SYN T CR and SYN U CR; the answer is the code."""
NEWLAND_SHORT = {bytes.fromhex("015404"): Heard(Trigger.ON)}
"""SOH T EOT. How it is switched off, and what it answers, no source says."""
GM65_DONE = bytes.fromhex("02000001003331")
"""It comes on the line of the codes, before the code."""
GM65 = {
    bytes.fromhex("7E000801000201ABCD"): Heard(Trigger.ON, GM65_DONE),
    bytes.fromhex("7E000801000200ABCD"): Heard(Trigger.OFF, GM65_DONE),
}


class FixedCommands:
    """Commands that are always the same bytes."""

    def __init__(self, commands: Mapping[bytes, Heard]) -> None:
        self._commands = commands
        self._longest = max(len(command) for command in commands)
        self._last = bytearray()

    @property
    def kept(self) -> int:
        """Bytes of a command that may have begun."""
        return len(self._last)

    def take(self, data: bytes) -> list[Heard]:
        """Take bytes; return the commands that end in them."""
        heard: list[Heard] = []
        for byte in data:
            self._last.append(byte)
            del self._last[: -self._longest]
            heard += [meant for command, meant in self._commands.items() if self._last.endswith(command)]
        return heard

    def forget(self) -> None:
        """A command that has begun is over."""
        self._last.clear()


NEWLAND_START = bytes.fromhex("7E0130303030")
NEWLAND_ANSWER = bytes.fromhex("020130303030")
NEWLAND_END = bytes.fromhex("3B03")
NEWLAND_TAKEN, NEWLAND_REFUSED = b"\x06", b"\x15"
NEWLAND_FOR_NOW, NEWLAND_FOR_EVER = b"#", b"@"
"""How long a setting lasts: until the power is cut, or written into the engine's memory."""
NEWLAND_TRIGGER = {b"SCNTRG1": Trigger.ON, b"SCNTRG0": Trigger.OFF}
NEWLAND_LONGEST = 256
"""Bytes of a command; no source says what an engine bears."""


class NewlandCommands:
    """Newland's unified commands: a wrapper around words, of which only the trigger's are public.

    The answer repeats storage and command before 06 or 15: devices.md shows the bytes around them, and no capture.
    """

    def __init__(self) -> None:
        self._received = bytearray()
        self.written_for_ever = 0
        """Times that a host has made the engine write into its memory, which wears it out."""

    @property
    def kept(self) -> int:
        """Bytes of a command that may have begun."""
        return len(self._received)

    def take(self, data: bytes) -> list[Heard]:
        """Take bytes; return the commands that end in them."""
        heard: list[Heard] = []
        for byte in data:
            self._received.append(byte)
            if len(self._received) <= len(NEWLAND_START):
                self._keep_a_start()
            elif self._received.endswith(NEWLAND_END):
                heard.append(self._command(bytes(self._received[len(NEWLAND_START) : -len(NEWLAND_END)])))
                self._received.clear()
            elif len(self._received) > NEWLAND_LONGEST:
                self._received.clear()
        return heard

    def forget(self) -> None:
        """A command that has begun is over."""
        self._received.clear()

    def _keep_a_start(self) -> None:
        while not NEWLAND_START.startswith(self._received):
            del self._received[0]

    def _command(self, words: bytes) -> Heard:
        storage, command = words[:1], words[1:]
        trigger = NEWLAND_TRIGGER.get(command) if storage in (NEWLAND_FOR_NOW, NEWLAND_FOR_EVER) else None
        if storage == NEWLAND_FOR_EVER and trigger is not None:
            self.written_for_ever += 1
        verdict = NEWLAND_REFUSED if trigger is None else NEWLAND_TAKEN
        return Heard(trigger, NEWLAND_ANSWER + words + verdict + NEWLAND_END)
