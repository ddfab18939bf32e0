"""A bench whose scanner is an engine with a trigger, or a keyboard: hosts on its line, faults, notes."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
import serial

from firmware_sim.bench.wire_notes import NOTES, note
from firmware_sim.clock import BenchClock
from firmware_sim.faults.words import KEYBOARD_FAULTS
from firmware_sim.lines.wire_log import Direction, WireEntry
from firmware_sim.quirks import USUAL
from firmware_sim.scanners import SCANNERS, kind_of_scanner
from firmware_sim.settings import ScannerDriver, parse
from tests.firmware_sim.conftest import Serve
from tests.firmware_sim.served import Served
from tests.real_parts import PATIENCE_S


def vectors(protocol: str) -> dict[str, bytes]:
    exchanges = tomllib.loads(Path(f"tests/vectors/{protocol}.toml").read_text(encoding="utf-8"))["exchange"]
    return {exchange["name"]: bytes.fromhex(exchange["hex"]) for exchange in exchanges}


ENGINES = vectors("scan_engine")
ACK = ENGINES["SSI scanner ACK"]


def a_bench(serve: Serve, folder: Path, driver: str) -> Served:
    config = folder / "scanner.toml"
    config.write_text(f'[scanner]\ndriver = "{driver}"\n', encoding="utf-8")
    return serve(config=config)


@pytest.mark.parametrize(
    ("driver", "trigger", "answer"),
    [
        ("honeywell", ENGINES["Honeywell trigger on"], b""),
        ("gm65", ENGINES["GM65 class trigger"], ENGINES["GM65 class answer"]),
        ("zebra", ENGINES["SSI start session"], ACK),
    ],
)
def test_a_fired_code_waits_for_the_trigger(
    serve: Serve, tmp_path: Path, driver: str, trigger: bytes, answer: bytes
) -> None:
    served = a_bench(serve, tmp_path, driver)
    with served.scanner() as port:
        served.post("/api/scanner", fire="P001", aim="]C0")
        port.write(trigger)
        expected = answer + b"]C0P001\r"
        assert port.read(len(expected)) == expected
    assert served.entries("devices")["scanner"]["protocol"] == "scan_engine"
    status, error = served.refused("/api/scanner", fire="P001", aim="]Z9")
    assert (status, error.split(";")[0]) == (400, "scanner: an engine knows no AIM identifier ']Z9'")
    assert served.end() == (0, "", "")


def test_an_ssi_engine_repeats_what_it_hears_no_ack_for(serve: Serve, tmp_path: Path) -> None:
    served = a_bench(serve, tmp_path, "ssi")
    served.post("/api/faults", device="scanner", fault="no-ack-heard")
    code = ENGINES["SSI decode data, Code 128"]
    with served.scanner() as port:
        served.post("/api/scanner", fire="BK-0012345")
        port.write(ENGINES["SSI start session"])
        assert port.read(len(ACK + code)) == ACK + code
        port.write(ENGINES["SSI host ACK"])
        again = port.read(len(code))
        assert again[:3] + b"\0" + again[4:-2] == code[:-2]
        assert again[3] == 1
        served.post("/api/faults", device="scanner", fault="none")
        port.write(ENGINES["SSI host ACK"])
    notes = [frame["note"] for frame in served.http.get("/api/wire?since=0").json()["frames"]]
    assert notes == ["start session", "ack", "decode data", "ack", "decode data"] + notes[5:]
    assert notes[5:] in ([], ["ack"])
    assert served.refused("/api/faults", device="scanner", fault="deaf")[0] == 404
    assert served.end() == (0, "", "")


def test_a_keyboard_scanner_types_into_whatever_stands_for_the_kernels_device(serve: Serve, tmp_path: Path) -> None:
    served = a_bench(serve, tmp_path, "evdev")
    expected = [record[16:] for record in _records(vectors("evdev")["P001"])]
    descriptor = os.open(served.folder / "scanner", os.O_RDONLY | os.O_NOCTTY)
    try:
        served.post("/api/scanner", fire="P001")
        typed = b""
        while len(typed) < len(expected) // 2 * 72:
            typed += os.read(descriptor, 72)
    finally:
        os.close(descriptor)
    assert [record[16:] for record in _records(typed) if record[16:18] != b"\x04\x00"] == expected
    device = served.entries("devices")["scanner"]
    assert (device["protocol"], device["faults"]) == ("evdev", [fault.value for fault in KEYBOARD_FAULTS])
    notes = "".join(frame["note"] for frame in served.http.get("/api/wire?since=0").json()["frames"])
    assert notes == "shiftp001enter"
    assert served.end() == (0, "", "")


def test_an_engine_is_gone_when_it_is_unplugged_and_back_afterwards(serve: Serve, tmp_path: Path) -> None:
    served = a_bench(serve, tmp_path, "newland")
    served.post("/api/faults", device="scanner", fault="unplug")
    assert served.refused("/api/scanner", fire="1")[0] == 409
    served.post("/api/faults", device="scanner", fault="none")
    with serial.Serial(str(served.folder / "scanner"), 9600, timeout=PATIENCE_S) as port:
        served.post("/api/scanner", fire_hex="310D")
        assert port.read(2) == b"1\r"


@pytest.mark.parametrize("driver", list(ScannerDriver))
def test_each_driver_has_a_kind_with_notes_and_makes_a_scanner(driver: ScannerDriver) -> None:
    settings = parse({"scanner": {"driver": driver.value, "baud": 115_200}}, "room.toml").scanner
    kind = kind_of_scanner(driver)
    assert (settings.driver, settings.baud) == (driver, 115_200)
    assert kind.protocol in NOTES
    reader = SCANNERS[driver].make(0.0, BenchClock(), 0, USUAL)
    reader.fire_bytes(b"7\r")
    assert reader.take_outgoing() == b"7\r"


@pytest.mark.parametrize(
    ("protocol", "name", "direction", "said"),
    [
        ("scan_engine", "Honeywell trigger off", Direction.FROM_HOST, "trigger off"),
        ("scan_engine", "Newland trigger on", Direction.FROM_HOST, "#SCNTRG1"),
        ("scan_engine", "GM65 class answer", Direction.FROM_DEVICE, "taken"),
        ("scan_engine", "SSI scanner NAK, bad checksum", Direction.FROM_DEVICE, "nak"),
        ("evdev", "lib-42", Direction.FROM_DEVICE, "l i b - 4 2 enter"),
    ],
)
def test_notes_name_what_passes(protocol: str, name: str, direction: Direction, said: str) -> None:
    assert note(protocol, WireEntry(1, 0.0, "scanner", direction, vectors(protocol)[name])) == said


def _records(data: bytes) -> list[bytes]:
    return [data[place : place + 24] for place in range(0, len(data), 24)]
