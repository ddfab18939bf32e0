"""What stations of other makers tell, as the MQTT contract writes it (messages, sections 3 to 5) and no more.

Nothing here is made by our own codecs: a message is what somebody would write who has read the contract alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from kiosk.central.handling import Unusable, handle
from kiosk.central.messages import Heard, Telling
from kiosk.central.store import writing
from kiosk.central.store.tables import exceptions, facts, loans, tags
from kiosk.wire import Channel, Station
from tests.central.library import DESK, MONDAY, Central

NOW = MONDAY + timedelta(hours=8)
LOAN = {"patron": "wei", "due": "2026-12-21T23:59:00+08:00", "decided": "central"}
Body = dict[str, object]


def envelope(kind: str, data: Body, **members: object) -> Body:
    """As in section 3, with what the test says otherwise."""
    return {
        "specversion": "1.0",
        "id": "01JD",
        "source": "lk/main/kiosk-1",
        "type": kind,
        "time": "2026-11-23T01:03:11.204Z",
        "dataschema": "lk/1",
        "data": data,
    } | members


@dataclass(slots=True)
class Station1:
    """Tells one fact after the other."""

    engine: Engine
    seq: int = 0
    acked: list[int] = field(default_factory=list)

    def fact(self, kind: str, **data: object) -> Body:
        self.seq += 1
        common = {"epoch": "7f3a", "seq": self.seq, "session": "01JD", "mono_ms": 88_123_411 + self.seq}
        return envelope(kind, common | data)

    def tells(self, *told: Body) -> int:
        """In one array; the seq that is acknowledged."""
        return self.tells_as(list(told))

    def tells_as(self, message: object) -> int:
        telling = self.heard(Channel.FACTS, message)
        assert telling is not None
        seq = json.loads(telling.payload)["data"]["seq"]
        assert isinstance(seq, int)
        return seq

    def heard(self, channel: Channel, message: object, correlation: bytes = b"") -> Telling | None:
        payload = json.dumps(message).encode()
        heard = Heard(Station("main", "kiosk-1"), channel, payload, NOW, correlation=correlation)
        with writing(self.engine) as connection:
            return handle(connection, DESK, heard, NOW)


@pytest.fixture
def station(store: Engine) -> Station1:
    return Station1(store)


def test_a_loan_as_the_example_of_the_contract_has_it(central: Central, station: Station1) -> None:
    """No intent, no UID, nothing provisional, and no array around it."""
    assert station.tells_as(station.fact("lk.loan.made", item="snow", **LOAN)) == 1
    assert (central.on_loan(), central.noted()) == ({"snow": "wei"}, [])


def test_told_again_it_is_the_same_loan(central: Central, station: Station1) -> None:
    loan = station.fact("lk.loan.made", item="snow", **LOAN)
    assert [station.tells(loan), station.tells(loan)] == [1, 1]
    assert list(central.ends()) == ["7f3a.1"]


def test_a_return_without_a_word_about_the_tag_ends_the_loan(central: Central, station: Station1) -> None:
    came_back = {"item": "snow", "uid": "E004015012345678", "found": "lent", "bin": "2", "condition": "torn cover"}
    station.tells(station.fact("lk.loan.made", item="snow", **LOAN), station.fact("lk.item.returned", **came_back))
    assert (central.on_loan(), central.ends(), central.noted()) == ({}, {"7f3a.1": "returned"}, [])


def test_what_is_told_of_a_loan_finds_it_by_its_item(central: Central, station: Station1) -> None:
    opened = {"uid": "E0", "afi_before": 0x07, "afi_after": 0xC2, "verified": True}
    station.tells(
        station.fact("lk.loan.made", item="snow", **LOAN),
        station.fact("lk.item.opened", item="snow", **opened),
        station.fact("lk.loan.made", item="dune", **LOAN),
        station.fact("lk.loan.undone", item="dune", why="tag-not-opened"),
    )
    assert (central.ends(), central.noted()) == ({"7f3a.1": None, "7f3a.3": "undone"}, [])
    with central.engine.connect() as connection:
        assert connection.scalars(select(loans.c.intent).where(loans.c.opened)).all() == ["7f3a.1"]


def test_of_two_loans_of_an_item_the_station_means_its_own(central: Central, station: Station1) -> None:
    """The other station lent it later, but what this one takes back is what it lent itself."""
    station.tells(station.fact("lk.loan.made", item="snow", **LOAN))
    other = envelope(
        "lk.loan.made",
        {"epoch": "e9", "seq": 1, "session": "s", "item": "snow", **LOAN, "patron": "amy"},
        source="lk/main/kiosk-2",
    )
    with writing(central.engine) as connection:
        heard = Heard(Station("main", "kiosk-2"), Channel.FACTS, json.dumps(other).encode(), NOW)
        handle(connection, DESK, heard, NOW)
    station.tells(station.fact("lk.loan.undone", item="snow", why="item-taken-away"))
    assert central.ends()["e9.1"] is None


def test_a_doubt_ends_when_it_is_settled(central: Central, station: Station1) -> None:
    doubt = {"uid": "E0", "unknown": "tag-after-write", "since": "2026-11-23T01:00:00Z"}
    station.tells(
        station.fact("lk.loan.made", item="snow", **LOAN), station.fact("lk.item.doubtful", item="snow", **doubt)
    )
    assert central.noted(only_open=True) == [("doubtful", "snow")]
    for minute, (kind, more) in enumerate(
        [("lk.item.returned", {"found": "lent"}), ("lk.station.settled", {"outcome": "returned"})]
    ):
        told = station.fact(kind, item="snow", **more)
        station.tells(told | {"time": f"2026-11-23T02:0{minute}:00Z"})
    assert central.noted(only_open=True) == []


def test_about_a_loan_that_nobody_made_staff_are_told(central: Central, station: Station1) -> None:
    assert station.tells(station.fact("lk.loan.undone", item="snow", why="tag-not-opened")) == 1
    assert central.noted() == [("unknown-loan", "snow")]


def test_reasons_come_as_codes_or_with_their_values(central: Central, station: Station1) -> None:
    reasons = ["blocked", {"code": "debt", "values": {"owes_cents": 1_001}}]
    assert station.tells(station.fact("lk.loan.refused", patron="above", item="snow", reasons=reasons)) == 1
    assert central.noted() == []


def test_staffs_work_is_understood_kept_and_in_nobodys_way(central: Central, station: Station1) -> None:
    """A tag is known by its item from then on; a lent copy that stands on a shelf stays lent until a person decides."""
    station.tells(
        station.fact("lk.loan.made", item="snow", **LOAN),
        station.fact("lk.tag.written", item="dune", uid="E0077", format="iso28560-2"),
        station.fact("lk.stock.seen", item="snow", place="3-B-07"),
        station.fact("lk.stock.seen", items=["dune", "atlas"], uids=["E0078"], place="3-B-07"),
    )
    assert (central.on_loan(), central.noted()) == ({"snow": "wei"}, [])
    with central.engine.connect() as connection:
        kept = connection.execute(select(facts.c.type, facts.c.item).order_by(facts.c.seq)).all()
        assert connection.execute(select(tags.c.uid, tags.c.item)).all() == [("E0077", "dune")]
    assert kept[1:] == [("lk.tag.written", "dune"), ("lk.stock.seen", "snow"), ("lk.stock.seen", None)]


def test_a_shelf_on_which_nothing_stood_is_no_fact(central: Central, station: Station1) -> None:
    assert station.tells(station.fact("lk.stock.seen", place="3-B-07")) == 1
    assert central.noted() == [("not-understood", None)]


MISSING = [
    ("lk.loan.made", {"item": "snow", **LOAN}, ["patron", "item", "due", "decided", "session"]),
    ("lk.loan.undone", {"item": "snow", "why": "tag-not-opened"}, ["item", "why"]),
    ("lk.loan.refused", {"patron": "wei", "item": "snow", "reasons": ["debt"]}, ["patron", "item", "reasons"]),
    ("lk.item.returned", {"item": "snow", "found": "lent"}, ["item", "found"]),
    ("lk.loan.renewed", {"patron": "wei", "item": "snow", "due": LOAN["due"]}, ["patron", "item", "due"]),
    ("lk.tag.written", {"item": "snow", "uid": "E0"}, ["item"]),
]


@pytest.mark.parametrize(
    ("kind", "data", "gone"), [(kind, data, gone) for kind, data, every in MISSING for gone in every]
)
def test_what_the_contract_asks_for_and_is_not_there_is_said_with_its_path(
    central: Central, station: Station1, kind: str, data: Body, gone: str
) -> None:
    told = station.fact(kind, **data)
    body = told["data"]
    assert isinstance(body, dict)
    del body[gone]
    assert station.tells(told, station.fact("lk.loan.made", item="zahir", **LOAN)) == 2
    assert central.on_loan() == {"zahir": "wei"}
    with central.engine.connect() as connection:
        noted = connection.execute(select(exceptions.c.why, exceptions.c.details)).one()
    assert noted.why == "not-understood"
    assert f"data.{gone}: expected" in noted.details


@pytest.mark.parametrize(
    "wrong",
    [{"source": "lk/main/kiosk-2"}, {"source": "lk/other/kiosk-1"}, {"source": None}],
    ids=["another kiosk", "another site", "nobody"],
)
def test_facts_in_the_name_of_another_are_taken_from_nobody(
    central: Central, station: Station1, wrong: dict[str, object]
) -> None:
    with pytest.raises(Unusable):
        station.tells(station.fact("lk.loan.made", item="snow", **LOAN) | wrong)
    assert (central.on_loan(), central.noted()) == ({}, [])


@pytest.mark.parametrize("newer", [{"dataschema": "lk/2"}, {"specversion": "2.0"}], ids=["ours", "CloudEvents'"])
def test_a_version_that_is_not_known_is_set_aside_acknowledged_and_shown(
    central: Central, station: Station1, newer: dict[str, object]
) -> None:
    assert station.tells(station.fact("lk.loan.made", item="snow", **LOAN) | newer) == 1
    assert (central.on_loan(), central.noted()) == ({}, [("not-understood", None)])


def test_the_id_of_a_question_is_its_correlation_data(station: Station1) -> None:
    """Each message has an id of its own; the persisted one is what a repeated question has in common."""
    told = []
    for own in ("01JD1", "01JD2"):
        question = envelope("lk.ask", {"kind": "borrow", "patron": "wei", "item": "snow"}, id=own)
        told.append(station.heard(Channel.ASK, question, b"persisted"))
    first, again = told
    assert first is not None
    assert again is not None
    assert first.ask == again.ask == "persisted"
    answer = json.loads(first.payload)["data"]
    assert (answer["ask"], answer["decision"], answer["due"]) == ("persisted", "yes", "2026-12-21T23:59:00+08:00")


def test_correlation_data_that_is_no_text_is_refused(station: Station1) -> None:
    question = envelope("lk.ask", {"kind": "item", "item": "snow"})
    with pytest.raises(Unusable, match=r"correlation.data: expected the id of the question as text"):
        station.heard(Channel.ASK, question, b"\xff\xfe")
