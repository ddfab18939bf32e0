"""Rounds through the house, drills, and what happened: done by a person, at the place, and looked at by another."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from kiosk.library.documents import Guard, Kind, Step
from kiosk.library.forms import Duty, Field, FieldKind, Values

_REASON = frozenset({Guard.REASON})
_ANOTHER = frozenset({Guard.ANOTHER_PERSON})


class RoundState(StrEnum):
    RUNNING = "running"
    ENDED = "ended"


class RoundAction(StrEnum):
    DONE = "done"
    END = "end"


def _at_its_place(values: Values) -> str | None:
    """The label at the place was scanned: the round was made there, and not at a desk."""
    return None if values.get("seen_label") == values.get("label") else "round.elsewhere"


_RS, _RA = RoundState, RoundAction

ROUND = Duty(
    Kind(
        "round",
        "RD",
        _RS.RUNNING,
        "round.write",
        {
            (_RS.RUNNING, _RA.DONE): Step(_RS.RUNNING, "round.do"),
            (_RS.RUNNING, _RA.END): Step(_RS.ENDED, "round.write", _REASON),
        },
    ),
    plural="rounds",
    read="round.read",
    fields=(
        Field("work"),
        Field(
            "sort",
            FieldKind.CHOICE,
            choices=(
                "cleaning",
                "opening",
                "closing",
                "pests",
                "extinguisher",
                "emergency-light",
                "first-aid",
                "safety",
            ),
        ),
        Field("place"),
        Field("label"),
        Field("points", FieldKind.TEXT),
        Field("every_days", FieldKind.NUMBER, least=1, most=3_660),
        Field("next_day", FieldKind.DAY),
    ),
    listed=("sort", "place", "next_day"),
    edited_in=frozenset({_RS.RUNNING}),
    asks={
        _RA.DONE: (
            Field("seen_label"),
            Field("done_on", FieldKind.DAY),
            Field("outcome", FieldKind.CHOICE, choices=("well", "trouble")),
            Field("note", FieldKind.TEXT, optional=True),
        )
    },
    checks={(_RS.RUNNING, _RA.DONE): _at_its_place},
    due="next_day",
    sleeps_in=frozenset({_RS.RUNNING}),
)


class DrillState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    EVALUATED = "evaluated"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class DrillAction(StrEnum):
    HOLD = "hold"
    EVALUATE = "evaluate"
    CLOSE = "close"
    CANCEL = "cancel"


def _began_before_it_ended(values: Values) -> str | None:
    began, ended = values.get("began"), values.get("ended")
    in_order = isinstance(began, datetime) and isinstance(ended, datetime) and began < ended
    return None if in_order else "activity.ends-first"


_DS, _DA = DrillState, DrillAction

DRILL = Duty(
    Kind(
        "drill",
        "DR",
        _DS.PLANNED,
        "drill.write",
        {
            (_DS.PLANNED, _DA.HOLD): Step(_DS.HELD, "drill.write"),
            (_DS.PLANNED, _DA.CANCEL): Step(_DS.CANCELLED, "drill.write", _REASON),
            (_DS.HELD, _DA.EVALUATE): Step(_DS.EVALUATED, "drill.write"),
            (_DS.EVALUATED, _DA.CLOSE): Step(_DS.CLOSED, "drill.approve", _ANOTHER),
        },
    ),
    plural="drills",
    read="drill.read",
    fields=(
        Field("title"),
        Field("sort", FieldKind.CHOICE, choices=("fire", "evacuation", "earthquake", "water", "security", "rescue")),
        Field("day", FieldKind.DAY),
        Field("scenario", FieldKind.TEXT),
        Field("roles", FieldKind.TEXT),
    ),
    listed=("sort", "day"),
    edited_in=frozenset({_DS.PLANNED}),
    asks={
        _DA.HOLD: (
            Field("began", FieldKind.TIME),
            Field("ended", FieldKind.TIME),
            Field("inside", FieldKind.NUMBER, most=100_000),
            Field("outside", FieldKind.NUMBER, most=100_000),
        ),
        _DA.EVALUATE: (Field("learned", FieldKind.TEXT),),
    },
    checks={(_DS.PLANNED, _DA.HOLD): _began_before_it_ended},
    due="day",
    sleeps_in=frozenset({_DS.PLANNED}),
)


class IncidentState(StrEnum):
    REPORTED = "reported"
    FOLLOWED_UP = "followed-up"
    CLOSED = "closed"


class IncidentAction(StrEnum):
    FOLLOW_UP = "follow-up"
    CLOSE = "close"


_IS, _IA = IncidentState, IncidentAction

INCIDENT = Duty(
    Kind(
        "incident",
        "IN",
        _IS.REPORTED,
        "incident.write",
        {
            (_IS.REPORTED, _IA.FOLLOW_UP): Step(_IS.FOLLOWED_UP, "incident.write"),
            (_IS.FOLLOWED_UP, _IA.FOLLOW_UP): Step(_IS.FOLLOWED_UP, "incident.write"),
            (_IS.FOLLOWED_UP, _IA.CLOSE): Step(_IS.CLOSED, "incident.close", _ANOTHER),
        },
    ),
    plural="incidents",
    read="incident.read",
    fields=(
        Field("title"),
        Field("sort", FieldKind.CHOICE, choices=("injury", "fire", "water", "theft", "threat", "power", "other")),
        Field("place"),
        Field("at", FieldKind.TIME),
        Field("told_whom"),
        Field("happened", FieldKind.TEXT),
    ),
    listed=("sort", "place", "at"),
    edited_in=frozenset({_IS.REPORTED}),
    asks={_IA.FOLLOW_UP: (Field("measures", FieldKind.TEXT),)},
)
