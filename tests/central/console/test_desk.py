"""A desk's day by keyboard and scanner: find, lend, renew, take back, reserve, take money; and what goes wrong."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, Update, func, insert, select, update

from kiosk.central.accounts import account
from kiosk.central.search.indexing import enter_records
from kiosk.central.store import writing
from kiosk.central.store.console_tables import waivers
from kiosk.central.store.tables import charges, facts, items, loans, patrons, payments, records
from kiosk.model.ids import PatronRef
from kiosk.rules.policy import Line, Policy
from tests.central.console.desk import Somebody, console_of, somebody, trail, web
from tests.central.library import DESK, RULES, Central, Kiosk, made

GENEROUS = replace(RULES, line=(*RULES.line, Line(category="generous", max_loans=9)))
LENIENT = replace(DESK, policy=Policy(GENEROUS, "Asia/Shanghai"))
HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>'


@pytest.fixture
def mei(store: Engine) -> Somebody:
    return somebody(store, "circulation")


def debt(store: Engine, patron: str) -> int:
    with store.connect() as connection:
        return account(connection, PatronRef(patron)).debt_cents


def scan(who: Somebody, text: str) -> str:
    """What a scanner types into the box that has the focus, and its Enter."""
    action = "/console/patron/lend" if 'action="/console/patron/lend"' in who.page else "/console/search"
    return who.send(action, **{"scan" if "lend" in action else "q": text})


def test_a_card_and_books_are_scanned_and_each_is_lent(mei: Somebody, store: Engine, central: Central) -> None:
    mei.get("/console/desk")
    assert "Wei" in scan(mei, "Bar-20230002") or "Amy" in mei.reads
    assert "Lent, due" in scan(mei, "snow")
    assert "Lent, due" in scan(mei, "zahir")
    assert central.on_loan() == {"snow": "amy", "zahir": "amy"}
    assert "1 more may be borrowed" in mei.reads
    assert "Not lent" in scan(mei, "reference")
    assert "Nobody and nothing has this number" in scan(mei, "no-such-number")
    assert scan(mei, "04a1b2c3").count("Wei") >= 1
    assert trail(store) == [("mei", "loan.lend", "fact:desk/1"), ("mei", "loan.lend", "fact:desk/2")]


def test_five_books_are_six_scans_and_no_key_besides(store: Engine, mei: Somebody, central: Central) -> None:
    """A browser leads there, one question and one page a scan; the field that has the focus takes the next."""
    with writing(store) as connection:
        connection.execute(update(patrons).where(patrons.c.id == "wei").values(category="generous"))
    mei.client = web(store, replace(console_of(store), desk=LENIENT))
    asked = 0
    mei.get("/console/desk")
    for number, code in enumerate(("04A1B2C3", "snow", "zahir", "river", "atlas", "notes")):
        focused = re.findall(r'<input id="scan" name="(\w+)"[^>]* autofocus>', mei.page)
        assert focused == ["scan" if number else "q"]
        action = "/console/patron/lend" if number else "/console/search"
        answer = mei.post(action, **{**mei.form(action).fields, focused[0]: code})
        assert answer.status_code == 303
        mei.get(answer.headers["location"])
        asked += 2
    assert asked == 12
    assert len(central.on_loan()) == 5


def test_a_form_that_is_sent_twice_lends_once(mei: Somebody, store: Engine, central: Central) -> None:
    mei.get("/console/patron?id=wei")
    form = mei.form("/console/patron/lend").fields
    for _ in range(2):
        assert mei.post("/console/patron/lend", **{**form, "scan": "snow"}).status_code == 303
    assert central.on_loan() == {"snow": "wei"}
    with store.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(facts)) == 1


def test_a_book_of_somebody_else_is_not_lent_and_the_reason_is_said(mei: Somebody, central: Central) -> None:
    mei.get("/console/patron?id=wei")
    scan(mei, "snow")
    mei.get("/console/patron?id=amy")
    assert "Not lent" in scan(mei, "snow")
    assert central.on_loan() == {"snow": "wei"}


def test_a_loan_is_renewed_and_comes_back(mei: Somebody, store: Engine, central: Central) -> None:
    mei.get("/console/patron?id=wei")
    scan(mei, "snow")
    with writing(store) as connection:
        soon = datetime.now(UTC) + timedelta(days=1)
        connection.execute(update(loans).values(due=soon))
    mei.get("/console/patron?id=wei")
    assert "Renewed, due" in mei.send("/console/patron/renew")
    mei.get("/console/returns")
    assert "Returned snow" in mei.send("/console/return", scan="snow")
    assert "it was not lent" in mei.send("/console/return", scan="snow")
    assert "There is no such item" in mei.send("/console/return", scan="nothing")
    assert "This is a card" in mei.send("/console/return", scan="Bar-20230002")
    assert central.on_loan() == {}


def test_a_late_return_owes_and_a_reserved_copy_is_kept(mei: Somebody, store: Engine) -> None:
    mei.get("/console/patron?id=wei")
    scan(mei, "snow")
    with writing(store) as connection:
        long_ago = datetime.now(UTC) - timedelta(days=5)
        connection.execute(update(loans).values(due=long_ago, made_at=long_ago - timedelta(days=28)))
    mei.get("/console/patron?id=amy")
    assert "Reserved snow" in mei.send("/console/patron/hold", item="snow")
    mei.get("/console/returns")
    told = mei.send("/console/return", scan="snow")
    assert "Keep it for Amy" in told
    assert "Overdue charge ¥0.50" in told
    assert debt(store, "wei") == 50
    assert "snow" in mei.get("/console/holds").text
    mei.get("/console/patron?id=amy")
    assert "The hold is cancelled" in mei.send("/console/hold/cancel")


def test_money_is_taken_once_and_what_is_typed_wrong_is_kept(mei: Somebody, store: Engine) -> None:
    mei.get("/console/patron?id=above")
    assert "owes ¥10.01" in mei.reads
    assert "Expected an amount such as 12.50" in mei.send("/console/patron/pay", amount="5,00", method="cash")
    assert mei.form("/console/patron/pay").fields["amount"] == "5,00"
    form = mei.form("/console/patron/pay").fields
    for _ in range(2):
        mei.post("/console/patron/pay", **{**form, "amount": "5.00", "method": "cash"})
    assert debt(store, "above") == 501
    with store.connect() as connection:
        assert [row.method for row in connection.execute(select(payments))] == ["cash"]


def test_a_waiver_says_why_and_above_the_limit_somebody_else_says_yes(store: Engine, mei: Somebody) -> None:
    with writing(store) as connection:
        connection.execute(update_charge("old-above", 5_000))
    mei.get("/console/patron?id=above")
    charge = {"charge": "old-above", "amount": "10.00"}
    assert "Please fill this in" in mei.send("/console/patron/waive", **charge, reason="")
    assert "10.00 waived" in mei.send("/console/patron/waive", **charge, reason="a mistake of ours")
    assert debt(store, "above") == 4_000
    assert "more than is owed" in mei.send("/console/patron/waive", charge="old-above", amount="40.01", reason="x")
    told = mei.send("/console/patron/waive", charge="old-above", amount="40.00", reason="flood")
    assert "waits for approval" in told
    assert debt(store, "above") == 4_000
    assert mei.get("/console/waivers").status_code == 200
    assert "/console/waivers/decide" not in mei.page
    boss = somebody(store, "director", name="boss")
    boss.get("/console/waivers")
    assert "Say why" in boss.send("/console/waivers/decide", action="refuse")
    assert "Approved" in boss.send("/console/waivers/decide", action="approve")
    assert debt(store, "above") == 0
    year = datetime.now(ZoneInfo("Asia/Shanghai")).year
    assert ("boss", "waiver.approve", f"waiver:WV-{year}-0001") in trail(store)


def test_who_asks_for_a_waiver_cannot_approve_it(store: Engine) -> None:
    both = somebody(store, "circulation", "director", name="both")
    with writing(store) as connection:
        connection.execute(update_charge("old-above", 5_000))
    both.get("/console/patron?id=above")
    both.send("/console/patron/waive", charge="old-above", amount="50.00", reason="for a friend")
    with store.connect() as connection:
        waiver = connection.scalar(select(waivers.c.id))
    csrf = both.form("/console/search").fields["csrf"]
    answer = both.post("/console/waivers/decide", csrf=csrf, id=str(waiver), version="1", action="approve")
    assert "Who asked for it may not decide it" in answer.text
    assert debt(store, "above") == 5_000


def test_a_waiver_of_what_was_paid_meanwhile_is_void(store: Engine, mei: Somebody) -> None:
    with writing(store) as connection:
        connection.execute(update_charge("old-above", 5_000))
    mei.get("/console/patron?id=above")
    mei.send("/console/patron/waive", charge="old-above", amount="50.00", reason="flood")
    mei.send("/console/patron/pay", amount="1.00", method="cash")
    boss = somebody(store, "director", name="boss")
    boss.get("/console/waivers")
    assert "this waiver is void" in boss.send("/console/waivers/decide", action="approve")
    assert debt(store, "above") == 4_900


def update_charge(charge: str, cents: int) -> Update:
    return update(charges).where(charges.c.id == charge).values(amount_cents=cents)


def test_two_desks_at_one_patron_lend_no_more_than_the_limit_and_no_book_twice(
    store: Engine, mei: Somebody, central: Central
) -> None:
    zoe = somebody(store, "circulation", name="zoe")
    forms = []
    for who in (mei, zoe):
        for item in ("snow", "zahir", "river", "atlas"):
            who.get("/console/patron?id=wei")
            forms.append((who, {**who.form("/console/patron/lend").fields, "scan": item}))
    with ThreadPoolExecutor(4) as desks:
        sent = [desks.submit(who.post, "/console/patron/lend", **form) for who, form in forms]
        statuses = {one.result().status_code for one in sent}
    assert statuses <= {303, 503}
    lent = central.on_loan()
    assert len(lent) <= 3
    with store.connect() as connection:
        open_loans = connection.execute(select(loans.c.item).where(loans.c.ended_at.is_(None))).scalars().all()
    assert sorted(open_loans) == sorted(set(open_loans))


def test_script_in_a_title_and_a_name_is_shown_as_text(store: Engine) -> None:
    boss = somebody(store, "director", "circulation", "collections")
    with writing(store) as connection:
        connection.execute(update(patrons).where(patrons.c.id == "wei").values(given_name=HOSTILE))
        connection.execute(update(items).where(items.c.id == "snow").values(title=HOSTILE))
        connection.execute(
            insert(records).values(control_number="r1", title=HOSTILE, format="marc21", original=b"", author=HOSTILE)
        )
        connection.execute(update(items).where(items.c.id == "zahir").values(title="", control_number="r1"))
    boss.get("/console/patron?id=wei")
    pages = [boss.page]
    for item in ("snow", "zahir"):
        scan(boss, item)
        pages.append(boss.page)
    pages += [boss.get(f"/console/item?id={item}").text for item in ("snow", "zahir")]
    pages += [boss.get(path).text for path in ("/console/items", "/console/loans", "/console/patrons")]
    boss.get("/console/desk")
    boss.send("/console/search", q="<img")
    pages.append(boss.page)
    for page in pages:
        assert "<script>" not in page
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


def test_the_search_box_knows_numbers_titles_and_names(store: Engine, mei: Somebody) -> None:
    with writing(store) as connection:
        connection.execute(update(patrons).where(patrons.c.id == "wei").values(given_name="伟", family_name="张"))
        connection.execute(
            insert(records).values(control_number="r1", title="Über den Fluss", format="marc21", original=b"")
        )
        connection.execute(update(items).where(items.c.id == "river").values(title="", control_number="r1"))
        enter_records(connection, ["r1"])
    mei.get("/console/desk")
    assert "river" in mei.send("/console/search", q="river")
    for text, found in (
        ("张伟", "wei"),
        ("伟", "wei"),
        ("Am", "amy"),
        ("über", "river"),
        ("fluss", "river"),
        ("flus uber", "river"),
        ("SNO", "snow"),
    ):
        mei.get("/console/desk")
        assert found in mei.send("/console/search", q=text), text
    for text in ("'; DROP TABLE items; --", "%", "_", '"NEAR(', "\0", "x" * 500):
        mei.get("/console/desk")
        assert "Nothing found" in mei.send("/console/search", q=text) or text == "\0", text


def test_a_copy_is_marked_with_a_reason_and_a_stale_page_overwrites_nothing(store: Engine) -> None:
    one, other = somebody(store, "collections"), somebody(store, "collections", name="zoe")
    one.get("/console/item?id=snow")
    other.get("/console/item?id=snow")
    assert "Please fill this in" in one.send("/console/item/state", state="missing", reason="")
    assert "Saved" in one.send("/console/item/state", state="missing", reason="not on the shelf")
    assert "Somebody changed it" in other.send("/console/item/state", state="damaged", reason="wet")
    with store.connect() as connection:
        assert connection.scalar(select(items.c.state).where(items.c.id == "snow")) == "missing"
    assert trail(store) == [("mei", "item.state", "item:snow")]


def test_an_exception_gets_an_owner_a_note_and_an_end(store: Engine, central: Central) -> None:
    kiosk = Kiosk()
    kiosk.does(made("i1", "wei", "no-such-item"))
    central.hears(kiosk)
    mei = somebody(store, "circulation")
    assert "An item that central does not know" in mei.get("/console/exceptions").text
    mei.get("/console/desk")
    assert "Exception #1" in mei.send("/console/search", q="#1")
    assert "Looked after by mei" in mei.send("/console/exception/act", action="take")
    assert "found behind the shelf" in mei.send("/console/exception/act", action="note", text="found behind the shelf")
    assert "settled" in mei.send("/console/exception/act", action="close")
    assert "no-such-item" not in mei.get("/console/exceptions").text
    assert [action for _, action, _ in trail(store)] == ["exception.taken", "exception.noted", "exception.closed"]


def test_two_people_at_one_exception_the_second_keeps_their_words_and_changes_nothing(
    store: Engine, central: Central
) -> None:
    kiosk = Kiosk()
    kiosk.does(made("i1", "wei", "no-such-item"))
    central.hears(kiosk)
    mei, zoe = somebody(store, "circulation"), somebody(store, "circulation", name="zoe")
    for one in (mei, zoe):
        one.get("/console/exception?id=1")
    mei.send("/console/exception/act", action="close", text="entered by hand")
    told = zoe.send("/console/exception/act", action="take", text=HOSTILE)
    assert "mei changed this at" in told
    assert "&lt;script&gt;" in zoe.page
    assert "<script>" not in zoe.page
    assert "It is closed: this is not possible now" in zoe.send("/console/exception/act", action="take")
    assert "Say why" in zoe.send("/console/exception/act", action="note", text=" ")
    assert "Nobody looks after it yet" in zoe.send("/console/exception/act", action="reopen")
    assert [who for who, *_ in trail(store)] == ["mei", "zoe"]


def test_the_policy_tester_says_what_and_why(store: Engine, mei: Somebody) -> None:
    ask = "/console/rules?kind=checkout&at=2026-11-25T10:00&category=adult&loan_class=book"
    assert "due 2026-12-23 23:59" in mei.get(ask).text
    refused = mei.get(f"{ask}&loans=3").text
    assert "Not allowed" in refused
    assert mei.get(f"{ask}&loans=many").status_code == 422
    assert mei.get("/console/rules?kind=checkin&at=2026-11-25T10:00").status_code == 422
    late = mei.get("/console/rules?kind=checkin&at=2026-11-25T10:00&due=2026-11-20&category=adult").text
    assert "overdue charge ¥0.50" in late
