"""Questions to central and its answers. Both envelopes carry the ask's id; the same id gets the same answer.

A question travels as type `lk.ask` with `data.kind` (see `Kind`); an answer as `lk.answer` with the same `kind`, `ask`
(the id), `decision` (see `Decision`) and `reasons` (code and values).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from kiosk.model.circulation import Language, Patron
from kiosk.model.finding import AskFind, AskHold, AskTitle, MayHold, MayNotHold, NoTitle, TitlesFound, TitleTold
from kiosk.model.ids import AskId, ItemId, PatronRef, Uid
from kiosk.model.joining import AskChange, AskJoin, Changed, Joined, MayNotJoin, NotChanged
from kiosk.model.news import AskNews, NewsTold
from kiosk.model.paying import AskPaid, AskPay, MayNotPay, OrderStands, PayOffered
from kiosk.model.questions import (
    AccountTold,
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
    KeptTold,
    MailTaken,
    MayBorrow,
    MayNotBorrow,
    MayNotRenew,
    MayRenew,
    NoAccount,
    NotIdentified,
    Question,
    SortTold,
    StaffCalled,
)
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.wire import account_asks, door_asks, find_asks, joining_asks, mail_asks, news_asks, pay_asks
from kiosk.wire.envelope import Envelope, json_text, payload_of, unwrap, wrapped
from kiosk.wire.fields import Fields, Json, MessageRefused, SetAside, instant_text, pairs_object
from kiosk.wire.topics import Station

ASK = "lk.ask"
ANSWER = "lk.answer"
MOST_REASONS = 32
MOST_VALUES = 16
MOST_ENTRIES = 100
"""Lines of a receipt."""
LONGEST_CARD = 1_024
LONGEST_SCREEN = 32


class Kind(StrEnum):
    """What is asked."""

    IDENTIFY = "identify"
    BORROW = "borrow"
    ITEM = "item"
    RENEW = "renew"
    ACCOUNT = "account"
    MAIL = "mail"
    HELP = "help"
    SEARCH = "search"
    TITLE = "title"
    HOLD = "hold"
    JOIN = "join"
    CHANGE = "change"
    SORT = "sort"
    KEPT = "kept"
    PAY = "pay"
    PAID = "paid"
    NEWS = "news"


class Decision(StrEnum):
    YES = "yes"
    NO = "no"
    NOBODY = "nobody"
    """Central works, and the system that decides does not answer it: the station decides by itself at once."""


@dataclass(frozen=True, slots=True)
class AskMessage:
    """A question as it arrived."""

    ask: AskId
    question: Question


@dataclass(frozen=True, slots=True)
class AnswerMessage:
    """An answer as it arrived."""

    ask: AskId
    answer: Answer | None
    """None where nobody can say."""


def encode_ask(station: Station, ask: AskId, question: Question, at: datetime) -> bytes:
    return payload_of(wrapped(ask, station.source, ASK, at, _question_body(question)))


def decode_ask(station: Station, payload: bytes, correlation: bytes = b"") -> AskMessage | SetAside:
    """A question on `station`'s topic. `correlation` is the message's correlation data: the question's id, which the
    envelope's stands for where there is none. Raises `MessageRefused`, also where the source is another station."""
    envelope = unwrap(payload, frozenset({ASK}))
    if isinstance(envelope, SetAside):
        return envelope
    if envelope.source != station.source:
        raise MessageRefused("message.source", "the station of the topic", "another")
    if (strange := _unknown_kind(envelope)) is not None:
        return strange
    data = envelope.data
    match data.word("kind", Kind):
        case Kind.IDENTIFY:
            typed = data.has("typed") and data.flag("typed")
            pin = joining_asks.read_pin_or_none(data)
            question: Question = AskIdentify(data.text("card", LONGEST_CARD), pin, typed)
        case Kind.BORROW:
            question = AskBorrow(
                PatronRef(data.text("patron")), ItemId(data.text("item")), Uid(data.text_or_none("uid") or "")
            )
        case Kind.ITEM:
            question = AskItem(ItemId(data.text("item")))
        case Kind.RENEW:
            question = AskRenew(PatronRef(data.text("patron")), ItemId(data.text("item")))
        case Kind.ACCOUNT:
            question = AskAccount(PatronRef(data.text("patron")))
        case Kind.MAIL:
            language = data.word("language", Language)
            borrowed, returned = mail_asks.read_entries(data, "borrowed"), mail_asks.read_entries(data, "returned")
            question = AskMail(PatronRef(data.text("patron")), language, borrowed, returned)
        case Kind.HELP:
            question = AskHelp(data.text("screen", longest=LONGEST_SCREEN))
        case Kind.SEARCH:
            question = find_asks.read_find(data)
        case Kind.TITLE:
            question = find_asks.read_title(data)
        case Kind.HOLD:
            question = find_asks.read_hold(data)
        case Kind.JOIN:
            question = joining_asks.read_join(data)
        case Kind.CHANGE:
            question = joining_asks.read_change(data)
        case Kind.SORT:
            question = door_asks.read_sort(data)
        case Kind.KEPT:
            question = door_asks.read_kept(data)
        case Kind.PAY:
            question = pay_asks.read_pay(data)
        case Kind.PAID:
            question = pay_asks.read_paid(data)
        case Kind.NEWS:
            question = AskNews()
    return AskMessage(_id_of(correlation) or AskId(envelope.id), question)


