"""I6 on real processes: a canary PIN and patrons' data are looked for in every file, log and topic after a visit, and
everything that was published is held against the contract's file.

The PIN is one that nothing else can hold by chance. Core dumps are off, and the kernel is asked whether they are.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from kiosk.demo.house import DEMO_CONFIG, House
from kiosk.demo.playing import play
from kiosk.demo.scenario import EndExpected, ItemExpected, Override, Part, Scenario, ScreenExpected, Setting, Step, Verb
from kiosk.demo.staff import CARD
from kiosk.station.staff_cards import staff_card
from kiosk.wire import Channel
from tests.fleet.contract import keep_the_contract
from tests.real_parts import PATIENCE_S

PIN, MISTYPED = "739158264015", "739158264016"
BOOKS = ("35555000012346", "35555000012361")
PATRON = ("20230001", "04A1B2C3", "wei@example.org", "伟", "张")
"""Wei's card by both readers, address and names, as in `config/demo/patrons.toml`."""
LENT = tuple(ItemExpected(book, "done") for book in BOOKS)


def typed(pin: str, then: ScreenExpected) -> list[Step]:
    keys = [Step(Verb.TOUCH, id=f"pin.key.{digit}") for digit in pin]
    return [*keys, Step(Verb.TOUCH, id="pin.enter", expect=then)]


STEPS = (
    Step(Verb.TAP_CARD, card="staff", expect=ScreenExpected("staff-pin")),
    *typed(MISTYPED, ScreenExpected("staff-pin")),
    *typed(PIN, ScreenExpected("staff")),
    Step(Verb.TOUCH, id="staff.leave", expect=ScreenExpected("attract")),
    Step(Verb.TAP_CARD, card="wei", expect=ScreenExpected("home")),
    Step(
        Verb.LAY_DOWN,
        books=BOOKS,
        expect=ScreenExpected(items=tuple(ItemExpected(book, "done") for book in BOOKS), within_s=40),
    ),
    Step(Verb.TOUCH, id="borrow.done", expect=ScreenExpected("receipt", within_s=30)),
    Step(Verb.TOUCH, id="receipt.print", expect=ScreenExpected("attract", within_s=40)),
    Step(Verb.TAKE_AWAY, books=BOOKS),
    Step(Verb.KILL_KIOSK),
    Step(Verb.LOOK, expect=ScreenExpected("attract", within_s=40)),
)


@contextmanager
def everything_published(port: int) -> Iterator[bytearray]:
    """Topics and payloads of the broker, as they come."""
    heard, listens = bytearray(), threading.Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_subscribe = lambda *_: listens.set()
    client.on_message = lambda _, __, message: heard.extend(message.topic.encode() + b" " + message.payload + b"\n")
    client.connect("127.0.0.1", port)
    client.subscribe("#", 1)
    client.loop_start()
    try:
        assert listens.wait(PATIENCE_S)
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()


def test_i6_no_pin_is_kept_anywhere_and_no_log_names_a_patron(tmp_path: Path) -> None:
    run = tmp_path / "run"
    staff = tmp_path / "staff-cards"
    staff.touch(mode=0o600)
    staff.write_text(staff_card("desk", CARD, PIN).line() + "\n", encoding="ascii")
    setting = Setting(kiosk=(Override("staff_file", f'"{staff}"'),))
    house = House(DEMO_CONFIG, run, setting, mode="headless")
    try:
        house.start()
        with everything_published(house.ports.broker) as heard:
            result = play(Scenario("canary", STEPS, setting=setting, expect=EndExpected(outbox=0)), house, DEMO_CONFIG)
        cores = [_longest_core(house, part) for part in (Part.KIOSK, Part.CENTRAL)]
    finally:
        house.stop()
    assert result.failures == ()
    assert cores == ["0", "0"]
    lines = [line.partition(b" ") for line in bytes(heard).splitlines()]
    channels = keep_the_contract((topic.decode(), payload) for topic, _, payload in lines)
    assert channels >= {Channel.STATUS, Channel.HEALTH, Channel.FACTS, Channel.ACK, Channel.ASK, Channel.ANSWER}
    files = {path: path.read_bytes() for path in (*run.rglob("*"), staff) if path.is_file()}
    for pin in (PIN, MISTYPED):
        assert [str(path) for path, content in files.items() if pin.encode() in content] == []
        assert pin.encode() not in heard
    logs = {path: content.decode(errors="replace") for path, content in files.items() if path.suffix == ".log"}
    assert {path.stem for path in logs} >= {"kiosk", "central"}
    assert [(path.name, word) for path, said in logs.items() for word in PATRON if word in said] == []


def _longest_core(house: House, part: Part) -> str:
    process = house.part(part).process
    assert process is not None
    limits = Path(f"/proc/{process.pid}/limits").read_text(encoding="ascii").splitlines()
    return next(line.split()[4] for line in limits if line.startswith("Max core file size"))
