"""Lists: pages by key, filters in the address, CSV that no spreadsheet calculates; on both databases."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, update

from kiosk.central.store import writing
from kiosk.central.store.tables import items, loans, patrons
from tests.central.console.desk import Somebody, somebody, trail
from tests.central.library import MONDAY

LINK = re.compile(r'href="(/console/[a-z]+\?[^"]*)" rel="next"')


def many_loans(engine: Engine, count: int) -> None:
    rows = [
        {
            "intent": f"l{number:03}",
            "patron": "wei",
            "item": "snow",
            "station": "kiosk-1",
            "seq": number,
            "made_at": MONDAY,
            "due": MONDAY + timedelta(days=number // 7),
        }
        for number in range(count)
    ]
    with writing(engine) as connection:
        connection.execute(insert(loans), rows)


def walked(who: Somebody, path: str) -> list[str]:
    """The first cells of every page."""
    found: list[str] = []
    while path:
        page = who.get(path).text
        found += re.findall(r"<tr>\s*<td[^>]*>(?:<a[^>]*>)?([^<]*)", page.partition("<tbody>")[2])
        onward = LINK.search(page)
        path = "" if onward is None else onward[1].replace("&amp;", "&")
    return found


def test_every_row_is_on_one_page_whatever_it_is_sorted_by(store: Engine) -> None:
    many_loans(store, 120)
    who = somebody(store, "director")
    for sort in ("due", "-due", "made_at", "-made_at"):
        days = walked(who, f"/console/loans?sort={sort}&state=running")
        assert len(days) == 120
        if "due" in sort:
            assert days == sorted(days, reverse=sort.startswith("-"))


def test_a_filter_stands_in_the_address_and_an_address_that_says_nothing_is_refused(store: Engine) -> None:
    many_loans(store, 3)
    who = somebody(store, "director")
    assert walked(who, "/console/loans?patron=amy") == []
    assert len(walked(who, "/console/loans?patron=wei")) == 3
    for wrong in ("sort=title", "state=never", "after=x", "after=WzEsMl0", "sort=due&after=WyJ4IiwgInkiXQ"):
        assert who.get(f"/console/loans?{wrong}").status_code == 400, wrong


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="ascii"), max_size=40))
def test_no_address_breaks_a_list(store: Engine, token: str) -> None:
    who = somebody(store, "director")
    for name in ("after", "sort", "state", "title"):
        query = "".join(f"%{ord(sign):02x}" for sign in token)
        assert who.get(f"/console/items?{name}={query}").status_code in (200, 400)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("exceptions", [10**30, 1]),
        ("exceptions", [1, 10**30]),
        ("exceptions", [1, "x"]),
        ("exceptions", [True, 1]),
        ("exceptions", ["x" * 10_000, 1]),
        ("loans", ["2026-11-25T10:00:00+00:00", 7]),
        ("loans", ["2026-11-25T10:00:00", "x"]),
        ("loans", ["0001-01-01T00:00:00+14:00", "x"]),
        ("items", ["x", "\ud800"]),
        ("items", ["\0", "x"]),
        ("items", [{}, []]),
        ("items", {"a": 1}),
        ("items", [1]),
    ],
)
def test_a_place_that_nobody_gave_is_refused(store: Engine, path: str, place: object) -> None:
    token = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
    assert somebody(store, "director").get(f"/console/{path}?after={token}").status_code == 400


def test_titles_are_found_by_the_beginning_of_their_words(store: Engine) -> None:
    who = somebody(store, "director")
    assert walked(who, "/console/items?title=SN") == ["snow"]
    assert walked(who, "/console/items?title=now") == []


def test_csv_has_every_row_and_no_formula(store: Engine) -> None:
    many_loans(store, 60)
    with writing(store) as connection:
        connection.execute(update(items).where(items.c.id == "snow").values(title='=HYPERLINK("http://x")'))
        connection.execute(update(patrons).where(patrons.c.id == "wei").values(given_name="+1-800"))
    who = somebody(store, "director")
    answer = who.get("/console/loans.csv?state=running")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    heads, *rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""))
    assert heads[:4] == ["Due", "Item", "Title", "Patron"]
    assert len(rows) == 60
    assert {(row[2], row[4]) for row in rows} == {('\'=HYPERLINK("http://x")', "'+1-800")}
    assert ("mei", "export", "list:loans") in trail(store)
    assert somebody(store, "circulation", name="zoe").get("/console/loans.csv").status_code == 403
