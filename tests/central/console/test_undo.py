"""Copies that come with records, and taking an import back: what nobody has touched since goes, the rest stays."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pymarc import Field, Indicators, Record, Subfield
from sqlalchemy import Engine, insert, select, update

from kiosk.central.store import writing
from kiosk.central.store.import_tables import imported_rows
from kiosk.central.store.search_tables import search_entries
from kiosk.central.store.tables import holds, items, patrons, records
from tests.central.console.desk import Somebody, somebody, trail

NONE = Indicators(" ", " ")
HOSTILE = '<script>alert("x")</script>'


@pytest.fixture
def ann(store: Engine) -> Somebody:
    return somebody(store, "cataloguer", name="ann")


def record(number: str, title: str, *copies: Field) -> bytes:
    made = Record(force_utf8=True)
    title_of = Field(tag="245", indicators=Indicators("0", "0"), subfields=[Subfield("a", title)])
    made.add_field(Field(tag="001", data=number), title_of, *copies)  # type: ignore[no-untyped-call]
    content: bytes = made.as_marc()
    return content


def of_852(number: str, branch: str = "east", shelved: str = "TP39") -> Field:
    told = [Subfield("b", branch), Subfield("h", shelved), Subfield("i", "W36"), Subfield("p", number)]
    return Field(tag="852", indicators=NONE, subfields=told)


def of_905(*numbers: str) -> Field:
    told = [
        Subfield("a", "DLC"),
        *(Subfield("b", number) for number in numbers),
        Subfield("d", "I247"),
        Subfield("e", "8"),
    ]
    return Field(tag="905", indicators=NONE, subfields=told)


def checks(ann: Somebody, page: str, content: bytes, name: str = "new.mrc") -> str:
    ann.get(page)
    answer = ann.upload(f"{page}/check", ann.form("/console/search").fields, {"file": (name, content)})
    ann.page = answer.text
    return ann.reads


def imports(ann: Somebody, content: bytes, **choices: str) -> str:
    checks(ann, "/console/marc", content)
    told = {"copies": "yes", "loan_class": "book", "branch": "", **choices}
    return ann.send("/console/marc/confirm", decision="import", **told)


def copies(store: Engine) -> list[tuple[str, str, str, str]]:
    query = select(items.c.id, items.c.control_number, items.c.call_number, items.c.branch)
    with store.connect() as connection:
        mine = connection.execute(query.where(items.c.control_number.like("rec-%")).order_by(items.c.id))
        return [(row.id, row.control_number, row.call_number, row.branch) for row in mine]


TWO = record("rec-1", "One", of_852("C1"), of_852("C2", "moon", "TP40")) + record("rec-2", "Two", of_905("D1", "D2"))


def test_copies_come_with_their_records_where_somebody_wants_them(store: Engine, ann: Somebody) -> None:
    told = checks(ann, "/console/marc", TWO)
    assert "2 new" in told
    assert "4 new copies" in told
    assert "TP40 W36" in told
    assert copies(store) == []
    assert "2 records imported, 0 replaced, 4 copies" in imports(ann, TWO, branch="nowhere")
    assert copies(store) == [
        ("C1", "rec-1", "", ""),
        ("C2", "rec-1", "TP40 W36", ""),
        ("D1", "rec-2", "I247/8", ""),
        ("D2", "rec-2", "I247/8", ""),
    ]
    assert "4 copies there already" in checks(ann, "/console/marc", TWO)
    assert "/console/marc/confirm" not in ann.page


def test_without_the_tick_no_copy_comes_and_a_later_file_brings_them(store: Engine, ann: Somebody) -> None:
    assert "2 records imported, 0 replaced, 0 copies" in imports(ann, TWO, copies="")
    assert copies(store) == []
    assert "0 records imported, 0 replaced, 4 copies" in imports(ann, TWO)


def test_copies_that_cannot_be_taken_are_named_and_the_others_come(store: Engine, ann: Somebody) -> None:
    odd = record(
        "rec-3", "Three", of_852("C 9"), of_852("x" * 65), of_852("E1"), of_852("E1"), of_852("snow"), of_852(HOSTILE)
    )
    told = checks(ann, "/console/marc", odd)
    assert "2 new copies" in told
    assert "This is no number for a copy" in told
    assert "This copy was there before" in told
    assert "There is a copy of this number, of another record" in told
    assert "<script>" not in ann.page
    imports(ann, odd)
    assert [number for number, *_ in copies(store)] == [HOSTILE, "E1"]


def made(ann: Somebody, number: str = "IR-2026-0001", page: str = "/console/marc/made") -> str:
    ann.get(f"{page}?number={number.replace('2026', str(datetime.now(UTC).year))}")
    return ann.reads


def test_an_import_is_taken_back_as_far_as_nobody_has_touched_it(store: Engine, ann: Somebody) -> None:
    imports(ann, TWO)
    with writing(store) as connection:
        connection.execute(update(items).where(items.c.id == "D1").values(price_cents=900))
    told = made(ann)
    assert "1 records go" in told
    assert "3 copies go" in told
    assert "2 stay" in told
    assert "was changed since" in told
    assert "has been used since" in told  # rec-2 has a copy that stays
    assert len(copies(store)) == 4
    assert "Taken back: 4 undone, 2 stay" in ann.send("/console/marc/undo", reason="wrong file")
    assert [number for number, *_ in copies(store)] == ["D1"]
    with store.connect() as connection:
        assert connection.scalars(
            select(records.c.control_number).where(records.c.control_number.like("rec-%"))
        ).all() == ["rec-2"]
        found = select(search_entries.c.control_number).where(search_entries.c.control_number == "rec-1")
        assert connection.scalars(found).all() == []
        assert connection.scalars(select(imported_rows.c.subject)).all() == []
    assert [action for _, action, _ in trail(store)][-2:] == ["record-import.write", "record-import.undo"]
    assert "/console/marc/undo" not in ann.page


def test_taking_back_needs_a_reason_and_a_page_that_is_not_stale(store: Engine, ann: Somebody) -> None:
    imports(ann, TWO)
    made(ann)
    form = ann.form("/console/marc/undo").fields
    assert ann.post("/console/marc/undo", **{**form, "reason": " "}).status_code == 422
    with writing(store) as connection:
        hold = {"id": "h9", "patron": "wei", "item": "C1", "state": "waiting", "placed_at": datetime.now(UTC)}
        connection.execute(insert(holds).values(hold))
    stale = ann.post("/console/marc/undo", **{**form, "reason": "wrong file"})
    assert stale.status_code == 422
    assert 'value="wrong file"' in stale.text
    assert len(copies(store)) == 4
    ann.page = stale.text
    assert "2 stay" in ann.send("/console/marc/undo", reason="wrong file")
    assert [number for number, *_ in copies(store)] == ["C1"]
    again = ann.post("/console/marc/undo", **{**form, "reason": "once more"})
    assert again.status_code == 422


def test_a_replaced_record_comes_back_as_it_was(store: Engine, ann: Somebody) -> None:
    imports(ann, record("rec-1", "Before"))
    imports(ann, record("rec-1", "After"), replace="yes")
    with store.connect() as connection:
        assert connection.scalar(select(records.c.title).where(records.c.control_number == "rec-1")) == "After"
    assert "has been used since" not in made(ann, "IR-2026-0002")
    ann.send("/console/marc/undo", reason="the old one was better")
    with store.connect() as connection:
        assert connection.scalar(select(records.c.title).where(records.c.control_number == "rec-1")) == "Before"


def test_patrons_go_again_but_not_who_has_borrowed_or_was_changed(store: Engine) -> None:
    boss = somebody(store, "director", name="boss")
    lines = ["id,given_name,category,cards", "N1,Ann,adult,CARD-N1", "N2,Bob,adult,", "N3,Eve,adult,", "wei,Wei,adult,"]
    checks(boss, "/console/import", "\n".join(lines).encode(), "new.csv")
    boss.send("/console/import/confirm", decision="import")
    with writing(store) as connection:
        connection.execute(update(patrons).where(patrons.c.id == "N2").values(category="child"))
        hold = {"id": "h9", "patron": "N3", "item": "snow", "state": "waiting", "placed_at": datetime.now(UTC)}
        connection.execute(insert(holds).values(hold))
    told = made(boss, "IP-2026-0001", "/console/import/made")
    assert "1 patrons go" in told
    assert "2 stay" in told
    boss.send("/console/import/undo", reason="wrong term")
    with store.connect() as connection:
        there = set(connection.scalars(select(patrons.c.id).where(patrons.c.id.in_(["N1", "N2", "N3", "wei"]))))
    assert there == {"N2", "N3", "wei"}


def test_each_page_takes_back_its_own_kind_alone(store: Engine, ann: Somebody) -> None:
    boss = somebody(store, "director", name="boss")
    imports(ann, TWO)
    made(ann)
    form = ann.form("/console/marc/undo").fields
    csrf = boss.get("/console/").text.partition('name="csrf" value="')[2].partition('"')[0]
    assert boss.post("/console/import/undo", **{**form, "csrf": csrf, "reason": "x"}).status_code == 404
    number = f"IR-{datetime.now(UTC).year}-0001"
    assert boss.get(f"/console/import/made?number={number}").status_code == 404
    assert len(copies(store)) == 4
