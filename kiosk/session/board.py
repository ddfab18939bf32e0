"""What central has to tell everybody, asked for while nobody is here and kept for the first screen."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.model.ids import AskId
from kiosk.model.news import NewsTold

EVERY_S = 600.0
"""So often central is asked."""
AGAIN_S = 60.0
"""So soon after a question without an answer."""


@dataclass(frozen=True, slots=True)
class Board:
    """The newest that central told; it stays while the line is away."""

    told: NewsTold = field(default_factory=NewsTold)
    ask: AskId | None = None
    due_s: float = 0.0
    """When central is asked next (monotonic)."""
