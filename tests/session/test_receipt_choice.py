"""The receipt: printed, on the phone, by e-mail or none; and a call for staff from the help of any screen."""

from __future__ import annotations

import pytest

from kiosk.model.ids import PatronRef
from kiosk.model.journal import RowKind
from kiosk.model.questions import AskHelp, AskMail
from kiosk.session.call_parts import CallStage
from kiosk.session.effects import Ask, PrintReceipt
from kiosk.session.events import LinkChanged, Paper, Touch
from kiosk.session.receipt_parts import MailTrouble, ReceiptStage
from kiosk.session.state import Attract, Closing
from tests.session.playbook import (
    Playbook,
    card,
    central_answers,
    central_is_slow,
    happens,
    laid_down,
    offline,
    online,
    paper,
    seconds_pass,
    shows,
    touch,
)


def borrowed(play: Playbook) -> None:
    """Wei has borrowed Snow, and a receipt is offered."""
    play.when(happens(LinkChanged(online=True)), card("Wei"), touch(Touch.BORROW), laid_down("Snow"), touch(Touch.DONE))
    shows(Closing)(play)


def closing(play: Playbook) -> Closing:
    assert isinstance(play.scene, Closing)
    return play.scene


def has_address(play: Playbook) -> None:
    play.room.addresses.add(PatronRef("P-Wei"))


def kinds(play: Playbook) -> list[RowKind]:
    return [written.row.kind for written in play.room.rows]


def test_nothing_touched_for_ten_seconds_means_none(kiosk: Playbook) -> None:
    kiosk.given(borrowed)
    kiosk.when(seconds_pass(9))
    assert closing(kiosk).receipt is ReceiptStage.OFFERED
    kiosk.when(seconds_pass(2))
    assert closing(kiosk).receipt is ReceiptStage.DECLINED
    kiosk.when(seconds_pass(4))
    kiosk.expect(shows(Attract))


def test_without_paper_printing_is_not_done_and_the_phone_is_still_there(kiosk: Playbook) -> None:
    kiosk.given(borrowed, paper(Paper.NONE))
    kiosk.when(touch(Touch.PRINT))
    assert not [effect for effect in kiosk.effects if isinstance(effect, PrintReceipt)]
    kiosk.when(touch(Touch.TO_PHONE))
    assert closing(kiosk).receipt is ReceiptStage.SHOWN


def test_a_code_stands_for_a_minute_and_asks_nobody(kiosk: Playbook) -> None:
    kiosk.given(borrowed)
    kiosk.when(touch(Touch.TO_PHONE), seconds_pass(59))
    assert closing(kiosk).receipt is ReceiptStage.SHOWN
    assert not [effect for effect in kiosk.effects if isinstance(effect, Ask)]
    assert RowKind.RECEIPT_SHOWN in kinds(kiosk)
    kiosk.when(seconds_pass(2))
    kiosk.expect(shows(Attract))


def test_a_receipt_by_e_mail_names_no_address_here(kiosk: Playbook) -> None:
    kiosk.given(has_address, borrowed)
    kiosk.when(touch(Touch.TO_MAIL))
    (ask,) = [effect.question for effect in kiosk.effects if isinstance(effect, Ask)]
    assert isinstance(ask, AskMail)
    assert [entry.title for entry in ask.borrowed] == ["Snow"]
    assert closing(kiosk).receipt is ReceiptStage.MAILED
    assert RowKind.RECEIPT_MAILED in kinds(kiosk)


def test_without_an_address_the_other_ways_stay_and_time_begins_anew(kiosk: Playbook) -> None:
    kiosk.given(borrowed, seconds_pass(8))
    kiosk.when(touch(Touch.TO_MAIL), seconds_pass(5))
    assert (closing(kiosk).receipt, closing(kiosk).no_mail) == (ReceiptStage.OFFERED, MailTrouble.NO_ADDRESS)
    kiosk.when(touch(Touch.TO_MAIL))
    assert not [effect for effect in kiosk.effects if isinstance(effect, Ask)], "asked once is enough"
    kiosk.when(touch(Touch.PRINT))
    assert closing(kiosk).receipt is ReceiptStage.PRINTED


def test_a_central_that_does_not_answer_is_said(kiosk: Playbook) -> None:
    kiosk.given(has_address, borrowed)
    kiosk.when(offline, touch(Touch.TO_MAIL))
    assert closing(kiosk).no_mail is MailTrouble.NO_ANSWER
    assert RowKind.RECEIPT_MAILED not in kinds(kiosk)


def test_an_answer_that_comes_too_late_changes_nothing(kiosk: Playbook) -> None:
    kiosk.given(has_address, borrowed)
    kiosk.when(central_is_slow, touch(Touch.TO_MAIL), seconds_pass(6))
    assert closing(kiosk).no_mail is MailTrouble.NO_ANSWER
    kiosk.when(central_answers)
    assert closing(kiosk).receipt is ReceiptStage.OFFERED


@pytest.mark.parametrize("link", [True, False])
def test_whoever_is_not_known_gets_no_mail(kiosk: Playbook, link: bool) -> None:
    kiosk.given(happens(LinkChanged(link)), touch(Touch.RETURN), laid_down("Snow"), touch(Touch.DONE))
    kiosk.when(touch(Touch.TO_MAIL))
    assert not [effect for effect in kiosk.effects if isinstance(effect, Ask)]


def call_of(play: Playbook) -> CallStage | None:
    call = play.room.kiosk.around.call
    return None if call is None else call.stage


def test_a_call_from_any_help_is_heard_and_made_once(kiosk: Playbook) -> None:
    kiosk.given(happens(LinkChanged(online=True)), touch(Touch.HELP))
    kiosk.when(touch(Touch.CALL_STAFF))
    assert [effect.question for effect in kiosk.effects if isinstance(effect, Ask)] == [AskHelp("attract")]
    assert call_of(kiosk) is CallStage.HEARD
    kiosk.when(touch(Touch.CALL_STAFF))
    assert not [effect for effect in kiosk.effects if isinstance(effect, Ask)]
    kiosk.when(seconds_pass(70))
    assert call_of(kiosk) is None, "the next one may call"


def test_a_call_that_nobody_heard_may_be_made_again(kiosk: Playbook) -> None:
    kiosk.given(happens(LinkChanged(online=True)), card("Wei"), touch(Touch.HELP))
    kiosk.when(offline, touch(Touch.CALL_STAFF))
    assert call_of(kiosk) is CallStage.UNHEARD
    kiosk.when(online, touch(Touch.CALL_STAFF))
    assert call_of(kiosk) is CallStage.HEARD


def test_off_line_no_call_is_made(kiosk: Playbook) -> None:
    kiosk.given(happens(LinkChanged(online=False)), touch(Touch.HELP))
    kiosk.when(touch(Touch.CALL_STAFF))
    assert call_of(kiosk) is None
    assert not [effect for effect in kiosk.effects if isinstance(effect, Ask)]
