"""The schema: migrations and `tables.py` say the same on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, inspect, text

from kiosk.central.store import NewerSchema, gate_tables, open_store, upgrade, writing
from kiosk.central.store.console_tables import audit
from kiosk.central.store.search_tables import search_entries

assert gate_tables.gate_alarms.metadata is audit.metadata
metadata = audit.metadata
"""With the tables of the console, of gates and of the search, which lie in files of their own."""
assert search_entries.metadata is metadata


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engine]:
    engine = open_store(empty_url)
    yield engine
    engine.dispose()


def _plain(index: Mapping[str, object]) -> dict[str, object]:
    """With the condition of a partial index as its text."""
    options = index.get("dialect_options")
    told = {name: str(value) for name, value in options.items()} if isinstance(options, dict) else options
    return {**index, "dialect_options": told}


def described(engine: Engine) -> dict[str, object]:
    """Every table as the database itself describes it."""
    of = inspect(engine)
    return {
        name: (
            [(str(column["type"]), {**column, "type": None}) for column in of.get_columns(name)],
            of.get_pk_constraint(name),
            sorted((_plain(index) for index in of.get_indexes(name)), key=lambda index: str(index["name"])),
            of.get_unique_constraints(name),
        )
        for name in metadata.tables
    }


def test_the_migrations_make_what_the_tables_say(empty: Engine) -> None:
    upgrade(empty)
    by_migrations = described(empty)
    metadata.drop_all(empty)
    metadata.create_all(empty)
    assert by_migrations == described(empty)


def test_a_second_start_changes_nothing(empty: Engine) -> None:
    upgrade(empty)
    tables = inspect(empty).get_table_names()
    upgrade(empty)
    assert inspect(empty).get_table_names() == tables


def test_two_processes_may_start_at_once(empty: Engine, empty_url: str) -> None:
    def start(_: int) -> None:
        engine = open_store(empty_url)
        upgrade(engine)
        engine.dispose()

    with ThreadPoolExecutor(4) as starters:
        assert list(starters.map(start, range(4))) == [None] * 4


def test_a_schema_of_a_later_version_is_left_alone(empty: Engine) -> None:
    upgrade(empty)
    with writing(empty) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerSchema, match="9999"):
        upgrade(empty)
