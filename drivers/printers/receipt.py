"""What a receipt is: lines of text in a few styles. The kiosk composes it, the driver draws it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Style(StrEnum):
    """How a line looks."""

    TITLE = "title"
    BODY = "body"
    SMALL = "small"
    RULE = "rule"
    """A line across the paper; its text is not printed."""


class Align(StrEnum):
    """Where a line stands on the paper."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One paragraph: wrapped to the paper by the driver. An empty text is an empty line."""

    text: str
    style: Style = Style.BODY
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt from top to bottom, without feed and cut."""

    lines: tuple[ReceiptLine, ...]
