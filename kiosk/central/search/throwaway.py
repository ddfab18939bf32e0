"""An index that is made from catalogue files, asked, and thrown away."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, insert, text

from kiosk.central.catalogue.rows import read_rows
from kiosk.central.search.indexing import enter_all
from kiosk.central.store import open_store
from kiosk.central.store.search_tables import search_entries, search_progress, search_words
from kiosk.central.store.tables import items, metadata, records

TABLES = (records, items, search_entries, search_words, search_progress)


@contextmanager
def index_of(files: Sequence[Path], url: str | None = None) -> Iterator[Connection]:
    """A connection with these files in tables of its own: in a file that goes, or, on PostgreSQL, in temporary ones.

    Raises `SettingsRefused` with every file that cannot be read.
    """
    rows = read_rows(files)
    with tempfile.TemporaryDirectory(prefix="kiosk-search-") as folder:
        engine = open_store(url or f"sqlite:///{folder}/index.sqlite")
        try:
            with engine.connect() as connection, connection.begin():
                if url is not None:
                    connection.execute(text("SET LOCAL search_path TO pg_temp"))
                metadata.create_all(connection, tables=TABLES)
                if rows:
                    connection.execute(insert(records), rows)
                enter_all(connection)
                yield connection
        finally:
            engine.dispose()
