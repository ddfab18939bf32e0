"""A bench whose pad is another maker's: real hosts on its line, faults, and what the wire's notes say."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import serial
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.bench.wire_notes import LONGEST_NOTE, NOTES, note
from firmware_sim.lines.wire_log import Direction, WireEntry
from tests.firmware_sim.conftest import Serve
from tests.firmware_sim.served import Served
from tests.real_parts import PATIENCE_S

BOOK = """
[[item]]
number = "35555000012345"
[[item.tag]]
uid = "E007000001234567"
afi = 0xDA
"""


def hex_of(protocol: str, name: str) -> bytes:
    vectors = tomllib.loads(Path(f"tests/vectors/{protocol}.toml").read_text(encoding="utf-8"))["exchange"]
    return next(bytes.fromhex(vector["hex"]) for vector in vectors if vector["name"] == name)


def a_bench(serve: Serve, folder: Path, driver: str, more: str = "") -> Served:
    config = folder / "pad.toml"
    config.write_text(f'[pad]\ndriver = "{driver}"\n{more}{BOOK}', encoding="utf-8")
    return serve("--on-pad", "35555000012345", config=config)


def asked(served: Served, baud: int, frame: bytes, length: int) -> bytes:
    with serial.Serial(str(served.folder / "pad"), baud, timeout=PATIENCE_S) as port:
        port.write(frame)
        answer: bytes = port.read(length)
    return answer


def notes(served: Served) -> list[str]:
    frames = served.http.get("/api/wire?since=0").json()["frames"]
    return [frame["note"] for frame in frames if frame["direction"] == "host-to-device"]


def test_a_3m_210_answers_at_19200(serve: Serve, tmp_path: Path) -> None:
    served = a_bench(serve, tmp_path, "m3_210")
    answered = hex_of("m3_210", "AFI DA")
    assert asked(served, 19_200, hex_of("m3_210", "get AFI"), len(answered)) == answered
    assert served.entries("devices")["pad"]["protocol"] == "m3_210"
    assert notes(served) == ["get afi · tag …234567"]
    assert served.end() == (0, "", "")


def test_an_rl866_answers_at_38400(serve: Serve, tmp_path: Path) -> None:
    served = a_bench(serve, tmp_path, "rl866")
    answered = hex_of("rl866", "resync answered")
    assert asked(served, 38_400, hex_of("rl866", "resync"), len(answered)) == answered
    assert served.entries("devices")["pad"]["what"] == "RL866 / M201 reader with a pad"
    assert notes(served) == ["resync"]
    assert served.end() == (0, "", "")


def test_the_configuration_may_name_another_speed(serve: Serve, tmp_path: Path) -> None:
    served = a_bench(serve, tmp_path, "m3_210", "baud = 9600\n")
    answered = hex_of("m3_210", "AFI DA")
    assert asked(served, 9600, hex_of("m3_210", "get AFI"), len(answered)) == answered


def test_faults_of_pads_reach_any_reader(serve: Serve, tmp_path: Path) -> None:
    served = a_bench(serve, tmp_path, "rl866")
    served.post("/api/faults", device="pad", fault="bad-crc")
    answered = hex_of("rl866", "resync answered")
    spoilt = asked(served, 38_400, hex_of("rl866", "resync"), len(answered))
    assert (spoilt[:-1], spoilt == answered) == (answered[:-1], False)
    served.post("/api/faults", device="pad", fault="unplug")
    assert not (served.folder / "pad").is_symlink()
    served.post("/api/faults", device="pad", fault="none")
    assert asked(served, 38_400, hex_of("rl866", "resync"), len(answered)) == answered


@pytest.mark.parametrize(
    ("protocol", "name", "told"),
    [
        ("m3_210", "probe of an 810, captured", "probe"),
        ("m3_210", "probe answered, captured", "probe answered"),
        ("m3_210", "inventory", "inventory"),
        ("m3_210", "write AFI D7", "write afi := D7 · tag …234567"),
        ("m3_210", "AFI written", "ok"),
        ("m3_210", "AFI locked", "locked"),
        ("m3_210", "error the specification does not list", "error 77"),
        ("rl866", "resync answered", "resync answered"),
        ("rl866", "inventory", "inventory"),
        ("rl866", "write AFI C2", "write afi · handle 1"),
        ("rl866", "AFI written", "ok"),
        ("rl866", "inventory failed: time-out", "status 004"),
        ("rl866", "cut short", "ok"),
        ("pcsc", "UID", "uid question"),
        ("pcsc", "read block 4", "read binary"),
        ("pcsc", "done", "status word 9000"),
        ("pcsc", "session: get system information, captured", "session: system information"),
        ("pcsc", "session: 64 01 although the tag was written, captured", "status word 6401"),
        ("pcsc", "session: block 0, captured", "status word 9000"),
        ("pcsc", "Lc larger than the data", "not a frame"),
        ("feig", "AFI on loan", "write afi := C2 · tag …345678"),
    ],
)
def test_a_note_says_what_a_frame_means(protocol: str, name: str, told: str) -> None:
    vectors = tomllib.loads(Path(f"tests/vectors/{protocol}.toml").read_text(encoding="utf-8"))["exchange"]
    vector = next(vector for vector in vectors if vector["name"] == name)
    entry = WireEntry(1, 0.0, "pad", Direction(vector["direction"]), bytes.fromhex(vector["hex"]))
    assert note(protocol, entry) == told


@given(st.sampled_from([*NOTES, "lsp2"]), st.sampled_from(list(Direction)), st.binary(min_size=1, max_size=80))
def test_a_note_is_short_whatever_passes_on_the_wire(protocol: str, direction: Direction, data: bytes) -> None:
    assert len(note(protocol, WireEntry(1, 0.0, "pad", direction, data))) <= LONGEST_NOTE


def test_a_pad_behind_pcsc_has_no_line_but_a_reader_of_its_own(serve: Serve, tmp_path: Path) -> None:
    served = a_bench(serve, tmp_path, "pcsc")
    devices = served.ready["devices"]
    assert isinstance(devices, dict)
    assert devices["pad"] == "Kiosk pad reader"
    assert not (served.folder / "pad").exists()
    pad = served.entries("devices")["pad"]
    assert (pad["protocol"], pad["address"]) == ("pcsc", "Kiosk pad reader")
    if served.ready["cards"] == "scanner":
        assert (pad["open"], pad["faults"]) == (False, ["none"])
        assert served.refused("/api/faults", device="pad", fault="slow")[0] == 409
        return
    assert (pad["open"], pad["faults"]) == (
        True,
        ["none", "noise", "lose-write-answer", "tear-write", "slow", "unplug"],
    )
    served.post("/api/pad", take=["35555000012345"])
    served.post("/api/faults", device="pad", fault="unplug")
    served.post("/api/pad", put=["35555000012345"])
    served.post("/api/faults", device="pad", fault="none")
    assert served.entries("items")["35555000012345"]["where"] == "pad"
    status, error = served.refused("/api/faults", device="pad", fault="bad-crc")
    assert (status, error.split(";")[0]) == (404, "fault: there is no pad fault 'bad-crc'")
    assert served.end() == (0, "", "")


def test_another_makers_pad_can_be_asked_for_on_the_command_line(serve: Serve, tmp_path: Path) -> None:
    config = tmp_path / "feig.toml"
    config.write_text(BOOK, encoding="utf-8")
    served = serve("--pad", "m3_210", config=config)
    answered = hex_of("m3_210", "inventory, nobody")
    assert asked(served, 19_200, hex_of("m3_210", "inventory"), len(answered)) == answered
    assert served.end() == (0, "", "")
