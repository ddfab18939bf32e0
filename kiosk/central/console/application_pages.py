"""Cards that were asked for at a kiosk: staff look at the identity document, and confirm or refuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Row, insert, select, update

from kiosk.central import documents
from kiosk.central.console.asked import Answer, Asked, BadField, Moved, Nothing, Page, Shown, faults
from kiosk.central.console.papers import Told, sentence, told
from kiosk.central.patron_rows import LONGEST, LONGEST_CARD
from kiosk.central.people import PatronOnFile, patron_on_file
from kiosk.central.pins import clear_pin
from kiosk.central.store.console_tables import applications
from kiosk.central.store.tables import cards, patrons
from kiosk.library.applications import APPLICATION, ApplicationAction, ApplicationState
from kiosk.library.documents import Refused
from kiosk.model.cards import card_token
from kiosk.model.ids import PatronRef
from kiosk.rules.lending import age
from kiosk.web.roles import Permission

ASKED = ApplicationState.ASKED.value
MOST = 200
MOST_LIKE = 5
NOTHING_TYPED: Mapping[str, str] = {}


def waiting(asked: Asked) -> Answer:
    """What waits, the oldest first."""
    return _shown(asked, NOTHING_TYPED)


def _shown(asked: Asked, typed: Mapping[str, str], wrong: Mapping[str, str] | None = None) -> Shown:
    query = select(applications).where(applications.c.state == ASKED).order_by(applications.c.made_at).limit(MOST)
    rows = asked.connection.execute(query).all()
    values = {
        "waiting": [one for row in rows if (one := _told(asked, row)) is not None],
        "categories": _categories(asked),
        "typed": typed,
        "wrong": faults(wrong or {}),
    }
    return Shown("applications.html", values, 422 if wrong else 200)


def _told(asked: Asked, row: Row[tuple[object, ...]]) -> tuple[Told, PatronOnFile, int | None, Sequence[str]] | None:
    """The paper, the person, how old they are, and who else has this name and date of birth."""
    who = patron_on_file(asked.connection, PatronRef(str(row.patron)))
    if who is None:
        return None
    old = None if who.born is None else age(who.born, asked.local_now.date())
    return told(asked, APPLICATION, row), who, old, _like(asked.connection, who)


def _like(connection: Connection, who: PatronOnFile) -> Sequence[str]:
    same = (patrons.c.family_name == who.family_name) & (patrons.c.given_name == who.given_name)
    query = select(patrons.c.id).where(same, patrons.c.born == who.born, patrons.c.id != who.ref).limit(MOST_LIKE)
    return connection.scalars(query).all()


def _categories(asked: Asked) -> list[str]:
    """Those that the rules or patrons know, but for the provisional one."""
    registration = asked.console.desk.registration
    provisional = "" if registration is None else registration.category
    ruled = {line.category for line in asked.setting.policy.rules.line}
    known = set(asked.connection.scalars(select(patrons.c.category).distinct().limit(MOST)))
    return sorted((ruled | known) - {provisional, "*", ""})


def decide(asked: Asked) -> Answer:
    """Confirm, with the category and perhaps a card of plastic; or refuse, with a reason."""
    row = documents.paper_row(asked.connection, applications, asked.form.get("id", ""))
    action = asked.form.get("action", "")
    if row is None or action not in set(ApplicationAction):
        raise Nothing("problem.application")
    name, reason = str(row.id), asked.text("reason", 500)
    wish = asked.wish(ApplicationAction(action), asked.version(), reason)
    values = {"decided_by": asked.who, "decided_at": asked.now, "answer": reason}
    try:
        confirmed = _confirmed(asked) if wish.action is ApplicationAction.CONFIRM else None
    except BadField as bad:
        return _shown(asked, asked.form, {name: asked.say(bad.key)})
    done = documents.step(asked.connection, APPLICATION, applications, row, wish, asked.now, values=values)
    if isinstance(done, Refused):
        return _shown(asked, asked.form, {name: sentence(asked, APPLICATION, documents.paper(APPLICATION, row), done)})
    patron = PatronRef(str(row.patron))
    if confirmed is None:
        asked.connection.execute(update(patrons).where(patrons.c.id == patron).values(blocked=True))
        clear_pin(asked.connection, patron)
    else:
        category, card = confirmed
        asked.connection.execute(update(patrons).where(patrons.c.id == patron).values(category=category, expires=None))
        if card:
            asked.connection.execute(insert(cards).values(token=card, patron=patron))
    asked.record("patron.edit", f"patron:{patron}", changes={"application": (row.state, done.value)}, reason=reason)
    asked.note("ok", f"application.{done}")
    return Moved("/console/applications")


def _confirmed(asked: Asked) -> tuple[str, str]:
    """Category, and the token of a card that nobody has yet; empty: the provisional one stays the only one."""
    category = asked.text("category", LONGEST["category"])
    if category not in _categories(asked):
        raise BadField("category", "application.choose")
    card = card_token(asked.text("card", LONGEST_CARD))
    taken = select(cards.c.patron).where(cards.c.token == card)
    if card and asked.connection.scalar(taken) is not None:
        raise BadField("card", "application.card-taken")
    return category, card


PAGES = (
    Page("/applications", Permission.PATRON_READ, waiting),
    Page("/applications/decide", Permission.PATRON_WRITE, decide, writes=True),
)
