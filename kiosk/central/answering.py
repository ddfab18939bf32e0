"""Answers to the questions of a station. The answer makes no loan; the fact does (decision record 0003)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import assert_never

from sqlalchemy import Connection

from kiosk.central.account_answers import account_told, may_renew_told
from kiosk.central.applying import DECISION
from kiosk.central.borrowing import borrower, copy
from kiosk.central.calls import call_staff, mail_receipt
from kiosk.central.holdings import item_on_file
from kiosk.central.joining import NOTHING, Before, OtherWish, RegistrationSettings, change, join, pin_refused
from kiosk.central.mail.settings import MailSettings
from kiosk.central.news import news_told
from kiosk.central.paying.orders import standing_of
from kiosk.central.people import owner_of, patron_on_file, resolved
from kiosk.central.reading_ahead import read_ahead_of_loans
from kiosk.central.settings import CentralSettings
from kiosk.central.sorting import kept_told, sort_told
from kiosk.central.store.slate import Slate, Source, changing
from kiosk.central.store.tables import decisions
from kiosk.central.title_answers import may_hold_told, title_told, titles_found
from kiosk.model.circulation import Patron
from kiosk.model.finding import AskFind, AskHold, AskTitle
from kiosk.model.ids import AskId, PatronRef
from kiosk.model.joining import AskChange, AskJoin
from kiosk.model.news import AskNews
from kiosk.model.paying import AskPaid, AskPay, MayNotPay, OrderStands
from kiosk.model.questions import (
    Answer,
    AskAccount,
    AskBorrow,
    AskHelp,
    AskIdentify,
    AskItem,
    AskKept,
    AskMail,
    AskRenew,
    AskSort,
    Identified,
    ItemKnown,
    MayBorrow,
    MayNotBorrow,
    NotIdentified,
    Question,
)
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.decisions import Allowed
from kiosk.rules.lending import Setting, decide_checkout, remaining
from kiosk.rules.policy import ALL, Policy
from kiosk.wire import AnswerMessage, decode_answer, encode_answer

UNKNOWN_PATRON = Reason(ReasonCode.UNKNOWN_PATRON)
LONGEST_ASK = 64
LONGEST_ITEM = 64
LONGEST_PATRON = 200
"""Characters of ids; what the store keeps."""


class AskMisused(Exception):
    """An id that cannot be answered under: it is too long, or another question was asked under it before."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What judges: the rules, how long a yes counts, and central's own name (`lk/{site}/central`)."""

    policy: Policy
    promise: timedelta
    source: str
    mail: MailSettings | None = None
    """Where letters go; without it none do."""
    branches: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Station → branch."""
    registration: RegistrationSettings | None = None
    """New patrons at the kiosks."""
    by_phone: bool = False
    """Somebody takes money by phone for us."""

    def branch(self, station: str) -> str:
        return self.branches.get(station, ALL)

    def setting(self, station: str, now: datetime) -> Setting:
        """Where and when a station asks."""
        return Setting(self.policy, now, self.branch(station))


def desk_of(settings: CentralSettings, policy: Policy) -> Desk:
    """The desk of a central system."""
    promise = timedelta(seconds=settings.promise_s)
    source = f"lk/{settings.site}/central"
    by_phone = settings.payments is not None or settings.alipay is not None
    registration = settings.registration if settings.ils is None else None  # its patrons are not ours to make
    return Desk(policy, promise, source, settings.mail, settings.branches(), registration, by_phone)


def answer(
    connection: Connection,
    desk: Desk,
    station: str,
    ask: AskId,
    question: Question,
    now: datetime,
    before: Before = NOTHING,
) -> Answer:
    """Answer one question. `now` is aware. Runs in the caller's transaction; tell the answer after its commit.

    The same question for a loan gets the same answer under the same id, whatever has happened since; who somebody is
    and what an item is called are looked up anew. `before`: what was found out about a PIN. Raises `AskMisused`.
    """
    match question:
        case AskIdentify():
            return _identify(connection, desk.setting(station, now), question, before)
        case AskBorrow():
            (said,) = answer_loans(connection, desk, [Asked(station, ask, question, now)])
            if isinstance(said, AskMisused):
                raise said
            return said
        case AskItem():
            known = item_on_file(connection, question.item)
            return ItemKnown(None if known is None else known.item)
        case AskRenew():
            return may_renew_told(connection, desk.setting(station, now), question)
        case AskAccount():
            return account_told(connection, desk.setting(station, now), question, by_phone=desk.by_phone)
        case AskMail() | AskHelp():
            if len(ask) > LONGEST_ASK:
                raise AskMisused(f"expected an id of at most {LONGEST_ASK} characters")
            if isinstance(question, AskHelp):
                return call_staff(connection, station, ask, question, now)
            return mail_receipt(connection, desk.mail, desk.policy.calendar.zone.key, ask, question, now)
        case AskFind():
            return titles_found(connection, desk.setting(station, now), question)
        case AskTitle():
            return title_told(connection, desk.setting(station, now), question)
        case AskHold():
            return may_hold_told(connection, desk.setting(station, now), question)
        case AskJoin():
            return _join(connection, desk, station, ask, question, now, before)
        case AskChange():
            return change(connection, question, now, before)
        case AskSort():
            return sort_told(connection, desk.setting(station, now), question)
        case AskKept():
            return kept_told(connection, desk.setting(station, now), question)
        case AskNews():
            return news_told(connection, desk.setting(station, now))
        case AskPay():
            return MayNotPay((Reason(ReasonCode.NOT_PAID_HERE),))  # with a provider its thread answers: `paying.kiosks`
        case AskPaid():
            return OrderStands(standing_of(connection, question, now))
        case _:
            assert_never(question)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for a loan or its renewal: where it was asked, under which id, and when (aware)."""

    station: str
    ask: AskId
    question: AskBorrow | AskRenew
    now: datetime


