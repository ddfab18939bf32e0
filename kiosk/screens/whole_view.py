"""The view model of a whole screen: its body between header and bar, and what lies over it."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.model.circulation import Language
from kiosk.screens.palette import PLAIN_PALETTE, Palette
from kiosk.screens.view import Banner, Body, Button, Header, Paging
from kiosk.session.state import Access


@dataclass(frozen=True, slots=True)
class TimeoutOverlay:
    title: str
    seconds: int
    left: float
    """Share of the warning that is left, 0 to 1."""
    seconds_text: str
    sentence: str
    stay: Button


@dataclass(frozen=True, slots=True)
class HelpOverlay:
    title: str
    picture: str
    """Of `kiosk/screens/layout/pictures`."""
    steps: tuple[str, ...]
    desk: Banner
    """Where people are, or how the call for them went."""
    call: Button | None
    close: Button


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """A language by its own name."""

    language: Language
    name: str
    shown: bool


@dataclass(frozen=True, slots=True)
class LanguagesOverlay:
    title: str
    choices: tuple[LanguageChoice, ...]
    close: Button


@dataclass(frozen=True, slots=True)
class AccessChoice:
    """One way of making the kiosk easier to use, and whether it is on."""

    name: str
    label: str
    icon: str
    state: str
    """The word for on or off."""
    on: bool


@dataclass(frozen=True, slots=True)
class AccessOverlay:
    title: str
    sentence: str
    choices: tuple[AccessChoice, ...]
    close: Button


Overlay = TimeoutOverlay | HelpOverlay | LanguagesOverlay | AccessOverlay


@dataclass(frozen=True, slots=True)
class View:
    """A whole screen."""

    screen_id: str
    language: Language
    header: Header
    banners: tuple[Banner, ...]
    body: Body
    bar: tuple[Button, ...]
    turning: Paging
    """The words of a screen that goes on pages."""
    countdown: str = ""
    """A line in place of the main action."""
    overlay: Overlay | None = None
    access: frozenset[Access] = frozenset()
    palette: Palette = PLAIN_PALETTE
    title_size: int = 100
    turn: int = 0
    """Degrees by which turning icons stand now."""
    sway: int = 0
    """Units by which moving pictures stand off their place now, -12 to 12."""
