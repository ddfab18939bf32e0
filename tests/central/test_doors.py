"""What central tells book-drops and lockers, and what it makes of what lies behind their doors."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from kiosk.central.answering import Desk
from kiosk.central.sorting import sort_told
from kiosk.central.store.shelf_tables import shelved
from kiosk.central.store.tables import exceptions, items
from kiosk.model.ids import IntentId, ItemId, PatronRef
from kiosk.model.questions import AskKept, AskSort, Destination, KeptTold, SortTold
from kiosk.model.shelf_facts import ShelfChange, ShelfChanged
from tests.central.library import DESK, SESSION, UID, Central, Kiosk, made, returned, waits

AMY, WEI = PatronRef("amy"), PatronRef("wei")
AT_EAST: Desk = replace(DESK, branches={"kiosk-1": "east"})


def sort(central: Central, item: str) -> SortTold:
    told = central.answers(AskSort(ItemId(item)), f"sort-{item}")
    assert isinstance(told, SortTold)
    return told


def kept(central: Central, patron: PatronRef, *names: str) -> tuple[str, ...]:
    told = central.answers(AskKept(patron, tuple(ItemId(name) for name in names)), f"kept-{patron}")
    assert isinstance(told, KeptTold)
    return told.items


def change(item: str, what: ShelfChange, box: str = "3") -> ShelfChanged:
    return ShelfChanged(SESSION, IntentId(f"{item}-{what}"), ItemId(item), UID, box, what)


def test_where_a_copy_goes_is_told_before_its_return_and_found_so_by_it(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.does(made("i1", "wei", "snow"))
    kiosk.does(waits("snow"), 1)
    central.hears(kiosk)
    assert sort(central, "snow").to is Destination.HOLD
    assert sort(central, "zahir") == SortTold(Destination.SHELF, loan_class="book")
    assert sort(central, "never catalogued").to is Destination.STAFF
    kiosk.does(returned("snow"), 2)
    central.hears(kiosk)
    assert kept(central, AMY, "snow", "zahir") == ("snow",)
    assert kept(central, WEI, "snow", "zahir") == ()


def test_a_copy_of_another_branch_is_sent_home(central: Central) -> None:
    with central.engine.begin() as connection:
        connection.execute(items.update().where(items.c.id == "snow").values(branch="west"))
    with central.engine.connect() as connection:
        told = sort_told(connection, AT_EAST.setting("kiosk-1", central.now), AskSort(ItemId("snow")))
    assert told == SortTold(Destination.TRANSFER, "west", "book")


def test_what_lies_behind_a_door_is_kept_until_it_is_taken(central: Central) -> None:
    kiosk = Kiosk("locker-1")
    kiosk.does(change("held", ShelfChange.LAID_IN), 0)
    kiosk.does(change("snow", ShelfChange.LAID_IN, "4"), 1)
    kiosk.does(change("snow", ShelfChange.TAKEN_OUT, "4"), 2)
    central.hears(kiosk)
    with central.engine.connect() as connection:
        lies = {row.item: (row.station, row.compartment) for row in connection.execute(select(shelved))}
    assert lies == {"held": ("locker-1", "3"), "snow": ("locker-1", "")}


@pytest.mark.parametrize("what", list(ShelfChange))
def test_only_what_is_missing_is_put_before_staff(central: Central, what: ShelfChange) -> None:
    kiosk = Kiosk("locker-1")
    kiosk.does(change("held", ShelfChange.LAID_IN), 0)
    kiosk.does(change("held", what), 1)
    central.hears(kiosk)
    with central.engine.connect() as connection:
        told = [row.why for row in connection.execute(select(exceptions))]
    assert told == (["taken-unlent"] if what is ShelfChange.MISSING else [])
