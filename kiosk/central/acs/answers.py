"""What each request of a self-check does at central, and how it is answered (3M SIP 2.00, messages)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, update

from kiosk.central.accounts import payment_entered
from kiosk.central.acs.patrons import NOBODY, Standing, standing_of
from kiosk.central.acs.proof import NOTHING, UNASKED, Beforehand, Proof, named_by, proof_of
from kiosk.central.acs.settings import Sip2Settings
from kiosk.central.borrowing import running_loan
from kiosk.central.counter import Counter, Lent
from kiosk.central.holdings import HoldState, ItemOnFile, ItemState, item_on_file
from kiosk.central.people import PatronOnFile, patron_on_file
from kiosk.central.renewing import items_of
from kiosk.central.returning import CameBack
from kiosk.central.store.tables import patrons
from kiosk.model.circulation import Language
from kiosk.model.facts import PaidBy
from kiosk.model.ids import ItemId
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.decisions import Allowed
from kiosk.rules.lending import Setting
from kiosk.wire.sip2 import Message
from kiosk.wire.sip2.values import LANGUAGES, cents_of, count_text, date_of, date_text, flag_text, money_text
from kiosk.words.reasons import reason_sentence
from kiosk.words.sentences import words

Fields = dict[str, list[str]]
SUPPORTED = "YYYYYYYYYYYNNYYY"
"""BX: 23 11 09 01 99 97 93 63 35 37 17 19 25 15 29 65; item status update and patron enable change nothing here."""
LISTS = ("AS", "AT", "AU", "AV", "BU", "CD")
"""The lists that the places of `summary` ask for."""
PAYMENTS = {"00": PaidBy.CASH, "01": PaidBy.CARD, "02": PaidBy.CARD}
LONGEST_PAYMENT = 64
BOOK, FEE_OTHER, NO_MARKER = "001", "01", "00"


@dataclass(frozen=True, slots=True)
class Terminal:
    """The self-check that asks: its account, and how central speaks to it."""

    settings: Sip2Settings
    institution: str
    account: str


class Answers:
    """Answers to the requests of one terminal, in one transaction each."""

    def __init__(
        self,
        connection: Connection,
        setting: Setting,
        terminal: Terminal,
        request: Message,
        before: Beforehand = NOTHING,
    ) -> None:
        """`before`: what was found out about the request's PIN."""
        self._connection = connection
        self._setting = setting
        self._terminal = terminal
        self._asked = request
        self._before = before
        self._counter = Counter(connection, setting, f"sip2-{terminal.account}", f"sip2-{terminal.account}")
        spoken = (one for one in Language if LANGUAGES[one.value] == request.fixed.get("language"))
        self._language = next(spoken, Language.EN)

    def answer(self) -> Message:
        """Do it."""
        does: dict[str, Callable[[], Message]] = {
            "99": self._status,
            "23": self._patron_status,
            "63": self._patron_information,
            "25": self._patron_enable,
            "35": self._end,
            "01": self._block,
            "17": self._item_information,
            "11": self._checkout,
            "09": self._checkin,
            "29": self._renew,
            "65": self._renew_all,
            "15": self._hold,
            "37": self._fee_paid,
            "19": self._item_status,
        }
        return does[self._asked.code]()

    def _status(self) -> Message:
        fixed = dict.fromkeys(("online_status", "checkin_ok", "checkout_ok", "acs_renewal_policy", "offline_ok"), "Y")
        fixed |= {"status_update_ok": "N", "timeout_period": "100", "retries_allowed": "003"}
        version = "1.00" if self._asked.fixed["protocol_version"] == "1.00" else "2.00"
        fixed |= {"date_time_sync": self._now(), "protocol_version": version}
        fields: Fields = {"AO": [self._terminal.institution], "AM": [self._terminal.settings.library]}
        if version == "2.00":
            fields["BX"] = [SUPPORTED]
        return Message("98", fixed, fields | {"AN": [self._terminal.account]})

    def _patron_status(self) -> Message:
        return self._about_patron("24")

    def _patron_enable(self) -> Message:
        return self._about_patron("26")

    def _patron_information(self) -> Message:
        return self._about_patron("64")

    def _end(self) -> Message:
        return Message("36", {"end_session": "Y", "transaction_date": self._now()}, self._named())

    def _block(self) -> Message:
        patron = self._patron()
        if patron is not None:
            self._connection.execute(update(patrons).where(patrons.c.id == patron.ref).values(blocked=True))
            self._counter.note(ReasonCode.BLOCKED, None, patron=patron.ref, said=self._text("AL")[:200])
        return self._about_patron("24")

    def _about_patron(self, code: str) -> Message:
        patron = self._patron()
        proof = self._proof(patron)
        fields = self._named()
        fixed = {"language": self._asked.fixed.get("language", "000"), "transaction_date": self._now()}
        if patron is None:
            fixed |= {"patron_status": NOBODY} | (_counts(None) if code == "64" else {})
            fields |= {"AE": [""], "BL": ["N"]} | self._screen([Reason(ReasonCode.UNKNOWN_PATRON)])
            return Message(code, fixed, fields)
        if proof.refused is not None and code != "26":
            fixed |= {"patron_status": NOBODY} | (_counts(None) if code == "64" else {})
            fields |= {"AE": [""], "BL": ["Y"], "CQ": ["N"]} | self._screen([Reason(proof.refused)])
            return Message(code, fixed, fields)
        stands = standing_of(self._connection, self._setting, patron)
        fixed["patron_status"] = stands.flags
        fields |= {"AE": [patron.full_name], "BL": ["Y"], **proof.told} | self._screen(stands.reasons)
        if code != "26":
            fields |= {"BH": [self._terminal.settings.currency], "BV": [money_text(stands.owes_cents)]}
        if code == "64":
            fixed |= _counts(stands)
            fields |= self._limits(stands) | self._listed(stands)
        return Message(code, fixed, fields)

    def _limits(self, stands: Standing) -> Fields:
        limits = {name: limit for name, limit in stands.limits.items() if limit is not None}
        return {name: [money_text(limit) if name == "CC" else count_text(limit)] for name, limit in limits.items()}

    def _listed(self, stands: Standing) -> Fields:
        """The list that the summary asks for, from BP to BQ."""
        wanted = self._asked.fixed.get("summary", "").find("Y")
        if not 0 <= wanted < len(LISTS):
            return {}
        fines = [f"{money_text(charge.owed_cents)} {charge.kind} {charge.id}" for charge in stands.charges]
        rows = (stands.ready, stands.overdue, stands.charged, fines, stands.recalled, stands.not_ready)[wanted]
        start, end = self._number("BP", 1), self._number("BQ", len(rows))
        return {LISTS[wanted]: list(rows[max(start, 1) - 1 : end])}

    def _item_information(self) -> Message:
        number = ItemId(self._text("AB"))
        item = item_on_file(self._connection, number)
        fixed = {"security_marker": NO_MARKER, "fee_type": FEE_OTHER, "transaction_date": self._now()}
        if item is None:
            return Message("18", fixed | {"circulation_status": "01"}, {"AB": [number], "AJ": [""]})
        loan = running_loan(self._connection, number)
        fields: Fields = {"AB": [number], "AJ": [item.item.title], "CK": [BOOK], "AQ": [item.branch]}
        if loan is not None:
            fields["AH"] = [self._due(loan.due)]
        recalled = loan is not None and loan.recalled
        status = _circulation_status(item, lent=loan is not None, recalled=bool(recalled))
        return Message("18", fixed | {"circulation_status": status}, fields)

    def _checkout(self) -> Message:
        patron, number = self._patron(), ItemId(self._text("AB"))
        if patron is None:
            return self._lent(number, None, [Reason(ReasonCode.UNKNOWN_PATRON)])
        if self._text("BI") == "Y":
            undone = self._counter.undo(patron.ref, number)
            item = item_on_file(self._connection, number)
            return self._cancelled(number, item, done=undone)
        if self._asked.fixed["no_block"] == "Y":
            return self._lent_already(patron, number)
        if (refused := self._proof(patron).refused) is not None:
            return self._lent(number, None, [Reason(refused)])
        renews = self._asked.fixed["sc_renewal_policy"] == "Y"
        lent = self._counter.lend(patron, number, self._counter.new_id(), may_renew_own=renews)
        return self._lent(number, lent, lent.decided.reasons)

    def _lent_already(self, patron: PatronOnFile, number: ItemId) -> Message:
        """It happened while the self-check was off line: it stands, with the due date that the patron was told."""
        at = self._instant("transaction_date") or self._setting.now
        due = self._instant("nb_due_date")
        if due is None:
            lent = self._counter.lend(patron, number, self._counter.new_id(), may_renew_own=True)
            return self._lent(number, lent, lent.decided.reasons)
        self._counter.lent_already(patron.ref, number, self._counter.new_id(), due, min(at, self._setting.now))
        item = item_on_file(self._connection, number)
        return self._lent(number, Lent(Allowed(due, None), item), ())

    def _lent(self, number: ItemId, lent: Lent | None, reasons: Sequence[Reason]) -> Message:
        decided = None if lent is None else lent.decided
        ok = isinstance(decided, Allowed)
        fixed = {
            "ok": "1" if ok else "0",
            "renewal_ok": flag_text(isinstance(decided, Allowed) and decided.renews),
            "magnetic_media": "N",
            "desensitize": flag_text(ok),
            "transaction_date": self._now(),
        }
        title = "" if lent is None or lent.item is None else lent.item.item.title
        due = self._due(decided.due) if isinstance(decided, Allowed) else ""
        fields = self._named() | {"AB": [number], "AJ": [title], "AH": [due]}
        code = "30" if self._asked.code == "29" else "12"
        return Message(code, fixed, fields if ok else fields | self._screen(reasons))

    def _cancelled(self, number: ItemId, item: ItemOnFile | None, *, done: bool) -> Message:
        fixed = {"ok": "1" if done else "0", "renewal_ok": "N", "magnetic_media": "N", "desensitize": "N"}
        fields = self._named() | {"AB": [number], "AJ": ["" if item is None else item.item.title], "AH": [""]}
        return Message("12", fixed | {"transaction_date": self._now()}, fields)

    def _checkin(self) -> Message:
        number = ItemId(self._text("AB"))
        at = self._instant("return_date") if self._asked.fixed["no_block"] == "Y" else None
        returned = self._counter.take_back(number, None if at is None else min(at, self._setting.now))
        item, back = returned.item, returned.back
        known = item is not None or returned.was_lent
        kind = _alert(back)
        fixed = {
            "ok": "1" if known else "0",
            "resensitize": flag_text(known),
            "magnetic_media": "N",
            "alert": flag_text(kind != "" or not known),
            "transaction_date": self._now(),
        }
        fields: Fields = {"AO": [self._terminal.institution], "AB": [number]}
        fields |= {"AQ": ["" if item is None else item.branch], "AJ": ["" if item is None else item.item.title]}
        if item is None and not returned.was_lent:
            fields |= {"CV": ["99"]} | self._screen([Reason(ReasonCode.UNKNOWN_ITEM)])
        elif kind:
            fields |= {"CV": [kind], "CT": [back.send_to]} if back.send_to else {"CV": [kind]}
        if back.trapped is not None:
            fields["CY"] = [back.trapped.patron]
        return Message("10", fixed, fields)

    def _renew(self) -> Message:
        patron, number = self._patron(), ItemId(self._text("AB"))
        if patron is None:
            return self._lent(number, None, [Reason(ReasonCode.UNKNOWN_PATRON)])
        if (refused := self._proof(patron).refused) is not None:
            return self._lent(number, None, [Reason(refused)])
        lent = self._counter.renew(patron, number)
        return self._lent(number, lent, lent.decided.reasons)

    def _renew_all(self) -> Message:
        patron = self._patron()
        unproven = self._proof(patron).refused
        patron = patron if unproven is None else None
        renewed: list[str] = []
        refused: list[str] = []
        for number in [] if patron is None else items_of(self._connection, patron):
            assert patron is not None
            lent = self._counter.renew(patron, number)
            (renewed if isinstance(lent.decided, Allowed) else refused).append(number)
        fixed = {
            "ok": "1" if renewed or not refused else "0",
            "renewed_count": count_text(len(renewed)),
            "unrenewed_count": count_text(len(refused)),
            "transaction_date": self._now(),
        }
        if patron is None:
            fixed["ok"] = "0"
        fields: Fields = {"AO": [self._terminal.institution], "BM": renewed, "BN": refused}
        nobody = None if patron is not None else unproven or ReasonCode.UNKNOWN_PATRON
        return Message("66", fixed, fields | self._screen([] if nobody is None else [Reason(nobody)]))

    def _hold(self) -> Message:
        patron = self._patron()
        reasons: Sequence[Reason] = [Reason(ReasonCode.UNKNOWN_PATRON)] if patron is None else ()
        mode = self._asked.fixed["hold_mode"]
        if (refused := self._proof(patron).refused) is not None:
            reasons = [Reason(refused)]
        elif patron is not None and mode == "-":
            reasons = self._cancel(patron)
        elif patron is not None and mode == "+":
            reasons = self._reserve(patron)
        elif patron is not None:
            reasons = [Reason(ReasonCode.CHANGE_NOT_POSSIBLE)]
        fixed = {"ok": "0" if reasons else "1", "available": "N", "transaction_date": self._now()}
        fields = self._named() | {name: [self._text(name)] for name in ("AB", "AJ", "BS") if self._text(name)}
        return Message("16", fixed, fields | self._screen(reasons))

    def _reserve(self, patron: PatronOnFile) -> Sequence[Reason]:
        """Hold type 3 is this copy; any other is the title, found by its number or by that of a copy."""
        number, title = self._text("AB"), self._text("AJ")
        item = item_on_file(self._connection, ItemId(number)) if number else None
        this_copy = self._text("BY") == "3" or (item is not None and item.control_number is None)
        if number and item is None:
            return [Reason(ReasonCode.UNKNOWN_ITEM)]
        control_number = title or (None if item is None else item.control_number)
        if not this_copy and not control_number:
            return [Reason(ReasonCode.UNKNOWN_ITEM)]
        return self._counter.reserve(
            patron,
            item=ItemId(number) if this_copy else None,
            control_number=None if this_copy else control_number,
            pickup=self._text("BS"),
        )

    def _cancel(self, patron: PatronOnFile) -> Sequence[Reason]:
        """By the copy, by the title, or by a copy of the title."""
        item = item_on_file(self._connection, ItemId(self._text("AB")))
        title = None if item is None else item.control_number
        wanted = {self._text("AB"), self._text("AJ"), title or ""} - {""}
        stands = self._counter.holds_on(patron.ref, wanted)
        for hold in stands:
            self._counter.cancel_hold(patron.ref, hold)
        return () if stands else [Reason(ReasonCode.UNKNOWN_ITEM)]

    def _fee_paid(self) -> Message:
        patron, cents = self._patron(), cents_of(self._text("BV"))
        currency = self._asked.fixed["currency_type"]
        ok = patron is not None and cents is not None and cents > 0 and currency == self._terminal.settings.currency
        if ok and patron is not None and cents is not None:
            payment = self._text("BK") or self._counter.new_id()
            method = PAYMENTS.get(self._asked.fixed["payment_type"], PaidBy.CARD)
            charges = tuple(self._asked.all("CG"))
            name = payment_name(self._terminal.account, payment)
            before = payment_entered(self._connection, name)
            ok = before in (None, (patron.ref, cents))  # one name for two payments: the second is not taken
            if before is None:
                self._counter.tell(self._counter.payment(patron.ref, name, cents, currency, method, charges))
        fixed = {"payment_accepted": flag_text(ok), "transaction_date": self._now()}
        fields = self._named() | ({"BK": [self._text("BK")]} if self._text("BK") else {})
        return Message("38", fixed, fields)

    def _item_status(self) -> Message:
        """Properties of items are not kept here, and saying so is better than a yes that does nothing."""
        fixed = {"item_properties_ok": "0", "transaction_date": self._now()}
        return Message("20", fixed, {"AB": [self._text("AB")]})

    def _proof(self, patron: PatronOnFile | None) -> Proof:
        """Of the patron's identity: by PIN, where the settings ask for one."""
        if patron is None:
            return UNASKED
        asks, pin = self._terminal.settings.pins, self._text("AD")
        return proof_of(self._connection, asks, patron.ref, pin, self._setting.now, self._before)

    def _patron(self) -> PatronOnFile | None:
        token = self._text("AA")
        return patron_on_file(self._connection, named_by(self._connection, token), lock=True) if token else None

    def _text(self, name: str) -> str:
        return (self._asked.first(name) or "").strip()

    def _number(self, name: str, otherwise: int) -> int:
        text = self._text(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else otherwise

    def _instant(self, name: str) -> datetime | None:
        at = date_of(self._asked.fixed.get(name, ""))
        if at is None:
            return None
        return at if at.tzinfo is not None else at.replace(tzinfo=self._setting.policy.calendar.zone)

    def _named(self) -> Fields:
        return {"AO": [self._terminal.institution], "AA": [self._text("AA")]}

    def _screen(self, reasons: Sequence[Reason]) -> Fields:
        zone = self._setting.policy.calendar.zone.key
        sentences = [reason_sentence(reason, words(self._language), self._setting.now, zone) for reason in reasons]
        return {"AF": list(dict.fromkeys(sentences))} if sentences else {}

    def _now(self) -> str:
        return date_text(self._setting.policy.calendar.local(self._setting.now).replace(tzinfo=None))

    def _due(self, due: datetime) -> str:
        return self._setting.policy.calendar.local(due).strftime(self._terminal.settings.due_format)


def payment_name(account: str, transaction: str) -> str:
    """A payment's name for ever, of at most 64 characters; BK may be longer, and none is cut to the name of another."""
    name = f"sip2-{account}-{transaction}"
    return name if len(name) <= LONGEST_PAYMENT else f"sip2-{account}-{sha256(transaction.encode()).hexdigest()[:31]}"


def _counts(stands: Standing | None) -> dict[str, str]:
    names = ("hold", "overdue", "charged", "fine", "recall")
    if stands is None:
        return {f"{name}_items_count": "    " for name in names} | {"unavailable_holds_count": "    "}
    lists = (stands.ready, stands.overdue, stands.charged, stands.charges, stands.recalled)
    counts = {f"{name}_items_count": count_text(len(rows)) for name, rows in zip(names, lists, strict=True)}
    return counts | {"unavailable_holds_count": count_text(len(stands.not_ready))}


def _circulation_status(item: ItemOnFile, *, lent: bool, recalled: bool) -> str:
    if lent:
        return "07" if recalled else "04"
    states = {ItemState.LOST.value: "12", ItemState.MISSING.value: "13"}
    if item.state in states:
        return states[item.state]
    if item.held_for is not None:
        return "08"
    return "01" if item.not_for_loan or item.state else "03"


def _alert(back: CameBack) -> str:
    """The kind of alert (CV), empty where nobody has to look."""
    if back.trapped is not None:
        return "02" if back.trapped.state is HoldState.IN_TRANSIT else "01"
    return "04" if back.send_to else ""
