"""Posts: who does what from when to when, who stands in for them, and what staff have been trained in."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from kiosk.library.documents import Guard, Kind, Step
from kiosk.library.forms import Duty, Field, FieldKind, Values

_REASON = frozenset({Guard.REASON})
_ANOTHER = frozenset({Guard.ANOTHER_PERSON})


class PostState(StrEnum):
    DRAFT = "draft"
    HELD = "held"
    ENDED = "ended"


class PostAction(StrEnum):
    APPOINT = "appoint"
    END = "end"


class PostName(StrEnum):
    """The posts of a branch."""

    DIRECTOR = "director"
    ACQUISITIONS = "acquisitions"
    CIRCULATION = "circulation"
    REFERENCE = "reference"
    COLLECTIONS = "collections"
    TECHNICIAN = "technician"
    EVENTS = "events"
    SECURITY = "security"
    FINANCE = "finance"
    AUDITOR = "auditor"


INCOMPATIBLE = frozenset(
    {
        frozenset({PostName.ACQUISITIONS, PostName.FINANCE}),
        frozenset({PostName.DIRECTOR, PostName.AUDITOR}),
        frozenset({PostName.FINANCE, PostName.AUDITOR}),
        frozenset({PostName.ACQUISITIONS, PostName.AUDITOR}),
        frozenset({PostName.DIRECTOR, PostName.FINANCE}),
    }
)
"""Posts that look at each other's work: nobody holds both."""

_PS, _PA = PostState, PostAction

POST = Duty(
    Kind(
        "post",
        "PT",
        _PS.DRAFT,
        "post.write",
        {
            (_PS.DRAFT, _PA.APPOINT): Step(_PS.HELD, "post.approve", _ANOTHER),
            (_PS.HELD, _PA.END): Step(_PS.ENDED, "post.write", _REASON),
        },
    ),
    plural="posts",
    read="post.read",
    fields=(
        Field("post", FieldKind.CHOICE, choices=tuple(PostName)),
        Field("holder", of="staff"),
        Field("deputy", optional=True, of="staff"),
        Field("since", FieldKind.DAY),
        Field("until", FieldKind.DAY, optional=True),
        Field("duties", FieldKind.TEXT),
    ),
    listed=("holder", "deputy", "until"),
    edited_in=frozenset({_PS.DRAFT}),
    ended_in=frozenset({_PS.HELD}),
)


class AbsenceState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    ENDED = "ended"


class AbsenceAction(StrEnum):
    GRANT = "grant"
    REFUSE = "refuse"
    END = "end"


def _in_order(values: Values) -> str | None:
    since, until = values.get("since"), values.get("until")
    if not (isinstance(since, date) and isinstance(until, date) and since <= until):
        return "absence.ends-first"
    return "absence.oneself" if values.get("holder") == values.get("deputy") else None


_AS, _AA = AbsenceState, AbsenceAction

ABSENCE = Duty(
    Kind(
        "absence",
        "AB",
        _AS.ASKED,
        "absence.write",
        {
            (_AS.ASKED, _AA.GRANT): Step(_AS.GRANTED, "post.approve", _ANOTHER),
            (_AS.ASKED, _AA.REFUSE): Step(_AS.REFUSED, "post.approve", _REASON),
            (_AS.GRANTED, _AA.END): Step(_AS.ENDED, "post.approve"),
        },
    ),
    plural="absences",
    read="absence.read",
    fields=(
        Field("holder", of="staff"),
        Field("deputy", of="staff"),
        Field("since", FieldKind.DAY),
        Field("until", FieldKind.DAY),
    ),
    listed=("deputy", "since", "until"),
    edited_in=frozenset({_AS.ASKED}),
    checks={(_AS.ASKED, _AA.GRANT): _in_order},
    ended_in=frozenset({_AS.GRANTED}),
)


class TrainingState(StrEnum):
    PLANNED = "planned"
    PASSED = "passed"
    CANCELLED = "cancelled"


class TrainingAction(StrEnum):
    PASS = "pass"
    CANCEL = "cancel"


_TS, _TA = TrainingState, TrainingAction

TRAINING = Duty(
    Kind(
        "training",
        "TN",
        _TS.PLANNED,
        "post.write",
        {
            (_TS.PLANNED, _TA.PASS): Step(_TS.PASSED, "post.write"),
            (_TS.PLANNED, _TA.CANCEL): Step(_TS.CANCELLED, "post.write", _REASON),
        },
    ),
    plural="trainings",
    read="post.read",
    fields=(Field("subject"), Field("holder", of="staff"), Field("day", FieldKind.DAY)),
    listed=("holder", "day", "valid_until"),
    edited_in=frozenset({_TS.PLANNED}),
    asks={_TA.PASS: (Field("trainer"), Field("valid_until", FieldKind.DAY, optional=True))},
    due="day",
    sleeps_in=frozenset({_TS.PLANNED}),
)
