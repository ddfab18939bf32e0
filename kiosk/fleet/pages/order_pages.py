"""Orders: what was ordered, by whom, who agreed, how far it is at each station; and the forms for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from kiosk.database.engine import writing
from kiosk.fleet.accounts import NEEDS
from kiosk.fleet.commands import ordering
from kiosk.fleet.commands.danger import BadOrder
from kiosk.fleet.commands.issuing import log_of
from kiosk.fleet.commands.ordering import Order
from kiosk.fleet.commands.rollout import TOUCHED, Plan
from kiosk.fleet.commands.tables import orders, sent, trail
from kiosk.fleet.pages.book import Asked, Moved, Refused, Shown, Told
from kiosk.model.circulation import Language
from kiosk.web.trail import record
from kiosk.wire import CommandKind, MessageRefused, Station, whole_log
from kiosk.wire.fields import Json

SHOWN = 50
LARGEST_FORM = 512 * 1024
"""Settings, or the names of 10,000 stations, as a form packs them."""
MOVING = ("asked", "running", "going-on")
"""States of orders whose page changes by itself."""
Act = Callable[[Connection, str, str, datetime], Order]


@dataclass(frozen=True, slots=True)
class Line:
    """One station's line on an order's page, and one order's line on a station's."""

    order: str
    kind: str
    station: str
    command: str
    state: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of an order's trail."""

    at: datetime
    who: str
    what: str
    of: str
    """The kind of command that was ordered or said; empty otherwise."""
    station: str
    detail: str


def listed(asked: Asked) -> Shown:
    """The last orders, and the form for another; `?stations=` and `?kind=` fill it in."""
    return _list(asked, None, asked.query)


def ask(asked: Asked) -> Moved | Shown:
    """A new order; one that makes no sense is shown again with what is wrong, and nothing typed is lost."""
    if asked.parts.settings.keys is None:
        raise Refused("problem.no-keys", 409)
    who = asked.session.staff.name
    try:
        kind, stations = _what(asked)
        with writing(asked.parts.engine) as connection:
            plan = Plan() if asked.fields.get("staged") else None
            found = ordering.ask(connection, who, kind, stations, arguments_of(kind, asked.fields), asked.now, plan)
    except BadOrder as bad:
        return _list(asked, bad, asked.fields)
    return Moved(f"/orders/{found.id}")


def shown(asked: Asked) -> Shown:
    return _one(asked, None)


def act(does: Act) -> Callable[[Asked], Moved | Shown]:
    """The page of one deed: agree, withdraw, stop, let go on."""

    def done(asked: Asked) -> Moved | Shown:
        who, id_ = asked.session.staff.name, asked.path["order"]
        try:
            with writing(asked.parts.engine) as connection:
                does(connection, who, id_, asked.now)
        except BadOrder as bad:
            return _one(asked, bad)
        return Moved(f"/orders/{id_}")

    return done


def log(asked: Asked) -> Told:
    """A log that a station uploaded, as text to be kept; that somebody took it is in the trail."""
    command = asked.path["command"]
    with writing(asked.parts.engine) as connection:
        parts = log_of(connection, command)
        try:
            text = whole_log(parts)
        except MessageRefused:
            raise Refused("problem.nothing", 404) from None
        record(connection, asked.session.staff.name, "fleet.log", f"command:{command}", asked.now)
    return Told(text.encode(), "text/plain; charset=utf-8", f"{command}.log")


def of_station(connection: Connection, asked: Asked, station: Station) -> list[Line]:
    """The last orders of one station, the newest first."""
    if not asked.parts.settings.keys or station.site != asked.parts.settings.site[0].name:
        return []
    query = (
        select(sent, orders.c.kind)
        .join(orders, orders.c.id == sent.c.order_id)
        .where(sent.c.station == station.station)
        .order_by(sent.c.issued_at.desc(), sent.c.id)
        .limit(8)
    )
    return [_line(dict(row._mapping)) for row in connection.execute(query)]


def _what(asked: Asked) -> tuple[CommandKind, list[str]]:
    """Kind and stations. Raises `BadOrder` for a station that was never heard: it is a slip of the pen."""
    kind = asked.fields.get("kind", "")
    if kind not in set(CommandKind):
        raise BadOrder(f"kind: expected one of {', '.join(CommandKind)}")
    stations, site = asked.fields.get("stations", "").split(), asked.parts.settings.site[0].name
    heard = {one.station for one in list(asked.parts.fleet.shown) if one.site == site}
    unknown = [station for station in stations if station not in heard]
    if unknown:
        names = ", ".join(unknown[:5])
        raise BadOrder(f"no station of this name was ever heard: {names}", "unknown", names)
    return CommandKind(kind), stations


