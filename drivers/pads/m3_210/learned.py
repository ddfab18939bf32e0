"""What a conversation with a 3M reader teaches about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Learned:
    """Until the line is opened anew."""

    woken: bool = False
    """It answered the probe: an 810."""
    knows_tag_info: bool = True
    """It has the command 0D, until it says that it has not."""
    writes_many: bool = True
    """It has the command 04, until it says that it has not."""
