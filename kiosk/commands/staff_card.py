"""`kiosk staff-card NAME CARD`: a line for the file of staff cards. The PIN is asked for and never shown."""

from __future__ import annotations

import argparse
import getpass
import sys

from drivers.errors import BadSetting

LONGEST_LINE = 64


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = (
        "Prints the line that gives the card CARD the staff mode, for the file that staff_file in kiosk.toml names. "
        "The PIN (4 to 12 digits) is asked for, or read from standard input where that is no terminal."
    )
    parser = commands.add_parser("staff-card", help="make a staff card for the kiosks", description=about)
    parser.add_argument("name", metavar="NAME", help="what the journal calls the card: 1 to 32 of a-z, 0-9 and -")
    parser.add_argument("card", metavar="CARD", help="what the reader or scanner reads off the card")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the line; 1 where something of it cannot be."""
    from kiosk.station.staff_cards import staff_card

    pin = getpass.getpass("PIN: ") if sys.stdin.isatty() else sys.stdin.readline(LONGEST_LINE).strip()
    try:
        print(staff_card(arguments.name, arguments.card, pin).line())
    except BadSetting as bad:
        print(f"kiosk staff-card: {bad}", file=sys.stderr)
        return 1
    return 0
