"""Nobody touches anything: first a warning that one touch ends, then the visit is over."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from kiosk.session import paying
from kiosk.session.events import (
    CardLifted,
    CardNotRead,
    CardPresented,
    CodeNotRead,
    CodeScanned,
    Event,
    LanguageChosen,
    TagGone,
    TagRead,
    TagSeen,
    TagWritten,
    Touched,
)
from kiosk.session.state import (
    Account,
    Borrowing,
    Filling,
    Finding,
    Home,
    Identifying,
    Idle,
    Returning,
    Staff,
    StaffPin,
)
from kiosk.session.timeouts import Timeouts

Attended = Identifying | Filling | Home | Borrowing | Returning | Account | Finding | StaffPin | Staff
"""Scenes in which somebody is expected to do something."""


class Patience(StrEnum):
    """What the time that has passed means."""

    LASTS = "lasts"
    WARNS = "warns"
    ENDS = "ends"


def is_activity(event: Event) -> bool:
    """Whether somebody did something (a touch, card, code or tag)."""
    return isinstance(
        event,
        Touched
        | LanguageChosen
        | CardPresented
        | CardNotRead
        | CardLifted
        | CodeScanned
        | CodeNotRead
        | TagSeen
        | TagRead
        | TagGone
        | TagWritten,
    )


def stirred(idle: Idle, now_s: float) -> Idle:
    """Somebody did something just now: the time-out begins anew and a warning goes away."""
    return Idle(now_s)


def patience(scene: Attended, timeouts: Timeouts, now_s: float) -> Patience:
    """Whether the warning is to be shown, or its time is over."""
    due = due_s(scene, timeouts)
    if now_s < due:
        return Patience.LASTS
    return Patience.WARNS if scene.idle.warned_s is None else Patience.ENDS


def due_s(scene: Attended, timeouts: Timeouts) -> float:
    """When patience ends, or the warning does."""
    if scene.idle.warned_s is not None:
        return scene.idle.warned_s + timeouts.warning_s
    return scene.idle.active_s + _timeout_s(scene, timeouts)


def warned(idle: Idle, now_s: float) -> Idle:
    return replace(idle, warned_s=now_s)


def _timeout_s(scene: Attended, timeouts: Timeouts) -> float:
    match scene:
        case Identifying() | StaffPin():
            return timeouts.identify_s
        case Home():
            return timeouts.home_s
        case Borrowing():
            return timeouts.borrow_s
        case Returning():
            return timeouts.return_s
        case Account() if paying.under_way(scene):
            return timeouts.pay_s
        case Account():
            return timeouts.account_s
        case Staff():
            return timeouts.staff_s
        case Finding():
            return timeouts.find_s
        case Filling():
            return timeouts.form_s
