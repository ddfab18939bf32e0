"""`kiosk central keys`: keys of programs that use REST."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from kiosk.commands.central_store import NoStore, complain, opened
from kiosk.commands.json_text import json_text
from kiosk.commands.options import add_config

MOST_DAYS = 3_650


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `central keys` to the command line."""
    keys = verbs.add_parser("keys", help="make, list and revoke keys of programs that use REST")
    actions = keys.add_subparsers(title="actions", dest="action", required=True, metavar="ACTION")
    adding = _action(actions, "add", "make a key and print it: it is never shown again", _add)
    adding.add_argument("name", metavar="NAME", help="whose it is; histories keep this name")
    adding.add_argument("--scopes", required=True, metavar="S,S", help="such as loans:read,holds:write")
    adding.add_argument("--days", type=int, metavar="N", help="it ends after so many days (never)")
    listing = _action(actions, "list", "every key, without its secret", _list)
    listing.add_argument("--json", action="store_true", help="print a JSON array")
    revoking = _action(actions, "revoke", "end a key", _revoke)
    revoking.add_argument("key", metavar="ID", help="as `list` shows it")


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    about: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
    add_config(parser)
    parser.set_defaults(run=lambda arguments: _run(run, arguments))
    return parser


def _run(run: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    try:
        return run(arguments)
    except NoStore as trouble:
        return complain("keys", trouble)


def _add(arguments: argparse.Namespace) -> int:
    from kiosk.central.pages.api.keys import Scope, make
    from kiosk.central.store import writing

    words = [word.strip() for word in arguments.scopes.split(",") if word.strip()]
    wrong = [word for word in words if word not in set(Scope)]
    if wrong or not words:
        return _misused(f"--scopes: expected some of {', '.join(Scope)}, found {', '.join(wrong) or 'none'}")
    if arguments.days is not None and not 1 <= arguments.days <= MOST_DAYS:
        return _misused(f"--days: expected 1 to {MOST_DAYS}, found {arguments.days}")
    if not arguments.name.isprintable() or not 1 <= len(arguments.name) <= 64:
        return _misused("NAME: expected 1 to 64 characters in one line")
    with opened(arguments) as engine, writing(engine) as connection:
        print(make(connection, arguments.name, [Scope(word) for word in words], datetime.now(UTC), arguments.days))
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from kiosk.central.pages.api.keys import every

    with opened(arguments) as engine, engine.connect() as connection:
        found = every(connection)
    told = [
        {
            "id": key.id,
            "name": key.name,
            "scopes": list(key.scopes),
            "made_at": key.made_at.isoformat(),
            "expires_at": None if key.expires_at is None else key.expires_at.isoformat(),
            "revoked_at": None if key.revoked_at is None else key.revoked_at.isoformat(),
        }
        for key in found
    ]
    if arguments.json:
        print(json_text(told))
        return 0
    for one in told:
        ended = f"  revoked {one['revoked_at']}" if one["revoked_at"] else f"  until {one['expires_at'] or 'revoked'}"
        print(f"{one['id']}  {one['name']}  {' '.join(map(str, one['scopes'] or ()))}{ended}")
    return 0


def _revoke(arguments: argparse.Namespace) -> int:
    from kiosk.central.pages.api.keys import revoke
    from kiosk.central.store import writing

    with opened(arguments) as engine, writing(engine) as connection:
        there = revoke(connection, arguments.key, datetime.now(UTC))
    if not there:
        print(f"kiosk central keys: there is no key {arguments.key}; `list` shows them", file=sys.stderr)
    return 0 if there else 1


def _misused(why: str) -> int:
    print(f"kiosk central keys: {why}", file=sys.stderr)
    return 2
