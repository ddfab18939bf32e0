"""Damage: reported when a copy comes back, judged by a person, then mended or paid for. No machine's opinion costs."""

from __future__ import annotations

from enum import StrEnum

from kiosk.library.documents import Guard, Kind, Step


class DamageState(StrEnum):
    REPORTED = "reported"
    UNHARMED = "unharmed"
    """Somebody looked, and there is nothing."""
    WEAR = "wear"
    """Of use, or older than the loan: nobody owes anything."""
    COMPENSATION = "compensation"
    """Whoever had the copy owes what the rules say."""
    REPAIR = "repair"
    SETTLED = "settled"


class DamageAction(StrEnum):
    CLEAR = "clear"
    CALL_WEAR = "call-wear"
    CHARGE = "charge"
    SEND_TO_REPAIR = "send-to-repair"
    SETTLE = "settle"


_REASON = frozenset({Guard.REASON})
_S, _A = DamageState, DamageAction

DAMAGE = Kind(
    "damage",
    "DM",
    DamageState.REPORTED,
    "damage.report",
    {
        (_S.REPORTED, _A.CLEAR): Step(_S.UNHARMED, "damage.judge"),
        (_S.REPORTED, _A.CALL_WEAR): Step(_S.WEAR, "damage.judge"),
        (_S.REPORTED, _A.CHARGE): Step(_S.COMPENSATION, "damage.judge", _REASON),
        (_S.REPORTED, _A.SEND_TO_REPAIR): Step(_S.REPAIR, "damage.judge"),
        (_S.WEAR, _A.SEND_TO_REPAIR): Step(_S.REPAIR, "damage.judge"),
        (_S.COMPENSATION, _A.SEND_TO_REPAIR): Step(_S.REPAIR, "damage.judge"),
        (_S.WEAR, _A.SETTLE): Step(_S.SETTLED, "damage.judge"),
        (_S.COMPENSATION, _A.SETTLE): Step(_S.SETTLED, "damage.judge", _REASON),
        (_S.REPAIR, _A.SETTLE): Step(_S.SETTLED, "damage.judge", _REASON),
    },
)
