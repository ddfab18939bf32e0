"""Steps of duties as their effects see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from kiosk.central.documents import PaperRow
from kiosk.library.forms import Values


class Hindered(Exception):
    """A step that the figures of its paper, or something elsewhere, do not allow: the key of the sentence that says
    why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Deed:
    """A step that was taken: the paper as it was before it, and what it wrote."""

    connection: Connection
    row: PaperRow
    values: Values
    who: str
    now: datetime


Effect = Callable[[Deed], None]
