"""`kiosk central`: the central system."""

from __future__ import annotations

import argparse

from kiosk.commands import central_backup, central_keys, central_seed, central_staff
from kiosk.commands.options import add_config, overrides


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = (
        "Runs the central system that DIR/central.toml describes: brings its database up to date, fills an empty one, "
        'listens to the stations and serves its page. Prints one line {"ready": …} when it does.'
    )
    parser = commands.add_parser("central", help="run the central system", description=about)
    add_config(parser, required=False)  # a verb has its own
    parser.set_defaults(run=lambda arguments: run(arguments, parser))
    verbs = parser.add_subparsers(title="verbs", dest="verb", metavar="VERB", description="without one, it runs")
    central_keys.register(verbs)
    central_staff.register(verbs)
    central_backup.register(verbs)
    central_seed.register(verbs)


def run(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Run until SIGTERM. 0: ended in order; 1: could not start."""
    if arguments.config is None:
        parser.error("the following arguments are required: --config")
    from kiosk.central.process import run as run_central
    from kiosk.central.settings import CentralSettings
    from kiosk.settings import load

    return run_central(load(CentralSettings, arguments.config / "central.toml", overrides(arguments)))
