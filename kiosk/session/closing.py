"""Everything is settled: the receipt, a word of farewell, and the screen is wiped."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never
from zoneinfo import ZoneInfo

from kiosk.model.ids import AskId
from kiosk.model.journal import JournalRow, RowKind
from kiosk.model.questions import AskMail, MailTaken, ReceiptEntry
from kiosk.session import attract, visits
from kiosk.session.effects import Ask, Cue, Play, PrintReceipt
from kiosk.session.events import (
    Answered,
    AskExpired,
    CardLifted,
    CardNotRead,
    CardPresented,
    CodeNotRead,
    CodeScanned,
    CopyChanged,
    DeviceChanged,
    Event,
    LanguageChosen,
    LinkChanged,
    PaperChanged,
    Printed,
    PrintFailed,
    StaffAnswered,
    StorageFailed,
    StorageRecovered,
    TagGone,
    TagNotWritten,
    TagRead,
    TagSeen,
    TagWritten,
    TimePassed,
    Touch,
    Touched,
)
from kiosk.session.receipt_parts import MailTrouble, ReceiptStage
from kiosk.session.rows import Rows
from kiosk.session.state import Closing, Scene, Surroundings
from kiosk.session.turn import Turn

SHOWN_S = 60.0
"""How long a code stands for a phone; every touch begins it anew."""
MAILING_S = 5.0
"""Longer than a question lasts: its answer or its deadline comes first."""
PRINTING_S = 30.0
"""A printer that has said nothing by then will not be waited for."""
CARD_ENDING = 4
SHORTEST_CARD = 8
"""Of a shorter number four characters would tell too much."""


def on(turn: Turn, scene: Closing, event: Event) -> Scene:
    match event:
        case Touched():
            return _touched(turn, scene, event.what)
        case LanguageChosen():
            return _extended(turn, scene)
        case Printed():
            if event.job != scene.job or scene.receipt is not ReceiptStage.PRINTING:
                return scene
            turn.journal(JournalRow(RowKind.RECEIPT_PRINTED, scene.session))
            return _staged(turn, scene, ReceiptStage.PRINTED, turn.around.policy.timeouts.farewell_s)
        case Answered() | AskExpired():
            return _mail_decided(turn, scene, event)
        case PrintFailed():
            return _failed(turn, scene) if event.job == scene.job else scene
        case TimePassed():
            return _time_passed(turn, scene)
        case TagGone():
            if event.uid in {row.uid for row in (*scene.borrowed, *scene.returned, *scene.others)}:
                turn.rest((event.uid,))
            return scene
        case CardPresented() | CodeScanned() | TagSeen() | CardNotRead() | CodeNotRead():
            turn.order(Play(Cue.LOOK if isinstance(event, CardPresented) else Cue.TICK))
            return scene
        case (
            CardLifted()
            | TagRead()
            | TagWritten()
            | TagNotWritten()
            | LinkChanged()
            | DeviceChanged()
            | PaperChanged()
            | StaffAnswered()
            | StorageFailed()
            | StorageRecovered()
            | CopyChanged()
        ):
            return scene
        case _:
            assert_never(event)


def _touched(turn: Turn, scene: Closing, what: Touch) -> Scene:
    match what, scene.receipt:
        case Touch.PRINT, ReceiptStage.OFFERED if turn.around.prints:
            return _print(turn, scene)
        case Touch.TO_PHONE, ReceiptStage.OFFERED:
            turn.journal(JournalRow(RowKind.RECEIPT_SHOWN, scene.session))
            return _staged(turn, scene, ReceiptStage.SHOWN, SHOWN_S)
        case Touch.TO_MAIL, ReceiptStage.OFFERED if may_mail(turn.around, scene):
            return _mail(turn, scene)
        case ((Touch.NO_RECEIPT | Touch.DONE | Touch.BACK), ReceiptStage.OFFERED):
            return _staged(turn, scene, ReceiptStage.DECLINED, turn.around.policy.timeouts.farewell_s)
        case (
            (Touch.NO_RECEIPT | Touch.DONE | Touch.BACK),
            (
                ReceiptStage.PRINTED
                | ReceiptStage.FAILED
                | ReceiptStage.DECLINED
                | ReceiptStage.SHOWN
                | ReceiptStage.MAILED
            ),
        ):
            return _farewell(turn, scene)
        case _, _:
            return _extended(turn, scene)


def _print(turn: Turn, scene: Closing) -> Closing:
    job = turn.new_id()
    turn.journal(JournalRow(RowKind.RECEIPT_CHOSEN, scene.session))
    token = scene.token or ""
    turn.order(
        PrintReceipt(
            job=job,
            language=turn.around.language,
            borrowed=entries(scene.borrowed, turn.around.policy.time_zone),
            returned=entries(scene.returned, turn.around.policy.time_zone),
            card_ending=token[-CARD_ENDING:] if len(token) >= SHORTEST_CARD else "",
        )
    )
    return replace(_staged(turn, scene, ReceiptStage.PRINTING, PRINTING_S), job=job)


def may_mail(around: Surroundings, scene: Closing) -> bool:
    """Central has to know the patron, and to answer."""
    known = scene.patron is not None and not scene.patron.provisional
    return around.online and known and scene.no_mail is None


def _mail(turn: Turn, scene: Closing) -> Closing:
    assert scene.patron is not None, "`may_mail` asked for one"
    ask, zone = AskId(turn.new_id()), turn.around.policy.time_zone
    borrowed, returned = entries(scene.borrowed, zone), entries(scene.returned, zone)
    turn.order(Ask(ask, AskMail(scene.patron.ref, turn.around.language, borrowed, returned)))
    return replace(_staged(turn, scene, ReceiptStage.MAILING, MAILING_S), ask=ask)


def _mail_decided(turn: Turn, scene: Closing, event: Answered | AskExpired) -> Closing:
    if event.ask != scene.ask or scene.receipt is not ReceiptStage.MAILING:
        return scene
    answer = event.answer if isinstance(event, Answered) else None
    if not isinstance(answer, MailTaken):
        return _no_mail(turn, scene, MailTrouble.NO_ANSWER)
    if not answer.sends:
        return _no_mail(turn, scene, MailTrouble.NO_ADDRESS)
    turn.journal(JournalRow(RowKind.RECEIPT_MAILED, scene.session))
    turn.order(Play(Cue.DONE))
    return _staged(turn, scene, ReceiptStage.MAILED, turn.around.policy.timeouts.farewell_s)


def _no_mail(turn: Turn, scene: Closing, why: MailTrouble) -> Closing:
    """Say so, and offer the other ways once more."""
    turn.order(Play(Cue.LOOK))
    offered = _staged(turn, scene, ReceiptStage.OFFERED, turn.around.timeouts.receipt_s)
    return replace(offered, ask=None, no_mail=why)


def entries(rows: Rows, time_zone: str) -> tuple[ReceiptEntry, ...]:
    """The day that a due instant has in the library, whatever zone central wrote it in."""
    zone = ZoneInfo(time_zone)
    return tuple(
        ReceiptEntry(row.item.title, "" if row.due is None else row.due.astimezone(zone).date().isoformat())
        for row in rows
        if row.item is not None
    )


def _failed(turn: Turn, scene: Closing) -> Closing:
    if scene.receipt is not ReceiptStage.PRINTING:
        return scene
    turn.journal(JournalRow(RowKind.RECEIPT_FAILED, scene.session))
    turn.order(Play(Cue.LOOK))
    return _staged(turn, scene, ReceiptStage.FAILED, turn.around.timeouts.receipt_s)


def _time_passed(turn: Turn, scene: Closing) -> Scene:
    if turn.now_s < scene.until_s:
        return scene
    match scene.receipt:
        case ReceiptStage.OFFERED:
            return _staged(turn, scene, ReceiptStage.DECLINED, turn.around.policy.timeouts.farewell_s)
        case ReceiptStage.PRINTING:
            return _failed(turn, scene)
        case ReceiptStage.MAILING:
            return _no_mail(turn, scene, MailTrouble.NO_ANSWER)
        case (
            ReceiptStage.PRINTED
            | ReceiptStage.FAILED
            | ReceiptStage.DECLINED
            | ReceiptStage.SHOWN
            | ReceiptStage.MAILED
        ):
            return _farewell(turn, scene)
        case _:
            assert_never(scene.receipt)


def _farewell(turn: Turn, scene: Closing) -> Scene:
    """What was laid down since then is the next patron's: it begins their visit at once."""
    resting = turn.around.resting
    ended = visits.end(turn, scene.session)
    turn.around = replace(turn.around, resting=turn.around.resting & resting)
    return attract.look(turn, ended)


def _staged(turn: Turn, scene: Closing, stage: ReceiptStage, for_s: float) -> Closing:
    return replace(scene, receipt=stage, until_s=turn.now_s + for_s)


def _extended(turn: Turn, scene: Closing) -> Closing:
    """Somebody is still reading."""
    if scene.receipt in (ReceiptStage.PRINTING, ReceiptStage.MAILING):
        return scene
    if scene.receipt is ReceiptStage.SHOWN:
        return replace(scene, until_s=turn.now_s + SHOWN_S)
    return replace(scene, until_s=turn.now_s + turn.around.timeouts.receipt_s)
