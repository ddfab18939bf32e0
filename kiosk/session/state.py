"""Everything the kiosk knows while it runs: what surrounds every screen, and the scene that is on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from kiosk.model.circulation import Item, Language, Patron, Purpose, SecurityMarks
from kiosk.model.facts import Found
from kiosk.model.finding import TitlesFound
from kiosk.model.ids import AskId, IdSource, IntentId, ItemId, SessionId, Uid
from kiosk.model.joining import Joined
from kiosk.model.journal import Doubt, JournalLine, LentAlone
from kiosk.model.questions import AccountLoan, AccountTold
from kiosk.model.reasons import Reason
from kiosk.rules.offline import OfflineCopy, OfflinePolicy
from kiosk.session.board import Board
from kiosk.session.call_parts import Call
from kiosk.session.events import Device, Health, Paper, TagKind
from kiosk.session.form_parts import Field, Form
from kiosk.session.opened import Keys, Opened
from kiosk.session.orders import MessageOrder, Waiting
from kiosk.session.pay_stage import Paying
from kiosk.session.receipt_parts import MailTrouble, ReceiptStage
from kiosk.session.staff_parts import Deed, StaffPart, Tried
from kiosk.session.timeouts import Timeouts

KNOWN_ITEMS = 500


@dataclass(frozen=True, slots=True)
class Policy:
    """Settings that the reducer judges by."""

    marks: SecurityMarks = field(default_factory=SecurityMarks)
    offline: OfflinePolicy = field(default_factory=OfflinePolicy)
    needs_copy: bool = False
    """Central sends copies of what to decide by; without one nothing is lent alone."""
    timeouts: Timeouts = field(default_factory=Timeouts)
    time_zone: str = "Asia/Shanghai"
    languages: tuple[Language, ...] = (Language.ZH, Language.EN)
    staff: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Cards that open the staff mode, each with the name that the journal calls it by."""
    lamps: bool = False
    """There are lamps that can be tried."""
    joins: bool = False
    """New patrons may ask for a card here."""
    asks_pin: bool = False
    """Central wants the PIN of a card, too; of a number that was typed it always does."""


@dataclass(frozen=True, slots=True)
class OnPad:
    """A tag in the field. `kind` is None while its memory is being read."""

    uid: Uid
    kind: TagKind | None = None
    item: ItemId | None = None
    title: str = ""
    afi: int | None = None


class Panel(StrEnum):
    """What can be opened over every screen."""

    LANGUAGES = "languages"
    ACCESS = "access"


