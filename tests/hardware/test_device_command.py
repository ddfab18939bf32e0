"""`kiosk device …` with a simulated reader on a line: what a technician types and reads."""

from __future__ import annotations

import json
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.described import Direction
from drivers.protocols import describer
from firmware_sim.devices.feig import PSST_S, FeigReader
from firmware_sim.lines.pace import Frame, byte_time_s
from firmware_sim.room.room import Book, Room
from firmware_sim.room.tag import Tag
from kiosk.commands import main
from kiosk.hardware.gates import GateDriver, GateSettings
from kiosk.hardware.opening import Kind, from_file
from kiosk.settings.convert import SettingsRefused
from tests.hardware.lines import on_a_pty

BOOK = "110620564B254E3A0201A003091B81E440300AC1A699650110"
UNFIT = (
    ("write",),
    ("write", "--afi", "C2C2"),
    ("write", "--data", "AABB"),
    ("write", "--afi", "zz"),
    ("write", "--afi", "C2", "--uid", "XY"),
    ("dump", "--out", "/dev/null/nowhere"),
)
PATRON = "1108 3230323330303031 650181"
"""A patron's number, and type of usage 81: an adult's card."""


class Desk:
    """A reader on a line, and the command."""

    def __init__(self, port: Path, room: Room, output: pytest.CaptureFixture[str]) -> None:
        self.room = room
        self._device = ("--driver", "feig", "--port", str(port))
        self._output = output

    def types(self, *words: str) -> tuple[int, str]:
        code = main(["device", words[0], "pad", *self._device, *words[1:]])
        return code, self._output.readouterr().out

    def told(self, *words: str) -> list[dict[str, Any]]:
        code, text = self.types(*words, "--json")
        assert code == 0, text
        return [json.loads(line) for line in text.splitlines()]


def a_book(name: str, uid: str, memory: str) -> Book:
    blocks = bytearray(bytes.fromhex(memory).ljust(112, b"\0"))
    return Book(name, name, name, (Tag(bytes.fromhex(uid), 0x07, 0x06, 4, 28, blocks),))


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    books = [
        a_book("le-zahir", "E004010012345678", BOOK),
        a_book("other", "E0040100AABBCCDD", BOOK),
        a_book("card", "E004010000C0FFEE", PATRON),
    ]
    reader = FeigReader(room := Room(books, []), byte_s=byte_time_s(38_400, Frame.EIGHT_EVEN_ONE), turnaround_s=PSST_S)
    with on_a_pty(reader, tmp_path / "pad", 38_400, Frame.EIGHT_EVEN_ONE, threading.Lock()):
        room.put_on_pad(["le-zahir"])
        yield Desk(tmp_path / "pad", room, capsys)


def test_what_lies_there_is_read_once(desk: Desk) -> None:
    (tag,) = desk.told("read")
    assert (tag["event"], tag["uid"], tag["afi"]) == ("TagRead", "E004010012345678", 0x07)
    assert tag["elements"]["primary_item_identifier"] == "35555000012346"
    assert tag["findings"] == []


def test_a_table_is_shown_to_eyes(desk: Desk) -> None:
    code, text = desk.types("read")
    assert code == 0
    assert "FEIG CPR.M02" in text
    assert "35555000012346" in text


def test_a_tag_is_opened_and_secured_again_and_read_back(desk: Desk) -> None:
    for afi in ("C2", "07"):
        (done,) = desk.told("write", "--afi", afi)
        assert (done["event"], done["afi"]) == ("WriteDone", int(afi, 16))
        assert desk.room.books[0].tags[0].afi == int(afi, 16)


def test_memory_is_written_and_read_back(desk: Desk) -> None:
    (done,) = desk.told("write", "--data", "AABBCCDD 00112233", "--first-block", "20")
    assert done["event"] == "DataWritten"
    assert desk.room.books[0].tags[0].memory[80:88] == bytes.fromhex("AABBCCDD00112233")


