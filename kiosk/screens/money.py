"""Sums as a patron reads them."""

from __future__ import annotations

from kiosk.words.sentences import Words

SIGNS = {"CNY": "¥", "EUR": "€", "USD": "$", "GBP": "£"}
"""ISO 4217 to the sign that stands before the sum."""


def money(cents: int, currency: str, words: Words) -> str:
    """`¥3.50`; of a currency without a sign here `3.50 CHF`."""
    amount = f"{cents // 100}.{cents % 100:02d}"
    sign = SIGNS.get(currency)
    return f"{sign}{amount}" if sign else words.say("account.amount", amount=amount, currency=currency)
