"""`kiosk fleet command`: orders for stations beside the dashboard's pages: ask, agree, list, stop, let go on.

They are written into the fleet's database; the running fleet signs and says them. Who does it shows that with the
password of an account of the page, and may do here what its roles allow there.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.commands.json_text import json_text
from kiosk.commands.options import add_config, overrides
from kiosk.wire import CommandKind
from kiosk.wire.fields import Json

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from kiosk.fleet.settings import FleetSettings

READING = ("show", "list")
"""Verbs that change nothing."""


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `fleet command` to the command line."""
    parser = verbs.add_parser(
        "command",
        help="order something of stations, agree to it, see what became of it",
        description="Orders for stations. Restart or closing of many, settings and software need a second person.",
    )
    actions = parser.add_subparsers(title="actions", dest="action", required=True, metavar="ACTION")
    asking = _action(actions, "order", "order something", _order)
    asking.add_argument(
        "kind", choices=[kind.value for kind in CommandKind], metavar="KIND", help=", ".join(CommandKind)
    )
    asking.add_argument("stations", nargs="+", metavar="STATION")
    asking.add_argument("--text", action="append", default=[], metavar="LANG=TEXT", help="message: its words")
    asking.add_argument("--for", dest="for_s", type=int, metavar="S", help="message, picture: how long")
    asking.add_argument("--file", type=Path, help="configure: the settings file")
    asking.add_argument("--version", metavar="V", help="configure: how the settings are called")
    asking.add_argument("--url", help="update: where the bundle lies")
    asking.add_argument("--sha256", help="update: of the bundle, as `kiosk bundle make` says it")
    asking.add_argument("--bytes", type=int, help="update: likewise")
    asking.add_argument("--staged", action="store_true", help="one, ten per cent, all (settings and software always)")
    for verb, about in (
        ("agree", "agree to what somebody else ordered"),
        ("withdraw", "take back an order that has not begun"),
        ("stop", "order no further station"),
        ("go-on", "let an order go on that stopped"),
        ("show", "how far it is at each station"),
    ):
        one = _action(actions, verb, about, _show if verb == "show" else _act)
        one.add_argument("order", metavar="ORDER")
        if verb == "show":
            one.add_argument("--json", action="store_true", help="print one JSON object")
    listing = _action(actions, "list", "the last orders", _list)
    listing.add_argument("--json", action="store_true", help="print a JSON array")


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    about: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
    add_config(parser)
    if name not in READING:
        about = "your account of the fleet page; its password is asked for, or read from standard input"
        parser.add_argument("--as", dest="who", default=getpass.getuser(), metavar="NAME", help=about)
    parser.set_defaults(run=lambda arguments: _run(run, arguments))
    return parser


def _run(run: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    from sqlalchemy.exc import DBAPIError

    from kiosk.fleet.accounts import Refused
    from kiosk.fleet.commands.danger import BadOrder
    from kiosk.fleet.store.opening import CannotOpen

    try:
        return run(arguments)
    except (BadOrder, Refused, CannotOpen, OSError) as bad:
        print(f"kiosk fleet command: {bad}", file=sys.stderr)
    except DBAPIError as trouble:
        print(f"kiosk fleet command: the database cannot be used ({trouble.orig}); see database.url", file=sys.stderr)
    return 1


@contextmanager
def _opened(arguments: argparse.Namespace) -> Iterator[Connection]:
    """To look: whoever may read the database may do that."""
    with ExitStack() as held:
        _, engine = _store(arguments, held)
        with engine.connect() as connection:
            yield connection


@contextmanager
def _entered(arguments: argparse.Namespace) -> Iterator[tuple[Connection, str]]:
    """To do something: a transaction for writing, and who has shown to be whom."""
    from kiosk.database.engine import writing
    from kiosk.fleet.accounts import shown_by

    with ExitStack() as held:
        settings, engine = _store(arguments, held)
        who = shown_by(settings, engine, arguments.who, _password(arguments.who), arguments.action)
        with writing(engine) as connection:
            yield connection, who


def _store(arguments: argparse.Namespace, held: ExitStack) -> tuple[FleetSettings, Engine]:
    from kiosk.fleet.settings import FleetSettings
    from kiosk.fleet.store.opening import opened
    from kiosk.settings import load

    settings = load(FleetSettings, arguments.config / "fleet.toml", overrides(arguments))
    return settings, opened(settings.database.url, held)


def _password(who: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"Password of {who}: ")
    return sys.stdin.readline().rstrip("\n")


def _order(arguments: argparse.Namespace) -> int:
    from kiosk.fleet.commands.ordering import ask
    from kiosk.fleet.commands.rollout import Plan

    kind = CommandKind(arguments.kind)
    told = _arguments(arguments)
    with _entered(arguments) as (connection, who):
        plan = Plan() if arguments.staged else None
        found = ask(connection, who, kind, arguments.stations, told, _now(), plan)
    print(f"{found.id}  {'waits for somebody else to agree' if found.needs_two else 'is said when the fleet runs'}")
    return 0


def _arguments(arguments: argparse.Namespace) -> dict[str, Json]:
    """What the kind needs; what is missing is found when the order is checked."""
    from kiosk.fleet.commands.danger import BadOrder

    match CommandKind(arguments.kind):
        case CommandKind.MESSAGE:
            texts = dict(text.partition("=")[::2] for text in arguments.text)
            if not all(texts) or not all(texts.values()):
                raise BadOrder("--text: expected LANG=TEXT, such as en=Closed at noon; without --text it goes away")
            return {"texts": texts, "for_s": arguments.for_s if arguments.for_s is not None else 86_400}
        case CommandKind.PICTURE:
            return {"for_s": arguments.for_s if arguments.for_s is not None else 60}
        case CommandKind.CONFIGURE:
            text = None if arguments.file is None else arguments.file.read_text("utf-8")
            return {"version": arguments.version, "text": text}
        case CommandKind.UPDATE:
            return {"url": arguments.url, "sha256": arguments.sha256, "bytes": arguments.bytes}
        case _:
            return {}


def _act(arguments: argparse.Namespace) -> int:
    from kiosk.fleet.commands.ordering import DEEDS

    with _entered(arguments) as (connection, who):
        found = DEEDS[arguments.action](connection, who, arguments.order, _now())
    print("goes on" if found.state == "going-on" else found.state)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from kiosk.fleet.commands.issuing import results
    from kiosk.fleet.commands.ordering import order

    with _opened(arguments) as connection:
        found, told = order(connection, arguments.order), results(connection, arguments.order)
    if arguments.json:
        stations = [
            {"station": name, "state": state, "reason": why, "at": at.isoformat()} for name, state, why, at in told
        ]
        print(json_text({"order": found.id, "kind": found.kind, "state": found.state, "stations": stations}))
        return 0
    print(f"{found.kind} by {found.asked_by}: {found.state} {found.rollout.why}".rstrip())
    for name, state, why, _ in told:
        print(f"{name}  {state}  {why}".rstrip())
    waiting = len(found.rollout.stations) - len(told)
    if waiting:
        print(f"{waiting} stations have not been ordered yet")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from kiosk.fleet.commands.ordering import newest

    with _opened(arguments) as connection:
        found = newest(connection, 50)
    if arguments.json:
        print(json_text([{"order": one.id, "kind": one.kind, "by": one.asked_by, "state": one.state} for one in found]))
        return 0
    for one in found:
        print(f"{one.id}  {one.asked_at:%Y-%m-%d %H:%M}  {one.kind}  {one.asked_by}  {one.state}")
    return 0


def _now() -> datetime:
    return datetime.now(UTC)
