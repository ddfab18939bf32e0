"""`kiosk central staff`: accounts of the people who work at the console."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from kiosk.commands.central_store import NoStore, complain, opened
from kiosk.commands.json_text import json_text
from kiosk.commands.options import add_config, overrides
from kiosk.model.circulation import Language
from kiosk.words.sentences import CONSOLE_LANGUAGES


class Refused(Exception):
    """What was asked for cannot be done; the text says why and what to do."""


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `central staff` to the command line."""
    staff = verbs.add_parser("staff", help="make, list and disable accounts of the staff console")
    actions = staff.add_subparsers(title="actions", dest="action", required=True, metavar="ACTION")
    adding = _action(actions, "add", "make an account; the password is asked for, or read from standard input", _add)
    adding.add_argument("name", metavar="NAME", help="what they sign in with")
    adding.add_argument("--roles", required=True, metavar="R,R", help="of roles.toml, such as circulation,finance")
    adding.add_argument("--full-name", metavar="TEXT", help="as pages show it (NAME)")
    adding.add_argument("--branch", default="", metavar="BRANCH", help="whose rules hold at their desk")
    adding.add_argument(
        "--language", choices=[each.value for each in CONSOLE_LANGUAGES], default="zh", help="of their pages"
    )
    listing = _action(actions, "list", "every account with its roles", _list)
    listing.add_argument("--json", action="store_true", help="print a JSON array")
    setting = _action(actions, "passwd", "give a new password, and end the sessions under the old one", _passwd)
    setting.add_argument("name", metavar="NAME")
    for verb, about in (("disable", "end an account and its sessions at once"), ("enable", "let it sign in again")):
        _action(actions, verb, about, _switch).add_argument("name", metavar="NAME")


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
    except (NoStore, Refused) as trouble:
        return complain("staff", trouble)


def _add(arguments: argparse.Namespace) -> int:
    from kiosk.central.settings import CentralSettings
    from kiosk.central.store import writing
    from kiosk.settings import load
    from kiosk.web.passwords import BadPassword
    from kiosk.web.staff import BadAccount, Staff, add

    settings = load(CentralSettings, arguments.config / "central.toml", overrides(arguments))
    if settings.console is None:
        raise Refused("central.toml has no [console]: add that table, which may be empty")
    known = settings.console.role_table().names()
    roles = tuple(word.strip() for word in arguments.roles.split(",") if word.strip())
    wrong = [role for role in roles if role not in known]
    if wrong or not roles:
        raise Refused(f"--roles: expected some of {', '.join(known)}, found {', '.join(wrong) or 'none'}")
    full_name, language = arguments.full_name or arguments.name, Language(arguments.language)
    who = Staff(arguments.name, full_name, roles, arguments.branch, language)
    password = _password()
    try:
        with opened(arguments) as engine, writing(engine) as connection:
            add(connection, who, password, _by(), datetime.now(UTC))
    except (BadAccount, BadPassword) as bad:
        raise Refused(str(bad)) from None
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from kiosk.web.staff import every

    with opened(arguments) as engine, engine.connect() as connection:
        found = every(connection)
    if arguments.json:
        told = [
            {
                "name": one.name,
                "full_name": one.full_name,
                "roles": list(one.roles),
                "branch": one.branch,
                "language": one.language.value,
                "disabled": one.is_disabled,
            }
            for one in found
        ]
        print(json_text(told))
        return 0
    for one in found:
        print(f"{one.name}  {one.full_name}  {' '.join(one.roles)}{'  disabled' if one.is_disabled else ''}")
    return 0


def _passwd(arguments: argparse.Namespace) -> int:
    from kiosk.central.store import writing
    from kiosk.web.passwords import BadPassword
    from kiosk.web.staff import set_password

    password = _password()
    try:
        with opened(arguments) as engine, writing(engine) as connection:
            there = set_password(connection, arguments.name, password, _by(), datetime.now(UTC))
    except BadPassword as bad:
        raise Refused(str(bad)) from None
    return _known(arguments.name, there=there)


def _switch(arguments: argparse.Namespace) -> int:
    from kiosk.central.store import writing
    from kiosk.web.staff import set_disabled

    disabled, now = arguments.action == "disable", datetime.now(UTC)
    with opened(arguments) as engine, writing(engine) as connection:
        there = set_disabled(connection, arguments.name, disabled=disabled, by=_by(), now=now)
    return _known(arguments.name, there=there)


def _known(name: str, *, there: bool) -> int:
    if not there:
        raise Refused(f"there is no account {name}; `list` shows them")
    return 0


def _password() -> str:
    """Never on the command line, where every user of the machine could read it."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != first:
        raise Refused("the two passwords differ")
    return first


def _by() -> str:
    """Who the trail names: the user of the machine."""
    return f"command line, uid {os.getuid()}"
