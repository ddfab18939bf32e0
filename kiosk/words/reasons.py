"""Reasons as sentences."""

from __future__ import annotations

from datetime import datetime

from kiosk.model.reasons import Reason
from kiosk.words.dates import iso_day
from kiosk.words.sentences import Words

DAY_VALUES = frozenset({"until"})


def reason_sentence(reason: Reason, words: Words, now: datetime, zone: str, of: str = "") -> str:
    """What happened and what to do; with the reason's values where the catalogue has a sentence for them.

    `of` is what was refused, where some reasons are said otherwise then: `renew`.
    """
    if of and words.known(f"reason-{of}.{reason.code.value}") is not None:
        return words.say(f"reason-{of}.{reason.code.value}")
    values = {name: iso_day(text, now, zone, words) if name in DAY_VALUES else text for name, text in reason.values}
    exact = words.known(f"reason-with.{reason.code.value}")
    if exact is not None and exact.placeholders() <= values.keys():
        return words.say(f"reason-with.{reason.code.value}", **values)
    return words.say(f"reason.{reason.code.value}")
