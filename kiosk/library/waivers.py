"""Waivers above the limit: money given away waits for a second person."""

from __future__ import annotations

from enum import StrEnum

from kiosk.library.documents import Guard, Kind, Step

_SECOND = frozenset({Guard.ANOTHER_PERSON})


class WaiverState(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    VOID = "void"
    """Its charge was paid, or is smaller now: nobody approved the other amount."""


class WaiverAction(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"
    FIND_VOID = "find-void"


WAIVER = Kind(
    "waiver",
    "WV",
    WaiverState.ASKED,
    "waiver.ask",
    {
        (WaiverState.ASKED, WaiverAction.APPROVE): Step(WaiverState.APPROVED, "waiver.approve", _SECOND),
        (WaiverState.ASKED, WaiverAction.REFUSE): Step(WaiverState.REFUSED, "waiver.approve", _SECOND | {Guard.REASON}),
        (WaiverState.ASKED, WaiverAction.FIND_VOID): Step(WaiverState.VOID, "waiver.approve", _SECOND),
    },
    frozenset({WaiverAction.FIND_VOID}),
)
