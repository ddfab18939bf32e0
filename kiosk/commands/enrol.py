"""`kiosk enrol`: this machine becomes a station, by a one-time code from the fleet page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "enrol",
        help="make this machine a station, by a code from the fleet page",
        description="Makes a key, has the fleet sign a certificate for it, and writes key, certificate, the authority "
        "and the fleet's key into DIR; kiosk.toml or gate.toml too where there is none. The code is good once.",
    )
    parser.add_argument("url", metavar="URL", help="the fleet page, such as https://fleet.example")
    parser.add_argument("code", metavar="CODE", help="twenty letters and digits, dashes or not")
    parser.add_argument("--config", type=Path, required=True, metavar="DIR", help="the folder of the settings")
    parser.add_argument(
        "--owner", metavar="USER", help="who may read the key; as root, the unit's user where there is one"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Say what was written and what comes next; 1 where the machine is as it was."""
    from kiosk.technician.enrolling import NotEnrolled, enrol
    from kiosk.wire.enrolment import BadEnrolment, Code

    try:
        done = enrol(arguments.url, Code.read(arguments.code), arguments.config, arguments.owner)
    except (BadEnrolment, NotEnrolled, LookupError) as bad:
        print(f"kiosk enrol: {bad}", file=sys.stderr)
        return 1
    print(f"this machine is {done.enrolled.kind} {done.enrolled.station} of {done.enrolled.site}")
    if done.by_hand:
        print(f"put into {done.settings}, in place of the tables of these names:\n\n{done.by_hand}")
    else:
        print(f"{done.settings} is written; what is plugged in says `kiosk doctor --config {arguments.config}`")
    return 0
