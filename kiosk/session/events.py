"""What can happen to a kiosk, in the past tense. Devices, patrons, central and time all speak through these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kiosk.model.circulation import Language
from kiosk.model.ids import AskId, ItemId, Uid
from kiosk.model.journal import JournalLine
from kiosk.model.questions import Answer
from kiosk.rules.offline import OfflineCopy


@dataclass(frozen=True, slots=True)
class Moment:
    """When an event reached the reducer."""

    mono_s: float
    """Monotonic seconds: durations and time-outs are measured with it."""
    utc: datetime
    """Aware wall clock: only written down and shown, never subtracted."""


class Device(StrEnum):
    """The machine's parts that can fail apart from each other."""

    PAD = "pad"
    CARDS = "cards"
    SCANNER = "scanner"
    PRINTER = "printer"


class Health(StrEnum):
    """How a device is."""

    UNKNOWN = "unknown"
    OK = "ok"
    DEGRADED = "degraded"
    GONE = "gone"


class Paper(StrEnum):
    """What the printer can still do."""

    OK = "ok"
    LOW = "low"
    NONE = "none"
    """Paper out, cover open, cutter jammed or printer gone: printing is not offered."""


class Touch(StrEnum):
    """What a button means. The screen sends these; where a touch has an object, it is in `Touched.target`."""

    BORROW = "borrow"
    RETURN = "return"
    ACCOUNT = "account"
    SHOW = "show"
    """Another part of the account (target: its name)."""
    RENEW = "renew"
    """Let one loan go on (target: its number in the list, from 1: the screen's mirrors name no item)."""
    RENEW_ALL = "renew-all"
    GIVE_UP = "give-up"
    """Wait no more (target: the hold's number in the list); asked once more before it is done."""
    PAY = "pay"
    """Pay by phone what is owed; ask for another code, or once more how it ended."""
    FIND = "find"
    TYPE = "type"
    """A key (target: its sign)."""
    ERASE = "erase"
    """The last sign away, or the last digit of a PIN."""
    CLEAR = "clear"
    KEYS = "keys"
    """Other keys (target: which)."""
    OPEN = "open"
    """Look at one title (target: its number in the list, from 1)."""
    HOLD = "hold"
    """Wait for the title that is looked at."""
    HOME = "home"
    DONE = "done"
    BACK = "back"
    HELP = "help"
    CLOSE_HELP = "close-help"
    NEXT_LANGUAGE = "next-language"
    LANGUAGES = "languages"
    """Show all languages to choose from."""
    ACCESS = "access"
    """Show the ways in which the kiosk can be made easier to use."""
    SET_ACCESS = "set-access"
    """Switch one of them on or off (target: its name)."""
    CLOSE_PANEL = "close-panel"
    STILL_HERE = "still-here"
    PRINT = "print"
    NO_RECEIPT = "no-receipt"
    TO_PHONE = "to-phone"
    """The receipt as a code on the screen."""
    TO_MAIL = "to-mail"
    """The receipt by e-mail."""
    CALL_STAFF = "call-staff"
    DIGIT = "digit"
    """One digit of a PIN (target)."""
    ENTER = "enter"
    """The PIN, or the answer to a question, is complete."""
    NUMBER = "number"
    """Type the number of a card."""
    JOIN = "join"
    """Ask for a card."""
    CHANGE = "change"
    """Another PIN or address (target: the form)."""
    PICK = "pick"
    """One of the characters that are offered (target: its number, from 1)."""
    MORE = "more"
    """The next row of them."""
    TEST = "test"
    """Staff: try a device (target: its row)."""
    DO = "do"
    """Staff: a deed (target: its name); some are asked for once more."""
    REMOVE = "remove"
    """Take one item (target: its uid) off the list before it is lent."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A finger was lifted inside a target that belongs to the screen then shown."""

    what: Touch
    target: str = ""


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    language: Language


@dataclass(frozen=True, slots=True)
class CardPresented:
    """A patron card on the reader. `token` is what central knows it by."""

    token: str


