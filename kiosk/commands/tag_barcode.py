"""`kiosk tag barcode`: what a printed number is made of, and whether its check digit is right."""

from __future__ import annotations

import argparse

from drivers.codecs.barcodes import Reading, Scheme, isbn_10_of, isbn_13_of, readings, symbologies_for
from kiosk.commands.json_text import json_text

EXIT_DONE = 0


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `tag barcode` to the command line."""
    telling = verbs.add_parser(
        "barcode",
        help="parts and check digit of a printed number",
        description="Tell what a printed number is made of. A wrong check digit is told, never repaired.",
    )
    telling.add_argument("text", metavar="TEXT", help="the number as it was scanned or typed")
    telling.add_argument("--symbology", metavar="NAME", help="what the scanner said it is, such as code-39")
    telling.add_argument("--json", action="store_true", help="print one JSON object")
    telling.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print every way in which the number makes sense. Always 0: what it finds is no failure."""
    text: str = arguments.text
    found = readings(text, arguments.symbology)
    carriers = symbologies_for(text)
    if arguments.json:
        print(json_text({"text": text, "readings": [_told(text, each) for each in found], "symbologies": carriers}))
        return EXIT_DONE
    for each in found:
        print(f"{each.scheme}: {_in_words(text, each)}")
    if not found:
        print("no scheme that is known here")
    print(f"can be printed as: {', '.join(carriers) or 'no linear barcode'}")
    return EXIT_DONE


def _told(text: str, reading: Reading) -> dict[str, object]:
    told: dict[str, object] = {
        "scheme": reading.scheme,
        "symbology": reading.symbology,
        "check": reading.check,
        "check_expected": reading.expected,
        "check_right": None if reading.check is None else reading.is_right,
        "parts": dict(reading.parts),
    }
    converted = _converted(text, reading)
    return told if converted is None else told | {"same_book": converted}


def _in_words(text: str, reading: Reading) -> str:
    if reading.check is None:
        check = "no check digit"
    elif reading.is_right:
        check = f"check {reading.check} is right"
    else:
        check = f"check {reading.check} is wrong, {reading.expected} would be right"
    converted = _converted(text, reading)
    same_book = [] if converted is None else [f"same book: {converted}"]
    return ", ".join([check, *(f"{name} {value}" for name, value in reading.parts.items()), *same_book])


def _converted(text: str, reading: Reading) -> str | None:
    """The other ISBN of the same book, where there is one."""
    match reading.scheme:
        case Scheme.ISBN_10:
            return isbn_13_of(text)
        case Scheme.ISBN_13:
            return isbn_10_of(text)
        case _:
            return None
