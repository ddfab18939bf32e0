"""The view model: what a screen says and offers, in words already, before anything has a place."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.model.floor import Floor, Shelf
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
    """Something is under way. Without an action and not busy, it cannot be used now: `why` says it."""
    why: str = ""


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

    logo: str
    """A picture of the theme, or empty."""
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
    private: bool = False


@dataclass(frozen=True, slots=True)
class Cover:
    """A drawn cover; `letter` is empty while the title is not known."""

    letter: str
    colours: CoverColours


@dataclass(frozen=True, slots=True)
class RowButton:
    """What can be done about one item."""

    name: str
    """The last part of its node's id."""
    label: str
    icon: str
    action: Action | None
    why: str = ""
    """Why it cannot be used now, where it has no action."""
    terse: bool = False
    """Its icon is enough where there is little room."""
    urgent: bool = False
    """A touch does what cannot be taken back."""


@dataclass(frozen=True, slots=True)
class RowView:
    """One item of a list."""

    title: str
    number: str
    state: str
    pill: Pill
    detail: str
    detail_colour: str
    cover: Cover
    button: RowButton | None = None
    private: bool = False
    """The second line is the patron's own, as the title is."""
    emphasis: bool = False
    """The second line in bold."""
    icon: str = ""
    """In place of a cover."""


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
    others: tuple[Button, ...]
    """Smaller, below the choices."""
    label: str = ""
    books: tuple[FoundRow, ...] = ()


@dataclass(frozen=True, slots=True)
class IdentifyBody:
    title: str
    sentence: str
    alternative: str
    looking: bool
    others: tuple[Button, ...] = ()
    """Ways in without a card."""


@dataclass(frozen=True, slots=True)
class HomeBody:
    title: str
    sentence: str
    allowance: Allowance | None
    choices: tuple[Choice, ...]
    others: tuple[Button, ...]
    """Smaller, below the choices."""
    hint: str


@dataclass(frozen=True, slots=True)
class Paging:
    """The words of a list that has pages."""

    id: str
    """The prefix of the list's nodes."""
    title: str
    label: str
    """With the placeholders `{page}` and `{pages}` still in it: how many pages there are is a matter of layout."""
    before: str
    after: str


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
    paging: Paging


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
    others: tuple[Button, ...]
    """Smaller, side by side."""
    none: Button | None
    note: Banner | None
    code: tuple[str, ...] = ()
    """The modules of a QR code, in place of mark and covers."""
    code_name: str = ""


@dataclass(frozen=True, slots=True)
class OutBody:
    """Out of service, or starting."""

    title: str
    sentences: tuple[str, ...]
    banners: tuple[Banner, ...]
    icon: str
    tone: Tone
    spins: bool


@dataclass(frozen=True, slots=True)
class Tab:
    """One part of the account."""

    id: str
    label: str
    value: str
    """How many, or how much: the patron's own."""
    icon: str
    action: Action
    shown: bool
    alerts: bool = False
    """Something in it asks for attention."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """In place of a list: a picture's worth of good or bad news."""

    text: str
    sentence: str
    icon: str
    spins: bool = False
    button: Button | None = None


@dataclass(frozen=True, slots=True)
class AccountBody:
    """A patron's loans, holds or charges."""

    title: str
    sentence: str
    allowance: Allowance | None
    tabs: tuple[Tab, ...]
    rows: tuple[RowView, ...]
    nothing: Nothing | None
    """Where there are no rows."""
    whole: Button | None
    """What can be done about all rows together."""
    paging: Paging


@dataclass(frozen=True, slots=True)
class PayBody:
    """An order that is paid by phone."""

    title: str
    sentence: str
    label: str
    amount: str
    icon: str
    tone: Tone
    spins: bool
    code: tuple[str, ...]
    note: Banner | None
    button: Button | None


@dataclass(frozen=True, slots=True)
class PinKey:
    """A key of the pad for a PIN: a digit, or an icon with its word for those who listen."""

    id: str
    label: str
    icon: str
    action: Action | None


@dataclass(frozen=True, slots=True)
class PinBody:
    """A question for a PIN. Of the digits only their number is known here."""

    title: str
    sentence: str
    notices: tuple[Banner, ...]
    entered: str
    count: int
    keys: tuple[PinKey, ...]
    """Eleven, in rows of three; the twelfth place is `enter`'s."""
    enter: Button
    id: str = "staff-pin"
    text: str = ""
    """The digits themselves, where they are no secret."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the screen's keyboard; `wide` in widths of a letter's key."""

    id: str
    label: str
    action: Action
    wide: float = 1.0
    icon: str = ""
    """In place of the label, which is read all the same."""


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One title of a list: the whole row is touched."""

    id: str
    title: str
    author: str
    call_number: str
    cover: Cover
    pill: Pill
    action: Action


@dataclass(frozen=True, slots=True)
class FindBody:
    """A box, what is found while somebody types, and the keys."""

    title: str
    typed: str
    hint: str
    """In the box while it is empty."""
    busy: bool
    said: str
    """What the list is of: how many, or what was looked for instead."""
    rows: tuple[FoundRow, ...]
    nothing: Nothing | None
    keys: tuple[tuple[Key, ...], ...]
    paging: Paging


@dataclass(frozen=True, slots=True)
class FormBody:
    """One question that is answered with the keyboard."""

    title: str
    sentence: str
    notices: tuple[Banner, ...]
    typed: str
    letters: str
    """Of pinyin, behind what is typed."""
    offered: tuple[Key, ...]
    """Characters for them."""
    more: Key | None
    keys: tuple[tuple[Key, ...], ...]
    enter: Button


@dataclass(frozen=True, slots=True)
class StepBody:
    """Something to read, to show a card for, or that is done."""

    title: str
    sentence: str
    notices: tuple[Banner, ...]
    icon: str
    lines: tuple[tuple[str, str], ...] = ()
    """Label and value; a point without a label. Values are the patron's own."""
    number: str = ""
    """Large, and as a code for a phone."""
    number_label: str = ""
    button: Button | None = None
    spins: bool = False
    reader: bool = False
    """A picture of the reader instead of an icon."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The floor with the shelf that is looked for and the way to it."""

    floor: Floor
    shelf: Shelf
    way: tuple[tuple[int, int], ...]
    here: str
    names: tuple[str, ...]
    """Of the floor's places, in their order."""
    said: str
    """The same in words."""


@dataclass(frozen=True, slots=True)
class TitleBody:
    """One title: what it is called, where it stands, and what can be done."""

    title: str
    author: str
    cover: Cover
    pill: Pill
    label: str
    """Over the call number."""
    call_number: str
    where: str
    plan: Plan | None
    copies: tuple[str, ...]
    hold: Button | None
    note: Banner | None
    """How the patron's wish for it stands."""
    like_label: str
    like: tuple[FoundRow, ...]
    code: tuple[str, ...]
    """The modules of its QR code: to be kept on a phone."""
    code_label: str


Body = (
    AttractBody
    | IdentifyBody
    | HomeBody
    | ListBody
    | AccountBody
    | FindBody
    | TitleBody
    | ReceiptBody
    | OutBody
    | PayBody
    | PinBody
    | FormBody
    | StepBody
)