@dataclass(frozen=True, slots=True)
class CardNotRead:
    """A card was there but could not be read to the end."""


@dataclass(frozen=True, slots=True)
class CardLifted:
    pass


@dataclass(frozen=True, slots=True)
class CodeScanned:
    """A barcode or QR code: an item's number or a patron's card, the reducer decides which."""

    code: str


@dataclass(frozen=True, slots=True)
class CodeNotRead:
    """The scanner sent something that is no code (too long, empty after cleaning)."""


class TagKind(StrEnum):
    """What a tag turned out to be."""

    LIBRARY = "library"
    """Ours, with an item number."""
    FOREIGN = "foreign"
    """A library's tag with another owner, or a known format that is no library item (patron card, equipment)."""
    BROKEN = "broken"
    """Its data cannot be trusted (checksum, truncation) or there is no item number."""
    NOT_LIBRARY = "not-library"
    """Blank, a bank card, anything else that answers on this frequency."""


@dataclass(frozen=True, slots=True)
class TagSeen:
    """Something new lies on the pad; its memory is being read."""

    uid: Uid


@dataclass(frozen=True, slots=True)
class TagRead:
    """What a tag says. `afi` is None where the reader could not tell."""

    uid: Uid
    kind: TagKind
    item: ItemId | None
    title: str
    """The title on the tag, or empty."""
    afi: int | None


@dataclass(frozen=True, slots=True)
class TagGone:
    uid: Uid


@dataclass(frozen=True, slots=True)
class TagWritten:
    """The AFI was written and read back as written."""

    uid: Uid
    afi: int


class WriteTrouble(StrEnum):
    """Why a write is not known to be done."""

    AWAY = "away"
    LOCKED = "locked"
    NOT_TAKEN = "not-taken"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class TagNotWritten:
    """A write that is not known to be done; `afi` is what was read back, None where nobody knows."""

    uid: Uid
    why: WriteTrouble
    afi: int | None


@dataclass(frozen=True, slots=True)
class Answered:
    """Central answered in time."""

    ask: AskId
    answer: Answer


@dataclass(frozen=True, slots=True)
class AskExpired:
    """No answer within the deadline, or no line at all: the offline policy decides."""

    ask: AskId


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The line to central went up or down."""

    online: bool


@dataclass(frozen=True, slots=True)
class CopyChanged:
    """There is a newer copy of what to decide by while central does not answer."""

    copy: OfflineCopy


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    device: Device
    health: Health
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PaperChanged:
    paper: Paper


@dataclass(frozen=True, slots=True)
class Printed:
    job: str


@dataclass(frozen=True, slots=True)
class PrintFailed:
    job: str


@dataclass(frozen=True, slots=True)
class PinChecked:
    """Whether the PIN was that of the staff card."""

    check: AskId
    right: bool


@dataclass(frozen=True, slots=True)
class JournalTold:
    """What the journal holds, the newest first."""

    lines: tuple[JournalLine, ...]


@dataclass(frozen=True, slots=True)
class StaffAnswered:
    """What staff wanted to know of the kiosk."""

    answer: PinChecked | JournalTold


@dataclass(frozen=True, slots=True)
class StorageFailed:
    """A journal row could not be committed. The step that wanted it did not happen."""

    detail: str


@dataclass(frozen=True, slots=True)
class StorageRecovered:
    pass


@dataclass(frozen=True, slots=True)
class TimePassed:
    """The moment given with it is later than before; nothing else happened."""


Event = (
    Touched
    | LanguageChosen
    | CardPresented
    | CardNotRead
    | CardLifted
    | CodeScanned
    | CodeNotRead
    | TagSeen
    | TagRead
    | TagGone
    | TagWritten
    | TagNotWritten
    | Answered
    | AskExpired
    | LinkChanged
    | CopyChanged
    | DeviceChanged
    | PaperChanged
    | Printed
    | PrintFailed
    | StaffAnswered
    | StorageFailed
    | StorageRecovered
    | TimePassed
)
