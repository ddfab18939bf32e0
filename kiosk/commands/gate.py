"""`kiosk gate`: the gate controller."""

from __future__ import annotations

import argparse

from kiosk.commands.options import add_config, overrides


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = (
        "Runs the gates that DIR/gate.toml describes: rings for what nobody has lent, counts people and serves the "
        'guard\'s page. Prints one line {"ready": …} when it does.'
    )
    parser = commands.add_parser("gate", help="run the security gates of one exit", description=about)
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run until SIGTERM."""
    from kiosk.gate.process import run as run_gate
    from kiosk.gate.settings import GateControllerSettings
    from kiosk.station.orders.trial import TriedFile, load_tried

    file = TriedFile(arguments.config / "gate.toml")
    return run_gate(load_tried(GateControllerSettings, file, overrides(arguments)), file)
