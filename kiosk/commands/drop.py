"""`kiosk drop`: a book-drop."""

from __future__ import annotations

import argparse

from kiosk.commands.options import add_config, overrides


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = (
        "Runs the book-drop that DIR/drop.toml describes: its flap opens for items of the library, what falls in is "
        'returned and sorted into bins. Prints one line {"ready": …} when it does.'
    )
    parser = commands.add_parser("drop", help="run a book-drop with a flap, a tray and bins", description=about)
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run until SIGTERM."""
    from kiosk.doors.process import run_drop
    from kiosk.doors.settings import DropSettings
    from kiosk.settings import load

    return run_drop(load(DropSettings, arguments.config / "drop.toml", overrides(arguments)))
