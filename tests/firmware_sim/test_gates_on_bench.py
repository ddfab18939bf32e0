"""A bench with gates and a UHF pad: books are carried through, and hosts on real sockets are told."""

from __future__ import annotations

import socket
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firmware_sim.bench.wire_notes import note
from firmware_sim.catalogue import GATE_FAULTS
from firmware_sim.lines.wire_log import Direction, WireEntry
from firmware_sim.settings import BadSettings, LineKind, PadDriver, load, parse, with_pad
from tests.firmware_sim.browser import Browser
from tests.firmware_sim.conftest import Serve
from tests.firmware_sim.feig_host import request
from tests.firmware_sim.llrp_host import Said, message, messages_of, report_spec, rospec, u16, u32
from tests.firmware_sim.served import Served
from tests.real_parts import PATIENCE_S, wait_until

CONFIG = Path(__file__).with_name("gates.toml")
HF_BOOK, UHF_BOOK = "35555000012345", "35555000012352"
UII = bytes.fromhex("141CFB2102DDDF7C4E00")
PEOPLE, RECORDS = bytes.fromhex("1E3200"), bytes.fromhex("1E2D00")


@pytest.fixture
def bench(serve: Serve) -> Iterator[Served]:
    served = serve(config=CONFIG)
    yield served
    assert served.end() == (0, "", "")


@contextmanager
def opened(address: object) -> Iterator[socket.socket]:
    host, port = str(address).removeprefix("tcp://").split(":")
    with socket.create_connection((host, int(port)), PATIENCE_S) as line:
        yield line


@contextmanager
def at_gate(served: Served, name: str) -> Iterator[socket.socket]:
    addresses = served.ready["gates"]
    assert isinstance(addresses, dict)
    with opened(addresses[name]) as line:
        yield line


