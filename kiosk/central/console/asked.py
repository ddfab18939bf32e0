"""What a page of the console is: an address, the permission that it asks for, and a function from request to answer."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine
from starlette.responses import ContentStream

from kiosk.central.answering import Desk
from kiosk.central.climate.desk import ClimateDesk
from kiosk.central.console.oidc import Oidc
from kiosk.central.mail.settings import MailSettings
from kiosk.central.objects.keeping import Objects
from kiosk.central.paying.provider import Provider
from kiosk.central.photographs import Photographs
from kiosk.library.documents import Action, Wish
from kiosk.library.forms import cents_of
from kiosk.rules.lending import Setting
from kiosk.rules.policy import ALL
from kiosk.web.roles import Permission, RolesFile
from kiosk.web.sessions import Limits, Note, Session, leave_note
from kiosk.web.staff import Staff
from kiosk.web.trail import NOTHING, Changes, record
from kiosk.words.sentences import CONSOLE, Words, words

DESK = "desk"
"""The station under which what staff do at a desk stands in the ledger, as what programs do through REST."""
LONGEST_TEXT = 1_000
STAGE = "stage-"
FORM_ID = re.compile(r"[0-9a-f-]{36}")
_SYMBOLS = {"CNY": "¥", "EUR": "€", "USD": "$", "GBP": "£"}


@dataclass(frozen=True, slots=True)
class Console:
    """What every page of it needs."""

    engine: Engine
    desk: Desk
    roles: RolesFile
    limits: Limits
    time_zone: str
    currency: str
    may_lend: bool
    """False where the library's own system lends: its desk does, then, and this one only looks."""
    changed: Callable[[], None]
    """Somebody has changed something that the live page shows."""
    notices_by: MailSettings | None = None
    """How patrons are written to; without it they are not."""
    payers: Sequence[Provider] = ()
    """Who takes money by phone; without one money is taken at the desk alone."""
    order_min: int = 15
    """So long an order can be paid."""
    oidc: Oidc | None = None
    """Who else says who somebody is; without it passwords alone do."""
    climate: ClimateDesk | None = None
    """What sensors say; without it none are heard."""
    objects: Objects | None = None
    """The digital store; without it there is none."""
    photos: Photographs | None = None
    """Where photographs of damage are kept; without it there are none."""
    population: int = 0
    """How many people the library serves; 0: not known."""

    def payer(self, name: object) -> Provider | None:
        """The provider of this name; None where there is none, or not any more."""
        return next((one for one in self.payers if one.name == name), None)

    def may(self, staff: Staff) -> frozenset[Permission]:
        """What somebody may do here."""
        held = self.roles.permissions(staff.roles)
        return held if self.may_lend else held - ILS_DECIDES


