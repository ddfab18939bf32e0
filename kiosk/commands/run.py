"""`kiosk run`: the kiosk itself."""

from __future__ import annotations

import argparse

from kiosk.commands.options import add_config, overrides


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "Runs the kiosk that DIR/kiosk.toml describes."
    parser = commands.add_parser("run", help="run one kiosk", description=about)
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run until SIGTERM."""
    from kiosk.station.orders.trial import TriedFile, load_tried
    from kiosk.station.process import run as run_station
    from kiosk.station.settings import KioskSettings

    file = TriedFile(arguments.config / "kiosk.toml")
    return run_station(load_tried(KioskSettings, file, overrides(arguments)), file)