def test_a_locked_tag_is_never_told_as_written(desk: Desk) -> None:
    desk.room.books[0].tags[0].afi_locked = True
    code, text = desk.types("write", "--afi", "C2")
    assert code == 1
    assert "not written (locked); it holds 07" in text


def test_of_two_tags_none_is_written_unasked(desk: Desk) -> None:
    desk.room.put_on_pad(["other"])
    code, _ = desk.types("write", "--afi", "C2")
    assert code == 2
    assert [book.tags[0].afi for book in desk.room.books[:2]] == [0x07, 0x07]


def test_a_recording_is_a_vector_file_without_any_patron(desk: Desk, tmp_path: Path) -> None:
    desk.room.put_on_pad(["card"])
    out = tmp_path / "capture.toml"
    code, _ = desk.types("dump", "--seconds", "2", "--out", str(out))
    assert code == 0
    recorded = tomllib.loads(out.read_text())["exchange"]
    assert {"inventory", "get-system-information", "read-multiple-blocks"} <= {each["message"] for each in recorded}
    for each in recorded:
        (described,) = describer("feig")(bytes.fromhex(each["hex"]), Direction(each["direction"]))
        assert (described.message, described.fields, described.findings) == (each["message"], each["fields"], [])
    text = out.read_text()
    for secret in (b"20230001", bytes.fromhex("0012345678"), bytes.fromhex("0000C0FFEE")):
        assert secret.hex().upper() not in text
        assert secret[::-1].hex().upper() not in text


def test_words_that_fit_nothing_are_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    for words in UNFIT:
        code, text = desk.types(*words)
        assert (code, text) == (2, ""), words
    assert main(["device", "read", "pad", "--driver", "feg", "--port", "/dev/null"]) == 2
    assert 'expected "feig"' in capsys.readouterr().err


def test_a_pad_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["device", "read", "pad", "--driver", "feig", "--port", str(tmp_path / "no"), "--seconds", "0.5"])
    assert code == 1
    assert "port-gone" in capsys.readouterr().out


def test_nothing_is_written_to_a_pad_that_is_not_there_and_the_fault_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = str(tmp_path / "no")
    code = main(["device", "write", "pad", "--driver", "feig", "--port", port, "--afi", "C2", "--seconds", "0.5"])
    assert code == 1
    told = capsys.readouterr().err
    assert "nothing was written: port-gone" in told
    assert f"kiosk device probe {port}" in told


def test_a_printer_that_is_not_there_is_no_printer_that_is_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for verb in ("read", "watch"):
        assert main(["device", verb, "printer", "--port", str(tmp_path / "no"), "--seconds", "0.5"]) == 1
        assert "closed" not in capsys.readouterr().out


def test_words_go_over_the_settings_of_a_gate(tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text('[[gates]]\ndriver = "llrp"\nport = "tcp://10.0.0.8:5084"\nantennas = [1, 2]\n')
    gate = from_file(Kind.GATE, tmp_path, {"number": "1", "port": "tcp://10.0.0.9:5084"})
    assert gate == GateSettings(GateDriver.LLRP, "tcp://10.0.0.9:5084", antennas=(1, 2))
    with pytest.raises(SettingsRefused, match="prot"):
        from_file(Kind.GATE, tmp_path, {"prot": "tcp://10.0.0.9:5084"})


@pytest.mark.parametrize("seconds", ["inf", "nan", "-1", "0", "soon", "1e9"])
def test_a_time_that_is_none_is_refused(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["device", "watch", "scanner", "--port", "/dev/null", f"--seconds={seconds}"])
    assert ended.value.code == 2
    assert "argument --seconds: expected a number of seconds" in capsys.readouterr().err


def test_a_recording_of_nothing_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = str(tmp_path / "no")
    assert main(["device", "dump", "scanner", "--port", port, "--seconds", "0.5"]) == 1
    assert "nothing went over the wire: port-gone" in capsys.readouterr().err
