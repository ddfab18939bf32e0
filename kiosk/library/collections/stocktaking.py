"""A stock-taking: planned, walked, counted, each finding settled, and confirmed by somebody who settled none of them.

Source: docs/stocktaking.md.
"""

from __future__ import annotations

import re
from enum import StrEnum

from kiosk.library.documents import Guard, Kind, Step
from kiosk.library.forms import Duty, Field, Values

_BYTE = re.compile(r"[0-9A-Fa-f]{2}")


class StocktakingState(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    COUNTED = "counted"
    RECONCILED = "reconciled"
    APPROVED = "approved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class StocktakingAction(StrEnum):
    START = "start"
    """The list of what is expected is frozen."""
    PAUSE = "pause"
    RESUME = "resume"
    COUNT = "count"
    """What wands saw is held against the list."""
    RECOUNT = "recount"
    """Places have to be passed again."""
    RECONCILE = "reconcile"
    APPROVE = "approve"
    SEND_BACK = "send-back"
    CLOSE = "close"
    CANCEL = "cancel"


def security_byte(text: str) -> int | None:
    """The byte of two hexadecimal digits; None for anything else."""
    return int(text, 16) if _BYTE.fullmatch(text) else None


def _is_a_byte(values: Values) -> str | None:
    text = str(values.get("security_byte") or "")
    return "stocktaking.no-byte" if text and security_byte(text) is None else None


_S, _A = StocktakingState, StocktakingAction
_REASON = frozenset({Guard.REASON})

STOCKTAKING = Duty(
    Kind(
        "stocktaking",
        "SK",
        _S.PLANNED,
        "stock.write",
        {
            (_S.PLANNED, _A.START): Step(_S.RUNNING, "stock.write"),
            (_S.PLANNED, _A.CANCEL): Step(_S.CANCELLED, "stock.write", _REASON),
            (_S.RUNNING, _A.COUNT): Step(_S.COUNTED, "stock.write"),
            (_S.RUNNING, _A.PAUSE): Step(_S.PAUSED, "stock.write"),
            (_S.PAUSED, _A.RESUME): Step(_S.RUNNING, "stock.write"),
            (_S.PAUSED, _A.CANCEL): Step(_S.CANCELLED, "stock.write", _REASON),
            (_S.COUNTED, _A.RECONCILE): Step(_S.RECONCILED, "stock.write"),
            (_S.COUNTED, _A.RECOUNT): Step(_S.RUNNING, "stock.write"),
            (_S.RECONCILED, _A.APPROVE): Step(_S.APPROVED, "stock.approve", frozenset({Guard.ANOTHER_PERSON})),
            (_S.RECONCILED, _A.SEND_BACK): Step(_S.COUNTED, "stock.approve", _REASON),
            (_S.APPROVED, _A.CLOSE): Step(_S.CLOSED, "stock.write"),
        },
    ),
    plural="stocktakings",
    read="stock.read",
    fields=(
        Field("title"),
        Field("branch", optional=True),
        Field("from_number", optional=True),
        Field("to_number", optional=True),
        Field("security_byte", optional=True),
    ),
    listed=("branch", "from_number", "to_number"),
    edited_in=frozenset({_S.PLANNED}),
    checks={(_S.PLANNED, _A.START): _is_a_byte},
)
"""Without a branch and call numbers it is the whole library; `to_number` includes what begins with it. `security_byte`:
the AFI of copies in stock, as two hexadecimal digits; without it no copy's byte is looked at."""

SETTLED_IN = frozenset({_S.COUNTED})
"""States in which findings are settled."""
