"""Receipt, out of service and starting."""

from __future__ import annotations

import math
from typing import assert_never

from kiosk.screens import qr
from kiosk.screens.rows import (
    cover,
    is_yours_already,
    row_view,
)
from kiosk.screens.scenes.sight import Sight
from kiosk.screens.tokens import OK, PLAIN, WARN, WORK
from kiosk.screens.tree import Role
from kiosk.screens.view import (
    Banner,
    BannerItem,
    Button,
    Choice,
    OutBody,
    ReceiptBody,
)
from kiosk.session.closing import entries, may_mail
from kiosk.session.events import Touch, Touched
from kiosk.session.receipt_parts import ReceiptStage
from kiosk.session.state import Closing, OutCause, OutOfService, Row, Stage
from kiosk.words.dates import due_day
from kiosk.words.receipt_text import receipt_text
from kiosk.words.sentences import Words

MOST_COVERS = 8


def receipt(sight: Sight, scene: Closing) -> ReceiptBody:
    say = sight.words.say
    borrowed = [row for row in scene.borrowed if row.stage is Stage.DONE]
    returned = [row for row in scene.returned if row.stage is Stage.DONE]
    anything = bool(borrowed or returned)
    offered = scene.receipt is ReceiptStage.OFFERED and anything
    left_over = _left_over(sight, scene)
    has_paper = sight.state.around.prints
    print_it = Choice(
        "receipt.print", say("button.print"), sight.other.say("button.print"), "printer", Touched(Touch.PRINT)
    )
    if scene.receipt is ReceiptStage.SHOWN:
        return _phone(sight, scene)
    others = _others(sight, scene) if offered else ()
    asks = offered and (has_paper or bool(others))
    none_key = "button.no-receipt" if asks else "button.finish"
    none = Button("receipt.none", say(none_key), "check", Touched(Touch.NO_RECEIPT), main=True)
    return ReceiptBody(
        title=_receipt_title(sight.words, len(borrowed), len(returned)),
        sentence=_due_sentence(sight, borrowed)
        or say("receipt.thanks" if anything or left_over else "receipt.take-all"),
        icon="check" if anything else "hand",
        tone=OK if anything else WORK,
        covers=tuple(cover(row) for row in (*borrowed, *returned))[:MOST_COVERS],
        left_over=left_over,
        question=say("receipt.question") if asks else "",
        choices=(print_it,) if offered and has_paper else (),
        others=others,
        none=none if scene.receipt in (ReceiptStage.OFFERED, ReceiptStage.FAILED) else None,
        note=_receipt_note(sight.words, scene, offered=offered, has_paper=has_paper),
    )


def _others(sight: Sight, scene: Closing) -> tuple[Button, ...]:
    say = sight.words.say
    phone = Button("receipt.phone", say("button.to-phone"), "qr-code", Touched(Touch.TO_PHONE))
    if not may_mail(sight.state.around, scene):
        return (phone,)
    return phone, Button("receipt.mail", say("button.to-mail"), "mail", Touched(Touch.TO_MAIL))


def _phone(sight: Sight, scene: Closing) -> ReceiptBody:
    """The receipt's own text as a code: nothing of it lies on a server."""
    say, zone = sight.words.say, sight.zone
    library = sight.settings.library(sight.state.around.language) or say("library.name")
    lists = entries(scene.borrowed, zone), entries(scene.returned, zone)
    text = receipt_text(sight.words, library, sight.state.around.utc, zone, *lists, most_bytes=qr.MOST_BYTES)
    return ReceiptBody(
        title=say("receipt.phone-title"),
        sentence=say("receipt.phone-sentence"),
        icon="check",
        tone=OK,
        covers=(),
        left_over=None,
        question="",
        choices=(),
        others=(),
        none=Button("receipt.none", say("button.finish"), "check", Touched(Touch.NO_RECEIPT), main=True),
        note=None,
        code=qr.modules(text),
        code_name=text,
    )


