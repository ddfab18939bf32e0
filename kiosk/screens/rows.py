"""One item's row, from the state: what its pill, its title and its second line say."""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import assert_never

from kiosk.model.circulation import Purpose
from kiosk.model.facts import Found
from kiosk.model.reasons import ReasonCode
from kiosk.screens.tokens import COVERS, ERROR, MUTED, OK, WARN, WORK, Tone
from kiosk.screens.view import Cover, Pill, RowButton, RowView
from kiosk.session.events import Touch, Touched
from kiosk.session.state import Row, Stage
from kiosk.words.dates import due_day
from kiosk.words.reasons import reason_sentence
from kiosk.words.sentences import Words

WORKING = frozenset({Stage.READING, Stage.ASKING, Stage.WRITING})
REMOVABLE = frozenset({Stage.REFUSED, Stage.UNREADABLE, Stage.UNDONE})
"""What stands still and is not lent: a button on a row that works would be gone before the finger comes down."""
ARTICLES = frozenset({"the", "a", "an", "le", "la", "les", "der", "die", "das", "el", "los", "las", "il"})


def stage_name(stage: Stage) -> str:
    """The state of an item's node. A patron cannot tell asking from writing: both are `working`."""
    return "working" if stage in (Stage.ASKING, Stage.WRITING) else stage.value


def row_view(row: Row, purpose: Purpose, words: Words, now: datetime, zone: str) -> RowView:
    """The row as it is shown at `now`, days in the time zone `zone`."""
    pill = _pill(row, purpose, words)
    detail, colour = _detail(row, purpose, words, now, zone)
    return RowView(
        title=row.item.title if row.item and row.item.title.strip() else words.say("list.unknown-title"),
        number=row.item.id if row.item else "",
        state=stage_name(row.stage),
        pill=pill,
        detail=detail,
        detail_colour=colour,
        cover=cover(row),
        button=_remove(row, words) if row.stage in REMOVABLE and not row.mending else None,
    )


def _remove(row: Row, words: Words) -> RowButton:
    return RowButton("remove", words.say("button.remove"), "x", Touched(Touch.REMOVE, row.uid), terse=True)


def cover(row: Row) -> Cover:
    """The drawn cover of a row's item."""
    return cover_of(row.item.title if row.item else "", row.uid)


def cover_of(title: str, number: str) -> Cover:
    """A cover in a colour of the title's own, with the title's first letter after an article."""
    first, _, rest = title.strip().partition(" ")
    named = rest if first.lower() in ARTICLES and rest.strip() else title
    letter = next((character for character in named if character.isalnum()), "")
    return Cover(letter.upper()[:1], COVERS[zlib.crc32((title or number).encode("utf-8", "replace")) % len(COVERS)])


def is_yours_already(row: Row) -> bool:
    """Refused only because the patron has it already: nothing is left to do."""
    return row.stage is Stage.REFUSED and [reason.code for reason in row.reasons] == [ReasonCode.LENT_TO_YOU]


def _pill(row: Row, purpose: Purpose, words: Words) -> Pill:
    borrowing = purpose is Purpose.BORROW
    match row.stage:
        case Stage.READING:
            return Pill(words.say("stage.reading"), "loader", WORK, spins=True)
        case Stage.ASKING | Stage.WRITING:
            return Pill(words.say("stage.working"), "loader", WORK, spins=True)
        case Stage.DONE:
            return Pill(words.say("stage.lent" if borrowing else "stage.returned"), "circle-check", OK)
        case Stage.REFUSED if is_yours_already(row):
            return Pill(words.say("stage.lent"), "circle-check", OK)
        case Stage.REFUSED:
            return Pill(words.say("stage.not-lent" if borrowing else "stage.not-returned"), "circle-x", ERROR)
        case Stage.PUT_BACK:
            return Pill(words.say("stage.put-back"), "undo-2", WARN)
        case Stage.UNREADABLE:
            return Pill(words.say("stage.again"), "triangle-alert", WARN)
        case Stage.UNDONE:
            return Pill(words.say("stage.undone" if borrowing else "stage.undone-return"), "circle-x", ERROR)
        case Stage.DOUBTFUL:
            return Pill(words.say("stage.doubtful"), "circle-alert", WARN)
        case _:
            assert_never(row.stage)


def _detail(row: Row, purpose: Purpose, words: Words, now: datetime, zone: str) -> tuple[str, str]:
    borrowing = purpose is Purpose.BORROW
    match row.stage:
        case Stage.READING:
            return words.say("detail.reading"), WORK.ink
        case Stage.ASKING:
            return words.say("detail.asking"), WORK.ink
        case Stage.WRITING:
            return words.say("detail.opening" if borrowing else "detail.securing"), WORK.ink
        case Stage.DONE if borrowing:
            return _due(row, words, now, zone), MUTED
        case Stage.DONE:
            return words.say("detail.returned-not-lent" if row.found is Found.NOT_LENT else "detail.returned"), MUTED
        case Stage.PUT_BACK:
            return words.say("detail.put-back"), WARN.ink
        case Stage.REFUSED if is_yours_already(row):
            return _because(row, "detail.refused", words, now, zone), OK.ink
        case Stage.REFUSED:
            return _because(row, "detail.refused", words, now, zone), ERROR.ink
        case Stage.UNREADABLE:
            return _because(row, "detail.unreadable", words, now, zone), WARN.ink
        case Stage.UNDONE:
            otherwise = "detail.undone" if borrowing else "detail.undone-return"
            return _because(row, otherwise, words, now, zone), ERROR.ink
        case Stage.DOUBTFUL:
            otherwise = "detail.doubtful" if borrowing else "detail.doubtful-return"
            return _because(row, otherwise, words, now, zone), WARN.ink
        case _:
            assert_never(row.stage)


def _due(row: Row, words: Words, now: datetime, zone: str) -> str:
    if row.due is None:
        return words.say("stage.lent")
    key = "detail.due-provisional" if row.provisional else "detail.due"
    return words.say(key, date=due_day(row.due, now, zone, words))


def _because(row: Row, otherwise: str, words: Words, now: datetime, zone: str) -> str:
    if not row.reasons:
        return words.say(otherwise)
    return words.say("list.ended").join(
        dict.fromkeys(reason_sentence(reason, words, now, zone) for reason in row.reasons)
    )


def needs_attention(row: Row) -> bool:
    return row.stage not in WORKING and row.stage is not Stage.DONE and not is_yours_already(row)


def tone_of_notice(code: ReasonCode) -> Tone:
    """Something to do again is a warning; the rest is not possible."""
    again = (
        ReasonCode.CARD_NOT_READ,
        ReasonCode.CODE_NOT_READ,
        ReasonCode.LAY_IT_ON_THE_PAD,
        ReasonCode.ONE_CARD_AT_A_TIME,
        ReasonCode.CARD_STILL_HERE,
        ReasonCode.THAT_IS_YOUR_CARD,
        ReasonCode.SAME_NUMBER,
        ReasonCode.TAKEN_AWAY,
        ReasonCode.UNREADABLE,
        ReasonCode.OFFLINE_NOT_POSSIBLE,
        ReasonCode.FOREIGN,
    )
    return WARN if code in again else ERROR
