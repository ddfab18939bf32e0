"""Searches of kiosks: beside the worker, the newest of each kiosk, and never held up by whoever writes."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, update

from kiosk.central.messages import Heard, Telling
from kiosk.central.search_desk import SearchDesk
from kiosk.central.store import writing
from kiosk.central.store.tables import items
from kiosk.model.finding import AskFind, AskTitle, TitlesFound, TitleTold
from kiosk.model.ids import AskId, ItemId
from kiosk.model.questions import AskItem, Question
from kiosk.wire import AnswerMessage, Channel, Station, decode_answer, encode_ask
from tests.central.library import DESK, Central
from tests.real_parts import PATIENCE_S


def asked(question: Question, ask: str, kiosk: str = "kiosk-1", ago_s: int = 0) -> Heard:
    station, now = Station("main", kiosk), datetime.now(UTC)
    payload = encode_ask(station, AskId(ask), question, now)
    return Heard(station, Channel.ASK, payload, now - timedelta(seconds=ago_s), correlation=ask.encode())


class Desk:
    """A desk of searches, and what it told."""

    def __init__(self, engine: Engine) -> None:
        self.told: queue.Queue[Telling] = queue.Queue()
        self.desk = SearchDesk(engine, DESK, self.told.put)

    def next(self) -> AnswerMessage:
        telling = self.told.get(timeout=PATIENCE_S)
        message = decode_answer(telling.payload)
        assert isinstance(message, AnswerMessage)
        assert telling.ask == message.ask
        return message


@pytest.fixture
def desk(store: Engine) -> Iterator[Desk]:
    Central(store)
    desk = Desk(store)
    yield desk
    desk.desk.stop()


def titles(message: AnswerMessage) -> list[str]:
    assert isinstance(message.answer, TitlesFound)
    return [title.title for title in message.answer.titles]


def test_a_search_is_answered_while_somebody_writes(desk: Desk, store: Engine) -> None:
    """The transaction holds SQLite's only lock for writing, and PostgreSQL's locks of every item."""
    desk.desk.start()
    with writing(store) as busy:
        busy.execute(update(items).values(title="not yet"))
        assert desk.desk.take(asked(AskFind("zah"), "a1"))
        assert titles(desk.next()) == ["zahir"]
        assert desk.desk.take(asked(AskTitle("zahir"), "a2"))
        told = desk.next().answer
        assert isinstance(told, TitleTold)
        assert told.title.title == "zahir"


def test_of_each_kiosk_the_newest_search_is_answered_and_none_loses_its_turn(desk: Desk) -> None:
    typed = [("kiosk-1", "z"), ("kiosk-2", "s"), ("kiosk-1", "za"), ("kiosk-3", "d"), ("kiosk-1", "zah")]
    for number, (kiosk, text) in enumerate(typed):
        assert desk.desk.take(asked(AskFind(text), f"a{number}", kiosk))
    desk.desk.start()
    assert [desk.next().ask for _ in range(3)] == ["a4", "a1", "a3"]
    assert desk.told.empty()


def test_a_title_that_is_opened_does_not_end_a_search(desk: Desk) -> None:
    assert desk.desk.take(asked(AskFind("zahir"), "a1"))
    assert desk.desk.take(asked(AskTitle("snow"), "a2"))
    desk.desk.start()
    assert {desk.next().ask, desk.next().ask} == {"a1", "a2"}


def test_nobody_waits_for_an_old_search(desk: Desk) -> None:
    assert desk.desk.take(asked(AskFind("zahir"), "old", "kiosk-1", ago_s=11))
    assert desk.desk.take(asked(AskFind("zahir"), "new", "kiosk-2"))
    desk.desk.start()
    assert desk.next().ask == "new"


@given(st.one_of(st.binary(max_size=60), st.sampled_from([b'{"kind": "search"}', b'"search"', b'"title" \xff'])))
def test_what_is_no_search_is_left_to_the_worker(payload: bytes) -> None:
    desk = SearchDesk(create_engine("sqlite://"), DESK, lambda _: None)
    now = datetime.now(UTC)
    assert not desk.take(Heard(Station("main", "kiosk-1"), Channel.ASK, payload, now))
    assert not desk.take(Heard(Station("main", "kiosk-1"), Channel.FACTS, payload, now))
    assert not desk.take(asked(AskItem(ItemId("search")), "a1"))