class Access(StrEnum):
    """How the kiosk can be made easier to use, for one visit."""

    LARGE = "large"
    """Everything larger."""
    CONTRAST = "contrast"
    LOW = "low"
    """Every control within reach from a wheelchair."""
    CALM = "calm"
    """Nothing moves."""
    TIME = "time"
    """Waits longer before it asks whether somebody is still there."""
    SPEECH = "speech"
    """Read aloud to headphones, and used by the keypad."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What holds on every screen."""

    policy: Policy
    ids: IdSource
    language: Language
    now_s: float
    utc: datetime
    online: bool = False
    copy: OfflineCopy | None = None
    """What to decide by while central does not answer."""
    alone: tuple[LentAlone, ...] = ()
    """What was lent by that copy since it was made."""
    storage_ok: bool = True
    paper: Paper = Paper.NONE
    devices: Mapping[Device, Health] = field(default_factory=lambda: MappingProxyType({}))
    pad: Mapping[Uid, OnPad] = field(default_factory=lambda: MappingProxyType({}))
    doubts: Mapping[IntentId, Doubt] = field(default_factory=lambda: MappingProxyType({}))
    """Open intents whose outcome is not known. By intent: one item may have two, on two tags."""
    mending: Mapping[Uid, float] = field(default_factory=lambda: MappingProxyType({}))
    """Tags that are being settled just now, and since when (monotonic seconds)."""
    known: Mapping[ItemId, Item] = field(default_factory=lambda: MappingProxyType({}))
    """Titles by number, newest last, at most `KNOWN_ITEMS`. What central says replaces what a tag says."""
    resting: frozenset[Uid] = frozenset()
    """Tags that lay there before: they start and join nothing until taken off, or until a touch or card comes."""
    pad_up: bool = False
    """Whether the pad has said that it is well since it was last gone, or since the start."""
    lying_until_s: float = 0.0
    """A tag that is first seen before this instant lay there when the pad came up."""
    tell_s: float | None = None
    """When central is told of doubts that it has not heard of."""
    settled: tuple[ItemId, ...] = ()
    """Items on the pad whose doubt the last start settled: shown on attract until taken or a session begins."""
    card: str | None = None
    """The card that lies on the reader; it opens no second session before it was lifted."""
    faults: Mapping[Device, str] = field(default_factory=lambda: MappingProxyType({}))
    """What a device that is not well said last, for staff alone."""
    closed: bool = False
    """Staff or the fleet closed the kiosk for service."""
    orders: tuple[Waiting, ...] = ()
    """Of the fleet, not finished."""
    message: MessageOrder | None = None
    """What the fleet says on the first screen."""
    in_bin: int = 0
    """Items returned since staff emptied the bin."""
    wrong_pins: int = 0
    """Wrong staff PINs in a row."""
    shut_until_s: float | None = None
    """Until then no staff PIN is looked at (monotonic)."""
    call: Call | None = None
    """For staff, from this visit."""
    card_s: float | None = None
    """Since when the card lies on the reader (monotonic)."""
    lifted: str | None = None
    """The card that was lifted last after lying longer than a tap: its owner is going."""
    quiet_s: float | None = None
    """When an open help and another language go back by themselves on a screen without a visit (monotonic)."""
    panel: Panel | None = None
    access: frozenset[Access] = frozenset()
    board: Board = field(default_factory=Board)

    @property
    def prints(self) -> bool:
        """Whether a receipt may be offered. A printer that is back is as it last said it was."""
        return self.paper is not Paper.NONE and self.devices.get(Device.PRINTER) is not Health.GONE

    @property
    def timeouts(self) -> Timeouts:
        """As the library set them; longer for whoever asked for more time, or listens."""
        plain = self.policy.timeouts
        return plain.patient() if self.access & {Access.TIME, Access.SPEECH} else plain


class Stage(StrEnum):
    """Where one item is on its way. The screen shows one state pill for each."""

    READING = "reading"
    ASKING = "asking"
    """Borrow: the intent is journalled and central is asked."""
    WRITING = "writing"
    """The loan (or the return's intent) is committed; the tag is being written."""
    PUT_BACK = "put-back"
    """Taken off too early: the tag is not known to be written."""
    DONE = "done"
    """Lent or returned, tag read back."""
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    """A tag without a usable item number: its barcode is asked for."""
    UNDONE = "undone"
    """The loan was taken back: the item stays in the library."""
    DOUBTFUL = "doubtful"
    """The session goes on without it; the doubt list has it and the staff are told."""


@dataclass(frozen=True, slots=True)
class Row:
    """One item of the live list."""

    uid: Uid
    stage: Stage
    since_s: float
    item: Item | None = None
    intent: IntentId | None = None
    ask: AskId | None = None
    due: datetime | None = None
    reasons: tuple[Reason, ...] = ()
    afi: int | None = None
    """What the tag is known to hold; None where nobody knows (a write is not answered, or never was)."""
    afi_before: int | None = None
    found: Found | None = None
    present: bool = True
    provisional: bool = False
    writes: int = 0
    """Writes ordered and not answered yet; a second one is not ordered before the first was answered."""
    mending: bool = False
    """An older doubt about this item is settled first; then it goes its own way."""