def answer_loans(connection: Connection, desk: Desk, asked: Sequence[Asked]) -> list[Answer | AskMisused]:
    """Several questions for loans, in their order: what they have to know is read together, and what was said is
    written together. However many have come while one was answered, the store is asked no more often."""
    slate = Slate(connection, min(one.now for one in asked), locks=True)
    if len(asked) > 1:
        read_ahead_of_loans(slate, [one.question for one in asked], [one.ask for one in asked])
    said: list[Answer | AskMisused] = []
    for one in asked:
        try:
            said.append(_may_borrow(slate, desk, one))
        except AskMisused as misused:
            said.append(misused)
    slate.write()
    return said


def _join(
    connection: Connection, desk: Desk, station: str, ask: AskId, question: AskJoin, now: datetime, before: Before
) -> Answer:
    if len(ask) > LONGEST_ASK:
        raise AskMisused(f"expected an id of at most {LONGEST_ASK} characters")
    try:
        return join(connection, desk.registration, station, ask, question, desk.setting(station, now), before)
    except OtherWish:
        raise AskMisused("another card was asked for under this id") from None


def _identify(connection: Connection, setting: Setting, question: AskIdentify, before: Before) -> Answer:
    owner = owner_of(connection, question.card)
    refused = pin_refused(connection, owner, question, setting.now, before)
    if refused is not None:
        return NotIdentified((refused,))
    patron = None if owner is None else patron_on_file(connection, owner)
    if patron is None:
        return NotIdentified((UNKNOWN_PATRON,))
    more = remaining(setting, borrower(connection, setting, patron))
    return Identified(Patron(patron.ref, patron.given_name, more), patron.language)


def _may_borrow(slate: Slate, desk: Desk, asked: Asked) -> Answer:
    """Whoever asks at the same moment for the same patron waits at the patron's row. Raises `AskMisused` before it has
    changed anything."""
    if len(asked.ask) > LONGEST_ASK:
        raise AskMisused(f"expected an id of at most {LONGEST_ASK} characters")
    question = asked.question
    patron = resolved(slate, question.patron)
    on_file = None if patron is None else patron_on_file(slate, patron)
    if (before := _answered_before(slate, asked, patron or question.patron)) is not None:
        return before
    item = item_on_file(slate, question.item)
    if on_file is None:
        return _kept(slate, desk, asked, MayNotBorrow((UNKNOWN_PATRON,), None if item is None else item.item))
    setting = desk.setting(asked.station, asked.now)
    who = borrower(slate, setting, on_file, asked=question.item)
    decided = decide_checkout(setting, who, None if item is None else copy(slate, item))
    if isinstance(decided, Allowed) and item is not None:
        return _kept(slate, desk, asked, MayBorrow(item.item, decided.due, decided.more), on_file.ref)
    assert not isinstance(decided, Allowed), "the rules allow no item that nobody knows"
    return _kept(slate, desk, asked, MayNotBorrow(decided.reasons, None if item is None else item.item))


def _answered_before(slate: Slate, asked: Asked, patron: PatronRef) -> Answer | None:
    """What was answered under this id. Raises `AskMisused` where that was another question."""
    row = slate.one(DECISION, asked.ask)
    if row is None:
        return None
    kept_item, kept_patrons = asked.question.item[:LONGEST_ITEM], {patron[:LONGEST_PATRON], _patron_column(asked)}
    if (row.station, row.item) != (asked.station, kept_item) or row.patron not in kept_patrons:
        raise AskMisused("another question was asked under this id")
    told = decode_answer(row.answer.encode())
    assert isinstance(told, AnswerMessage), "the store holds what encode_answer made"
    return told.answer


def _kept(
    slate: Slate,
    desk: Desk,
    asked: Asked,
    decided: MayBorrow | MayNotBorrow,
    patron: PatronRef | None = None,
) -> Answer:
    """Keep an answer of our own."""
    allowed = isinstance(decided, MayBorrow)
    keep_answer(slate, desk, asked, decided, patron or asked.question.patron, allowed=allowed)
    return decided


def keep_answer(
    source: Source,
    desk: Desk,
    asked: Asked,
    decided: Answer,
    patron: str,
    *,
    allowed: bool,
    by_ils: str | None = None,
) -> None:
    """Keep an answer under its id; a yes to a new loan (`allowed`) counts towards the patron's limit for a while."""
    row = {
        "ask": asked.ask,
        "station": asked.station,
        "patron": patron[:LONGEST_PATRON],
        "item": asked.question.item[:LONGEST_ITEM],
        "asked_at": asked.now,
        "allowed": allowed,
        "answer": encode_answer(desk.source, asked.ask, decided, asked.now).decode(),
        "promised_until": asked.now + desk.promise if allowed else None,
        "by_ils": by_ils,
    }
    with changing(source) as slate:
        slate.add(decisions, row)


def _patron_column(asked: Asked) -> str:
    return asked.question.patron[:LONGEST_PATRON]
