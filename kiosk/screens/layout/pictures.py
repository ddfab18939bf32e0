"""The illustrations and how wide they are for their height."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.screens.layout.canvas import Canvas
from kiosk.screens.ops import Box


@dataclass(frozen=True, slots=True)
class Illustration:
    """A file of `kiosk/screens/pictures` and the size of its view box."""

    name: str
    width: int
    height: int

    def fitted(self, box: Box) -> Box:
        """The largest box of its proportions in the middle of `box`."""
        scale = min(box.w / self.width, box.h / self.height)
        return box.centred(int(self.width * scale), int(self.height * scale))


SHELF = Illustration("shelf", 880, 480)
PAD = Illustration("pad", 640, 440)
READER = Illustration("reader", 640, 300)
CARD = Illustration("card", 320, 210)
BY_NAME = {picture.name: picture for picture in (SHELF, PAD, READER, CARD)}


def place(canvas: Canvas, box: Box, picture: Illustration) -> Box:
    """Draw it as large as it fits; returns where."""
    where = picture.fitted(box)
    canvas.picture(where, picture.name)
    return where
