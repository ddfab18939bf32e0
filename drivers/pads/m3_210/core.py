"""One 3M / Bibliotheca 210 or 810 reader as a conversation."""

from __future__ import annotations

from drivers.pads.m3_210.dialect import M3Dialect
from drivers.pads.m3_210.frames import Answer
from drivers.pads.m3_210.requests import Request
from drivers.pads.m3_210.settings import M3Settings
from drivers.pads.polling.pad import PolledPad


class M3Pad(PolledPad[Request, Answer]):
    """`Conversation[PadEvent, PadCommand]`. The line is 19,200 baud without parity."""

    def __init__(self, settings: M3Settings) -> None:
        super().__init__(M3Dialect(settings), settings)
