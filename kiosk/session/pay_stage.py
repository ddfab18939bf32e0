"""What is known of an order that the patron pays by phone."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.model.ids import AskId, IntentId
from kiosk.model.reasons import Reason


class PayStage(StrEnum):
    """Where paying is on its way."""

    ORDERING = "ordering"
    """The intent is journalled and central is asked for a code."""
    REFUSED = "refused"
    """There is no code, and why. Nothing was ordered, or nobody has seen the code of what was."""
    SHOWN = "shown"
    """The code is on the screen; central is asked again and again."""
    PAID = "paid"
    OVER = "over"
    """The time is over, and central says that nobody has paid."""
    UNSURE = "unsure"
    """The time is over, and nobody answers: it may be paid."""
    WITH_STAFF = "with-staff"
    """Another amount was paid than was ordered."""


@dataclass(frozen=True, slots=True)
class Paying:
    """One order, from the wish to its end."""

    intent: IntentId
    stage: PayStage = PayStage.ORDERING
    ask: AskId | None = None
    """The question that is out."""
    tries: int = 1
    """How often central was asked for the code."""
    order: str = ""
    code: str = field(default="", repr=False)
    cents: int = 0
    currency: str = ""
    until_s: float = 0.0
    """How long the code can be paid (monotonic)."""
    look_s: float = 0.0
    """When central is asked next."""
    silent: int = 0
    """So often in a row it did not answer. Once is no reason to alarm anybody: a provider may be slow."""
    reasons: tuple[Reason, ...] = ()
