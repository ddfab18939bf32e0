"""Opening the fleet's database, for the page and for the command line."""

from __future__ import annotations

from contextlib import ExitStack

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from kiosk.database.engine import open_store
from kiosk.database.schema import NewerSchema
from kiosk.fleet.store import MIGRATIONS


class CannotOpen(Exception):
    """The database cannot be used; the text says what, where and what to do."""


def opened(url: str, held: ExitStack) -> Engine:
    """The database at this version's schema. Raises `CannotOpen`."""
    try:
        engine = open_store(url)
        held.callback(engine.dispose)
        MIGRATIONS.upgrade(engine)
    except OSError as trouble:
        raise CannotOpen(f"cannot write into the folder of the database: {trouble}; see database.url") from None
    except NewerSchema as newer:
        raise CannotOpen(str(newer)) from None
    except DBAPIError as trouble:
        words = " ".join(str(trouble.orig).split())
        raise CannotOpen(f"cannot use the database ({words}); see database.url in fleet.toml") from None
    return engine
