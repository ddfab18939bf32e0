"""`kiosk screens --all --out DIR`: every screen in every state, language and size as a picture."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from kiosk.model.circulation import Language
from kiosk.screens.fonts import complaints, folder
from kiosk.screens.frame import Size
from kiosk.screens.samples import NOW_S, SETTINGS, in_language, samples
from kiosk.session.state import Access

SEEN = (Access.LARGE, Access.CONTRAST, Access.LOW)
"""Ways of making things easier that change a still picture."""
Ways = frozenset[Access]
SIZES = (Size(1080, 1920), Size(1920, 1080), Size(1280, 800))


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `screens`."""
    parser = commands.add_parser("screens", help="draw every screen in every state as a picture")
    parser.add_argument("--all", action="store_true", help="every state; otherwise only those that are named")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the pictures")
    parser.add_argument("--size", type=_size, action="append", metavar="WxH", help="pixels (may be repeated)")
    parser.add_argument("--language", choices=[one.value for one in Language], action="append", help="default: all")
    parser.add_argument(
        "--with",
        dest="eased",
        type=_ways,
        action="append",
        metavar="WAYS",
        help=f"made easier, as large,contrast: of {', '.join(one.value for one in SEEN)}; `plain` for none of them; "
        "may be repeated",
    )
    parser.add_argument("--every-way", action="store_true", help="plain, and with each of the ways of --with")
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
    for complaint in complaints(folder(arguments.fonts)):
        print(f"kiosk screens: {complaint}", file=sys.stderr)
    ways: list[Ways] = [frozenset(), *(frozenset((one,)) for one in SEEN)] if arguments.every_way else []
    ways += arguments.eased or ([] if ways else [frozenset()])
    try:
        written = sum(
            _draw(arguments.out, names, languages, size, arguments.fonts, eased)
            for size in arguments.size or SIZES
            for eased in dict.fromkeys(ways)
        )
    except OSError as trouble:
        print(f"kiosk screens: {trouble}", file=sys.stderr)
        return 1
    print(f"{written} pictures in {arguments.out}")
    return 0


def _draw(out: Path, names: list[str], languages: list[Language], size: Size, fonts: Path | None, eased: Ways) -> int:
    """Plain ones in `SIZE/LANGUAGE/`, others in `SIZE-WAYS/LANGUAGE/`; returns how many."""
    from kiosk.screens.screen import Screen
    from kiosk.screens.window import Mode

    known = samples()
    screen = Screen(size, Mode.HEADLESS, SETTINGS, folder(fonts))
    place = "-".join((f"{size.width}x{size.height}", *sorted(one.value for one in eased)))
    for language in languages:
        (out / place / language.value).mkdir(parents=True, exist_ok=True)
        for name in names:
            shown = in_language(known[name], language)
            access = shown.around.access | eased
            screen.show(replace(shown, around=replace(shown.around, access=access)), NOW_S)
            screen.pixels_png(out / place / language.value / f"{name}.png")
    screen.close()
    return len(languages) * len(names)


def _ways(text: str) -> Ways:
    named = set(text.split(",")) - {"plain"}
    if named - {one.value for one in SEEN}:
        raise argparse.ArgumentTypeError(f"expected plain or some of {', '.join(SEEN)}, found {text!r}")
    return frozenset(one for one in SEEN if one.value in named)


def _size(text: str) -> Size:
    width, cross, height = text.partition("x")
    if not (cross and width.isdigit() and height.isdigit()):
        raise argparse.ArgumentTypeError(f"expected WIDTHxHEIGHT in pixels, found {text!r}")
    size = Size(int(width), int(height))
    if not (800 <= size.width <= 7680 and 800 <= size.height <= 7680):
        raise argparse.ArgumentTypeError(f"expected 800 to 7680 pixels a side, found {text!r}")
    return size
