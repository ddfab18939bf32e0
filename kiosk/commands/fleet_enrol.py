"""`kiosk fleet enrol`: codes, revocation and the broker's own certificates, where there is no page at hand."""

from __future__ import annotations

import argparse
import getpass
import sys
from contextlib import ExitStack
from datetime import UTC, datetime

from kiosk.commands.options import add_config, overrides

BROKER_DAYS = 730


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `fleet enrol` to the command line."""
    parser = verbs.add_parser("enrol", help="enrol and revoke stations", description="New stations by one-time codes.")
    actions = parser.add_subparsers(title="actions", dest="action", required=True, metavar="ACTION")
    code = actions.add_parser("code", help="make a code for a new station, or for new hardware of an old one")
    code.add_argument("station")
    code.add_argument("--kind", choices=("kiosk", "gate"), default="kiosk", help="(kiosk)")
    revoke = actions.add_parser("revoke", help="end a station's certificates and codes")
    revoke.add_argument("station")
    users = actions.add_parser(
        "users", help="make key and certificate of the broker, of central and of the fleet in enrolling.folder"
    )
    for action in (code, revoke, users):
        add_config(action)
        action.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0: done; 1: refused."""
    from kiosk.fleet.enrolling.desk import NotPossible
    from kiosk.fleet.process import CannotStart, enrolment_desk
    from kiosk.fleet.settings import FleetSettings
    from kiosk.fleet.store.opening import opened
    from kiosk.settings import load

    settings = load(FleetSettings, arguments.config / "fleet.toml", overrides(arguments))
    now = datetime.now(UTC)
    try:
        with ExitStack() as held:
            desk = enrolment_desk(settings, opened(settings.database.url, held))
            if desk is None:
                raise NotPossible("expected a table [enrolling] in fleet.toml")
            match arguments.action:
                case "code":
                    from kiosk.wire.enrolment import Kind

                    made = desk.open_code(getpass.getuser(), arguments.station, Kind(arguments.kind), now)
                    print(made.shown())
                case "revoke":
                    desk.revoke(getpass.getuser(), arguments.station, now)
                    print(f"{arguments.station} is revoked; have the broker read its files: systemctl reload mosquitto")
                case _:
                    for path in desk.make_users(now, BROKER_DAYS):
                        print(path)
    except (NotPossible, CannotStart, OSError) as bad:
        print(f"kiosk fleet enrol: {bad}", file=sys.stderr)
        return 1
    return 0
