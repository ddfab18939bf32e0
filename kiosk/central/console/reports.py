"""Reports: tables to look at, and the same as CSV. The period stands in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from kiosk.central import counting
from kiosk.central.console.asked import Answer, Asked, Page, Sheet, Shown
from kiosk.central.console.frame import address
from kiosk.central.counting import LONGEST_DAYS, Counted, Period
from kiosk.web import plot
from kiosk.web.csv_text import MARK, csv_text
from kiosk.web.plot import Plot
from kiosk.web.roles import Permission

USUAL = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Kind:
    """A report: its columns after the first, and how it is counted."""

    columns: tuple[str, ...]
    counts: Callable[[Connection, Period], Sequence[Counted]]
    heading: str
    """The first column."""


KINDS: Mapping[str, Kind] = {
    "day": Kind(("count",), counting.by_day, "day"),
    "class": Kind(("count",), counting.by_class, "loan_class"),
    "branch": Kind(("count",), counting.by_branch, "branch"),
    "station": Kind(("count",), counting.by_station, "station"),
    "turnover": Kind(("copies", "count", "turnover"), counting.turnover, "loan_class"),
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
    }
    if wrong:
        return Shown("reports.html", {**values, "typed": {**typed, **asked.query}}, 422)
    heads, rows = _counted(asked, kind, period)
    share = counting.kiosk_percent(asked.connection, rows) if kind == "station" and rows else None
    shown: dict[str, object] = {
        "heads": heads,
        "rows": rows,
        "share": share,
        "csv": address("/console/reports.csv", **typed),
    }
    total = sum(one.figures[0] for one in rows) if len(heads) == 2 else None
    shown["plot"] = _plot(kind, rows)
    return Shown("reports.html", {**values, **shown, "total": total, "kind": kind})


def _plot(kind: str, rows: Sequence[Counted]) -> Plot | None:
    """The last figure of each line; of turnover that is loans a hundred copies."""
    figures = [(one.name, one.figures[-1]) for one in rows]
    if not any(value for _, value in figures):
        return None
    return plot.columns(figures) if kind == "day" else plot.rows(figures)


def sheet(asked: Asked) -> Answer:
    """The same as a file."""
    kind, period, wrong = _wanted(asked)
    if wrong:
        return Shown("problem.html", {"said": wrong}, 422)
    heads, rows = _counted(asked, kind, period)
    lines: list[Sequence[str | int]] = [[asked.say(f"column.{head}") for head in heads]]
    for one in rows:
        figures = [_ratio(one.figures[2])] if kind == "turnover" else []
        lines.append([one.name, *one.figures[:2], *figures])
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
    return (one.heading, *one.columns), one.counts(asked.connection, period)


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