def _left_over(sight: Sight, scene: Closing) -> Banner | None:
    """What did not end well: a single one with its own reason, several by their number."""
    left = [row for row in scene.others if not is_yours_already(row)]
    if not left:
        return None
    views = [row_view(row, scene.purpose, sight.words, sight.utc, sight.zone) for row in left]
    items = tuple(BannerItem(view.number, view.title, view.state, view.detail) for view in views)
    if len(views) == 1:
        text = sight.words.say("receipt.left-over-one") + sight.words.say("list.ended") + views[0].detail
    else:
        text = sight.words.count("receipt.left-over", len(left))
    return Banner("receipt.left-over", text, "circle-alert", WARN, items=items)


def _receipt_title(words: Words, borrowed: int, returned: int) -> str:
    if borrowed and returned:
        return words.say("receipt.both", borrowed=borrowed, returned=returned)
    if borrowed:
        return words.count("receipt.borrowed", borrowed)
    if returned:
        return words.count("receipt.returned", returned)
    return words.say("receipt.nothing")


def _due_sentence(sight: Sight, borrowed: list[Row]) -> str:
    due = sorted(row.due for row in borrowed if row.due is not None)
    if not due:
        return ""
    days = [due_day(day, sight.utc, sight.zone, sight.words) for day in due]
    return sight.words.say("receipt.due" if len(set(days)) == 1 else "receipt.due-first", date=days[0])


def _receipt_note(words: Words, scene: Closing, *, offered: bool, has_paper: bool) -> Banner | None:
    stage = scene.receipt
    match stage:
        case ReceiptStage.OFFERED if offered and scene.no_mail is not None:
            return Banner("receipt.note", words.say(f"receipt.mail-{scene.no_mail.value}"), "mail", WARN, Role.ALERT)
        case ReceiptStage.OFFERED if offered and not has_paper:
            return Banner("receipt.note", words.say("receipt.no-paper"), "printer", PLAIN)
        case ReceiptStage.OFFERED | ReceiptStage.SHOWN:
            return None
        case ReceiptStage.MAILING:
            return Banner("receipt.note", words.say("receipt.mailing"), "mail", WORK)
        case ReceiptStage.MAILED:
            return Banner("receipt.note", words.say("receipt.mailed"), "mail", OK)
        case ReceiptStage.PRINTING:
            return Banner("receipt.note", words.say("receipt.printing"), "printer", WORK)
        case ReceiptStage.PRINTED:
            return Banner("receipt.note", words.say("receipt.printed"), "receipt-text", OK)
        case ReceiptStage.FAILED:
            return Banner("receipt.note", words.say("receipt.failed"), "printer", WARN, Role.ALERT)
        case ReceiptStage.DECLINED:
            return Banner("receipt.note", words.say("receipt.declined"), "book-open", PLAIN)
        case _:
            assert_never(stage)


def countdown(sight: Sight, scene: Closing) -> str:
    if scene.receipt not in (ReceiptStage.OFFERED, ReceiptStage.SHOWN):
        return ""
    return sight.words.count("receipt.seconds", math.ceil(max(0.0, scene.until_s - sight.now_s)))


def out(sight: Sight, scene: OutOfService) -> OutBody:
    say = sight.words.say
    if OutCause.STARTING in scene.causes:
        return OutBody(say("out.starting"), (say("out.starting-sentence"),), (), "loader", WORK, spins=True)
    found = [Banner("out-of-service.desk", say("out.desk"), "user-round", WORK)]
    if scene.session is not None:
        found.append(Banner("out-of-service.session", say("out.session"), "circle-alert", WARN))
    sentences = tuple(say(f"out.{cause.value}") for cause in scene.causes)
    if scene.causes == (OutCause.CLOSED,):
        return OutBody(say("out.title"), sentences, tuple(found), "lock", WORK, spins=False)
    return OutBody(say("out.title"), (*sentences, say("out.recovers")), tuple(found), "wrench", WARN, spins=False)
