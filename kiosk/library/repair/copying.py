"""Digitisation: proposed, its rights looked at, approved, scanned, checked, described, then published or kept dark."""

from __future__ import annotations

from enum import StrEnum

from kiosk.library.documents import Guard, Kind, Step
from kiosk.library.forms import Duty, Field, FieldKind, Values


class CopyingState(StrEnum):
    PROPOSED = "proposed"
    RIGHTS_CHECKED = "rights-checked"
    APPROVED = "approved"
    SCANNED = "scanned"
    CHECKED = "checked"
    DESCRIBED = "described"
    PUBLISHED = "published"
    DARK = "dark"
    REFUSED = "refused"


class CopyingAction(StrEnum):
    CHECK_RIGHTS = "check-rights"
    APPROVE = "approve"
    REFUSE = "refuse"
    SCAN = "scan"
    CHECK = "check"
    SCAN_AGAIN = "scan-again"
    DESCRIBE = "describe"
    PUBLISH = "publish"
    KEEP_DARK = "keep-dark"


class Rights(StrEnum):
    """Who may see it."""

    OPEN = "open"
    ON_SITE = "on-site"
    SIGNED_IN = "signed-in"
    DARK = "dark"


def _may_be_seen(values: Values) -> str | None:
    return "digitisation.dark" if values.get("rights") == Rights.DARK else None


def _all_pages(values: Values) -> str | None:
    return None if values.get("scanned") == values.get("pages") else "digitisation.pages"


_S, _A = CopyingState, CopyingAction
_REASON = frozenset({Guard.REASON})
_ANOTHER = frozenset({Guard.ANOTHER_PERSON})

DIGITISATION = Duty(
    Kind(
        "digitisation",
        "DG",
        _S.PROPOSED,
        "digital.write",
        {
            (_S.PROPOSED, _A.CHECK_RIGHTS): Step(_S.RIGHTS_CHECKED, "digital.write"),
            (_S.RIGHTS_CHECKED, _A.APPROVE): Step(_S.APPROVED, "digital.approve", _ANOTHER),
            (_S.RIGHTS_CHECKED, _A.REFUSE): Step(_S.REFUSED, "digital.approve", _REASON),
            (_S.APPROVED, _A.SCAN): Step(_S.SCANNED, "digital.write"),
            (_S.SCANNED, _A.CHECK): Step(_S.CHECKED, "digital.write"),
            (_S.SCANNED, _A.SCAN_AGAIN): Step(_S.APPROVED, "digital.write", _REASON),
            (_S.CHECKED, _A.DESCRIBE): Step(_S.DESCRIBED, "digital.write"),
            (_S.DESCRIBED, _A.PUBLISH): Step(_S.PUBLISHED, "digital.approve", _ANOTHER),
            (_S.DESCRIBED, _A.KEEP_DARK): Step(_S.DARK, "digital.approve", _REASON),
        },
    ),
    plural="digitisations",
    read="digital.read",
    fields=(
        Field("title"),
        Field("item", optional=True, of="item"),
        Field("pages", FieldKind.NUMBER, least=1, most=100_000),
        Field("why", FieldKind.TEXT),
    ),
    listed=("rights", "pages"),
    edited_in=frozenset({_S.PROPOSED, _S.RIGHTS_CHECKED}),
    asks={
        _A.CHECK_RIGHTS: (
            Field("rights", FieldKind.CHOICE, choices=tuple(Rights)),
            Field("rights_note", FieldKind.TEXT),
        ),
        _A.SCAN: (
            Field("scanned", FieldKind.NUMBER, least=1, most=100_000),
            Field("dpi", FieldKind.NUMBER, least=72, most=4_800),
        ),
        _A.DESCRIBE: (Field("subject"), Field("described", FieldKind.TEXT)),
    },
    checks={(_S.SCANNED, _A.CHECK): _all_pages, (_S.DESCRIBED, _A.PUBLISH): _may_be_seen},
)
