"""Gates at the console: people by aisle, hour and day, why it rang, time without watch, checks, detection."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from kiosk.central import ringing, visiting
from kiosk.central.counting import Counted, Period
from kiosk.central.detecting import Detection, detection
from kiosk.model.facts import Found
from kiosk.model.gate_facts import (
    AlarmKind,
    AlarmState,
    CheckResult,
    GateAlarmed,
    GateChecked,
    GatePassed,
    GateWatched,
    PassWhy,
    Rule,
    WatchState,
)
from kiosk.model.ids import IntentId, ItemId, Uid
from tests.central.console.desk import somebody
from tests.central.console.people import a_gate_with_people, counted, rings
from tests.central.library import MONDAY, Central, Kiosk, made, returned

WEEK = Period(date(2026, 11, 23), date(2026, 11, 29), "Asia/Shanghai")
NIGHT = 24 * 60.0
RANG = GateAlarmed(
    IntentId("a1"),
    "exit",
    AlarmState.RAISED,
    ItemId("snow"),
    Uid("E004"),
    0xC2,
    AlarmKind.OPENED_NOT_LENT,
    Rule.LEDGER,
    7,
    3,
)


def done(state: AlarmState) -> GateAlarmed:
    return GateAlarmed(IntentId("a1"), "exit", state, by="Guard Li")


def by_name(lines: list[Counted]) -> dict[str, tuple[int, ...]]:
    return {line.name: line.figures for line in lines if any(line.figures)}


def test_people_add_up_by_day_hour_and_aisle_of_the_librarys_clock(central: Central, store: Engine) -> None:
    gate = Kiosk("gate-1")
    late_evening = datetime(2026, 11, 23, 15, 45, tzinfo=UTC)  # 23:45 in Shanghai
    gate.does(counted("a", 5, 1, begins=late_evening))
    gate.does(counted("b", 7, 2, begins=late_evening + timedelta(minutes=15), notes=("reset",)))
    gate.does(counted("c", 2, 2, begins=late_evening + timedelta(minutes=30), gate="yard", closed=True))
    gate.does(counted("d", 99, 0, begins=datetime(2026, 11, 22, 15, 59, tzinfo=UTC)))  # the Sunday before
    central.hears(gate)
    with store.connect() as connection:
        assert by_name(visiting.by_day(connection, WEEK)) == {"2026-11-23": (5, 1, 0, 0), "2026-11-24": (7, 2, 4, 1)}
        assert by_name(visiting.by_hour(connection, WEEK)) == {"23:00": (5, 1, 0, 0), "00:00": (7, 2, 4, 1)}
        assert by_name(visiting.by_aisle(connection, WEEK)) == {
            "gate-1 exit": (12, 3, 0, 1),
            "gate-1 yard": (0, 0, 4, 0),
        }
        assert len(visiting.by_day(connection, WEEK)) == 7
        assert len(visiting.by_hour(connection, WEEK)) == 24


def test_the_plot_needs_no_script_and_its_columns_are_read_aloud(central: Central, store: Engine) -> None:
    central.hears(a_gate_with_people())
    page = somebody(store, "director").get("/console/reports?by=visits-aisle").text
    plot = page.partition("<svg")[2].partition("</svg>")[0]
    assert "<script" not in page
    assert re.findall(r"<title>([^<]*)</title>", plot) == [
        "gate-1 exit: Visits 13, While closed 0",
        "gate-1 yard: Visits 0, While closed 3",
    ]
    heights = [float(height) for height in re.findall(r'<rect[^>]* height="([\d.]+)"', plot)]
    assert heights[0] / heights[1] == pytest.approx(13 / 3, rel=0.01)


def test_alarms_are_counted_by_day_gate_and_reason_and_false_ones_apart(store: Engine) -> None:
    rings(store, "a", MONDAY)
    rings(store, "b", MONDAY + timedelta(hours=14.9), state="false")  # 23:54 in Shanghai
    rings(store, "c", MONDAY + timedelta(hours=15), state="raised", kind="mark-rings", gate="yard")
    rings(store, "d", MONDAY - timedelta(days=1))
    with store.connect() as connection:
        assert by_name(ringing.by_day(connection, WEEK)) == {"2026-11-23": (1, 1, 0), "2026-11-24": (0, 0, 1)}
        assert by_name(ringing.by_gate(connection, WEEK)) == {"gate-1 exit": (1, 1, 0), "gate-1 yard": (0, 0, 1)}
        assert by_name(ringing.by_kind(connection, WEEK)) == {"not-lent": (1, 1, 0), "mark-rings": (0, 0, 1)}


def test_people_go_out_as_csv(central: Central, store: Engine) -> None:
    central.hears(a_gate_with_people())
    answer = somebody(store, "director").get("/console/reports.csv?by=visits-aisle")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))
    assert rows[0] == ["Aisle", "Visits", "Left", "While closed", "Marked"]
    assert rows[1:] == [["gate-1 exit", "13", "7", "0", "1"], ["gate-1 yard", "0", "0", "3", "0"]]


def test_a_month_later_it_still_says_why_it_rang_and_who_settled_it(central: Central, store: Engine) -> None:
    gate = Kiosk("gate-1")
    gate.does(RANG)
    gate.does(replace(RANG, item=ItemId("zahir"), uid=Uid("E005"), kind=AlarmKind.MARK_RINGS, rule=Rule.MARK, afi=0x07))
    gate.does(done(AlarmState.SEEN), 1)
    gate.does(done(AlarmState.CLEARED), 2)
    central.hears(gate)
    central.hears(gate)  # told twice: nothing twice
    technician = somebody(store, "technician")
    listed = technician.get("/console/alarms").text
    assert listed.count("/console/alarm?id=a1") == 1
    assert "/console/alarm?id=a1" not in technician.get("/console/alarms?state=open").text
    technician.get("/console/alarm?id=a1")
    for words in (
        "settled Guard Li",
        "nobody had lent it: switched by a phone",
        "E004, AFI C2",
        "the ledger, version 7, 3 s old",
        "the tag alone",
        "Guard Li somebody is there",
        "Guard Li settled",
    ):
        assert words in technician.reads
    assert technician.get("/console/alarm?id=none").status_code == 404


def test_an_alarm_that_is_open_is_shown_at_its_gate(central: Central, store: Engine) -> None:
    gate = Kiosk("gate-1")
    gate.does(RANG)
    central.hears(gate)
    mei = somebody(store, "circulation")
    mei.get("/console/")
    assert "1 open alarm at gates" in mei.reads
    mei.get("/console/gates")
    assert "1 open alarm" in mei.reads
    assert "/console/alarm?id=a1" in mei.get("/console/alarms?state=open").text


def watched(state: WatchState, name: str, since: float, until: float | None = None) -> GateWatched:
    end = None if until is None else MONDAY + timedelta(minutes=until)
    return GateWatched(IntentId(name), "exit", state, MONDAY + timedelta(minutes=since), end, "port-gone: cable")


def test_every_interval_without_watch_is_one_row_with_both_ends(central: Central, store: Engine) -> None:
    gate = Kiosk("gate-1")
    gate.does(watched(WatchState.LOST, "w1", 10), 10)
    gate.does(watched(WatchState.BACK, "w2", 10, 40), 40)
    gate.does(watched(WatchState.BACK, "w3", 50, 60), 60)  # a power cut: only its end was written down
    gate.does(watched(WatchState.BACK, "w4", 70, 70), 70)  # its own memory overflowed
    gate.does(watched(WatchState.LOST, "w5", 80), 80)
    central.hears(gate)
    who = somebody(store, "technician")
    rows = list(csv.reader(io.StringIO(who.get("/console/unwatched.csv?sort=since").text.removeprefix("\ufeff"))))[1:]
    ends = [(row[0][11:16], row[1][11:16]) for row in rows]
    assert ends == [("01:10", "01:40"), ("01:50", "02:00"), ("02:10", "02:10"), ("02:20", "")]
    who.get("/console/gates")
    assert "nobody watches since 2026-11-23 10:20" in who.reads


def checked(result: CheckResult) -> GateChecked:
    return GateChecked(IntentId("c1"), "exit", result, "Mei", -61, 4)


def test_a_check_that_failed_is_put_before_staff_and_a_later_word_stands_over_an_earlier_one(
    central: Central, store: Engine
) -> None:
    gate = Kiosk("gate-1")
    gate.does(checked(CheckResult.RANG), 0)
    central.hears(gate)
    who = somebody(store, "technician")
    who.get("/console/gates")
    assert "test tag rang 2026-11-23 09:00, Mei" in who.reads
    assert "-61" in who.reads
    assert central.noted() == []
    gate.does(checked(CheckResult.NO_SIGNAL), 1)
    central.hears(gate)
    who.get("/console/gate-checks")
    assert "no lamp or no sound" in who.reads
    assert "rang" not in who.reads.partition("Result")[2].partition("Gate")[2].partition("Mei")[0]
    assert central.noted() == [("gate-failed", None)]


def passes(item: str) -> GatePassed:
    return GatePassed(
        IntentId(f"p-{item}"), "exit", ItemId(item), Uid("E0"), 0x07, PassWhy.LENT_TAG_CLOSED, Rule.LEDGER
    )


def test_the_detection_rate_is_told_by_what_comes_back_with_a_closed_tag(central: Central, store: Engine) -> None:
    """Two went out with closed tags, one was told. One was back the same day: it may never have left. One was not lent
    and rang; one was not lent, and nobody knows where it was. One came back with an open tag, and says nothing."""
    kiosk, gate = Kiosk(), Kiosk("gate-1")
    for number, item in enumerate(("snow", "zahir", "river", "atlas")):
        kiosk.does(made(f"i{number}", "wei", item), number)
    gate.does(passes("snow"), 10)
    gate.does(replace(RANG, item=ItemId("dune")), 20)
    for item, minute in (("river", 60.0), ("snow", NIGHT), ("zahir", NIGHT), ("dune", NIGHT), ("notes", NIGHT)):
        kiosk.does(returned(item, Found.NOT_LENT), minute)
    kiosk.does(returned("atlas", Found.LENT), NIGHT)
    central.now += timedelta(days=2)
    central.hears(kiosk)
    central.hears(gate)  # a gate that was cut off tells it when all is over
    with store.connect() as connection:
        told = detection(connection, MONDAY, MONDAY + timedelta(days=2), "Asia/Shanghai")
        assert told == Detection(out=2, seen=1, unlent=2, rang=1)
        assert (told.percent, told.is_sure) == (50, False)
        assert detection(connection, MONDAY, MONDAY, "Asia/Shanghai").percent is None
