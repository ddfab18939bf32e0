"""What a conversation with a 3M reader teaches about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Way(Enum):
    """How to ask who is there."""

    VERSION = auto()
    PROBE = auto()
    """Wakes an 810; a 210's manual does not have it."""

    @property
    def other(self) -> Way:
        """What to try when this way was not answered."""
        return Way.PROBE if self is Way.VERSION else Way.VERSION


@dataclass(slots=True)
class Learned:
    """Until the line is opened anew."""

    way: Way = Way.VERSION
    """The way that was answered last; in a greeting, the one to try."""
    knows_tag_info: bool = True
    """It has the command 0D, until it says that it has not."""
    writes_many: bool = True
    """It has the command 04, until it says that it has not."""
