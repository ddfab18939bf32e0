"""The console's pages are tried on SQLite; on PostgreSQL every page is walked by three roles (`test_access`), and what
is written in SQL of its own is tried on both where it stands, in the folder above."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.central.store import open_store, upgrade
from tests.central.conftest import Postgres


@pytest.fixture(params=["sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with the schema and no row; a test may ask for `postgresql` by name."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'central.sqlite'}"
        engine = open_store(url)
        upgrade(engine)
        engine.dispose()
        return url
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database(request.getfixturevalue("postgres_template"))
