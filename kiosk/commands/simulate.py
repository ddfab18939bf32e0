"""`kiosk simulate`: stories that seeds tell, in virtual time, with what must be true looked at after every step."""

from __future__ import annotations

import argparse
import logging
import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.commands.json_text import json_text

if TYPE_CHECKING:
    from kiosk.world.seeds.running import Found

SEEDS = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")
MOST_SEEDS = 1_000_000
STEPS, MOST_STEPS = 40, 1_000


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "simulate",
        help="let seeds tell stories of patrons and faults in virtual time, and judge every step",
        description="Each seed is a story of its own: patrons who lay down books, tap cards and touch the screen, and "
        "faults of pad, cards, printer, power, clock, network and central in between. The real state machine, drivers, "
        "ledger, uplink and central do the work. After every step the promises are looked at: no item forgotten, no "
        "loan lost or invented, no tag open without a loan. A story that fails is cut down to the steps that it takes, "
        "and printed as a scenario file. The exit code is 0 only where nothing failed.",
    )
    parser.add_argument("--seeds", type=_seeds, required=True, metavar="A-B", help="these seeds, both included")
    parser.add_argument("--steps", type=_steps, default=STEPS, metavar="N", help=f"so many steps each ({STEPS})")
    parser.add_argument(
        "--faults",
        type=_faults,
        default=None,
        metavar="KIND,…",
        help="of these kinds alone: pad, cards, scanner, printer, power, disk, clock, network, central; none for "
        "none (all)",
    )
    parser.add_argument("--first", action="store_true", help="end with the first failure")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write the scenario file of each failure here")
    parser.add_argument("--jobs", type=_steps, default=os.cpu_count() or 1, metavar="N", help="so many at once")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Play all of them, and tell."""
    from kiosk.demo.house import DEMO_CONFIG
    from kiosk.world.seeds.chance import Kind
    from kiosk.world.seeds.running import Order, all_of

    logging.disable(logging.CRITICAL)
    kinds = frozenset(Kind) if arguments.faults is None else arguments.faults
    began_s = time.monotonic()
    order = Order(DEMO_CONFIG, arguments.steps, kinds)
    failed: list[Found] = []
    for found in all_of(order, arguments.seeds, arguments.jobs):
        failed.append(found)
        _tell(found, arguments.keep, as_json=arguments.json)
        if arguments.first:
            break
    took_s = time.monotonic() - began_s
    if arguments.json:
        told = {"seeds": len(arguments.seeds), "seconds": round(took_s, 1), "failed": [one.told() for one in failed]}
        print(json_text(told))
    else:
        print(f"{len(arguments.seeds)} seeds of {arguments.steps} steps in {took_s:.1f} s: {len(failed)} failed")
    return 1 if failed else 0


def _tell(found: Found, keep: Path | None, *, as_json: bool) -> None:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        path = keep / f"seed-{found.seed}.scenario.toml"
        path.write_text(found.scenario, encoding="utf-8")
        where = str(path)
    else:
        where = "FILE"
    if as_json:
        return
    print(f"seed {found.seed}: {found.failure}")
    if keep is None:
        print(found.scenario)
    print(f"again: kiosk demo --headless --time virtual --scenario {where}", file=sys.stdout, flush=True)


def _seeds(word: str) -> range:
    found = SEEDS.fullmatch(word)
    first, last = (0, -1) if found is None else (int(found[1]), int(found[2] or found[1]))
    if not 0 <= last - first < MOST_SEEDS:
        raise argparse.ArgumentTypeError(f"expected A-B, such as 1-100, of at most {MOST_SEEDS} seeds, found {word!r}")
    return range(first, last + 1)


def _steps(word: str) -> int:
    if not word.isdecimal() or not word.isascii() or not 1 <= int(word) <= MOST_STEPS:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to {MOST_STEPS}, found {word!r}")
    return int(word)


def _faults(word: str) -> frozenset[str]:
    from kiosk.world.seeds.chance import Kind

    if word == "none":
        return frozenset()
    unknown = sorted(set(word.split(",")) - set(Kind))
    if unknown:
        raise argparse.ArgumentTypeError(f"expected some of {', '.join(Kind)}, or none; found {', '.join(unknown)!r}")
    return frozenset(Kind(one) for one in word.split(","))
