"""Collects draw operations and nodes while a screen is laid out. Boxes come in as units and leave as pixels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kiosk.model.circulation import Language
from kiosk.screens.frame import Size
from kiosk.screens.lettering import Ruler, clean, is_cjk
from kiosk.screens.ops import (
    SHADOW_DROP,
    SHADOW_REACH,
    Align,
    Box,
    DrawOp,
    Icon,
    Modules,
    Picture,
    Rect,
    Shadow,
    Text,
    Weight,
)
from kiosk.screens.palette import BLACK, CONTRAST_LINE, PLAIN_PALETTE, Palette
from kiosk.screens.runs import begins_rtl, has_rtl
from kiosk.screens.tokens import CARD, LINE, LINE_CJK, LINE_LATIN, SMALLEST, WHITE
from kiosk.screens.tree import Action, Node, Role

NOWHERE = Box(0, 0, 0, 0)
RIGHT_TO_LEFT = frozenset({Language.AR})
"""Languages whose screens are laid out from right to left."""
DIRECTIONAL = frozenset({"arrow-left", "chevron-left", "chevron-right", "circle-question-mark", "log-out", "undo-2"})
"""Icons that point where reading goes, or are a letter of the script: mirrored with the layout."""
_FLIPPED = {Align.LEFT: Align.RIGHT, Align.RIGHT: Align.LEFT, Align.CENTRE: Align.CENTRE}


class Canvas:
    """The drawing of one frame. `pressed` is the id of the button under a finger.

    Layouts are made as if all languages went from left to right. For those that do not, everything is mirrored here,
    on its way to pixels: only what is inside a text, an icon or an illustration keeps its sides.
    """

    def __init__(
        self, size: Size, ruler: Ruler, language: Language, pressed: str = "", palette: Palette = PLAIN_PALETTE
    ) -> None:
        self.size = size
        self.palette = palette
        self.title_percent = 100
        self.ruler = ruler
        self.language = language
        self.mirrored = language in RIGHT_TO_LEFT
        self.pressed = pressed
        self.ops: list[DrawOp] = []
        self.whole = True
        """Whether no sentence had to be cut off."""
        self.page: Box | None = None
        """Units of one page where the content is laid out on a sheet and folded; None where it has to fit as it is."""
        self.kept_together: list[Box] = []
        """Pixels that no fold goes through."""
        self._kept: Box | None = None

    def ground_of(self, area: Box, share: float = 1.0) -> Box:
        """`area`, no higher than that share of a page: for what takes all the room there is."""
        return area if self.page is None else area.top_part(int(self.page.h * share))

    def together(self, box: Box) -> None:
        """What is in `box` stays on one page."""
        self.kept_together.append(self.pixels(box))

    @contextmanager
    def keeping_sides(self, box: Box) -> Iterator[None]:
        """What is laid out within keeps its sides inside `box`, wherever that is: a floor plan, a keyboard."""
        self._kept = box
        try:
            yield
        finally:
            self._kept = None

    def pixels(self, box: Box) -> Box:
        """The box in screen pixels; boxes that touch in units touch in pixels."""
        scale = self.ruler.scale
        left, top = round(box.x * scale), round(box.y * scale)
        width, height = round(box.right * scale) - left, round(box.bottom * scale) - top
        if self.mirrored and self._kept is not None:
            kept = self._kept
            left += self.size.width - round(kept.right * scale) - round(kept.x * scale)
        elif self.mirrored and box != NOWHERE:
            left = self.size.width - left - width
        return Box(left, top, width, height)

    def rect(self, box: Box, fill: str, radius: int = 0, border: str | None = None, border_width: int = 2) -> None:
        scale, colours = self.ruler.scale, self.palette
        if colours.outlined and radius:
            border, border_width = border or LINE, CONTRAST_LINE
        width = max(1, round(border_width * scale)) if border else 0
        line = colours.line(border) if border else None
        self.ops.append(Rect(self.pixels(box), colours.ground(fill), round(radius * scale), line, width))

    def circle(self, box: Box, fill: str) -> None:
        self.rect(box, fill, min(box.w, box.h) // 2)

    def card(self, box: Box, radius: int, fill: str = CARD, border: str | None = LINE) -> None:
        """A raised card."""
        scale = self.ruler.scale
        shadow = Shadow(
            self.pixels(box), round(radius * scale), round(SHADOW_REACH * scale), round(SHADOW_DROP * scale)
        )
        if not self.palette.outlined:
            self.ops.append(shadow)
        self.rect(box, fill, radius, border)

    def icon(self, box: Box, name: str, colour: str, turn: int = 0) -> None:
        mirrored = self.mirrored and name in DIRECTIONAL
        self.ops.append(Icon(self.pixels(box), name, self.palette.ink(colour), turn, mirrored))

    def picture(self, box: Box, name: str) -> None:
        self.ops.append(Picture(self.pixels(box), name))

    def code(self, box: Box, rows: tuple[str, ...]) -> None:
        """A QR code, black on white in every palette: phones read no other."""
        self.ops += [Rect(self.pixels(box), WHITE), Modules(self.pixels(box), rows, BLACK)]

    def titled(self, size: int) -> int:
        """The size of a book's title where the plain one is `size`: a library may have it smaller or larger."""
        return max(SMALLEST, size * self.title_percent // 100)

    def line(
        self,
        box: Box,
        text: str,
        size: int,
        colour: str,
        *,
        weight: Weight = Weight.REGULAR,
        align: Align = Align.LEFT,
        private: bool = False,
        language: Language | None = None,
    ) -> None:
        """One line in the middle of the box's height: smaller where it must be, shortened only below the smallest.

        `language` is the text's where that is not the screen's.
        """
        text = self.ruler.drawable(text)
        while size > SMALLEST and self.ruler.width(text, size, weight) > box.w:
            size -= 2
        shown = self.ruler.shortened(text, size, weight, box.w)
        self.whole = self.whole and (private or shown == text)
        text = shown
        self._text(box, text, size, colour, weight, align, private, language or self.language)

    def lines(self, text: str, size: int, weight: Weight, width: int, most: int | None = None) -> list[str]:
        """The text broken into lines, as `paragraph` would."""
        return self.ruler.wrapped(self.ruler.drawable(text), size, weight, width, most)

    def paragraph(
        self,
        box: Box,
        lines: list[str],
        size: int,
        colour: str,
        *,
        weight: Weight = Weight.REGULAR,
        align: Align = Align.LEFT,
        private: bool = False,
    ) -> int:
        """Lines from the top of the box down; returns the units they take."""
        height = paragraph_height(lines, size)
        step = height // max(1, len(lines))
        for number, text in enumerate(lines):
            place = Box(box.x, box.y + number * step, box.w, step)
            self._text(place, text, size, colour, weight, align, private, self.language)
        return height

    def _text(
        self,
        box: Box,
        text: str,
        size: int,
        colour: str,
        weight: Weight,
        align: Align,
        private: bool,
        language: Language,
    ) -> None:
        if not text:
            return
        rtl = has_rtl(text) if self.mirrored else begins_rtl(text)
        shown = _FLIPPED[align] if self.mirrored else align
        em = self.ruler.pixels(size)
        self.ops.append(
            Text(self.pixels(box), text, em, weight, self.palette.ink(colour), shown, private, language, rtl)
        )

    def node(
        self,
        node_id: str,
        role: Role,
        name: str,
        box: Box,
        *,
        value: str = "",
        state: str = "",
        action: Action | None = None,
        private: bool = False,
        main: bool = False,
        children: tuple[Node, ...] = (),
    ) -> Node:
        """A node whose bounds are `box` in pixels."""
        name, value = clean(name), clean(value)
        return Node(node_id, role, name, self.pixels(box), value, state, action, private, main, children)


def paragraph_height(lines: list[str], size: int) -> int:
    """Units that the lines take."""
    cjk = any(is_cjk(character) for line in lines for character in line)
    return round(size * (LINE_CJK if cjk else LINE_LATIN)) * len(lines)