ILS_DECIDES = frozenset({Permission.LOAN_WRITE, Permission.HOLD_WRITE, Permission.CHARGE_TAKE, Permission.WAIVER_ASK})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form."""

    name: str
    content: bytes
    fault: str = ""
    """The key of the sentence that says why it cannot be used."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page, by its template and what that is made of."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """Go there: after a form, so that going back or loading again sends nothing twice."""

    to: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file to keep."""

    name: str
    content: ContentStream
    media_type: str = "text/csv; charset=utf-8"


Answer = Shown | Moved | Sheet


class Nothing(Exception):
    """There is no such thing: the key of the sentence that says so."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class BadField(ValueError):
    """A field that cannot be used: which, and the key of the sentence that says what it wants."""

    def __init__(self, name: str, key: str) -> None:
        super().__init__(f"{name}: {key}")
        self.name = name
        self.key = key


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of somebody who is signed in and may ask for this page, in a transaction of its own."""

    console: Console
    connection: Connection
    session: Session
    may: frozenset[Permission]
    now: datetime
    query: Mapping[str, str]
    form: Mapping[str, str]
    ticked: Mapping[str, Sequence[str]]
    """Fields of which a form may have several."""
    upload: Upload | None = None

    @property
    def who(self) -> str:
        """The name that histories keep."""
        return self.session.staff.name

    @property
    def words(self) -> Words:
        return words(self.session.staff.language, CONSOLE)

    @property
    def local_now(self) -> datetime:
        """By the library's clocks: its years begin there."""
        return self.now.astimezone(ZoneInfo(self.console.time_zone))

    @property
    def setting(self) -> Setting:
        """Where and when this desk decides."""
        desk = self.console.desk
        return Setting(desk.policy, self.now, self.session.staff.branch or desk.branch(DESK) or ALL)

    def say(self, key: str, **values: str | int) -> str:
        return self.words.say(key, **values)

    def word(self, group: str, code: object) -> str:
        """The words for a code."""
        return coded(self.words, group, code)

    def note(self, tone: str, key: str, more: str = "", **values: str | int) -> None:
        """For the next page: a sentence, and a title or the like."""
        leave_note(self.connection, self.session, Note(tone, self.say(key, **values), more))

    def record(self, action: str, subject: str, *, changes: Changes = NOTHING, reason: str = "") -> None:
        """Into the trail."""
        record(self.connection, self.who, action, subject, self.now, changes=changes, reason=reason)

    def wish(self, action: Action, version: int, reason: str = "") -> Wish[Action]:
        """For a step of a paper, whose form showed this version."""
        return Wish(action, self.who, self.may, version, reason)

    def version(self) -> int:
        """Of the paper that the form showed; 0, which none has, where it does not say."""
        text = self.form.get("version", "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0

    def text(self, name: str, longest: int = LONGEST_TEXT) -> str:
        """A field without what no screen shows; empty where there is none."""
        return plain(self.form.get(name, ""))[:longest]

    def need(self, name: str, longest: int = LONGEST_TEXT) -> str:
        """Raises `BadField` for an empty one."""
        value = self.text(name, longest)
        if not value:
            raise BadField(name, "wrong.empty")
        return value

    def cents(self, name: str) -> int:
        """An amount such as 12.50, in cents. Raises `BadField`."""
        return amount(name, self.text(name))

    def form_id(self) -> str:
        """What names this form for ever: sent twice, it is done once. Raises `BadField`."""
        value = self.form.get("form", "")
        if FORM_ID.fullmatch(value) is None:
            raise BadField("form", "wrong.form")
        return value


def coded(said: Words, group: str, code: object) -> str:
    """The words for a code; the code itself where a later version made it. `stage-KIND` is the group of the states of
    a duty, which may have words of their own or those of all duties."""
    if not code:
        return ""
    keys = [f"{group}.{code}"]
    if group.startswith(STAGE):
        keys = [f"stage.{group.removeprefix(STAGE)}-{code}", f"stage.{code}"]
    elif group == "action":
        keys.append(f"paper.{str(code).replace('.', '-')}")
    known = next((found for key in keys if (found := said.known(key)) is not None), None)
    return str(code) if known is None else known.other


def amount(name: str, text: str) -> int:
    """Cents of an amount such as 12.50, above 0. Raises `BadField`: a comma could mean either of two things."""
    cents = cents_of(text) or 0
    if cents < 1:
        raise BadField(name, "wrong.amount")
    return cents


def plain(text: str) -> str:
    """One line of what can be shown."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())


def faults(said: Mapping[str, str]) -> Mapping[str, str]:
    """What is wrong, by field; nothing for every other one, so that a template may ask for any."""
    return defaultdict(str, said)


def new_form_id() -> str:
    return str(uuid.uuid4())


def money(cents: int, currency: str) -> str:
    """`¥12.50`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{_SYMBOLS.get(currency, currency + ' ')}{abs(cents) // 100}.{abs(cents) % 100:02d}"


@dataclass(frozen=True, slots=True)
class Page:
    """One address. Whoever is signed in may ask for it where `permission` is None; else they need it."""

    path: str
    permission: Permission | None
    does: Callable[[Asked], Answer]
    writes: bool = False
    """A form is sent to it (POST), and it runs in a transaction that writes."""
    prepares: Callable[[Console, Upload], Upload] | None = None
    """Done with the form's file before that transaction begins, where it takes long."""
