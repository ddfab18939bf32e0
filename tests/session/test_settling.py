"""Power cuts between any two steps, and what the next start finds and mends (decision record 0004)."""

from __future__ import annotations

import pytest

from kiosk.model.journal import RowKind
from kiosk.model.reasons import ReasonCode
from kiosk.session.events import Device, DeviceChanged, Health, Touch
from kiosk.session.state import Attract, Borrowing, Home, Identifying, OutOfService, Returning, Stage
from tests.session.playbook import (
    Playbook,
    afi,
    books,
    card,
    central_answers,
    central_is_slow,
    happens,
    in_doubt,
    journalled,
    laid_down,
    locked,
    no_doubts,
    offline,
    pad_goes_on,
    pad_is_slow,
    pad_plugged_in,
    pad_unplugged,
    power_cut,
    pulled_away,
    refused,
    seconds_pass,
    shows,
    stage,
    stubborn,
    told,
    touch,
    wrote,
)
from tests.session.room import IN_STOCK, ON_LOAN, Room


def settled(play: Playbook) -> tuple[str, ...]:
    return play.room.kiosk.around.settled


def test_the_kiosk_waits_for_its_pad(kiosk: Playbook) -> None:
    room = Room()
    assert isinstance(room.kiosk.scene, Attract)
    kiosk.when(pad_unplugged)
    kiosk.expect(shows(OutOfService))
    kiosk.when(happens(DeviceChanged(Device.PAD, Health.DEGRADED)))
    kiosk.expect(shows(OutOfService))
    kiosk.when(pad_plugged_in)
    kiosk.expect(shows(Attract))


def test_d01_a_power_cut_after_the_intent_means_that_nothing_happened(kiosk: Playbook) -> None:
    kiosk.given(central_is_slow, laid_down("Snow"), card("Wei"))
    kiosk.room.central_answers()
    kiosk.when(power_cut, central_answers)
    kiosk.expect(journalled("Snow", RowKind.BORROW_INTENDED, RowKind.BORROW_ABANDONED), no_doubts)
    kiosk.expect(told("Snow", "lk.station.settled"), afi("Snow", IN_STOCK), wrote(), shows(Attract))


def test_d05_a_power_cut_before_the_write_is_settled_by_writing(kiosk: Playbook) -> None:
    """D04–D06, I3: the loan stands, so the tag follows."""
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"))
    kiosk.when(power_cut, pad_goes_on)
    kiosk.expect(no_doubts, afi("Snow", ON_LOAN), shows(Attract))
    kiosk.expect(told("Snow", "lk.loan.made", "lk.item.opened", "lk.station.settled"))
    assert settled(kiosk) == (kiosk.book("Snow").item,)
    kiosk.when(pulled_away("Snow"))
    assert settled(kiosk) == ()


