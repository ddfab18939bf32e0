"""Yes and no, each with its reasons as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.model.reasons import Reason


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes: due at `due` (aware, library time); `more` loans are possible after this one, None without a limit."""

    due: datetime
    more: int | None
    reasons: tuple[Reason, ...] = ()
    """What cut the due date."""
    renews: bool = False
    """The patron has the item already: this loan goes on."""


@dataclass(frozen=True, slots=True)
class Refused:
    """No, with every reason that holds."""

    reasons: tuple[Reason, ...]
