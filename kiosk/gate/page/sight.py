"""What the guard's page shows, as one JSON value: no patron is in it, because the gate knows none."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from kiosk.gate.copy.fetching import ItemShown
from kiosk.gate.copy.lent_copy import CopyState
from kiosk.gate.field import strength_dbm
from kiosk.gate.state import Alarm, Check, Field, GateState, RungItem, Watch
from kiosk.model.ids import IntentId
from kiosk.wire.fields import Json

MOST_ALARMS = 30
MOST_ITEMS = 50


def sight(
    state: GateState,
    copy: CopyState,
    shown: Mapping[str, ItemShown],
    pictured: Collection[IntentId],
    line: Mapping[str, bool],
    trouble: str,
    refused: int,
    now: datetime,
    *,
    time_zone: str,
) -> Json:
    """Everything at `now` (aware). `shown`: what central said of items, by number or UID. `pictured`: alarms that
    have a picture. `line`: what is
    reached. `refused`: messages that could not be taken."""
    alarms = sorted(state.alarms.values(), key=lambda one: (one.is_open, one.raised_at), reverse=True)
    return {
        "now": _instant(now),
        "time_zone": time_zone,
        "alarms": [_alarm(one, shown, pictured) for one in alarms[:MOST_ALARMS]],
        "gates": [_gate(name, watch, state.fields.get(name, Field())) for name, watch in sorted(state.watches.items())],
        "checks": _checks(state),
        "people": [
            {"gate": name, "entered": tally.entered, "left": tally.left}
            for name, tally in sorted(state.tallies.items())
        ],
        "ignored": dict(state.ignored),
        "passed": state.passed,
        "rule": "ledger" if copy.usable else "mark",
        "copy": {
            "version": copy.version,
            "as_of": None if copy.as_of is None else _instant(copy.as_of),
            "age_s": copy.age_s,
            "keys": copy.keys,
            "heard": copy.heard,
            "trouble": copy.trouble,
        },
        "line": dict(line),
        "trouble": trouble,
        "refused": refused,
    }


def _alarm(alarm: Alarm, shown: Mapping[str, ItemShown], pictured: Collection[IntentId]) -> Json:
    return {
        "id": alarm.id,
        "gate": alarm.gate,
        "raised_at": _instant(alarm.raised_at),
        "state": alarm.state.value,
        "by": alarm.by,
        "changed_at": None if alarm.changed_at is None else _instant(alarm.changed_at),
        "outward": alarm.outward,
        "late": alarm.late,
        "lingers": alarm.lingers,
        "picture": alarm.id in pictured,
        "items": [_item(one, shown) for one in alarm.items[:MOST_ITEMS]],
        "more": max(0, len(alarm.items) - MOST_ITEMS),
    }


def _gate(name: str, watch: Watch, field: Field) -> Json:
    return {
        "gate": name,
        "heard": watch.heard,
        "since": _instant(watch.since),
        "why": watch.why,
        "dbm": strength_dbm(field),
        "noises": len(field.noises),
        "troubles": [one.value for one in field.troubles],
    }


def _checks(state: GateState) -> Json:
    """The morning's checklist; None where no test tag is known."""
    if not state.policy.test_tags:
        return None
    return [_check(gate, state.checks.get(gate)) for gate in sorted(state.watches)]


def _check(gate: str, check: Check | None) -> Json:
    if check is None:
        return {"gate": gate, "waits": False, "result": None, "by": "", "at": None, "rssi_dbm": None, "noise": 0}
    return {
        "gate": gate,
        "waits": check.waits,
        "result": None if check.result is None else check.result.value,
        "by": check.by,
        "at": _instant(check.ended_at or check.begun_at),
        "rssi_dbm": check.rssi_dbm,
        "noise": check.noise,
    }


def _item(rung: RungItem, shown: Mapping[str, ItemShown]) -> Json:
    found = shown.get(str(rung.item)) or shown.get(str(rung.uid))
    return {
        "item": rung.item or (None if found is None else found.item),
        "uid": rung.uid,
        "kind": rung.kind.value,
        "rule": rung.rule.value,
        "at": _instant(rung.at),
        "title": None if found is None else found.title,
        "author": None if found is None else found.author,
        "call_number": None if found is None else found.call_number,
        "loan": None if found is None else found.loan,
        "loan_at": None if found is None else found.loan_at,
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
