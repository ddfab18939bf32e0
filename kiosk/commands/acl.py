"""`kiosk acl`: what the broker lets each station do, as a file for mosquitto."""

from __future__ import annotations

import argparse
import sys

from kiosk.wire.acl import STATIONS, User, acl


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    command = commands.add_parser(
        "acl", help="what the broker lets each station do", description="Print an ACL file for mosquitto (acl_file)."
    )
    command.add_argument("--site", required=True, help="the library's name in topics")
    command.add_argument("--central", default="central", metavar="USER", help="central's user at the broker")
    command.add_argument("--fleet", metavar="USER", help="the dashboard's user at the broker, where there is one")
    command.add_argument("--sensors", metavar="USER", help="the user of environment sensors, where there are some")
    command.add_argument("--home", metavar="USER", help="Home Assistant's user: hears, says nothing")
    for user in STATIONS:
        command.add_argument(
            f"--{user.value}", action="append", default=[], metavar="STATION", help="a station, which is its user too"
        )
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print it; 1 for a name that no topic can carry, or that stands twice."""
    names = [(arguments.central, User.CENTRAL)]
    if arguments.fleet is not None:
        names.append((arguments.fleet, User.FLEET))
    if arguments.sensors is not None:
        names.append((arguments.sensors, User.SENSORS))
    if arguments.home is not None:
        names.append((arguments.home, User.HOME))
    names += [(name, user) for user in STATIONS for name in getattr(arguments, user.value)]
    if len(dict(names)) < len(names):
        print("kiosk acl: expected each user once", file=sys.stderr)
        return 1
    try:
        sys.stdout.write(acl(arguments.site, dict(names)))
    except ValueError as bad:
        print(f"kiosk acl: {bad}", file=sys.stderr)
        return 1
    return 0
