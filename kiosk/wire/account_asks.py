"""An account and the items in it, in JSON."""

from __future__ import annotations

from kiosk.model.circulation import Item
from kiosk.model.ids import ItemId
from kiosk.model.questions import AccountCharge, AccountHold, AccountLoan, AccountTold
from kiosk.wire.fields import LONGEST_TITLE, Fields, Json, instant_text

MOST_ROWS = 100
"""Loans or holds in an account."""


def account_object(account: AccountTold) -> dict[str, Json]:
    loans: list[Json] = [
        {
            "item": item_object(loan.item),
            "due": instant_text(loan.due),
            "renewals": loan.renewals,
            "provisional": loan.provisional,
        }
        for loan in account.loans
    ]
    holds: list[Json] = [
        {
            "title": hold.title,
            "ready": hold.ready,
            "until": None if hold.until is None else hold.until.isoformat(),
            "id": hold.id,
            "place": hold.place,
            "pickup": hold.pickup,
        }
        for hold in account.holds
    ]
    charges: list[Json] = [
        {
            "kind": charge.kind,
            "title": charge.title,
            "owed_cents": charge.owed_cents,
            "since": charge.since.isoformat(),
        }
        for charge in account.charges
    ]
    return {
        "loans": loans,
        "holds": holds,
        "charges": charges,
        "owes_cents": account.owes_cents,
        "currency": account.currency,
        "may_borrow": account.may_borrow,
        "more_loans": account.more_loans,
        "more_holds": account.more_holds,
        "more_charges": account.more_charges,
        "by_phone": account.by_phone,
    }


def read_account(data: Fields) -> AccountTold:
    return AccountTold(
        loans=tuple(
            AccountLoan(
                read_item(one.inner("item")),
                one.instant("due"),
                one.whole("renewals"),
                one.has("provisional") and one.flag("provisional"),
            )
            for one in data.each("loans", MOST_ROWS)
        ),
        holds=tuple(
            AccountHold(
                one.text("title", LONGEST_TITLE),
                one.flag("ready"),
                one.day_or_none("until"),
                one.text_or_none("id") or "",
                one.whole_or_none("place"),
                one.text_or_none("pickup") or "",
            )
            for one in data.each("holds", MOST_ROWS)
        ),
        owes_cents=data.whole("owes_cents"),
        may_borrow=data.whole_or_none("may_borrow"),
        charges=_charges(data),
        currency=data.text_or_none("currency") or "CNY",
        more_loans=data.whole_or_none("more_loans") or 0,
        more_holds=data.whole_or_none("more_holds") or 0,
        more_charges=data.whole_or_none("more_charges") or 0,
        by_phone=data.has("by_phone") and data.flag("by_phone"),
    )


def _charges(data: Fields) -> tuple[AccountCharge, ...]:
    """An older central tells the sum alone."""
    if not data.has("charges"):
        return ()
    return tuple(
        AccountCharge(
            one.text("kind"),
            one.text_or_none("title", LONGEST_TITLE) or "",
            one.whole("owed_cents"),
            one.day("since"),
        )
        for one in data.each("charges", MOST_ROWS)
    )


def item_object(item: Item) -> dict[str, Json]:
    return {"id": item.id, "title": item.title, "author": item.author, "call_number": item.call_number}


def read_item(data: Fields) -> Item:
    return Item(
        id=ItemId(data.text("id")),
        title=data.text("title", LONGEST_TITLE),
        author=data.text_or_none("author", LONGEST_TITLE) or "",
        call_number=data.text_or_none("call_number") or "",
    )
