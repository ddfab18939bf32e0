"""`kiosk day`: believable days of a made-up branch, and the balance sheet at the end."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.commands.json_text import json_text

if TYPE_CHECKING:
    from kiosk.world.people.living import Lived, Plan

MOST_VISITS = 400
"""A day, at one kiosk: one after the other they fill it."""
MOST_KIOSKS, MOST_DAYS = 16, 3_650


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "day",
        help="live days of a made-up branch in virtual or real time, and draw up the balance",
        description="Readers of a made-up branch borrow and return in virtual time, well and badly: families with "
        "thirty picture books, people who walk away, take a book up too early or forget one, a school class, an hour "
        "without a line. The real state machine, ledger, uplink and central do the work. At the end every item, tag, "
        "loan and receipt is accounted for; the exit code is 0 only where nothing differs. The same seed gives the "
        "same journal, byte for byte. With --time real the same people stand in front of real processes.",
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
        "--time",
        choices=("virtual", "real"),
        default="virtual",
        help="real: on real processes, one visit after the other without the hours between them (virtual)",
    )
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="write ledgers and journals here, and leave them there"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Live, and tell."""
    logging.disable(logging.WARNING)
    each, rest = divmod(arguments.visits, arguments.kiosks)
    if each + bool(rest) > MOST_VISITS or each < 1:
        return _misused(
            f"--visits {arguments.visits} --kiosks {arguments.kiosks}: expected 1 to {MOST_VISITS} visits "
            "for each kiosk"
        )
    plans = [_plan(arguments, kiosk, each + (kiosk < rest)) for kiosk in range(arguments.kiosks)]
    began = time.monotonic()
    try:
        lived = _live_for_real(plans) if arguments.time == "real" else _live(plans)
    except NotLived as trouble:
        print(f"kiosk day: {trouble}", file=sys.stderr)
        return 1
    return _tell(lived, f"{arguments.days} days of {arguments.visits} visits", began, as_json=arguments.json)


class NotLived(Exception):
    """The day came to a premature end; the text says why."""


def _misused(why: str) -> int:
    print(f"kiosk day: {why}", file=sys.stderr)
    return 2


def _plan(arguments: argparse.Namespace, kiosk: int, visits: int) -> Plan:
    from kiosk.demo.house import DEMO_CONFIG
    from kiosk.world.people.living import Plan

    keep = None if arguments.keep is None else arguments.keep / f"kiosk-{kiosk + 1}"
    return Plan(DEMO_CONFIG, arguments.seed + kiosk, arguments.days, visits, keep)


def _live(plans: list[Plan]) -> list[Lived]:
    from kiosk.world.people.living import live_all

    return live_all(plans)


def _live_for_real(plans: list[Plan]) -> list[Lived]:
    from kiosk.demo.bench_client import BenchRefused
    from kiosk.demo.children import NotReady
    from kiosk.demo.mirror_client import MirrorGone
    from kiosk.world.people.real_day import live_for_real

    try:
        return live_for_real(plans)
    except (NotReady, MirrorGone, BenchRefused) as trouble:
        raise NotLived(str(trouble)) from None


def _tell(lived: list[Lived], what: str, began_s: float, *, as_json: bool) -> int:
    from kiosk.world.people.living import lines

    balanced = all(one.balance.balanced for one in lived)
    if as_json:
        print(json_text({"balanced": balanced, "kiosks": [one.told() for one in lived]}))
    else:
        print("\n".join(lines(lived)))
        print(f"{what} in {time.monotonic() - began_s:.1f} s")
    return 0 if balanced else 1


def _from(least: int, most: int) -> Callable[[str], int]:
    """A whole number in these bounds, for argparse."""

    def number(word: str) -> int:
        if not word.isascii() or not word.isdecimal() or not least <= int(word) <= most:
            raise argparse.ArgumentTypeError(f"expected a whole number from {least} to {most}, found '{word}'")
        return int(word)

    return number
