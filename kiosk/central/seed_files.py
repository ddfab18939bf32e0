"""The files that fill an empty database: `items.toml`, `patrons.toml`, `loans.toml`, each with every fault reported."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from kiosk.model.cards import card_token
from kiosk.model.circulation import Language
from kiosk.model.limits import matching, within
from kiosk.settings import Fault

ID = matching(re.compile(r"[^\0]{1,64}"), "1 to 64 characters in one line")
CLASS = matching(re.compile(r"[^\0]{1,32}"), "1 to 32 characters in one line")
UID = matching(re.compile(r"[0-9A-F]{2,64}"), "upper-case hex digits")
CARD = matching(re.compile(r"\s*[^\s\0][^\0]{0,127}"), "1 to 128 characters in one line")
"""What the columns of the store hold."""
MOST_CENTS = 100_000_000
MOST_DAYS_AGO = 3_650


@dataclass(frozen=True, slots=True)
class SeedItem:
    """A copy."""

    id: Annotated[str, ID]
    loan_class: Annotated[str, CLASS]
    control_number: Annotated[str, ID] | None = None
    """Of its record in the catalogue files."""
    title: str = ""
    """Only where there is no record, or another title is to be shown."""
    call_number: str = ""
    branch: Annotated[str, matching(re.compile(r"[^\0]{0,64}"), "at most 64 characters in one line")] = ""
    not_for_loan: bool = False
    held_for: Annotated[str, ID] | None = None
    """Id of the patron that it waits for."""
    price_cents: Annotated[int, within(0, MOST_CENTS)] = 0
    age_mark: Annotated[str, matching(re.compile(r"[^\0]{0,32}"), "at most 32 characters in one line")] = ""
    """Such as `FSK 16`; what it means stands in the rules."""
    uids: tuple[Annotated[str, UID], ...] = ()
    """UIDs of its tags, for gates that tell nothing else; kiosks find out those that are missing."""

    def __post_init__(self) -> None:
        if self.control_number is None and not self.title:
            raise ValueError("expected a control_number or a title: otherwise nobody knows what it is")


@dataclass(frozen=True, slots=True)
class SeedPatron:
    """A patron and what a reader or scanner reads off their cards."""

    id: Annotated[str, ID]
    given_name: str
    category: Annotated[str, CLASS]
    family_name: str = ""
    expires: date | None = None
    """The card's last valid day."""
    blocked: bool = False
    debt_cents: Annotated[int, within(0, MOST_CENTS)] = 0
    """What is owed from before."""
    language: Language | None = None
    born: date | None = None
    email: str | None = None
    """Where letters go."""
    guardian: Annotated[str, ID] | None = None
    """Id of the patron who answers for this one."""
    cards: tuple[Annotated[str, CARD], ...] = ()


@dataclass(frozen=True, slots=True)
class SeedLoan:
    """A loan that stands when central begins: made so many days before, due by the rules."""

    patron: str
    item: str
    days_ago: Annotated[int, within(0, MOST_DAYS_AGO)] = 0


@dataclass(frozen=True, slots=True)
class SeedHold:
    """Somebody waits for this copy; it is ready where the copy is `held_for` them."""

    patron: str
    item: str


@dataclass(frozen=True, slots=True)
class ItemsFile:
    """`[[item]]` tables."""

    item: tuple[SeedItem, ...] = ()


@dataclass(frozen=True, slots=True)
class PatronsFile:
    """`[[patron]]` tables."""

    patron: tuple[SeedPatron, ...] = ()


@dataclass(frozen=True, slots=True)
class LoansFile:
    """`[[loan]]` and `[[hold]]` tables."""

    loan: tuple[SeedLoan, ...] = ()
    hold: tuple[SeedHold, ...] = ()


@dataclass(frozen=True, slots=True)
class Seed:
    """What the three files say together, each with its name for messages."""

    items: tuple[SeedItem, ...]
    patrons: tuple[SeedPatron, ...]
    loans: tuple[SeedLoan, ...]
    holds: tuple[SeedHold, ...]
    items_file: Path | None
    patrons_file: Path | None
    loans_file: Path | None

    def faults(self, control_numbers: frozenset[str]) -> list[Fault]:
        """What does not fit together: names twice, and names that nothing has. `control_numbers`: of the catalogue."""
        return [*self._item_faults(control_numbers), *self._patron_faults(), *self._loan_faults(), *self._hold_faults()]

    def _item_faults(self, control_numbers: frozenset[str]) -> Iterable[Fault]:
        patrons = {patron.id for patron in self.patrons}
        yield from _twice(self.items_file, "item", "id", [item.id for item in self.items])
        owners: dict[str, int] = {}
        for place, item in enumerate(self.items, 1):
            for uid in item.uids:
                if (first := owners.setdefault(uid, place)) != place or item.uids.count(uid) > 1:
                    expected = f"a UID that no other item has (item.{first} has it)"
                    yield Fault(str(self.items_file), f"item.{place}.uids", expected, repr(uid))
            if item.control_number is not None and item.control_number not in control_numbers:
                key = f"item.{place}.control_number"
                yield Fault(str(self.items_file), key, "one of the catalogue files", repr(item.control_number))
            if item.held_for is not None and item.held_for not in patrons:
                yield Fault(str(self.items_file), f"item.{place}.held_for", "a patron's id", repr(item.held_for))

    def _hold_faults(self) -> Iterable[Fault]:
        patrons, items = {patron.id for patron in self.patrons}, {item.id for item in self.items}
        for place, hold in enumerate(self.holds, 1):
            if hold.patron not in patrons:
                yield Fault(str(self.loans_file), f"hold.{place}.patron", "a patron's id", repr(hold.patron))
            if hold.item not in items:
                yield Fault(str(self.loans_file), f"hold.{place}.item", "an item's id", repr(hold.item))

    def _patron_faults(self) -> Iterable[Fault]:
        yield from _twice(self.patrons_file, "patron", "id", [patron.id for patron in self.patrons])
        owners: dict[str, int] = {}
        for place, patron in enumerate(self.patrons, 1):
            for card in map(card_token, patron.cards):
                if (first := owners.setdefault(card, place)) != place or patron.cards.count(card) > 1:
                    expected = f"a card that no other patron has (patron.{first} has it)"
                    yield Fault(str(self.patrons_file), f"patron.{place}.cards", expected, repr(card))

    def _loan_faults(self) -> Iterable[Fault]:
        patrons, items = {patron.id for patron in self.patrons}, {item.id for item in self.items}
        yield from _twice(self.loans_file, "loan", "item", [loan.item for loan in self.loans])
        for place, loan in enumerate(self.loans, 1):
            if loan.patron not in patrons:
                yield Fault(str(self.loans_file), f"loan.{place}.patron", "a patron's id", repr(loan.patron))
            if loan.item not in items:
                yield Fault(str(self.loans_file), f"loan.{place}.item", "an item's id", repr(loan.item))


def _twice(file: Path | None, table: str, key: str, names: list[str]) -> Iterable[Fault]:
    counts = Counter(names)
    for place, name in enumerate(names, 1):
        if counts[name] > 1 and names.index(name) != place - 1:
            first = names.index(name) + 1
            expected = f"{key} that stands once ({table}.{first} has it)"
            yield Fault(str(file), f"{table}.{place}.{key}", expected, repr(name))
