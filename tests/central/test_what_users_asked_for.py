"""What users of such products ask for, as far as central has a part in it: W4, W5, W15 of the list of wishes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

from sqlalchemy import Engine, insert, select, update

from kiosk.central.borrowing import borrower, copy
from kiosk.central.exceptions import Did, act
from kiosk.central.holdings import item_on_file
from kiosk.central.people import patron_on_file
from kiosk.central.store import writing
from kiosk.central.store.tables import exception_notes, exceptions, items, loans, records
from kiosk.model.facts import Decided, LoanRenewed
from kiosk.model.ids import IntentId, ItemId, PatronRef
from kiosk.model.questions import AskBorrow, AskItem, ItemKnown, MayBorrow
from kiosk.model.reasons import ReasonCode
from kiosk.rules.decisions import Allowed, Refused
from kiosk.rules.lending import Setting, decide_checkout
from kiosk.rules.policy import Line, Policy, RulesFile
from kiosk.rules.terms import Period
from tests.central.library import BOOKS, DUE, MONDAY, SESSION, UID, Central, Kiosk, made, opened, returned

WEI, DUNE = PatronRef("wei"), ItemId("dune")
DAY = 24 * 60
AT_ONCE = 6


def test_w4_a_title_that_was_corrected_is_told_from_then_on(central: Central) -> None:
    with writing(central.engine) as connection:
        record = {"control_number": "r1", "title": "Dun", "format": "marc21", "original": b""}
        connection.execute(insert(records).values(record))
        connection.execute(update(items).where(items.c.id == DUNE).values(control_number="r1", title=""))
    assert title(central) == "Dun"
    with writing(central.engine) as connection:
        connection.execute(update(records).values(title="Dune"))
    assert title(central) == "Dune"
    lent = central.answers(AskBorrow(WEI, DUNE, UID), "ask-2")
    assert isinstance(lent, MayBorrow)
    assert lent.item.title == "Dune"


def title(central: Central) -> str:
    known = central.answers(AskItem(DUNE))
    assert isinstance(known, ItemKnown)
    assert known.item is not None
    return known.item.title


def test_w5_what_is_lent_already_holds_up_nothing_that_was_stored_behind_it(central: Central) -> None:
    """A day off line begins with a book that the desk lent to somebody else; its fifty followers all arrive."""
    desk, kiosk = Kiosk("desk"), Kiosk("kiosk-1")
    desk.does(made("desk-1", "amy", "snow"))
    central.hears(desk)
    kiosk.does(made("first", "wei", "snow", Decided.OFFLINE), minute=1)
    for n in range(25):
        kiosk.does(made(f"i{n}", "wei", "zahir"), minute=2 + 2 * n)
        kiosk.does(returned("zahir"), minute=3 + 2 * n)
    assert [central.hears(kiosk, kiosk.message(first, first + 16)) for first in (1, 18, 35)] == [17, 34, 51]
    assert central.on_loan() == {"snow": "wei"}
    assert sum(why == "returned" for why in central.ends().values()) == 25
    assert central.noted() == [("implied-return", "snow")]


def test_w5_what_staff_have_to_settle_waits_in_a_queue_with_an_owner_and_a_history(central: Central) -> None:
    kiosk = Kiosk()
    kiosk.does(made("i1", "amy", "snow"))
    kiosk.does(made("i2", "wei", "snow"), minute=1)
    central.hears(kiosk)
    for did, text in ((Did.TAKEN, ""), (Did.NOTED, "asked Amy"), (Did.CLOSED, "she had left it on the pad")):
        with writing(central.engine) as connection:
            number = connection.scalar(select(exceptions.c.id))
            assert number is not None
            assert act(connection, number, did, "lin", MONDAY, text)
    with central.engine.connect() as connection:
        row = connection.execute(select(exceptions)).one()
        history = connection.execute(select(exception_notes).order_by(exception_notes.c.id)).all()
    assert (row.why, row.owner, row.open) == ("implied-return", "lin", False)
    assert [(one.did, one.who) for one in history] == [("taken", "lin"), ("noted", "lin"), ("closed", "lin")]


STRICT = Policy(RulesFile((Line(loan_period=Period(28), max_overdue_items=0),)), "Asia/Shanghai")


def decided(central: Central, now: datetime) -> Allowed | Refused:
    """Whether Wei may borrow another book, where one that is overdue stops that."""
    setting = Setting(STRICT, now)
    with central.engine.connect() as connection:
        patron, item = patron_on_file(connection, WEI), item_on_file(connection, DUNE)
        assert patron is not None
        assert item is not None
        return decide_checkout(setting, borrower(connection, setting, patron), copy(connection, item))


def test_w15_what_an_overdue_book_had_stopped_goes_on_with_its_renewal(central: Central) -> None:
    """No restriction stays behind as a ghost."""
    kiosk, now = Kiosk(), DUE + timedelta(days=1)
    kiosk.lends("wei", "snow")
    central.hears(kiosk)
    stopped = decided(central, now)
    assert isinstance(stopped, Refused)
    assert [reason.code for reason in stopped.reasons] == [ReasonCode.HAS_OVERDUES]
    kiosk.does(LoanRenewed(SESSION, IntentId("r1"), WEI, ItemId("snow"), DUE + timedelta(days=28)), minute=29 * DAY)
    central.now = now + timedelta(days=1)
    central.hears(kiosk)
    assert isinstance(decided(central, now), Allowed)


def test_w15_kiosks_that_ask_at_the_same_moment_pass_no_limit_together(store: Engine) -> None:
    """Bao may have one book, and asks for six at six kiosks."""
    together = Barrier(AT_ONCE)

    def ask(number: int) -> bool:
        central = Central(store)
        question = AskBorrow(PatronRef("bao"), ItemId(BOOKS[number]), UID)
        together.wait()
        return isinstance(central.answers(question, f"ask-{number}", Kiosk(f"kiosk-{number}")), MayBorrow)

    with ThreadPoolExecutor(AT_ONCE) as kiosks:
        said = list(kiosks.map(ask, range(AT_ONCE)))
    assert said.count(True) == 1


def test_w15_a_book_told_twice_by_two_kiosks_is_lent_once(store: Engine) -> None:
    """Two tell of the same copy at the same moment: one loan runs, the other one ended at that instant."""
    together = Barrier(2)

    def tell(number: int) -> int:
        kiosk = Kiosk(f"kiosk-{number}")
        kiosk.does(made(f"i{number}", ("wei", "amy")[number], "snow"), minute=number)
        kiosk.does(opened(f"i{number}", "snow"), minute=number)
        together.wait()
        return Central(store).hears(kiosk)

    with ThreadPoolExecutor(2) as kiosks:
        assert list(kiosks.map(tell, range(2))) == [2, 2]
    central = Central(store)
    assert (central.on_loan(), central.ends()) == ({"snow": "amy"}, {"i0": "implied-return", "i1": None})
    with store.connect() as connection:
        assert sorted(connection.scalars(select(loans.c.opened))) == [True, True]
