"""What the codes of exceptions mean, for staff. The live page speaks English."""

from __future__ import annotations

from kiosk.model.circulation import Language
from kiosk.words.sentences import CONSOLE, words


def sentence(why: str) -> str:
    """The words for a code; the code itself where a later version made it."""
    known = words(Language.EN, CONSOLE).known(f"why.{why}")
    return why if known is None else known.other
