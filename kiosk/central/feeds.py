"""What is on and what is new, for whoever subscribes: activities as iCalendar, articles as RSS. Nothing of anybody.

Sources: RFC 5545 (iCalendar); RSS 2.0 specification (rssboard.org).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from sqlalchemy import Connection, Engine, func, literal, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.central.store.console_tables import audit
from kiosk.central.store.duty_tables import TABLES
from kiosk.library.activities.articles import ARTICLE, ArticleState
from kiosk.library.activities.programme import ACTIVITY, ActivityState, Audience

PATH = "/feeds/"
MOST = 200
SHOWN_AFTER = timedelta(days=30)
"""So long an activity that is over stays in calendars."""
_CACHED = {"cache-control": "public, max-age=300"}
_TOLD = (ActivityState.OPEN, ActivityState.CLOSED, ActivityState.RUNNING, ActivityState.HELD, ActivityState.REPORTED)


def routes(engine: Engine, site: str, time_zone: str) -> list[Route]:
    """Both feeds."""

    async def activities(request: Request) -> Response:
        body = await run_in_threadpool(_read, engine, site)
        return Response(body, 200, _CACHED, "text/calendar; charset=utf-8")

    async def articles(request: Request) -> Response:
        base = str(request.base_url).rstrip("/")
        body = await run_in_threadpool(_news, engine, site, base, ZoneInfo(time_zone))
        return Response(body, 200, _CACHED, "application/rss+xml; charset=utf-8")

    return [Route(PATH + "activities.ics", activities), Route(PATH + "articles.rss", articles)]


def _read(engine: Engine, site: str) -> bytes:
    with engine.connect() as connection:
        return calendar_of(connection, site, datetime.now(UTC))


def _news(engine: Engine, site: str, base: str, zone: ZoneInfo) -> bytes:
    with engine.connect() as connection:
        return news_of(connection, site, base, datetime.now(zone).date())


def calendar_of(connection: Connection, site: str, now: datetime) -> bytes:
    """Activities that are announced, but for those of staff; a cancelled one is told as cancelled."""
    table = TABLES[ACTIVITY.kind.name]
    states = [state.value for state in (*_TOLD, ActivityState.CANCELLED)]
    coming = select(table).where(
        table.c.state.in_(states), table.c.audience != Audience.STAFF.value, table.c.ends > now - SHOWN_AFTER
    )
    calendar = Calendar()
    calendar.add("prodid", "-//Library Kiosk//activities//EN")
    calendar.add("version", "2.0")
    for row in connection.execute(coming.order_by(table.c.begins, table.c.number).limit(MOST)):
        event = Event()
        event.add("uid", f"{row.number}@{site}")
        event.add("dtstamp", now)
        event.add("sequence", row.version)
        event.add("dtstart", row.begins)
        event.add("dtend", row.ends)
        event.add("summary", row.title)
        event.add("location", row.room)
        event.add("description", row.about)
        event.add("status", "CANCELLED" if row.state == ActivityState.CANCELLED else "CONFIRMED")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def news_of(connection: Connection, site: str, base: str, today: date) -> bytes:
    """Articles that are published and not over, the newest first."""
    table = TABLES[ARTICLE.kind.name]
    its_trail = audit.c.subject == literal(f"{ARTICLE.kind.name}:") + table.c.number
    since = func.max(audit.c.at).label("since")
    live = (table.c.state == ArticleState.PUBLISHED.value) & (table.c.until.is_(None) | (table.c.until >= today))
    columns = (table.c.number, table.c.title, table.c.text_zh)
    query = select(*columns, since).join_from(table, audit, its_trail).where(live).group_by(*columns)
    root = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(root, "channel")
    for name, text in (("title", site), ("link", base), ("description", site)):
        ElementTree.SubElement(channel, name).text = text
    for row in connection.execute(query.order_by(since.desc(), table.c.number).limit(MOST)):
        item = ElementTree.SubElement(channel, "item")
        ElementTree.SubElement(item, "title").text = row.title
        ElementTree.SubElement(item, "description").text = row.text_zh
        ElementTree.SubElement(item, "guid", isPermaLink="false").text = f"{row.number}@{site}"
        ElementTree.SubElement(item, "pubDate").text = format_datetime(row.since)
    return bytes(ElementTree.tostring(root, "utf-8", xml_declaration=True))
