"""Small promises that nothing else would miss at once: each was found by a planted fault that no story noticed."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model.circulation import Item, Language
from kiosk.model.facts import Found, ItemReturned, LoanMade
from kiosk.model.ids import AskId, ItemId
from kiosk.model.journal import RowKind
from kiosk.model.questions import Identified, ItemKnown
from kiosk.model.reasons import ReasonCode
from kiosk.session.events import Answered, Printed, PrintFailed, TagNotWritten, TagSeen, TagWritten, Touch, WriteTrouble
from kiosk.session.receipt_parts import ReceiptStage
from kiosk.session.state import KNOWN_ITEMS, Attract, Closing, Home, OutOfService, Stage
from tests.session.playbook import (
    Playbook,
    Word,
    afi,
    books,
    card,
    central_answers,
    central_is_slow,
    closes_with,
    disk_freed,
    disk_full,
    happens,
    in_doubt,
    journalled,
    laid_down,
    lent,
    no_doubts,
    offline,
    pad_goes_on,
    pad_is_slow,
    pad_plugged_in,
    pad_unplugged,
    policy,
    power_cut,
    pulled_away,
    scanned,
    seconds_pass,
    shows,
    stage,
    told,
    touch,
    twin_of,
    wrote,
)
from tests.session.room import IN_STOCK, ON_LOAN, a_patron, reading_of


def read_once_more(title: str) -> Word:
    """The pad was reset, say, and reports anew what lies there."""

    def say(play: Playbook) -> None:
        play.room.happened(TagSeen(play.book(title).uid))
        play.room.happened(reading_of(play.book(title)))

    return say


def test_p16_a_book_left_by_somebody_who_walked_away_starts_nothing_when_it_is_read_once_more(kiosk: Playbook) -> None:
    """I4: it is lent, and nobody brought it back."""
    kiosk.given(laid_down("Snow"), card("Wei"), seconds_pass(80))
    kiosk.expect(shows(Attract))
    kiosk.when(read_once_more("Snow"), seconds_pass(30))
    kiosk.expect(shows(Attract), afi("Snow", ON_LOAN))


def test_d14_a_wish_that_waited_for_central_when_the_disk_filled_is_closed_when_there_is_room(kiosk: Playbook) -> None:
    kiosk.given(card("Wei"), central_is_slow, laid_down("Snow"), disk_full, laid_down("Le zahir"))
    kiosk.expect(shows(OutOfService))
    kiosk.when(disk_freed)
    kiosk.expect(journalled("Snow", RowKind.BORROW_INTENDED, RowKind.BORROW_ABANDONED), no_doubts)


def test_p14_a_reading_that_crossed_the_write_orders_no_second_one(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"))
    uid = kiosk.book("Snow").uid
    kiosk.when(happens(TagNotWritten(uid, WriteTrouble.AWAY, None)), happens(reading_of(kiosk.book("Snow"))))
    kiosk.expect(wrote(("Snow", ON_LOAN)))
    kiosk.when(happens(reading_of(kiosk.book("Snow"))))
    kiosk.expect(wrote())


def test_p13_a_lock_that_tells_no_value_leaves_what_was_there(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, touch(Touch.RETURN), laid_down("Snow"))
    kiosk.when(happens(TagNotWritten(kiosk.book("Snow").uid, WriteTrouble.LOCKED, None)))
    kiosk.expect(stage("Snow", Stage.DONE))


def test_p05_a_book_put_back_has_the_whole_time_again(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"), pulled_away("Snow"), seconds_pass(15))
    kiosk.given(laid_down("Snow"), seconds_pass(15))
    kiosk.expect(stage("Snow", Stage.PUT_BACK))
    kiosk.when(pad_goes_on)
    kiosk.expect(lent("Snow"))


def test_p09_the_twin_of_a_book_that_is_lent_and_away_is_refused(kiosk: Playbook) -> None:
    kiosk.given(twin_of("Snow", "Twin"), laid_down("Snow"), card("Wei"), pulled_away("Snow"))
    kiosk.when(laid_down("Twin"))
    kiosk.expect(stage("Twin", Stage.REFUSED, ReasonCode.SAME_NUMBER))


def test_n02_a_book_taken_off_while_central_says_nothing_is_not_lent(kiosk: Playbook) -> None:
    kiosk.given(card("Wei"), offline, central_is_slow, laid_down("Snow"), pulled_away("Snow"))
    kiosk.when(central_answers)
    kiosk.expect(stage("Snow", Stage.UNDONE, ReasonCode.TAKEN_AWAY), afi("Snow", IN_STOCK))


def test_off_line_loans_count_before_their_tags_are_written(kiosk: Playbook) -> None:
    kiosk.given(policy(lambda before: replace(before, offline=replace(before.offline, max_items=1))), offline)
    kiosk.when(pad_is_slow, laid_down("Snow", "Le zahir"), card("Wei"))
    kiosk.expect(stage("Snow", Stage.WRITING), stage("Le zahir", Stage.REFUSED, ReasonCode.OFFLINE_LIMIT))


def test_a_settled_return_tells_how_the_tag_was_found_at_first(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, touch(Touch.RETURN), laid_down("Snow"), pulled_away("Snow"), seconds_pass(80))
    kiosk.when(pad_goes_on, laid_down("Snow"))
    kiosk.expect(no_doubts, afi("Snow", IN_STOCK))
    assert [fact.found for fact in kiosk.facts() if isinstance(fact, ItemReturned)] == [Found.NOT_LENT]


def test_a_doubtful_return_is_written_even_where_the_tag_reads_as_secured(kiosk: Playbook) -> None:
    """Decision record 0004: a reading may be as old as the doubt; only what was written now is known."""
    kiosk.given(books("Out", afi=ON_LOAN), pad_is_slow, laid_down("Out"), pulled_away("Out"), seconds_pass(80))
    kiosk.room.pad.clear()
    kiosk.book("Out").afi = IN_STOCK
    kiosk.when(pad_goes_on, laid_down("Out"))
    kiosk.expect(wrote(("Out", IN_STOCK)), no_doubts)


def test_p08_a_tag_that_comes_back_as_another_item_settles_no_doubt(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"), pulled_away("Snow"), seconds_pass(80))
    kiosk.room.pad.clear()
    number, kiosk.book("Snow").item = kiosk.book("Snow").item, "another"
    kiosk.when(pad_goes_on, laid_down("Snow"))
    kiosk.expect(wrote())
    kiosk.book("Snow").item = number
    kiosk.expect(in_doubt("Snow"))


def test_what_another_job_s_printer_says_is_not_about_this_receipt(kiosk: Playbook) -> None:
    kiosk.room.hold_printer = True
    kiosk.given(laid_down("Snow"), card("Wei"), touch(Touch.DONE), touch(Touch.PRINT))
    kiosk.when(happens(Printed("of yesterday")), happens(PrintFailed("of yesterday")))
    scene = kiosk.scene
    assert isinstance(scene, Closing)
    assert scene.receipt is ReceiptStage.PRINTING


def test_p01_a_pad_that_goes_during_the_farewell_takes_no_receipt_away(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"), card("Wei"), touch(Touch.DONE))
    kiosk.when(pad_unplugged)
    kiosk.expect(closes_with(borrowed=("Snow",)))
    kiosk.when(touch(Touch.PRINT), seconds_pass(10))
    kiosk.expect(shows(OutOfService))


def test_d14_a_write_that_the_full_disk_cut_short_has_its_whole_time_when_there_is_room(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"), disk_full, laid_down("Le zahir"), seconds_pass(60))
    kiosk.room.pad.clear()
    kiosk.when(pad_goes_on, disk_freed)
    kiosk.expect(afi("Snow", ON_LOAN), no_doubts)


def test_titles_are_remembered_within_a_measure(kiosk: Playbook) -> None:
    for number in range(KNOWN_ITEMS + 1):
        kiosk.room.happened(Answered(AskId("any"), ItemKnown(Item(ItemId(f"B{number}"), "A title"))))
    known = kiosk.room.kiosk.around.known
    assert len(known) == KNOWN_ITEMS
    assert ItemId("B0") not in known


def test_the_language_on_the_screen_is_stronger_than_the_patron_s_own(kiosk: Playbook) -> None:
    kiosk.given(touch(Touch.NEXT_LANGUAGE), central_is_slow, card("Wei"))
    ask = kiosk.room.central.pop()
    kiosk.when(happens(Answered(ask.id, Identified(a_patron("Wei"), Language.ZH))))
    kiosk.expect(shows(Home))
    assert kiosk.room.kiosk.around.language is Language.EN


def test_s02_a_card_scanned_twice_is_asked_for_once(kiosk: Playbook) -> None:
    kiosk.given(central_is_slow)
    kiosk.when(scanned("card-of-Wei"), scanned("card-of-Wei"))
    assert len(kiosk.room.central) == 1


def test_central_hears_of_a_doubt_once_however_often_the_pad_comes_and_goes(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"), power_cut, pulled_away("Snow"))
    kiosk.when(seconds_pass(30), pad_unplugged, pad_plugged_in, seconds_pass(30))
    kiosk.expect(told("Snow", "lk.loan.made", "lk.item.doubtful"))


def test_i2_what_was_read_back_is_compared_and_a_tag_that_holds_another_value_is_written_again(
    kiosk: Playbook,
) -> None:
    kiosk.given(card("Wei"), touch(Touch.BORROW), pad_is_slow, laid_down("Snow"))
    kiosk.when(happens(TagWritten(kiosk.book("Snow").uid, IN_STOCK)))
    kiosk.expect(stage("Snow", Stage.WRITING))
    kiosk.when(pad_goes_on)
    kiosk.expect(stage("Snow", Stage.DONE), afi("Snow", ON_LOAN))


def test_h01_walking_away_while_the_pad_writes_leaves_an_open_intent_until_the_tag_was_read_back(
    kiosk: Playbook,
) -> None:
    kiosk.given(card("Wei"), touch(Touch.BORROW), pad_is_slow, laid_down("Snow"))
    kiosk.when(seconds_pass(300))
    kiosk.expect(shows(Attract), in_doubt("Snow"))
    kiosk.when(pad_goes_on)
    kiosk.expect(no_doubts, afi("Snow", ON_LOAN))
    assert kiosk.journal("Snow")[-2:] == [RowKind.BORROW_DONE, RowKind.STATION_SETTLED]


def test_p10_a_book_with_two_tags_of_which_one_says_lent_is_not_lent(kiosk: Playbook) -> None:
    kiosk.given(books("Emma", afi=ON_LOAN), twin_of("Emma", "Emma's other tag"), card("Wei"))
    tags = [kiosk.book("Emma"), kiosk.book("Emma's other tag")]
    for tag in tags:
        tag.lies = True
    kiosk.when(*(happens(TagSeen(tag.uid)) for tag in tags), *(happens(reading_of(tag)) for tag in tags))
    same = ReasonCode.SAME_NUMBER
    kiosk.expect(stage("Emma", Stage.REFUSED, same), stage("Emma's other tag", Stage.REFUSED, same), wrote())
    assert not [fact for fact in kiosk.facts() if isinstance(fact, LoanMade)]
