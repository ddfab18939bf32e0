"""Stories of bringing books back: needs no card, always ends well, and ends the loan only when the tag is secured."""

from __future__ import annotations

from kiosk.model.facts import Found, ItemReturned
from kiosk.model.journal import RowKind
from kiosk.model.reasons import ReasonCode
from kiosk.session.events import Paper, TagKind, TagNotWritten, Touch, WriteTrouble
from kiosk.session.state import Attract, Borrowing, Closing, Home, Identifying, OutOfService, Returning, Stage
from tests.session.playbook import (
    Playbook,
    afi,
    books,
    card,
    closes_with,
    disk_freed,
    disk_full,
    happens,
    in_doubt,
    journalled,
    laid_down,
    locked,
    no_doubts,
    no_row,
    notice,
    offline,
    pad_goes_on,
    pad_is_slow,
    pad_plugged_in,
    pad_unplugged,
    paper,
    printed,
    pulled_away,
    refused,
    scanned_barcode_of,
    seconds_pass,
    shows,
    stage,
    stubborn,
    told,
    touch,
    twin_of,
    wrote,
)
from tests.session.room import IN_STOCK, ON_LOAN

BACK = (RowKind.RETURN_INTENDED, RowKind.RETURN_DONE)


def returns(play: Playbook) -> list[tuple[Found, bool]]:
    return [(fact.found, fact.verified) for fact in play.facts() if isinstance(fact, ItemReturned)]


def test_laying_lent_books_down_is_all_it_takes(kiosk: Playbook) -> None:
    kiosk.given(books("Out", "Long out", afi=ON_LOAN))
    kiosk.when(laid_down("Out", "Long out"))
    kiosk.expect(shows(Returning), stage("Out", Stage.DONE), stage("Long out", Stage.DONE))
    kiosk.expect(afi("Out", IN_STOCK), journalled("Out", *BACK), told("Out", "lk.item.returned"))
    assert returns(kiosk) == [(Found.LENT, True), (Found.LENT, True)]
    kiosk.when(touch(Touch.DONE), touch(Touch.PRINT))
    kiosk.expect(printed(returned=("Out", "Long out")))


def test_the_touch_takes_what_lies_there(kiosk: Playbook) -> None:
    kiosk.given(books("Out", afi=ON_LOAN))
    kiosk.when(touch(Touch.RETURN), laid_down("Out"))
    kiosk.expect(stage("Out", Stage.DONE))


def test_p19_an_item_that_is_in_stock_already_is_thanked_for_and_told(kiosk: Playbook) -> None:
    """W11: a return of what is not lent ends well, too."""
    kiosk.when(touch(Touch.RETURN), laid_down("Snow"))
    kiosk.expect(stage("Snow", Stage.DONE), wrote(("Snow", IN_STOCK)), journalled("Snow", *BACK))
    assert returns(kiosk) == [(Found.NOT_LENT, True)]


def test_returns_go_on_off_line(kiosk: Playbook) -> None:
    """B01: nothing waits for central."""
    kiosk.given(books("Out", afi=ON_LOAN), offline)
    kiosk.when(laid_down("Out"))
    kiosk.expect(stage("Out", Stage.DONE), told("Out", "lk.item.returned"))


def test_central_names_the_item_when_it_can(kiosk: Playbook) -> None:
    kiosk.given(books("Out", afi=ON_LOAN))
    kiosk.when(laid_down("Out"))
    row = kiosk.row("Out")
    assert row is not None
    assert row.item is not None
    assert row.item.title == "Out"


def test_p05_taken_off_while_it_is_written_and_put_back(kiosk: Playbook) -> None:
    kiosk.given(books("Out", afi=ON_LOAN), pad_is_slow, laid_down("Out"))
    kiosk.when(pulled_away("Out"), pad_goes_on)
    kiosk.expect(stage("Out", Stage.PUT_BACK))
    kiosk.when(laid_down("Out"))
    kiosk.expect(stage("Out", Stage.DONE), afi("Out", IN_STOCK), no_doubts)


def test_p05_taken_off_for_good_is_told_and_settled_when_it_comes_back(kiosk: Playbook) -> None:
    kiosk.given(books("Out", afi=ON_LOAN), pad_is_slow, laid_down("Out"))
    kiosk.when(pulled_away("Out"), pad_goes_on, seconds_pass(20))
    kiosk.expect(stage("Out", Stage.DOUBTFUL), in_doubt("Out"), told("Out", "lk.item.doubtful"))
    kiosk.when(touch(Touch.DONE))
    kiosk.expect(closes_with(others=("Out",)))
    kiosk.when(seconds_pass(15))
    kiosk.expect(shows(Attract), in_doubt("Out"))
    kiosk.when(laid_down("Out"))
    kiosk.expect(shows(Attract), no_doubts, afi("Out", IN_STOCK))
    kiosk.expect(told("Out", "lk.item.doubtful", "lk.item.returned", "lk.station.settled"))


