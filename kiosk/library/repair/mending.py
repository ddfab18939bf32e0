"""Repair of a copy: reported, assessed, approved where it is dear, mended, checked, and back on its shelf or withdrawn.

Source: docs/duties.md; the states are those of a repair card.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from kiosk.library.documents import Guard, Kind, Step
from kiosk.library.forms import Duty, Field, FieldKind, Values

WITHOUT_ASKING_CENTS: Final = 5_000
"""A repair that costs more has to be approved by somebody else than who reported it."""


class RepairState(StrEnum):
    REPORTED = "reported"
    ASSESSED = "assessed"
    APPROVED = "approved"
    IN_WORK = "in-work"
    CHECKED = "checked"
    SHELVED = "shelved"
    WITHDRAWN = "withdrawn"
    UNHARMED = "unharmed"


class RepairAction(StrEnum):
    ASSESS = "assess"
    CLEAR = "clear"
    """Nothing is wrong."""
    APPROVE = "approve"
    SEND_BACK = "send-back"
    """The assessment is not good enough."""
    START = "start"
    CHECK = "check"
    GIVE_UP = "give-up"
    SHELVE = "shelve"


def _cheap_enough(values: Values) -> str | None:
    cost = values.get("cost")
    return None if isinstance(cost, int) and cost <= WITHOUT_ASKING_CENTS else "repair.too-dear"


_S, _A = RepairState, RepairAction
_REASON = frozenset({Guard.REASON})
_ANOTHER = frozenset({Guard.ANOTHER_PERSON})

REPAIR = Duty(
    Kind(
        "repair",
        "RP",
        _S.REPORTED,
        "repair.write",
        {
            (_S.REPORTED, _A.ASSESS): Step(_S.ASSESSED, "repair.write"),
            (_S.REPORTED, _A.CLEAR): Step(_S.UNHARMED, "repair.write", _REASON),
            (_S.ASSESSED, _A.APPROVE): Step(_S.APPROVED, "repair.approve", _ANOTHER),
            (_S.ASSESSED, _A.SEND_BACK): Step(_S.REPORTED, "repair.approve", _REASON),
            (_S.ASSESSED, _A.START): Step(_S.IN_WORK, "repair.write"),
            (_S.ASSESSED, _A.GIVE_UP): Step(_S.WITHDRAWN, "repair.approve", _REASON | _ANOTHER),
            (_S.APPROVED, _A.START): Step(_S.IN_WORK, "repair.write"),
            (_S.IN_WORK, _A.CHECK): Step(_S.CHECKED, "repair.write"),
            (_S.IN_WORK, _A.GIVE_UP): Step(_S.WITHDRAWN, "repair.approve", _REASON | _ANOTHER),
            (_S.CHECKED, _A.SHELVE): Step(_S.SHELVED, "repair.write"),
            (_S.CHECKED, _A.START): Step(_S.IN_WORK, "repair.write", _REASON),
        },
    ),
    plural="repairs",
    read="repair.read",
    fields=(
        Field("item", of="item"),
        Field(
            "harm",
            FieldKind.CHOICE,
            choices=("torn", "loose", "spine", "cover", "water", "mould", "insects", "writing", "tag", "other"),
        ),
        Field("found", FieldKind.CHOICE, choices=("return", "shelf", "stock-taking", "patron")),
        Field("note", FieldKind.TEXT, optional=True),
    ),
    listed=("harm", "cost"),
    edited_in=frozenset({_S.REPORTED}),
    asks={
        _A.ASSESS: (Field("treatment", FieldKind.TEXT), Field("cost", FieldKind.MONEY)),
        _A.CHECK: (
            Field("material", optional=True),
            Field("minutes", FieldKind.NUMBER, most=100_000),
            Field("paid", FieldKind.MONEY),
        ),
    },
    checks={(_S.ASSESSED, _A.START): _cheap_enough},
)
