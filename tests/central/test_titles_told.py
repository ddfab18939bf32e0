"""What kiosks are told of titles: where they are now, what is like them, and whether somebody may wait for one."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, delete, insert, update

from kiosk.central.search.indexing import catch_up, enter_all
from kiosk.central.store import writing
from kiosk.central.store.search_tables import search_entries
from kiosk.central.store.tables import items, records
from kiosk.model.facts import Fact
from kiosk.model.finding import (
    AskFind,
    AskHold,
    AskTitle,
    MayHold,
    MayNotHold,
    NoTitle,
    TitlesFound,
    TitleTold,
    Whereabouts,
)
from kiosk.model.ids import PatronRef
from kiosk.model.reasons import ReasonCode
from tests.central.library import Central, Kiosk, made, waits

THREE_BODY = {"control_number": "r1", "title": "三体", "author": "刘慈欣", "call_number": "I247.55/88"}
FOREST = {"control_number": "r2", "title": "三体 : 黑暗森林", "author": "刘慈欣", "call_number": "I247.55/89"}


@pytest.fixture
def central(store: Engine) -> Central:
    """Two copies of one title, one of another; the rest of the library's books have no record."""
    with writing(store) as connection:
        for row in (THREE_BODY, FOREST):
            connection.execute(insert(records).values(format="marc21", original=b"", **row))
        for item, number in (("snow", "r1"), ("zahir", "r1"), ("river", "r2")):
            connection.execute(update(items).where(items.c.id == item).values(control_number=number, title=""))
        connection.execute(delete(search_entries))
        enter_all(connection)
    return Central(store)


def tells(central: Central, *facts: Fact) -> None:
    """A station tells these, and is heard."""
    station = Kiosk(epoch=f"e-{facts[0].intent}")
    for fact in facts:
        station.does(fact)
    assert central.hears(station) == len(facts)


def found(central: Central, typed: str) -> list[tuple[str, Whereabouts]]:
    told = central.answers(AskFind(typed))
    assert isinstance(told, TitlesFound)
    return [(title.title, title.whereabouts) for title in told.titles]


def told(central: Central, key: str) -> TitleTold:
    answer = central.answers(AskTitle(key))
    assert isinstance(answer, TitleTold)
    return answer


def why_not(central: Central, who: str, key: str) -> list[ReasonCode]:
    answer = central.answers(AskHold(PatronRef(who), key))
    assert isinstance(answer, MayNotHold)
    return [reason.code for reason in answer.reasons]


def test_what_can_be_had_now_comes_first(central: Central) -> None:
    assert found(central, "st") == [("三体", Whereabouts.HERE), ("三体 : 黑暗森林", Whereabouts.HERE)]
    tells(central, made("i1", "wei", "snow"), made("i2", "wei", "zahir"))
    assert found(central, "三体") == [("三体 : 黑暗森林", Whereabouts.HERE), ("三体", Whereabouts.LENT)]


def test_a_title_is_told_with_its_copies_and_what_is_like_it(central: Central) -> None:
    tells(central, made("i1", "wei", "snow"), waits(title="r1"))
    answer = told(central, "r1")
    assert [(copy.whereabouts, copy.due) for copy in answer.copies] == [
        (Whereabouts.HERE, None),
        (Whereabouts.LENT, date(2026, 12, 21)),
    ]
    assert (answer.title.call_number, answer.waiting) == ("I247.55/88", 1)
    assert [title.key for title in answer.like] == ["r2"]


def test_copies_without_a_record_and_numbers_on_labels_are_found(central: Central) -> None:
    assert found(central, "dune") == [("dune", Whereabouts.HERE)]
    assert found(central, "snow") == [("三体", Whereabouts.HERE)]
    assert told(central, "dune").title.is_copy
    assert isinstance(central.answers(AskTitle("nothing")), NoTitle)


def test_what_is_gone_stands_nowhere_and_what_stays_is_read_here(central: Central, store: Engine) -> None:
    with writing(store) as connection:
        connection.execute(update(items).where(items.c.id == "river").values(state="lost"))
    assert told(central, "r2").title.whereabouts is Whereabouts.NOWHERE
    assert told(central, "reference").title.whereabouts is Whereabouts.READING
    assert told(central, "held").title.whereabouts is Whereabouts.KEPT


def test_a_hold_changes_nothing_before_its_fact_and_is_one_however_often_it_is_told(central: Central) -> None:
    tells(central, made("i1", "wei", "snow"), made("i2", "wei", "zahir"))
    assert central.answers(AskHold(PatronRef("amy"), "r1")) == MayHold(1, "")
    assert told(central, "r1").waiting == 0
    tells(central, waits(title="r1"), waits(title="r1"))
    assert told(central, "r1").waiting == 1


def test_every_reason_against_a_hold_is_told(central: Central) -> None:
    tells(central, made("i1", "wei", "snow"), waits(title="r2"))
    assert why_not(central, "wei", "r1") == [ReasonCode.LENT_TO_YOU]
    assert why_not(central, "amy", "r2") == [ReasonCode.ALREADY_WAITING]
    assert why_not(central, "amy", "reference") == [ReasonCode.NOT_FOR_LOAN]
    assert why_not(central, "above", "r1") == [ReasonCode.DEBT]
    assert why_not(central, "blocked", "r1") == [ReasonCode.BLOCKED]
    assert why_not(central, "nobody", "r1") == [ReasonCode.UNKNOWN_PATRON]
    assert why_not(central, "amy", "nothing") == [ReasonCode.UNKNOWN_ITEM]


def test_a_database_from_before_there_was_an_index_catches_up(central: Central, store: Engine) -> None:
    with writing(store) as connection:
        connection.execute(delete(search_entries))
    assert found(central, "三体") == []
    assert catch_up(store) > 2
    assert len(found(central, "三体")) == 2
    assert catch_up(store) == 0
