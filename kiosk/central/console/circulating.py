"""At the desk: lend, renew and take back, through the same counter as REST and SIP2 use."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import desc, select

from kiosk.central.console.asked import DESK, Answer, Asked, Moved, Nothing, Page, Shown, money
from kiosk.central.console.finding import patron_of
from kiosk.central.console.frame import address
from kiosk.central.counter import EPOCH, Counter, TakenBack
from kiosk.central.holdings import HoldState, ItemState, item_on_file, shown_items
from kiosk.central.ingest import position
from kiosk.central.people import PatronOnFile, patron_on_file
from kiosk.central.renewing import items_of
from kiosk.central.store.tables import facts, items
from kiosk.central.story import loan_of
from kiosk.central.waiting import Trapped
from kiosk.model.facts import ItemReturned
from kiosk.model.ids import IntentId, ItemId, PatronRef
from kiosk.model.reasons import Reason
from kiosk.rules.decisions import Allowed
from kiosk.web.roles import Permission
from kiosk.words.reasons import reason_sentence
from kiosk.words.sentences import words

LATEST, LOOKED_BACK = 12, 200
"""Returns that are shown, of so many facts of the desk."""


def counter(asked: Asked) -> Counter:
    """This desk, in the name of whoever stands at it."""
    return Counter(asked.connection, asked.setting, DESK, f"staff:{asked.who}")


def patron_asked(asked: Asked, text: str, *, lock: bool = False) -> PatronOnFile:
    """The patron that a page is about. Raises `Nothing`."""
    found = patron_on_file(asked.connection, PatronRef(text[:64]), lock=lock)
    if found is None:
        raise Nothing("problem.patron")
    return found


def sentences(asked: Asked, reasons: tuple[Reason, ...]) -> list[str]:
    """As the patron would read them at a kiosk, so that both hear the same; each once."""
    told = words(asked.session.staff.language)
    zone = asked.console.time_zone
    return list(dict.fromkeys(reason_sentence(reason, told, asked.now, zone) for reason in reasons))


def lend(asked: Asked) -> Answer:
    """What was scanned at a patron's page: an item is lent; another card opens its patron."""
    patron = patron_asked(asked, asked.form.get("patron", ""), lock=True)
    back, number = Moved(address("/console/patron", id=patron.ref)), asked.text("scan", 128)
    if not number:
        return back
    item = item_on_file(asked.connection, ItemId(number[:64]))
    if item is None:
        other = patron_of(asked.connection, number)
        if other is None:
            asked.note("error", "desk.unknown", number)
        return back if other is None else Moved(address("/console/patron", id=other))
    loan = asked.form_id()
    if loan_of(asked.connection, IntentId(loan)) is not None:
        asked.note("ok", "desk.already", item.item.title)  # the form was sent twice
        return back
    lent = counter(asked).lend(patron, item.item.id, loan, may_renew_own=False)
    if isinstance(lent.decided, Allowed):
        asked.record("loan.lend", _fact_subject(asked))
        asked.note("ok", "desk.lent", item.item.title, due=_day(asked, lent.decided.due))
        for line in sentences(asked, lent.decided.reasons):
            asked.note("warn", "desk.but", line)
    else:
        asked.note("error", "desk.refused", f"{item.item.title}: {' '.join(sentences(asked, lent.decided.reasons))}")
    return back


def renew(asked: Asked) -> Answer:
    """One loan, or all of them."""
    patron = patron_asked(asked, asked.form.get("patron", ""), lock=True)
    at_desk = counter(asked)
    one = asked.text("item", 64)
    for item in [ItemId(one)] if one else items_of(asked.connection, patron):
        renewed = at_desk.renew(patron, item)
        title = item if renewed.item is None else renewed.item.item.title
        if isinstance(renewed.decided, Allowed):
            asked.record("loan.renew", _fact_subject(asked))
            asked.note("ok", "desk.renewed", title, due=_day(asked, renewed.decided.due))
        else:
            asked.note("error", "desk.not-renewed", f"{title}: {' '.join(sentences(asked, renewed.decided.reasons))}")
    return Moved(address("/console/patron", id=patron.ref))


def returns(asked: Asked) -> Answer:
    """The box for returns, and what came back last."""
    last, _ = position(asked.connection, DESK, EPOCH)
    ours = (facts.c.station == DESK, facts.c.epoch == EPOCH, facts.c.seq > last - LOOKED_BACK)
    query = (
        select(facts.c.item, facts.c.at)
        .where(*ours, facts.c.type == ItemReturned.type)
        .order_by(desc(facts.c.seq))
        .limit(LATEST)
    )
    latest = asked.connection.execute(query).all()
    shown = shown_items().where(items.c.id.in_({row.item for row in latest}))
    titles = {row.id: row for row in asked.connection.execute(shown)}
    return Shown("returns.html", {"latest": [(row.at, row.item, titles.get(row.item)) for row in latest]})


def take_back(asked: Asked) -> Answer:
    """A return always ends well; what has to be done with the copy is said."""
    number, back = asked.text("scan", 64), Moved(asked.form.get("back") or "/console/returns")
    if not back.to.startswith("/console/"):
        back = Moved("/console/returns")  # not to an address that a form of somebody else's made up
    if not number:
        return back
    taken = counter(asked).take_back(ItemId(number))
    if taken.item is None and not taken.was_lent:
        key = "return.card" if patron_of(asked.connection, number) is not None else "return.unknown"
        asked.note("error", key, number)
        return back
    asked.record("loan.return", _fact_subject(asked))
    _tell(asked, taken, number)
    return back


def _tell(asked: Asked, taken: TakenBack, number: str) -> None:
    title = number if taken.item is None else taken.item.item.title
    if taken.was_lent:
        asked.note("ok", "return.done", title)
    else:
        asked.note("warn", "return.not-lent", title)
    if taken.item is not None and taken.item.state in (ItemState.WITHDRAWN, ItemState.DAMAGED):
        asked.note("warn", f"return.{taken.item.state}", title)
    if taken.back.trapped is not None:
        _tell_trapped(asked, taken.back.trapped, title)
    elif taken.back.send_to:
        asked.note("warn", "return.send", title, branch=taken.back.send_to)
    if taken.back.fine_cents:
        asked.note("warn", "return.fine", title, amount=money(taken.back.fine_cents, asked.console.currency))
    if taken.back.suspended_until is not None:
        asked.note("warn", "return.suspended", title, until=taken.back.suspended_until.isoformat())


def _tell_trapped(asked: Asked, trapped: Trapped, title: str) -> None:
    if trapped.state is HoldState.IN_TRANSIT:
        asked.note("warn", "return.send", title, branch=trapped.pickup)
        return
    who = patron_on_file(asked.connection, trapped.patron)
    asked.note("warn", "return.keep", title, name=trapped.patron if who is None else who.full_name)


def _fact_subject(asked: Asked) -> str:
    """The fact that was told just now. It names patron and item, and is forgotten in its time; the trail is not."""
    last, _ = position(asked.connection, DESK, EPOCH)
    return f"fact:{DESK}/{last}"


def _day(asked: Asked, due: datetime) -> str:
    return due.astimezone(ZoneInfo(asked.console.time_zone)).date().isoformat()


PAGES = (
    Page("/patron/lend", Permission.LOAN_WRITE, lend, writes=True),
    Page("/patron/renew", Permission.LOAN_WRITE, renew, writes=True),
    Page("/returns", Permission.LOAN_WRITE, returns),
    Page("/return", Permission.LOAN_WRITE, take_back, writes=True),
)
