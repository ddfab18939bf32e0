"""The visual language: colours, type and spacing. Lengths are units: 1080 of them span the shorter side."""

from __future__ import annotations

from dataclasses import dataclass

PAPER = "#F7F3EC"
BAR = "#EFE8DC"
CARD = "#FFFFFF"
LINE = "#E3DACB"
INK = "#1E2A2F"
MUTED = "#55626A"
TEAL = "#0B5F5B"
TEAL_DARK = "#084844"
TINT = "#DDECE9"
WHITE = "#FFFFFF"
ON_TEAL = "#D7ECE9"
"""The second line on a teal button: 6.2 on teal."""
PRESSED_CARD = "#F1EADF"
VEIL = "#1E2A2FB8"
FOCUS = "#FFE14D"
"""The ring around where the keypad is; its edge is ink: one of both is seen on every ground."""


@dataclass(frozen=True, slots=True)
class Tone:
    """Colours of one kind of message: never alone, an icon and a word go with them."""

    ink: str
    ground: str


WORK = Tone(TEAL_DARK, TINT)
OK = Tone("#17693F", "#E3F2E8")
WARN = Tone("#8A4B00", "#FCEFD8")
ERROR = Tone("#A3261F", "#FBE6E3")
PLAIN = Tone(MUTED, BAR)

DISPLAY = 84
TITLE = 72
HEADING = 48
BODY = 36
SMALL = 30
SMALLEST = 28

LINE_CJK = 1.25
LINE_LATIN = 1.3

MARGIN = 56
GAP = 24
RADIUS = 28
RADIUS_BIG = 36
BAR_HEIGHT = 196

TARGET_MAIN = 64
"""20 mm at 3.2 units a millimetre (27-inch screen)."""
TARGET = 39
"""12 mm."""
APART = 10
"""3 mm between two targets."""
TREMOR = 38
"""12 mm."""


@dataclass(frozen=True, slots=True)
class CoverColours:
    """A drawn cover: its front, its spine, and the letter on it."""

    front: str
    spine: str
    ink: str


COVERS = (
    CoverColours("#B5473A", "#8E342A", WHITE),
    CoverColours("#4F6E7C", "#3A5561", WHITE),
    CoverColours("#DDAA4A", "#B98527", INK),
    CoverColours("#7A5C99", "#5F457B", WHITE),
    CoverColours("#8DB6A5", "#6A9886", INK),
    CoverColours("#2F5D87", "#224766", WHITE),
    CoverColours("#A85A2A", "#85431B", WHITE),
    CoverColours("#6B7A3A", "#525E2A", WHITE),
)
