"""Questions of book-drops and lockers, and their answers: where a copy goes, and what is set aside for whom."""

from __future__ import annotations

from kiosk.model.ids import ItemId, PatronRef
from kiosk.model.questions import AskKept, AskSort, Destination, KeptTold, SortTold
from kiosk.wire.fields import Fields, Json

MOST_ITEMS = 100


def sort_object(question: AskSort) -> dict[str, Json]:
    return {"item": question.item}


def read_sort(data: Fields) -> AskSort:
    """Raises `MessageRefused`, as all that read here."""
    return AskSort(ItemId(data.text("item")))


def kept_object(question: AskKept) -> dict[str, Json]:
    return {"patron": question.patron, "items": [*question.items]}


def read_kept(data: Fields) -> AskKept:
    return AskKept(PatronRef(data.text("patron")), _items(data))


def sorted_object(told: SortTold) -> dict[str, Json]:
    return {"to": told.to, "branch": told.branch, "loan_class": told.loan_class}


def read_sorted(data: Fields) -> SortTold:
    branch, loan_class = data.text_or_none("branch") or "", data.text_or_none("loan_class") or ""
    return SortTold(data.word("to", Destination), branch, loan_class)


def kept_told_object(told: KeptTold) -> dict[str, Json]:
    return {"items": [*told.items]}


def read_kept_told(data: Fields) -> KeptTold:
    return KeptTold(_items(data))


def _items(data: Fields) -> tuple[ItemId, ...]:
    return tuple(ItemId(item) for item in data.texts("items", MOST_ITEMS))
