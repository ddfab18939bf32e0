"""What a rehearsal leaves: news for a page, the wires as a file, the broker's messages; and nonsense is refused."""

from __future__ import annotations

import json
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

import httpx
import paho.mqtt.publish as publish
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware_sim.lines.wire_log import Direction, WireLog
from kiosk.demo.children import Child
from kiosk.demo.house import Ports
from tests.firmware_sim.conftest import Serve
from tests.firmware_sim.feig_host import request
from tests.firmware_sim.served import Served, asked
from tests.real_parts import PATIENCE_S

LE_ZAHIR = "35555000012345"
INVENTORY = request(0xB0, "0100")
SOFTWARE = request(0x65, "")


@contextmanager
def news(served: Served, query: str = "") -> Iterator[Queue[set[str]]]:
    """What `/api/events` tells, one set an event."""
    told: Queue[set[str]] = Queue()
    client = httpx.Client(base_url=served.url, timeout=PATIENCE_S, trust_env=False)
    with client, client.stream("GET", f"/api/events{query}") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")

        def read() -> None:
            try:
                for line in stream.iter_lines():
                    if line.startswith("data: "):
                        told.put(set(json.loads(line.removeprefix("data: "))["what"]))
            except (httpx.HTTPError, RuntimeError):
                return

        threading.Thread(target=read, daemon=True).start()
        yield told


def heard_of(told: Queue[set[str]], what: str) -> bool:
    """Wait until it is told; False where it does not come."""
    return any(what in told.get(timeout=PATIENCE_S) for _ in range(20))


def test_a_page_is_told_what_has_changed_and_nothing_while_nothing_changes(served: Served) -> None:
    with news(served) as told:
        assert told.get(timeout=PATIENCE_S) >= {"room", "wire", "paper", "journal"}
        served.post("/api/pad", put=[LE_ZAHIR])
        assert heard_of(told, "room")
        with served.pad() as port:
            asked(port, INVENTORY)
            assert heard_of(told, "wire")
            while not told.empty():
                told.get()
            for _ in range(3):
                asked(port, INVENTORY)
            asked(port, SOFTWARE)
            assert told.get(timeout=PATIENCE_S) & {"wire", "polling"} == {"wire"}


def test_polling_is_told_where_it_is_asked_for(served: Served) -> None:
    with news(served, "?polling=yes") as told, served.pad() as port:
        for _ in range(4):
            asked(port, INVENTORY)
        assert heard_of(told, "polling")


def test_the_wires_are_filtered_and_can_be_taken_along_as_a_file(served: Served) -> None:
    with served.pad() as port:
        for _ in range(3):
            asked(port, INVENTORY)
        asked(port, SOFTWARE)
    served.post("/api/scanner", fire="9787115428028")

    def frames(query: str) -> list[dict[str, Any]]:
        found = served.http.get(f"/api/wire?{query}").json()["frames"]
        assert isinstance(found, list)
        return found

    pad = frames("device=pad&direction=host-to-device")
    assert [one["hex"] for one in pad] == [INVENTORY.hex().upper()] * 3 + [SOFTWARE.hex().upper()]
    assert [one["repeats"] for one in pad] == [False, True, True, False]
    assert [one["note"] for one in frames("device=pad&polling=no&direction=host-to-device")] == [
        "inventory",
        "software version",
    ]
    assert frames("device=printer") == []
    last = pad[-1]["number"]
    assert all(one["number"] > last for one in frames(f"since={last}"))
    file = served.http.get("/api/wire.toml?device=pad&polling=no")
    assert "attachment" in file.headers["content-disposition"]
    exchanges = tomllib.loads(file.text)["exchange"]
    assert [one["hex"] for one in exchanges][::2] == [INVENTORY.hex().upper(), SOFTWARE.hex().upper()]
    assert {(one["protocol"], one["device"]) for one in exchanges} == {("feig", "pad")}


