"""The database that a configuration names, for commands beside a running central."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from kiosk.commands.options import overrides


class NoStore(Exception):
    """The database cannot be used; the text says why and what to do."""


def database_url(arguments: argparse.Namespace) -> str:
    """Of `DIR/central.toml`. Raises `SettingsRefused`."""
    from kiosk.central.settings import CentralSettings
    from kiosk.settings import load

    return load(CentralSettings, arguments.config / "central.toml", overrides(arguments)).database.url


@contextmanager
def opened(arguments: argparse.Namespace) -> Iterator[Engine]:
    """The store at this version's schema, not while it is being restored. Raises `NoStore`."""
    from kiosk.central.store import NewerSchema, open_store, upgrade
    from kiosk.central.store.running import InUse, working_on

    engine = open_store(database_url(arguments))
    try:
        with working_on(engine, alone=False):
            upgrade(engine)
            yield engine
    except InUse:
        raise NoStore("the database is being restored; try again when that is done") from None
    except NewerSchema as newer:
        raise NoStore(str(newer)) from None
    except (DBAPIError, OSError) as trouble:
        said = str(trouble.orig) if isinstance(trouble, DBAPIError) else str(trouble)
        words = " ".join(said.split())
        raise NoStore(f"the database cannot be used ({words}); see database.url in central.toml") from None
    finally:
        engine.dispose()


def complain(command: str, trouble: Exception) -> int:
    """Say it on standard error; the exit code."""
    print(f"kiosk central {command}: {trouble}", file=sys.stderr)
    return 1