@dataclass(frozen=True, slots=True)
class Idle:
    """When somebody last did something, and since when the time-out warning stands."""

    active_s: float
    warned_s: float | None = None


@dataclass(frozen=True, slots=True)
class Attract:
    """Nobody is here. `notice` is one plain sentence that the last session or a lone foreign tag left behind."""

    notice: Reason | None = None
    notice_until_s: float = 0.0
    help: bool = False


@dataclass(frozen=True, slots=True)
class Identifying:
    """A card is wanted (or was shown and central is being asked)."""

    idle: Idle
    purpose: Purpose | None
    token: str | None = None
    ask: AskId | None = None
    problem: Reason | None = None
    help: bool = False


@dataclass(frozen=True, slots=True)
class Home:
    """A patron is known and chooses."""

    idle: Idle
    session: SessionId
    patron: Patron
    token: str
    notice: Reason | None = None
    notice_until_s: float = 0.0
    help: bool = False


@dataclass(frozen=True, slots=True)
class Borrowing:
    idle: Idle
    session: SessionId
    patron: Patron
    token: str
    rows: tuple[Row, ...] = ()
    finishing_s: float | None = None
    """Since when the patron is done while items are still under way."""
    notice: Reason | None = None
    notice_until_s: float = 0.0
    returned: tuple[Row, ...] = ()
    """What the same session returned before, for its receipt."""
    help: bool = False


@dataclass(frozen=True, slots=True)
class Returning:
    """Needs no patron: whoever brings a book back may."""

    idle: Idle
    session: SessionId
    patron: Patron | None
    token: str | None
    rows: tuple[Row, ...] = ()
    finishing_s: float | None = None
    notice: Reason | None = None
    notice_until_s: float = 0.0
    borrowed: tuple[Row, ...] = ()
    help: bool = False


