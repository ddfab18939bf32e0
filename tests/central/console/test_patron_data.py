"""Patrons in and out: files with every kind of fault, stale forms, who asks for everything or to be forgotten."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, text, update

from kiosk.central.patron_file import Checked, check
from kiosk.central.patron_rows import FIELDS, read
from kiosk.central.store import writing
from kiosk.central.store.console_tables import audit, imports
from kiosk.central.store.tables import cards, loans, patrons
from kiosk.model.facts import Decided
from tests.central.console.desk import Somebody, somebody, trail
from tests.central.library import Central, Kiosk, made, returned

TODAY = date(2026, 11, 27)
HEAD = "id,given_name,category,born,language,blocked,cards,guardian"


def checked(store: Engine, content: str | bytes) -> Checked:
    with store.connect() as connection:
        return check(connection, content if isinstance(content, bytes) else content.encode(), TODAY)


@pytest.mark.parametrize(
    ("row", "column", "key"),
    [
        (",Ann,adult,,,,,", "id", "empty"),
        ("a b,Ann,adult,,,,,", "id", "id"),
        ("n1,,adult,,,,,", "given_name", "empty"),
        ("n1,Ann,,,,,,", "category", "empty"),
        ("n1," + "x" * 129 + ",adult,,,,,", "given_name", "long"),
        ("n1,Ann,adult,25.11.2026,,,,", "born", "day"),
        ("n1,Ann,adult,2027-01-01,,,,", "born", "born-later"),
        ("n1,Ann,adult,,fr,,,", "language", "language"),
        ("n1,Ann,adult,,,maybe,,", "blocked", "flag"),
        ("n1,Ann,adult,,,,04a1b2c3,", "cards", "card-taken"),
        ("n1,Ann,adult,,,,,nobody", "guardian", "guardian"),
        ("n1,Ann,adult,,,,,n1", "guardian", "guardian"),
        ("n1,Ann,adult", "", "cells"),
    ],
)
def test_every_bad_row_is_named_and_the_others_are_taken(store: Engine, row: str, column: str, key: str) -> None:
    found = checked(store, f"{HEAD}\nok1,Bo,adult,,,,,\n{row}\nok2,Cy,child,2020-02-29,zh,no,C-1 C-2,ok1\n")
    assert [(fault.line, fault.column, fault.key) for fault in found.faults] == [(3, column, key)]
    assert [fresh.id for fresh in found.fresh] == ["ok1", "ok2"]
    assert found.fresh[1].cards == ("C-1", "C-2")


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("name,phone\nx,y\n", "unknown-columns"),
        ("id,id,given_name,category\n", "twice-columns"),
        ("id,given_name\n", "no-columns"),
        ('id,given_name,category\nn1,"Ann,adult\n', "quote"),
        (b"id,given_name,category\nn1,\xff\xff,adult\n", "encoding"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(store: Engine, content: str | bytes, key: str) -> None:
    found = checked(store, content)
    assert [fault.key for fault in found.faults] == [key]
    assert not found.fresh


def test_a_number_or_a_card_that_stands_twice_is_named_with_the_first_line(store: Engine) -> None:
    rows = f"{HEAD}\nn1,Ann,adult,,,,C-1,\nn1,Bo,adult,,,,,\nn2,Cy,adult,,,,C-1,\n"
    told = [(fault.line, fault.key, fault.values.get("line")) for fault in checked(store, rows).faults]
    assert told == [(3, "twice", 2), (4, "card-twice", 2)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators_are_told_apart(store: Engine, encoding: str, separator: str) -> None:
    lines = (("id", "given_name", "category"), ("n1", "雪芹", "adult"))
    content = "".join(separator.join(cells) + "\r\n" for cells in lines)
    found = checked(store, content.encode(encoding))
    assert found.encoding == encoding.removesuffix("-sig")
    assert [fresh.values["given_name"] for fresh in found.fresh] == ["雪芹"]


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(st.characters(codec="utf-8"), max_size=150)))
def test_no_cell_breaks_the_reader(cells: dict[str, str]) -> None:
    row, faults = read(cells, TODAY)
    assert set(row.values) | {fault.field for fault in faults} | {"cards"} >= set(cells)
    assert not set(row.values) & {fault.field for fault in faults}


@pytest.fixture
def boss(store: Engine) -> Somebody:
    return somebody(store, "director")


def upload(who: Somebody, content: str) -> str:
    who.get("/console/import")
    form = who.form("/console/import/check").fields
    answer = who.upload("/console/import/check", form, {"file": ("patrons.csv", content.encode())})
    who.page = answer.text
    assert answer.status_code == 200
    return who.reads


def test_a_file_is_checked_first_and_written_when_somebody_says_yes(store: Engine, boss: Somebody) -> None:
    rows = ("n1,'=Ann,adult,,,,,", "wei,Wei,child,,,,04a1b2c3 NEW-1,", "bad,,adult,,,,,")
    content = "\n".join((HEAD, *rows, "amy,Amy,adult,,en,no,Bar-20230002,"))
    told = upload(boss, content)
    for said in ("1 new", "1 changed", "1 as they are", "1 cannot be taken", "must not be empty"):
        assert said in told
    with store.connect() as connection:
        assert connection.scalar(select(patrons.c.id).where(patrons.c.id == "n1")) is None
    assert "Imported: 1 new, 1 changed" in boss.send("/console/import/confirm", decision="import")
    with store.connect() as connection:
        assert connection.scalar(select(patrons.c.given_name).where(patrons.c.id == "n1")) == "=Ann"
        assert connection.scalar(select(patrons.c.category).where(patrons.c.id == "wei")) == "child"
        tokens = connection.scalars(select(cards.c.token).where(cards.c.patron == "wei").order_by(cards.c.token)).all()
        assert tokens == ["04A1B2C3", "NEW-1"]
        assert connection.scalar(select(func.count()).select_from(imports)) == 0
    assert [action for _, action, _ in trail(store)] == ["patron.edit", "patron.import", "patron-import.write"]


def test_a_file_is_imported_once_and_only_by_whoever_checked_it(store: Engine, boss: Somebody) -> None:
    upload(boss, f"{HEAD}\nn1,Ann,adult,,,,,\n")
    form = {**boss.form("/console/import/confirm").fields, "decision": "import"}
    other = somebody(store, "director", name="zoe")
    other.get("/console/import")
    theirs = {**form, "csrf": other.form("/console/import/check").fields["csrf"]}
    assert other.post("/console/import/confirm", **theirs).status_code == 404
    assert boss.post("/console/import/confirm", **form).status_code == 303
    assert boss.post("/console/import/confirm", **form).status_code == 404


def test_a_stale_form_overwrites_nothing_and_loses_nothing(store: Engine, boss: Somebody) -> None:
    mei = somebody(store, "circulation", name="mei2")
    boss.get("/console/patron/edit?id=amy")
    mei.get("/console/patron/edit?id=amy")
    assert "Saved" in mei.send("/console/patron/save", category="child")
    told = boss.send("/console/patron/save", category="adult", family_name="Durand")
    assert "mei2 changed this patron at" in told
    assert boss.form("/console/patron/save").fields["family_name"] == "Durand"
    assert "Now: child" in told
    with store.connect() as connection:
        assert connection.scalar(select(patrons.c.family_name).where(patrons.c.id == "amy")) == ""
    assert "Saved" in boss.send("/console/patron/save")
    with store.connect() as connection:
        row = connection.execute(select(patrons).where(patrons.c.id == "amy")).one()
        assert (row.family_name, row.category) == ("Durand", "adult")
        changes = connection.scalars(select(audit.c.changes).where(audit.c.action == "patron.edit")).all()
    assert "Durand" not in str(changes)
    assert json.loads(changes[0])["category"] == ["adult", "child"]


def test_what_is_typed_wrong_stays_in_the_form_with_its_reason(boss: Somebody) -> None:
    boss.get("/console/patron/edit?id=amy")
    typed = {"given_name": "", "born": "2999-01-01", "guardian": "nobody", "cards": "04A1B2C3", "family_name": "Durand"}
    told = boss.send("/console/patron/save", **typed)
    for said in ("must not be empty", "still to come", "no such guardian", "belongs to somebody else"):
        assert said in told
    assert boss.form("/console/patron/save").fields["family_name"] == "Durand"


def lived(store: Engine, central: Central) -> None:
    """Amy has borrowed by her card and brought it back; something was wrong with it; she is Bao's guardian."""
    kiosk = Kiosk()
    kiosk.does(made("i1", "card:Bar-20230002", "snow", Decided.OFFLINE))
    kiosk.does(made("i2", "amy", "no-such-item", Decided.OFFLINE), 1)
    kiosk.does(returned("snow"), 5)
    kiosk.does(returned("no-such-item"), 6)
    central.hears(kiosk)
    with writing(store) as connection:
        connection.execute(update(patrons).where(patrons.c.id == "bao").values(guardian="amy"))
        connection.execute(update(patrons).where(patrons.c.id == "amy").values(given_name="Amélie-Unique"))


