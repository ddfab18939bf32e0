"""Every page of the console by what WCAG 2.2 AA asks of its text, in both languages, with rows and with mistakes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert

from kiosk.central import duties
from kiosk.central.console.book import PAGES
from kiosk.central.console.reports import ISO, KINDS, OVERDUE
from kiosk.central.store import writing
from kiosk.central.store.console_tables import findings
from kiosk.central.store.notice_tables import notices
from kiosk.central.store.tables import charges, exceptions, holds, loans
from kiosk.library.duty_book import DUTIES
from kiosk.library.forms import Field, FieldKind, Value
from kiosk.web.forms import SHARED
from tests.central.console.desk import ROLES, Somebody, somebody, web
from tests.central.console.people import rings
from tests.central.console.reader import barriers, title_of

ASKED = {
    "patron": "id=wei",
    "patron/edit": "id=wei",
    "item": "id=snow",
    "exception": "id=1",
    "notice": "id=1",
    "alarm": "id=rang",
    "damage": "number=DM-2026-0001",
    "damage/new": "item=snow",
    "rules": "kind=checkout&at=2026-11-25T10:00",
}
"""What is asked of a page that is about one thing."""
FIRST_LOAD = 200_000
"""Bytes that a page may take when nothing of it is at hand."""
STYLED = sum((SHARED / name).stat().st_size for name in ("tokens.css", "console.css", "central.svg"))
WITHOUT_ROWS = (
    "/console/order?",
    "/console/order/look",
    "/console/import/made",
    "/console/marc/made",
    "/console/objects/file",
)
"""What needs a provider or a file: there is none here, and the page says so."""
WRONG = (
    "/console/patron?id=nobody",
    "/console/nowhere",
    "/console/reports?from=2026-01-02&to=2026-01-01",
    "/console/rules?kind=checkout&at=when",
    "/console/loans?sort=colour",
)


def furnish(store: Engine) -> None:
    """One of everything that a list can have."""
    now = datetime.now(UTC)
    loan = {"patron": "wei", "station": "kiosk-1", "seq": 1, "opened": True}
    late = {"made_at": now - timedelta(40), "due": now - timedelta(12)}
    with writing(store) as connection:
        connection.execute(insert(loans).values(**loan, **late, intent="l1", item="snow"))
        connection.execute(insert(loans).values(**loan, **late, intent="l2", item="dune", ended_at=now))
        waiting = {"id": "h1", "patron": "wei", "item": "snow", "placed_at": now, "state": "waiting"}
        connection.execute(insert(holds).values(waiting))
        owed = {"id": "c1", "patron": "wei", "kind": "overdue", "item": "dune", "amount_cents": 120, "at": now}
        connection.execute(insert(charges).values(**owed, open=True))
        odd = {"station": "kiosk-1", "epoch": "e", "seq": 1, "item": "snow", "why": "late", "at": now, "open": True}
        connection.execute(insert(exceptions).values(odd))
        connection.execute(insert(findings).values(kind="two-loans", subject="snow", found_at=now, state="open"))
        told = {"kind": "overdue", "patron": "wei", "subject": "l1", "state": "unsure", "made_at": now, "tries": 0}
        connection.execute(insert(notices).values({**told, "day": now.date(), "due_at": now}))
    rings(store, "rang", now)


def one_of_each_duty(store: Engine, staff: str) -> dict[str, str]:
    """A paper of every kind; what is asked of its pages."""
    now = datetime.now(UTC)
    numbers: dict[str, str] = {}

    def sample(one: Field) -> Value:
        if one.of:
            return "" if one.optional else {"item": "snow", "staff": staff, **numbers}[one.of]
        match one.kind:
            case FieldKind.CHOICE:
                return one.choices[0]
            case FieldKind.NUMBER | FieldKind.MONEY:
                return max(one.least, 1)
            case FieldKind.DAY:
                return now.date()
            case FieldKind.TIME:
                return now
            case _:
                return "" if one.name == "security_byte" else "text"

    for duty in sorted(DUTIES, key=lambda duty: sum(one.of not in ("", "item", "staff") for one in duty.fields)):
        values = {one.name: sample(one) for one in duty.fields}
        with writing(store) as connection:
            name = f"of-{duty.kind.name}"
            numbers[duty.kind.name] = duties.write(connection, duty, name, values, who=staff, now=now)
    asked = {f"{kind}{page}": f"number={number}" for kind, number in numbers.items() for page in ("", "/edit")}
    return asked | {
        "climate/sensor": f"number={numbers['sensor']}",
        "places": f"activity={numbers['activity']}",
        "objects": f"digitisation={numbers['digitisation']}",
        "stocktaking/findings": f"number={numbers['stocktaking']}",
    }


def everybody(store: Engine, language: str) -> Somebody:
    return somebody(store, *ROLES.names(), language=language)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_every_page_can_be_read_and_used_by_everybody(store: Engine) -> None:
    furnish(store)
    found: dict[str, list[str]] = {}
    titles = set()
    of_duties: dict[str, str] = {}
    for language, name in (("en", "mei"), ("zh", "hua")):
        who = somebody(store, *ROLES.names(), language=language, name=name)
        who.get("/console/damage/new?item=snow")
        if language == "en":
            of_duties = one_of_each_duty(store, name)
            who.send("/console/damage/report", kind="other", note="wet", age_years="1")
        bare = [page.path for page in PAGES if not page.writes and not page.path.endswith((".csv", "/photo"))]
        paths = [f"/console{path}?{(ASKED | of_duties).get(path[1:], '')}" for path in bare]
        paths += [f"/console/reports?by={kind}" for kind in (*KINDS, OVERDUE, ISO)]
        for path in (*paths, *WRONG):
            assert path in WRONG or path.startswith(WITHOUT_ROWS) or who.get(path).status_code == 200, path
            assert who.get(path).status_code < 500, path
            assert 'action="/console/search"' in who.page, path
            assert len(who.page.encode()) + STYLED <= FIRST_LOAD, path
            if wrong := barriers(who.page):
                found[f"{language} {path}"] = wrong
            titles.add(title_of(who.page))
    assert found == {}
    assert len(titles) > 50


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_form_that_comes_back_says_at_its_fields_what_was_wrong(store: Engine) -> None:
    furnish(store)
    mei = everybody(store, "en")
    for page, action, typed in (
        ("/console/patron?id=wei", "/console/patron/pay", {"amount": "1,5"}),
        ("/console/patron?id=wei", "/console/patron/waive", {"charge": "c1", "amount": "1.00", "reason": ""}),
        ("/console/patron?id=wei", "/console/patron/hold", {"item": "nothing"}),
        ("/console/patron/edit?id=wei", "/console/patron/save", {"given_name": "", "expires": "soon"}),
        ("/console/item?id=snow", "/console/item/state", {"state": "lost", "reason": ""}),
        ("/console/damage/new?item=snow", "/console/damage/report", {"kind": "other", "note": ""}),
        ("/console/account", "/console/account/password", {"password": "x", "fresh": "short"}),
    ):
        mei.get(page)
        mei.send(action, **typed)
        assert "aria-invalid" in mei.page, action
        assert barriers(mei.page) == [], action


def test_signing_in_too(store: Engine) -> None:
    for language in ("zh", "en"):
        assert barriers(web(store).get(f"/console/sign-in?lang={language}").text) == []


@pytest.mark.parametrize(
    ("page", "barrier"),
    [
        ("<input name='x'>", "3.3.2 input x has no label"),
        ("<button></button>", "4.1.2 button {} says nothing"),
        ("<h3>Under</h3>", "1.3.1 h3 under h1"),
        ("<img src='x'>", "1.1.1 picture x has no text"),
        ("<p id='a'></p><p id='a'></p>", "4.1.1 id a twice"),
        ("<table><tr><td>1</td></tr></table>", "1.3.1 1 tables, 0 with headings"),
        ("<p><b></p>", "4.1.1 <p> closes nothing"),
    ],
)
def test_the_reader_stumbles_over_what_is_in_the_way(page: str, barrier: str) -> None:
    frame = "<html lang='en'><head><title>t</title></head><body><main><h1>One</h1>{}</main></body></html>"
    assert barriers(frame.format("")) == []
    assert barrier in barriers(frame.format(page))
