"""A book-drop and lockers as processes, on pseudo-terminals, with broker, central and the simulated furniture."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from kiosk.demo.house import DEMO_CONFIG, AtGates, House
from kiosk.demo.scenario import HoldBefore, LoanBefore, Setting
from kiosk.ledger.verify import verify
from tests.real_parts import PATIENCE_S, wait_until

LENT_BOOK, KEPT = "35555000012346", "35555000012510"
SECOND = "35555000012353"
STAFF_CARD, AMELIE = "04FEED01", "20230002"


class Room:
    """The furniture as the bench's interface shows it, and central."""

    def __init__(self, house: House) -> None:
        self.house = house
        bench, central = house.ports.bench, house.ports.central
        self._bench = httpx.Client(base_url=f"http://127.0.0.1:{bench}", trust_env=False, timeout=PATIENCE_S)
        self._central = httpx.Client(base_url=f"http://127.0.0.1:{central}/api/v1", trust_env=False, timeout=PATIENCE_S)

    def does(self, door: str, deed: str, *books: str, **more: object) -> httpx.Response:
        return self._bench.post("/api/door", json={"door": door, "do": deed, "books": list(books), **more})

    def until_let(self, door: str, deed: str, *books: str, **more: object) -> None:
        """Try until the door lets somebody."""
        wait_until(lambda: self.does(door, deed, *books, **more).is_success, f"{door}: {deed}")

    def furniture(self, name: str) -> dict[str, object]:
        shown = self._bench.get("/api/room").json()["doors"]
        found = next(one for one in shown if one["name"] == name)
        assert isinstance(found, dict)
        return found

    def afi(self, number: str) -> str:
        items = self._bench.get("/api/room").json()["items"]
        return str(next(item["tags"][0]["afi"] for item in items if item["number"] == number))

    def loans(self) -> dict[str, str]:
        """Item → patron."""
        told = self._central.get("/loans", params={"open": "true"}).json()["loans"]
        return {loan["item"]: loan["patron"] for loan in told}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("doors")
    setting = Setting(lent=(LoanBefore("wei", LENT_BOOK),), waits=(HoldBefore("amelie", KEPT),))
    house = House(DEMO_CONFIG, folder / "run", setting, mode="headless", at_gates=AtGates.CONTROLLER)
    house.start()
    try:
        yield Room(house)
    finally:
        house.stop()


def ledger(room: Room, name: str) -> Path:
    return room.house.run / name / "ledger.sqlite"


def test_a_lent_book_falls_through_the_flap_into_its_bin_and_its_loan_ends(room: Room) -> None:
    assert LENT_BOOK in room.loans()
    assert room.does("drop", "hold", LENT_BOOK).is_success
    room.until_let("drop", "push", LENT_BOOK)
    wait_until(lambda: LENT_BOOK in fallen(room), "it falls into a bin")
    assert room.afi(LENT_BOOK) == "07"
    wait_until(lambda: LENT_BOOK not in room.loans(), "central hears of it")
    assert not verify(ledger(room, "drop"))


def test_a_hold_is_laid_in_by_staff_taken_with_the_card_and_what_is_left_is_returned(room: Room) -> None:
    counted = '"change":"laid-in"'
    assert room.does("locker", "scan", card=STAFF_CARD).is_success
    opens(room, 1)
    assert room.does("locker", "lay", KEPT, number=1).is_success
    assert room.does("locker", "shut", number=1).is_success
    wait_until(lambda: counted in told_by(room), "what was laid in is counted")

    assert room.does("locker", "scan", card=AMELIE).is_success
    opens(room, 1)
    assert room.afi(KEPT) == "C2", "its tag is opened before its door is"
    wait_until(lambda: room.loans().get(KEPT) == "P002", "central hears of the loan")
    assert room.does("locker", "shut", number=1).is_success
    wait_until(lambda: KEPT not in room.loans(), "what was left is returned")
    assert room.afi(KEPT) == "07"
    assert not verify(ledger(room, "locker"))


def opens(room: Room, number: int) -> None:
    """Pull at a door until it opens, and keep it open until its lock has noticed, as a hand does."""
    room.until_let("locker", "pull", number=number)
    wait_until(lambda: not room.furniture("locker")["outputs"][number - 1], "the lock catches again")  # type: ignore[index]


def told_by(room: Room) -> str:
    """Every fact of the lockers, as they lie in their outbox."""
    with closing(sqlite3.connect(ledger(room, "locker"))) as connection:
        return " ".join(row[0] for row in connection.execute("SELECT data FROM outbox"))


def test_a_drop_that_is_killed_between_flap_and_record_settles_it_when_it_starts_again(room: Room) -> None:
    drop = room.house.children["drop"]
    assert room.does("drop", "hold", SECOND).is_success
    wait_until(lambda: room.furniture("drop")["outputs"][0], "the flap is unlocked")  # type: ignore[index]
    drop.kill()
    assert room.does("drop", "push", SECOND).is_success, "a relay stays as it is"
    drop.start()
    drop.wait_ready(PATIENCE_S)
    wait_until(lambda: SECOND in fallen(room), "it falls into a bin")
    assert room.afi(SECOND) == "07"
    assert not verify(ledger(room, "drop"))


def fallen(room: Room) -> list[str]:
    bins = room.furniture("drop")["bins"]
    assert isinstance(bins, list)
    return [book for one in bins for book in one]
