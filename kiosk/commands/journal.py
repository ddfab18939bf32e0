"""`kiosk journal`: what happened at this kiosk, and whether the file holds what it promises."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kiosk.commands.json_text import json_text
from kiosk.ledger import LedgerFile, LedgerRefused, Problem, StorageFailure, as_object
from kiosk.ledger import verify as problems_of
from kiosk.settings import load
from kiosk.station.settings import KioskSettings, LedgerSettings

DEFAULT_PATH = LedgerSettings().path


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `journal show` and `journal verify` to the command line."""
    journal = commands.add_parser("journal", help="what happened at this kiosk, and whether the file is sound")
    actions = journal.add_subparsers(dest="journal_command", required=True, metavar="COMMAND")
    show = actions.add_parser(
        "show",
        help="what happened, row by row",
        description="Prints journal rows, oldest first. Reads beside a running kiosk.",
    )
    _add_place(show)
    show.add_argument("--since", type=int, default=0, metavar="N", help="only rows with a number above N")
    show.add_argument("--patrons", action="store_true", help="print patron identifiers too; keep the output safe")
    show.set_defaults(run=run_show)
    verify = actions.add_parser(
        "verify",
        help="check that the file is sound and every step of a loan in order",
        description="Checks the file itself, the numbering of facts and the order of every loan and return. "
        "Exit code 0 when all is well, 1 when there are problems. The file is not changed.",
    )
    _add_place(verify)
    verify.set_defaults(run=run_verify)


def run_show(arguments: argparse.Namespace) -> int:
    """Print rows; 1 where the file cannot be read."""
    path = _path(arguments)
    if path is None:
        return 2
    try:
        with LedgerFile(path) as ledger:
            rows = ledger.rows(arguments.since)
            epoch, waiting = ledger.epoch(), ledger.unacknowledged()
    except (LedgerRefused, StorageFailure, ValueError) as failure:
        return _failed("show", path, failure, _where_from(arguments))
    told = [as_object(stored, patrons=arguments.patrons) for stored in rows]
    if arguments.json:
        document = {"ledger": str(path), "epoch": epoch, "unacknowledged": waiting, "rows": told}
        print(json_text(document))
        return 0
    for stored, row in zip(rows, told, strict=True):
        rest = " ".join(f"{key}={value}" for key, value in row.items() if key not in ("id", "tx", "at", "kind", "boot"))
        print(f"{stored.id:>6}  {stored.at:%Y-%m-%d %H:%M:%S}  {stored.row.kind:<18} {rest}")
    print(f"{len(rows)} rows; central has not acknowledged {waiting} facts")
    return 0


def run_verify(arguments: argparse.Namespace) -> int:
    """Print problems; 1 when there are any. A file that cannot be read is one."""
    path = _path(arguments)
    if path is None:
        return 2
    try:
        problems = problems_of(path)
    except LedgerRefused as refused:
        problems = [Problem(None, f"{refused}{_where_from(arguments)}")]
    except StorageFailure as failure:
        problems = [Problem(None, f"{path}: cannot be read: {failure}")]
    if arguments.json:
        told = [{"row": problem.row, "what": problem.what} for problem in problems]
        print(json_text({"ledger": str(path), "problems": told}))
    else:
        for problem in problems:
            print(problem)
        if not problems:
            print(f"{path}: no problem found")
    return 1 if problems else 0


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path", type=Path, nargs="?", metavar="PATH", help=f"the ledger file; {DEFAULT_PATH} where neither is given"
    )
    parser.add_argument("--config", type=Path, metavar="DIR", help="take the path from DIR/kiosk.toml")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _path(arguments: argparse.Namespace) -> Path | None:
    """The ledger that is meant; None, and a word to the user, where it is said twice."""
    path: Path | None = arguments.path
    config: Path | None = arguments.config
    if path is not None and config is not None:
        print("kiosk journal: give the ledger's PATH or --config DIR, one of them", file=sys.stderr)
        return None
    if config is None:
        return DEFAULT_PATH if path is None else path
    return load(KioskSettings, config / "kiosk.toml").ledger.path


def _where_from(arguments: argparse.Namespace) -> str:
    """Why this file was looked at, where the user did not name it."""
    if arguments.config is not None:
        return f" (the path is from {arguments.config / 'kiosk.toml'})"
    return "" if arguments.path is not None else " (a kiosk's own place; give PATH or --config DIR for another)"


def _failed(command: str, path: Path, failure: Exception, where_from: str) -> int:
    text = str(failure) if isinstance(failure, LedgerRefused) else f"{path}: cannot be read: {failure}"
    print(f"kiosk journal {command}: {text}{where_from}", file=sys.stderr)
    return 1
