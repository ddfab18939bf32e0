"""`kiosk central seed`: fills a demo library with a year of a branch's life, lived through the product's own code."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime

from kiosk.commands.central_store import NoStore, complain, opened
from kiosk.commands.json_text import json_text
from kiosk.commands.options import add_config, overrides


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `central seed` to the command line."""
    about = (
        "Lives a year of a branch in the database that DIR/central.toml names, which needs items and patrons and no "
        "papers yet: loans, repairs, activities, equipment, rounds, drills, sensors. For demonstrations, not for a "
        "library's own database."
    )
    parser = verbs.add_parser("seed", help="fill a demo library with a year of its life", description=about)
    add_config(parser)
    parser.add_argument("--year", action="store_true", required=True, help="a whole year")
    parser.add_argument("--last", metavar="DAY", type=date.fromisoformat, help="its last day (today)")
    parser.add_argument("--chance", metavar="N", type=int, default=1, help="the same number gives the same year (1)")
    parser.add_argument("--json", action="store_true", help="print what happened as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0: lived; 1: it cannot be."""
    from kiosk.central.answering import desk_of
    from kiosk.central.settings import CentralSettings
    from kiosk.central.year.living import YearIsThere, live
    from kiosk.settings import load
    from kiosk.web.roles import SHIPPED, RolesFile

    settings = load(CentralSettings, arguments.config / "central.toml", overrides(arguments))
    last = arguments.last or datetime.now(UTC).date()
    roles = load(RolesFile, SHIPPED)
    try:
        with opened(arguments) as engine:
            told = live(engine, desk_of(settings, settings.policy()), roles, last, arguments.chance)
    except NoStore as trouble:
        return complain("seed", trouble)
    except YearIsThere:
        print("kiosk central seed: there are papers already; expected a database without any", file=sys.stderr)
        return 1
    if arguments.json:
        print(json_text({"done": dict(told.done), "refused": dict(told.refused)}))
    else:
        for name, count in sorted(told.done.items()):
            print(f"{count:7d}  {name}")
    return 0
