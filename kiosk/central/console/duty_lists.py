"""A list a duty: what it is called by, what else is worth seeing at a glance, its state, who wrote it and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kiosk.central.console.asked import Asked
from kiosk.central.store.duty_tables import TABLES
from kiosk.library.duty_book import DUTIES
from kiosk.library.forms import Duty, FieldKind
from kiosk.web.listing import Column, Filter, Kind, Listing, rows_of
from kiosk.web.roles import Permission

_SHOWN = {
    FieldKind.LINE: Kind.TEXT,
    FieldKind.TEXT: Kind.TEXT,
    FieldKind.NUMBER: Kind.NUMBER,
    FieldKind.MONEY: Kind.MONEY,
    FieldKind.DAY: Kind.DAY,
    FieldKind.TIME: Kind.TIME,
    FieldKind.CHOICE: Kind.WORD,
}


def _list(duty: Duty) -> Callable[[Asked], Listing]:
    table = TABLES[duty.kind.name]
    fields = {one.name: one for one in duty.columns()}
    states = tuple(state.value for state in type(duty.kind.first))

    def listing(asked: Asked) -> Listing:
        return Listing(
            duty.plural,
            rows_of(table),
            table.c.id,
            (
                Column("made_at", table.c.made_at, Kind.TIME, sorts=True),
                Column("number", table.c.number, link=f"/console/{duty.kind.name}?number="),
                *(
                    Column(name, table.c[name], _SHOWN[fields[name].kind], group="choice", title_key=f"field.{name}")
                    for name in (duty.fields[0].name, *duty.listed)
                ),
                Column("made_by", table.c.made_by),
                Column("state", table.c.state, Kind.WORD, group=f"stage-{duty.kind.name}"),
            ),
            "-made_at",
            (
                Filter("state", lambda value: table.c.state == value, states, f"stage-{duty.kind.name}"),
                Filter("made_by", lambda value: table.c.made_by == value),
            ),
            new=f"/console/{duty.kind.name}/new" if duty.kind.permission in asked.may else "",
        )

    return listing


LISTS: Mapping[str, tuple[Callable[[Asked], Listing], Permission, Permission]] = {
    duty.plural: (_list(duty), Permission(duty.read), Permission(duty.read)) for duty in DUTIES
}
"""By its address: the list, who may look, and who may take it away as a file."""
