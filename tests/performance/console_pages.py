"""The console with 200,000 patrons and 1,000,000 items: `python -m tests.performance.console_pages [URL]`.

Prints, for each page, the median and the slowest of some requests, and how many bytes the first load takes; and how
long a desk's five loans take from scan to next page. No test: what it finds depends on the machine. Without a URL,
SQLite in a folder beside this one's temporary files; else an empty database such as `postgresql://USER@HOST/NAME`.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, insert, text

from kiosk.central.console.book import PAGES
from kiosk.central.search.indexing import enter_all
from kiosk.central.store import open_store, upgrade, writing
from kiosk.central.store.tables import charges, exceptions, holds, loans, records
from kiosk.web.forms import SHARED
from tests.central.console.desk import Somebody, console_of, somebody, web
from tests.performance.central_load import DESK, ITEMS, PATRONS, batched, fill

LOANS, RUNNING, RECORDS = 600_000, 100_000, 200_000
CHARGES, HOLDS, EXCEPTIONS = 50_000, 5_000, 2_000
TURNS = 7
BARE = {"format": "marc21", "original": b""}
WITH_RECORDS = (
    "UPDATE items SET title = '', control_number = 'r' || (CAST(substr(id, 2) AS INTEGER) % 200000) "
    "WHERE CAST(substr(id, 2) AS INTEGER) % 2 = 0"
)
"""Half of the items have a record, five of them the same."""
ASKED = {
    "patron": "id=p77",
    "patron/edit": "id=p77",
    "item": "id=i77",
    "items": "title=Title%2012345",
    "loans": "state=overdue&sort=-due",
    "exception": "id=7",
    "reports": "by=class",
    "rules": "kind=checkout&at=2026-11-25T10:00",
}
"""What is asked of a page where the bare address is not the hardest."""
MORE = (
    "/items",
    "/items?state=missing",
    "/items?sort=-id",
    "/patrons?state=blocked",
    "/patrons?category=nobody",
    "/loans?sort=-made_at&state=",
    "/loans?state=ended&sort=-made_at",
    "/holds?state=waiting",
    "/charges?state=closed",
    "/exceptions?owner=me",
    "/reports?by=turnover",
    "/reports?by=branch",
    "/reports?by=station",
    "/reports?by=overdue",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one page."""

    path: str
    p50_ms: float
    slowest_ms: float
    kilobytes: float


def furnish(engine: Engine) -> None:
    """A year's loans and what goes with them."""
    numbers, now = random.Random(5), datetime.now(UTC)
    with writing(engine) as connection:
        for part in batched(range(RECORDS), 10_000):
            rows = [{"control_number": f"r{n}", "title": f"Record {n}", **BARE} for n in part]
            connection.execute(insert(records), rows)
        connection.execute(text(WITH_RECORDS))
        enter_all(connection)
        for part in batched(range(LOANS), 10_000):
            connection.execute(insert(loans), [_loan(n, numbers, now) for n in part])
        for part in batched(range(CHARGES), 10_000):
            connection.execute(insert(charges), [_charge(n, now) for n in part])
        connection.execute(insert(holds), [_hold(n, now) for n in range(HOLDS)])
        connection.execute(insert(exceptions), [_exception(n, now) for n in range(EXCEPTIONS)])
        connection.execute(text("ANALYZE"))


def _loan(number: int, numbers: random.Random, now: datetime) -> dict[str, object]:
    made_at = now - timedelta(days=365) * (LOANS - number) / LOANS
    runs = number >= LOANS - RUNNING
    item = number - (LOANS - RUNNING) if runs else numbers.randrange(ITEMS)
    return {
        "intent": f"l{number}",
        "patron": f"p{numbers.randrange(PATRONS)}",
        "item": f"i{item}",
        "station": f"kiosk-{number % 20}",
        "seq": number,
        "made_at": made_at,
        "due": made_at + timedelta(days=28),
        "ended_at": None if runs else made_at + timedelta(days=20),
        "opened": True,
    }


