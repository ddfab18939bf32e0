"""`kiosk screens --all --out DIR`: every screen in every state, language and size as a picture."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kiosk.model.circulation import Language
from kiosk.screens.fonts import FontsMissing, folder
from kiosk.screens.frame import Size
from kiosk.screens.samples import NOW_S, SETTINGS, in_language, samples

SIZES = (Size(1080, 1920), Size(1920, 1080), Size(1280, 800))


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `screens`."""
    parser = commands.add_parser("screens", help="draw every screen in every state as a picture")
    parser.add_argument("--all", action="store_true", help="every state; otherwise only those that are named")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the pictures")
    parser.add_argument("--size", type=_size, action="append", metavar="WxH", help="pixels (may be repeated)")
    parser.add_argument("--language", choices=[one.value for one in Language], action="append", help="default: all")
    parser.add_argument("--fonts", type=Path, metavar="DIR", help="folder of the prepared fonts")
    parser.add_argument("name", nargs="*", help=f"states: {', '.join(samples())}")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the pictures; say how many."""
    known = samples()
    unknown = [name for name in arguments.name if name not in known]
    if unknown or not (arguments.all or arguments.name):
        what = f"no state is called {', '.join(unknown)}" if unknown else "nothing to draw: give --all or names"
        print(f"kiosk screens: {what}; states: {', '.join(known)}", file=sys.stderr)
        return 2
    names = list(known) if arguments.all else arguments.name
    languages = [Language(one) for one in arguments.language or [one.value for one in Language]]
    try:
        written = _draw(arguments.out, names, languages, arguments.size or list(SIZES), arguments.fonts)
    except (FontsMissing, OSError) as trouble:
        print(f"kiosk screens: {trouble}", file=sys.stderr)
        return 1
    print(f"{written} pictures in {arguments.out}")
    return 0


def _draw(out: Path, names: list[str], languages: list[Language], sizes: list[Size], fonts: Path | None) -> int:
    from kiosk.screens.screen import Screen
    from kiosk.screens.window import Mode

    known = samples()
    written = 0
    for size in sizes:
        screen = Screen(size, Mode.HEADLESS, SETTINGS, folder(fonts))
        for language in languages:
            place = out / f"{size.width}x{size.height}" / language.value
            place.mkdir(parents=True, exist_ok=True)
            for name in names:
                screen.show(in_language(known[name], language), NOW_S)
                screen.pixels_png(place / f"{name}.png")
                written += 1
    return written


def _size(text: str) -> Size:
    width, cross, height = text.partition("x")
    if not (cross and width.isdigit() and height.isdigit()):
        raise argparse.ArgumentTypeError(f"expected WIDTHxHEIGHT in pixels, found {text!r}")
    size = Size(int(width), int(height))
    if not (800 <= size.width <= 7680 and 800 <= size.height <= 7680):
        raise argparse.ArgumentTypeError(f"expected 800 to 7680 pixels a side, found {text!r}")
    return size
