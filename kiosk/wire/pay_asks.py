"""Questions about paying by phone, and their answers, in JSON."""

from __future__ import annotations

from kiosk.model.ids import PatronRef
from kiosk.model.paying import AskPaid, AskPay, OrderStands, PayOffered, Standing
from kiosk.wire.fields import Fields, Json

LONGEST_ORDER = 64
LONGEST_CODE = 512
LONGEST_CURRENCY = 8
MOST_SECONDS = 24 * 60 * 60


def read_pay(data: Fields) -> AskPay:
    return AskPay(PatronRef(data.text("patron")))


def read_paid(data: Fields) -> AskPaid:
    return AskPaid(PatronRef(data.text("patron")), data.text("order", LONGEST_ORDER))


def offered_object(offered: PayOffered) -> dict[str, Json]:
    return {
        "order": offered.order,
        "code": offered.code,
        "cents": offered.cents,
        "currency": offered.currency,
        "lasts_s": offered.lasts_s,
    }


def read_offered(data: Fields) -> PayOffered:
    return PayOffered(
        data.text("order", LONGEST_ORDER),
        data.text("code", LONGEST_CODE),
        data.whole("cents"),
        data.text("currency", LONGEST_CURRENCY),
        data.whole("lasts_s", most=MOST_SECONDS),
    )


def read_stands(data: Fields) -> OrderStands | None:
    """A word of a newer central says nothing that could be told to a patron."""
    standing = data.text("standing")
    return OrderStands(Standing(standing)) if standing in set(Standing) else None
