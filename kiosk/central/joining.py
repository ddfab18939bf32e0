"""New patrons who ask for a card at a kiosk; and patrons who change their PIN or address there.

Central keeps all of it in the transaction of the question, before it answers: a kiosk that did not hear the answer asks
again under the same id, and gets the same card (decision record 0175).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, insert, select, update

from kiosk.central import documents
from kiosk.central.borrowing import borrower
from kiosk.central.people import PatronOnFile, owner_of, patron_on_file, resolved
from kiosk.central.pins import Checked, Tried, check_pin, hash_pin, keep_pin, try_pin
from kiosk.central.store.console_tables import applications
from kiosk.central.store.tables import cards, patrons
from kiosk.library.applications import APPLICATION
from kiosk.model.circulation import Patron
from kiosk.model.ids import AskId, PatronRef
from kiosk.model.joining import AskChange, AskJoin, Changed, Joined, MayNotJoin, NotChanged
from kiosk.model.limits import NOT_EMPTY, within
from kiosk.model.mail_address import is_address
from kiosk.model.questions import Answer, AskIdentify, Question
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.lending import Setting, age, remaining

NUMBER_DIGITS = 12
"""Of a provisional card, the last one a check digit; by chance, so that none can be guessed from another."""
WRONG_PIN = {
    Checked.WRONG: ReasonCode.PIN_WRONG,
    Checked.LOCKED: ReasonCode.PIN_LOCKED,
    Checked.NONE_SET: ReasonCode.PIN_NEEDED,
}


class OtherWish(Exception):
    """Somebody else asked for a card under this id."""


@dataclass(frozen=True, slots=True)
class RegistrationSettings:
    """New patrons at the kiosks; without this table they are sent to the desk."""

    category: Annotated[str, NOT_EMPTY] = "provisional"
    """Of their patrons until staff have confirmed them: the rules say what they may borrow."""
    days: Annotated[int, within(1, 366)] = 30
    """So long the provisional card is good."""
    guardian_below: Annotated[int, within(0, 21)] = 14
    """Whoever is younger (years) needs a grown-up's card."""


@dataclass(frozen=True, slots=True)
class Before:
    """What takes long about PINs, found out with no transaction open."""

    tried: Tried | None = None
    hash: str | None = None
    """Of the new PIN."""


NOTHING = Before()
Secret = AskIdentify | AskJoin | AskChange


def has_pin(question: Question) -> bool:
    """Whether there is a PIN to be looked at: that takes as long as many loans."""
    return isinstance(question, Secret) and question.pin is not None


def beforehand(engine: Engine, question: Question, now: datetime) -> Before:
    """Try the PIN of a question, and hash the new one."""
    match question:
        case AskIdentify(pin=str(pin)):
            with engine.connect() as connection:
                owner = owner_of(connection, question.card)
            return Before(None if owner is None else try_pin(engine, owner, pin, now))
        case AskJoin():
            return Before(hash=_hash(question.pin))
        case AskChange():
            with engine.connect() as connection:
                owner = resolved(connection, question.patron)
            tried = None if owner is None else try_pin(engine, owner, question.pin, now)
            return Before(tried, _hash(question.new_pin))
        case _:
            return NOTHING


def _hash(pin: str | None) -> str | None:
    """None for what is no PIN: it is refused when it is looked at."""
    try:
        return None if pin is None else hash_pin(pin)
    except ValueError:
        return None


def pin_refused(
    connection: Connection, owner: PatronRef | None, question: AskIdentify, now: datetime, before: Before
) -> Reason | None:
    """Why nobody is told whose card this is. A number that was typed and is nobody's, and one with another PIN, are
    told alike: what numbers there are is not to be found out here."""
    if question.pin is None:
        return Reason(ReasonCode.PIN_NEEDED) if question.typed else None
    either = ReasonCode.NUMBER_OR_PIN_WRONG if question.typed else None
    if owner is None:
        return Reason(either or ReasonCode.UNKNOWN_PATRON)
    found = check_pin(connection, owner, question.pin, now, before.tried)
    if found is Checked.RIGHT:
        return None
    return Reason(either if either and found is Checked.WRONG else WRONG_PIN[found])


