"""What central asks of a library system: operations with reasons, whatever protocol carries them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kiosk.model.reasons import Reason


class IlsAway(Exception):
    """The library system does not answer, or answers nothing that can be used; nothing is known to have been done."""


class IlsUnsure(Exception):
    """It may or may not have been done, and asking did not tell either."""


@dataclass(frozen=True, slots=True)
class IlsPatron:
    """A patron as the library system knows them."""

    known: bool
    name: str = ""
    reasons: tuple[Reason, ...] = ()
    """What stops borrowing."""
    more: int | None = None
    """How many more items may be borrowed; None where it sets no limit, or tells none."""
    charged: tuple[str, ...] = ()
    charged_count: int = 0
    """Of them by the summary, also where they are not listed."""
    owes_cents: int = 0
    ready: int = 0
    """Holds that wait at the desk."""
    waiting: int = 0
    """Holds that do not yet."""
    said: tuple[str, ...] = ()
    """What it wants to be shown."""


@dataclass(frozen=True, slots=True)
class IlsLoan:
    """A loan or renewal, made or refused."""

    done: bool
    due: datetime | None = None
    due_text: str = ""
    """As it was told, where it could not be read."""
    title: str = ""
    renewed: bool = False
    open_tag: bool = False
    """The tag may be switched to "on loan"."""
    fee_cents: int = 0
    """A fee has to be accepted first, or was taken without being asked about; 0 where there is none."""
    currency: str = ""
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IlsReturn:
    """What became of a return, and what has to be done with the item."""

    done: bool
    secure_tag: bool = True
    title: str = ""
    alert: str = ""
    """Kind (CV): 01 and 02 holds, 04 another branch, 99 other; empty: none."""
    send_to: str = ""
    """Branch."""
    sort_bin: str = ""
    held_for: str = ""
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IlsItem:
    """An item as the library system knows it."""

    known: bool
    status: str = ""
    """Circulation status (SIP2: 03 available, 04 charged, …)."""
    title: str = ""
    due_text: str = ""

    @property
    def is_lent(self) -> bool:
        return self.status in ("04", "05", "07", "11")


@dataclass(frozen=True, slots=True)
class IlsDetails:
    """What is told of an item in an account."""

    title: str = ""
    due: datetime | None = None
    """Aware; None where it is not lent, or the date cannot be read."""


class Ils(Protocol):
    """One library system. Every method raises `IlsAway`; those that change something also `IlsUnsure`. `by_s` is an
    instant of `time.monotonic` by which somebody waits; without it, the settings' own patience counts."""

    def patron(self, card: str, by_s: float | None = None) -> IlsPatron: ...

    def proves(self, card: str, pin: str, by_s: float | None = None) -> bool:
        """Whether this is the patron's PIN. It is passed on, and kept nowhere."""

    def holds(self, card: str, by_s: float | None = None, *, ready: bool) -> Sequence[str]:
        """What the patron waits for, as the system names it."""

    def details(self, item: str, by_s: float | None = None) -> IlsDetails: ...

    def item(self, item: str) -> IlsItem: ...

    def lend(self, card: str, item: str, *, told: datetime | None, at: datetime) -> IlsLoan:
        """Lend; `told` is the due date that the patron was told already: it has happened and must be recorded."""

    def undo(self, card: str, item: str, at: datetime) -> None: ...

    def take_back(self, item: str, at: datetime) -> IlsReturn: ...

    def renew(self, card: str, item: str, at: datetime, by_s: float | None = None) -> IlsLoan: ...

    def renew_all(self, card: str, at: datetime) -> tuple[Sequence[str], Sequence[str]]: ...

    def reserve(self, card: str, *, item: str, title: str, pickup: str, at: datetime) -> bool: ...

    def cancel_hold(self, card: str, *, item: str, title: str, at: datetime) -> bool: ...

    def pay(self, card: str, cents: int, payment: str, at: datetime) -> bool: ...

    def block(self, card: str, why: str, at: datetime) -> None: ...