def test_h05_an_item_pulled_back_before_anything_was_written_is_not_returned(kiosk: Playbook) -> None:
    kiosk.given(books("Out", afi=ON_LOAN), pad_is_slow, laid_down("Out"), pulled_away("Out"))
    kiosk.when(happens(TagNotWritten(kiosk.book("Out").uid, WriteTrouble.AWAY, ON_LOAN)), seconds_pass(20))
    kiosk.expect(stage("Out", Stage.UNDONE, ReasonCode.TAKEN_AWAY), told("Out"), no_doubts)
    kiosk.expect(journalled("Out", RowKind.RETURN_INTENDED, RowKind.RETURN_ABANDONED))


def test_p13_a_tag_that_cannot_be_secured_goes_to_the_desk(kiosk: Playbook) -> None:
    """I2: the tag still says on loan, the loan stands, and staff are told."""
    kiosk.given(books("Stuck", "Stubborn", afi=ON_LOAN), locked("Stuck"), stubborn("Stubborn"))
    kiosk.when(laid_down("Stuck", "Stubborn"))
    for title in ("Stuck", "Stubborn"):
        kiosk.expect(stage(title, Stage.REFUSED, ReasonCode.TAG_LOCKED), told(title, "lk.item.doubtful"))
        kiosk.expect(journalled(title, RowKind.RETURN_INTENDED, RowKind.RETURN_REFUSED))


def test_p13_a_locked_tag_that_is_secured_already_is_returned(kiosk: Playbook) -> None:
    kiosk.given(locked("Snow"))
    kiosk.when(touch(Touch.RETURN), laid_down("Snow"))
    kiosk.expect(stage("Snow", Stage.DONE))


def test_p11_a_foreign_book_is_named_and_given_back(kiosk: Playbook) -> None:
    kiosk.given(books("Their book", kind=TagKind.FOREIGN), books("Bank card", kind=TagKind.NOT_LIBRARY))
    kiosk.when(touch(Touch.RETURN), laid_down("Their book", "Bank card"))
    kiosk.expect(stage("Their book", Stage.REFUSED, ReasonCode.FOREIGN), no_row("Bank card"), notice(None), wrote())


def test_p12_a_broken_tag_is_returned_by_its_barcode(kiosk: Playbook) -> None:
    kiosk.given(books("Torn tag", kind=TagKind.BROKEN, afi=ON_LOAN))
    kiosk.when(laid_down("Torn tag"))
    kiosk.expect(shows(Returning), stage("Torn tag", Stage.UNREADABLE, ReasonCode.UNREADABLE))
    kiosk.when(scanned_barcode_of("Torn tag"))
    kiosk.expect(stage("Torn tag", Stage.DONE))


def test_p09_of_two_tags_with_one_number_the_second_is_refused(kiosk: Playbook) -> None:
    kiosk.given(books("Out", afi=ON_LOAN), twin_of("Out", "Out again"))
    kiosk.when(laid_down("Out", "Out again"))
    kiosk.expect(stage("Out", Stage.DONE), stage("Out again", Stage.REFUSED, ReasonCode.SAME_NUMBER))


def test_a_patron_returns_and_borrows_in_one_visit(kiosk: Playbook) -> None:
    kiosk.given(books("Out", afi=ON_LOAN), card("Wei"))
    kiosk.when(touch(Touch.RETURN), laid_down("Out"), touch(Touch.BORROW))
    kiosk.expect(shows(Borrowing), no_row("Out"), afi("Out", IN_STOCK))
    kiosk.when(laid_down("Snow"), touch(Touch.DONE), touch(Touch.PRINT))
    kiosk.expect(printed(borrowed=("Snow",), returned=("Out",)))


