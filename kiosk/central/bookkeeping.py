"""Double entry, in cents. A posting takes from one account and gives to another: all accounts always sum to zero."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Select, func, literal, select, union_all

from kiosk.central.store.money_tables import postings
from kiosk.central.store.slate import Source, changing
from kiosk.central.store.tables import charges, payments

OF_PATRON = "patron:"
CORRECTION = "correction"


def patron_account(patron: str) -> str:
    """What a patron owes is its debit."""
    return OF_PATRON + patron


def post(source: Source, at: datetime, debit: str, credit: str, cents: int, reference: str) -> None:
    """Enter a posting, for ever. `cents` > 0; the database refuses anything else."""
    values = {"at": at, "debit": debit, "credit": credit, "cents": cents, "reference": reference}
    with changing(source) as slate:
        slate.add(postings, values)


def posted_charge(source: Source, patron: str, kind: str, cents: int, at: datetime, charge: str) -> None:
    """Owed by the patron, earned by the library."""
    post(source, at, patron_account(patron), f"income:{kind}", cents, f"charge:{charge}")


def posted_payment(source: Source, patron: str, method: str, cents: int, at: datetime, payment: str) -> None:
    """Into the till, or given away; the patron owes so much less."""
    post(source, at, f"paid:{method}", patron_account(patron), cents, f"payment:{payment}")


def balance_cents(connection: Connection, account: str) -> int:
    """Debits less credits."""
    taken = select(func.coalesce(func.sum(postings.c.cents), 0)).where(postings.c.debit == account)
    given = select(func.coalesce(func.sum(postings.c.cents), 0)).where(postings.c.credit == account)
    return int(connection.scalar(taken) or 0) - int(connection.scalar(given) or 0)


def uneven() -> Select[str, int]:
    """Patrons whose charges and payments are not what is posted, and by how many cents they say more."""
    of_patron = len(OF_PATRON) + 1
    said = union_all(
        select(charges.c.patron.label("patron"), charges.c.amount_cents.label("cents")),
        select(payments.c.patron, -payments.c.amount_cents),
        select(func.substr(postings.c.debit, of_patron), -postings.c.cents).where(
            postings.c.debit.startswith(OF_PATRON)
        ),
        select(func.substr(postings.c.credit, of_patron), postings.c.cents).where(
            postings.c.credit.startswith(OF_PATRON)
        ),
    ).subquery()
    total = func.sum(said.c.cents)
    return select(said.c.patron, total.label("cents")).group_by(said.c.patron).having(total != literal(0))


def correct(connection: Connection, patron: str, at: datetime, who: str) -> bool:
    """Post what is missing, against the account of corrections; False where nothing is."""
    found = uneven().subquery()
    cents = connection.scalar(select(found.c.cents).where(found.c.patron == patron))
    if not cents:
        return False
    owed, given = (patron_account(patron), CORRECTION) if cents > 0 else (CORRECTION, patron_account(patron))
    post(connection, at, owed, given, abs(int(cents)), f"correction by {who}")
    return True
