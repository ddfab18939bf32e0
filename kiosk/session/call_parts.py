"""A call for staff."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.model.ids import AskId


class CallStage(StrEnum):
    """How a call for staff went."""

    CALLING = "calling"
    HEARD = "heard"
    UNHEARD = "unheard"
    """No answer: whoever calls has to go to the desk."""


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody calls for staff."""

    ask: AskId
    stage: CallStage = CallStage.CALLING