def _list(asked: Asked, bad: BadOrder | None, form: Mapping[str, str]) -> Shown:
    with asked.parts.engine.connect() as connection:
        found = ordering.newest(connection, SHOWN)
    values = {
        "orders": found,
        "kinds": list(CommandKind),
        "languages": [one.value for one in Language],
        "problem": _said(asked, bad),
        "form": _Form(form),
        "keys": asked.parts.settings.keys is not None,
    }
    return Shown("orders.html", values, 422 if bad else 200)


def _one(asked: Asked, bad: BadOrder | None) -> Shown:
    id_ = asked.path["order"]
    with asked.parts.engine.connect() as connection:
        try:
            found = ordering.order(connection, id_)
        except BadOrder:
            raise Refused("problem.nothing", 404) from None
        query = select(sent).where(sent.c.order_id == id_).order_by(sent.c.issued_at, sent.c.station)
        told = [_line({**dict(row._mapping), "kind": found.kind.value}) for row in connection.execute(query)]
        deeds = connection.execute(select(trail).where(trail.c.order_id == id_).order_by(trail.c.id)).all()
    values = {
        "order": found,
        "told": told,
        "trail": [_deed(dict(row._mapping)) for row in deeds],
        "site": asked.parts.settings.site[0].name,
        "touched": found.rollout.count(*TOUCHED),
        "limit": found.rollout.limit,
        "total": len(found.rollout.stations),
        "problem": _said(asked, bad),
        "own": found.asked_by == asked.session.staff.name,
        "moving": found.state in MOVING,
        "deeds": _deeds(asked, found),
    }
    return Shown("order.html", values, 409 if bad else 200)


def _deeds(asked: Asked, found: Order) -> Sequence[str]:
    """What this reader may do with it now. Whoever ordered it is not offered to agree."""
    offered = {"asked": ("agree", "withdraw"), "running": ("stop",), "stopped": ("go-on",)}.get(found.state, ())
    own = found.asked_by == asked.session.staff.name
    return [one for one in offered if NEEDS[one] in asked.may and not (one == "agree" and own)]


def _said(asked: Asked, bad: BadOrder | None) -> str:
    if bad is None:
        return ""
    state = asked.words.known(f"order-state.{bad.detail}")
    detail = state.other if bad.key == "state" and state is not None else bad.detail
    return asked.words.say(f"order-problem.{bad.key}", detail=detail)


def _line(row: Mapping[str, object]) -> Line:
    at = row["changed_at"]
    assert isinstance(at, datetime)
    return Line(
        order=str(row["order_id"]),
        kind=str(row["kind"]),
        station=str(row["station"]),
        command=str(row["id"]),
        state=str(row["state"]),
        reason=str(row["reason"]),
        at=ordering.aware(at),
    )


def _deed(row: Mapping[str, object]) -> Deed:
    at, what = row["at"], str(row["what"])
    assert isinstance(at, datetime)
    verb, _, kind = what.partition(" ")
    named = (verb, kind) if kind in set(CommandKind) else (what, "")
    return Deed(ordering.aware(at), str(row["who"]), *named, str(row["station"] or ""), str(row["detail"]))


class _Form(dict[str, str]):
    """What was typed; nothing where nothing was."""

    def __missing__(self, name: str) -> str:
        return ""


def arguments_of(kind: CommandKind, form: Mapping[str, str]) -> dict[str, Json]:
    """What the form's fields say to a kind; the order checks whether that makes sense."""
    match kind:
        case CommandKind.MESSAGE:
            texts = {key.removeprefix("text-"): text.strip() for key, text in form.items() if key.startswith("text-")}
            return {"texts": {key: text for key, text in texts.items() if text}, "for_s": _seconds(form, 60)}
        case CommandKind.PICTURE:
            return {"for_s": _seconds(form, 1)}
        case CommandKind.CONFIGURE:
            return {"version": form.get("version"), "text": form.get("settings", "").replace("\r\n", "\n")}
        case CommandKind.UPDATE:
            return {"url": form.get("url"), "sha256": form.get("sha256"), "bytes": _whole(form, "bytes")}
        case _:
            return {}


def _seconds(form: Mapping[str, str], unit_s: int) -> int | None:
    """How long: a message is given minutes, a picture seconds."""
    many = _whole(form, "minutes" if unit_s == 60 else "for_s")
    return None if many is None else many * unit_s


def _whole(form: Mapping[str, str], key: str) -> int | None:
    text = form.get(key, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