def everywhere(store: Engine, needle: str) -> set[str]:
    """Tables in which a text stands."""
    found = set()
    with store.connect() as connection:
        for name in audit.metadata.tables:
            if needle in str(connection.execute(text(f'SELECT * FROM "{name}"')).all()):
                found.add(name)
    return found


def test_a_patron_is_told_everything_and_then_forgotten(store: Engine, central: Central, boss: Somebody) -> None:
    lived(store, central)
    boss.get("/console/patron/edit?id=amy")
    answer = boss.post("/console/patron/export", **boss.form("/console/patron/export").fields)
    told = json.loads(answer.text)
    assert told["patron"]["given_name"] == "Amélie-Unique"
    assert told["cards"] == ["Bar-20230002"]
    assert {loan["item"] for loan in told["loans"]} == {"snow", "no-such-item"}
    assert everywhere(store, "Bar-20230002") >= {"cards", "facts"}
    assert "Type the patron" in boss.send("/console/patron/erase", confirm="wei")
    assert "Erased" in boss.send("/console/patron/erase", confirm="amy")
    assert everywhere(store, "Bar-20230002") == set()
    assert everywhere(store, "Amélie-Unique") == set()
    assert everywhere(store, "'amy'") <= {"audit"}
    assert everywhere(store, '"amy"') == set()
    with store.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(loans)) == 2
        assert connection.scalar(select(patrons.c.guardian).where(patrons.c.id == "bao")) is None


def test_whoever_has_books_or_owes_money_is_not_forgotten(store: Engine, central: Central, boss: Somebody) -> None:
    kiosk = Kiosk()
    kiosk.does(made("i1", "amy", "snow"))
    central.hears(kiosk)
    for who in ("amy", "above"):
        boss.get(f"/console/patron/edit?id={who}")
        assert "settle that first" in boss.send("/console/patron/erase", confirm=who)
