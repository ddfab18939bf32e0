"""One measured figure, and what is aimed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`found` in `unit`; `most` is what it is to stay at or below, None where nothing is aimed at."""

    key: str
    what: str
    found: float
    unit: str
    most: float | None = None

    @property
    def reached(self) -> bool | None:
        return None if self.most is None else self.found <= self.most

    def told(self) -> dict[str, object]:
        """As JSON."""
        return {
            "key": self.key,
            "what": self.what,
            "found": round(self.found, 3),
            "unit": self.unit,
            "aim": self.most,
            "reached": self.reached,
        }

    def line(self) -> str:
        """As a row of a table in Markdown, as `docs/figures.md` has them."""
        aim = "" if self.most is None else f"≤ {self.most:g} {self.unit}" + ("" if self.reached else ", not reached")
        return f"| {self.what} | {self.found:.3g} {self.unit} | {aim} |"


def share(values: Sequence[float], of: float) -> float:
    """The value that `of` (0 to 1) of them do not exceed. They are not empty."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * of))]