def received(line: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = line.recv(count - len(data))
        assert piece, data.hex()
        data += piece
    return data


def asked(line: socket.socket, frame: bytes, count: int) -> bytes:
    line.sendall(frame)
    return received(line, count)


def a_message(line: socket.socket) -> Said:
    head = received(line, 10)
    return messages_of(head + received(line, int.from_bytes(head[2:6], "big") - 10))[0]


def inventories(line: socket.socket) -> None:
    """Connect to an LLRP reader and start its inventory, which tells PC and antenna."""
    assert a_message(line).event() == (256, b"\0\0")
    for frame in (message(20, rospec(report=report_spec(content=0x1000, pc=0x40))), message(24, u32(1))):
        line.sendall(frame)
        assert a_message(line).code == 0
    line.sendall(message(22, u32(1)))
    assert a_message(line).code == 0


def test_a_book_that_is_carried_past_a_pedestal_is_counted_and_noted(bench: Served) -> None:
    bench.post("/api/gate", gate="exit", books=[HF_BOOK, UHF_BOOK], direction=2)
    bench.post("/api/gate", gate="exit", books=[])
    with at_gate(bench, "exit") as line:
        assert asked(line, PEOPLE, 5).hex() == "1e32020002"
        assert asked(line, RECORDS, 6).hex() == "1e2d03000100"
    frames = bench.http.get("/api/wire?since=0").json()["frames"]
    assert [frame["note"] for frame in frames if frame["device"] == "exit"] == [
        "people",
        "people answered",
        "record count",
        "record count answered",
    ]


def test_a_feig_gate_is_read_from_its_buffer(bench: Served) -> None:
    bench.post("/api/gate", gate="stairs", books=[HF_BOOK])
    with at_gate(bench, "stairs") as line:
        line.sendall(request(0x22, "00FF"))
        assert bytes.fromhex("E004015012345678") in received(line, 27)
    frames = bench.http.get("/api/wire?since=0").json()["frames"]
    assert [frame["note"] for frame in frames] == ["read buffer", "read buffer: ok"]


def test_a_portal_tells_what_is_carried_through_it(bench: Served) -> None:
    with at_gate(bench, "portal") as line:
        inventories(line)
        bench.post("/api/gate", gate="portal", books=[UHF_BOOK, HF_BOOK], direction=1)
        tag = a_message(line).tags()[0]
        assert (tag[241], tag[12], tag[1]) == (u16(80) + UII, u16(0x2D07), u16(1))


def test_a_portal_turns_away_who_comes_second(bench: Served) -> None:
    with at_gate(bench, "portal") as line:
        assert a_message(line).event() == (256, u16(0))
        with at_gate(bench, "portal") as second:
            assert a_message(second).event() == (256, u16(2))
            assert second.recv(1) == b""
        assert a_message(line).event() == (256, u16(4))


def test_a_uhf_pad_hears_the_book_that_lies_on_it_and_not_one_that_is_carried_away(bench: Served) -> None:
    bench.post("/api/pad", put=[UHF_BOOK])
    devices = bench.ready["devices"]
    assert isinstance(devices, dict)
    with opened(devices["pad"]) as line:
        inventories(line)
        assert a_message(line).tags()[0][12] == u16(0x2D07)
        bench.post("/api/gate", gate="exit", books=[UHF_BOOK])
    assert bench.entries("items")[UHF_BOOK]["where"] == "shelf"
    assert bench.entries("items")[UHF_BOOK]["uhf"] == [
        {"pc": "2D07", "uii": UII.hex().upper(), "user": "0601" + "00" * 62, "tid": "E28011052000000000000001"}
    ]


def test_books_on_loan_say_so_in_their_pc_too(serve: Serve) -> None:
    served = serve("--on-loan", UHF_BOOK, config=CONFIG)
    tags = served.entries("items")[UHF_BOOK]["uhf"]
    assert isinstance(tags, list)
    assert [tag["pc"] for tag in tags] == ["2DC2"]


def test_a_gate_calls_the_host_that_the_configuration_names(serve: Serve, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as host:
        host.settimeout(PATIENCE_S)
        port = host.getsockname()[1]
        config = tmp_path / "calling.toml"
        calling = f'[[gate]]\nname = "door"\ndriver = "feig-notifying"\nport = {port}\n'
        config.write_text(CONFIG.read_text(encoding="utf-8") + calling, encoding="utf-8")
        served = serve(config=config)
        assert served.ready["gates"]["door"] == f"tcp://127.0.0.1:{port}"  # type: ignore[index]
        line, _ = host.accept()
        with line:
            line.settimeout(PATIENCE_S)
            served.post("/api/gate", gate="door", books=[HF_BOOK], direction=1)
            assert received(line, 23 + 27)[23 + 2] == 0x22
        assert served.end() == (0, "", "")


def test_gates_are_among_the_devices_with_their_faults(bench: Served) -> None:
    devices = bench.entries("devices")
    assert list(devices)[-3:] == bench.room()["gates"] == ["exit", "stairs", "portal"]
    assert devices["exit"]["faults"] == [fault.value for fault in GATE_FAULTS]
    assert "overflow" in GATE_FAULTS
    assert "wrong-baud" not in GATE_FAULTS
    bench.post("/api/faults", device="exit", fault="silent")
    assert bench.entries("devices")["exit"]["fault"] == "silent"


def test_an_unplugged_gate_refuses_and_comes_back_at_the_same_address(bench: Served) -> None:
    bench.post("/api/faults", device="exit", fault="unplug")
    with pytest.raises(ConnectionRefusedError), at_gate(bench, "exit"):
        raise AssertionError
    bench.post("/api/faults", device="exit", fault="none")
    with at_gate(bench, "exit") as line:
        assert asked(line, PEOPLE, 5).hex() == "1e32020000"


def test_what_cannot_be_carried_is_refused_with_what_can(bench: Served) -> None:
    assert bench.refused("/api/gate", gate="exi", books=[]) == (404, "gate: there is no gate 'exi'; try exit")
    assert bench.refused("/api/gate", gate="exit", books=["1"])[0] == 404
    assert bench.refused("/api/gate", gate="exit", books=[], direction=3) == (400, "direction: expected one of 1, 2")
    assert bench.refused("/api/faults", device="exit", fault="tired")[0] == 404
    with at_gate(bench, "exit") as line:
        assert asked(line, PEOPLE, 5).hex() == "1e32020000"


def test_a_technician_carries_a_book_through_on_the_page(bench: Served, tmp_path: Path) -> None:
    with Browser(tmp_path) as browser:
        browser.open(bench.url)
        browser.wait_until("document.querySelectorAll('#gates .gate').length === 3")
        book = browser.middle(f"#shelf [data-key='{HF_BOOK}']")
        browser.drag(book, browser.middle("[data-gate='exit'][data-direction='2']"))
        with at_gate(bench, "exit") as line:
            wait_until(lambda: asked(line, RECORDS, 6).hex() == "1e2d03000100")
        assert browser.complaints == []


def faults_of(text: str) -> list[str]:
    with pytest.raises(BadSettings) as refused:
        parse(tomllib.loads(text), "room.toml")
    return [fault.removeprefix("room.toml: ") for fault in refused.value.faults]


def test_what_a_gate_or_a_uhf_tag_cannot_be_is_told() -> None:
    assert faults_of(
        """
        [pad]
        driver = "llrp"
        line = "pty"
        [[gate]]
        name = "pad"
        port = 4001
        [[gate]]
        name = "door"
        driver = "feig-notifying"
        [[gate]]
        name = "door"
        driver = "3m"
        [[item]]
        number = "1"
        [[item.uhf]]
        uii = "141CFB"
        pc = 70000
        [[item.uhf]]
        """
    ) == [
        "pad.line: expected 'tcp' with driver 'llrp', found 'pty'",
        "item[0].uhf[0].uii: expected whole words, four hex digits each, found '141CFB'",
        "item[0].uhf[0].pc: expected a whole number from 0 to 65535, found 70000",
        "item[0].uhf[1].uii: expected at most 124 hex digits, found nothing",
        "gate[0].name: expected letters, digits and '-', and not pad, scanner, printer, cards, found 'pad'",
        "gate[0].port: expected only driver, name, profile, found 'port'",
        "gate[1].port: expected a whole number from 1 to 65535, found 0",
        "gate[2].driver: expected one of lsp2, feig-buffered, feig-notifying, llrp, found '3m'",
        "gate[2].name: expected a name that no other gate has (gate[1] has it, too), found 'door'",
    ]


def test_another_makers_pad_has_the_line_that_it_can_have() -> None:
    settings = load(CONFIG)
    assert (settings.pad.line, with_pad(settings, PadDriver.FEIG).pad.line) == (LineKind.TCP, LineKind.PTY)
    assert with_pad(parse({}, "room.toml"), PadDriver.LLRP).pad.line is LineKind.TCP


@pytest.mark.parametrize(
    ("protocol", "data", "said"),
    [
        ("llrp", "043E0000000A00000005", "keepalive"),
        ("llrp", "041E000000120000000A011F000800000000", "add rospec response"),
        ("llrp", "052C0000000D00000009010203", "message 300"),
        ("llrp", "043E", "not a frame"),
        ("lsp2", "1E9900", "command 99"),
        ("lsp2", "00FF1E", "not a frame"),
        ("feig", "05FF32DFED", "clear"),
    ],
)
def test_what_gates_and_their_hosts_say_is_told_beside_the_bytes(protocol: str, data: str, said: str) -> None:
    entry = WireEntry(1, 0.0, "exit", Direction.FROM_HOST, bytes.fromhex(data))
    assert note(protocol, entry) == said
