"""Types of columns that SQLite and PostgreSQL keep alike, and how constraints are named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

LongId = BigInteger().with_variant(Integer, "sqlite")
NAMES = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC with microseconds on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], object]:
        return _told if dialect.name == "sqlite" else _in_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        return _read if dialect.name == "sqlite" else _in_utc


def _in_utc(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    assert at.tzinfo is not None, "instants in the store are aware"
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def _told(at: datetime | None) -> str | None:
    """As SQLAlchemy's own type writes it, in a third of the time."""
    utc = _in_utc(at)
    return None if utc is None else utc.isoformat(" ", "microseconds").removesuffix("+00:00")


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)
