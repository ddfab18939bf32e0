"""`kiosk supervise`: runs the release in force, and takes a new one back that does not come up well."""

from __future__ import annotations

import argparse
from pathlib import Path


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "supervise",
        help="run the release in force, and take back a new one that is not well",
        description="Runs RELEASES/current/bin/start with WORDS, such as: kiosk supervise --releases "
        "/var/lib/kiosk/releases -- run --config /etc/kiosk. A new release is kept when it was ready and stayed up.",
    )
    parser.add_argument("--releases", type=Path, required=True, metavar="DIR", help="folder of the releases")
    parser.add_argument("--within", type=float, default=120.0, metavar="S", help="a new one is ready so soon (120)")
    parser.add_argument("--steady", type=float, default=30.0, metavar="S", help="and then run for so long (30)")
    parser.add_argument("words", nargs="+", metavar="WORDS", help="what the release is started with")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Until the program ends."""
    from kiosk import logs
    from kiosk.station.releases.folder import Releases
    from kiosk.station.releases.supervisor import Watch, supervise

    logs.begin()
    watch = Watch(arguments.within, arguments.steady)
    return supervise(Releases(arguments.releases.absolute()), arguments.words, watch)
