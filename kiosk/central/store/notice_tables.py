"""Tables of notices: the queue, the texts that staff changed, and how far the ladder of reminders was gone."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, String, Table, Text

from kiosk.central.store.tables import LongId, UtcTime, metadata

notices = Table(
    "notices",
    metadata,
    Column("id", LongId, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("patron", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("day", Date, nullable=False),
    Column("state", String(16), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("trouble", Text, nullable=False, server_default=""),
    Column("boot", Text, nullable=False, server_default=""),
    Column("channel", String(16), nullable=False, server_default=""),
    Index("ix_notices_day_kind_patron_subject", "day", "kind", "patron", "subject", unique=True),
    Index("ix_notices_state_due_at", "state", "due_at", "id"),
    Index("ix_notices_subject", "subject", "kind"),
    Index("ix_notices_patron", "patron"),
    comment="Notices to patrons, one a kind, patron, subject and day; what they say is made when they are sent. "
    "subject: the hold. boot: when commits may have been lost since it was taken",
)

notice_templates = Table(
    "notice_templates",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_by", String(64), nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("trouble", Text, nullable=False, server_default=""),
    comment="Texts of notices that staff wrote instead of the shipped ones. trouble: why one could not be used",
)

notice_progress = Table(
    "notice_progress",
    metadata,
    Column("what", String(16), primary_key=True),
    Column("day", Date, nullable=False),
    comment="The last day whose reminders were queued",
)
