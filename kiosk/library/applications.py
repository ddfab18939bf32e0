"""Cards that somebody asked for at a kiosk: provisional, until staff have looked at the person and their papers."""

from __future__ import annotations

from enum import StrEnum

from kiosk.library.documents import Guard, Kind, Step


class ApplicationState(StrEnum):
    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class ApplicationAction(StrEnum):
    CONFIRM = "confirm"
    REFUSE = "refuse"


APPLICATION = Kind(
    "application",
    "AP",
    ApplicationState.ASKED,
    "patron.write",
    {
        (ApplicationState.ASKED, ApplicationAction.CONFIRM): Step(ApplicationState.CONFIRMED, "patron.write"),
        (ApplicationState.ASKED, ApplicationAction.REFUSE): Step(
            ApplicationState.REFUSED, "patron.write", frozenset({Guard.REASON})
        ),
    },
)
