"""From fingers to touches: what counts, and to which screen it belongs. Pure: times come in as values."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.screens.frame import Frame
from kiosk.screens.tokens import TREMOR
from kiosk.screens.tree import Node

JUST_CHANGED_S = 0.15
"""A finger that comes down this soon after another screen came on was meant for the screen before."""
REPEATED_S = 0.3
"""A second touch within this time and 12 mm of the first is the same hand trembling."""


STUCK_S = 2.0
"""A finger that has been down for so long may be a drop of water: it holds up no other."""
PALM = 3
"""So many fingers at once are a hand that leans on the glass."""
MOST_FINGERS = 20


@dataclass(frozen=True, slots=True)
class _Begun:
    surface_id: str
    node_id: str
    x: int
    y: int
    finger: int


@dataclass(frozen=True, slots=True)
class _Ended:
    at_s: float
    x: int
    y: int


class TouchTracker:
    """Follows one finger at a time. A touch counts on release, inside the target it began on or within 12 mm of it,
    while the screen on which it began still stands. A second finger is nothing, a palm undoes the first as well.
    """

    def __init__(self) -> None:
        self._begun: _Begun | None = None
        self._ended: _Ended | None = None
        self._surface_id = ""
        self._changed_s = float("-inf")
        self._down: dict[int, float] = {}
        """Fingers on the glass, and since when."""

    @property
    def pressed(self) -> str:
        """The id of the node under the finger, or empty."""
        return self._begun.node_id if self._begun else ""

    def shown(self, frame: Frame, now_s: float) -> None:
        """This frame is on the screen now."""
        if frame.surface_id != self._surface_id:
            self._surface_id = frame.surface_id
            self._changed_s = now_s
            self._begun = None

    def lost(self) -> None:
        """The screen was away: no finger from before is followed, and what was lifted meanwhile was not told."""
        self._begun = None
        self._down.clear()

    def down(self, frame: Frame, x: int, y: int, now_s: float, finger: int = 0) -> None:
        """A finger came down."""
        fresh = sum(now_s - since_s < STUCK_S for since_s in self._down.values())
        self._down[finger] = now_s
        while len(self._down) > MOST_FINGERS:
            del self._down[next(iter(self._down))]
        if fresh:
            self._begun = None if fresh + 1 >= PALM else self._begun
            return
        self._begun = None
        node = frame.target(x, y)
        if node is None or now_s - self._changed_s < JUST_CHANGED_S or self._trembles(frame, x, y, now_s):
            return
        self._begun = _Begun(frame.surface_id, node.id, x, y, finger)

    def up(self, frame: Frame, x: int, y: int, now_s: float, finger: int = 0) -> Node | None:
        """The finger was lifted; the node that was touched, if that counts."""
        self._down.pop(finger, None)
        if self._begun is None or self._begun.finger != finger:
            return None
        begun, self._begun = self._begun, None
        if begun.surface_id != frame.surface_id:
            return None
        node = frame.tree.find(begun.node_id)
        if node is None or node.action is None:
            return None
        if not node.bounds.contains(x, y) and not _near(begun.x, begun.y, x, y, frame):
            return None
        self._ended = _Ended(now_s, x, y)
        return node

    def _trembles(self, frame: Frame, x: int, y: int, now_s: float) -> bool:
        ended = self._ended
        return ended is not None and now_s - ended.at_s < REPEATED_S and _near(ended.x, ended.y, x, y, frame)


def _near(x: int, y: int, other_x: int, other_y: int, frame: Frame) -> bool:
    reach = TREMOR / frame.units_per_pixel
    return (x - other_x) ** 2 + (y - other_y) ** 2 <= reach**2
