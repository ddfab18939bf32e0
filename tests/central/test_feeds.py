"""Feeds: what is announced, to whoever asks, and nothing that is not."""

from __future__ import annotations

from xml.etree import ElementTree

from icalendar import Calendar
from sqlalchemy import Engine

from kiosk.central.feeds import routes
from tests.central.console.desk import Somebody, somebody, web
from tests.central.console.test_duties import steps, writes


def announces(mei: Somebody, boss: Somebody, title: str, audience: str, room: str) -> str:
    typed = {"title": title, "audience": audience, "room": room, "places": "30", "about": "Tea; and cakes"}
    number = writes(mei, "activity", **typed, begins="2040-05-01T10:00", ends="2040-05-01T11:30")
    steps(mei, "activity", number, "plan")
    steps(boss, "activity", number, "approve")
    steps(mei, "activity", number, "open")
    return number


def test_activities_are_a_calendar_without_what_is_not_announced(store: Engine) -> None:
    mei, boss = somebody(store, "events"), somebody(store, "director", name="boss")
    number = announces(mei, boss, "古籍导读, part 1", "all", "Hall")
    announces(mei, boss, "Fire drill", "staff", "Yard")
    writes(mei, "activity", title="Only an idea", audience="all", room="Hall", places="3", about="x",
           begins="2040-05-02T10:00", ends="2040-05-02T11:00")  # fmt: skip
    everybody = web(store, token="a token", public=routes(store, "main", "Asia/Shanghai"))
    answer = everybody.get("/feeds/activities.ics")
    (event,) = Calendar.from_ical(answer.text).walk("VEVENT")
    assert str(event["uid"]) == f"{number}@main"
    assert str(event["summary"]) == "古籍导读, part 1"
    assert event.decoded("dtstart").isoformat() == "2040-05-01T02:00:00+00:00"
    steps(mei, "activity", number, "cancel", reason="ill")
    (event,) = Calendar.from_ical(everybody.get("/feeds/activities.ics").text).walk("VEVENT")
    assert str(event["status"]) == "CANCELLED"


def test_articles_are_told_while_they_are_published(store: Engine) -> None:
    mei, boss = somebody(store, "events"), somebody(store, "director", name="boss")
    typed = {"title": "<b>New</b> hours", "text_zh": "周末延长开放"}
    number = writes(mei, "article", **typed)
    late = writes(mei, "article", **{**typed, "title": "Over"}, until="2020-01-01")
    for one in (number, late):
        steps(mei, "article", one, "submit")
        steps(boss, "article", one, "approve")
        steps(mei, "article", one, "publish")
    everybody = web(store, token="a token", public=routes(store, "main", "Asia/Shanghai"))

    def titles() -> list[str | None]:
        root = ElementTree.fromstring(everybody.get("/feeds/articles.rss").text)
        return [item.findtext("title") for item in root.iter("item")]

    assert titles() == ["<b>New</b> hours"]
    steps(mei, "article", number, "withdraw", reason="wrong")
    assert titles() == []
