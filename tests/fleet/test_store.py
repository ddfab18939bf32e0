"""The fleet's database on both engines: what migrations make, what is thinned out, and what a restart still knows."""

from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import inspect, select

from kiosk.database.engine import open_store, writing
from kiosk.fleet.settings import Keeping
from kiosk.fleet.store import MIGRATIONS
from kiosk.fleet.store.keeping import COARSE_S, FINE_S, Span, add_spans, thin_out
from kiosk.fleet.store.tables import metadata, series
from kiosk.wire import Station
from tests.fleet.house import FleetProcess, Teller
from tests.real_parts import wait_until

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def test_the_migrations_make_what_the_tables_say(tmp_path: Path) -> None:
    told = []
    for name in ("migrated", "made"):
        engine = open_store(f"sqlite:///{tmp_path / name}")
        if name == "migrated":
            MIGRATIONS.upgrade(engine)
        else:
            metadata.create_all(engine)
        of = inspect(engine)
        told.append(
            {
                table: (
                    [(column["name"], str(column["type"]), column["nullable"]) for column in of.get_columns(table)],
                    of.get_pk_constraint(table),
                    sorted(str(index["name"]) for index in of.get_indexes(table)),
                )
                for table in metadata.tables
            }
        )
        engine.dispose()
    assert told[0] == told[1]


def test_old_figures_become_hours_and_nothing_is_lost_of_their_sum(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path / 'fleet'}")
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
