"""The pages of every duty: its form, its papers, their steps. They follow from what the duty declares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from kiosk.central import documents, duties
from kiosk.central.console.asked import Answer, Asked, BadField, Moved, Nothing, Page, Shown, faults
from kiosk.central.console.frame import address
from kiosk.central.console.papers import sentence, told
from kiosk.central.duty_effects import Hindered
from kiosk.library.documents import Guard, Refused, Why, decide
from kiosk.library.duty_book import DUTIES
from kiosk.library.forms import BadValue, Duty, Field, FieldKind, Value, typed
from kiosk.web.roles import Permission

NOT_THERE = {"item": "wrong.item", "staff": "wrong.staff"}
NOTHING_TYPED: Mapping[str, str] = defaultdict(str)


def _values(asked: Asked, fields: tuple[Field, ...], prefix: str = "") -> dict[str, Value]:
    """What a form says. Raises `BadField`, whose name has the prefix."""
    zone = ZoneInfo(asked.console.time_zone)
    values: dict[str, Value] = {}
    for one in fields:
        try:
            value = typed(one, asked.form.get(one.name, ""))
        except BadValue as bad:
            raise BadField(prefix + one.name, bad.key) from None
        values[one.name] = value.replace(tzinfo=zone) if isinstance(value, datetime) else value
    return values


def _as_typed(asked: Asked, row: Row[tuple[object, ...]], fields: tuple[Field, ...]) -> Mapping[str, str]:
    """A paper's fields as its form shows them."""
    zone = ZoneInfo(asked.console.time_zone)
    return {one.name: _text(getattr(row, one.name), one.kind, zone) for one in fields}