@given(st.lists(st.sampled_from([b"ask", b"poll", b"other"]), max_size=40), st.integers(-5, 60))
def test_what_is_above_a_number_is_all_of_it_and_in_order(pieces: list[bytes], number: int) -> None:
    log = WireLog(lambda: 0.0)
    for piece in pieces:
        log.add("pad", Direction.FROM_HOST, piece)
    assert [one.number for one in log.since(number)] == [n for n in range(1, len(pieces) + 1) if n > number]
    assert [one.repeats for one in log.since(0)] == [piece in pieces[:place] for place, piece in enumerate(pieces)]


def test_the_brokers_messages_are_listed_and_a_broker_may_come_late(serve: Serve, tmp_path: Path) -> None:
    port = Ports.free().broker
    served = serve("--broker", f"127.0.0.1:{port}")
    assert f"no broker answers on 127.0.0.1:{port}" in served.http.get("/api/messages").json()["why"]
    command = ["-m", "kiosk.demo.broker", "--port", str(port), "--data", str(tmp_path / "broker")]
    broker = Child("broker", [sys.executable, *command], tmp_path / "broker.log")
    broker.start()
    try:
        broker.wait_ready(PATIENCE_S)
        with news(served) as told:
            while served.http.get("/api/messages").json()["why"]:
                told.get(timeout=PATIENCE_S)
            for payload in ("借书", b"\xff\xfe"):
                publish.single("lk/main/kiosk-1/facts", payload, qos=1, hostname="127.0.0.1", port=port)
            while len(found := served.http.get("/api/messages").json()["messages"]) < 2:
                told.get(timeout=PATIENCE_S)
    finally:
        broker.stop()
    assert [(one["topic"], one["text"], one["is_hex"]) for one in found] == [
        ("lk/main/kiosk-1/facts", "借书", False),
        ("lk/main/kiosk-1/facts", "FFFE", True),
    ]
    assert served.http.get("/api/messages?since=1").json()["messages"] == found[1:]


def test_without_a_kiosk_or_a_broker_the_bench_says_what_is_missing(unmoved: Served) -> None:
    for path, option in (("journal", "--mirror-port"), ("heard", "--mirror-port"), ("messages", "--broker")):
        answer = unmoved.http.get(f"/api/{path}")
        assert (answer.status_code, option in answer.json()["error"]) == (404, True)


GETS = ("/api/wire", "/api/wire.toml", "/api/room", "/api/paper", "/api/messages", "/api/journal", "/api/paper/0.png")
POSTS = (
    "/api/pad",
    "/api/card",
    "/api/scanner",
    "/api/printer",
    "/api/gate",
    "/api/faults",
    "/api/clock",
    "/api/touch",
)
KEYS = ("put", "take", "tap", "fire", "fire_hex", "aim", "paper", "gate", "books", "device", "fault", "speed", "across")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(GETS), st.sampled_from(("since", "device", "direction", "text")), st.text() | st.just("9" * 5_000)
)
def test_no_question_brings_the_bench_down(unmoved: Served, path: str, key: str, value: str) -> None:
    if (path, key, value) == ("/api/paper", "text", "yes"):
        return
    try:
        answer = unmoved.http.get(path, params={key: value})
    except (UnicodeEncodeError, httpx.InvalidURL):
        return
    assert answer.status_code < 500, answer.text


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(POSTS), JSON, st.booleans())
def test_no_order_brings_the_bench_down(unmoved: Served, path: str, body: object, cut: bool) -> None:
    content = json.dumps(body).encode()[: -1 if cut else None]
    answer = unmoved.http.post(path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code < 500, answer.text
    assert answer.status_code == 200 or answer.json()["error"]


@pytest.mark.parametrize("digits", ["9" * 5_000, "-1", "1e3", "１"])
def test_a_number_that_is_none_is_refused(unmoved: Served, digits: str) -> None:
    assert unmoved.http.get("/api/wire", params={"since": digits}).status_code == 400
    assert unmoved.http.get(f"/api/paper/{digits}.png").status_code == 404
