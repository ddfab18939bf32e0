"""What the codes of exceptions mean, for staff."""

from __future__ import annotations

from kiosk.central.exceptions import Why
from kiosk.model.reasons import ReasonCode

WORDS: dict[str, str] = {
    Why.NEW_EPOCH: "A station began a new journal: a new disk, or an older copy of it",
    Why.FACTS_LOST: "Facts are lost: central was restored from too old a backup",
    Why.NOT_UNDERSTOOD: "A station told something that this version does not understand",
    Why.NOT_APPLIED: "Something that a station told could not be applied",
    Why.UNKNOWN_ITEM: "An item that central does not know",
    Why.UNKNOWN_PATRON: "A card or patron that central does not know",
    Why.UNKNOWN_LOAN: "Told about a loan that central never heard of",
    Why.IMPLIED_RETURN: "Lent while it was lent to somebody else: the earlier loan has ended",
    Why.LENT_AGAIN: "Lent to the patron who had it already",
    Why.TWO_STATIONS: "Two stations told of this item at once",
    Why.SAME_INTENT: "A second loan under the number of another one",
    Why.NOT_LENT: 'Returned with a tag that said "on loan", but no loan was known',
    Why.LATE: "Returned after it was due",
    Why.ILS_REFUSED: "It happened here, and the library system does not take it: enter it there by hand",
    Why.ILS_UNSURE: "Whether the library system has it is not known: look there",
    Why.WRONG_CLOCK: "Due before it was lent: the station's clock was far behind; the patron was told that date",
    Why.TAG_CLOSED: "Lent, but its tag does not say so: write the tag when the item is back",
    Why.TAG_SWITCHED: "Rang at a gate: nobody has lent it, and its tag was switched; secure the tag",
    Why.DOUBTFUL: "A station does not know whether the tag was written: find the item and lay it on the pad",
    ReasonCode.TOO_MANY_LOANS: "Lent off line beyond the patron's limit",
    ReasonCode.ON_HOLD: "Lent although it waits for somebody else",
    ReasonCode.DEBT: "Lent although the patron owes too much",
    ReasonCode.CARD_EXPIRED: "Lent on an expired card",
    ReasonCode.BLOCKED: "Lent to a blocked patron",
    ReasonCode.NOT_FOR_LOAN: "Lent although it is not for loan",
    ReasonCode.NO_RULE: "Lent although no rule has a period for it",
}
"""Code → sentence. A test holds every code of `Why` against it."""


def sentence(why: str) -> str:
    """The words for a code; the code itself where a later version made it."""
    return WORDS.get(why, why)
