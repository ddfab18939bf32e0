"""Why something is not possible, as data: a code for machines and values for the sentence that a patron reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReasonCode(StrEnum):
    """Codes of a refusal. The circulation codes are those of the rules; the others are the kiosk's own."""

    TOO_MANY_LOANS = "too-many-loans"
    TOO_MANY_ONSITE_LOANS = "too-many-onsite-loans"
    TOO_MANY_RENEWALS = "too-many-renewals"
    TOO_MANY_HOLDS = "too-many-holds"
    ALREADY_WAITING = "already-waiting"
    """The patron has a hold on this title."""
    TOO_SOON = "too-soon"
    RECALLED = "recalled"
    HAS_OVERDUES = "has-overdues"
    SUSPENDED = "suspended"
    CARD_LOST = "card-lost"
    TOO_YOUNG = "too-young"
    GUARDIAN_DEBT = "guardian-debt"
    CLAIMED_RETURNED = "claimed-returned"
    LOST = "lost"
    NOT_YOUR_LOAN = "not-your-loan"
    DUE_UNCHANGED = "due-unchanged"
    DUE_CUT_TO_CARD_EXPIRY = "due-cut-to-card-expiry"
    DUE_CUT_TO_FIXED_DATE = "due-cut-to-fixed-date"
    FINE_CAPPED = "fine-capped"
    FINE_CAPPED_AT_PRICE = "fine-capped-at-price"
    ON_HOLD = "on-hold"
    DEBT = "debt"
    CARD_EXPIRED = "card-expired"
    BLOCKED = "blocked"
    NOT_FOR_LOAN = "not-for-loan"
    LENT_TO_ANOTHER = "lent-to-another"
    LENT_TO_YOU = "lent-to-you"
    LENT_BUT_SECURED = "lent-but-secured"
    """It is this patron's loan, but the gate would stop it: its tag was not opened when it was lent."""
    NO_RULE = "no-rule"
    REFUSED_BY_LIBRARY = "refused-by-library"
    """The library's own system said no; `said` is what it wants to be shown."""
    FEE_FIRST = "fee-first"
    """The library's own system wants `amount` for it first."""
    CHANGE_NOT_POSSIBLE = "change-not-possible"
    UNKNOWN_ITEM = "unknown-item"
    UNKNOWN_PATRON = "unknown-patron"
    FOREIGN = "foreign"
    """The item or tag belongs to another library, or is no library's tag at all."""
    UNREADABLE = "unreadable"
    SAME_NUMBER = "same-number"
    """Two tags on the pad carry one item number."""
    TAG_LOCKED = "tag-locked"
    TAKEN_AWAY = "taken-away"
    OFFLINE_LIMIT = "offline-limit"
    NO_ANSWER = "no-answer"
    """Central was asked to renew and did not answer in time: nothing has changed."""
    OFFLINE_NOT_POSSIBLE = "offline-not-possible"
    PIN_WRONG = "pin-wrong"
    PIN_LOCKED = "pin-locked"
    """Too many wrong ones: none is looked at for a while."""
    PIN_NEEDED = "pin-needed"
    """None was given, or the patron has none."""
    CARD_NOT_READ = "card-not-read"
    NOT_A_CARD = "not-a-card"
    THAT_IS_YOUR_CARD = "that-is-your-card"
    ONE_CARD_AT_A_TIME = "one-card-at-a-time"
    CARD_STILL_HERE = "card-still-here"
    LAY_IT_ON_THE_PAD = "lay-it-on-the-pad"
    CODE_NOT_READ = "code-not-read"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, with the values that its sentence needs (`limit`, `count`, `until`, …), all plain text."""

    code: ReasonCode
    values: tuple[tuple[str, str], ...] = ()
