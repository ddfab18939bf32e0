"""`kiosk fleet`: the operator's side of kiosks and gates."""

from __future__ import annotations

import argparse

from kiosk.commands import fleet_command, fleet_keys


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "fleet", help="order kiosks and gates about", description="The operator's side of kiosks and gates."
    )
    verbs = parser.add_subparsers(title="verbs", dest="verb", required=True, metavar="VERB")
    fleet_keys.register(verbs)
    fleet_command.register(verbs)
