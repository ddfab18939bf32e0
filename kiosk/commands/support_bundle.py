"""`kiosk support-bundle`: what a maintainer needs to help from afar, without patrons and secrets."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "support-bundle",
        help="collect what a maintainer needs, masked",
        description="Writes a tar.gz with what `kiosk doctor` says, the settings without secrets, the shape of the "
        "journal, the newest lines of the log with numbers masked, and the states of the units. Look into it before "
        "you send it: it is text.",
    )
    parser.add_argument("--config", type=Path, required=True, metavar="DIR", help="the folder of the settings")
    parser.add_argument("--out", type=Path, metavar="FILE", help="(support-STATION-TIME.tar.gz, here)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the file's name; 1 where it cannot be written."""
    from kiosk.settings import SettingsRefused, load
    from kiosk.station.settings import KioskSettings
    from kiosk.technician import complete, configured, supporting

    now = datetime.now(UTC)
    try:
        kiosk = load(KioskSettings, arguments.config / "kiosk.toml")
        name, ledger = kiosk.station, kiosk.ledger.path
    except SettingsRefused:
        name, ledger = "machine", None
    out = arguments.out or Path(f"support-{name}-{now:%Y%m%dT%H%M%SZ}.tar.gz")
    findings = [*configured.faults(arguments.config), *complete.look(arguments.config)]
    try:
        supporting.write(supporting.collected(arguments.config, ledger, findings), out, now)
    except OSError as trouble:
        print(f"kiosk support-bundle: {out}: {trouble.strerror}", file=sys.stderr)
        return 1
    print(out)
    return 0
