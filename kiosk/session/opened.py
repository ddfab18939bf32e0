"""The keys on the screen, and the title that is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.model.finding import FoundTitle, TitleTold
from kiosk.model.ids import AskId
from kiosk.model.reasons import Reason


class Keys(StrEnum):
    """Which keys are on the screen."""

    LETTERS = "letters"
    DIGITS = "digits"
    PINYIN = "pinyin"
    """Letters that become characters."""


class HoldStage(StrEnum):
    """Where the patron's wish for a title is on its way."""

    NONE = "none"
    ASKING = "asking"
    PLACED = "placed"
    """The fact is journalled."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Opened:
    """The title that is looked at."""

    title: FoundTitle
    ask: AskId | None = None
    told: TitleTold | None = None
    """Its copies, once central has told them."""
    gone: bool = False
    """Central knows it no more."""
    stage: HoldStage = HoldStage.NONE
    hold_ask: AskId | None = None
    reasons: tuple[Reason, ...] = ()
    place: int = 0
    pickup: str = ""
