"""Operations that change something: what a desk does, and what staff do about exceptions."""

from __future__ import annotations

from sqlalchemy import select

from kiosk.central import exceptions as exception_list
from kiosk.central.accounts import Method, Payment, pay
from kiosk.central.counter import Counter, Lent
from kiosk.central.exceptions import Did
from kiosk.central.pages.answers import Wrong, instant
from kiosk.central.pages.api.keys import Scope
from kiosk.central.pages.api.operations import Call, Does, Kind, Operation, Value
from kiosk.central.pages.api.reads import found, hold_told, number_of
from kiosk.central.pages.reading import Told, exception_told
from kiosk.central.people import PatronOnFile, patron_named
from kiosk.central.pins import clear_pin, set_pin
from kiosk.central.store.tables import holds
from kiosk.central.story import loan_of
from kiosk.model.ids import IntentId, ItemId, PatronRef
from kiosk.model.reasons import Reason
from kiosk.rules.decisions import Allowed
from kiosk.wire.fields import Json

DESK = "desk"
"""The station under which what REST does stands in the ledger."""
MOST_CENTS = 100_000_000


def _counter(call: Call) -> Counter:
    return Counter(call.connection, call.desk.setting(DESK, call.now), DESK, f"rest:{call.caller.name}"[:64])


def _patron(call: Call, name: str) -> PatronOnFile:
    """The patron that a value names, by number or `card:TOKEN`."""
    patron = patron_named(call.connection, PatronRef(name), lock=True)
    if patron is None:
        raise Wrong(404, "there is no such patron", "body.patron")
    return patron


def _reasons(reasons: tuple[Reason, ...]) -> list[Json]:
    return [{"code": reason.code.value, "values": dict(reason.values)} for reason in reasons]


def _lent(call: Call, lent: Lent) -> Told:
    decided = lent.decided
    told: Told = {"allowed": isinstance(decided, Allowed), "reasons": _reasons(decided.reasons)}
    if isinstance(decided, Allowed):
        return told | {"due": instant(decided.due), "loan": lent.loan, "renewed": decided.renews}
    return told


def _lend(call: Call) -> Told:
    counter = _counter(call)
    patron, item = _patron(call, call.need("patron")), ItemId(call.need("item"))
    renews = call.flag("renew") is True
    return _lent(call, counter.lend(patron, item, counter.new_id(), may_renew_own=renews))


def _renew(call: Call) -> Told:
    row = loan_of(call.connection, IntentId(call.path["loan"]))
    if row is None or row.ended_at is not None:
        raise Wrong(404, "there is no such loan that runs", "path.loan")
    return _lent(call, _counter(call).renew(_patron(call, row.patron), ItemId(row.item)))


def _take_back(call: Call) -> Told:
    taken = _counter(call).take_back(ItemId(call.path["item"]))
    if taken.item is None and not taken.was_lent:
        raise Wrong(404, "there is no such item", "path.item")
    back = taken.back
    until = None if back.suspended_until is None else back.suspended_until.isoformat()
    return {
        "was_lent": taken.was_lent,
        "fine_cents": back.fine_cents,
        "suspended_until": until,
        "keep_for": None if back.trapped is None else back.trapped.patron,
        "send_to": back.send_to or None,
    }


def _place_hold(call: Call) -> Told:
    item, title = call.text("item"), call.text("control_number")
    if (item is None) == (title is None):
        raise Wrong(400, "expected item or control_number", "body")
    counter, patron = _counter(call), _patron(call, call.need("patron"))
    copy = None if item is None else ItemId(item)
    reasons = counter.reserve(patron, item=copy, control_number=title, pickup=call.text("pickup") or "")
    return {"allowed": not reasons, "reasons": _reasons(reasons), "holds": [*counter.holds_of(patron.ref)]}


def _cancel_hold(call: Call) -> Told:
    query = select(holds).where(holds.c.id == call.path["hold"])
    row = call.connection.execute(query).one_or_none()
    if row is None:
        raise Wrong(404, "there is no such hold", "path.hold")
    _counter(call).cancel_hold(PatronRef(row.patron), row.id)
    return hold_told(call.connection.execute(query).one())


def _pay(call: Call) -> Told:
    patron, method = _patron(call, call.need("patron")), call.need("method")
    if method not in {each.value for each in Method}:
        raise Wrong(400, f"expected method to be one of {', '.join(Method)}", "body.method")
    if method == Method.WAIVED and not call.text("reference"):
        raise Wrong(400, "expected reference to say why it is waived", "body.reference")
    cents = call.whole("amount_cents")
    if cents < 1:
        raise Wrong(400, "expected amount_cents of at least 1", "body.amount_cents")
    payment = Payment(
        call.need("id"),
        patron.ref,
        cents,
        Method(method),
        call.now,
        call.text("currency") or "CNY",
        DESK,
        call.text("reference") or "",
        call.texts("charges"),
    )
    return {"id": payment.id, "entered": pay(call.connection, payment)}


