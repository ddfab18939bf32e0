"""The table of what is told to everybody on kiosks' first screens."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, String, Table, Text

from kiosk.central.store.tables import UtcTime, metadata

news = Table(
    "news",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("branch", String(64), nullable=False, server_default=""),
    Column("zh", Text, nullable=False, server_default=""),
    Column("zh_hant", Text, nullable=False, server_default=""),
    Column("en", Text, nullable=False, server_default=""),
    Column("ar", Text, nullable=False, server_default=""),
    Column("de", Text, nullable=False, server_default=""),
    Column("ja", Text, nullable=False, server_default=""),
    Column("day", Date),
    Column("at", String(5), nullable=False, server_default=""),
    Column("until", Date),
    Column("version", Integer, nullable=False),
    Column("changed_by", String(64), nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Index("ix_news_kind_day", "kind", "day"),
    comment="Announcements, and what is on. branch: empty for all. day, at: of an event. until: the last day on which "
    "an announcement is shown",
)