class RenewStage(StrEnum):
    """Where the renewal of one loan is on its way."""

    STANDS = "stands"
    WAITING = "waiting"
    """Asked for together with others: its turn comes."""
    ASKING = "asking"
    """The intent is journalled and central is asked."""
    RENEWED = "renewed"
    """The fact is journalled: the new date stands."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class LoanRow:
    """One loan of the account."""

    loan: AccountLoan
    stage: RenewStage = RenewStage.STANDS
    intent: IntentId | None = None
    reasons: tuple[Reason, ...] = ()


class Part(StrEnum):
    """What of an account is shown."""

    LOANS = "loans"
    HOLDS = "holds"
    CHARGES = "charges"
    DETAILS = "details"
    """PIN and address."""


@dataclass(frozen=True, slots=True)
class Account:
    """What a patron has, waits for and owes: as central told it in this visit, and kept no longer than that."""

    idle: Idle
    session: SessionId
    patron: Patron
    token: str
    ask: AskId | None = None
    """The question that is out."""
    told: AccountTold | None = None
    told_at: datetime | None = None
    """When central told it."""
    loans: tuple[LoanRow, ...] = ()
    """Those of `told`, with what was done about them here."""
    part: Part = Part.LOANS
    giving_up: str = ""
    """The hold of which the patron has to say once more that they give it up."""
    given_up: frozenset[str] = frozenset()
    """Holds that were cancelled here."""
    paying: Paying | None = None
    """The order that is looked at."""
    lies_s: float | None = None
    """Since when the patron's card lies on the reader; lifted after more than a tap, the visit is over."""
    notice: Reason | None = None
    notice_until_s: float = 0.0
    help: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Somebody looks for a title; `session` and `patron` once a card has said who it is."""

    idle: Idle
    session: SessionId | None = None
    patron: Patron | None = None
    token: str = ""
    typed: str = ""
    keys: Keys = Keys.LETTERS
    ask: AskId | None = None
    """The question that is out; older ones are not waited for."""
    silent: bool = False
    """Central did not answer the last one."""
    found: TitlesFound | None = None
    """Kept for this visit, so that something is there when the line goes."""
    found_of: str = ""
    """What was typed for it."""
    row: int = 0
    """Of the Chinese words that are offered for letters."""
    told_at: datetime | None = None
    """When central last told where things are."""
    opened: Opened | None = None
    card_ask: AskId | None = None
    notice: Reason | None = None
    notice_until_s: float = 0.0
    help: bool = False


@dataclass(frozen=True, slots=True)
class Closing:
    """What was done, and the choice of a receipt; then the screen is wiped."""

    session: SessionId
    purpose: Purpose
    patron: Patron | None
    token: str | None
    borrowed: tuple[Row, ...]
    returned: tuple[Row, ...]
    receipt: ReceiptStage
    until_s: float
    """When the default (no receipt) is taken, or the farewell ends."""
    job: str | None = None
    ask: AskId | None = None
    """The receipt that central is asked to send."""
    no_mail: MailTrouble | None = None
    """Why it cannot be sent; the other ways are still there."""
    others: tuple[Row, ...] = ()
    """Items that did not end well (refused, undone, doubtful), each with its reason: told, never on the receipt."""
    help: bool = False


class OutCause(StrEnum):
    """Why the kiosk cannot lend or take back just now."""

    PAD = "pad"
    STORAGE = "storage"
    STARTING = "starting"
    CLOSED = "closed"
    """Staff closed it."""


@dataclass(frozen=True, slots=True)
class OutOfService:
    causes: tuple[OutCause, ...]
    session: SessionId | None = None
    """A session that was on when the pad or the disk went, and is not journalled as ended yet."""
    help: bool = False


@dataclass(frozen=True, slots=True)
class StaffPin:
    """A staff card was shown: its PIN is wanted, or is being checked."""

    idle: Idle
    card: str
    digits: str = field(default="", repr=False)
    check: AskId | None = None
    problem: Reason | None = None
    left: SessionId | None = None
    """A session that could not be journalled as ended before this."""
    help: bool = False


@dataclass(frozen=True, slots=True)
class Staff:
    """Staff look after the machine. Nothing is lent or taken back, and nothing of a patron is shown."""

    idle: Idle
    session: SessionId
    name: str
    """Of the card."""
    part: StaffPart = StaffPart.DEVICES
    asked: Deed | None = None
    """What has to be said once more before it is done."""
    tried: Mapping[Device, Tried] = field(default_factory=lambda: MappingProxyType({}))
    lamps: Tried | None = None
    job: str | None = None
    """Of the test print that is out."""
    lines: tuple[JournalLine, ...] = ()
    left: SessionId | None = None
    """A session that could not be journalled as ended before this."""
    help: bool = False


@dataclass(frozen=True, slots=True)
class Filling:
    """Somebody answers one question after the other. What they say stays here until it is sent, and nowhere else."""

    idle: Idle
    form: Form
    at: Field
    """The question that is on the screen."""
    said: Mapping[Field, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    typed: str = field(default="", repr=False)
    letters: str = field(default="", repr=False)
    """Of pinyin, waiting to become characters."""
    row: int = 0
    """Which of the rows of candidates is shown."""
    keys: Keys = Keys.LETTERS
    purpose: Purpose | None = None
    session: SessionId | None = None
    patron: Patron | None = None
    token: str = ""
    ask: AskId | None = None
    """The question to central that is out."""
    name: AskId | None = None
    """What a wish is sent under, however often: it is done once."""
    problem: Reason | None = None
    joined: Joined | None = None
    done: bool = False
    help: bool = False


Scene = (
    Attract
    | Identifying
    | Filling
    | Home
    | Borrowing
    | Returning
    | Account
    | Finding
    | Closing
    | OutOfService
    | StaffPin
    | Staff
)


@dataclass(frozen=True, slots=True)
class Kiosk:
    """The whole state."""

    around: Surroundings
    scene: Scene
