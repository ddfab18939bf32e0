"""`kiosk bench`: the figures of the screen and of a running kiosk on this machine, each beside what is aimed at."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from kiosk.commands.json_text import json_text

if TYPE_CHECKING:
    from kiosk.bench.figure import Figure

MOST_VISITS = 5_000


class Part(StrEnum):
    """What is measured at a time."""

    PICTURES = "pictures"
    RUNNING = "running"
    DAY = "day"


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `bench`."""
    parser = commands.add_parser(
        "bench",
        help="measure pictures, touches, a running kiosk and a day's growth on this machine",
        description="Pictures and touches at 1080 x 1920 (processor time), the demo's kiosk from start to five loans, "
        "and a day of visits with what it leaves in memory. No graphics card and no display is needed. docs/figures.md "
        "says what was found, and what measures the rest.",
    )
    parser.add_argument("--part", type=Part, choices=list(Part), action="append", help="only this; may be repeated")
    parser.add_argument("--visits", type=_visits, default=400, metavar="N", help="of the day (400)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure and tell. What is not reached is told and is no failure: it depends on the machine."""
    os.environ |= {"SDL_VIDEODRIVER": "dummy", "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
    found: list[Figure] = []
    for part in arguments.part or list(Part):
        for figure in _figures(part, arguments.visits):
            found.append(figure)
            if not arguments.json:
                print(figure.line(), flush=True)
    if arguments.json:
        print(json_text({"figures": [figure.told() for figure in found]}))
    return 0


def _figures(part: Part, visits: int) -> Iterator[Figure]:
    match part:
        case Part.PICTURES:
            from kiosk.bench import pictures

            return pictures.figures()
        case Part.RUNNING:
            from kiosk.bench import running

            return running.figures()
        case Part.DAY:
            from kiosk.bench import a_day

            return a_day.figures(visits)
        case _:
            assert_never(part)


def _visits(word: str) -> int:
    if not word.isdecimal() or not word.isascii() or not 20 <= int(word) <= MOST_VISITS:
        raise argparse.ArgumentTypeError(f"expected a whole number from 20 to {MOST_VISITS}, found {word!r}")
    return int(word)
