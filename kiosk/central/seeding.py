"""Filling an empty database from files: catalogue, copies, patrons, loans that stand. All of it or nothing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, Table, insert, select

from kiosk.central.accounts import ChargeKind
from kiosk.central.bookkeeping import patron_account
from kiosk.central.holdings import HoldState
from kiosk.central.search.indexing import enter_all
from kiosk.central.seed_files import ItemsFile, LoansFile, PatronsFile, Seed
from kiosk.central.settings import CentralSettings, SeedSettings
from kiosk.central.store import writing
from kiosk.central.store.money_tables import postings
from kiosk.central.store.tables import cards, charges, holds, items, loans, patrons, progress, records, tags
from kiosk.model.cards import card_token
from kiosk.rules.due import due_date
from kiosk.rules.policy import ALL, Place, Policy
from kiosk.settings import Fault, SettingsRefused, load

SEEDED = "seed"
"""The station that seeded loans come from: no topic of a site is meant by it, central made them itself."""

T = TypeVar("T")
Rows = list[dict[str, object]]

READY_FOR = timedelta(days=7)

log = logging.getLogger(__name__)


def seed(engine: Engine, settings: CentralSettings, now: datetime) -> bool:
    """Fill the database when it is empty, in one transaction. False: it holds something, and no file was read.

    `now` is aware. Raises `SettingsRefused` with every fault of every file.
    """
    if not _named_any(settings.seed):
        return False
    with writing(engine) as connection:
        if not _is_empty(connection):
            return False
        catalogue = _catalogue(settings.seed.catalogue)
        told = _read(settings.seed)
        faults = told.faults(frozenset(str(row["control_number"]) for row in catalogue))
        if faults:
            raise SettingsRefused(faults)
        loan_rows = _loan_rows(told, settings.policy(), now)
        _fill(connection, records, catalogue)
        _fill(connection, items, _item_rows(told))
        _fill(connection, tags, [{"uid": uid, "item": item.id} for item in told.items for uid in item.uids])
        _fill(connection, patrons, _patron_rows(told))
        _fill(connection, cards, _card_rows(told))
        _fill(connection, loans, loan_rows)
        _fill(connection, holds, _hold_rows(told, now))
        owed = _charge_rows(told, now)
        _fill(connection, charges, owed)
        _fill(connection, postings, [_posting_row(row) for row in owed])
        enter_all(connection)
    log.info(
        "filled the empty database: %d records, %d items, %d patrons, %d loans",
        len(catalogue),
        len(told.items),
        len(told.patrons),
        len(told.loans),
    )
    return True


def _named_any(named: SeedSettings) -> bool:
    return bool(named.catalogue or named.items or named.patrons or named.loans)


def _is_empty(connection: Connection) -> bool:
    return all(
        connection.execute(select(table).limit(1)).first() is None
        for table in (records, items, patrons, loans, progress)
    )


def _read(named: SeedSettings) -> Seed:
    """The three files; raise `SettingsRefused` with the faults of all of them."""
    faults: list[Fault] = []
    items_file = _file(ItemsFile, named.items, faults)
    patrons_file = _file(PatronsFile, named.patrons, faults)
    loans_file = _file(LoansFile, named.loans, faults)
    if faults:
        raise SettingsRefused(faults)
    return Seed(
        items_file.item, patrons_file.patron, loans_file.loan, loans_file.hold, named.items, named.patrons, named.loans
    )


def _file(kind: type[T], path: Path | None, faults: list[Fault]) -> T:
    if path is not None:
        try:
            return load(kind, path)
        except SettingsRefused as refused:
            faults += refused.faults
    return kind()


def _catalogue(paths: Sequence[Path]) -> Rows:
    if not paths:
        return []
    from kiosk.central.catalogue.rows import read_rows  # not needed at a start that seeds nothing

    return read_rows(paths)


def _item_rows(told: Seed) -> Rows:
    return [
        {
            "id": item.id,
            "control_number": item.control_number,
            "title": item.title,
            "call_number": item.call_number,
            "branch": item.branch,
            "loan_class": item.loan_class,
            "not_for_loan": item.not_for_loan,
            "held_for": item.held_for,
            "price_cents": item.price_cents,
            "age_mark": item.age_mark,
        }
        for item in told.items
    ]


def _patron_rows(told: Seed) -> Rows:
    return [
        {
            "id": patron.id,
            "given_name": patron.given_name,
            "family_name": patron.family_name,
            "category": patron.category,
            "expires": patron.expires,
            "blocked": patron.blocked,
            "born": patron.born,
            "guardian": patron.guardian,
            "language": patron.language,
            "email": patron.email,
        }
        for patron in told.patrons
    ]


def _card_rows(told: Seed) -> Rows:
    return [{"token": card_token(card), "patron": patron.id} for patron in told.patrons for card in patron.cards]


def _charge_rows(told: Seed, now: datetime) -> Rows:
    """What patrons owed before this system."""
    return [
        {
            "id": f"{ChargeKind.CARRIED_OVER}-{patron.id}",
            "patron": patron.id,
            "kind": ChargeKind.CARRIED_OVER.value,
            "amount_cents": patron.debt_cents,
            "at": now,
            "open": True,
        }
        for patron in told.patrons
        if patron.debt_cents
    ]


def _loan_rows(told: Seed, policy: Policy, now: datetime) -> Rows:
    """Loans made at `now`, or so many days before. Raises `SettingsRefused` where no rule has a period for one."""
    categories = {patron.id: patron.category for patron in told.patrons}
    classes = {item.id: item.loan_class for item in told.items}
    rows: Rows = []
    faults: list[Fault] = []
    for place, loan in enumerate(told.loans, 1):
        terms = policy.find(Place(ALL, categories[loan.patron], classes[loan.item])).terms
        if terms.loan_period is None:
            faults.append(Fault(str(told.loans_file), f"loan.{place}", "a rule with loan_period for it", "none"))
            continue
        made_at = now - timedelta(days=loan.days_ago)
        rows.append(
            {
                "intent": f"{SEEDED}-{place}",
                "patron": loan.patron,
                "item": loan.item,
                "station": SEEDED,
                "seq": place,
                "made_at": made_at,
                "due": due_date(terms, terms.loan_period, made_at, policy.calendar, None).at,
                "opened": True,
                "provisional": False,
            }
        )
    if faults:
        raise SettingsRefused(faults)
    return rows


def _hold_rows(told: Seed, now: datetime) -> Rows:
    """Holds on single copies, placed at `now`; ready for a week where the copy is kept for the patron."""
    copies = {item.id: item for item in told.items}
    rows: Rows = []
    for place, hold in enumerate(told.holds, 1):
        copy = copies[hold.item]
        ready = copy.held_for == hold.patron
        rows.append(
            {
                "id": f"{SEEDED}-hold-{place}",
                "patron": hold.patron,
                "control_number": copy.control_number,
                "item": hold.item,
                "placed_at": now,
                "state": (HoldState.READY if ready else HoldState.WAITING).value,
                "trapped": hold.item if ready else None,
                "ready_at": now if ready else None,
                "expires": (now + READY_FOR).date() if ready else None,
            }
        )
    return rows


def _posting_row(charge: dict[str, object]) -> dict[str, object]:
    accounts = {"debit": patron_account(str(charge["patron"])), "credit": f"income:{charge['kind']}"}
    return {**accounts, "at": charge["at"], "cents": charge["amount_cents"], "reference": f"charge:{charge['id']}"}


def _fill(connection: Connection, table: Table, rows: Rows) -> None:
    if rows:
        connection.execute(insert(table), rows)
