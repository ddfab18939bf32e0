"""One RL866 class reader as a conversation, at a kiosk and on the staff's desk."""

from __future__ import annotations

from drivers.pads.polling.pad import PolledPad
from drivers.pads.polling.programmer import PolledProgrammer
from drivers.pads.rl866.dialect import Rl866Dialect
from drivers.pads.rl866.frames import Block
from drivers.pads.rl866.requests import Request
from drivers.pads.rl866.settings import Rl866Settings


class Rl866Pad(PolledPad[Request, Block]):
    """`Conversation[PadEvent, PadCommand]`. The line is 38,400 baud with even parity."""

    def __init__(self, settings: Rl866Settings) -> None:
        super().__init__(Rl866Dialect(settings), settings)


class Rl866Programmer(PolledProgrammer[Request, Block]):
    """`Conversation[ProgrammerEvent, ProgrammerCommand]`. A kiosk never needs it and cannot write memory."""

    def __init__(self, settings: Rl866Settings) -> None:
        super().__init__(Rl866Pad(settings))