def _id_of(correlation: bytes) -> AskId:
    try:
        return AskId(Fields({"data": correlation.decode()}, "correlation").text("data"))
    except UnicodeDecodeError:
        raise MessageRefused("correlation.data", "the id of the question as text", "bytes that are none") from None


def encode_answer(source: str, ask: AskId, answer: Answer, at: datetime) -> bytes:
    """`source` is central's own name, `lk/{site}/central`."""
    return payload_of(wrapped(f"answer.{ask}", source, ANSWER, at, {"ask": ask} | _answer_body(answer)))


def encode_unanswered(source: str, ask: AskId, question: Question, at: datetime) -> bytes:
    """Nobody can answer this question now."""
    kind = str(_question_body(question)["kind"])
    body = _decided(Kind(kind), Decision.NOBODY)
    return payload_of(wrapped(f"answer.{ask}", source, ANSWER, at, {"ask": ask} | body))


def decode_answer(payload: bytes) -> AnswerMessage | SetAside:
    """Raises `MessageRefused`."""
    envelope = unwrap(payload, frozenset({ANSWER}))
    if isinstance(envelope, SetAside):
        return envelope
    if (strange := _unknown_kind(envelope)) is not None:
        return strange
    return AnswerMessage(AskId(envelope.data.text("ask")), _answer(envelope.data))


def _unknown_kind(envelope: Envelope) -> SetAside | None:
    if envelope.data.text("kind") in set(Kind):
        return None
    return SetAside("a kind of question that is not known here", json_text(envelope.data.members))


def _question_body(question: Question) -> dict[str, Json]:
    match question:
        case AskIdentify():
            identify: dict[str, Json] = {"kind": Kind.IDENTIFY, "card": question.card}
            if question.pin is not None:
                identify["pin"] = question.pin
            return identify | {"typed": True} if question.typed else identify
        case AskBorrow():
            return {"kind": Kind.BORROW, "patron": question.patron, "item": question.item, "uid": question.uid}
        case AskItem():
            return {"kind": Kind.ITEM, "item": question.item}
        case AskRenew():
            return {"kind": Kind.RENEW, "patron": question.patron, "item": question.item}
        case AskAccount():
            return {"kind": Kind.ACCOUNT, "patron": question.patron}
        case AskMail():
            lists = mail_asks.lists_object(question)
            return {"kind": Kind.MAIL, "patron": question.patron, "language": question.language, **lists}
        case AskHelp():
            return {"kind": Kind.HELP, "screen": question.screen}
        case AskFind():
            return {"kind": Kind.SEARCH, "text": question.text}
        case AskTitle():
            return {"kind": Kind.TITLE, "key": question.key}
        case AskHold():
            return {"kind": Kind.HOLD, "patron": question.patron, "key": question.key}
        case AskJoin():
            return {"kind": Kind.JOIN} | joining_asks.join_object(question)
        case AskChange():
            return {"kind": Kind.CHANGE} | joining_asks.change_object(question)
        case AskSort():
            return {"kind": Kind.SORT} | door_asks.sort_object(question)
        case AskKept():
            return {"kind": Kind.KEPT} | door_asks.kept_object(question)
        case AskPay():
            return {"kind": Kind.PAY, "patron": question.patron}
        case AskPaid():
            return {"kind": Kind.PAID, "patron": question.patron, "order": question.order}
        case AskNews():
            return {"kind": Kind.NEWS}
        case _:
            assert_never(question)


