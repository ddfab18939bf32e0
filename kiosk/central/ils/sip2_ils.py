"""A library system behind SIP2, which is not idempotent: what is not known after a time-out is asked, never repeated.

Source: 3M SIP 2.00. `ok` and `desensitize` rule the loan and the tag; texts are shown, never read.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.central.ils.connection import NoAnswer
from kiosk.central.ils.pool import Pool
from kiosk.central.ils.port import IlsAway, IlsDetails, IlsItem, IlsLoan, IlsPatron, IlsReturn, IlsUnsure
from kiosk.central.ils.profile import Profile
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.wire.sip2 import Message
from kiosk.wire.sip2.values import BLANK_DATE, cents_of, count_of, date_text, free_date, money_text

FLAGS = {
    1: ReasonCode.BLOCKED,
    5: ReasonCode.CARD_LOST,
    6: ReasonCode.TOO_MANY_LOANS,
    7: ReasonCode.HAS_OVERDUES,
    8: ReasonCode.TOO_MANY_RENEWALS,
    9: ReasonCode.CLAIMED_RETURNED,
    10: ReasonCode.LOST,
    11: ReasonCode.DEBT,
    12: ReasonCode.DEBT,
    13: ReasonCode.RECALLED,
    14: ReasonCode.DEBT,
}
"""Place of a flag in the patron's status → what it means at a self-check."""
READY_HOLDS, CHARGED_ITEMS, OTHER_HOLDS = "Y         ", "  Y       ", "     Y    "
"""Summary of 63: what is to be listed."""
NO_LIST = " " * 10
MOST_ITEMS = "9999"


