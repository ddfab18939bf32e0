"""`kiosk central`: the central system."""

from __future__ import annotations

import argparse

from kiosk.commands.options import add_config, overrides


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = (
        "Runs the central system that DIR/central.toml describes: brings its database up to date, fills an empty one, "
        'listens to the stations and serves its page. Prints one line {"ready": …} when it does.'
    )
    parser = commands.add_parser("central", help="run the central system", description=about)
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run until SIGTERM. 0: ended in order; 1: could not start."""
    from kiosk.central.process import run as run_central
    from kiosk.central.settings import CentralSettings
    from kiosk.settings import load

    return run_central(load(CentralSettings, arguments.config / "central.toml", overrides(arguments)))
