"""Lists about gates: alarms, time without watch, the mornings' checks."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement

from kiosk.central.console.asked import Asked
from kiosk.central.gate_state import OPEN_STATES
from kiosk.central.store.gate_tables import gate_alarms, gate_checks, gate_gaps
from kiosk.model.gate_facts import AlarmState, CheckResult
from kiosk.web.listing import Column, Filter, Kind, Listing, rows_of

ALARM = "/console/alarm?id="
OPEN = "open"


def alarms(asked: Asked) -> Listing:
    states: Mapping[str, ColumnElement[bool]] = {
        OPEN: gate_alarms.c.state.in_(OPEN_STATES),
        **{state.value: gate_alarms.c.state == state.value for state in AlarmState},
    }
    return Listing(
        "alarms",
        rows_of(gate_alarms),
        gate_alarms.c.id,
        (
            Column("raised_at", gate_alarms.c.raised_at, Kind.TIME, sorts=True, link=ALARM, link_from="id"),
            Column("rang_for", gate_alarms.c.kind, Kind.WORD),
            Column("things", gate_alarms.c.things, Kind.NUMBER),
            Column("state", gate_alarms.c.state, Kind.WORD),
            Column("who", gate_alarms.c.who),
            Column("gate", gate_alarms.c.gate),
            Column("station", gate_alarms.c.station),
            Column("outward", gate_alarms.c.outward, Kind.FLAG),
            Column("late", gate_alarms.c.late, Kind.FLAG),
            Column("id", gate_alarms.c.id),
        ),
        "-raised_at",
        (
            Filter("state", lambda value: states[value], tuple(states)),
            Filter("gate", lambda value: gate_alarms.c.gate == value),
        ),
        ("id",),
    )


def unwatched(asked: Asked) -> Listing:
    states: Mapping[str, ColumnElement[bool]] = {OPEN: gate_gaps.c.until.is_(None)}
    return Listing(
        "unwatched",
        rows_of(gate_gaps),
        gate_gaps.c.id,
        (
            Column("since", gate_gaps.c.since, Kind.TIME, sorts=True),
            Column("until", gate_gaps.c.until, Kind.TIME),
            Column("gate", gate_gaps.c.gate),
            Column("station", gate_gaps.c.station),
            Column("because", gate_gaps.c.why),
        ),
        "-since",
        (
            Filter("state", lambda value: states[value], tuple(states)),
            Filter("gate", lambda value: gate_gaps.c.gate == value),
        ),
    )


def checks(asked: Asked) -> Listing:
    return Listing(
        "gate-checks",
        rows_of(gate_checks),
        gate_checks.c.id,
        (
            Column("at", gate_checks.c.at, Kind.TIME, sorts=True),
            Column("gate", gate_checks.c.gate),
            Column("station", gate_checks.c.station),
            Column("check", gate_checks.c.result, Kind.WORD),
            Column("who", gate_checks.c.who),
            Column("strength", gate_checks.c.rssi_dbm, Kind.NUMBER),
            Column("noise", gate_checks.c.noise, Kind.NUMBER),
        ),
        "-at",
        (
            Filter("check", lambda value: gate_checks.c.result == value, tuple(result.value for result in CheckResult)),
            Filter("gate", lambda value: gate_checks.c.gate == value),
        ),
    )
