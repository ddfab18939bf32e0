"""A FEIG pad on the staff's desk."""

from __future__ import annotations

from drivers.pads.feig.core import FeigPad
from drivers.pads.feig.frames import Answer
from drivers.pads.feig.requests import Request
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.polling.programmer import PolledProgrammer


class FeigProgrammer(PolledProgrammer[Request, Answer]):
    """`Conversation[ProgrammerEvent, ProgrammerCommand]`. A kiosk never needs it and cannot write memory."""

    def __init__(self, settings: FeigSettings) -> None:
        super().__init__(FeigPad(settings))
