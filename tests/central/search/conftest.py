"""The 1,200 records of the Library of Congress in a throw-away index, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from kiosk.central.search.throwaway import index_of
from tests.central.conftest import Postgres

DATA = Path("tests/data")
FILES = (DATA / "loc_chinese_600.mrc", DATA / "loc_mixed_600.mrc")


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def index(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """The index on each database."""
    url = None
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.new_database()
    with index_of(FILES, url) as connection:
        yield connection


@pytest.fixture(scope="session")
def embedded() -> Iterator[Connection]:
    """The index on SQLite alone."""
    with index_of(FILES) as connection:
        yield connection
