"""What central tells gates, and what it makes of what they tell: on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select

from kiosk.central.copies.board import Board
from kiosk.central.lent.copying import Copies
from kiosk.central.lent.log import newest_version
from kiosk.central.lent.telling import GateTeller
from kiosk.central.messages import Telling
from kiosk.central.pages.access import Access
from kiosk.central.pages.api.keys import Caller, Scope
from kiosk.central.pages.app import Parts, application
from kiosk.central.pages.live import Live
from kiosk.central.pages.sight import sight
from kiosk.central.store import writing
from kiosk.central.store.tables import facts, lent_log, visits
from kiosk.central.worker import Counts
from kiosk.gate.copy.table import LentTable, checked
from kiosk.model.gate_facts import AlarmKind, AlarmState, GateAlarmed, GatePassed, PassWhy, PeopleCounted, Rule
from kiosk.model.ids import Epoch, IntentId, ItemId, Uid
from kiosk.web.changes import Changes
from kiosk.wire import Channel
from kiosk.wire.fields import as_fields
from kiosk.wire.lent_changes import MOST_CHANGES, LentChange, LentChanges, decode_lent_changes, read
from kiosk.wire.lent_file import item_key, uid_key
from kiosk.wire.policy import decode_policy
from kiosk.wire.signing import PUBLIC_KEY, public_key
from tests.central.library import DESK, MONDAY, UID, Central, Kiosk, made, returned, undone
from tests.central.test_rest import Client
from tests.real_parts import wait_until

GATE = "gate-1"
KEY = "lk_0123456789abcdef_0123456789abcdef0123456789abcdef"


def a_copy(store: Engine, folder: Path) -> LentTable:
    ready = Copies(folder).make(store, datetime.now(UTC))
    return checked(folder / ready.href.rpartition("/")[2], ready.hash)


def lent(table: LentTable, item: str) -> bool | None:
    return table.lent(item_key(ItemId(item)))


def test_a_copy_says_of_every_item_and_tag_whether_it_is_lent(central: Central, store: Engine, tmp_path: Path) -> None:
    kiosk = Kiosk()
    kiosk.does(made("i1", "wei", "snow"))
    central.hears(kiosk)
    table = a_copy(store, tmp_path)
    assert lent(table, "snow") is True
    assert lent(table, "zahir") is False
    assert lent(table, "nobody's") is None
    assert table.lent(uid_key(UID)) is True
    assert table.header.taken == {("kiosk-1", Epoch("e1")): 1}


def test_what_came_back_or_never_went_is_in_stock(central: Central, store: Engine, tmp_path: Path) -> None:
    kiosk = Kiosk()
    kiosk.does(made("i1", "wei", "snow"), 0)
    kiosk.does(returned("snow"), 1)
    kiosk.does(made("i2", "wei", "zahir"), 2)
    kiosk.does(undone("i2", "zahir"), 3)
    central.hears(kiosk)
    table = a_copy(store, tmp_path)
    assert (lent(table, "snow"), lent(table, "zahir")) == (False, False)


def test_a_book_that_central_never_catalogued_is_known_while_it_is_lent(
    central: Central, store: Engine, tmp_path: Path
) -> None:
    kiosk = Kiosk()
    kiosk.does(made("i1", "wei", "uncatalogued"))
    central.hears(kiosk)
    assert lent(a_copy(store, tmp_path), "uncatalogued") is True


def test_old_copies_go_but_the_one_before_stays(central: Central, store: Engine, tmp_path: Path) -> None:
    kiosk = Kiosk()
    for number in range(4):
        kiosk.does(made(f"i{number}", "wei", "snow"), number)
        central.hears(kiosk)
        a_copy(store, tmp_path).close()
    assert len(list(tmp_path.glob("*.bin"))) == 2


@pytest.fixture
def told() -> list[Telling]:
    return []


@pytest.fixture
def teller(store: Engine, tmp_path: Path, told: list[Telling]) -> Iterator[GateTeller]:
    running = GateTeller(
        store, "main", tmp_path / "copies", 3_600.0, Board("main", told.append), told.append, lambda: True
    )
    running.start()
    yield running
    running.stop()


def changes(told: list[Telling]) -> list[LentChanges]:
    decoded = [decode_lent_changes("main", one.payload) for one in list(told) if one.channel is Channel.LEDGER]
    assert all(isinstance(one, LentChanges) for one in decoded)
    return [one for one in decoded if isinstance(one, LentChanges)]


def test_gates_hear_of_a_loan_and_of_its_end(
    central: Central, store: Engine, teller: GateTeller, told: list[Telling]
) -> None:
    wait_until(lambda: changes(told), "no sign of life")
    kiosk = Kiosk()
    kiosk.does(made("i1", "wei", "snow"))
    central.hears(kiosk)
    teller.wake()
    wait_until(lambda: len(changes(told)) > 1, "the loan was not told")
    first = LentChange(ItemId("snow"), (UID,), True, MONDAY)
    assert changes(told)[-1] == LentChanges(0, 1, (first,))
    kiosk.does(returned("snow"), 5)
    central.hears(kiosk)
    teller.wake()
    wait_until(lambda: len(changes(told)) > 2, "the return was not told")
    assert changes(told)[-1] == LentChanges(1, 2, (replace(first, lent=False, at=MONDAY + timedelta(minutes=5)),))


def test_what_gates_are_told_is_signed_and_each_message_is_later_than_the_one_before(
    central: Central, teller: GateTeller, told: list[Telling], tmp_path: Path
) -> None:
    kiosk = Kiosk()
    for number in range(MOST_CHANGES + 5):
        kiosk.does(made(f"i{number}", "wei", f"book-{number}"), number / 60)
    for first in range(1, MOST_CHANGES + 6, 50):
        central.hears(kiosk, kiosk.message(first, first + 49))
    teller.wake()
    wait_until(lambda: changes(told)[-1].version >= MOST_CHANGES + 5 if changes(told) else False, "loans were not told")
    key = public_key(tmp_path / "copies" / PUBLIC_KEY)
    heard = [decode_lent_changes("main", one.payload, key) for one in list(told) if one.channel is Channel.LEDGER]
    times = [one.told_at for one in heard if isinstance(one, LentChanges) and one.told_at is not None]
    assert len(times) == len(heard) >= 2
    assert all(before < after for before, after in pairwise(times))


def test_a_copy_is_announced_with_its_hash_and_can_be_fetched_by_it(
    teller: GateTeller, told: list[Telling], store: Engine, tmp_path: Path
) -> None:
    wait_until(lambda: any(one.channel is Channel.POLICY for one in list(told)), "nothing was announced")
    announced = decode_policy("main", next(one.payload for one in told if one.channel is Channel.POLICY))
    assert isinstance(announced, tuple)
    (ready,) = announced
    ready.check("main", public_key(tmp_path / "copies" / PUBLIC_KEY))
    client = pages(store, tmp_path / "copies")
    answer = client.get(ready.href)
    assert answer.status_code == 200
    fetched = tmp_path / "fetched.bin"
    fetched.write_bytes(answer.content)
    assert checked(fetched, ready.hash).header.version == ready.version
    rest = client.get(ready.href, range="bytes=8-")
    assert rest.status_code == 206
    assert rest.content == answer.content[8:]


def test_what_a_gate_has_missed_it_can_ask_for(central: Central, store: Engine) -> None:
    kiosk = Kiosk()
    for number in range(MOST_CHANGES + 5):
        kiosk.does(made(f"i{number}", "wei", f"book-{number}"), number / 60)
    for first in range(1, MOST_CHANGES + 6, 50):
        central.hears(kiosk, kiosk.message(first, first + 49))
    client, version, items = pages(store), 3, list[str]()
    while True:
        told = read(as_fields(client.get(f"/api/v1/gates/changes?after={version}").json(), ""))
        assert told.after == version
        if told.version == version:
            break
        version = told.version
        items += [change.item for change in told.changes]
    assert items == [f"book-{number}" for number in range(3, MOST_CHANGES + 5)]


def test_a_gate_that_is_too_far_behind_is_told_to_take_a_copy(central: Central, store: Engine) -> None:
    kiosk = Kiosk()
    for number in range(3):
        kiosk.does(made(f"i{number}", "wei", "snow"), number)
    central.hears(kiosk)
    with writing(store) as connection:
        connection.execute(delete(lent_log).where(lent_log.c.id < 3))
    assert pages(store).get("/api/v1/gates/changes?after=1").status_code == 410
    assert pages(store).get("/api/v1/gates/changes?after=2").status_code == 200


def test_versions_grow_in_the_order_of_commits(store: Engine) -> None:
    """Two desks at once: whoever sees a version sees everything below it."""
    gaps: list[str] = []

    def lends(name: str) -> None:
        central, kiosk = Central(store), Kiosk(name, name)
        for number in range(15):
            kiosk.does(made(f"{name}-{number}", "wei", f"{name}-{number}"), number)
            central.hears(kiosk)
            with store.connect() as connection:
                version = newest_version(connection)
                seen = connection.exec_driver_sql("SELECT count(*) FROM lent_log").scalar_one()
                if seen < version:
                    gaps.append(f"{seen} rows at version {version}")

    desks = [threading.Thread(target=lends, args=(f"desk-{number}",)) for number in range(2)]
    for desk in desks:
        desk.start()
    for desk in desks:
        desk.join()
    assert gaps == []


def pages(store: Engine, copies: Path | None = None, scopes: frozenset[Scope] | None = None) -> Client:
    """The pages; with `scopes`, for a key that has them."""
    changes, who = Changes(), None if scopes is None else Caller("gate", scopes)
    live = Live(store, "Asia/Shanghai", changes, Counts(), lambda: True)
    access = Access(None, lambda _: who)
    folder = None if copies is None else Copies(copies)
    parts = Parts(store, DESK, access, live, changes, lambda: {"ok": True}, Board("main", lambda _: None), None, folder)
    return Client(application(parts), "http://127.0.0.1")


def test_a_guard_is_shown_the_item_and_no_patron(central: Central, store: Engine) -> None:
    kiosk = Kiosk()
    kiosk.does(made("i1", "wei", "snow"))
    central.hears(kiosk)
    client = pages(store)
    for query in ("item=snow", f"uid={UID}"):
        told = client.get(f"/api/v1/gates/item?{query}").json()
        assert (told["item"], told["title"], told["loan"], told["station"]) == ("snow", "snow", "lent", "kiosk-1")
        assert "wei" not in str(told)
    assert client.get("/api/v1/gates/item?item=zahir").json()["loan"] == "never"
    assert client.get("/api/v1/gates/item?item=none").status_code == 404
    assert client.get("/api/v1/gates/item").status_code == 400


def test_a_gates_key_opens_what_a_gate_needs_and_nothing_else(store: Engine, tmp_path: Path) -> None:
    ready = Copies(tmp_path).make(store, MONDAY)
    gate = pages(store, tmp_path, frozenset({Scope.GATES_READ}))
    assert gate.get(ready.href, authorization=f"Bearer {KEY}").status_code == 200
    assert gate.get("/api/v1/loans", authorization=f"Bearer {KEY}").status_code == 403
    other = pages(store, tmp_path, frozenset({Scope.LOANS_READ}))
    assert other.get(ready.href, authorization=f"Bearer {KEY}").status_code == 403


@pytest.mark.parametrize("name", ["..%2Fcentral.sqlite", "lent-9.bin", "copy.part"])
def test_no_other_file_is_told(store: Engine, tmp_path: Path, name: str) -> None:
    (tmp_path / "copy.part").write_bytes(b"half")
    assert pages(store, tmp_path).get(f"/api/v1/gates/copies/{name}").status_code == 404


def a_count(
    name: str, minute: int, entered: int, *, closed: bool = False, notes: tuple[str, ...] = ()
) -> PeopleCounted:
    begins = datetime.now(UTC).replace(minute=minute, second=0, microsecond=0)
    return PeopleCounted(
        IntentId(name), "exit", begins, begins + timedelta(minutes=15), entered, entered // 2, closed, notes
    )


def test_visits_are_told_by_day_and_hour_and_closed_hours_apart(central: Central, store: Engine) -> None:
    gate = Kiosk(GATE)
    gate.does(a_count("a", 0, 10))
    gate.does(a_count("b", 15, 4, notes=("reset",)))
    gate.does(a_count("c", 30, 3, closed=True))
    central.hears(gate)
    central.hears(gate)  # told twice, counted once
    (day,) = pages(store).get("/api/v1/gates/visits").json()["days"]
    assert (day["visits"], day["left"], day["closed"], day["marked"]) == (14, 7, 4, 1)
    assert sum(day["hours"]) == 14
    with store.connect() as connection:
        assert len(connection.execute(select(visits)).all()) == 3
        shown = sight(connection, "Asia/Shanghai", datetime.now(UTC))["visits"]
    assert shown == {"today": 14, "hours": day["hours"]}


def test_where_no_gate_counts_no_visitors_are_shown(store: Engine) -> None:
    with store.connect() as connection:
        assert sight(connection, "Asia/Shanghai", datetime.now(UTC))["visits"] is None


def passed(why: PassWhy) -> GatePassed:
    return GatePassed(IntentId("p"), "exit", ItemId("snow"), Uid("E0"), 0x07, why, Rule.LEDGER)


def rang(kind: AlarmKind) -> GateAlarmed:
    return GateAlarmed(IntentId("a"), "exit", AlarmState.RAISED, ItemId("snow"), Uid("E0"), 0xC2, kind, Rule.LEDGER)


@pytest.mark.parametrize(
    ("fact", "noted"),
    [
        (passed(PassWhy.LENT), []),
        (passed(PassWhy.LENT_TAG_CLOSED), [("tag-closed", "snow")]),
        (rang(AlarmKind.NOT_LENT), []),
        (rang(AlarmKind.OPENED_NOT_LENT), [("tag-switched", "snow")]),
        (rang(AlarmKind.MARK_CHANGED), [("tag-switched", "snow")]),
    ],
)
def test_tags_that_say_something_wrong_are_put_before_staff(
    central: Central, store: Engine, fact: GatePassed | GateAlarmed, noted: list[tuple[str, str]]
) -> None:
    gate = Kiosk(GATE)
    gate.does(fact)
    assert central.hears(gate) == 1
    assert central.noted() == noted
    with store.connect() as connection:
        assert connection.scalars(select(facts.c.item)).all() == ["snow"]
