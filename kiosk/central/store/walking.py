"""Going through many rows bit by bit, so that nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Engine, Row, Select, literal, select, tuple_

AT_ONCE = 100

Rows = Sequence[Row[*tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Walk:
    """Rows of which `over` holds, in the order of `by`: a unique key, best one that an index has."""

    by: tuple[Column[object], ...]
    over: ColumnElement[bool]
    also: tuple[Column[object], ...] = ()
    """What else of each row is wanted."""

    def query(self) -> Select[*tuple[object, ...]]:
        """The first part."""
        return select(*self.by, *self.also).where(self.over).order_by(*self.by).limit(AT_ONCE)

    def parts(self, engine: Engine) -> Iterator[Rows]:
        """`AT_ONCE` rows at a time, each part read by itself, beside whoever writes. It never comes back to a row, so
        rows that are left as they are hold nothing up."""
        more = self.query()
        while True:
            with engine.connect() as connection:
                rows = connection.execute(more).all()
            if not rows:
                return
            yield rows
            last = [literal(value, column.type) for value, column in zip(rows[-1], self.by, strict=False)]
            more = self.query().where(tuple_(*self.by) > tuple_(*last))
