"""Exceptions: what stations told that does not fit. Somebody takes one, writes what was found out, and settles it."""

from __future__ import annotations

from enum import StrEnum

from kiosk.library.documents import Guard, Kind, Step


class ExceptionState(StrEnum):
    OPEN = "open"
    IN_HAND = "in-hand"
    """Somebody looks after it."""
    CLOSED = "closed"


class ExceptionAction(StrEnum):
    TAKE = "take"
    NOTE = "note"
    CLOSE = "close"
    REOPEN = "reopen"


_MAY = "exception.write"
_WORDS = frozenset({Guard.REASON})
_S, _A = ExceptionState, ExceptionAction

EXCEPTION = Kind(
    "exception",
    "#",
    ExceptionState.OPEN,
    _MAY,
    {
        (_S.OPEN, _A.TAKE): Step(_S.IN_HAND, _MAY),
        (_S.OPEN, _A.NOTE): Step(_S.OPEN, _MAY, _WORDS),
        (_S.OPEN, _A.CLOSE): Step(_S.CLOSED, _MAY),
        (_S.IN_HAND, _A.TAKE): Step(_S.IN_HAND, _MAY),
        (_S.IN_HAND, _A.NOTE): Step(_S.IN_HAND, _MAY, _WORDS),
        (_S.IN_HAND, _A.CLOSE): Step(_S.CLOSED, _MAY),
        (_S.CLOSED, _A.NOTE): Step(_S.CLOSED, _MAY, _WORDS),
        (_S.CLOSED, _A.REOPEN): Step(_S.OPEN, _MAY),
    },
)
"""Stations write them: nobody's permission is asked for that. Whoever takes one over from somebody else has it then."""