def _answer_body(answer: Answer) -> dict[str, Json]:
    match answer:
        case Identified():
            body: dict[str, Json] = _decided(Kind.IDENTIFY, Decision.YES)
            return body | {"patron": _patron_object(answer.patron), "language": answer.language}
        case NotIdentified():
            return _decided(Kind.IDENTIFY, Decision.NO, answer.reasons)
        case MayBorrow():
            body = _decided(Kind.BORROW, Decision.YES)
            body["item"] = account_asks.item_object(answer.item)
            return body | {"due": instant_text(answer.due), "may_borrow": answer.may_borrow}
        case MayNotBorrow():
            body = _decided(Kind.BORROW, Decision.NO, answer.reasons)
            return body | {"item": None if answer.item is None else account_asks.item_object(answer.item)}
        case ItemKnown():
            if answer.item is None:
                return _decided(Kind.ITEM, Decision.NO)
            return _decided(Kind.ITEM, Decision.YES) | {"item": account_asks.item_object(answer.item)}
        case MayRenew():
            return _decided(Kind.RENEW, Decision.YES) | {"due": instant_text(answer.due)}
        case MayNotRenew():
            return _decided(Kind.RENEW, Decision.NO, answer.reasons)
        case AccountTold():
            return _decided(Kind.ACCOUNT, Decision.YES) | account_asks.account_object(answer)
        case NoAccount():
            return _decided(Kind.ACCOUNT, Decision.NO, answer.reasons)
        case MailTaken():
            if answer.sends is None:
                return _decided(Kind.MAIL, Decision.NOBODY)
            return _decided(Kind.MAIL, Decision.YES if answer.sends else Decision.NO)
        case StaffCalled():
            return _decided(Kind.HELP, Decision.YES)
        case TitlesFound():
            return _decided(Kind.SEARCH, Decision.YES) | find_asks.found_object(answer)
        case TitleTold():
            return _decided(Kind.TITLE, Decision.YES) | find_asks.told_object(answer)
        case NoTitle():
            return _decided(Kind.TITLE, Decision.NO)
        case MayHold():
            return _decided(Kind.HOLD, Decision.YES) | {"place": answer.place, "pickup": answer.pickup}
        case MayNotHold():
            return _decided(Kind.HOLD, Decision.NO, answer.reasons)
        case Joined():
            body = _decided(Kind.JOIN, Decision.YES)
            return body | {"patron": _patron_object(answer.patron), "number": answer.number}
        case MayNotJoin():
            return _decided(Kind.JOIN, Decision.NO, answer.reasons)
        case Changed():
            return _decided(Kind.CHANGE, Decision.YES)
        case NotChanged():
            return _decided(Kind.CHANGE, Decision.NO, answer.reasons)
        case SortTold():
            return _decided(Kind.SORT, Decision.YES) | door_asks.sorted_object(answer)
        case KeptTold():
            return _decided(Kind.KEPT, Decision.YES) | door_asks.kept_told_object(answer)
        case PayOffered():
            return _decided(Kind.PAY, Decision.YES) | pay_asks.offered_object(answer)
        case MayNotPay():
            return _decided(Kind.PAY, Decision.NO, answer.reasons)
        case OrderStands():
            return _decided(Kind.PAID, Decision.YES) | {"standing": answer.standing}
        case NewsTold():
            return _decided(Kind.NEWS, Decision.YES) | news_asks.news_object(answer)
        case _:
            assert_never(answer)


