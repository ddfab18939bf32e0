"""Stories of cards, time-outs, receipts and the end of a visit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.model.circulation import Language
from kiosk.model.journal import RowKind
from kiosk.model.questions import Identified
from kiosk.model.reasons import ReasonCode
from kiosk.session.effects import Ask, Cue, PrintReceipt
from kiosk.session.events import (
    Answered,
    CardLifted,
    CardNotRead,
    CardPresented,
    Device,
    DeviceChanged,
    Health,
    LanguageChosen,
    Paper,
    PrintFailed,
    TagKind,
    Touch,
)
from kiosk.session.receipt_parts import ReceiptStage
from kiosk.session.state import Attract, Borrowing, Closing, Home, Identifying, Returning, Stage
from kiosk.session.step import due_s
from tests.session.playbook import (
    Playbook,
    Word,
    afi,
    books,
    card,
    card_left,
    central_is_slow,
    closes_with,
    happens,
    laid_down,
    no_doubts,
    no_lending_offline,
    no_row,
    notice,
    offline,
    online,
    pad_goes_on,
    pad_is_slow,
    paper,
    policy,
    printed,
    pulled_away,
    scanned,
    scanned_barcode_of,
    seconds_pass,
    shows,
    sound,
    stage,
    touch,
)
from tests.session.room import IN_STOCK, ON_LOAN, a_patron


def receipt(play: Playbook) -> ReceiptStage:
    assert isinstance(play.scene, Closing)
    return play.scene.receipt


def speaks(language: Language) -> Word:
    def say(play: Playbook) -> None:
        assert play.room.kiosk.around.language is language

    return say


def help_is_open(play: Playbook) -> None:
    assert play.scene.help


def help_is_closed(play: Playbook) -> None:
    assert not play.scene.help


def test_an_unknown_card_leaves_a_way_on(kiosk: Playbook) -> None:
    kiosk.when(card("Nobody"))
    kiosk.expect(shows(Identifying), notice(ReasonCode.UNKNOWN_PATRON), sound(Cue.LOOK))
    kiosk.when(scanned("card-of-Wei"))
    kiosk.expect(shows(Home))


def test_c01_a_card_torn_away_is_asked_for_again_and_nothing_is_journalled(kiosk: Playbook) -> None:
    kiosk.when(happens(CardNotRead()))
    kiosk.expect(shows(Attract), notice(ReasonCode.CARD_NOT_READ))
    kiosk.when(touch(Touch.BORROW), happens(CardNotRead()))
    kiosk.expect(shows(Identifying), notice(ReasonCode.CARD_NOT_READ))
    assert kiosk.journal() == []


def test_off_line_the_card_stands_for_its_owner(kiosk: Playbook) -> None:
    kiosk.given(offline)
    kiosk.when(card("Wei"))
    assert isinstance(kiosk.scene, Home)
    assert kiosk.scene.patron.ref == "card:card-of-Wei"
    assert kiosk.scene.patron.provisional
    assert kiosk.scene.patron.may_borrow == 5


def test_off_line_without_lending_the_card_is_refused_with_a_reason(kiosk: Playbook) -> None:
    kiosk.given(no_lending_offline(), seconds_pass(5), offline)
    kiosk.when(card("Wei"))
    kiosk.expect(shows(Identifying), notice(ReasonCode.OFFLINE_NOT_POSSIBLE))


def test_s02_a_books_barcode_is_no_card(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"))
    kiosk.when(scanned_barcode_of("Snow"))
    kiosk.expect(shows(Identifying), notice(ReasonCode.NOT_A_CARD))


def test_the_answer_about_an_earlier_card_greets_nobody(kiosk: Playbook) -> None:
    """I6: only the card that was shown last counts."""
    kiosk.given(central_is_slow, card("Wei"), card("Li"))
    first, second = kiosk.room.central
    kiosk.when(happens(Answered(first.id, Identified(a_patron("Wei")))))
    kiosk.expect(shows(Identifying))
    kiosk.when(happens(Answered(second.id, Identified(a_patron("Li")))))
    assert isinstance(kiosk.scene, Home)
    assert kiosk.scene.patron.given_name == "Li"


def test_c04_a_card_left_on_the_reader_opens_no_second_visit(kiosk: Playbook) -> None:
    kiosk.given(card_left("Wei"))
    kiosk.when(touch(Touch.DONE))
    kiosk.expect(shows(Attract), sound(Cue.LOOK), notice(ReasonCode.CARD_STILL_HERE))
    kiosk.when(seconds_pass(5), card_left("Wei"))
    kiosk.expect(shows(Attract), notice(ReasonCode.CARD_STILL_HERE))
    kiosk.when(happens(CardLifted()))
    assert isinstance(kiosk.scene, Attract)
    assert kiosk.scene.notice is None
    kiosk.when(card_left("Wei"))
    kiosk.expect(shows(Home))


def test_h01_walking_away_from_an_empty_list(kiosk: Playbook) -> None:
    kiosk.given(card("Wei"), touch(Touch.BORROW))
    kiosk.when(seconds_pass(60))
    assert isinstance(kiosk.scene, Borrowing)
    assert kiosk.scene.idle.warned_s is not None
    kiosk.expect(sound(Cue.LOOK))
    kiosk.when(seconds_pass(19), touch(Touch.DONE))
    kiosk.expect(shows(Borrowing))
    kiosk.when(seconds_pass(80))
    kiosk.expect(shows(Attract))


def test_h01_walking_away_with_a_book_lent_keeps_the_loan_and_wipes_the_screen(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"), card("Wei"), happens(LanguageChosen(Language.EN)))
    kiosk.when(seconds_pass(80))
    kiosk.expect(shows(Attract), afi("Snow", ON_LOAN), no_doubts)
    assert kiosk.room.kiosk.around.language is Language.ZH
    assert kiosk.journal()[-1] is RowKind.SESSION_ENDED
    kiosk.when(seconds_pass(100))
    kiosk.expect(shows(Attract), afi("Snow", ON_LOAN))


def test_h01_walking_away_while_the_pad_writes_is_settled_by_what_lies_there(kiosk: Playbook) -> None:
    kiosk.room.policy = replace(
        kiosk.room.policy, timeouts=replace(kiosk.room.policy.timeouts, borrow_s=1, warning_s=1)
    )
    kiosk.room.switch_on()
    kiosk.given(seconds_pass(1), pad_is_slow, laid_down("Snow"), card("Wei"))
    kiosk.when(seconds_pass(3))
    kiosk.expect(shows(Attract))
    kiosk.when(pad_goes_on)
    kiosk.expect(afi("Snow", ON_LOAN), no_doubts, shows(Attract))


def test_books_nobody_has_a_card_for_do_not_call_for_ever(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"))
    kiosk.when(seconds_pass(60))
    kiosk.expect(shows(Attract))
    kiosk.when(seconds_pass(200))
    kiosk.expect(shows(Attract))
    assert due_s(kiosk.room.kiosk) is None
    kiosk.when(touch(Touch.BORROW), card("Wei"))
    kiosk.expect(stage("Snow", Stage.DONE))


def test_a_book_just_lent_that_is_left_lying_is_not_taken_back(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"), card("Wei"), touch(Touch.DONE), touch(Touch.NO_RECEIPT))
    kiosk.when(seconds_pass(3))
    kiosk.expect(shows(Attract), afi("Snow", ON_LOAN))
    kiosk.when(pulled_away("Snow"), laid_down("Snow"))
    kiosk.expect(shows(Returning), afi("Snow", IN_STOCK))


def test_a_book_shuffled_during_the_farewell_is_not_taken_back(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"), card("Wei"), touch(Touch.DONE))
    kiosk.when(pulled_away("Snow"), laid_down("Snow"), seconds_pass(13))
    kiosk.expect(shows(Attract), afi("Snow", ON_LOAN))


def test_h02_the_next_patrons_books_belong_to_the_next_patron(kiosk: Playbook) -> None:
    kiosk.given(books("Out", afi=ON_LOAN), laid_down("Snow"), card("Wei"), touch(Touch.DONE))
    kiosk.when(laid_down("Out"))
    kiosk.expect(closes_with(borrowed=("Snow",)), afi("Out", ON_LOAN))
    kiosk.when(seconds_pass(13))
    kiosk.expect(shows(Returning), stage("Out", Stage.DONE), no_row("Snow"), afi("Snow", ON_LOAN))


def test_the_next_patron_finds_the_left_book_refused_not_lent(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"), card("Wei"), touch(Touch.DONE), touch(Touch.NO_RECEIPT), seconds_pass(3))
    kiosk.when(touch(Touch.RETURN))
    kiosk.expect(stage("Snow", Stage.DONE), afi("Snow", IN_STOCK))


def test_r01_a_failed_print_is_said_and_the_loan_stands(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"), card("Wei"), touch(Touch.DONE))
    kiosk.room.hold_printer = True
    kiosk.when(touch(Touch.PRINT))
    orders = [effect for effect in kiosk.effects if isinstance(effect, PrintReceipt)]
    assert receipt(kiosk) is ReceiptStage.PRINTING
    assert [order.card_ending for order in orders] == ["-Wei"]
    kiosk.when(happens(PrintFailed("another job")), happens(PrintFailed(orders[0].job)))
    assert receipt(kiosk) is ReceiptStage.FAILED
    kiosk.expect(afi("Snow", ON_LOAN))
    kiosk.when(seconds_pass(10))
    kiosk.expect(shows(Attract))


def test_a_receipt_bears_the_day_that_the_library_s_own_clock_gives_the_due_instant(kiosk: Playbook) -> None:
    kiosk.given(policy(lambda before: replace(before, time_zone="Pacific/Auckland")), paper(Paper.OK))
    kiosk.when(laid_down("Snow"), card("Wei"), touch(Touch.DONE), touch(Touch.PRINT))
    (order,) = [effect for effect in kiosk.effects if isinstance(effect, PrintReceipt)]
    assert [entry.due for entry in order.borrowed] == ["2026-12-23"]


def test_r03_a_printer_that_says_nothing_is_not_waited_for(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"), card("Wei"), touch(Touch.DONE))
    kiosk.room.hold_printer = True
    kiosk.when(touch(Touch.PRINT), seconds_pass(30))
    assert receipt(kiosk) is ReceiptStage.FAILED


def test_r02_a_gone_printer_is_not_offered_whatever_it_said_before(kiosk: Playbook) -> None:
    kiosk.given(happens(DeviceChanged(Device.PRINTER, Health.GONE)), paper(Paper.OK))
    assert not kiosk.room.kiosk.around.prints
    kiosk.when(laid_down("Snow"), card("Wei"), touch(Touch.DONE), touch(Touch.PRINT))
    assert receipt(kiosk) is ReceiptStage.OFFERED


def test_r02_a_printer_that_never_tells_of_its_paper_is_offered_again_when_it_is_back(kiosk: Playbook) -> None:
    """Without a way back it has nothing new to say after it was plugged in."""
    kiosk.given(paper(Paper.OK), happens(DeviceChanged(Device.PRINTER, Health.GONE)))
    kiosk.given(happens(DeviceChanged(Device.PRINTER, Health.OK)))
    kiosk.when(laid_down("Snow"), card("Wei"), touch(Touch.DONE), touch(Touch.PRINT))
    kiosk.expect(printed(borrowed=("Snow",)))


def test_the_receipt_is_declined_by_default_and_a_touch_gives_more_time(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"), card("Wei"), touch(Touch.DONE), seconds_pass(9))
    kiosk.when(touch(Touch.NEXT_LANGUAGE), seconds_pass(9))
    assert receipt(kiosk) is ReceiptStage.OFFERED
    kiosk.when(seconds_pass(1))
    assert receipt(kiosk) is ReceiptStage.DECLINED
    kiosk.when(seconds_pass(3))
    kiosk.expect(shows(Attract))


def test_p11_a_bank_card_alone_on_the_pad_is_named_and_starts_nothing(kiosk: Playbook) -> None:
    kiosk.given(books("Bank card", kind=TagKind.NOT_LIBRARY))
    kiosk.when(laid_down("Bank card"))
    kiosk.expect(shows(Attract), notice(ReasonCode.FOREIGN))
    kiosk.when(seconds_pass(6))
    kiosk.expect(notice(None))


def test_languages_and_help_work_everywhere(kiosk: Playbook) -> None:
    kiosk.when(touch(Touch.NEXT_LANGUAGE), touch(Touch.HELP))
    kiosk.expect(speaks(Language.EN), help_is_open)
    kiosk.when(touch(Touch.BACK))
    kiosk.expect(shows(Attract), help_is_closed)
    kiosk.when(touch(Touch.BORROW), touch(Touch.HELP), touch(Touch.CLOSE_HELP))
    kiosk.expect(shows(Identifying), help_is_closed)


def test_a_card_speaks_its_owners_language_unless_another_was_chosen(kiosk: Playbook) -> None:
    kiosk.given(central_is_slow, card("Wei"))
    kiosk.when(happens(Answered(kiosk.room.central[0].id, Identified(a_patron("Wei"), Language.EN))))
    kiosk.expect(speaks(Language.EN))
    kiosk.when(touch(Touch.DONE))
    kiosk.expect(speaks(Language.ZH))


def test_home_answers_cards_and_codes_with_a_notice(kiosk: Playbook) -> None:
    kiosk.given(card("Wei"))
    kiosk.when(card("Li"))
    kiosk.expect(notice(ReasonCode.ONE_CARD_AT_A_TIME))
    kiosk.when(scanned("card-of-Wei"))
    kiosk.expect(notice(ReasonCode.THAT_IS_YOUR_CARD))
    kiosk.when(seconds_pass(6), happens(CardPresented("card-of-Wei")))
    kiosk.expect(notice(None), shows(Home))


def test_a_line_that_comes_back_changes_nothing_for_those_who_are_known(kiosk: Playbook) -> None:
    kiosk.given(offline, card("Wei"), online)
    kiosk.when(laid_down("Snow"))
    kiosk.expect(stage("Snow", Stage.DONE))
    row = kiosk.row("Snow")
    assert row is not None
    assert row.provisional


def test_off_line_a_books_barcode_is_no_card_even_when_the_book_lies_elsewhere(kiosk: Playbook) -> None:
    """S02: its loans would be nobody's."""
    kiosk.given(laid_down("Snow"), card("Wei"), touch(Touch.DONE), pulled_away("Snow"), seconds_pass(30), offline)
    kiosk.when(scanned_barcode_of("Snow"))
    kiosk.expect(shows(Identifying), notice(ReasonCode.NOT_A_CARD))
    kiosk.when(card("Wei"))
    kiosk.expect(shows(Home))


@pytest.mark.parametrize("code", ["9" * 129, ""])
def test_s01_a_code_that_no_card_has_asks_nobody_and_is_nobody(kiosk: Playbook, code: str) -> None:
    """Central would not answer, and without an answer the card would stand for its owner."""
    kiosk.given(offline)
    kiosk.when(scanned(code))
    kiosk.expect(shows(Attract), notice(ReasonCode.CODE_NOT_READ))
    kiosk.when(happens(CardPresented(code)))
    kiosk.expect(shows(Attract), notice(ReasonCode.CARD_NOT_READ))
    assert not [effect for effect in kiosk.effects if isinstance(effect, Ask)]


def test_a_long_code_of_a_phone_is_still_a_card(kiosk: Playbook) -> None:
    kiosk.room.cards["9" * 128] = a_patron("Wei")
    kiosk.when(scanned("9" * 128))
    kiosk.expect(shows(Home))