class Sip2Ils:
    """One library system. `zone` is its local time."""

    def __init__(self, pool: Pool, profile: Profile, institution: str, zone: ZoneInfo) -> None:
        self._pool = pool
        self._profile = profile
        self._institution = institution
        self._zone = zone

    def patron(self, card: str, by_s: float | None = None) -> IlsPatron:
        found = self._pool.ask(self._about(card, CHARGED_ITEMS), by_s)
        if found.first("BL") == "N" or (found.fixed["patron_status"].startswith("YYYY") and not found.first("AE")):
            return IlsPatron(known=False, said=self._said(found))
        charged = tuple(number.strip() for number in found.all("AU"))
        limit, count = count_of(found.first("CB") or ""), count_of(found.fixed["charged_items_count"])
        return IlsPatron(
            known=True,
            name=(found.first("AE") or "").strip(),
            reasons=self._reasons(found.fixed["patron_status"]) if self._profile.refuse_by_flags else (),
            more=None if limit is None else max(0, limit - (len(charged) if count is None else count)),
            charged=charged,
            owes_cents=cents_of(found.first("BV") or "") or 0,
            charged_count=count or 0,
            ready=count_of(found.fixed["hold_items_count"]) or 0,
            waiting=count_of(found.fixed["unavailable_holds_count"]) or 0,
            said=self._said(found),
        )

    def proves(self, card: str, pin: str, by_s: float | None = None) -> bool:
        now, code = datetime.now(self._zone), self._profile.pin_by.value
        found = self._pool.ask(self._question(code, now, {"summary": NO_LIST}, AA=card, AC="", AD=pin), by_s)
        return found.first("CQ") == "Y" and found.first("BL") != "N"

    def holds(self, card: str, by_s: float | None = None, *, ready: bool) -> Sequence[str]:
        found = self._pool.ask(self._about(card, READY_HOLDS if ready else OTHER_HOLDS), by_s)
        return tuple(text for number in found.all("AS" if ready else "CD") if (text := number.strip()))

    def details(self, item: str, by_s: float | None = None) -> IlsDetails:
        found = self.item(item, by_s)
        return IlsDetails(found.title, self._due(found.due_text))

    def item(self, item: str, by_s: float | None = None) -> IlsItem:
        found = self._pool.ask(self._question("17", datetime.now(self._zone), AB=item), by_s)
        title = (found.first("AJ") or "").strip()
        status = found.fixed["circulation_status"]
        known = bool(title) or status not in ("01", "00")
        return IlsItem(known, status, title, found.first("AH") or "")

    def lend(self, card: str, item: str, *, told: datetime | None, at: datetime) -> IlsLoan:
        """Ask for the loan; where no answer comes, ask whether it was made."""
        fixed = {
            "sc_renewal_policy": "Y",
            "no_block": "N" if told is None else "Y",
            "nb_due_date": self._date(told, at),
        }
        try:
            return self._loan(self._pool.ask(self._question("11", at, fixed, AA=card, AB=item, AC="", BO="N", BI="N")))
        except NoAnswer:
            return self._was_lent(card, item)

    def _was_lent(self, card: str, item: str) -> IlsLoan:
        """17 says whether it is lent, 63 to whom."""
        try:
            found = self.item(item)
            theirs = found.is_lent and item in self.patron(card).charged
        except IlsAway:
            raise IlsUnsure("whether the loan was made is not known") from None
        if not found.is_lent:
            raise IlsAway("the library system did not make the loan")
        if not theirs:
            return IlsLoan(done=False, title=found.title)
        due = self._due(found.due_text)
        return IlsLoan(done=True, due=due, due_text=found.due_text, title=found.title, open_tag=True)

    def undo(self, card: str, item: str, at: datetime) -> None:
        """Cancel a loan whose tag was not opened; where the cancel is ignored, take the item back."""
        fixed = {"sc_renewal_policy": "N", "no_block": "Y", "nb_due_date": self._date(None, at)}
        with suppress(NoAnswer):  # what became of it is asked below
            self._pool.ask(self._question("11", at, fixed, AA=card, AB=item, AC="", BO="N", BI="Y"))
        if self._asked_again(item).is_lent:
            self.take_back(item, at)

    def take_back(self, item: str, at: datetime) -> IlsReturn:
        fixed = {"no_block": "Y" if self._profile.takes_back_no_block else "N", "return_date": self._date(at, at)}
        try:
            found = self._pool.ask(self._question("09", at, fixed, AP="", AB=item, AC="", BI="N"))
        except NoAnswer:
            again = self._asked_again(item)
            if again.is_lent:
                raise IlsAway("the library system did not take it back") from None
            return IlsReturn(done=True, title=again.title)
        done = found.fixed["ok"] == "1"
        if not done and self._profile.not_lent_is_done:
            done = not self._asked_again(item).is_lent
        alert = found.first("CV") or ("99" if found.fixed["alert"] == "Y" else "")
        return IlsReturn(
            done=done,
            secure_tag=found.fixed["resensitize"] != "N" or done,
            title=(found.first("AJ") or "").strip(),
            alert="" if alert == "00" else alert,
            send_to=(found.first("CT") or "").strip(),
            sort_bin=(found.first("CL") or "").strip(),
            held_for=(found.first("CY") or "").strip(),
            said=self._said(found),
        )

    def renew(self, card: str, item: str, at: datetime, by_s: float | None = None) -> IlsLoan:
        fixed = {"third_party_allowed": "N", "no_block": "N", "nb_due_date": self._date(None, at)}
        return self._loan(self._once(self._question("29", at, fixed, AA=card, AB=item, BO="N"), by_s))

    def renew_all(self, card: str, at: datetime) -> tuple[Sequence[str], Sequence[str]]:
        found = self._once(self._question("65", at, AA=card, BO="N"))
        return tuple(dict.fromkeys(found.all("BM"))), tuple(dict.fromkeys(found.all("BN")))

    def reserve(self, card: str, *, item: str, title: str, pickup: str, at: datetime) -> bool:
        kind = "3" if item else "2"
        fields = {"AA": card, "AB": item, "AJ": title, "BS": pickup, "BY": kind, "BO": "N"}
        return self._once(self._question("15", at, {"hold_mode": "+"}, **fields)).fixed["ok"] == "1"

    def cancel_hold(self, card: str, *, item: str, title: str, at: datetime) -> bool:
        fields = {"AA": card, "AB": item, "AJ": title}
        return self._once(self._question("15", at, {"hold_mode": "-"}, **fields)).fixed["ok"] == "1"

    def pay(self, card: str, cents: int, payment: str, at: datetime) -> bool:
        """Only once: a payment without an answer is never repeated by itself, for SIP2 cannot ask about it."""
        fixed = {"fee_type": "01", "payment_type": "02", "currency_type": self._profile.currency}
        question = self._question("37", at, fixed, AA=card, BV=money_text(cents), BK=payment)
        return self._once(question).fixed["payment_accepted"] == "Y"

    def block(self, card: str, why: str, at: datetime) -> None:
        self._pool.ask(self._question("01", at, {"card_retained": "N"}, AA=card, AL=why))

    def _once(self, question: Message, by_s: float | None = None) -> Message:
        """The answer to what is never sent twice."""
        try:
            return self._pool.ask(question, by_s)
        except NoAnswer:
            raise IlsUnsure("whether it was done is not known") from None

    def _asked_again(self, item: str) -> IlsItem:
        try:
            return self.item(item)
        except IlsAway:
            raise IlsUnsure("whether it was done is not known") from None

    def _about(self, card: str, summary: str) -> Message:
        return self._question("63", datetime.now(self._zone), {"summary": summary}, AA=card, BP="1", BQ=MOST_ITEMS)

    def _question(self, code: str, at: datetime, fixed: dict[str, str] | None = None, **fields: str) -> Message:
        base = {"transaction_date": self._date(at, at), "language": self._profile.language}
        named = {name: [text] for name, text in fields.items()}
        return Message(code, base | (fixed or {}), {"AO": [self._institution]} | named)

    def _loan(self, found: Message) -> IlsLoan:
        done = found.fixed["ok"] == "1"
        opens = {"Y": True, "N": False, "U": self._profile.unknown_desensitize_is_yes}
        due_text = found.first("AH") or ""
        fee_cents = cents_of(found.first("BV") or "") or 0
        currency = (found.first("BH") or "").strip() or self._profile.currency
        return IlsLoan(
            done=done,
            due=self._due(due_text),
            due_text=due_text,
            title=(found.first("AJ") or "").strip(),
            renewed=found.fixed["renewal_ok"] == "Y",
            open_tag=done and opens.get(found.fixed["desensitize"], False) and found.first("CI") != "Y",
            fee_cents=fee_cents,
            currency=currency,
            said=self._said(found),
        )

    def _due(self, text: str) -> datetime | None:
        """By the library system's clock; a day alone is due at its end."""
        at = free_date(text, self._profile.due_formats)
        if at is None or at.tzinfo is not None:
            return at
        if not any(character == ":" for character in text) and (at.hour, at.minute, at.second) == (0, 0, 0):
            at = at.replace(hour=23, minute=59)
        return at.replace(tzinfo=self._zone)

    def _date(self, at: datetime | None, now: datetime) -> str:
        if at is None:
            return (
                date_text(now.astimezone(self._zone).replace(tzinfo=None)) if self._profile.fill_dates else BLANK_DATE
            )
        return date_text(at.astimezone(self._zone).replace(tzinfo=None))

    def _reasons(self, flags: str) -> tuple[Reason, ...]:
        places = (place for place in self._profile.stopping_flags if flags[place - 1 : place] == "Y")
        return tuple(Reason(code) for code in dict.fromkeys(FLAGS[place] for place in places))

    def _said(self, found: Message) -> tuple[str, ...]:
        return self._profile.texts(tuple(found.all("AF")))
