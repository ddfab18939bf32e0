"""The display and what people do at it: a window, the whole screen or memory alone; fingers, mouse and keypad."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pygame

from kiosk.screens.frame import Size
from kiosk.screens.guide import Key
from kiosk.screens.ops import Box

EXPOSED = frozenset(
    {
        pygame.VIDEOEXPOSE,
        pygame.WINDOWEXPOSED,
        pygame.WINDOWSHOWN,
        pygame.WINDOWRESTORED,
        pygame.WINDOWSIZECHANGED,
        pygame.WINDOWDISPLAYCHANGED,
    }
)
"""A screen that was unplugged, asleep or behind another window comes back so."""


class NoDisplay(Exception):
    """There is no screen to open a window on; the text says what to do."""


class Mode(StrEnum):
    """Where the picture goes."""

    WINDOW = "window"
    FULLSCREEN = "fullscreen"
    HEADLESS = "headless"


KEYS = {
    pygame.K_DOWN: Key.NEXT,
    pygame.K_RIGHT: Key.NEXT,
    pygame.K_TAB: Key.NEXT,
    pygame.K_UP: Key.BEFORE,
    pygame.K_LEFT: Key.BEFORE,
    pygame.K_RETURN: Key.OK,
    pygame.K_KP_ENTER: Key.OK,
    pygame.K_SPACE: Key.OK,
    pygame.K_F1: Key.RAISED,
    pygame.K_ESCAPE: Key.STOP,
    pygame.K_F2: Key.PACE,
    pygame.K_F3: Key.CURTAIN,
    pygame.K_F15: Key.PLUGGED,
    pygame.K_F14: Key.UNPLUGGED,
}
"""A keypad is a keyboard: what its keys are called there. See docs/access.md."""


class PointerKind(StrEnum):
    DOWN = "down"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Pointer:
    """A finger or a mouse on the screen, in pixels."""

    kind: PointerKind
    x: int
    y: int
    finger: int = 0
    """Which one: several may be on the glass."""


class Window:
    """The display: a real window, the whole screen, or memory alone. Only display and font are initialised.

    Raises `NoDisplay`.
    """

    def __init__(self, size: Size, mode: Mode) -> None:
        self.closed = False
        self.mode = mode
        self._exposed = False
        self.keys: list[Key] = []
        """Keys that went down and nobody asked for yet."""
        if mode is Mode.HEADLESS:
            self.surface = pygame.Surface((size.width, size.height), depth=32)
            return
        flags = pygame.FULLSCREEN | pygame.SCALED if mode is Mode.FULLSCREEN else 0
        try:
            pygame.display.init()
            self.surface = pygame.display.set_mode((size.width, size.height), flags)
        except pygame.error as trouble:
            raise NoDisplay(
                f"no {mode.value} of {size.width} x {size.height} can be shown: {trouble}; start the kiosk in a "
                'graphical session, or set mode = "headless" under [screen] in kiosk.toml'
            ) from None
        pygame.display.set_caption("Library Kiosk")
        if mode is Mode.FULLSCREEN:
            pygame.mouse.set_visible(False)

    def take_exposed(self) -> bool:
        """Whether the screen was away and is back since this was asked last: what it shows is not known."""
        exposed, self._exposed = self._exposed, False
        return exposed

    def update(self, boxes: list[Box]) -> None:
        """Put the painted boxes before the patron's eyes."""
        if self.mode is not Mode.HEADLESS and boxes:
            pygame.display.update([(box.x, box.y, box.w, box.h) for box in boxes])

    def pointers(self) -> list[Pointer]:
        """What fingers and the mouse did since the last call."""
        if self.mode is Mode.HEADLESS:
            return []
        width, height = self.surface.get_size()
        found: list[Pointer] = []
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                self.closed = True
            elif event.type in EXPOSED:
                self._exposed = True
            elif event.type == pygame.KEYDOWN and event.key in KEYS:
                self.keys.append(KEYS[event.key])
            elif event.type in (pygame.FINGERDOWN, pygame.FINGERUP):
                kind = PointerKind.DOWN if event.type == pygame.FINGERDOWN else PointerKind.UP
                found.append(Pointer(kind, int(event.x * width), int(event.y * height), event.finger_id))
            elif event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP) and not event.touch and event.button == 1:
                kind = PointerKind.DOWN if event.type == pygame.MOUSEBUTTONDOWN else PointerKind.UP
                found.append(Pointer(kind, *event.pos))
        return found

    def close(self) -> None:
        if self.mode is not Mode.HEADLESS:
            pygame.display.quit()