def _charge(number: int, now: datetime) -> dict[str, object]:
    owed = {"patron": f"p{number}", "kind": "overdue", "amount_cents": 500, "open": number % 5 == 0}
    return {"id": f"c{number}", "at": now - timedelta(hours=number), "paid_cents": 0 if owed["open"] else 500, **owed}


def _hold(number: int, now: datetime) -> dict[str, object]:
    state = "ready" if number % 10 == 0 else "waiting"
    waits = {"patron": f"p{number}", "item": f"i{500_000 + number}", "state": state}
    return {"id": f"h{number}", "placed_at": now - timedelta(hours=number), **waits}


def _exception(number: int, now: datetime) -> dict[str, object]:
    why = {"station": "kiosk-1", "epoch": "e", "seq": number, "why": "late", "item": f"i{number}"}
    return {"at": now - timedelta(minutes=number), "open": number % 4 == 0, **why}


def measured(who: Somebody, path: str) -> Measured:
    took_ms = []
    for _ in range(TURNS):
        began_s = time.perf_counter()
        answer = who.get(f"/console{path}")
        took_ms.append((time.perf_counter() - began_s) * 1_000)
        assert answer.status_code == 200, (path, answer.status_code)
    took_ms.sort()
    return Measured(path, took_ms[len(took_ms) // 2], took_ms[-1], len(answer.content) / 1_000)


def searched(who: Somebody, words: str) -> Measured:
    took_ms = []
    for _ in range(TURNS):
        who.get("/console/desk")
        form = who.form("/console/search").fields
        began_s = time.perf_counter()
        answer = who.post("/console/search", **{**form, "q": words})
        took_ms.append((time.perf_counter() - began_s) * 1_000)
    took_ms.sort()
    return Measured(f"/search: {words}", took_ms[len(took_ms) // 2], took_ms[-1], len(answer.content) / 1_000)


def five_loans(who: Somebody) -> float:
    """Seconds from the card to the page after the fifth book, without the hand that scans."""
    began_s = time.perf_counter()
    who.get("/console/desk")
    who.send("/console/search", q="p199999")
    for number in range(5):
        who.send("/console/patron/lend", scan=f"i{900_000 + number}")
    took_s = time.perf_counter() - began_s
    assert "Lent, due" in who.reads, who.reads
    return took_s


def static_kilobytes() -> float:
    """What every first load takes beside the page: style sheets and the sign."""
    return sum((SHARED / name).stat().st_size for name in ("tokens.css", "console.css", "central.svg")) / 1_000


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="console-pages-", dir=Path.cwd()) as name:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{Path(name) / 'central.sqlite'}"
        engine = open_store(url)
        upgrade(engine)
        fill(engine)
        furnish(engine)
        who = somebody(engine, "circulation", "director", "admin", "collections")
        who.client = web(engine, replace(console_of(engine), desk=DESK))
        bare = [page.path for page in PAGES if not page.writes and not page.path.endswith(".csv")]
        paths = [f"{path}?{ASKED[path[1:]]}" if path[1:] in ASKED else path for path in bare]
        found = [measured(who, path) for path in (*paths, *MORE)]
        found += [searched(who, words) for words in ("i77", "Title 5", "Record 19", "nothing of the kind", "Wei")]
        lent_s = five_loans(who)
        engine.dispose()
    for one in sorted(found, key=lambda one: -one.slowest_ms):
        print(f"{one.slowest_ms:7.1f} ms slowest {one.p50_ms:7.1f} ms p50 {one.kilobytes:6.1f} kB  {one.path}")
    slowest = max(found, key=lambda one: one.slowest_ms)
    largest = max(one.kilobytes for one in found) + static_kilobytes()
    print(f"slowest page {slowest.slowest_ms:.0f} ms (aim 300): {slowest.path}")
    print(f"largest first load {largest:.0f} kB (aim 200)")
    print(f"five loans at the desk, answers alone: {lent_s:.2f} s (aim 10 with the hand)")
    print(json.dumps({"slowest_ms": slowest.slowest_ms, "largest_kb": largest, "five_loans_s": lent_s}))


if __name__ == "__main__":
    main()
