"""Which colours the tokens have: the library's own, or those of high contrast.

Layouts name tokens only. A token means one thing as a ground, another as ink or line: white is the paper of a card and
the letters on a teal button, and these need different colours where the ground becomes black.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kiosk.screens import tokens
from kiosk.screens.tokens import ERROR, OK, PLAIN, WARN, WORK

BLACK, WHITE, YELLOW, DARK = "#000000", "#FFFFFF", "#FFE14D", "#3A3A3A"
CONTRAST_LINE = 4
"""Units of a line in high contrast."""
ALPHA_AT = 7
"""Where the two digits of opacity begin in `#RRGGBBAA`."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours in place of the tokens'; a token that is not named keeps its own."""

    grounds: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    inks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    lines: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    outlined: bool = False
    """Everything round has a line around it: grounds alone do not tell one part from another."""

    def ground(self, colour: str) -> str:
        return self.grounds.get(colour, colour)

    def ink(self, colour: str) -> str:
        return self.inks.get(colour, colour)

    def line(self, colour: str) -> str:
        return self.lines.get(colour, colour)


PLAIN_PALETTE = Palette()
_TONES = (WORK, OK, WARN, ERROR, PLAIN)
_MAIN = (tokens.TEAL, tokens.TEAL_DARK)
CONTRAST = Palette(
    grounds={
        **dict.fromkeys((tokens.PAPER, tokens.BAR, tokens.CARD, tokens.TINT), BLACK),
        **{tone.ground: BLACK for tone in _TONES},
        **dict.fromkeys(_MAIN, YELLOW),
        tokens.PRESSED_CARD: DARK,
        tokens.LINE: DARK,
        tokens.VEIL: f"{BLACK}E0",
        **{cover: BLACK for colours in tokens.COVERS for cover in (colours.front, colours.spine)},
    },
    inks={
        **dict.fromkeys((tokens.INK, tokens.MUTED, tokens.TEAL_DARK), WHITE),
        **dict.fromkeys((OK.ink, WARN.ink, ERROR.ink, tokens.TEAL), YELLOW),
        **dict.fromkeys((tokens.WHITE, tokens.ON_TEAL), BLACK),
    },
    lines={tokens.LINE: WHITE, tokens.TEAL: YELLOW, ERROR.ink: YELLOW},
    outlined=True,
)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of `#RRGGBB`."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio: 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
