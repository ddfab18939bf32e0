"""Who comes to an activity: signed up at the desk by card or number, given back, and marked as there."""

from __future__ import annotations

from kiosk.central import places
from kiosk.central.console.asked import Answer, Asked, Moved, Nothing, Page, Shown
from kiosk.central.console.finding import patron_of
from kiosk.central.console.frame import address
from kiosk.central.documents import PaperRow
from kiosk.central.people import full_name, patron_on_file
from kiosk.library.activities.places import NoPlace, PlaceState
from kiosk.model.ids import PatronRef
from kiosk.web.roles import Permission

LONGEST = 128


def _activity(asked: Asked, number: str) -> PaperRow:
    row = places.activity_of(asked.connection, number)
    if row is None:
        raise Nothing("problem.paper")
    return row


def people(asked: Asked) -> Answer:
    """Everybody with a place, and whoever waits for one."""
    activity = _activity(asked, asked.query.get("activity", ""))
    rows = places.everybody(asked.connection, str(activity.number))
    sees_names = Permission.PATRON_READ in asked.may
    lines = [(row, full_name(row.given_name or "", row.family_name or "") if sees_names else "") for row in rows]
    counts = {state.value: sum(row.state == state for row in rows) for state in PlaceState}
    return Shown("places.html", {"activity": activity, "lines": lines, "counts": counts})


def add(asked: Asked) -> Answer:
    """Sign up whoever has this card or number."""
    activity = _activity(asked, asked.form.get("activity", ""))
    number, text = str(activity.number), asked.text("patron", LONGEST)
    back = Moved(address("/console/places", activity=number))
    ref = patron_of(asked.connection, text) if text else None
    patron = None if ref is None else patron_on_file(asked.connection, ref)
    if patron is None:
        asked.note("error", "problem.patron")
        return back
    match places.sign_up(asked.connection, number, patron, asked.now):
        case None:
            raise Nothing("problem.paper")
        case NoPlace() as why:
            asked.note("error", f"place.{why}")
        case state:
            asked.record("place.sign-up", f"activity:{number}")
            asked.note("ok" if state is PlaceState.TAKEN else "warn", f"place.{state}")
    return back


def change(asked: Asked) -> Answer:
    """Give a place back, or mark somebody as there."""
    activity = _activity(asked, asked.form.get("activity", ""))
    number, patron = str(activity.number), PatronRef(asked.form.get("patron", "")[:64])
    match asked.form.get("deed", ""):
        case "came":
            if places.came(asked.connection, number, patron, asked.now):
                asked.record("place.came", f"activity:{number}")
        case "give-back":
            moved_up = places.give_back(asked.connection, number, patron, asked.now)
            asked.record("place.give-back", f"activity:{number}")
            if moved_up is not None:
                asked.note("ok", "place.moved-up", str(moved_up) if Permission.PATRON_READ in asked.may else "")
        case _:
            raise Nothing("problem.paper")
    return Moved(address("/console/places", activity=number))


PAGES = (
    Page("/places", Permission.ACTIVITY_READ, people),
    Page("/places/add", Permission.ACTIVITY_SIGN_UP, add, writes=True),
    Page("/places/change", Permission.ACTIVITY_SIGN_UP, change, writes=True),
)
