"""Orders of the fleet in the middle of patrons' visits: no item is lost for them, and each is done once or told of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.model.journal import RowKind
from kiosk.session.effects import Ending, EndStation, OrderTold, PrintTest, ReadTag, Told
from kiosk.session.events import Paper, Printed, Touch
from kiosk.session.orders import (
    CloseOrder,
    FleetOrder,
    MessageOrder,
    Ordered,
    PrintOrder,
    RescanOrder,
    RestartOrder,
)
from kiosk.session.state import Attract, Borrowing, OutOfService
from tests.session.playbook import (
    Playbook,
    Word,
    books,
    card,
    disk_freed,
    disk_full,
    laid_down,
    no_doubts,
    pad_goes_on,
    pad_is_slow,
    paper,
    patrons,
    seconds_pass,
    shows,
    touch,
)

FAR = 1e9


@pytest.fixture
def kiosk() -> Playbook:
    return a_kiosk()


def a_kiosk() -> Playbook:
    play = Playbook()
    play.given(paper(Paper.OK), patrons("Wei"), books("Le zahir", "Snow"), seconds_pass(10))
    return play


def ordered(order: FleetOrder) -> Word:
    return lambda play: play.room.happened(Ordered(order))


def told(play: Playbook, id_: str) -> list[Told]:
    return [effect.told for effect in play.effects if isinstance(effect, OrderTold) and effect.order == id_]


def restarts(play: Playbook) -> bool:
    return EndStation(Ending.RESTART) in play.effects


def test_a_restart_waits_until_the_book_that_is_being_lent_is_lent_and_the_patron_has_left(kiosk: Playbook) -> None:
    kiosk.given(pad_is_slow, card("Wei"), touch(Touch.BORROW), laid_down("Snow"))
    kiosk.when(ordered(RestartOrder("r", FAR)))
    assert told(kiosk, "r") == [Told.WAITS]
    assert not restarts(kiosk)
    kiosk.when(pad_goes_on)
    kiosk.expect(shows(Borrowing))
    assert not restarts(kiosk)
    kiosk.when(touch(Touch.DONE), seconds_pass(600))
    assert told(kiosk, "r") == [Told.BEGUN]
    assert restarts(kiosk)
    kiosk.expect(no_doubts)


def test_closing_sends_no_patron_away_and_then_holds(kiosk: Playbook) -> None:
    kiosk.given(card("Wei"))
    kiosk.when(ordered(CloseOrder("c", FAR, closed=True)))
    assert not isinstance(kiosk.scene, OutOfService)
    kiosk.when(touch(Touch.DONE), seconds_pass(120))
    kiosk.expect(shows(OutOfService))
    assert told(kiosk, "c") == [Told.DONE]
    kiosk.when(ordered(CloseOrder("again", FAR, closed=True)))
    assert told(kiosk, "again") == [Told.DONE]
    kiosk.when(ordered(CloseOrder("o", FAR, closed=False)), seconds_pass(2))
    kiosk.expect(shows(Attract))
    rows = [written.row for written in kiosk.room.rows]
    assert [row.note for row in rows if row.kind is RowKind.STATION_CLOSED] == ["fleet c"]


def test_an_order_whose_time_is_over_while_a_patron_is_here_expires(kiosk: Playbook) -> None:
    kiosk.given(card("Wei"))
    kiosk.when(ordered(CloseOrder("c", kiosk.room.now_s + 5, closed=True)), seconds_pass(6))
    assert told(kiosk, "c") == [Told.WAITS, Told.EXPIRED]
    kiosk.when(touch(Touch.DONE), seconds_pass(600))
    kiosk.expect(shows(Attract))


def test_the_same_order_twice_is_done_once(kiosk: Playbook) -> None:
    kiosk.given(card("Wei"))
    kiosk.when(ordered(PrintOrder("p", FAR)), ordered(PrintOrder("p", FAR)), touch(Touch.DONE), seconds_pass(600))
    assert len([effect for effect in kiosk.effects if isinstance(effect, PrintTest)]) == 1


def test_a_test_page_is_told_when_it_is_out(kiosk: Playbook) -> None:
    kiosk.when(ordered(PrintOrder("p", FAR)))
    assert told(kiosk, "p") == [Told.BEGUN, Told.DONE]
    kiosk.when(lambda play: play.room.happened(Printed("p")))
    assert told(kiosk, "p") == []


def test_a_message_is_shown_at_once_and_goes_by_itself(kiosk: Playbook) -> None:
    until = kiosk.room.moment().utc + timedelta(seconds=60)
    kiosk.when(ordered(MessageOrder("m", FAR, (("en", "Closed at noon"),), until)))
    assert told(kiosk, "m") == [Told.DONE]
    assert kiosk.room.kiosk.around.message is not None
    kiosk.when(seconds_pass(61))
    assert kiosk.room.kiosk.around.message is None


def test_reading_anew_reads_what_lies_there(kiosk: Playbook) -> None:
    kiosk.given(touch(Touch.RETURN), laid_down("Snow"), touch(Touch.DONE), seconds_pass(600))
    kiosk.when(ordered(RescanOrder("s", FAR)))
    assert told(kiosk, "s") == [Told.DONE]
    assert [effect for effect in kiosk.effects if isinstance(effect, ReadTag)]


def test_with_a_full_disk_closing_fails_and_a_restart_is_still_possible(kiosk: Playbook) -> None:
    kiosk.given(disk_full, ordered(CloseOrder("c", FAR, closed=True)))
    kiosk.when(ordered(CloseOrder("d", FAR, closed=True)))
    assert told(kiosk, "d") == [Told.FAILED]
    kiosk.when(ordered(RestartOrder("r", FAR)))
    assert restarts(kiosk)
    kiosk.when(disk_freed)


ORDERS = st.sampled_from(
    [RestartOrder("r", FAR), CloseOrder("c", FAR, closed=True), PrintOrder("p", FAR), RescanOrder("s", FAR)]
)
STEPS = st.sampled_from(["card", "borrow", "lay", "done", "pause", "order"])


@given(st.lists(STEPS, max_size=12), st.lists(ORDERS, min_size=12, max_size=12))
def test_i1_no_order_interrupts_a_visit_and_none_is_forgotten(steps: list[str], orders: list[FleetOrder]) -> None:
    play = a_kiosk()
    given_: set[str] = set()
    ends: list[str] = []
    for number, step in enumerate(steps):
        before = type(play.scene)
        match step:
            case "card":
                play.when(card("Wei"))
            case "borrow":
                play.when(touch(Touch.BORROW))
            case "lay":
                play.when(laid_down("Snow" if number % 2 else "Le zahir"))
            case "done":
                play.when(touch(Touch.DONE))
            case "pause":
                play.when(seconds_pass(5))
            case _:
                play.when(ordered(orders[number]))
                given_.add(orders[number].id)
                if before not in (Attract, OutOfService):
                    assert type(play.scene) is before
        ends += [one.order for one in play.effects if isinstance(one, OrderTold) and one.told is not Told.WAITS]
        if restarts(play):
            assert isinstance(play.scene, Attract | OutOfService)
            return
    play.when(touch(Touch.DONE), seconds_pass(1_000))
    ends += [one.order for one in play.effects if isinstance(one, OrderTold) and one.told is not Told.WAITS]
    assert given_ <= set(ends)