def join(
    connection: Connection,
    settings: RegistrationSettings | None,
    station: str,
    ask: AskId,
    asked: AskJoin,
    setting: Setting,
    before: Before = NOTHING,
) -> Answer:
    """Keep a new patron with a provisional card. Raises `OtherWish`."""
    if settings is None:
        return MayNotJoin((Reason(ReasonCode.NOT_AT_KIOSK),))
    known = documents.paper_row(connection, applications, ask)
    if known is not None:
        return _joined_before(connection, PatronRef(str(known.patron)), asked, setting)
    local = setting.now.astimezone(ZoneInfo(setting.policy.calendar.zone.key))
    wrong, guardian = _wrong(connection, settings, asked, local.date())
    hashed = before.hash or _hash(asked.pin)
    if wrong is not None or hashed is None:
        return MayNotJoin((Reason(wrong or ReasonCode.PIN_WEAK),))
    number = _new_number(connection)
    values = {
        "id": number,
        "given_name": asked.given_name.strip(),
        "family_name": asked.family_name.strip(),
        "category": settings.category,
        "expires": local.date() + timedelta(days=settings.days),
        "language": asked.language.value,
        "born": asked.born,
        "guardian": guardian,
        "email": asked.email or None,
    }
    connection.execute(insert(patrons).values(values))
    connection.execute(insert(cards).values(token=number, patron=number))
    keep_pin(connection, PatronRef(number), hashed)
    told = {"patron": ("", number)}
    paper = {"id": ask, "patron": number}
    documents.write(connection, APPLICATION, applications, paper, who=station, now=local, changes=told)
    return _joined(connection, PatronRef(number), setting)


def _wrong(
    connection: Connection, settings: RegistrationSettings, asked: AskJoin, today: date
) -> tuple[ReasonCode | None, PatronRef | None]:
    """What is wrong with a wish, and who answers for the child."""
    if not (asked.family_name + asked.given_name).strip() or not (asked.family_name + asked.given_name).isprintable():
        return ReasonCode.NAME_MISSING, None
    if asked.born >= today:
        return ReasonCode.BORN_WRONG, None
    if asked.email and not is_address(asked.email):
        return ReasonCode.EMAIL_WRONG, None
    if age(asked.born, today) >= settings.guardian_below:
        return None, None
    if asked.guardian is None:
        return ReasonCode.GUARDIAN_NEEDED, None
    owner = owner_of(connection, asked.guardian)
    guardian = None if owner is None else patron_on_file(connection, owner)
    if guardian is None or not _answers_for_others(guardian, settings, today):
        return ReasonCode.GUARDIAN_NOT_POSSIBLE, None
    return None, guardian.ref


def _answers_for_others(patron: PatronOnFile, settings: RegistrationSettings, today: date) -> bool:
    """A grown-up, confirmed, in good standing. Of whom the library has no date of birth is no child."""
    grown = patron.guardian is None and (patron.born is None or age(patron.born, today) >= settings.guardian_below)
    good = not patron.blocked and not patron.card_lost and (patron.expires is None or patron.expires >= today)
    return grown and good and patron.category != settings.category


def _joined_before(connection: Connection, patron: PatronRef, asked: AskJoin, setting: Setting) -> Answer:
    row = connection.execute(select(patrons).where(patrons.c.id == patron)).one_or_none()
    if row is None:
        return MayNotJoin((Reason(ReasonCode.NOT_AT_KIOSK),))  # refused and erased since
    if (row.family_name, row.given_name, row.born) != (asked.family_name, asked.given_name, asked.born):
        raise OtherWish
    return _joined(connection, patron, setting)


def _joined(connection: Connection, patron: PatronRef, setting: Setting) -> Joined:
    row = patron_on_file(connection, patron)
    assert row is not None, "it was just kept"
    return Joined(Patron(row.ref, row.given_name, remaining(setting, borrower(connection, setting, row))), row.ref)


def _new_number(connection: Connection) -> str:
    while True:
        digits = "".join(secrets.choice("0123456789") for _ in range(NUMBER_DIGITS - 1))
        number = digits + str(luhn(digits))
        taken = select(cards.c.token).where(cards.c.token == number)
        same = select(patrons.c.id).where(patrons.c.id == number)
        if connection.scalar(taken) is None and connection.scalar(same) is None:
            return number


def luhn(digits: str) -> int:
    """Check digit of `digits` (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def change(connection: Connection, asked: AskChange, now: datetime, before: Before = NOTHING) -> Answer:
    """Change a PIN or an address, once the PIN that holds has said who it is. Asked again, it is as it should be."""
    patron = resolved(connection, asked.patron)
    if patron is None or patron_on_file(connection, patron, lock=True) is None:
        return NotChanged((Reason(ReasonCode.UNKNOWN_PATRON),))
    if asked.email and not is_address(asked.email):
        return NotChanged((Reason(ReasonCode.EMAIL_WRONG),))
    hashed = None if asked.new_pin is None else before.hash or _hash(asked.new_pin)
    if asked.new_pin is not None and hashed is None:
        return NotChanged((Reason(ReasonCode.PIN_WEAK),))
    found = check_pin(connection, patron, asked.pin, now, before.tried)
    if found is Checked.WRONG and asked.new_pin is not None:
        found = check_pin(connection, patron, asked.new_pin, now)  # it was changed, and the answer was lost
    if found is not Checked.RIGHT:
        return NotChanged((Reason(WRONG_PIN[found]),))
    if hashed is not None:
        keep_pin(connection, patron, hashed)
    if asked.email is not None:
        connection.execute(update(patrons).where(patrons.c.id == patron).values(email=asked.email or None))
    return Changed()
