"""One PC/SC desk reader as a conversation: one book at a time, at a kiosk or on the staff's desk."""

from __future__ import annotations

from drivers.cards.apdu import Answer
from drivers.pads.pcsc.dialect import PcscDialect
from drivers.pads.pcsc.session import Request
from drivers.pads.pcsc.settings import PcscPadSettings
from drivers.pads.polling.pad import PolledPad
from drivers.pads.polling.programmer import PolledProgrammer


class PcscPad(PolledPad[Request, Answer]):
    """`Conversation[PadEvent, PadCommand]` in APDUs. `drivers.ports.pcsc` puts it on a reader."""

    def __init__(self, settings: PcscPadSettings) -> None:
        super().__init__(PcscDialect(settings), settings)


class PcscProgrammer(PolledProgrammer[Request, Answer]):
    """`Conversation[ProgrammerEvent, ProgrammerCommand]`. A kiosk never needs it and cannot write memory."""

    def __init__(self, settings: PcscPadSettings) -> None:
        super().__init__(PcscPad(settings))
