"""What a frame is drawn with. Boxes are in screen pixels; colours are `#RRGGBB` or `#RRGGBBAA`.

Operations are painted in order, each over what is there. The list is plain data: it can be compared, sent as JSON and
drawn elsewhere.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

from kiosk.model.circulation import Language

SHADOW_REACH = 14
"""Units that a soft shadow reaches beyond its box to the sides; down, `SHADOW_DROP` more."""
SHADOW_DROP = 6


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left, top, width, height."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    def contains(self, x: int, y: int) -> bool:
        return self.x <= x < self.right and self.y <= y < self.bottom

    def holds(self, other: Box) -> bool:
        """Whether `other` lies inside, edges included."""
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom

    def grown(self, by: int) -> Box:
        return Box(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)

    def within(self, other: Box) -> Box:
        """What of it lies in `other`."""
        left, top = max(self.x, other.x), max(self.y, other.y)
        return Box(left, top, min(self.right, other.right) - left, min(self.bottom, other.bottom) - top)

    def inset(self, across: int, down: int | None = None) -> Box:
        down = across if down is None else down
        return Box(self.x + across, self.y + down, max(0, self.w - 2 * across), max(0, self.h - 2 * down))

    def left_part(self, width: int) -> Box:
        return Box(self.x, self.y, min(width, self.w), self.h)

    def right_part(self, width: int) -> Box:
        width = min(width, self.w)
        return Box(self.right - width, self.y, width, self.h)

    def top_part(self, height: int) -> Box:
        return Box(self.x, self.y, self.w, min(height, self.h))

    def below(self, skip: int) -> Box:
        """What is left under the first `skip` rows."""
        skip = min(skip, self.h)
        return Box(self.x, self.y + skip, self.w, self.h - skip)

    def centred(self, width: int, height: int) -> Box:
        """A box of this size with the same middle."""
        return Box(self.x + (self.w - width) // 2, self.y + (self.h - height) // 2, width, height)


class Weight(StrEnum):
    REGULAR = "regular"
    BOLD = "bold"


class Align(StrEnum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Rect:
    """A filled rectangle with round corners; `border` lies inside the box."""

    box: Box
    fill: str
    radius: int = 0
    border: str | None = None
    border_width: int = 0


@dataclass(frozen=True, slots=True)
class Shadow:
    """The soft shadow of a card at `box`; paints `reach` beyond it."""

    box: Box
    radius: int
    reach: int
    drop: int


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text, its capitals centred in the height of `box`. `size` is the em in pixels."""

    box: Box
    text: str
    size: int
    weight: Weight
    colour: str
    align: Align = Align.LEFT
    private: bool = False
    """Drawn as bars where the picture leaves the kiosk."""
    language: Language = Language.ZH
    """Whose forms ideographs have."""
    rtl: bool = False
    """The line as a whole goes from right to left."""


@dataclass(frozen=True, slots=True)
class Icon:
    """An icon of `kiosk/screens/icons`, as large as `box`, turned clockwise by `turn` degrees."""

    box: Box
    name: str
    colour: str
    turn: int = 0
    mirrored: bool = False
    """Left and right changed: it points the other way."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An illustration of `kiosk/screens/pictures`, as large as `box`."""

    box: Box
    name: str


@dataclass(frozen=True, slots=True)
class Modules:
    """A QR code: rows of `1` and `0`, each module as many whole pixels as fit, in the middle of `box`. Private."""

    box: Box
    rows: tuple[str, ...]
    colour: str


@dataclass(frozen=True, slots=True)
class Ring:
    """Where the keypad is: a line inside the box, with a thinner one of another colour outside it."""

    box: Box
    colour: str
    edge: str
    width: int
    radius: int


DrawOp = Rect | Shadow | Text | Icon | Picture | Modules | Ring


def extent(op: DrawOp) -> Box:
    """The pixels that painting `op` may change."""
    match op:
        case Shadow(box, _, reach, drop):
            return Box(box.x - reach, box.y - reach, box.w + 2 * reach, box.h + 2 * reach + drop)
        case Text(box, _, size):
            margin = size // 3
            return Box(box.x - margin, box.y - margin, box.w + 2 * margin, box.h + 2 * margin)
        case _:
            return op.box


def as_json(op: DrawOp) -> dict[str, object]:
    """`{"op": "rect", "box": {"x": …}, …}` with the fields of the dataclass."""
    return {"op": type(op).__name__.lower(), **asdict(op)}
