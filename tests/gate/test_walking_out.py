"""People walk out of a house whose gate knows the ledger: the real processes, the real broker, a simulated gate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt import publish
from paho.mqtt.client import MQTTv5
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from kiosk.demo.scenario import Part
from kiosk.ledger import verify
from kiosk.model.facts import Decided, LoanMade
from kiosk.model.ids import Epoch, IntentId, ItemId, PatronRef, SessionId, Uid
from kiosk.wire import Channel, OutboxFact, Station, encode_facts, fact_body
from kiosk.wire.lent_changes import LentChange, LentChanges, encode_lent_changes
from kiosk.wire.policy import Ready, encode_policy
from kiosk.wire.signed_facts import sign_facts
from tests.gate.house import FLIPPED, GateHouse
from tests.real_parts import wait_until

BORROWED, UNLENT, BY_PHONE = "35555000012346", "35555000012353", "35555000012379"
MEANWHILE, IN_THE_DARK, WANTED = "35555000012403", "35555000012387", "35555000012361"

KIOSK, BY_CENTRAL = Station("main", "kiosk-1"), (Decided.CENTRAL, False)
THIEF = Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GateHouse]:
    started = GateHouse.start(tmp_path_factory.mktemp("gate-house"))
    yield started
    started.stop()


def borrows(house: GateHouse, book: str, *then: dict[str, object]) -> None:
    """Wei borrows a book at the kiosk, and whatever he does in the same breath."""
    failed = house.plays(
        {"do": "tap-card", "card": "wei", "expect": {"screen": "home"}},
        {
            "do": "lay-down",
            "books": [book],
            "expect": {"screen": "borrow", "items": [{"book": book, "state": "done"}], "within_s": 15.0},
        },
        *then,
        {"do": "touch", "id": "borrow.done", "expect": {"screen": "receipt"}},
        {"do": "touch", "id": "receipt.none", "expect": {"screen": "attract"}},
    )
    assert failed == []


def says(house: GateHouse, topic: str, payload: bytes, signature: str | None) -> None:
    """Somebody else's client tells the broker something."""
    beside = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho declares no types for it
    if signature is not None:
        beside.UserProperty = ("signature", signature)
    message: Any = {"topic": topic, "payload": payload, "qos": 1, "properties": beside}  # paho's type forgets the last
    publish.multiple([message], port=house.house.ports.broker, protocol=MQTTv5)


def alarms_of(house: GateHouse, book: str) -> list[dict[str, Any]]:
    uid = house.uid(book)
    alarms = house.sight()["alarms"]
    assert isinstance(alarms, list)
    return [alarm for alarm in alarms if any(item["uid"] == uid for item in alarm["items"])]


def test_borrowed_and_out_at_once_passes(house: GateHouse) -> None:
    borrows(house, BORROWED, {"do": "walk-through", "gate": "exit", "books": [BORROWED], "after_s": 0.0})
    wait_until(lambda: house.history(house.uid(BORROWED)), "the gate has not told of the book")
    assert house.last_word(house.uid(BORROWED)) == ("lent", "ledger")


def test_a_book_that_nobody_has_lent_rings_and_the_guard_is_told_what_it_is(house: GateHouse) -> None:
    house.walks_out(UNLENT)
    wait_until(lambda: alarms_of(house, UNLENT), "it did not ring")
    assert house.lamps()["gate", 1], "the lamp over the gate is on"
    wait_until(lambda: alarms_of(house, UNLENT)[0]["items"][0]["title"] == "盪著鞦韆喝咖啡", "no title")
    (alarm,) = alarms_of(house, UNLENT)
    assert alarm["state"] == "raised"
    wait_until(lambda: alarms_of(house, UNLENT)[0]["picture"], "no picture was taken")
    picture = httpx.get(house.url(f"/pictures/{alarm['id']}"), trust_env=False)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    answer = httpx.post(house.url(f"/alarms/{alarm['id']}"), json={"state": "seen", "by": "Guard Li"}, trust_env=False)
    assert answer.status_code == 204
    wait_until(lambda: alarms_of(house, UNLENT)[0]["by"] == "Guard Li", "nobody has seen it")
    wait_until(lambda: not house.lamps()["gate", 1], "the lamp goes out when somebody is there")

    def told() -> list[object]:
        facts = house.central("/facts?limit=500")["facts"]
        assert isinstance(facts, list)
        return [fact["data"]["state"] for fact in facts if fact["type"] == "lk.gate.alarmed"]

    wait_until(lambda: told() == ["raised", "seen"], "central was not told")


def test_a_phone_that_flips_the_byte_rings_as_such_and_staff_are_told(house: GateHouse) -> None:
    house.walks_out(FLIPPED, gate="portal")
    wait_until(lambda: house.history(FLIPPED), "the gate has not told of the book")
    assert house.last_word(FLIPPED) == ("opened-not-lent", "ledger")

    def noted() -> bool:
        exceptions = house.central("/exceptions?open=true")["exceptions"]
        assert isinstance(exceptions, list)
        return any(one["why"] == "tag-switched" for one in exceptions)

    wait_until(noted, "staff were not told")


