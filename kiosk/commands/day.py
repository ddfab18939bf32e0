"""`kiosk day`: believable days of a made-up branch in virtual time, and the balance sheet at the end."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

from kiosk.commands.json_text import json_text

MOST_VISITS = 400
"""A day, at one kiosk: one after the other they fill it."""
MOST_KIOSKS, MOST_DAYS = 16, 3_650


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "day",
        help="live days of a made-up branch in virtual time, and draw up the balance",
        description="Readers of a made-up branch borrow and return in virtual time, well and badly: families with "
        "thirty picture books, people who walk away, take a book up too early or forget one, a school class, an hour "
        "without a line. The real state machine, ledger, uplink and central do the work. At the end every item, tag, "
        "loan and receipt is accounted for; the exit code is 0 only where nothing differs. The same seed gives the "
        "same journal, byte for byte.",
    )
    parser.add_argument("--seed", type=_from(0, 2**32), default=1, metavar="N", help="another branch, other people (1)")
    parser.add_argument("--days", type=_from(1, MOST_DAYS), default=1, metavar="N", help="so many days (1)")
    parser.add_argument(
        "--visits", type=_from(1, MOST_VISITS * MOST_KIOSKS), default=400, metavar="N", help="people a day (400)"
    )
    parser.add_argument(
        "--kiosks",
        type=_from(1, MOST_KIOSKS),
        default=1,
        metavar="N",
        help="so many kiosks share the visits, each with a floor, readers and a process of its own (1)",
    )
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="write ledgers and journals here, and leave them there"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Live, and tell."""
    from kiosk.demo.house import DEMO_CONFIG
    from kiosk.world.people.living import Plan, lines, live_all

    logging.disable(logging.WARNING)
    each, rest = divmod(arguments.visits, arguments.kiosks)
    if each + bool(rest) > MOST_VISITS or each < 1:
        print(
            f"kiosk day: --visits {arguments.visits} --kiosks {arguments.kiosks}: expected 1 to {MOST_VISITS} visits "
            "for each kiosk",
            file=sys.stderr,
        )
        return 2
    plans = [
        Plan(
            DEMO_CONFIG,
            arguments.seed + kiosk,
            arguments.days,
            each + (kiosk < rest),
            None if arguments.keep is None else arguments.keep / f"kiosk-{kiosk + 1}",
        )
        for kiosk in range(arguments.kiosks)
    ]
    began = time.monotonic()
    lived = live_all(plans)
    balanced = all(one.balance.balanced for one in lived)
    if arguments.json:
        print(json_text({"balanced": balanced, "kiosks": [one.told() for one in lived]}))
    else:
        print("\n".join(lines(lived)))
        print(f"{arguments.days} days of {arguments.visits} visits in {time.monotonic() - began:.1f} s")
    return 0 if balanced else 1


def _from(least: int, most: int) -> Callable[[str], int]:
    """A whole number in these bounds, for argparse."""

    def number(word: str) -> int:
        if not word.isascii() or not word.isdecimal() or not least <= int(word) <= most:
            raise argparse.ArgumentTypeError(f"expected a whole number from {least} to {most}, found '{word}'")
        return int(word)

    return number