def _text(value: Value, kind: FieldKind, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    if kind is FieldKind.MONEY and isinstance(value, int):
        return f"{value // 100}.{value % 100:02d}"
    return str(value)


def _kept(asked: Asked) -> Mapping[str, str]:
    return defaultdict(str, asked.form)


def _row(asked: Asked, duty: Duty, number: str) -> Row[tuple[object, ...]]:
    row = duties.by_number(asked.connection, duty, number)
    if row is None:
        raise Nothing("problem.paper")
    return row


def _form(duty: Duty, row: Row[tuple[object, ...]] | None, kept: Mapping[str, str], wrong: Mapping[str, str]) -> Shown:
    values = {"duty": duty, "row": row, "typed": kept, "wrong": faults(wrong)}
    return Shown("duty-form.html", values, 422 if wrong else 200)


def _paper(
    asked: Asked, duty: Duty, row: Row[tuple[object, ...]], tried: str = "", wrong: Mapping[str, str] | None = None
) -> Shown:
    state = documents.paper(duty.kind, row).state
    steps = {action: step for (of, action), step in duty.kind.table.items() if of is state}
    fields = ((one, getattr(row, one.name)) for one in duty.columns())
    values = {
        "duty": duty,
        "one": told(asked, duty.kind, row),
        "heading": str(getattr(row, duty.fields[0].name)),
        "shown": [(one, value, _leads_to(one, value)) for one, value in fields if value not in (None, "")],
        "asks": {action.value: duty.asks.get(action, ()) for action in steps},
        "reasons": {action.value for action, step in steps.items() if Guard.REASON in step.guards},
        "edits": state in duty.edited_in and duty.kind.permission in asked.may,
        "tried": tried,
        "typed": _kept(asked),
        "nothing": NOTHING_TYPED,
        "wrong": faults(wrong or {}),
    }
    return Shown("duty.html", values, 422 if wrong else 200)


def _leads_to(one: Field, value: object) -> str:
    """The page of what a field names."""
    match one.of:
        case "" | "staff":
            return ""
        case "item":
            return address("/console/item", id=value)
        case kind:
            return address(f"/console/{kind}", number=value)


def _said(asked: Asked, duty: Duty, row: Row[tuple[object, ...]], refused: Refused[StrEnum]) -> str:
    return sentence(asked, duty.kind, documents.paper(duty.kind, row), refused, f"stage-{duty.kind.name}")


def _show(duty: Duty) -> Callable[[Asked], Answer]:
    def show(asked: Asked) -> Answer:
        return _paper(asked, duty, _row(asked, duty, asked.query.get("number", "")))

    return show


def _new(duty: Duty) -> Callable[[Asked], Answer]:
    """An empty form; what the address says of a field is filled in."""

    def new(asked: Asked) -> Answer:
        return _form(duty, None, defaultdict(str, asked.query), {})

    return new


def _edit(duty: Duty) -> Callable[[Asked], Answer]:
    def edit(asked: Asked) -> Answer:
        row = _row(asked, duty, asked.query.get("number", ""))
        return _form(duty, row, _as_typed(asked, row, duty.fields), {})

    return edit


def _write(duty: Duty) -> Callable[[Asked], Answer]:
    def write(asked: Asked) -> Answer:
        try:
            name, values = asked.form_id(), _values(asked, duty.fields)
            number = duties.write(asked.connection, duty, name, values, who=asked.who, now=asked.local_now)
        except BadField as bad:
            return _form(duty, None, _kept(asked), {bad.name: asked.say(bad.key)})
        except duties.NotThere as missing:
            return _form(duty, None, _kept(asked), {missing.field.name: _missing(asked, missing.field)})
        except Hindered as hindered:
            return _form(duty, None, _kept(asked), {"form": asked.say(hindered.key)})
        asked.note("ok", "duty.written", number)
        return Moved(address(f"/console/{duty.kind.name}", number=number))

    return write


def _change(duty: Duty) -> Callable[[Asked], Answer]:
    def change(asked: Asked) -> Answer:
        row = duties.by_id(asked.connection, duty, asked.form.get("id", ""))
        if row is None:
            raise Nothing("problem.paper")
        try:
            values = _values(asked, duty.fields)
            refused = duties.change(
                asked.connection, duty, row, values, asked.version(), who=asked.who, now=asked.local_now
            )
        except BadField as bad:
            return _form(duty, row, _kept(asked), {bad.name: asked.say(bad.key)})
        except duties.NotThere as missing:
            return _form(duty, row, _kept(asked), {missing.field.name: _missing(asked, missing.field)})
        if refused is not None:
            return _form(duty, row, _kept(asked), {"form": _said(asked, duty, row, refused)})
        asked.note("ok", "duty.changed", str(row.number))
        return Moved(address(f"/console/{duty.kind.name}", number=row.number))

    return change


def _step(duty: Duty) -> Callable[[Asked], Answer]:
    def step(asked: Asked) -> Answer:
        row = duties.by_id(asked.connection, duty, asked.form.get("id", ""))
        action = duty.kind.action(asked.form.get("action", ""))
        if row is None or action is None:
            raise Nothing("problem.paper")
        wish = asked.wish(action, asked.version(), asked.text("reason", 500))
        before = decide(duty.kind, documents.paper(duty.kind, row), wish)
        if isinstance(before, Refused):
            named = f"{action}-reason" if before.why is Why.NO_REASON else "form"
            return _paper(asked, duty, row, action, {named: _said(asked, duty, row, before)})
        try:
            values = _values(asked, duty.asks.get(action, ()), f"{action}-")
            done = duties.step(asked.connection, duty, row, wish, values, asked.local_now)
        except BadField as bad:
            return _paper(asked, duty, row, action, {bad.name: asked.say(bad.key)})
        except duties.NotThere as missing:
            return _paper(asked, duty, row, action, {f"{action}-{missing.field.name}": _missing(asked, missing.field)})
        except Hindered as hindered:
            return _paper(asked, duty, row, action, {"form": asked.say(hindered.key)})
        assert not isinstance(done, Refused), "decided a moment ago, in this transaction"
        asked.note("ok", "duty.stepped", asked.word(f"stage-{duty.kind.name}", done), number=str(row.number))
        return Moved(address(f"/console/{duty.kind.name}", number=row.number))

    return step


def _missing(asked: Asked, one: Field) -> str:
    return asked.say(NOT_THERE.get(one.of, "wrong.paper"))


def _pages(duty: Duty) -> tuple[Page, ...]:
    base, reads, writes = f"/{duty.kind.name}", Permission(duty.read), Permission(duty.kind.permission)
    return (
        Page(base, reads, _show(duty)),
        Page(f"{base}/new", writes, _new(duty)),
        Page(f"{base}/write", writes, _write(duty), writes=True),
        Page(f"{base}/edit", writes, _edit(duty)),
        Page(f"{base}/change", writes, _change(duty), writes=True),
        Page(f"{base}/step", reads, _step(duty), writes=True),
    )


PAGES = tuple(page for duty in DUTIES for page in _pages(duty))
"""A step asks for its own permission, which its table names."""
