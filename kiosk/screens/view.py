"""The view model: what a screen says and offers, in words already, before anything has a place."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.model.circulation import Language
from kiosk.screens.tokens import CoverColours, Tone
from kiosk.screens.tree import Action, Role


@dataclass(frozen=True, slots=True)
class Button:
    """A button of the bottom bar or of a dialog."""

    id: str
    label: str
    icon: str
    action: Action | None
    main: bool = False
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A big button with a second line."""

    id: str
    label: str
    second: str
    icon: str
    action: Action
    main: bool = False


@dataclass(frozen=True, slots=True)
class BannerItem:
    """One item that a banner speaks of: its number, its title where that is known here, how it is, and why."""

    number: str
    title: str
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Banner:
    """One sentence across the screen."""

    id: str
    text: str
    icon: str
    tone: Tone
    role: Role = Role.STATUS
    value: str = ""
    items: tuple[BannerItem, ...] = ()
    """The items that it speaks of: in the tree, not drawn."""


@dataclass(frozen=True, slots=True)
class Header:
    """The library's name and the clock."""

    library: str
    library_other: str
    clock: str
    day: str


@dataclass(frozen=True, slots=True)
class Pill:
    """The state of an item: colour, icon and word."""

    text: str
    icon: str
    tone: Tone
    spins: bool = False


@dataclass(frozen=True, slots=True)
class Cover:
    """A drawn cover; `letter` is empty while the title is not known."""

    letter: str
    colours: CoverColours


@dataclass(frozen=True, slots=True)
class RowView:
    """One item of the live list."""

    title: str
    number: str
    state: str
    pill: Pill
    detail: str
    detail_colour: str
    cover: Cover
    remove: Action | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many more may be borrowed."""

    label: str
    count: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts below a list, and how much of the work is done (0 to 1)."""

    text: str
    icon: str
    tone: Tone
    progress: float


@dataclass(frozen=True, slots=True)
class AttractBody:
    welcome: str
    title: str
    tagline: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class IdentifyBody:
    title: str
    sentence: str
    alternative: str
    looking: bool


@dataclass(frozen=True, slots=True)
class HomeBody:
    title: str
    sentence: str
    allowance: Allowance | None
    choices: tuple[Choice, ...]
    hint: str


@dataclass(frozen=True, slots=True)
class ListBody:
    """Borrow or return: `id` is the prefix of its nodes."""

    id: str
    title: str
    sentence: str
    sentence_private: bool
    allowance: Allowance | None
    rows: tuple[RowView, ...]
    summary: Summary
    picture_hint: str
    more_hint: str
    page_label: str
    """With the placeholders `{page}` and `{pages}` still in it: how many pages there are is a matter of layout."""
    page_before: str
    page_after: str
    remove_label: str


@dataclass(frozen=True, slots=True)
class ReceiptBody:
    title: str
    sentence: str
    icon: str
    tone: Tone
    covers: tuple[Cover, ...]
    left_over: Banner | None
    question: str
    choices: tuple[Choice, ...]
    none: Button | None
    note: Banner | None


@dataclass(frozen=True, slots=True)
class OutBody:
    """Out of service, or starting."""

    title: str
    sentences: tuple[str, ...]
    banners: tuple[Banner, ...]
    icon: str
    tone: Tone
    spins: bool


Body = AttractBody | IdentifyBody | HomeBody | ListBody | ReceiptBody | OutBody


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
    steps: tuple[str, ...]
    desk: str
    close: Button


@dataclass(frozen=True, slots=True)
class View:
    """A whole screen."""

    screen_id: str
    language: Language
    header: Header
    banners: tuple[Banner, ...]
    body: Body
    bar: tuple[Button, ...]
    countdown: str = ""
    """A line in place of the main action."""
    overlay: TimeoutOverlay | HelpOverlay | None = None
    turn: int = 0
    """Degrees by which turning icons stand now."""
    sway: int = 0
    """Units by which moving pictures stand off their place now, -12 to 12."""
