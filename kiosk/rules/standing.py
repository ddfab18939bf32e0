"""Reasons that lie with the patron alone: blocks, card, debt, overdue items. A return is stopped by none of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.calendar import Calendar
from kiosk.rules.subjects import Block, Borrower
from kiosk.rules.terms import Doing, Terms

BLOCKS = {Block.BLOCKED: ReasonCode.BLOCKED, Block.CARD_LOST: ReasonCode.CARD_LOST}


def standing(borrower: Borrower, terms: Terms, calendar: Calendar, now: datetime, doing: Doing) -> tuple[Reason, ...]:
    """Every reason for which this patron may not do this now (aware)."""
    return tuple(_standing(borrower, terms, calendar, now, doing))


def _standing(borrower: Borrower, terms: Terms, calendar: Calendar, now: datetime, doing: Doing) -> Iterator[Reason]:
    for block, code in BLOCKS.items():
        if block in borrower.blocks:
            yield Reason(code)
    until = borrower.suspended_until
    if until is not None and calendar.local(now).date() <= until:
        yield Reason(ReasonCode.SUSPENDED, (("until", until.isoformat()),))
    blocked = tuple(Doing) if terms.expired_blocks is None else terms.expired_blocks
    if doing in blocked and borrower.expires is not None and now > borrower.expires:
        yield Reason(ReasonCode.CARD_EXPIRED, (("until", calendar.local(borrower.expires).date().isoformat()),))
    yield from _debt(borrower, terms, doing)
    yield from _too_many(borrower, terms, doing)


def _debt(borrower: Borrower, terms: Terms, doing: Doing) -> Iterator[Reason]:
    limit = terms.renewal_debt_limit_cents if doing is Doing.RENEW else terms.debt_limit_cents
    owed = borrower.debt_cents - (borrower.credit_cents if terms.credit_counts else 0)
    if limit is not None and owed > limit:
        yield Reason(ReasonCode.DEBT, (("debt_cents", str(owed)), ("limit_cents", str(limit))))
    guardian = terms.guardian_debt_limit_cents
    if guardian is not None and borrower.guardian_debt_cents > guardian:
        yield Reason(ReasonCode.GUARDIAN_DEBT)


def _too_many(borrower: Borrower, terms: Terms, doing: Doing) -> Iterator[Reason]:
    overdue = borrower.overdue_items
    if doing is Doing.RENEW:
        if terms.overdues_block_renewal and overdue:
            yield Reason(ReasonCode.HAS_OVERDUES, (("count", str(overdue)),))
        return
    if terms.max_overdue_items is not None and overdue > terms.max_overdue_items:
        yield Reason(ReasonCode.HAS_OVERDUES, (("count", str(overdue)), ("limit", str(terms.max_overdue_items))))
    if terms.max_claimed_returned is not None and borrower.claimed_returned > terms.max_claimed_returned:
        yield Reason(ReasonCode.CLAIMED_RETURNED, (("count", str(borrower.claimed_returned)),))