def _answer(data: Fields) -> Answer | None:
    match data.word("kind", Kind), data.word("decision", Decision):
        case _, Decision.NOBODY:
            return None
        case Kind.IDENTIFY, Decision.YES:
            return Identified(_patron(data.inner("patron")), _language(data))
        case Kind.IDENTIFY, _:
            return NotIdentified(_reasons(data))
        case Kind.BORROW, Decision.YES:
            return MayBorrow(
                account_asks.read_item(data.inner("item")), data.instant("due"), data.whole_or_none("may_borrow")
            )
        case Kind.BORROW, _:
            item = data.inner_or_none("item")
            return MayNotBorrow(_reasons(data), None if item is None else account_asks.read_item(item))
        case Kind.ITEM, Decision.YES:
            return ItemKnown(account_asks.read_item(data.inner("item")))
        case Kind.RENEW, Decision.YES:
            return MayRenew(data.instant("due"))
        case Kind.RENEW, _:
            return MayNotRenew(_reasons(data))
        case Kind.ACCOUNT, Decision.YES:
            return account_asks.read_account(data)
        case Kind.ACCOUNT, _:
            return NoAccount(_reasons(data))
        case Kind.MAIL, decision:
            return MailTaken(decision is Decision.YES)
        case Kind.HELP, Decision.YES:
            return StaffCalled()
        case Kind.HELP, _:
            return None
        case Kind.SEARCH, Decision.YES:
            return find_asks.read_found(data)
        case Kind.TITLE, Decision.YES:
            return find_asks.read_told(data)
        case Kind.TITLE, _:
            return NoTitle()
        case Kind.HOLD, Decision.YES:
            return MayHold(data.whole("place"), data.text_or_none("pickup") or "")
        case Kind.HOLD, _:
            return MayNotHold(_reasons(data))
        case Kind.JOIN, Decision.YES:
            return Joined(_patron(data.inner("patron")), data.text("number"))
        case Kind.JOIN, _:
            return MayNotJoin(_reasons(data))
        case Kind.CHANGE, Decision.YES:
            return Changed()
        case Kind.CHANGE, _:
            return NotChanged(_reasons(data))
        case Kind.PAY, Decision.YES:
            return pay_asks.read_offered(data)
        case Kind.PAY, _:
            return MayNotPay(_reasons(data))
        case Kind.PAID, Decision.YES:
            return pay_asks.read_stands(data)
        case Kind.NEWS, Decision.YES:
            return news_asks.read_news(data)
        case ((Kind.PAID | Kind.NEWS), _):
            return None
        case Kind.SEARCH, _:
            return TitlesFound((), 0)
        case Kind.SORT, Decision.YES:
            return door_asks.read_sorted(data)
        case Kind.KEPT, Decision.YES:
            return door_asks.read_kept_told(data)
        case ((Kind.SORT | Kind.KEPT), _):
            return None
        case _:
            return ItemKnown(None)


def _decided(kind: Kind, decision: Decision, reasons: Sequence[Reason] = ()) -> dict[str, Json]:
    told: list[Json] = [{"code": reason.code, "values": pairs_object(reason.values)} for reason in reasons]
    return {"kind": kind, "decision": decision, "reasons": told}


def _reasons(data: Fields) -> tuple[Reason, ...]:
    return tuple(
        Reason(_code(one), one.pairs("values", MOST_VALUES) if one.has("values") else ())
        for one in data.each("reasons", MOST_REASONS)
    )


def _code(reason: Fields) -> ReasonCode:
    """A reason that this version cannot name stays a no."""
    code = reason.text("code")
    return ReasonCode(code) if code in set(ReasonCode) else ReasonCode.NO_RULE


def _language(data: Fields) -> Language | None:
    """A language that this version does not speak is no reason to refuse the patron."""
    spoken = data.text_or_none("language")
    return Language(spoken) if spoken in set(Language) else None


def _patron_object(patron: Patron) -> dict[str, Json]:
    return {
        "ref": patron.ref,
        "given_name": patron.given_name,
        "may_borrow": patron.may_borrow,
        "provisional": patron.provisional,
    }


def _patron(data: Fields) -> Patron:
    return Patron(
        ref=PatronRef(data.text("ref")),
        given_name=data.text("given_name"),
        may_borrow=data.whole_or_none("may_borrow"),
        provisional=data.flag("provisional"),
    )
