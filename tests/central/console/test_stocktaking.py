"""A stock-taking from its plan to its confirmation, on both databases, with what wands tell as facts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, select, update

from kiosk.central.store import writing
from kiosk.central.store.stock_tables import stock_expected, stock_findings, stock_seen
from kiosk.central.store.tables import items, loans
from tests.central.console.desk import Somebody, somebody, trail
from tests.central.console.test_duties import item_state, state_of, steps, writes
from tests.central.library import MONDAY, Central
from tests.central.test_as_the_contract_says import Station1

SHELF = [f"TP-{number:03d}" for number in range(60)]


@pytest.fixture
def wand(central: Central) -> Station1:
    return Station1(central.engine)


@pytest.fixture
def shelf(central: Central) -> Engine:
    """Sixty copies on one shelf of a branch of their own; one of them is lent, and one was lost last year."""
    with writing(central.engine) as connection:
        copies = [
            {"id": item, "title": item, "call_number": f"TP311/{n}", "branch": "east", "loan_class": "book"}
            for n, item in enumerate(SHELF)
        ]
        connection.execute(insert(items), copies)
        connection.execute(update(items).where(items.c.id == "TP-040").values(state="lost"))
        lent = {"intent": "i-1", "patron": "wei", "item": "TP-050", "station": "kiosk-1", "seq": 1}
        connection.execute(insert(loans), {**lent, "made_at": MONDAY, "due": MONDAY + timedelta(days=28)})
    return central.engine


def begun(who: Somebody, **typed: str) -> str:
    number = writes(who, "stocktaking", title="East", branch="east", from_number="TP311", to_number="TP311", **typed)
    steps(who, "stocktaking", number, "start")
    return number


def walks(wand: Station1, number: str, order: list[str], sweep: int = 1, **more: object) -> None:
    wand.tells(wand.fact("lk.stock.seen", session=number, items=order, place="E-1", sweep=sweep, **more))


def found(store: Engine, number: str) -> list[tuple[str, str]]:
    query = select(stock_findings.c.kind, stock_findings.c.item).where(stock_findings.c.session == number)
    with store.connect() as connection:
        return [(kind, item) for kind, item in connection.execute(query.order_by(stock_findings.c.n))]


def settles(who: Somebody, number: str, kind: str, outcome: str) -> str:
    page = who.get(f"/console/stocktaking/findings?number={number}&kind={kind}").text
    (n,) = re.findall(r'type="checkbox" name="n" value="(\d+)"', page)
    return who.send("/console/stocktaking/settle", n=n, outcome=outcome)


def test_a_shelf_is_counted_settled_and_confirmed_by_somebody_else(shelf: Engine, wand: Station1) -> None:
    mei, boss = somebody(shelf, "collections"), somebody(shelf, "director", name="boss")
    number = begun(mei, security_byte="07")
    order = [item for item in SHELF if item not in ("TP-020", "TP-050")]
    order.insert(45, order.pop(5))
    walks(wand, number, [*order, "snow"], afi=0x07)
    walks(wand, number, order[::-1], sweep=2)
    steps(mei, "stocktaking", number, "count")
    assert sorted(found(shelf, number)) == [
        ("misplaced", "TP-005"),
        ("not-here", "snow"),
        ("not-seen", "TP-020"),
        ("seen-absent", "TP-040"),
    ]
    told = mei.get(f"/console/stocktaking/findings.csv?number={number}").text.splitlines()
    assert [line.split(",")[2] for line in told[1:]] == [item for _, item in found(shelf, number)]
    listed = mei.get(f"/console/stocktaking/list.csv?number={number}").text.splitlines()
    assert [line.split(",")[1] for line in listed[1:]] == SHELF
    assert "nobody has settled" in steps(mei, "stocktaking", number, "reconcile")
    settles(mei, number, "misplaced", "put-right")
    settles(mei, number, "not-here", "put-right")
    settles(mei, number, "seen-absent", "found")
    settles(mei, number, "not-seen", "missing")
    steps(mei, "stocktaking", number, "reconcile")
    assert item_state(shelf, "TP-020") == "", "nothing is changed before the second person"
    steps(boss, "stocktaking", number, "approve")
    assert state_of(shelf, "stocktaking", number) == "approved"
    assert (item_state(shelf, "TP-020"), item_state(shelf, "TP-040")) == ("missing", "")
    assert ("boss", "item.state", "item:TP-020") in trail(shelf)
    assert ("mei", "stocktaking.settle", f"stocktaking:{number}") in trail(shelf)


def test_whoever_settled_findings_does_not_confirm_them(shelf: Engine, wand: Station1) -> None:
    mei = somebody(shelf, "collections")
    both = somebody(shelf, "collections", "director", name="both")
    number = begun(mei)
    for sweep in (1, 2):
        walks(wand, number, [item for item in SHELF if item not in ("TP-020", "TP-040", "TP-050")], sweep)
    steps(mei, "stocktaking", number, "count")
    settles(both, number, "not-seen", "missing")
    steps(both, "stocktaking", number, "reconcile")
    assert "does not confirm" in steps(both, "stocktaking", number, "approve")
    assert (state_of(shelf, "stocktaking", number), item_state(shelf, "TP-020")) == ("reconciled", "")


def test_the_list_is_frozen_and_a_wand_that_was_off_line_tells_later(shelf: Engine, wand: Station1) -> None:
    mei = somebody(shelf, "collections")
    number = begun(mei)
    with writing(shelf) as connection:
        connection.execute(update(items).where(items.c.id == "TP-001").values(branch="main"))
    standing = [item for item in SHELF if item not in ("TP-040", "TP-050")]
    walks(wand, number, standing)
    steps(mei, "stocktaking", number, "count")
    assert found(shelf, number) == [], "whatever was moved since it began"
    walks(wand, number, standing, sweep=2)
    assert "58 more tags" in mei.get(f"/console/stocktaking/findings?number={number}").text
    steps(mei, "stocktaking", number, "recount")
    steps(mei, "stocktaking", number, "count")
    assert "more tags" not in mei.get(f"/console/stocktaking/findings?number={number}").text


def test_what_is_told_twice_is_kept_once(shelf: Engine, wand: Station1) -> None:
    told = wand.fact("lk.stock.seen", session="SK-1", items=SHELF, uids=["e004"], place="E-1", afi=0xC2)
    wand.tells(told)
    wand.tells(told)
    with shelf.connect() as connection:
        rows = connection.execute(select(stock_seen).order_by(stock_seen.c.n)).all()
    assert [row.item for row in rows] == [*SHELF, ""]
    assert (rows[-1].uid, rows[-1].sweep, rows[-1].afi) == ("E004", 1, 0xC2)


def test_a_range_takes_what_is_in_it_however_it_is_written(shelf: Engine) -> None:
    mei = somebody(shelf, "collections")
    written = {"a": "tp311/7", "b": "ＴＰ３１１/8", "c": "TQ1/1", "d": "I247.5/1", "e": "TP312/1", "f": "待编"}
    with writing(shelf) as connection:
        copies = [{"id": item, "call_number": call, "branch": "west"} for item, call in written.items()]
        connection.execute(insert(items), [{"title": "x", "loan_class": "book", **one} for one in copies])
    number = writes(mei, "stocktaking", title="x", branch="west", from_number="TP311", to_number="TP31")
    steps(mei, "stocktaking", number, "start")
    with shelf.connect() as connection:
        listed = connection.scalars(select(stock_expected.c.item).order_by(stock_expected.c.position)).all()
    assert listed == ["a", "b", "e"]


def test_a_range_without_copies_and_a_byte_that_is_none_begin_nothing(shelf: Engine) -> None:
    mei = somebody(shelf, "collections")
    nothing = writes(mei, "stocktaking", title="x", branch="moon")
    assert "No copy belongs" in steps(mei, "stocktaking", nothing, "start")
    no_byte = writes(mei, "stocktaking", title="x", security_byte="7Z")
    assert "two hexadecimal digits" in steps(mei, "stocktaking", no_byte, "start")
    with shelf.connect() as connection:
        assert connection.execute(select(stock_expected)).all() == []
