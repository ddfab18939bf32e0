"""W6: a kiosk with a fresh copy decides what central would have decided, until the same day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, update

from kiosk.central.accounts import Charge, ChargeKind, owe
from kiosk.central.copies.board import Board
from kiosk.central.copies.issuing import Issuing
from kiosk.central.copies.settings import CopiesSettings
from kiosk.central.store import writing
from kiosk.central.store.tables import cards, items, patrons
from kiosk.model.ids import ItemId, PatronRef
from kiosk.model.questions import AskBorrow, MayBorrow, MayNotBorrow
from kiosk.rules.decisions import Allowed, Refused
from kiosk.rules.offline import Alone, OfflinePolicy, Wish, decide
from kiosk.wire.offline_copy import CopyFile
from kiosk.wire.signing import public_key
from tests.central.library import BOOKS, DESK, MONDAY, UID, Central, Kiosk, made, returned, undone

PEOPLE = ("wei", "amy", "bao", "old", "last-day", "blocked", "at-limit", "above", "late", "ward", "lost-card")
THINGS = (*BOOKS, "held", "reference", "damaged")


def copied(store: Engine, folder: Path, central: Central) -> CopyFile:
    """The copy that central makes at this instant, as a kiosk reads it."""
    settings = CopiesSettings(folder)
    issuing = Issuing(store, DESK, "main", "Asia/Shanghai", settings, Board("main", lambda _: None))
    issuing.once(central.now)
    return CopyFile.open(issuing.path, public_key(folder / "signing.pub"), "main", "kiosk-1")


def alone(copy: CopyFile, central: Central) -> Alone:
    return Alone(OfflinePolicy(), central.now, "Asia/Shanghai", copy, needs_copy=True)


def wish(patron: str, item: str) -> Wish:
    return Wish(PatronRef(patron), ItemId(item), tag_says_lent=False, may_borrow=None, lent_before=0)


@pytest.fixture
def busy(store: Engine, central: Central) -> Central:
    """A library with loans, one of them overdue, a child whose guardian owes, a lost card and a damaged book."""
    with writing(store) as connection:
        people: list[dict[str, object]] = [
            {"id": "late"},
            {"id": "ward", "category": "child", "guardian": "above", "born": date(2016, 2, 29)},
            {"id": "lost-card", "card_lost": True},
        ]
        for one in people:
            connection.execute(insert(patrons).values({"given_name": "x", "category": "adult"} | one))
        connection.execute(insert(cards).values(token="CARD-OF-AMY", patron="amy"))
        connection.execute(insert(items).values(id="damaged", loan_class="book", title="x", state="damaged"))
        owe(connection, Charge("late-1", PatronRef("late"), ChargeKind.OTHER, 10, MONDAY))
    kiosk = Kiosk()
    kiosk.does(made("i1", "late", "dune", due=MONDAY - timedelta(days=3)))
    kiosk.does(made("i2", "bao", "atlas"))
    kiosk.does(made("i3", "wei", "notes"))
    kiosk.does(undone("i3", "notes"))
    kiosk.does(made("i4", "wei", "river"))
    kiosk.does(returned("river"))
    central.hears(kiosk)
    return central


def test_a_fresh_copy_decides_what_central_decides(store: Engine, busy: Central, tmp_path: Path) -> None:
    copy = copied(store, tmp_path, busy)
    for patron in PEOPLE:
        for item in THINGS:
            found = decide(alone(copy, busy), wish(patron, item))
            said = busy.answers(AskBorrow(PatronRef(patron), ItemId(item), UID), f"{patron}-{item}")
            if isinstance(said, MayNotBorrow) and {reason.code.value for reason in said.reasons} <= {
                "too-many-loans",  # the kiosk knows how many more a patron may take, see below
                "lent-to-another",  # what lies here is here: its tag says whether it is lent
                "lent-to-you",
            }:
                continue
            assert isinstance(said, MayBorrow) == isinstance(found, Allowed), (patron, item, said, found)
            if isinstance(said, MayBorrow) and isinstance(found, Allowed):
                assert found.due == said.due, (patron, item)


def test_how_many_more_each_may_take(store: Engine, busy: Central, tmp_path: Path) -> None:
    copy = copied(store, tmp_path, busy)
    more = {name: known.more for name in PEOPLE if (known := copy.patron(PatronRef(name))) is not None}
    assert more == {
        "wei": 3,
        "amy": 3,
        "bao": 0,
        "old": 3,
        "last-day": 3,
        "blocked": 0,
        "at-limit": 3,
        "above": 0,
        "late": 2,
        "ward": 0,
        "lost-card": 0,
    }


def test_every_card_of_a_patron_is_the_patron(store: Engine, busy: Central, tmp_path: Path) -> None:
    copy = copied(store, tmp_path, busy)
    by_name = copy.patron(PatronRef("amy"))
    assert by_name is not None
    assert copy.patron(PatronRef("card:CARD-OF-AMY")) == copy.patron(PatronRef("card:Bar-20230002")) == by_name
    assert copy.patron(PatronRef("card:04a1b2c3")) == copy.patron(PatronRef("wei"))
    assert copy.patron(PatronRef("card:nobody")) is None


def test_what_is_set_aside_is_lent_to_its_reader_by_any_card(store: Engine, busy: Central, tmp_path: Path) -> None:
    copy = copied(store, tmp_path, busy)
    for ref in ("amy", "card:CARD-OF-AMY", "card:Bar-20230002"):
        assert isinstance(decide(alone(copy, busy), wish(ref, "held")), Allowed)
    assert isinstance(decide(alone(copy, busy), wish("card:04A1B2C3", "held")), Refused)


def test_a_day_later_a_card_has_ended(store: Engine, busy: Central, tmp_path: Path) -> None:
    copy = copied(store, tmp_path, busy)
    assert isinstance(decide(alone(copy, busy), wish("last-day", "snow")), Allowed)
    busy.now += timedelta(hours=16)
    found = decide(alone(copy, busy), wish("last-day", "snow"))
    assert isinstance(found, Refused)
    assert [reason.code.value for reason in found.reasons] == ["card-expired"]


def test_many_rows_are_all_there(store: Engine, central: Central, tmp_path: Path) -> None:
    with writing(store) as connection:
        connection.execute(
            insert(patrons), [{"id": f"p{n}", "given_name": "x", "category": f"c{n % 7}"} for n in range(750)]
        )
        connection.execute(insert(items), [{"id": f"i{n}", "loan_class": "book"} for n in range(750)])
        connection.execute(update(items).where(items.c.id == "i749").values(not_for_loan=True))
    copy = copied(store, tmp_path, central)
    assert all(copy.patron(PatronRef(f"p{n}")) is not None for n in range(750))
    missing = [n for n in range(750) if copy.item(ItemId(f"i{n}")) is None]
    assert missing == []
    last = copy.item(ItemId("i749"))
    assert last is not None
    assert last.not_for_loan
