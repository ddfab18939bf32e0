"""What central tells everybody: what stands today, at the branch of whoever asks, and the newest of the catalogue."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import insert

from kiosk.central.news import MOST_TOLD
from kiosk.central.search.indexing import enter_all
from kiosk.central.store import writing
from kiosk.central.store.news_tables import news
from kiosk.central.store.tables import items, records
from kiosk.model.ids import AskId
from kiosk.model.news import AskNews, NewsTold
from kiosk.wire import LARGEST_BYTES, encode_answer
from tests.central.library import MONDAY, Central

TODAY = date(2026, 11, 23)


def tells(central: Central, name: str, **values: object) -> None:
    usual = {"kind": "announcement", "version": 1, "changed_by": "mei", "changed_at": MONDAY}
    with writing(central.engine) as connection:
        connection.execute(insert(news).values(id=name, **{**usual, "en": name, **values}))


def told(central: Central) -> NewsTold:
    said = central.answers(AskNews(), "news")
    assert isinstance(said, NewsTold)
    return said


def catalogued(central: Central, *titles: str, copies: bool = True) -> None:
    with writing(central.engine) as connection:
        for number, title in enumerate(titles):
            key, at = f"T-{title[:9]}", MONDAY + timedelta(minutes=number)
            record = {"control_number": key, "title": title, "format": "marc21", "original": b"", "added_at": at}
            connection.execute(insert(records).values(record))
            if copies:
                connection.execute(insert(items).values(id=f"copy-{key}", control_number=key, loan_class="book"))
        enter_all(connection)


def test_announcements_stand_until_their_last_day(central: Central) -> None:
    tells(central, "for ever")
    tells(central, "today", until=TODAY, changed_at=MONDAY + timedelta(hours=1))
    tells(central, "yesterday", until=TODAY - timedelta(days=1))
    assert [one.en for one in told(central).announcements] == ["today", "for ever"]


def test_events_come_by_their_day_and_hour_and_go_with_their_day(central: Central) -> None:
    tells(central, "late", kind="event", day=TODAY, at="18:00")
    tells(central, "tomorrow", kind="event", day=TODAY + timedelta(days=1), at="09:00")
    tells(central, "early", kind="event", day=TODAY, at="10:00")
    tells(central, "over", kind="event", day=TODAY - timedelta(days=1), at="10:00")
    assert [(one.said.en, one.at) for one in told(central).happenings] == [
        ("early", "10:00"),
        ("late", "18:00"),
        ("tomorrow", "09:00"),
    ]


def test_what_is_for_one_branch_is_not_told_at_another(central: Central) -> None:
    tells(central, "everywhere")
    tells(central, "elsewhere", branch="east")
    assert [one.en for one in told(central).announcements] == ["everywhere"]


def test_the_newest_titles_with_a_copy_come_first(central: Central) -> None:
    catalogued(central, "Momo", "Walden", "Dune")
    catalogued(central, "Ordered", copies=False)
    assert [book.title for book in told(central).books] == ["Dune", "Walden", "Momo"]


def test_what_is_told_fits_one_message_however_much_there_is(central: Central) -> None:
    for number in range(2 * MOST_TOLD):
        tells(central, f"a{number}", zh="长" * 80, ar="ط" * 80, ja="長" * 80)
        tells(central, f"e{number}", kind="event", day=TODAY, zh="长" * 80)
    catalogued(central, *(f"{number} " + "长" * 300 for number in range(2 * MOST_TOLD)))
    said = told(central)
    assert (len(said.announcements), len(said.happenings), len(said.books)) == (MOST_TOLD,) * 3
    assert len(encode_answer("lk/main/central", AskId("a"), said, MONDAY)) < LARGEST_BYTES