def _on_path(call: Call) -> PatronRef:
    patron = patron_named(call.connection, PatronRef(call.path["patron"]), lock=True)
    if patron is None:
        raise Wrong(404, "there is no such patron", "path.patron")
    return patron.ref


def _set_pin(call: Call) -> Told:
    patron = _on_path(call)
    try:
        set_pin(call.connection, patron, call.need("pin"))
    except ValueError as wrong:
        raise Wrong(400, str(wrong), "body.pin") from None
    return {"patron": patron, "pin": True}


def _clear_pin(call: Call) -> Told:
    patron = _on_path(call)
    clear_pin(call.connection, patron)
    return {"patron": patron, "pin": False}


def _history(did: Did) -> Does:
    def does(call: Call) -> Told:
        number = number_of(call)
        if not exception_list.act(call.connection, number, did, call.caller.name, call.now, call.text("text") or ""):
            raise Wrong(404, "there is no such exception", "path.number")
        return found(exception_told(call.connection, number), "exception")

    return does


NOTE = Value("text", Kind.TEXT, "what was found, or done about it", most=1_000)
PATRON = Value("patron", Kind.TEXT, "a patron's number, or `card:` and what stands on the card", required=True)

WRITES = (
    Operation(
        "POST",
        "/loans",
        Scope.LOANS_WRITE,
        "Lend an item at the desk, by the rules.",
        _lend,
        (
            PATRON,
            Value("item", Kind.TEXT, "the item's number", required=True),
            Value("renew", Kind.FLAG, "where the patron has it already: renew"),
        ),
    ),
    Operation("POST", "/loans/{loan}/renew", Scope.LOANS_WRITE, "Let a loan go on, by the rules.", _renew),
    Operation(
        "POST",
        "/items/{item}/return",
        Scope.LOANS_WRITE,
        "Take an item back; says whether somebody waits for it and where it belongs.",
        _take_back,
    ),
    Operation(
        "POST",
        "/holds",
        Scope.HOLDS_WRITE,
        "Reserve a title or a copy.",
        _place_hold,
        (
            PATRON,
            Value("item", Kind.TEXT, "this copy"),
            Value("control_number", Kind.TEXT, "any copy of this record"),
            Value("pickup", Kind.TEXT, "branch where it is collected", most=64),
        ),
    ),
    Operation(
        "POST",
        "/holds/{hold}/cancel",
        Scope.HOLDS_WRITE,
        "End a hold; its copy goes to the next. Twice is no fault.",
        _cancel_hold,
    ),
    Operation(
        "POST",
        "/payments",
        Scope.CHARGES_WRITE,
        "Enter a payment or a waiver; under one id it is entered once.",
        _pay,
        (
            Value("id", Kind.TEXT, "its name for ever, made by whoever asks", required=True, most=64),
            PATRON,
            Value("amount_cents", Kind.WHOLE, "in cents", required=True, most=MOST_CENTS),
            Value("method", Kind.TEXT, "cash, card, qr, waived or refund", required=True),
            Value("currency", Kind.TEXT, "ISO 4217 (CNY)", most=3),
            Value("reference", Kind.TEXT, "of the payment's provider; why it is waived", most=128),
            Value("charges", Kind.TEXTS, "charges to pay first; else the oldest"),
        ),
    ),
    Operation(
        "POST",
        "/patrons/{patron:path}/pin",
        Scope.PATRONS_WRITE,
        "Give a patron a PIN for self-checks; wrong tries are forgotten. It is never told again.",
        _set_pin,
        (Value("pin", Kind.TEXT, "4 to 12 digits", required=True, most=12),),
    ),
    Operation(
        "POST",
        "/patrons/{patron:path}/pin/clear",
        Scope.PATRONS_WRITE,
        "Take a patron's PIN away. Twice is no fault.",
        _clear_pin,
    ),
    Operation(
        "POST",
        "/exceptions/{number}/take",
        Scope.EXCEPTIONS_WRITE,
        "Look after it: whoever asks becomes its owner.",
        _history(Did.TAKEN),
        (NOTE,),
    ),
    Operation(
        "POST",
        "/exceptions/{number}/note",
        Scope.EXCEPTIONS_WRITE,
        "Say something about it.",
        _history(Did.NOTED),
        (NOTE,),
    ),
    Operation(
        "POST",
        "/exceptions/{number}/close",
        Scope.EXCEPTIONS_WRITE,
        "It has been looked at. Twice is no fault.",
        _history(Did.CLOSED),
        (NOTE,),
    ),
    Operation(
        "POST",
        "/exceptions/{number}/reopen",
        Scope.EXCEPTIONS_WRITE,
        "It was closed too early.",
        _history(Did.OPENED),
        (NOTE,),
    ),
)