def test_what_was_just_borrowed_is_not_returned_by_a_change_of_mind(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"), card("Wei"))
    kiosk.when(touch(Touch.RETURN))
    kiosk.expect(shows(Returning), no_row("Snow"), afi("Snow", ON_LOAN))
    kiosk.when(pulled_away("Snow"), laid_down("Snow"))
    kiosk.expect(stage("Snow", Stage.DONE), afi("Snow", IN_STOCK))
    kiosk.when(touch(Touch.DONE))
    kiosk.expect(closes_with(returned=("Snow",)))


def test_a_card_after_a_return_begins_a_visit_without_the_returned_books(kiosk: Playbook) -> None:
    kiosk.given(books("Out", afi=ON_LOAN), laid_down("Out"))
    kiosk.when(card("Wei"))
    kiosk.expect(shows(Home), afi("Out", IN_STOCK))
    assert RowKind.SESSION_ENDED in kiosk.journal()


def test_back_without_anything_done_leads_back(kiosk: Playbook) -> None:
    kiosk.when(touch(Touch.RETURN), touch(Touch.BACK))
    kiosk.expect(shows(Attract))
    kiosk.when(card("Wei"), touch(Touch.RETURN), touch(Touch.BACK))
    kiosk.expect(shows(Home))


def test_without_paper_no_receipt_is_printed(kiosk: Playbook) -> None:
    """R01: printing is not offered; the touch of a screen that was just changing does nothing."""
    kiosk.given(books("Out", afi=ON_LOAN), paper(Paper.NONE), laid_down("Out"), touch(Touch.DONE))
    kiosk.when(touch(Touch.PRINT))
    kiosk.expect(shows(Closing))
    assert RowKind.RECEIPT_CHOSEN not in kiosk.journal()


def test_d14_a_full_disk_stops_the_kiosk_and_loses_nothing(kiosk: Playbook) -> None:
    """I4: the tag was written, the row could not be; the item is settled when the disk takes rows again."""
    kiosk.given(books("Out", afi=ON_LOAN), pad_is_slow, laid_down("Out"))
    kiosk.when(disk_full, pad_goes_on)
    kiosk.expect(shows(OutOfService), in_doubt("Out"), journalled("Out", RowKind.RETURN_INTENDED))
    kiosk.when(pulled_away("Out"), laid_down("Out"), touch(Touch.RETURN), seconds_pass(60))
    kiosk.expect(shows(OutOfService), wrote())
    kiosk.when(disk_freed)
    kiosk.expect(shows(Attract), no_doubts, told("Out", "lk.item.returned", "lk.station.settled"))
    assert kiosk.journal()[-1] is RowKind.STATION_SETTLED
    assert RowKind.SESSION_ENDED in kiosk.journal()


def test_d14_a_wish_that_could_not_be_journalled_did_not_happen(kiosk: Playbook) -> None:
    kiosk.given(disk_full)
    kiosk.when(touch(Touch.RETURN))
    kiosk.expect(shows(OutOfService))
    kiosk.when(disk_freed)
    kiosk.expect(shows(Attract), no_doubts)
    kiosk.when(laid_down("Snow"))
    kiosk.expect(shows(Identifying))


def test_d14_a_pad_unplugged_on_a_full_disk_is_still_gone_when_the_disk_takes_rows_again(kiosk: Playbook) -> None:
    """P01: the pad says only once that it is gone, and the row that this ends the visit with cannot be written."""
    kiosk.given(touch(Touch.RETURN), disk_full)
    kiosk.when(pad_unplugged, disk_freed)
    kiosk.expect(shows(OutOfService))
    kiosk.when(pad_plugged_in)
    kiosk.expect(shows(Attract))


def test_a_doubtful_return_laid_down_again_is_returned_once(kiosk: Playbook) -> None:
    kiosk.given(books("Out", afi=ON_LOAN), pad_is_slow, laid_down("Out"), pulled_away("Out"), pad_goes_on)
    kiosk.given(seconds_pass(21), pad_is_slow)
    kiosk.when(laid_down("Out"))
    kiosk.expect(stage("Out", Stage.WRITING), in_doubt("Out"))
    kiosk.when(pulled_away("Out"))
    kiosk.expect(stage("Out", Stage.DOUBTFUL), in_doubt("Out"))
    kiosk.when(laid_down("Out"), pad_goes_on)
    kiosk.expect(stage("Out", Stage.DONE), no_doubts)
    kiosk.expect(journalled("Out", RowKind.RETURN_INTENDED, RowKind.DOUBTFUL, *BACK[1:], RowKind.STATION_SETTLED))


def test_an_item_of_the_list_that_nothing_was_done_to_can_be_taken_off_it(kiosk: Playbook) -> None:
    kiosk.given(books("Torn tag", kind=TagKind.BROKEN), touch(Touch.RETURN), laid_down("Torn tag", "Snow"))
    kiosk.when(touch(Touch.REMOVE, kiosk.book("Torn tag").uid), touch(Touch.REMOVE, kiosk.book("Snow").uid))
    kiosk.expect(no_row("Torn tag"), stage("Snow", Stage.DONE))


def test_a_book_that_the_patron_has_already_is_returned_by_the_touch(kiosk: Playbook) -> None:
    """Laid down after the card it was taken for a wish to borrow; nobody has to lift it and lay it down anew."""
    kiosk.given(books("Mine", afi=ON_LOAN), refused("Mine", ReasonCode.LENT_TO_YOU), card("Wei"), laid_down("Mine"))
    kiosk.expect(stage("Mine", Stage.REFUSED, ReasonCode.LENT_TO_YOU))
    kiosk.when(touch(Touch.RETURN))
    kiosk.expect(shows(Returning), stage("Mine", Stage.DONE), afi("Mine", IN_STOCK))


def test_an_older_doubt_that_is_still_mended_when_time_is_over_is_named_at_the_end(kiosk: Playbook) -> None:
    kiosk.given(books("Out", afi=ON_LOAN), pad_is_slow, laid_down("Out"), pulled_away("Out"), seconds_pass(20))
    kiosk.room.pad.clear()
    kiosk.given(laid_down("Out"))
    kiosk.when(touch(Touch.DONE), seconds_pass(20))
    kiosk.expect(closes_with(others=("Out",)), in_doubt("Out"))
