"""A patron's details, and their rights: change, export everything, erase."""

from __future__ import annotations

import json
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from kiosk.central.console.asked import Answer, Asked, Moved, Page, Sheet, Shown, faults
from kiosk.central.console.circulating import patron_asked
from kiosk.central.console.frame import address
from kiosk.central.erasing import StillOpen, erase, everything_about
from kiosk.central.patron_rows import FIELDS, PERSONAL, PatronRow, change, difference, kept, read, version
from kiosk.central.people import PatronOnFile, owner_of, patron_on_file
from kiosk.model.ids import PatronRef
from kiosk.web.roles import Permission
from kiosk.web.trail import CHANGED, Changes, latest

TYPED = tuple(name for name in FIELDS if name != "id")
FLAGS = ("blocked", "card_lost", "no_reminders")


def edit(asked: Asked) -> Answer:
    """The form, as the patron is now."""
    who = patron_asked(asked, asked.query.get("id", ""))
    now = kept(asked.connection, [who.ref])[who.ref]
    return _form(who, now, now)


def _form(
    who: PatronOnFile,
    now: Mapping[str, str],
    typed: Mapping[str, str],
    *,
    wrong: Mapping[str, str] | None = None,
    stale: str = "",
    confirm: str = "",
) -> Shown:
    values = {
        "patron": who,
        "now_is": now,
        "typed": typed,
        "version": version(now),
        "wrong": faults(wrong or {}),
        "stale": stale,
        "confirm": confirm,
    }
    return Shown("patron-edit.html", values, 200 if not wrong and not stale and not confirm else 422)


def save(asked: Asked) -> Answer:
    """Keep what was typed, unless somebody else changed the patron since the form was made: then both are shown."""
    who = patron_asked(asked, asked.form.get("id", ""), lock=True)
    now = kept(asked.connection, [who.ref])[who.ref]
    typed = {name: asked.form.get(name, "no" if name in FLAGS else "") for name in TYPED}
    if asked.form.get("version") != version(now):
        entry = latest(asked.connection, f"patron:{who.ref}")
        zone = ZoneInfo(asked.console.time_zone)
        at = asked.now if entry is None else entry.at
        by = asked.say("patron.somebody") if entry is None else str(entry.who)
        stale = asked.say("patron.stale", who=by, at=at.astimezone(zone).strftime("%H:%M"))
        return _form(who, now, typed, stale=stale)
    row, bad = read({"id": who.ref, **typed}, asked.now.astimezone(ZoneInfo(asked.console.time_zone)).date())
    wrong = {fault.field: asked.say(f"row.{fault.key}", **fault.values) for fault in bad}
    wrong |= _wrong_beside_others(asked, who, row)
    if wrong:
        return _form(who, now, typed, wrong=wrong)
    changes = difference(now, row)
    if changes:
        change(asked.connection, [(row, changes)])
        asked.record("patron.edit", f"patron:{who.ref}", changes=lasting(changes))
    asked.note("ok", "patron.saved")
    return Moved(address("/console/patron", id=who.ref))


def _wrong_beside_others(asked: Asked, who: PatronOnFile, row: PatronRow) -> dict[str, str]:
    wrong = {}
    for token in row.cards or ():
        if owner_of(asked.connection, token) not in (None, who.ref):
            wrong["cards"] = asked.say("patron.card-taken", card=token)
    guardian = row.values.get("guardian")
    if guardian and (guardian == who.ref or patron_on_file(asked.connection, PatronRef(str(guardian))) is None):
        wrong["guardian"] = asked.say("wrong.guardian")
    return wrong


def lasting(changes: Changes) -> Changes:
    """As the trail keeps them: of what is personal only that it changed, or erasing would leave it there."""
    return {name: (CHANGED, CHANGED) if name in PERSONAL else pair for name, pair in changes.items()}


def export(asked: Asked) -> Answer:
    """Everything that is kept of one patron."""
    who = patron_asked(asked, asked.form.get("id", ""))
    told = json.dumps(everything_about(asked.connection, who.ref), ensure_ascii=False, indent=2)
    asked.record("patron.export", f"patron:{who.ref}")
    return Sheet(f"patron-{who.ref}.json", iter([told]), "application/json")


def forget(asked: Asked) -> Answer:
    """For ever. The number is typed once more: a slip of the finger must not erase anybody."""
    who = patron_asked(asked, asked.form.get("id", ""), lock=True)
    now = kept(asked.connection, [who.ref])[who.ref]
    if asked.text("confirm") != who.ref:
        return _form(who, now, now, confirm=asked.say("wrong.confirm"))
    try:
        erase(asked.connection, who.ref)
    except StillOpen:
        return _form(who, now, now, confirm=asked.say("wrong.loans-run"))
    asked.record("patron.erase", f"patron:{who.ref}")
    asked.note("ok", "patron.erased")
    return Moved("/console/patrons")


PAGES = (
    Page("/patron/edit", Permission.PATRON_WRITE, edit),
    Page("/patron/save", Permission.PATRON_WRITE, save, writes=True),
    Page("/patron/export", Permission.PATRON_EXPORT, export, writes=True),
    Page("/patron/erase", Permission.PATRON_ERASE, forget, writes=True),
)
