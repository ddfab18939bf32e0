"""Tables of the library's duties, one a kind of paper, made from the fields that the duty declares."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import BigInteger, Column, Date, Index, Integer, String, Table, Text
from sqlalchemy.types import TypeEngine

from kiosk.central.store.tables import UtcTime, metadata
from kiosk.library.duty_book import DUTIES
from kiosk.library.forms import LONGEST_LINE, Duty, FieldKind

_TYPES: Mapping[FieldKind, TypeEngine[Any]] = {
    FieldKind.LINE: String(LONGEST_LINE),
    FieldKind.TEXT: Text(),
    FieldKind.NUMBER: Integer(),
    FieldKind.MONEY: BigInteger(),
    FieldKind.DAY: Date(),
    FieldKind.TIME: UtcTime(),
    FieldKind.CHOICE: String(32),
}


def table_of(duty: Duty) -> Table:
    """Like every paper's: id, number, state, version, who and when; then the fields. What a step writes may be NULL
    before it."""
    of_the_form = {one.name for one in duty.fields if not one.optional}
    return Table(
        duty.plural,
        metadata,
        Column("id", String(64), primary_key=True),
        Column("number", String(32), nullable=False),
        Column("state", String(16), nullable=False),
        Column("version", Integer, nullable=False),
        Column("made_by", String(64), nullable=False),
        Column("made_at", UtcTime, nullable=False),
        *(Column(one.name, _TYPES[one.kind], nullable=one.name not in of_the_form) for one in duty.columns()),
        Index(f"ix_{duty.plural}_number", "number", unique=True),
        Index(f"ix_{duty.plural}_made_at", "made_at", "id"),
        Index(f"ix_{duty.plural}_state_made_at", "state", "made_at", "id"),
        comment=f"Papers of the duty {duty.kind.name}",
    )


TABLES: Mapping[str, Table] = MappingProxyType({duty.kind.name: table_of(duty) for duty in DUTIES})
"""By the kind of paper."""
