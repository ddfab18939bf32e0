"""`kiosk central backup` and `restore`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from kiosk.commands.central_store import complain, database_url
from kiosk.commands.options import add_config


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both to the command line."""
    saving = verbs.add_parser(
        "backup",
        help="write a backup of the database while central runs",
        description="Writes FILE, whole or not at all. SQLite by its online backup; PostgreSQL by pg_dump.",
    )
    add_config(saving)
    saving.add_argument("file", type=Path, metavar="FILE")
    saving.set_defaults(run=_backup)
    restoring = verbs.add_parser(
        "restore",
        help="put a backup in the place of the database; central must not run",
        description="Puts FILE in the place of the database. Stations tell again what it lacks, as far back as they "
        "keep their journal (90 days); what they cannot tell any more becomes an exception.",
    )
    add_config(restoring)
    restoring.add_argument("file", type=Path, metavar="FILE")
    restoring.add_argument("--force", action="store_true", help="although the database holds something")
    restoring.set_defaults(run=_restore)


def _backup(arguments: argparse.Namespace) -> int:
    from kiosk.central.backup import backup

    return _done(arguments, "backup", lambda url: backup(url, arguments.file))


def _restore(arguments: argparse.Namespace) -> int:
    from kiosk.central.backup import restore

    return _done(arguments, "restore", lambda url: restore(url, arguments.file, force=arguments.force))


def _done(arguments: argparse.Namespace, verb: str, does: Callable[[str], None]) -> int:
    from kiosk.central.backup import BackupFailed

    try:
        does(database_url(arguments))
    except BackupFailed as failed:
        return complain(verb, failed)
    return 0
