"""What every screen looked like and meant when somebody last looked at it: small pictures and semantic trees.

`python -m tests.screens.golden_pictures` makes them again from what the screens are now: look at what git then shows.
A picture is kept at a twentieth of its sides, which is enough to see a button that moved or changed its colour and too
little to see that another machine's letters differ by a hair.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame
from PIL import Image, ImageChops

from kiosk.model.circulation import Language
from kiosk.screens import fonts
from kiosk.screens.frame import Frame, Size
from kiosk.screens.ops import Box
from kiosk.screens.paint import Fonts, Painter
from kiosk.screens.render import render
from kiosk.screens.samples import NOW_S, SETTINGS, in_language, samples
from kiosk.screens.tree import Node, action_name
from kiosk.screens.window import Mode, Window
from kiosk.session.state import Access, Kiosk

FOLDER = Path(__file__).with_name("golden")
SMALLER = 20
ACROSS = 8
STEP = 8
"""Colours are kept as coarse as this, which is far from noticed and takes half the bytes."""
NOTICED = 24
"""Of 255: a colour that differs by less is the same."""
SAME_SHARE = 0.005
"""Of a picture: as much may differ, where letters are drawn by another version of their library."""
FEW = (
    "attract",
    "languages",
    "access",
    "identify-unknown",
    "home",
    "borrow-mixed",
    "return-troubled",
    "account",
    "pay",
    "form-family",
    "find-few",
    "item",
    "receipt",
    "out-pad",
    "staff",
    "home-timeout",
)


@dataclass(frozen=True, slots=True)
class Look:
    """One way of seeing the screens, and the sheets that hold their pictures: each a name and its states."""

    name: str
    language: Language
    size: Size
    sheets: dict[str, tuple[str, ...]]
    eased: frozenset[Access] = frozenset()

    @property
    def small(self) -> tuple[int, int]:
        """Pixels of one kept picture."""
        return self.size.width // SMALLER, self.size.height // SMALLER

    def state(self, name: str) -> Kiosk:
        state = in_language(samples()[name], self.language)
        return replace(state, around=replace(state.around, access=state.around.access | self.eased))

    def frame(self, name: str, measure: Fonts) -> Frame:
        return render(self.state(name), self.size, SETTINGS, measure, now_s=NOW_S)

    def picture_file(self, sheet: str) -> Path:
        return FOLDER / self.name / f"{sheet}.png"

    def tree_file(self, sheet: str) -> Path:
        return FOLDER / self.name / f"{sheet}.txt"


def _by_screen() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name in samples():
        screen = name.partition("-")[0]
        found[screen] = (*found.get(screen, ()), name)
    return found


LOOKS = (
    Look("zh-1080x1920", Language.ZH, Size(1080, 1920), _by_screen()),
    Look("en-1920x1080", Language.EN, Size(1920, 1080), {"few": FEW}),
    Look("ar-1280x800", Language.AR, Size(1280, 800), {"few": FEW}),
    Look(
        "de-1080x1920-eased",
        Language.DE,
        Size(1080, 1920),
        {"few": FEW},
        frozenset({Access.LARGE, Access.CONTRAST, Access.LOW}),
    ),
)


class Photographer:
    """Paints frames and makes them small. One surface for all pictures of a size."""

    def __init__(self, look: Look, measure: Fonts) -> None:
        self._small = look.small
        self._window = Window(look.size, Mode.HEADLESS)
        self._painter = Painter(self._window.surface, measure)

    def picture(self, frame: Frame) -> Image.Image:
        self._painter.paint(frame.draw_list)
        small = pygame.transform.smoothscale(self._window.surface, self._small)
        return Image.frombytes("RGB", self._small, pygame.image.tobytes(small, "RGB"))


def kept(look: Look, sheet: str) -> Iterator[tuple[str, Image.Image]]:
    """The pictures of a sheet with the names of their states. Raises FileNotFoundError."""
    with Image.open(look.picture_file(sheet)) as opened:
        whole = opened.convert("RGB")
    for number, name in enumerate(look.sheets[sheet]):
        left, top = _place(number, look.small)
        yield name, whole.crop((left, top, left + look.small[0], top + look.small[1]))


@dataclass(frozen=True, slots=True)
class Difference:
    share: float
    """Of the picture's pixels, 0 to 1."""
    box: Box
    """Around all of them, in pixels of the screen."""

    def __str__(self) -> str:
        box = self.box
        return f"{self.share:.1%} of the picture, between {box.x}, {box.y} and {box.right}, {box.bottom}"


def difference(one: Image.Image, other: Image.Image) -> Difference | None:
    """Where two small pictures differ; None where they are the same to the eye."""
    noticed = ImageChops.difference(one, other).point(lambda value: 255 if value > NOTICED else 0)
    strongest = noticed.convert("RGB").split()
    mask = ImageChops.lighter(ImageChops.lighter(strongest[0], strongest[1]), strongest[2])
    share = mask.histogram()[255] / (mask.width * mask.height)
    around = mask.getbbox()
    if share <= SAME_SHARE or around is None:
        return None
    left, top, right, bottom = (SMALLER * edge for edge in around)
    return Difference(share, Box(left, top, right - left, bottom - top))


def outline(name: str, frame: Frame) -> str:
    """A semantic tree as lines: id, role, what it says, state, place and what it does."""
    return "".join(f"{line}\n" for line in (f"== {name}: {frame.surface_id}", *_lines(frame.tree, 0)))


def _lines(node: Node, depth: int) -> Iterator[str]:
    box = node.bounds
    marks = [
        node.state,
        "" if node.action is None else f"-> {action_name(node.action)}",
        "main" if node.main else "",
        "private" if node.private else "",
    ]
    said = " | ".join(filter(None, (node.name, node.value)))
    parts = [node.id, node.role.value, f"“{said}”", f"{box.x},{box.y} {box.w}x{box.h}", *filter(None, marks)]
    yield " " * depth + " ".join(parts)
    for child in node.children:
        yield from _lines(child, depth + 1)


def renew(look: Look, sheet: str, measure: Fonts) -> None:
    """Keep what the screens of one sheet are now."""
    photographer = Photographer(look, measure)
    frames = {name: look.frame(name, measure) for name in look.sheets[sheet]}
    down = -(-len(frames) // ACROSS)
    whole = Image.new("RGB", (min(ACROSS, len(frames)) * look.small[0], down * look.small[1]))
    for number, frame in enumerate(frames.values()):
        whole.paste(photographer.picture(frame), _place(number, look.small))
    look.picture_file(sheet).parent.mkdir(parents=True, exist_ok=True)
    whole.point(lambda value: value // STEP * STEP + STEP // 2).save(look.picture_file(sheet), optimize=True)
    look.tree_file(sheet).write_text("".join(outline(*pair) for pair in frames.items()), encoding="utf-8")


def _place(number: int, small: tuple[int, int]) -> tuple[int, int]:
    return number % ACROSS * small[0], number // ACROSS * small[1]


def _left_over(looks: Iterable[Look]) -> Iterator[Path]:
    wanted = {file(sheet) for look in looks for file in (look.picture_file, look.tree_file) for sheet in look.sheets}
    return (path for path in FOLDER.rglob("*") if path.is_file() and path not in wanted)


def main() -> int:
    """Renew all of them, and take away those of screens that are no more."""
    measure = Fonts(fonts.folder())
    for look in LOOKS:
        for sheet in look.sheets:
            renew(look, sheet, measure)
    for path in list(_left_over(LOOKS)):
        path.unlink()
    size = sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file())
    sys.stdout.write(f"{FOLDER}: {size // 1000} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
