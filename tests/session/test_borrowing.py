"""Stories of borrowing: what a patron does, what the pad and central answer, what ends up in the journal."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model.journal import RowKind
from kiosk.model.reasons import ReasonCode
from kiosk.session.effects import Cue
from kiosk.session.events import (
    CodeNotRead,
    Device,
    DeviceChanged,
    Health,
    TagKind,
    TagNotWritten,
    TagSeen,
    Touch,
    WriteTrouble,
)
from kiosk.session.state import Attract, Borrowing, Closing, Home, Identifying, OutOfService, Stage
from tests.session.playbook import (
    Playbook,
    afi,
    books,
    card,
    central_answers,
    central_is_slow,
    closes_with,
    happens,
    in_doubt,
    journalled,
    laid_down,
    lent,
    locked,
    no_doubts,
    no_row,
    notice,
    offline,
    online,
    pad_goes_on,
    pad_is_slow,
    pad_plugged_in,
    pad_unplugged,
    power_cut,
    printed,
    pulled_away,
    refused,
    scanned,
    scanned_barcode_of,
    seconds_pass,
    shows,
    sound,
    stage,
    stubborn,
    told,
    touch,
    twin_of,
    wrote,
)
from tests.session.room import IN_STOCK, ON_LOAN, a_patron, reading_of

LOAN = (RowKind.BORROW_INTENDED, RowKind.BORROW_DECIDED, RowKind.LOAN_MADE, RowKind.BORROW_OPENING)


def test_three_books_are_lent_with_two_touches(kiosk: Playbook) -> None:
    kiosk.when(laid_down("Le zahir", "Snow", "Deep river"))
    kiosk.expect(shows(Identifying))
    kiosk.when(card("Wei"))
    kiosk.expect(shows(Borrowing), lent("Le zahir", "Snow", "Deep river"), sound(Cue.DONE))
    kiosk.expect(journalled("Snow", *LOAN, RowKind.BORROW_DONE))
    kiosk.when(touch(Touch.DONE))
    kiosk.expect(closes_with(borrowed=("Le zahir", "Snow", "Deep river")))
    kiosk.when(touch(Touch.PRINT))
    kiosk.expect(printed(borrowed=("Le zahir", "Snow", "Deep river")))
    kiosk.when(seconds_pass(5))
    kiosk.expect(shows(Attract), no_doubts)
    assert kiosk.journal()[-4:] == [
        RowKind.RECEIPT_OFFERED,
        RowKind.RECEIPT_CHOSEN,
        RowKind.RECEIPT_PRINTED,
        RowKind.SESSION_ENDED,
    ]


def test_a_card_without_books_leads_home_and_a_book_from_there_to_the_list(kiosk: Playbook) -> None:
    kiosk.when(card("Wei"))
    kiosk.expect(shows(Home))
    kiosk.when(laid_down("Snow"))
    kiosk.expect(lent("Snow"))


def test_decision_loan_and_opening_commit_together_before_the_tag_is_written(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow)
    kiosk.when(laid_down("Snow"), card("Wei"))
    kiosk.expect(stage("Snow", Stage.WRITING), afi("Snow", IN_STOCK), wrote(("Snow", ON_LOAN)))
    transactions = {written.tx for written in kiosk.room.rows if written.row.kind in LOAN[1:]}
    assert len(transactions) == 1
    kiosk.when(pad_goes_on)
    kiosk.expect(lent("Snow"))


def test_a_refusal_names_its_reason_and_the_others_go_on(kiosk: Playbook) -> None:
    """H08, W12: each row has its own reason."""
    kiosk.given(refused("Snow", ReasonCode.ON_HOLD))
    kiosk.when(laid_down("Le zahir", "Snow"), card("Wei"))
    kiosk.expect(lent("Le zahir"), stage("Snow", Stage.REFUSED, ReasonCode.ON_HOLD), afi("Snow", IN_STOCK))
    kiosk.expect(told("Snow", "lk.loan.refused"))


def test_what_central_calls_an_item_replaces_what_was_known(kiosk: Playbook) -> None:
    """W4: no stale titles."""
    kiosk.when(laid_down("Snow"), card("Wei"))
    row = kiosk.row("Snow")
    assert row is not None
    assert row.item is not None
    assert row.item.title == "Snow"
    assert kiosk.room.kiosk.around.known[row.item.id] == row.item


def test_p05_a_book_taken_off_while_it_is_written_is_lent_when_it_is_put_back(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"))
    kiosk.when(pulled_away("Snow"), pad_goes_on)
    kiosk.expect(stage("Snow", Stage.PUT_BACK), sound(Cue.LOOK))
    kiosk.when(seconds_pass(19), laid_down("Snow"))
    kiosk.expect(wrote(("Snow", ON_LOAN)), lent("Snow"), no_doubts)


def test_p03_an_answer_that_was_lost_is_settled_by_reading_back(kiosk: Playbook) -> None:
    """The tag was written, nobody heard so: it is read, not written again."""
    kiosk.room.lose_answers = True
    kiosk.when(laid_down("Snow"), card("Wei"))
    kiosk.expect(lent("Snow"), wrote(("Snow", ON_LOAN)))


def test_a_book_pulled_away_while_it_is_opened_is_never_forgotten(kiosk: Playbook) -> None:
    """P05, W3: in doubt until it is seen again, then settled by itself."""
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"))
    kiosk.when(pulled_away("Snow"), pad_goes_on, seconds_pass(20))
    kiosk.expect(stage("Snow", Stage.DOUBTFUL), in_doubt("Snow"), told("Snow", "lk.loan.made", "lk.item.doubtful"))
    kiosk.when(laid_down("Snow"))
    kiosk.expect(stage("Snow", Stage.DONE), afi("Snow", ON_LOAN), no_doubts)
    kiosk.expect(told("Snow", "lk.loan.made", "lk.item.doubtful", "lk.item.opened", "lk.station.settled"))


def test_p06_a_book_taken_away_before_its_tag_took_the_write_is_not_lent(kiosk: Playbook) -> None:
    """I3: the pad read it back as secured before it went, so the loan is undone and said."""
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"), pulled_away("Snow"))
    kiosk.when(happens(TagNotWritten(kiosk.book("Snow").uid, WriteTrouble.AWAY, IN_STOCK)), seconds_pass(20))
    kiosk.expect(stage("Snow", Stage.UNDONE, ReasonCode.TAKEN_AWAY), no_doubts)
    kiosk.expect(told("Snow", "lk.loan.made", "lk.loan.undone"))
    kiosk.when(touch(Touch.DONE))
    kiosk.expect(closes_with(others=("Snow",)))


def test_p06_a_tag_that_takes_no_write_ends_undone_and_secured(kiosk: Playbook) -> None:
    kiosk.given(stubborn("Snow"))
    kiosk.when(laid_down("Snow"), card("Wei"))
    kiosk.expect(stage("Snow", Stage.UNDONE, ReasonCode.TAG_LOCKED), afi("Snow", IN_STOCK), no_doubts)
    kiosk.expect(told("Snow", "lk.loan.made", "lk.loan.undone"))


def test_p13_a_locked_tag_undoes_the_loan(kiosk: Playbook) -> None:
    kiosk.given(locked("Snow"))
    kiosk.when(laid_down("Snow"), card("Wei"))
    kiosk.expect(stage("Snow", Stage.REFUSED, ReasonCode.TAG_LOCKED), journalled("Snow", *LOAN, RowKind.LOAN_UNDONE))


def test_h03_a_book_swapped_before_the_yes_is_not_lent(kiosk: Playbook) -> None:
    """Away when central says yes: nothing was written, so there is no loan; the other book is asked for itself."""
    kiosk.given(central_is_slow, laid_down("Snow"), card("Wei"))
    kiosk.room.central_answers()
    kiosk.when(pulled_away("Snow"), laid_down("Le zahir"), central_answers)
    kiosk.expect(stage("Snow", Stage.UNDONE, ReasonCode.TAKEN_AWAY), lent("Le zahir"), afi("Snow", IN_STOCK))
    kiosk.expect(journalled("Snow", RowKind.BORROW_INTENDED, RowKind.BORROW_ABANDONED), told("Snow"))


def test_a_book_laid_back_before_the_yes_goes_on(kiosk: Playbook) -> None:
    kiosk.given(central_is_slow, laid_down("Snow"), card("Wei"))
    kiosk.room.central_answers()
    kiosk.when(pulled_away("Snow"), laid_down("Snow"), central_answers)
    kiosk.expect(lent("Snow"))


def test_p02_the_pad_is_unplugged_between_loan_and_write(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"))
    kiosk.when(pad_unplugged, pad_goes_on)
    kiosk.expect(shows(OutOfService), in_doubt("Snow"), told("Snow", "lk.loan.made", "lk.item.doubtful"))
    kiosk.when(pad_plugged_in)
    kiosk.expect(shows(Attract), no_doubts, afi("Snow", ON_LOAN))
    assert kiosk.room.kiosk.around.settled == (kiosk.book("Snow").item,)
    kiosk.when(seconds_pass(60))
    kiosk.expect(shows(Attract))


def test_p08_one_uid_that_reads_as_two_items_is_refused(kiosk: Playbook) -> None:
    kiosk.given(central_is_slow, laid_down("Snow"), card("Wei"))
    kiosk.room.central_answers()
    kiosk.book("Snow").item = "35555009999999"
    kiosk.room.report([kiosk.book("Snow")])
    kiosk.expect(stage("Snow", Stage.REFUSED, ReasonCode.SAME_NUMBER))
    kiosk.when(central_answers)
    kiosk.expect(stage("Snow", Stage.REFUSED, ReasonCode.SAME_NUMBER), wrote())


def test_p09_two_tags_with_one_number_are_both_refused(kiosk: Playbook) -> None:
    kiosk.given(twin_of("Snow", "Snow again"))
    kiosk.given(central_is_slow, laid_down("Snow", "Snow again"), card("Wei"), central_answers)
    kiosk.when(seconds_pass(1))
    same = ReasonCode.SAME_NUMBER
    kiosk.expect(stage("Snow", Stage.REFUSED, same), stage("Snow again", Stage.REFUSED, same), wrote())
    uids = {written.row.uid for written in kiosk.room.rows if written.row.kind is RowKind.BORROW_REFUSED}
    assert uids == {kiosk.book("Snow").uid, kiosk.book("Snow again").uid}
    kiosk.when(pulled_away("Snow", "Snow again"), laid_down("Snow again"))
    kiosk.expect(stage("Snow again", Stage.DONE))


def test_p09_twins_of_one_stack_are_both_refused_although_one_is_read_first(kiosk: Playbook) -> None:
    kiosk.given(twin_of("Snow", "Snow again"), card("Wei"))
    twins = [kiosk.book("Snow"), kiosk.book("Snow again")]
    for book in twins:
        book.lies = True
    kiosk.when(*(happens(TagSeen(book.uid)) for book in twins), happens(reading_of(twins[0])))
    kiosk.expect(stage("Snow", Stage.READING))
    kiosk.when(happens(reading_of(twins[1])))
    same = ReasonCode.SAME_NUMBER
    kiosk.expect(stage("Snow", Stage.REFUSED, same), stage("Snow again", Stage.REFUSED, same), wrote())


def test_a_stack_does_not_wait_for_a_book_that_is_taken_off_before_it_is_read(kiosk: Playbook) -> None:
    kiosk.given(card("Wei"))
    for title in ("Snow", "Deep river"):
        kiosk.book(title).lies = True
        kiosk.when(happens(TagSeen(kiosk.book(title).uid)))
    kiosk.when(happens(reading_of(kiosk.book("Snow"))))
    kiosk.expect(stage("Snow", Stage.READING))
    kiosk.when(pulled_away("Deep river"))
    kiosk.expect(stage("Snow", Stage.DONE), no_row("Deep river"))


def test_p09_of_a_twin_that_comes_later_only_the_second_is_refused(kiosk: Playbook) -> None:
    kiosk.given(twin_of("Snow", "Snow again"), laid_down("Snow"), card("Wei"))
    kiosk.when(laid_down("Snow again"))
    kiosk.expect(stage("Snow", Stage.DONE), stage("Snow again", Stage.REFUSED, ReasonCode.SAME_NUMBER))


def test_p09_the_twin_of_a_refused_item_that_still_lies_there_is_refused(kiosk: Playbook) -> None:
    kiosk.given(twin_of("Snow", "Snow again"), refused("Snow", ReasonCode.ON_HOLD), laid_down("Snow"), card("Wei"))
    kiosk.when(laid_down("Snow again"))
    kiosk.expect(stage("Snow again", Stage.REFUSED, ReasonCode.SAME_NUMBER))


def test_p08_a_tag_that_comes_back_as_another_item_is_not_the_one_that_was_taken_off(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"), pulled_away("Snow"), pad_goes_on)
    kiosk.book("Snow").item = "35555009999999"
    kiosk.when(laid_down("Snow"))
    kiosk.expect(stage("Snow", Stage.PUT_BACK), wrote())


def test_p11_a_foreign_tag_is_named_only_when_it_lies_alone(kiosk: Playbook) -> None:
    kiosk.given(books("Bank card", kind=TagKind.NOT_LIBRARY), books("Their book", kind=TagKind.FOREIGN))
    kiosk.given(laid_down("Snow"), card("Wei"))
    kiosk.when(laid_down("Bank card"))
    kiosk.expect(no_row("Bank card"), notice(None))
    kiosk.when(pulled_away("Snow", "Bank card"), laid_down("Their book"))
    kiosk.expect(no_row("Their book"), notice(ReasonCode.FOREIGN))
    kiosk.when(seconds_pass(6))
    kiosk.expect(notice(None))


def test_p12_a_broken_tag_is_lent_by_its_barcode(kiosk: Playbook) -> None:
    kiosk.given(books("Torn tag", kind=TagKind.BROKEN))
    kiosk.when(laid_down("Torn tag"), card("Wei"))
    kiosk.expect(stage("Torn tag", Stage.UNREADABLE, ReasonCode.UNREADABLE))
    kiosk.when(scanned_barcode_of("Torn tag"))
    kiosk.expect(lent("Torn tag"))


def test_p12_a_barcode_of_another_row_is_no_name_for_a_broken_tag(kiosk: Playbook) -> None:
    kiosk.given(books("Torn tag", kind=TagKind.BROKEN), laid_down("Torn tag", "Snow"), card("Wei"))
    kiosk.when(scanned_barcode_of("Snow"))
    kiosk.expect(stage("Torn tag", Stage.REFUSED, ReasonCode.SAME_NUMBER), stage("Snow", Stage.DONE))


def test_p12_the_barcode_of_a_book_that_lies_there_from_before_is_no_name_for_a_broken_tag(kiosk: Playbook) -> None:
    """Found by a seed: the tag was opened under the number of its neighbour."""
    kiosk.given(books("Torn tag", kind=TagKind.BROKEN), laid_down("Snow"), power_cut, seconds_pass(5))
    kiosk.when(laid_down("Torn tag"), card("Wei"), scanned_barcode_of("Snow"))
    kiosk.expect(stage("Torn tag", Stage.REFUSED, ReasonCode.SAME_NUMBER), afi("Torn tag", IN_STOCK))


def test_s02_codes_that_are_no_broken_tags_number(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"), card("Wei"))
    kiosk.when(scanned("card-of-Wei"))
    kiosk.expect(notice(ReasonCode.THAT_IS_YOUR_CARD))
    kiosk.when(scanned_barcode_of("Le zahir"))
    kiosk.expect(notice(ReasonCode.LAY_IT_ON_THE_PAD), no_row("Le zahir"))
    kiosk.when(seconds_pass(7), scanned_barcode_of("Snow"), scanned_barcode_of("Snow"))
    kiosk.expect(notice(None), lent("Snow"))
    kiosk.when(happens(CodeNotRead()))
    kiosk.expect(notice(ReasonCode.CODE_NOT_READ))


def test_c05_a_second_card_is_asked_to_wait(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"), card("Wei"))
    kiosk.when(card("Li"))
    kiosk.expect(notice(ReasonCode.ONE_CARD_AT_A_TIME), lent("Snow"))
    kiosk.when(seconds_pass(7), card("Wei"))
    kiosk.expect(notice(None))


def test_off_line_the_policy_lends_and_says_so(kiosk: Playbook) -> None:
    """B01, N02: due by local days at 23:59, provisional, at most `max_items`."""
    kiosk.given(offline, laid_down("Snow"), card("Wei"))
    row = kiosk.row("Snow")
    assert row is not None
    assert row.due is not None
    assert row.due.isoformat() == "2026-12-08T23:59:00+08:00"
    assert row.provisional
    kiosk.expect(lent("Snow"))


def test_off_line_the_sixth_item_is_refused(kiosk: Playbook) -> None:
    titles = tuple(f"Volume {number}" for number in range(1, 7))
    kiosk.given(books(*titles), offline, laid_down(*titles), card("Wei"))
    kiosk.expect(lent(*titles[:5]), stage(titles[5], Stage.REFUSED, ReasonCode.OFFLINE_LIMIT))


def test_off_line_an_item_whose_tag_says_lent_is_not_lent_again(kiosk: Playbook) -> None:
    kiosk.given(books("Out", afi=ON_LOAN), card("Wei"), offline)
    kiosk.when(laid_down("Out"))
    kiosk.expect(stage("Out", Stage.REFUSED, ReasonCode.OFFLINE_NOT_POSSIBLE), wrote())


def test_on_line_central_decides_about_a_tag_that_says_lent(kiosk: Playbook) -> None:
    kiosk.given(books("Out", "Really out", afi=ON_LOAN), refused("Really out", ReasonCode.LENT_TO_ANOTHER))
    kiosk.when(card("Wei"), laid_down("Out", "Really out"))
    kiosk.expect(lent("Out"), stage("Really out", Stage.REFUSED, ReasonCode.LENT_TO_ANOTHER))


def test_b03_a_late_answer_decides_nothing_twice(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"), central_is_slow, card("Wei"))
    kiosk.room.central_answers()
    ask = kiosk.room.central[0]
    kiosk.given(offline)
    kiosk.room.central_answers()
    kiosk.room.central.append(ask)
    kiosk.when(online, central_answers)
    kiosk.expect(lent("Snow"))


def test_done_waits_for_what_is_under_way(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"))
    kiosk.when(touch(Touch.DONE), laid_down("Le zahir"))
    kiosk.expect(shows(Borrowing), no_row("Le zahir"))
    kiosk.when(pad_goes_on)
    kiosk.expect(closes_with(borrowed=("Snow",)))


def test_done_does_not_wait_for_ever(kiosk: Playbook) -> None:
    kiosk.given(central_is_slow, laid_down("Snow"), card("Wei"))
    kiosk.room.central_answers()
    kiosk.when(touch(Touch.DONE), seconds_pass(20))
    kiosk.expect(closes_with(others=("Snow",)), journalled("Snow", RowKind.BORROW_INTENDED, RowKind.BORROW_ABANDONED))


def test_done_without_anything_done_ends_at_attract(kiosk: Playbook) -> None:
    kiosk.given(card("Wei"), touch(Touch.BORROW))
    kiosk.when(touch(Touch.DONE))
    kiosk.expect(shows(Attract))
    assert kiosk.journal() == [RowKind.SESSION_STARTED, RowKind.SESSION_ENDED]


def test_h07_a_second_done_does_nothing_more(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"), card("Wei"))
    kiosk.when(touch(Touch.DONE), touch(Touch.DONE), touch(Touch.BORROW), touch(Touch.REMOVE, "E0"))
    assert kiosk.journal().count(RowKind.RECEIPT_OFFERED) == 1
    assert kiosk.journal().count(RowKind.LOAN_MADE) == 1


def test_an_item_is_taken_off_the_list_only_before_it_is_lent(kiosk: Playbook) -> None:
    kiosk.given(central_is_slow, laid_down("Snow", "Le zahir"), card("Wei"))
    kiosk.room.central_answers()
    kiosk.when(touch(Touch.REMOVE, kiosk.book("Snow").uid), central_answers)
    kiosk.expect(no_row("Snow"), lent("Le zahir"), afi("Snow", IN_STOCK))
    kiosk.expect(journalled("Snow", RowKind.BORROW_INTENDED, RowKind.BORROW_ABANDONED))
    kiosk.when(touch(Touch.REMOVE, kiosk.book("Le zahir").uid))
    kiosk.expect(lent("Le zahir"))
    kiosk.when(pulled_away("Snow"), laid_down("Snow"))
    kiosk.expect(stage("Snow", Stage.DONE))


def test_a_refused_item_is_tried_again_when_laid_down_again(kiosk: Playbook) -> None:
    kiosk.given(refused("Snow", ReasonCode.TOO_MANY_LOANS), laid_down("Snow"), card("Wei"))
    kiosk.room.refusals.clear()
    kiosk.when(pulled_away("Snow"), laid_down("Snow"))
    kiosk.expect(stage("Snow", Stage.DONE))


def test_a_reader_that_only_stumbles_keeps_the_visit(kiosk: Playbook) -> None:
    """P15: a degraded pad does some of its work."""
    kiosk.given(laid_down("Snow"), card("Wei"))
    kiosk.when(happens(DeviceChanged(Device.PAD, Health.DEGRADED, "noise")))
    kiosk.expect(shows(Borrowing))
    kiosk.when(touch(Touch.DONE))
    kiosk.expect(shows(Closing))


def test_off_line_nobody_gets_what_central_has_just_said_no_to(kiosk: Playbook) -> None:
    """N02, N08: central knew Wei, whose card is blocked, and then was slow."""
    kiosk.room.cards["card-of-Wei"] = replace(a_patron("Wei"), may_borrow=0)
    kiosk.given(card("Wei"), offline)
    kiosk.when(laid_down("Snow"))
    kiosk.expect(stage("Snow", Stage.REFUSED, ReasonCode.OFFLINE_NOT_POSSIBLE), afi("Snow", IN_STOCK))


def test_off_line_the_limit_that_central_told_goes_on_counting(kiosk: Playbook) -> None:
    kiosk.room.cards["card-of-Wei"] = replace(a_patron("Wei"), may_borrow=1)
    kiosk.given(card("Wei"), offline)
    kiosk.when(laid_down("Snow"), laid_down("Le zahir"))
    kiosk.expect(lent("Snow"), stage("Le zahir", Stage.REFUSED, ReasonCode.OFFLINE_NOT_POSSIBLE))


def test_a_code_longer_than_any_item_number_is_not_lent(kiosk: Playbook) -> None:
    """S01: central would not answer such a question, and no answer must not become a yes."""
    kiosk.given(books("Torn tag", kind=TagKind.BROKEN), laid_down("Torn tag"), card("Wei"))
    kiosk.when(offline, scanned("9" * 65))
    kiosk.expect(stage("Torn tag", Stage.UNREADABLE, ReasonCode.UNREADABLE), notice(ReasonCode.CODE_NOT_READ))
    kiosk.when(scanned("9" * 64))
    kiosk.expect(stage("Torn tag", Stage.DONE))


def test_a_tag_whose_number_is_longer_than_any_item_number_is_asked_for_its_barcode(kiosk: Playbook) -> None:
    kiosk.book("Snow").item = "9" * 65
    kiosk.when(laid_down("Snow"), card("Wei"))
    kiosk.expect(stage("Snow", Stage.UNREADABLE, ReasonCode.UNREADABLE))


def test_an_own_doubt_that_is_still_mended_when_time_is_over_is_named_at_the_end(kiosk: Playbook) -> None:
    """I1: it does not vanish from the screen."""
    kiosk.given(laid_down("Snow"), pad_is_slow, card("Wei"), pulled_away("Snow"), seconds_pass(20))
    kiosk.room.pad.clear()
    kiosk.given(laid_down("Snow"))
    kiosk.when(touch(Touch.DONE), seconds_pass(20))
    kiosk.expect(closes_with(others=("Snow",)), in_doubt("Snow"))


def test_i3_a_loan_of_ones_own_that_the_gate_would_stop_is_not_called_ready_to_take(kiosk: Playbook) -> None:
    """W2: lent by a phone or at a desk that could not open the tag."""
    kiosk.given(refused("Snow", ReasonCode.LENT_TO_YOU))
    kiosk.when(laid_down("Snow"), card("Wei"))
    kiosk.expect(stage("Snow", Stage.REFUSED, ReasonCode.LENT_BUT_SECURED), told("Snow", "lk.loan.refused"))
    kiosk.when(touch(Touch.DONE))
    kiosk.expect(closes_with(others=("Snow",)))


def test_a_loan_of_ones_own_with_an_open_tag_is_theirs_to_take(kiosk: Playbook) -> None:
    kiosk.given(books("Mine", afi=ON_LOAN), refused("Mine", ReasonCode.LENT_TO_YOU), card("Wei"), laid_down("Mine"))
    kiosk.expect(stage("Mine", Stage.REFUSED, ReasonCode.LENT_TO_YOU))


def test_p07_a_stack_does_not_wait_for_ever_for_one_tag_that_cannot_be_read(kiosk: Playbook) -> None:
    """I1: what was read of it goes on, also when the patron touches Done meanwhile."""
    kiosk.given(card("Wei"))
    for title in ("Snow", "Deep river"):
        kiosk.book(title).lies = True
        kiosk.when(happens(TagSeen(kiosk.book(title).uid)))
    kiosk.given(happens(reading_of(kiosk.book("Snow"))), touch(Touch.DONE), seconds_pass(1))
    kiosk.expect(stage("Snow", Stage.READING))
    kiosk.when(seconds_pass(1))
    kiosk.expect(stage("Snow", Stage.DONE), stage("Deep river", Stage.READING))
    kiosk.when(seconds_pass(20))
    kiosk.expect(closes_with(borrowed=("Snow",)))


def test_p18_a_tag_that_flickers_at_the_edge_holds_up_no_book(kiosk: Playbook) -> None:
    kiosk.given(card("Wei"), happens(TagSeen(kiosk.book("Snow").uid)))
    kiosk.book("Snow").lies = True
    ghost = kiosk.book("Deep river").uid
    kiosk.given(happens(TagSeen(ghost)), happens(reading_of(kiosk.book("Snow"))))
    kiosk.when(*(step for _ in range(4) for step in (seconds_pass(0.5), happens(TagSeen(ghost)))))
    kiosk.expect(stage("Snow", Stage.DONE), stage("Deep river", Stage.READING))


def test_i3_a_loan_of_ones_own_on_a_tag_that_tells_no_mark_is_shown_at_the_desk(kiosk: Playbook) -> None:
    kiosk.book("Snow").afi = None
    kiosk.given(refused("Snow", ReasonCode.LENT_TO_YOU))
    kiosk.when(laid_down("Snow"), card("Wei"))
    kiosk.expect(stage("Snow", Stage.REFUSED, ReasonCode.LENT_BUT_SECURED))
