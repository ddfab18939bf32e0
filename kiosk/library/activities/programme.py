"""Activities: planned and approved, announced, held, reported. Training of staff is one for another audience.

Who takes part stands in `places`: an activity that is full says so itself.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from kiosk.library.documents import Guard, Kind, Step
from kiosk.library.forms import Duty, Field, FieldKind, Values


class ActivityState(StrEnum):
    IDEA = "idea"
    PLANNED = "planned"
    APPROVED = "approved"
    OPEN = "open"
    """Announced; whoever wants may sign up."""
    CLOSED = "closed"
    """Nobody signs up any more."""
    RUNNING = "running"
    HELD = "held"
    REPORTED = "reported"
    CANCELLED = "cancelled"


class ActivityAction(StrEnum):
    PLAN = "plan"
    APPROVE = "approve"
    SEND_BACK = "send-back"
    OPEN = "open"
    CLOSE = "close"
    BEGIN = "begin"
    END = "end"
    REPORT = "report"
    CANCEL = "cancel"


class Audience(StrEnum):
    ALL = "all"
    CHILDREN = "children"
    """A child comes with the card of a guardian."""
    ADULTS = "adults"
    STAFF = "staff"


def _ends_after_it_begins(values: Values) -> str | None:
    begins, ends = values.get("begins"), values.get("ends")
    in_order = isinstance(begins, datetime) and isinstance(ends, datetime) and begins < ends
    return None if in_order else "activity.ends-first"


_S, _A = ActivityState, ActivityAction
_REASON = frozenset({Guard.REASON})
_ANOTHER = frozenset({Guard.ANOTHER_PERSON})
_BEFORE_IT_BEGINS = (_S.IDEA, _S.PLANNED, _S.APPROVED, _S.OPEN, _S.CLOSED)

ACTIVITY = Duty(
    Kind(
        "activity",
        "AC",
        _S.IDEA,
        "activity.write",
        {
            (_S.IDEA, _A.PLAN): Step(_S.PLANNED, "activity.write"),
            (_S.PLANNED, _A.APPROVE): Step(_S.APPROVED, "activity.approve", _ANOTHER),
            (_S.PLANNED, _A.SEND_BACK): Step(_S.IDEA, "activity.approve", _REASON),
            (_S.APPROVED, _A.OPEN): Step(_S.OPEN, "activity.write"),
            (_S.OPEN, _A.CLOSE): Step(_S.CLOSED, "activity.write"),
            (_S.CLOSED, _A.OPEN): Step(_S.OPEN, "activity.write"),
            (_S.OPEN, _A.BEGIN): Step(_S.RUNNING, "activity.write"),
            (_S.CLOSED, _A.BEGIN): Step(_S.RUNNING, "activity.write"),
            (_S.RUNNING, _A.END): Step(_S.HELD, "activity.write"),
            (_S.HELD, _A.REPORT): Step(_S.REPORTED, "activity.write"),
            **{(state, _A.CANCEL): Step(_S.CANCELLED, "activity.write", _REASON) for state in _BEFORE_IT_BEGINS},
        },
    ),
    plural="activities",
    read="activity.read",
    fields=(
        Field("title"),
        Field("title_en", optional=True),
        Field("audience", FieldKind.CHOICE, choices=tuple(Audience)),
        Field("room"),
        Field("begins", FieldKind.TIME),
        Field("ends", FieldKind.TIME),
        Field("places", FieldKind.NUMBER, least=1, most=10_000),
        Field("least_age", FieldKind.NUMBER, optional=True, most=120),
        Field("cost", FieldKind.MONEY, optional=True),
        Field("about", FieldKind.TEXT),
    ),
    listed=("begins", "room", "places"),
    edited_in=frozenset({_S.IDEA}),
    asks={
        _A.REPORT: (
            Field("came", FieldKind.NUMBER, most=100_000),
            Field("spent", FieldKind.MONEY, optional=True),
            Field("learned", FieldKind.TEXT),
        )
    },
    checks={(_S.IDEA, _A.PLAN): _ends_after_it_begins},
    ended_in=frozenset({_S.OPEN}),
)
