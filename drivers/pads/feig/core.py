"""One FEIG OBID reader as a conversation. Source: FEIG H20800-16e-ID-B, chapters 3, 6 and 7."""

from __future__ import annotations

from drivers.pads.feig.dialect import FeigDialect
from drivers.pads.feig.frames import Answer
from drivers.pads.feig.requests import Request
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.polling.pad import PolledPad


class FeigPad(PolledPad[Request, Answer]):
    """`Conversation[PadEvent, PadCommand]`. The line is 38,400 baud with even parity, as the maker sets it."""

    def __init__(self, settings: FeigSettings) -> None:
        super().__init__(FeigDialect(settings), settings)
