"""The fleet's database on both engines: what migrations make, what is thinned out, and what a restart still knows."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, inspect, select
from sqlalchemy.exc import DBAPIError

from kiosk.database.engine import open_store, writing
from kiosk.fleet.alarms import State
from kiosk.fleet.commands.tables import logs, orders, sent, trail
from kiosk.fleet.conditions import Bounds
from kiosk.fleet.fleet import Fleet
from kiosk.fleet.line import Heard, LineChanged
from kiosk.fleet.settings import Keeping
from kiosk.fleet.store import MIGRATIONS
from kiosk.fleet.store.keeping import COARSE_S, FINE_S, Span, add_spans, keep_alarm, thin_out
from kiosk.fleet.store.tables import audit, metadata, series
from kiosk.fleet.watch import Watch
from kiosk.web.trail import record
from kiosk.wire import Channel, Station
from tests.fleet.house import FleetProcess, Teller, message
from tests.real_parts import wait_until

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
KIOSK = Station("main", "kiosk-1")


def shape(engine: Engine) -> dict[str, object]:
    """Columns, keys and indexes of every table, as the database has them."""
    of = inspect(engine)
    return {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in of.get_columns(table)],
            of.get_pk_constraint(table),
            sorted((one["referred_table"], str(one["constrained_columns"])) for one in of.get_foreign_keys(table)),
            sorted(str(index["name"]) for index in of.get_indexes(table)),
        )
        for table in metadata.tables
    }


def test_the_migrations_make_what_the_tables_say(url: str) -> None:
    engine = open_store(url)
    MIGRATIONS.upgrade(engine)
    migrated = shape(engine)
    metadata.drop_all(engine)
    metadata.create_all(engine)
    assert "fleet_orders" in migrated
    assert shape(engine) == migrated
    engine.dispose()


def test_a_database_that_had_its_orders_before_they_were_migrated_keeps_them(url: str) -> None:
    engine = open_store(url)
    tables = [orders, sent, logs, trail]
    with engine.begin() as connection:
        for table in tables:
            table.create(connection)
        new = {"id": "x", "kind": "rescan", "arguments": "{}", "asked_by": "ann", "asked_at": NOW, "needs_two": False}
        connection.execute(orders.insert().values(new | {"state": "finished", "rollout": "{}"}))
    MIGRATIONS.upgrade(engine)
    with engine.connect() as connection:
        assert connection.scalar(select(orders.c.asked_by)) == "ann"
    engine.dispose()


def test_the_trail_is_changed_by_nobody(url: str) -> None:
    engine = open_store(url)
    MIGRATIONS.upgrade(engine)
    with writing(engine) as connection:
        record(connection, "ann", "fleet.order", "order:1", NOW)
    for change in (audit.update().values(who="bob"), audit.delete()):
        with pytest.raises(DBAPIError), writing(engine) as connection:
            connection.execute(change)
    with engine.connect() as connection:
        assert connection.scalar(select(audit.c.who)) == "ann"
    engine.dispose()


def test_old_figures_become_hours_and_nothing_is_lost_of_their_sum(url: str) -> None:
    engine = open_store(url)
    MIGRATIONS.upgrade(engine)
    old = int((NOW - timedelta(days=9)).timestamp()) // COARSE_S * COARSE_S
    spans = {(Station("main", "k"), "outbox", old + FINE_S * n): Span(n, n + 1, n, 1) for n in range(12)}
    for _ in range(2):
        with writing(engine) as connection:
            add_spans(connection, spans)
            spans = {}
            thin_out(connection, Keeping(), NOW)
            rows = connection.execute(select(series)).all()
        told = [(row.span_s, row.at, row.least, row.most, row.total, row._mapping["count"]) for row in rows]
        assert told == [(COARSE_S, old, 0, 12, sum(range(12)), 12)]
    engine.dispose()


@contextmanager
def watching(url: str) -> Iterator[Watch]:
    """A fleet's one thread on a database, from its beginning to its orderly end."""
    engine = open_store(url)
    MIGRATIONS.upgrade(engine)
    watch = Watch(engine, Fleet(Bounds()), Keeping(), lambda: None)
    watch.load()
    watch.start()
    yield watch
    watch.stop()
    engine.dispose()


def test_all_that_is_written_is_there_for_the_next_process(url: str) -> None:
    asked = datetime.now(UTC)
    with watching(url) as watch:
        watch.report(LineChanged(True, NOW))
        told = {"device": "printer", "state": "gone", "reason": "paper-out", "since": "2026-11-27T12:00:00Z"}
        watch.report(Heard(KIOSK, Channel.DEVICE, message("kiosk-1", "lk.device.changed", told), asked))
        wait_until(lambda: any(one.number is not None for one in list(watch.fleet.alarms.values())))
        (key,) = watch.fleet.alarms
        assert watch.order(
            lambda fleet, connection: (
                fleet.shelve(key, "ann", asked + timedelta(hours=1), asked)
                and keep_alarm(connection, fleet.alarms[key].number, key, fleet.alarms[key].alarm) is not None
            )
        )
    with watching(url) as watch:
        assert list(watch.fleet.shown) == [KIOSK]
        (alarm,) = watch.fleet.alarms.values()
        assert (alarm.key.subject, alarm.alarm.state, alarm.alarm.shelved_by) == ("printer", State.SHELVED, "ann")


def test_an_alarm_that_was_acknowledged_stays_so_over_a_kill(fleet: FleetProcess, teller: Teller) -> None:
    teller.born("kiosk-1")
    teller.health("kiosk-1")
    teller.device("kiosk-1", "printer", "gone", "paper-out")
    client = fleet.signed_in()
    wait_until(lambda: 'name="csrf"' in client.get("/alarms").text and "Acknowledge" in client.get("/alarms").text)
    csrf = client.get("/alarms").text.split('name="csrf" value="')[1].split('"')[0]
    form = {"csrf": csrf, "site": "main", "station": "kiosk-1", "kind": "device", "subject": "printer"}
    assert client.post("/alarms/acknowledge", data=form | {"csrf": "wrong"}).status_code == 403
    assert client.post("/alarms/acknowledge", data=form).status_code == 303
    assert client.post("/alarms/acknowledge", data=form).status_code == 409
    fleet.stop(signal.SIGKILL)
    fleet.start()
    again = fleet.signed_in()
    assert "acknowledged by op" in again.get("/alarms").text
    assert "alarm:main/kiosk-1/device/printer" in again.get("/audit").text
    fleet.account("wall", "wall")
    looks = fleet.signed_in("wall")
    assert looks.get("/alarms").status_code == 200
    assert "Acknowledge</button>" not in looks.get("/alarms").text
    assert looks.get("/audit").status_code == 403
