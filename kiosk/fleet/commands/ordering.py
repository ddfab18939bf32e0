"""What operators do with orders: ask, agree, withdraw, stop, let go on. Each leaves a line in the trail."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Row, insert, select, update

from kiosk.fleet.commands.danger import ALWAYS, BadOrder, check, needs_two
from kiosk.fleet.commands.rollout import (
    EVERYBODY,
    GoOnOrdered,
    Phase,
    Plan,
    Rollout,
    StopOrdered,
    as_json,
    begun,
    from_json,
    step,
)
from kiosk.fleet.commands.tables import orders, trail
from kiosk.web.trail import record
from kiosk.wire import CommandKind
from kiosk.wire.fields import Json

LAPSES = timedelta(hours=24)
"""An order to which nobody agreed for so long is over."""
THE_FLEET = "fleet"
"""Who the trail names for what nobody did."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order and how far it is."""

    id: str
    kind: CommandKind
    arguments: Mapping[str, Json]
    asked_by: str
    asked_at: datetime
    needs_two: bool
    agreed_by: str | None
    state: str
    rollout: Rollout


def ask(
    connection: Connection,
    who: str,
    kind: CommandKind,
    stations: Sequence[str],
    arguments: Mapping[str, Json],
    now: datetime,
    plan: Plan | None = None,
) -> Order:
    """Order something; dangerous things wait for somebody else. Raises `BadOrder`."""
    check(kind, stations, arguments)
    if plan is None:
        plan = Plan() if kind in ALWAYS else EVERYBODY
    two = needs_two(kind, len(stations))
    id_ = secrets.token_hex(8)
    connection.execute(
        insert(orders).values(
            id=id_,
            kind=kind.value,
            arguments=json.dumps(arguments),
            asked_by=who,
            asked_at=now,
            needs_two=two,
            state="asked" if two else "running",
            rollout=json.dumps(as_json(begun(tuple(stations), plan))),
        )
    )
    _deed(connection, now, who, "order", f"ordered {kind}", id_, f"{len(stations)} stations")
    return order(connection, id_)


def agree(connection: Connection, who: str, id_: str, now: datetime) -> Order:
    """Somebody else agrees: it begins. Raises `BadOrder`."""
    found = order(connection, id_)
    if found.state != "asked":
        raise BadOrder(f"the order does not wait for anybody: it is {found.state}", "state", found.state)
    if who == found.asked_by:
        raise BadOrder("whoever ordered it cannot agree to it; somebody else has to", "own")
    change = orders.update().where(orders.c.id == id_, orders.c.state == "asked")
    if not connection.execute(change.values(agreed_by=who, agreed_at=now, state="running")).rowcount:
        raise BadOrder("somebody else was quicker", "quicker")
    _deed(connection, now, who, "agree", "agreed", id_)
    return order(connection, id_)


def withdraw(connection: Connection, who: str, id_: str, now: datetime) -> Order:
    """It does not begin. Raises `BadOrder`."""
    if order(connection, id_).state != "asked":
        raise BadOrder("only an order that has not begun can be withdrawn; stop this one", "begun")
    connection.execute(update(orders).where(orders.c.id == id_).values(state="withdrawn"))
    _deed(connection, now, who, "withdraw", "withdrew", id_)
    return order(connection, id_)


def stop(connection: Connection, who: str, id_: str, now: datetime) -> Order:
    """No further station is ordered; those that were go on. Raises `BadOrder`."""
    return _stepped(connection, who, id_, StopOrdered(who), now, "running", "stopped")


def go_on(connection: Connection, who: str, id_: str, now: datetime) -> Order:
    """Let an order go on that stopped; who fared badly is borne. Raises `BadOrder`."""
    return _stepped(connection, who, id_, GoOnOrdered(who), now, "stopped", "let go on")


def _stepped(
    connection: Connection,
    who: str,
    id_: str,
    event: StopOrdered | GoOnOrdered,
    now: datetime,
    wanted: str,
    word: str,
) -> Order:
    found = order(connection, id_)
    if found.state != wanted:
        raise BadOrder(f"the order is {found.state}, not {wanted}", "state", found.state)
    if isinstance(event, StopOrdered):
        rollout, _ = step(found.rollout, event, now.timestamp())
        keep(connection, id_, rollout)
    else:  # whom it is for next is decided by whoever issues commands
        connection.execute(update(orders).where(orders.c.id == id_).values(state="going-on"))
    _deed(connection, now, who, "stop" if wanted == "running" else "go-on", word, id_)
    return order(connection, id_)


def keep(connection: Connection, id_: str, rollout: Rollout) -> None:
    """How far a roll-out is."""
    state = {Phase.RUNNING: "running", Phase.STOPPED: "stopped", Phase.FINISHED: "finished"}[rollout.phase]
    connection.execute(
        update(orders).where(orders.c.id == id_).values(rollout=json.dumps(as_json(rollout)), state=state)
    )


def order(connection: Connection, id_: str) -> Order:
    """Raises `BadOrder` where there is none of this id."""
    row = connection.execute(select(orders).where(orders.c.id == id_)).first()
    if row is None:
        raise BadOrder(f"there is no order {id_}", "none", id_)
    return _order(row)


def in_state(connection: Connection, *states: str) -> list[Order]:
    """Orders in one of these states, the oldest first."""
    query = select(orders).where(orders.c.state.in_(states)).order_by(orders.c.asked_at, orders.c.id)
    return [_order(row) for row in connection.execute(query)]


def newest(connection: Connection, count: int) -> list[Order]:
    """The last orders, the newest first."""
    query = select(orders).order_by(orders.c.asked_at.desc(), orders.c.id).limit(count)
    return [_order(row) for row in connection.execute(query)]


def lapse(connection: Connection, now: datetime) -> None:
    """What nobody agreed to in time is over."""
    for found in in_state(connection, "asked"):
        if now - found.asked_at >= LAPSES:
            connection.execute(update(orders).where(orders.c.id == found.id).values(state="lapsed"))
            note(connection, now, THE_FLEET, "lapsed", found.id, detail="nobody agreed in time")


def _deed(connection: Connection, now: datetime, who: str, action: str, what: str, id_: str, detail: str = "") -> None:
    """What an operator did: in the order's trail and in the one of the whole fleet, which the database guards."""
    note(connection, now, who, what, id_, detail=detail)
    record(connection, who, f"fleet.{action}", f"order:{id_}", now, reason=f"{what}, {detail}" if detail else "")


def note(
    connection: Connection,
    now: datetime,
    who: str,
    what: str,
    order_id: str,
    station: str | None = None,
    detail: str = "",
) -> None:
    """A line in the trail."""
    connection.execute(
        insert(trail).values(at=now, who=who, what=what, order_id=order_id, station=station, detail=detail)
    )


def _order(row: Row[tuple[object, ...]]) -> Order:
    found = row._mapping
    return Order(
        found["id"],
        CommandKind(found["kind"]),
        json.loads(found["arguments"]),
        found["asked_by"],
        aware(found["asked_at"]),
        found["needs_two"],
        found["agreed_by"],
        found["state"],
        from_json(json.loads(found["rollout"])),
    )


def aware(at: datetime) -> datetime:
    """SQLite forgets the zone, which is UTC."""
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


DEEDS: Mapping[str, Callable[[Connection, str, str, datetime], Order]] = {
    "agree": agree,
    "withdraw": withdraw,
    "stop": stop,
    "go-on": go_on,
}
"""What may be done with an order, by the word that pages and command line have for it."""
