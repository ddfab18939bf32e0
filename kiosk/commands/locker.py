"""`kiosk locker`: lockers and smart shelves."""

from __future__ import annotations

import argparse

from kiosk.commands.options import add_config, overrides


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = (
        "Runs the compartments that DIR/locker.toml describes: a patron's card opens the doors behind which something "
        "is set aside for them; what is taken is lent, what is left is returned. "
        'Prints one line {"ready": …} when it does.'
    )
    parser = commands.add_parser("locker", help="run pick-up lockers or the doors of a smart shelf", description=about)
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run until SIGTERM."""
    from kiosk.doors.process import run_locker
    from kiosk.doors.settings import LockerSettings
    from kiosk.settings import load

    return run_locker(load(LockerSettings, arguments.config / "locker.toml", overrides(arguments)))
