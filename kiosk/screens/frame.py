"""One picture of the kiosk: what is drawn, what it means, and what a touch on it does."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.model.circulation import Language
from kiosk.screens import ops, tree
from kiosk.screens.ops import DrawOp
from kiosk.screens.tree import Node


@dataclass(frozen=True, slots=True)
class Size:
    """Pixels of the screen."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Frame:
    size: Size
    language: Language
    screen_id: str
    """`starting`, `attract`, `identify`, `home`, `borrow`, `return`, `account`, `receipt`, `out-of-service`,
    `staff-pin` or `staff`."""
    overlay: str
    """`timeout`, `help`, `languages`, `access`, or empty."""
    draw_list: tuple[DrawOp, ...]
    tree: Node
    units_per_pixel: float
    """How many units of the layout (about 0.31 mm on a 27-inch screen) a pixel is."""

    @property
    def surface_id(self) -> str:
        """What a finger sees: two frames with different ids never share a touch."""
        return f"{self.screen_id}+{self.overlay}" if self.overlay else self.screen_id

    def target(self, x: int, y: int) -> Node | None:
        """The innermost node under the pixel that does something."""
        found = None
        for node in self.tree.walk():
            if node.action is not None and node.bounds.contains(x, y):
                found = node
        return found

    def as_json(self, *, show_private: bool) -> dict[str, object]:
        """What the mirror sends of it: `screen`, `overlay`, `language`, `width`, `height`, `tree`."""
        return {
            "screen": self.screen_id,
            "overlay": self.overlay,
            "language": self.language.value,
            "width": self.size.width,
            "height": self.size.height,
            "tree": tree.as_json(self.tree, show_private=show_private),
        }

    def draw_list_json(self) -> list[dict[str, object]]:
        """The draw list, private texts included: for this machine alone."""
        return [ops.as_json(op) for op in self.draw_list]
