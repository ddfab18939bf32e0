"""Renewing at the library's own system: a renewal without an answer is asked about, and never sent twice blindly.

Source: 3M SIP 2.00 has no question whether a renewal was made; the item's due date (17) tells it. What was sent is
written down before, so that the end of a process, or another process that goes on, forgets nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, delete, insert, select

from kiosk.central.ils.port import Ils, IlsAway, IlsLoan, IlsUnsure
from kiosk.central.store import writing
from kiosk.central.store.tables import ils_renewals

FOR_ASKING_S = 0.6
"""Kept back of the kiosk's patience, to ask what became of a renewal."""
FORGOTTEN = timedelta(days=90)
"""Nobody has asked for it again since: the loan is over."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A renewal that was sent, and not settled."""

    was: datetime | None
    """Due date before it; None where nobody knew."""


class Renewals:
    """Renewals of one library system. Used by several threads, and by several processes on one database."""

    def __init__(self, ils: Ils, engine: Engine) -> None:
        self._ils = ils
        self._engine = engine

    def renew(self, patron: str, card: str, item: str, was: datetime | None, by_s: float | None = None) -> IlsLoan:
        """Renew by `by_s` (`time.monotonic`) a loan that was due at `was`, where that is known. Raises `IlsAway`, and
        `IlsUnsure` where nobody can say whether it was done."""
        sent = self._sent(patron, item)
        if sent is not None and was is not None and sent.was is not None and was > sent.was:
            self._settled(patron, item)  # of an earlier loan, or found out otherwise
        elif sent is not None:
            done = self._done_since(item, sent.was, by_s)
            self._settled(patron, item)
            if done is not None:
                return done
            if sent.was is None:
                raise IlsUnsure("a renewal was sent before, and the due date that it changed is not known")
        sooner_s = None if by_s is None else by_s - FOR_ASKING_S
        was = was or self._ils.details(item, sooner_s).due
        self._send(patron, item, was)
        try:
            answer = self._ils.renew(card, item, datetime.now(UTC), sooner_s)
        except IlsUnsure:
            done = self._done_since(item, was, by_s)
            if done is None:
                raise IlsUnsure("the renewal was sent, and is not there yet") from None
        except IlsAway:
            self._settled(patron, item)  # it was not even sent
            raise
        else:
            done = answer
        self._settled(patron, item)
        return done

    def _done_since(self, item: str, was: datetime | None, by_s: float | None) -> IlsLoan | None:
        """The renewal, where the item is due later than before; None where it is not."""
        told = self._ils.details(item, by_s)
        if told.due is None or was is None or told.due <= was:
            return None
        return IlsLoan(done=True, due=told.due, title=told.title, renewed=True)

    def _sent(self, patron: str, item: str) -> _Sent | None:
        mine = (ils_renewals.c.patron == patron, ils_renewals.c.item == item)
        with self._engine.connect() as connection:
            row = connection.execute(select(ils_renewals.c.was_due).where(*mine)).one_or_none()
        return None if row is None else _Sent(row.was_due)

    def _send(self, patron: str, item: str, was: datetime | None) -> None:
        """Write it down, before it is sent."""
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            mine = (ils_renewals.c.patron == patron) & (ils_renewals.c.item == item)
            connection.execute(delete(ils_renewals).where(mine | (ils_renewals.c.tried_at < now - FORGOTTEN)))
            connection.execute(insert(ils_renewals).values(patron=patron, item=item, was_due=was, tried_at=now))

    def _settled(self, patron: str, item: str) -> None:
        mine = (ils_renewals.c.patron == patron, ils_renewals.c.item == item)
        with writing(self._engine) as connection:
            connection.execute(delete(ils_renewals).where(*mine))
