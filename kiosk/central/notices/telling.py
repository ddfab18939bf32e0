"""What a notice says when it is sent: of the loans and holds as they are then, not as they were when it was queued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select, update

from kiosk.central.holdings import TITLE, HoldState
from kiosk.central.mail.settings import MailSettings
from kiosk.central.notices.channels import Channel, chosen
from kiosk.central.notices.queue import NoticeRow
from kiosk.central.notices.settings import NoticeSettings
from kiosk.central.notices.texts import BadTemplate, Book, Facts, NoticeKind, Text, nearest, shipped, told
from kiosk.central.people import full_name
from kiosk.central.store.notice_tables import notice_templates
from kiosk.central.store.tables import holds, items, loans, patrons, records
from kiosk.model.circulation import Language


@dataclass(frozen=True, slots=True)
class Letter:
    """One notice, ready to go."""

    channel: Channel
    to: str
    text: Text


@dataclass(slots=True)
class Letters:
    """A batch of notices in words."""

    mail: MailSettings
    settings: NoticeSettings
    zone: ZoneInfo
    templates: Mapping[tuple[NoticeKind, Language], Text]
    failed: dict[tuple[NoticeKind, Language], str]
    """Templates of staff that could not be used, and why."""

    def of(self, connection: Connection, rows: Sequence[NoticeRow], now: datetime) -> dict[int, Letter]:
        """By the notice's number; what is not there has nothing to tell any more, or nobody to tell it to."""
        names = sorted({str(row.patron) for row in rows})
        people = {row.id: row for row in connection.execute(select(patrons).where(patrons.c.id.in_(names)))}
        late, soon = self._loans(connection, names, now)
        ready = _ready(connection, names)
        found: dict[int, Letter] = {}
        for row in rows:
            who, kind = people.get(row.patron), NoticeKind(str(row.kind))
            way = None if who is None else chosen(who, self.settings.channels)
            if who is None or way is None:
                continue
            own = Language(who.language) if who.language in set(Language) else self.settings.language
            language = nearest(own)
            books = (late.get(who.id, []), soon.get(who.id, []), ready.get((who.id, str(row.subject)), []))
            if not {NoticeKind.OVERDUE: books[0], NoticeKind.DUE_SOON: books[1], NoticeKind.HOLD_READY: books[2]}[kind]:
                continue
            facts = Facts(full_name(who.given_name, who.family_name), self.mail.library(language), *books)
            found[int(str(row.id))] = Letter(way[0], way[1], self._text(kind, language, facts))
        return found

    def _text(self, kind: NoticeKind, language: Language, facts: Facts) -> Text:
        own = self.templates.get((kind, language))
        if own is not None and (kind, language) not in self.failed:
            try:
                return told(own, facts)
            except BadTemplate as bad:
                self.failed[kind, language] = str(bad)
        return told(shipped(language)[kind], facts)

    def _loans(
        self, connection: Connection, names: Sequence[str], now: datetime
    ) -> tuple[dict[str, list[Book]], dict[str, list[Book]]]:
        today = now.astimezone(self.zone).date()
        last = today + timedelta(max(self.settings.soon_days, default=0))
        titled = loans.outerjoin(items, loans.c.item == items.c.id)
        titled = titled.outerjoin(records, items.c.control_number == records.c.control_number)
        query = (
            select(loans.c.patron, loans.c.due, func.coalesce(TITLE, loans.c.item).label("title"))
            .select_from(titled)
            .where(
                loans.c.patron.in_(names),
                loans.c.ended_at.is_(None),
                loans.c.lost_at.is_(None),
                loans.c.claimed_returned.is_(False),
            )
            .order_by(loans.c.due)
        )
        late: dict[str, list[Book]] = {}
        soon: dict[str, list[Book]] = {}
        for row in connection.execute(query):
            day = row.due.astimezone(self.zone).date()
            if day < today:
                late.setdefault(row.patron, []).append(Book(row.title, day, (today - day).days))
            elif day <= last:
                soon.setdefault(row.patron, []).append(Book(row.title, day))
        return late, soon


def letters(connection: Connection, mail: MailSettings, settings: NoticeSettings, zone: ZoneInfo) -> Letters:
    """With the templates as they are now."""
    own = {
        (NoticeKind(row.kind), Language(row.language)): Text(row.subject, row.body)
        for row in connection.execute(select(notice_templates))
    }
    return Letters(mail, settings, zone, own, {})


def tell_staff(connection: Connection, failed: Mapping[tuple[NoticeKind, Language], str]) -> None:
    """Templates that could not be used: their page says so until they are changed."""
    for (kind, language), trouble in failed.items():
        of = (notice_templates.c.kind == kind.value) & (notice_templates.c.language == language.value)
        connection.execute(update(notice_templates).where(of).values(trouble=trouble))


def _ready(connection: Connection, names: Sequence[str]) -> dict[tuple[str, str], list[Book]]:
    """By patron and hold."""
    copies = holds.outerjoin(items, holds.c.trapped == items.c.id)
    copies = copies.outerjoin(records, items.c.control_number == records.c.control_number)
    query = (
        select(holds, func.coalesce(TITLE, holds.c.trapped, holds.c.control_number, "").label("title"))
        .select_from(copies)
        .where(holds.c.patron.in_(names), holds.c.state == HoldState.READY.value)
    )
    return {(row.patron, row.id): [Book(row.title, row.expires, 0, row.pickup)] for row in connection.execute(query)}
