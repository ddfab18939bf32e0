"""Equipment: each machine as an asset, what is wrong with it as a ticket, and what has to be done to it in time."""

from __future__ import annotations

from enum import StrEnum

from kiosk.library.documents import Guard, Kind, Step
from kiosk.library.forms import Duty, Field, FieldKind

_REASON = frozenset({Guard.REASON})
_ANOTHER = frozenset({Guard.ANOTHER_PERSON})


class AssetState(StrEnum):
    ORDERED = "ordered"
    IN_USE = "in-use"
    IN_REPAIR = "in-repair"
    SPARE = "spare"
    RETIRED = "retired"


class AssetAction(StrEnum):
    PUT_TO_USE = "put-to-use"
    SEND_TO_REPAIR = "send-to-repair"
    STORE = "store"
    RETIRE = "retire"


_AS, _AA = AssetState, AssetAction
_KEPT = (_AS.IN_USE, _AS.IN_REPAIR, _AS.SPARE)

ASSET = Duty(
    Kind(
        "asset",
        "EQ",
        _AS.ORDERED,
        "asset.write",
        {
            (_AS.ORDERED, _AA.PUT_TO_USE): Step(_AS.IN_USE, "asset.write"),
            (_AS.ORDERED, _AA.STORE): Step(_AS.SPARE, "asset.write"),
            (_AS.IN_USE, _AA.SEND_TO_REPAIR): Step(_AS.IN_REPAIR, "asset.write", _REASON),
            (_AS.IN_USE, _AA.STORE): Step(_AS.SPARE, "asset.write"),
            (_AS.IN_REPAIR, _AA.PUT_TO_USE): Step(_AS.IN_USE, "asset.write"),
            (_AS.SPARE, _AA.PUT_TO_USE): Step(_AS.IN_USE, "asset.write"),
            **{(state, _AA.RETIRE): Step(_AS.RETIRED, "asset.retire", _REASON | _ANOTHER) for state in _KEPT},
        },
    ),
    plural="assets",
    read="asset.read",
    fields=(
        Field("name"),
        Field(
            "sort",
            FieldKind.CHOICE,
            choices=("kiosk", "pad", "gate", "scanner", "printer", "sensor", "wand", "computer", "furniture", "other"),
        ),
        Field("serial", optional=True),
        Field("place"),
        Field("supplier", optional=True),
        Field("price", FieldKind.MONEY, optional=True),
        Field("warranty", FieldKind.DAY, optional=True),
    ),
    listed=("sort", "place", "serial"),
    edited_in=frozenset(_AS) - {_AS.RETIRED},
    ended_in=frozenset({_AS.IN_USE, _AS.SPARE}),
)


class TicketState(StrEnum):
    OPEN = "open"
    ASSIGNED = "assigned"
    WAITING = "waiting"
    FIXED = "fixed"
    CONFIRMED = "confirmed"
    CLOSED = "closed"


class TicketAction(StrEnum):
    ASSIGN = "assign"
    WAIT = "wait"
    FIX = "fix"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    CLOSE = "close"


_TS, _TA = TicketState, TicketAction

TICKET = Duty(
    Kind(
        "ticket",
        "TK",
        _TS.OPEN,
        "ticket.write",
        {
            (_TS.OPEN, _TA.ASSIGN): Step(_TS.ASSIGNED, "ticket.work"),
            (_TS.ASSIGNED, _TA.WAIT): Step(_TS.WAITING, "ticket.work"),
            (_TS.ASSIGNED, _TA.FIX): Step(_TS.FIXED, "ticket.work"),
            (_TS.WAITING, _TA.FIX): Step(_TS.FIXED, "ticket.work"),
            (_TS.FIXED, _TA.CONFIRM): Step(_TS.CONFIRMED, "ticket.write"),
            (_TS.FIXED, _TA.REOPEN): Step(_TS.OPEN, "ticket.write", _REASON),
            (_TS.CONFIRMED, _TA.CLOSE): Step(_TS.CLOSED, "ticket.work"),
            (_TS.OPEN, _TA.CLOSE): Step(_TS.CLOSED, "ticket.work", _REASON),
        },
    ),
    plural="tickets",
    read="ticket.read",
    fields=(
        Field("fault"),
        Field("asset", optional=True, of="asset"),
        Field("place", optional=True),
        Field("note", FieldKind.TEXT, optional=True),
    ),
    listed=("asset", "place", "who_works"),
    edited_in=frozenset({_TS.OPEN}),
    asks={
        _TA.ASSIGN: (Field("who_works"),),
        _TA.WAIT: (Field("waits_for"),),
        _TA.FIX: (
            Field("remedy", FieldKind.TEXT),
            Field("minutes", FieldKind.NUMBER, most=100_000),
            Field("spent", FieldKind.MONEY, optional=True),
        ),
    },
)


class UpkeepState(StrEnum):
    RUNNING = "running"
    ENDED = "ended"


class UpkeepAction(StrEnum):
    DONE = "done"
    END = "end"


_US, _UA = UpkeepState, UpkeepAction

UPKEEP = Duty(
    Kind(
        "upkeep",
        "UP",
        _US.RUNNING,
        "asset.write",
        {
            (_US.RUNNING, _UA.DONE): Step(_US.RUNNING, "asset.write"),
            (_US.RUNNING, _UA.END): Step(_US.ENDED, "asset.write", _REASON),
        },
    ),
    plural="upkeeps",
    read="asset.read",
    fields=(
        Field("work"),
        Field("asset", of="asset"),
        Field("every_days", FieldKind.NUMBER, least=1, most=3_660),
        Field("next_day", FieldKind.DAY),
    ),
    listed=("asset", "next_day"),
    edited_in=frozenset({_US.RUNNING}),
    asks={_UA.DONE: (Field("done_on", FieldKind.DAY), Field("result", FieldKind.TEXT))},
    due="next_day",
    sleeps_in=frozenset({_US.RUNNING}),
)