def test_a_loan_by_phone_reaches_the_gate_although_nobody_has_opened_the_tag(house: GateHouse) -> None:
    version = house.sight()["copy"]["version"]
    lent = house.at_central("POST", "/loans", patron="card:20230001", item=BY_PHONE)
    assert lent.status_code == 200, lent.text
    wait_until(lambda: house.sight()["copy"]["heard"], "the gate has not heard of any loan")
    wait_until(lambda: house.sight()["copy"]["version"] > version, "central has not told of the loan")
    house.walks_out(BY_PHONE)
    wait_until(lambda: house.history(house.uid(BY_PHONE)), "the gate has not told of the book")
    assert house.last_word(house.uid(BY_PHONE)) == ("lent", "ledger")


def test_a_loan_that_was_made_while_the_gate_was_away_is_known_when_it_is_back(house: GateHouse) -> None:
    gate, version = house.house.children["gate"], house.sight()["copy"]["version"]
    gate.stop()
    assert gate.exit_code == 0
    lent = house.at_central("POST", "/loans", patron="card:20230001", item=MEANWHILE)
    assert lent.status_code == 200, lent.text
    gate.start()
    gate.wait_ready(20.0)
    wait_until(house.is_watched, "the gates are not heard")
    wait_until(lambda: house.sight()["copy"]["version"] > version, "the gate has not caught up")
    house.walks_out(MEANWHILE)
    wait_until(lambda: house.history(house.uid(MEANWHILE)), "the gate has not told of the book")
    assert house.last_word(house.uid(MEANWHILE)) == ("lent", "ledger")


def test_with_the_broker_down_and_the_gate_started_anew_it_is_still_right(house: GateHouse) -> None:
    borrows(house, IN_THE_DARK)
    before = house.sight()["alarms"]
    house.house.children[Part.BROKER.value].stop()
    gate = house.house.children["gate"]
    gate.kill()
    gate.start()
    gate.wait_ready(20.0)
    wait_until(house.is_watched, "the gates are not heard")
    after = house.sight()
    assert after["rule"] == "ledger"
    assert isinstance(before, list)
    assert isinstance(after["alarms"], list)
    assert {one["id"] for one in after["alarms"]} == {one["id"] for one in before}
    house.walks_out(IN_THE_DARK)
    wait_until(lambda: house.history(house.uid(IN_THE_DARK)), "the gate has not told of the book")
    assert house.last_word(house.uid(IN_THE_DARK)) == ("lent", "ledger")
    seen = len(house.history(house.uid(UNLENT)))
    house.walks_out(UNLENT)
    wait_until(lambda: len(house.history(house.uid(UNLENT))) > seen, "the gate has not told of the book")
    assert house.last_word(house.uid(UNLENT)) == ("not-lent", "ledger")
    assert any(one["type"] == "lk.gate.watched" for one in house.history("")), "the time without watch is written down"
    house.house.children[Part.BROKER.value].start()
    house.house.children[Part.BROKER.value].wait_ready(20.0)


def test_a_thief_on_the_broker_opens_nothing(house: GateHouse) -> None:
    """The demo's broker lets everybody write: what holds is the signature, and that a message is taken once."""
    wait_until(lambda: house.sight()["line"]["broker"], "the gate has not found the broker again")
    now = datetime.now(UTC)
    lent = LentChange(ItemId(WANTED), (Uid(house.uid(WANTED)),), True, now)
    ready = Ready("ledger", 10**9, "00" * 32, "/api/v1/gates/copies/evil.bin", now + timedelta(days=1))
    told_by_kiosk = LoanMade(SessionId("s"), IntentId("i"), PatronRef("P1"), lent.item, lent.uids[0], now, *BY_CENTRAL)
    body = OutboxFact(10**6, told_by_kiosk.type, now, fact_body(told_by_kiosk, 0, "boot"))
    loan = encode_facts(KIOSK, Epoch("thief"), [body])
    forged = [
        ("all/down/ledger", encode_lent_changes("main", LentChanges(0, 10**6, (lent,)), now), None),
        ("all/down/ledger", encode_lent_changes("main", LentChanges(0, 10**6, (lent,)), now, THIEF), None),
        ("all/down/policy", encode_policy("main", [ready], now), None),
        ("gate-1/down/command", b'{"do": "silence"}', None),
        ("kiosk-1/up/facts", loan, None),
        ("kiosk-1/up/facts", loan, sign_facts(THIEF, KIOSK.topic(Channel.FACTS), loan)),
        ("kiosk-9/up/facts", loan, sign_facts(THIEF, "lk/v1/main/kiosk-9/up/facts", loan)),
    ]
    refused = house.sight()["refused"]
    for topic, payload, signature in forged:
        says(house, f"lk/v1/main/{topic}", payload, signature)
    wait_until(lambda: house.sight()["refused"] >= refused + len(forged), "nobody says that messages were refused")
    house.walks_out(WANTED)
    wait_until(lambda: house.history(house.uid(WANTED)), "the gate has not told of the book")
    assert house.last_word(house.uid(WANTED)) == ("not-lent", "ledger")


def test_the_history_of_all_that_is_sound(house: GateHouse) -> None:
    house.house.children["gate"].stop()
    assert verify(house.house.run / "gate" / "gate.sqlite") == []