def test_d05_a_power_cut_after_the_write_is_settled_by_reading(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"))
    kiosk.book("Snow").afi = ON_LOAN
    kiosk.when(power_cut, pad_goes_on)
    kiosk.expect(no_doubts, wrote(), told("Snow", "lk.loan.made", "lk.item.opened", "lk.station.settled"))


def test_d06_a_power_cut_after_done_starts_nothing(kiosk: Playbook) -> None:
    """I4: a lent book that still lies there is not taken back by the start."""
    kiosk.given(laid_down("Snow"), card("Wei"))
    kiosk.when(power_cut, seconds_pass(5))
    kiosk.expect(shows(Attract), afi("Snow", ON_LOAN), wrote(), told("Snow", "lk.loan.made", "lk.item.opened"))


def test_d12_a_power_cut_in_a_return_is_settled_by_writing(kiosk: Playbook) -> None:
    kiosk.given(books("Out", afi=ON_LOAN), pad_is_slow, laid_down("Out"))
    kiosk.when(power_cut, pad_goes_on)
    kiosk.expect(no_doubts, afi("Out", IN_STOCK), told("Out", "lk.item.returned", "lk.station.settled"), shows(Attract))


def test_d13_three_power_cuts_while_settling(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"))
    kiosk.when(power_cut, power_cut, power_cut, pad_goes_on)
    kiosk.expect(no_doubts, told("Snow", "lk.loan.made", "lk.item.opened", "lk.station.settled"))


def test_an_absent_item_stays_in_doubt_and_is_told_once(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"), pulled_away("Snow"))
    kiosk.when(power_cut, seconds_pass(5))
    kiosk.expect(in_doubt("Snow"), told("Snow", "lk.loan.made"))
    kiosk.when(seconds_pass(20))
    kiosk.expect(in_doubt("Snow"), told("Snow", "lk.loan.made", "lk.item.doubtful"))
    kiosk.when(power_cut, seconds_pass(100))
    kiosk.expect(in_doubt("Snow"), told("Snow", "lk.loan.made", "lk.item.doubtful"))


def test_w3_a_doubtful_item_is_settled_first_and_is_then_the_patrons(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"), pulled_away("Snow"), power_cut)
    kiosk.given(seconds_pass(30), card("Wei"))
    kiosk.when(laid_down("Snow"))
    kiosk.expect(shows(Borrowing), stage("Snow", Stage.WRITING))
    kiosk.when(pad_goes_on)
    kiosk.expect(stage("Snow", Stage.DONE), no_doubts, afi("Snow", ON_LOAN))
    assert kiosk.journal("Snow").count(RowKind.LOAN_MADE) == 1


def test_another_patron_with_a_doubtful_item_is_asked_for_only_after_it_was_settled(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"), pulled_away("Snow"), power_cut, seconds_pass(30))
    kiosk.given(refused("Snow", ReasonCode.LENT_TO_ANOTHER), card("Li"))
    kiosk.when(laid_down("Snow"), pad_goes_on)
    kiosk.expect(stage("Snow", Stage.REFUSED, ReasonCode.LENT_TO_ANOTHER), afi("Snow", ON_LOAN), no_doubts)


def test_a_doubtful_loan_brought_back_is_settled_and_then_returned(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"), pulled_away("Snow"), power_cut, pad_goes_on)
    kiosk.when(touch(Touch.RETURN), laid_down("Snow"))
    kiosk.expect(shows(Returning), stage("Snow", Stage.DONE), afi("Snow", IN_STOCK), no_doubts)
    kiosk.expect(told("Snow", "lk.loan.made", "lk.item.opened", "lk.station.settled", "lk.item.returned"))
    kinds = kiosk.journal("Snow")
    assert kinds.index(RowKind.BORROW_DONE) < kinds.index(RowKind.RETURN_INTENDED)


def test_a_doubtful_return_laid_down_in_a_borrow_is_returned_first(kiosk: Playbook) -> None:
    kiosk.given(books("Out", afi=ON_LOAN), pad_is_slow, laid_down("Out"), pulled_away("Out"), power_cut)
    kiosk.given(seconds_pass(30), card("Li"), pad_goes_on)
    kiosk.when(laid_down("Out"))
    kiosk.expect(stage("Out", Stage.DONE), afi("Out", ON_LOAN), no_doubts)
    kiosk.expect(
        told(
            "Out",
            "lk.item.doubtful",
            "lk.item.returned",
            "lk.station.settled",
            "lk.loan.made",
            "lk.item.opened",
        )
    )


def test_a_doubtful_item_pulled_away_again_stays_in_doubt(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"), pulled_away("Snow"), power_cut, seconds_pass(30))
    kiosk.given(card("Wei"))
    kiosk.when(laid_down("Snow"), pulled_away("Snow"), pad_goes_on)
    kiosk.expect(shows(Borrowing), in_doubt("Snow"))
    assert kiosk.rows() == ()


@pytest.mark.parametrize("trait", [locked, stubborn])
def test_a_tag_that_takes_nothing_does_not_keep_the_kiosk(kiosk: Playbook, trait: type) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"), trait("Snow"))
    kiosk.when(power_cut, pad_goes_on, seconds_pass(60))
    kiosk.expect(shows(Attract), afi("Snow", IN_STOCK))
    kiosk.when(card("Li"))
    kiosk.expect(shows(Borrowing))


def test_p13_a_locked_tag_ends_the_doubt_with_the_loan_undone(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"), locked("Snow"))
    kiosk.when(power_cut, pad_goes_on)
    kiosk.expect(no_doubts, told("Snow", "lk.loan.made", "lk.loan.undone", "lk.station.settled"))


def test_books_that_lay_there_at_the_start_wait_for_a_touch_or_card(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"), seconds_pass(70), power_cut)
    kiosk.expect(shows(Attract))
    kiosk.when(card("Wei"))
    kiosk.expect(shows(Borrowing), stage("Snow", Stage.DONE))


def test_books_taken_off_and_laid_down_again_start_at_once(kiosk: Playbook) -> None:
    kiosk.given(laid_down("Snow"), power_cut, seconds_pass(5), pulled_away("Snow"))
    kiosk.when(laid_down("Snow"))
    kiosk.expect(shows(Identifying))


def test_off_line_makes_no_difference_to_settling(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, laid_down("Snow"), card("Wei"), offline)
    kiosk.when(power_cut, pad_goes_on)
    kiosk.expect(no_doubts, afi("Snow", ON_LOAN))
    kiosk.when(pulled_away("Snow"), card("Wei"))
    kiosk.expect(shows(Home))
