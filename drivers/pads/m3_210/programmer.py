"""A 3M pad on the staff's desk."""

from __future__ import annotations

from drivers.pads.m3_210.core import M3Pad
from drivers.pads.m3_210.frames import Answer
from drivers.pads.m3_210.requests import Request
from drivers.pads.m3_210.settings import M3Settings
from drivers.pads.polling.programmer import PolledProgrammer


class M3Programmer(PolledProgrammer[Request, Answer]):
    """`Conversation[ProgrammerEvent, ProgrammerCommand]`. Blocks of four bytes; others are not written."""

    def __init__(self, settings: M3Settings) -> None:
        super().__init__(M3Pad(settings))
