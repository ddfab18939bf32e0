"""Filling an empty database: all of the files or nothing, and every fault with its place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from kiosk.central.seeding import seed
from kiosk.central.settings import CentralSettings
from kiosk.central.store import open_store
from kiosk.central.store.tables import cards, items, loans, patrons, records
from kiosk.settings import SettingsRefused, load
from tests.central.library import MONDAY
from tests.central.running import DEMO

BROKEN = Path(__file__).resolve().parents[1] / "data" / "broken_marc"
TABLES = {"records": records, "items": items, "patrons": patrons, "cards": cards, "loans": loans}


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    opened = open_store(url)
    yield opened
    opened.dispose()


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {name: connection.scalar(select(func.count()).select_from(table)) or 0 for name, table in TABLES.items()}


def settings(folder: Path, seeds: str, **files: str) -> CentralSettings:
    for name, content in files.items():
        (folder / f"{name}.toml").write_text(content, encoding="utf-8")
    (folder / "central.toml").write_text(
        f'site = "main"\n[seed]\n{seeds}\n[[rules.line]]\ncategory = "adult"\nloan_period.n = 28\n', encoding="utf-8"
    )
    return load(CentralSettings, folder / "central.toml")


ITEMS = '[[item]]\nid = "b1"\nloan_class = "book"\ntitle = "Snow"\n'
PATRONS = '[[patron]]\nid = "p1"\ngiven_name = "Wei"\ncategory = "adult"\ncards = ["04a1", "20230001"]\n'
LOANS = '[[loan]]\npatron = "p1"\nitem = "b1"\n'
ALL = 'items = "items.toml"\npatrons = "patrons.toml"\nloans = "loans.toml"'


def test_the_demo_s_library(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "loans.toml").write_text('[[loan]]\npatron = "P001"\nitem = "35555000012346"\n')
    demo = load(CentralSettings, DEMO / "central.toml", {"seed.loans": str(tmp_path / "loans.toml")})
    assert seed(engine, demo, MONDAY)
    told = counts(engine)
    assert told["records"] == 248
    assert told["items"] >= 20
    assert (told["patrons"], told["loans"]) == (5, 1)
    with engine.connect() as connection:
        (loan,) = connection.execute(select(loans))
    assert (loan.patron, loan.made_at, loan.due) == ("P001", MONDAY, datetime(2026, 12, 21, 15, 59, tzinfo=UTC))


def test_cards_are_kept_as_they_are_compared(engine: Engine, tmp_path: Path) -> None:
    seed(engine, settings(tmp_path, ALL, items=ITEMS, patrons=PATRONS, loans=LOANS), MONDAY)
    with engine.connect() as connection:
        assert sorted(connection.scalars(select(cards.c.token))) == ["04A1", "20230001"]


def test_a_database_that_holds_something_is_left_alone(engine: Engine, tmp_path: Path) -> None:
    assert seed(engine, settings(tmp_path, 'items = "items.toml"', items=ITEMS), MONDAY)
    before = counts(engine)
    assert not seed(engine, settings(tmp_path, ALL, items=ITEMS, patrons=PATRONS, loans="broken ="), MONDAY)
    assert counts(engine) == before


def test_without_files_nothing_is_seeded(engine: Engine, tmp_path: Path) -> None:
    assert not seed(engine, settings(tmp_path, ""), MONDAY)


FAULTS = [
    ({"items": '[[item]]\nid = "b1"\nloan_class = "book"\n'}, "item.1: expected a control_number or a title"),
    ({"items": ITEMS + "colour = 1\n"}, "item.1.colour: expected a known key"),
    ({"items": ITEMS + ITEMS}, "item.2.id: expected id that stands once (item.1 has it)"),
    ({"items": ITEMS + 'control_number = "n9"\n'}, "item.1.control_number: expected one of the catalogue files"),
    ({"items": ITEMS + 'held_for = "p9"\n'}, "item.1.held_for: expected a patron's id"),
    ({"patrons": PATRONS + PATRONS.replace("p1", "p2")}, "patron.2.cards: expected a card that no other patron has"),
    ({"patrons": PATRONS + 'expires = "soon"\n'}, "patron.1.expires: expected a date"),
    ({"patrons": PATRONS + "debt_cents = -1\n"}, "patron.1.debt_cents: expected a number from 0"),
    ({"patrons": PATRONS.replace("04a1", " ")}, "patron.1.cards.1: expected 1 to 128 characters"),
    ({"items": ITEMS.replace("b1", "b" * 65)}, "item.1.id: expected 1 to 64 characters"),
    ({"patrons": PATRONS + 'language = "fr"\n'}, "patron.1.language: expected"),
    ({"patrons": PATRONS.replace("adult", "child")}, "loan.1: expected a rule with loan_period for it"),
    ({"loans": LOANS.replace("p1", "p9")}, "loan.1.patron: expected a patron's id"),
    ({"loans": LOANS.replace("b1", "b9")}, "loan.1.item: expected an item's id"),
    ({"loans": LOANS + LOANS}, "loan.2.item: expected item that stands once"),
    ({"loans": "[[loan"}, "loans.toml: expected TOML"),
]


@pytest.mark.parametrize(("files", "fault"), FAULTS, ids=[fault for _, fault in FAULTS])
def test_every_fault_has_its_place_and_nothing_is_filled(
    engine: Engine, tmp_path: Path, files: dict[str, str], fault: str
) -> None:
    wanted = settings(tmp_path, ALL, **({"items": ITEMS, "patrons": PATRONS, "loans": LOANS} | files))
    with pytest.raises(SettingsRefused) as refused:
        seed(engine, wanted, MONDAY)
    assert fault in str(refused.value)
    assert set(counts(engine).values()) == {0}


def test_faults_of_all_files_are_told_at_once(engine: Engine, tmp_path: Path) -> None:
    wanted = settings(tmp_path, ALL, items="x = 1", patrons="y = 1", loans="z = 1")
    with pytest.raises(SettingsRefused) as refused:
        seed(engine, wanted, MONDAY)
    assert [Path(fault.file).name for fault in refused.value.faults] == ["items.toml", "patrons.toml", "loans.toml"]


@pytest.mark.parametrize("name", ["03_not_marc", "04_truncated", "13_invalid_utf8"])
def test_a_catalogue_without_one_good_record_is_a_fault(engine: Engine, tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsRefused, match="not one good record"):
        seed(engine, settings(tmp_path, f'catalogue = ["{BROKEN / name}.mrc"]'), MONDAY)


def test_a_broken_record_costs_only_itself(engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    seed(engine, settings(tmp_path, f'catalogue = ["{BROKEN / "11_bad_then_good"}.mrc"]'), MONDAY)
    assert counts(engine)["records"] == 2
    assert "11_bad_then_good.mrc: record 1 at byte 0: refused" in caplog.text


def test_a_missing_catalogue_is_a_fault(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match=r"nowhere\.mrc: expected a readable file"):
        seed(engine, settings(tmp_path, 'catalogue = ["nowhere.mrc"]'), MONDAY)
