"""What is read and changed in memory is what the store has once it is written."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from sqlalchemy import Engine, event, insert, select

from kiosk.central.holdings import HOLDS_ON_ITEM, ITEM, SEEN_ITEM
from kiosk.central.store import writing
from kiosk.central.store.slate import Slate
from kiosk.central.store.tables import exceptions, holds, items, loans, tags
from kiosk.central.story import LOAN, LOANS_OF_ITEM
from kiosk.central.waiting import HOLD, KEPT_COPY
from tests.central.library import DUE, MONDAY

LOCAL = timezone(timedelta(hours=8))


def a_loan(intent: str = "i1", item: str = "snow", at: datetime = MONDAY) -> dict[str, object]:
    return {"intent": intent, "patron": "wei", "item": item, "station": "k", "seq": 1, "made_at": at, "due": DUE}


def a_hold(**more: object) -> dict[str, object]:
    return {"id": "h1", "patron": "amy", "item": "snow", "placed_at": MONDAY, "state": "waiting"} | more


def test_a_new_row_is_found_before_it_is_written_and_is_what_the_store_keeps_of_it(store: Engine) -> None:
    with writing(store) as connection:
        slate = Slate(connection, MONDAY, locks=True)
        added = slate.add(loans, a_loan(at=MONDAY.astimezone(LOCAL)))
        assert slate.find(LOANS_OF_ITEM, "snow") == (added,)
        assert connection.execute(select(loans)).all() == []
        told = dict(vars(added))
        slate.write()
        (row,) = connection.execute(select(loans)).all()
    assert dict(row._mapping) == told
    assert str(told["made_at"]) == str(row.made_at), "in the same zone, too"


def test_a_row_that_moves_is_found_where_it_is_now(store: Engine) -> None:
    with writing(store) as connection:
        connection.execute(insert(holds).values(a_hold(state="in-transit", trapped="snow")))
        slate = Slate(connection, MONDAY, locks=True)
        (hold,) = slate.find(KEPT_COPY, "snow")
        slate.change(holds, hold, trapped="river")
        assert slate.find(KEPT_COPY, "snow") == ()
        assert slate.find(KEPT_COPY, "river") == (hold,)
        slate.write()
        assert connection.scalar(select(holds.c.trapped)) == "river"


def test_what_was_changed_stays_changed_when_it_is_read_by_another_way(store: Engine) -> None:
    with writing(store) as connection:
        connection.execute(insert(holds).values(a_hold()))
        slate = Slate(connection, MONDAY, locks=True)
        hold = slate.one(HOLD, "h1")
        assert hold is not None
        slate.change(holds, hold, state="fulfilled")
        assert [row.state for row in slate.find(HOLDS_ON_ITEM, "snow")] == ["fulfilled"]


def test_what_had_ended_before_is_not_read_and_what_runs_is(store: Engine) -> None:
    long_ago = MONDAY - timedelta(days=9)
    over = {"ended_at": MONDAY - timedelta(days=8), "end_why": "returned", "end_station": "k", "end_seq": 2}
    with writing(store) as connection:
        connection.execute(insert(loans).values(a_loan("over", at=long_ago) | over))
        connection.execute(insert(loans).values(a_loan("runs", at=long_ago)))
        slate = Slate(connection, MONDAY, locks=True)
        assert [row.intent for row in slate.find(LOANS_OF_ITEM, "snow")] == ["runs"]
        slate = Slate(connection, MONDAY - timedelta(days=8, minutes=1), locks=True)
        assert {row.intent for row in slate.find(LOANS_OF_ITEM, "snow")} == {"runs", "over"}


def test_rows_are_read_by_one_query_and_written_by_one_for_each_table(store: Engine) -> None:
    said: list[str] = []
    names = [f"copy-{number}" for number in range(300)]
    with writing(store) as connection:
        connection.execute(insert(items), [{"id": name, "loan_class": "book"} for name in names])
        event.listen(store, "before_cursor_execute", lambda *told: said.append(told[2].split()[0]))
        slate = Slate(connection, MONDAY, locks=True)
        slate.fetch(ITEM, names)
        for name in names:
            item = slate.one(ITEM, name)
            assert item is not None
            assert slate.one(SEEN_ITEM, name) is item
            slate.change(items, item, state="missing")
            slate.add(tags, {"uid": name, "item": name})
        slate.write()
    assert said == ["SELECT", "UPDATE", "INSERT"]


def test_nothing_is_known_after_it_was_written(store: Engine) -> None:
    about = {"station": "k", "epoch": "e", "seq": 1, "why": "doubtful", "at": MONDAY, "open": True}
    with writing(store) as connection:
        slate = Slate(connection, MONDAY, locks=True)
        assert slate.one(LOAN, "i1") is None
        slate.add(exceptions, about)
        slate.write()
        slate.write()
        connection.execute(insert(loans).values(a_loan()))
        assert slate.one(LOAN, "i1") is not None
        assert len(connection.execute(select(exceptions)).all()) == 1
