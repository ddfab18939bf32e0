"""What a conversation with a FEIG reader teaches about it."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.pads.feig.frames import LONGEST_STANDARD


@dataclass(slots=True)
class Learned:
    """Until the line is opened anew."""

    advanced: bool = False
    """Requests go out in the advanced form: the reader did not know the short one."""
    longest_answer: int = LONGEST_STANDARD
    """Bytes."""
    address: int | None = None
    """The reader's own, when any was asked."""
