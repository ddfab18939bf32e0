"""Reports: tables to look at, and the same as CSV. The period stands in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from kiosk.central import counting, iso2789, ringing, visiting
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
ISO = "iso"
"""Not counts of one thing by another, but many figures of one period."""
ROWS_OF = {
    "registered": "/console/patrons",
    "copies": "/console/items",
    "withdrawn": "/console/items?state=withdrawn",
    "loans": "/console/loans?state=&sort=-made_at",
    "reservations": "/console/holds?state=&sort=-placed_at",
}
"""Where what a figure counts is listed."""
REPORTS_OF = {"visits": "visits-day", "kiosk-percent": "station", "turnover": "turnover"}
"""The report of the same period that takes a figure apart."""


def report(asked: Asked) -> Answer:
    """One report of a period, by the address."""
    kind, period, wrong = _wanted(asked)
    typed = {"by": kind, "from": period.first.isoformat(), "to": period.last.isoformat()}
    values: dict[str, object] = {
        "kinds": [*KINDS, OVERDUE, ISO],
        "typed": typed,
        "wrong": wrong,
        "rows": None,
        "share": None,
        "plot": None,
        "csv": address("/console/reports.csv", **typed),
    }
    if wrong:
        return Shown("reports.html", {**values, "typed": {**typed, **asked.query}}, 422)
    if kind == ISO:
        return Shown("iso.html", {**values, **_iso(asked, period, typed)})
    heads, rows = _counted(asked, kind, period)
    share = counting.kiosk_percent(asked.connection, rows) if kind == "station" and rows else None
    shown = {"heads": heads, "rows": rows, "share": share}
    total = [] if kind == "turnover" else [sum(figures) for figures in zip(*(one.figures for one in rows), strict=True)]
    return Shown("reports.html", {**values, **shown, "total": total, "kind": kind, **_drawn(asked, kind, rows)})


@dataclass(frozen=True, slots=True)
class Line:
    """A figure as it is shown."""

    name: str
    value: str
    """Empty where it is not known."""
    to: str
    """Where its rows are; empty where no page lists them."""


def _iso(asked: Asked, period: Period, typed: Mapping[str, str]) -> dict[str, object]:
    """The year's figures, and loans and visits by month as plots."""
    lines = []
    for one in _iso_figures(asked, period):
        parted = address("/console/reports", **{**typed, "by": REPORTS_OF.get(one.name, "")})
        to = parted if one.name in REPORTS_OF and _days(period) <= LONGEST_DAYS else ROWS_OF.get(one.name, "")
        lines.append(Line(one.name, _decimal(one.value), to))
    months = {
        "loans": iso2789.loans_by_month(asked.connection, period),
        "visits": iso2789.visits_by_month(asked.connection, period),
    }
    plots = {
        name: plot.columns([(one.name, one.figures) for one in counted])
        for name, counted in months.items()
        if any(one.figures[0] for one in counted)
    }
    return {"rows": lines, "plots": plots, "population": asked.console.population}


def _iso_figures(asked: Asked, period: Period) -> list[iso2789.Figure]:
    calendar = asked.setting.policy.calendar
    return iso2789.figures(asked.connection, period, calendar, asked.console.population)


def _decimal(value: int | Fraction | None) -> str:
    match value:
        case None:
            return ""
        case int():
            return str(value)
        case _:
            return f"{float(value):.2f}"


def _days(period: Period) -> int:
    return (period.last - period.first).days + 1


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
    if kind == ISO:
        return _iso_sheet(asked, period)
    heads, rows = _counted(asked, kind, period)
    lines: list[Sequence[str | int]] = [[asked.say(f"column.{head}") for head in heads]]
    for one in rows:
        *others, last = one.figures
        lines.append([one.name, *others, _ratio(last) if kind == "turnover" else last])
    name = f"{kind}-{period.first.isoformat()}-{period.last.isoformat()}.csv"
    return Sheet(name, iter([MARK + csv_text(lines)]))


def _iso_sheet(asked: Asked, period: Period) -> Sheet:
    """The figures, each with what it counts: a file leaves the page, and its meaning goes with it."""
    lines = [[asked.say(f"column.{head}") for head in ("figure", "value", "counts")]]
    for one in _iso_figures(asked, period):
        lines.append([asked.say(f"iso.{one.name}"), _decimal(one.value), asked.say(f"iso.{one.name}-is")])
    name = f"iso-2789-{period.first.isoformat()}-{period.last.isoformat()}.csv"
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
    if kind not in (*KINDS, OVERDUE, ISO):
        return "day", usual, asked.say("problem.address")
    try:
        last = date.fromisoformat(asked.query.get("to") or today.isoformat())
        begins = iso2789.first_day(last) if kind == ISO else last - USUAL
        first = date.fromisoformat(asked.query.get("from") or begins.isoformat())
    except (ValueError, OverflowError):
        return kind, usual, asked.say("wrong.day")
    longest = iso2789.LONGEST_DAYS if kind == ISO else LONGEST_DAYS
    if not timedelta() <= last - first <= timedelta(longest - 1) or not 1970 <= first.year <= last.year < 9999:
        return kind, usual, asked.say("wrong.period", days=longest)
    return kind, Period(first, last, zone), ""


PAGES = (
    Page("/reports", Permission.REPORT_READ, report),
    Page("/reports.csv", Permission.REPORT_READ, sheet),
)
