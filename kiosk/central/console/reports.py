"""Reports: tables to look at, and the same as CSV. The period stands in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from kiosk.central import counting, ringing, visiting
from kiosk.central.console.asked import Answer, Asked, Page, Sheet, Shown
from kiosk.central.console.frame import address
from kiosk.central.counting import LONGEST_DAYS, Counted, Period
from kiosk.web import plot
from kiosk.web.csv_text import MARK, csv_text
from kiosk.web.roles import Permission

USUAL = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Kind:
    """A report: its columns after the first, and how it is counted."""

    columns: tuple[str, ...]
    counts: Callable[[Connection, Period], Sequence[Counted]]
    heading: str
    """The first column."""
    plotted: tuple[int, ...] = ()
    """Places of the figures that are drawn, one upon the other."""
    along: bool = False
    """Bars along, for names; upwards for days and hours."""


PEOPLE = ("visits", "left", "closed_hours", "marked")
DRAWN = (visiting.VISITS, visiting.CLOSED)
RUNG = (ringing.ALARMS, ringing.FALSE, ringing.OPEN)
RINGING = ("settled", "false", "unsettled")
WORDED = {"alarms-kind": "rang_for"}
"""Reports whose lines are codes, and the words for them."""
KINDS: Mapping[str, Kind] = {
    "day": Kind(("count",), counting.by_day, "day", (0,)),
    "class": Kind(("count",), counting.by_class, "loan_class", (0,), along=True),
    "branch": Kind(("count",), counting.by_branch, "branch", (0,), along=True),
    "station": Kind(("count",), counting.by_station, "station", (0,), along=True),
    "turnover": Kind(("copies", "count", "turnover"), counting.turnover, "loan_class", (1,), along=True),
    "visits-day": Kind(PEOPLE, visiting.by_day, "day", DRAWN),
    "visits-hour": Kind(PEOPLE, visiting.by_hour, "hour", DRAWN),
    "visits-aisle": Kind(PEOPLE, visiting.by_aisle, "aisle", DRAWN),
    "alarms-day": Kind(RINGING, ringing.by_day, "day", RUNG),
    "alarms-gate": Kind(RINGING, ringing.by_gate, "gate", RUNG, along=True),
    "alarms-kind": Kind(RINGING, ringing.by_kind, "rang_for", RUNG, along=True),
}
OVERDUE = "overdue"
"""Of now, not of a period."""


def report(asked: Asked) -> Answer:
    """One report of a period, by the address."""
    kind, period, wrong = _wanted(asked)
    typed = {"by": kind, "from": period.first.isoformat(), "to": period.last.isoformat()}
    values: dict[str, object] = {
        "kinds": [*KINDS, OVERDUE],
        "typed": typed,
        "wrong": wrong,
        "rows": None,
        "share": None,
        "plot": None,
    }
    if wrong:
        return Shown("reports.html", {**values, "typed": {**typed, **asked.query}}, 422)
    heads, rows = _counted(asked, kind, period)
    share = counting.kiosk_percent(asked.connection, rows) if kind == "station" and rows else None
    shown = {"heads": heads, "rows": rows, "share": share, "csv": address("/console/reports.csv", **typed)}
    total = [] if kind == "turnover" else [sum(figures) for figures in zip(*(one.figures for one in rows), strict=True)]
    return Shown("reports.html", {**values, **shown, "total": total, "kind": kind, **_drawn(asked, kind, rows)})


def _drawn(asked: Asked, kind: str, rows: Sequence[Counted]) -> dict[str, object]:
    """The plot, and what its parts are called; none where there is nothing to draw."""
    one = KINDS.get(kind)
    places, heads, along = (one.plotted, one.columns, one.along) if one else ((0,), ("count",), True)
    if not any(row.figures[place] for row in rows for place in places):
        return {"plot": None}
    short = _of_the_year if one is not None and one.heading == "day" else str
    named = [(short(row.name), [row.figures[place] for place in places]) for row in rows]
    drawn = plot.rows(named) if along else plot.columns(named)
    return {"plot": drawn, "parts": [asked.say(f"column.{heads[place]}") for place in places]}


def _of_the_year(day: str) -> str:
    """`11-30` of `2026-11-30`."""
    return day[5:]


def sheet(asked: Asked) -> Answer:
    """The same as a file."""
    kind, period, wrong = _wanted(asked)
    if wrong:
        return Shown("problem.html", {"said": wrong}, 422)
    heads, rows = _counted(asked, kind, period)
    lines: list[Sequence[str | int]] = [[asked.say(f"column.{head}") for head in heads]]
    for one in rows:
        *others, last = one.figures
        lines.append([one.name, *others, _ratio(last) if kind == "turnover" else last])
    name = f"{kind}-{period.first.isoformat()}-{period.last.isoformat()}.csv"
    return Sheet(name, iter([MARK + csv_text(lines)]))


def _ratio(hundredths: int) -> str:
    return f"{hundredths / 100:.2f}"


def _counted(asked: Asked, kind: str, period: Period) -> tuple[tuple[str, ...], Sequence[Counted]]:
    if kind == OVERDUE:
        late = counting.overdue(asked.connection, asked.now)
        named = [Counted(asked.say(f"report.{one.name}"), one.figures) for one in late]
        return ("overdue", "count"), named
    one = KINDS[kind]
    rows = one.counts(asked.connection, period)
    if kind in WORDED:
        rows = [Counted(asked.say(f"{WORDED[kind]}.{row.name}"), row.figures) for row in rows]
    return (one.heading, *one.columns), rows


def _wanted(asked: Asked) -> tuple[str, Period, str]:
    """The report, the period, and what is wrong with what was asked."""
    zone = asked.console.time_zone
    today = asked.now.astimezone(ZoneInfo(zone)).date()
    kind = asked.query.get("by", "day")
    usual = Period(today - USUAL, today, zone)
    if kind not in (*KINDS, OVERDUE):
        return "day", usual, asked.say("problem.address")
    try:
        last = date.fromisoformat(asked.query.get("to") or today.isoformat())
        first = date.fromisoformat(asked.query.get("from") or (last - USUAL).isoformat())
    except (ValueError, OverflowError):
        return kind, usual, asked.say("wrong.day")
    if not timedelta() <= last - first <= timedelta(LONGEST_DAYS - 1) or not 1970 <= first.year <= last.year < 9999:
        return kind, usual, asked.say("wrong.period", days=LONGEST_DAYS)
    return kind, Period(first, last, zone), ""


PAGES = (
    Page("/reports", Permission.REPORT_READ, report),
    Page("/reports.csv", Permission.REPORT_READ, sheet),
)
