"""Records by MARC on the console: what each broken file gives, both character sets of CNMARC, replacing if asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from pymarc import Field, Indicators, Record, Subfield
from sqlalchemy import Engine, func, select

from kiosk.central.store.tables import records
from tests.central.console.desk import Somebody, somebody, trail

DATA = Path(__file__).parents[2] / "data"
HOSTILE = '<script>alert("x")</script>'


@pytest.fixture
def ann(store: Engine) -> Somebody:
    return somebody(store, "cataloguer", name="ann")


def checks(ann: Somebody, content: bytes, name: str = "new.mrc") -> str:
    ann.get("/console/marc")
    answer = ann.upload("/console/marc/check", ann.form("/console/search").fields, {"file": (name, content)})
    ann.page = answer.text
    return ann.reads


def kept(store: Engine) -> int:
    with store.connect() as connection:
        return connection.scalar(select(func.count()).select_from(records)) or 0


GIVES = {
    "01_good": ("1 new",),
    "03_not_marc": ("0 new", "1 refused", "not MARC"),
    "04_truncated": ("0 new", "1 refused", "ends early"),
    "05_length_too_big": ("0 new", "1 refused", "99999"),
    "06_length_zero": ("0 new", "1 refused", "length is wrong"),
    "07_base_zero": ("0 new", "1 refused", "base address"),
    "08_no_terminator": ("0 new", "1 refused", "has no end"),
    "09_bom": ("1 new", "1 warnings", "byte order mark"),
    "10_newline_between": ("3 new",),
    "11_bad_then_good": ("2 new", "1 refused"),
    "12_truncated_then_good": ("1 new", "1 refused"),
    "13_invalid_utf8": ("0 new", "1 refused", "not UTF-8"),
    "14_marc8_leader": ("1 new", "1 warnings", "Calls itself MARC-8"),
    "15_no_245": ("0 new", "1 refused", "no title"),
    "16_duplicate": ("1 new", "1 twice in the file"),
    "17_two_isbns_bad_check": ("1 new", "wrong check digit"),
}
"""What `tests/data/broken_marc/README.md` says of each."""


def test_each_broken_file_gives_what_it_should_and_nothing_is_written(store: Engine, ann: Somebody) -> None:
    for name, expected in GIVES.items():
        told = checks(ann, (DATA / "broken_marc" / f"{name}.mrc").read_bytes())
        for said in expected:
            assert said in told, (name, said, told)
    assert kept(store) == 0


def test_both_character_sets_of_cnmarc_give_the_same_rows(store: Engine, ann: Somebody) -> None:
    utf8 = checks(ann, (DATA / "cnmarc_derived_200_utf8.iso").read_bytes())
    assert "200 new" in utf8
    assert "200 records imported, 0 replaced" in ann.send("/console/marc/confirm", decision="import")
    query = select(records.c.title, records.c.author, records.c.isbn, records.c.call_number)
    with store.connect() as connection:
        before = connection.execute(query.order_by(records.c.control_number)).all()
    told = checks(ann, (DATA / "cnmarc_derived_200_gb18030.iso").read_bytes())
    assert "0 new" in told
    assert "200 there already, and different" in told
    told = ann.send("/console/marc/confirm", decision="import", replace="yes")
    assert "0 records imported, 200 replaced" in told
    with store.connect() as connection:
        assert connection.execute(query.order_by(records.c.control_number)).all() == before
    deeds = [action for _, action, _ in trail(store)]
    entered = ["record.import", "record-import.write"]
    assert deeds == [*entered, *["record.replace"] * 200, *entered]


def test_a_record_that_is_there_is_replaced_only_if_somebody_says_so(store: Engine, ann: Somebody) -> None:
    for title, replaces, stands in (("One", "", "One"), ("Two", "", "One"), ("Three", "yes", "Three")):
        checks(ann, record(title))
        ann.send("/console/marc/confirm", decision="import", replace=replaces)
        with store.connect() as connection:
            assert connection.scalar(select(records.c.title)) == stands
    assert "1 there already, the same" in checks(ann, record("Three"))


def record(title: str) -> bytes:
    made = Record(force_utf8=True)
    title_of = Field(tag="245", indicators=Indicators("0", "0"), subfields=[Subfield("a", title)])
    made.add_field(Field(tag="001", data="rec-1"), title_of)  # type: ignore[no-untyped-call]
    content: bytes = made.as_marc()
    return content


def test_script_in_a_record_is_shown_as_text(store: Engine, ann: Somebody) -> None:
    checks(ann, record(HOSTILE), name=HOSTILE)
    assert "<script>" not in ann.page
    assert ann.page.count("&lt;script&gt;") == 2


def test_a_file_is_imported_once_by_who_checked_it_and_by_its_own_page(store: Engine, ann: Somebody) -> None:
    checks(ann, record("One"))
    fields = {**ann.form("/console/marc/confirm").fields, "decision": "import"}
    boss = somebody(store, "director", name="boss")
    csrf = boss.get("/console/").text.partition('name="csrf" value="')[2].partition('"')[0]
    assert boss.post("/console/marc/confirm", **{**fields, "csrf": csrf}).status_code == 404
    assert ann.post("/console/marc/confirm", **fields).status_code == 303
    assert ann.post("/console/marc/confirm", **fields).status_code == 404
    assert kept(store) == 1


def test_the_page_for_patrons_takes_no_file_of_records(store: Engine) -> None:
    boss = somebody(store, "director", name="boss")
    checks(boss, record("One"))
    fields = {**boss.form("/console/marc/confirm").fields, "decision": "import"}
    assert boss.post("/console/import/confirm", **fields).status_code == 404
    assert boss.post("/console/marc/confirm", **fields).status_code == 303
