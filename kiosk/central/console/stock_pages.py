"""What a stock-taking found: by kind, in walking order, each to be settled; several at once if they are alike."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kiosk.central import duties, stocktaking
from kiosk.central.console.asked import Answer, Asked, Moved, Nothing, Page, Sheet, Shown
from kiosk.central.console.frame import address
from kiosk.central.documents import PaperRow
from kiosk.central.holdings import TITLE
from kiosk.central.store.stock_tables import stock_expected, stock_findings
from kiosk.central.store.tables import items, records, tags
from kiosk.library.collections.reconciling import OUTCOMES, Found, Outcome
from kiosk.library.collections.stocktaking import SETTLED_IN, STOCKTAKING
from kiosk.web.csv_text import MARK, csv_text
from kiosk.web.roles import Permission

AT_ONCE = 100
"""Findings on a page; those that are open come first."""


def _row(asked: Asked, number: str) -> PaperRow:
    row = duties.by_number(asked.connection, STOCKTAKING, number)
    if row is None:
        raise Nothing("problem.paper")
    return row


def found(asked: Asked) -> Answer:
    """Figures, and the findings of one kind."""
    paper = _row(asked, asked.query.get("number", ""))
    number = str(paper.number)
    kinds = stocktaking.kinds_of(asked.connection, number)
    in_order = [kind for kind in Found if kind in kinds]
    shown = next((kind for kind in in_order if kind == asked.query.get("kind")), next(iter(in_order), None))
    values = {
        "paper": paper,
        "figures": stocktaking.figures_of(asked.connection, number),
        "late": stocktaking.late(asked.connection, number),
        "kinds": [(kind.value, *kinds[kind]) for kind in in_order],
        "shown": shown,
        "outcomes": () if shown is None else OUTCOMES[shown],
        "lines": [] if shown is None else _lines(asked, number, shown),
        "settles": paper.state in SETTLED_IN and Permission.STOCK_WRITE in asked.may,
        "at_once": AT_ONCE,
    }
    return Shown("stocktaking-findings.html", values)


def _lines(asked: Asked, number: str, kind: Found) -> list[PaperRow]:
    on_list = (stock_expected.c.session == stock_findings.c.session) & (stock_expected.c.item == stock_findings.c.item)
    query = (
        select(stock_findings, TITLE, stock_expected.c.call_number.label("call_number"))
        .outerjoin(items, items.c.id == stock_findings.c.item)
        .outerjoin(records, records.c.control_number == items.c.control_number)
        .outerjoin(stock_expected, on_list)
        .where(stock_findings.c.session == number, stock_findings.c.kind == kind.value)
        .order_by(stock_findings.c.outcome != "", stock_findings.c.n)
    )
    return list(asked.connection.execute(query.limit(AT_ONCE)))


def settle(asked: Asked) -> Answer:
    """Say what became of those that are ticked."""
    number = asked.form.get("number", "")
    paper = duties.by_id(asked.connection, STOCKTAKING, str(_row(asked, number).id))
    ticked = [int(n) for n in asked.ticked.get("n", ()) if n.isascii() and n.isdecimal() and len(n) < 10]
    outcome = next((one for one in Outcome if one == asked.form.get("outcome", "")), None)
    if paper is None or outcome is None:
        raise Nothing("problem.paper")
    back = Moved(address("/console/stocktaking/findings", number=number, kind=asked.form.get("kind", "")))
    if paper.state not in SETTLED_IN:
        asked.note("error", "stocktaking.not-now")
    elif not ticked:
        asked.note("error", "stocktaking.none-ticked")
    else:
        done = stocktaking.settle(asked.connection, number, ticked, outcome, who=asked.who, now=asked.now)
        asked.note("ok", "stocktaking.settled", count=done)
    return back


def findings_file(asked: Asked) -> Answer:
    """All findings, in walking order."""
    number = str(_row(asked, asked.query.get("number", "")).number)
    heads = ("stocktaking.kind", "field.place", "column.item", "stocktaking.uid", "stocktaking.detail")
    lines: list[Sequence[str | int]] = [[asked.say(key) for key in (*heads, "stocktaking.outcome")]]
    query = select(stock_findings).where(stock_findings.c.session == number).order_by(stock_findings.c.n)
    for row in asked.connection.execute(query):
        outcome = asked.say(f"choice.{row.outcome}") if row.outcome else ""
        lines.append([asked.say(f"choice.{row.kind}"), row.place, row.item, row.uid, row.detail, outcome])
    return Sheet(f"{number}-findings.csv", iter([MARK + csv_text(lines)]))


def list_file(asked: Asked) -> Answer:
    """The frozen list in shelf order, for a wand that works off line."""
    number = str(_row(asked, asked.query.get("number", "")).number)
    lines: list[Sequence[str | int]] = [["position", "item", "call_number", "absent", "uid"]]
    query = (
        select(stock_expected, tags.c.uid)
        .outerjoin(tags, tags.c.item == stock_expected.c.item)
        .where(stock_expected.c.session == number)
        .order_by(stock_expected.c.position, tags.c.uid)
    )
    for row in asked.connection.execute(query):
        lines.append([row.position, row.item, row.call_number, row.absent, row.uid or ""])
    return Sheet(f"{number}-list.csv", iter([MARK + csv_text(lines)]))


PAGES = (
    Page("/stocktaking/findings.csv", Permission.STOCK_READ, findings_file),
    Page("/stocktaking/list.csv", Permission.STOCK_READ, list_file),
    Page("/stocktaking/findings", Permission.STOCK_READ, found),
    Page("/stocktaking/settle", Permission.STOCK_WRITE, settle, writes=True),
)
