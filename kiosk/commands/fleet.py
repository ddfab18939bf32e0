"""`kiosk fleet`: the operator's dashboard, and its accounts."""

from __future__ import annotations

import argparse
import sys

from kiosk.commands import fleet_command, fleet_enrol, fleet_keys
from kiosk.commands.options import add_config, overrides


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = (
        "Runs the fleet page that DIR/fleet.toml describes: hears how kiosks and gates are, and shows the worst first. "
        'Prints one line {"ready": …} when it serves.'
    )
    parser = commands.add_parser("fleet", help="run the operator's page of all stations", description=about)
    add_config(parser, required=False)  # a verb has its own
    parser.set_defaults(run=lambda arguments: run(arguments, parser))
    verbs = parser.add_subparsers(title="verbs", dest="verb", metavar="VERB", description="without one, it runs")
    account = verbs.add_parser(
        "account",
        help="make an account, or set its password",
        description="Makes an account for the fleet page, or sets its password. The "
        "password is read from standard input.",
    )
    add_config(account)
    account.add_argument("name", help="1 to 32 of a-z, 0-9, dot, dash and underscore")
    account.add_argument("--full-name", help="as people call them; the name where it is absent")
    account.add_argument("--role", action="append", default=[], help="a role of the table of roles; again for more")
    account.add_argument("--language", choices=("zh", "en"), default="zh", help="of their pages")
    account.set_defaults(run=make_account)
    fleet_keys.register(verbs)
    fleet_command.register(verbs)
    fleet_enrol.register(verbs)


def run(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Run until SIGTERM. 0: ended in order; 1: could not start."""
    if arguments.config is None:
        parser.error("the following arguments are required: --config")
    from kiosk.fleet.process import run as run_fleet
    from kiosk.fleet.settings import FleetSettings
    from kiosk.settings import load

    return run_fleet(load(FleetSettings, arguments.config / "fleet.toml", overrides(arguments)))


def make_account(arguments: argparse.Namespace) -> int:
    """0: made, or its password set; 1: refused."""
    from kiosk.fleet.accounts import Refused, set_account
    from kiosk.fleet.settings import FleetSettings
    from kiosk.model.circulation import Language
    from kiosk.settings import load
    from kiosk.web.staff import Staff

    settings = load(FleetSettings, arguments.config / "fleet.toml", overrides(arguments))
    full_name, language = arguments.full_name or arguments.name, Language(arguments.language)
    who = Staff(arguments.name, full_name, tuple(arguments.role), "", language)
    try:
        made = set_account(settings, who, sys.stdin.readline().rstrip("\n"))
    except Refused as refused:
        print(f"kiosk fleet account: {refused}", file=sys.stderr)
        return 1
    print(f"{arguments.name}: {'made' if made else 'password set'}")
    return 0
