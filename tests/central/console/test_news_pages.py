"""Staff write what kiosks show: kept once, changed by one at a time, and only by whoever may."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from kiosk.central.store.news_tables import news
from tests.central.console.desk import Somebody, somebody, trail


@pytest.fixture
def events(store: Engine) -> Somebody:
    return somebody(store, "events")


def told(store: Engine) -> list[tuple[object, ...]]:
    with store.connect() as connection:
        return [tuple(row) for row in connection.execute(select(news.c.kind, news.c.en, news.c.day, news.c.version))]


def test_an_announcement_is_kept_once_changed_and_removed(events: Somebody, store: Engine) -> None:
    events.get("/console/news/one")
    form = events.form("/console/news/keep").fields
    for _ in range(2):
        answer = events.post("/console/news/keep", **{**form, "kind": "announcement", "en": "The lift rests"})
        assert answer.status_code == 303
    assert told(store) == [("announcement", "The lift rests", None, 1)]
    assert "The lift rests" in events.get("/console/news").text
    with store.connect() as connection:
        name = connection.scalar(select(news.c.id))
    events.get(f"/console/news/one?id={name}")
    first = events.form("/console/news/keep").fields
    events.send("/console/news/keep", kind="announcement", en="The lift works")
    stale = events.post("/console/news/keep", **{**first, "kind": "announcement", "en": "It rests again"})
    assert stale.status_code == 422
    assert "Somebody has changed it meanwhile" in stale.text
    assert told(store) == [("announcement", "The lift works", None, 2)]
    events.get(f"/console/news/one?id={name}")
    events.send("/console/news/drop")
    assert told(store) == []
    assert [action for _, action, _ in trail(store)] == ["news.keep", "news.keep", "news.drop"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"kind": "announcement", "ar": "مرحبا"}, "Chinese or English is needed"),
        ({"kind": "event", "en": "Story time"}, "An event needs its day"),
        ({"kind": "event", "en": "Story time", "day": "2026-02-30"}, "A day such as"),
        ({"kind": "event", "en": "Story time", "day": "2026-12-24", "at": "25:00"}, "A time such as"),
        ({"kind": "announcement", "en": "x" * 81}, "At most 80 characters"),
    ],
)
def test_what_cannot_be_shown_is_said_at_its_field(
    events: Somebody, store: Engine, typed: dict[str, str], said: str
) -> None:
    events.get("/console/news/one")
    form = events.form("/console/news/keep").fields
    answer = events.post("/console/news/keep", **{**form, **typed})
    assert (answer.status_code, told(store)) == (422, [])
    assert said in answer.text


def test_whoever_only_reads_has_no_form_to_send(store: Engine) -> None:
    auditor = somebody(store, "auditor")
    assert "New announcement" not in auditor.get("/console/news").text
    assert auditor.post("/console/news/keep", en="x").status_code == 403
