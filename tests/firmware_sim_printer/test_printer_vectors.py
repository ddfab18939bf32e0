"""The public vectors: each command is understood, each status byte comes from a printer in that state."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import cast

import pytest

from firmware_sim.devices.printer_commands import (
    AutomaticStatus,
    ChineseMode,
    Code128,
    Command,
    Cut,
    Identify,
    Initialise,
    LineFeed,
    QrLevel,
    QrModel,
    QrPrint,
    QrSize,
    QrStore,
    RasterRow,
    RasterStart,
    Recover,
    StatusQuestion,
    Text,
)
from firmware_sim.devices.printer_parser import Parser
from firmware_sim.devices.printer_status import Condition, automatic, real_time
from tests.firmware_sim_printer.conftest import Desk

Vector = dict[str, object]
VECTORS = cast(
    "list[Vector]", tomllib.loads((Path(__file__).parents[1] / "vectors" / "escpos.toml").read_text())["exchange"]
)
TO_PRINTER = [vector for vector in VECTORS if vector["direction"] == "host-to-device"]


def told(commands: list[Command]) -> tuple[str, Vector]:
    """What the commands are in the words of the vectors."""
    match commands:
        case [Initialise()]:
            return "initialise", {}
        case [RasterStart(mode, width_bytes, height), *rows]:
            data = b"".join(row.data for row in rows if isinstance(row, RasterRow)).hex().upper()
            return "raster", {"mode": mode, "width_bytes": width_bytes, "height": height, "data": data}
        case [Cut(mode, None)]:
            return "cut", {"mode": mode.value}
        case [Cut(mode, feed)]:
            return "cut", {"mode": mode.value, "feed": feed}
        case [ChineseMode(on)]:
            return "chinese-mode", {"on": on}
        case [Text(data), LineFeed()]:
            line = data + b"\n"
            return "text", {"data": line.hex().upper(), "gb18030": line.decode("gb18030")}
        case [QrStore(data)]:
            return "qr-store", {"data": data.decode()}
        case [QrModel(model)]:
            return "qr-model", {"model": model}
        case [QrSize(size)]:
            return "qr-size", {"size": size}
        case [QrLevel(level)]:
            return "qr-level", {"level": level}
        case [QrPrint()]:
            return "qr-print", {}
        case [Code128(data)]:
            return "barcode", {"system": "code128", "data": data.decode()}
        case [StatusQuestion(number)]:
            return "status-request", {"n": number}
        case [Recover(how)]:
            return "recover", {"n": how.value}
        case [AutomaticStatus(mask)]:
            return "automatic-status-request", {"mask": mask}
        case [Identify(number)]:
            return "identify-request", {"n": number}
        case _:
            return "unknown", {}


@pytest.mark.parametrize("vector", TO_PRINTER, ids=lambda vector: str(vector["name"]))
def test_a_command_is_understood(vector: Vector) -> None:
    data = bytes.fromhex(str(vector["hex"]))
    at_once = [parsed.command for parsed in Parser().take(data)]
    ear = Parser()
    byte_by_byte = [parsed.command for byte in data for parsed in ear.take(bytes((byte,)))]
    message, fields = vector["message"], dict(cast("Vector", vector["fields"]))
    if vector["findings"]:
        # Cut short: the rows that are whole are printed, the rest is waited for.
        assert told(at_once) == (message, fields | {"data": "FFFF"})
        assert ear.held == 1
        return
    assert told(at_once) == (message, fields)
    if message != "text":
        assert byte_by_byte == at_once


def test_the_vectors_were_all_there() -> None:
    assert len(TO_PRINTER) == 22


@pytest.mark.parametrize(
    ("name", "number", "condition"),
    [
        ("all well", 1, Condition()),
        ("off line", 1, Condition(cover_open=True)),
        ("nothing stops it", 2, Condition(paper_near_end=True)),
        ("cover open", 2, Condition(cover_open=True)),
        ("stopped: paper end", 2, Condition(paper_end=True)),
        ("an error", 2, Condition(cutter_error=True)),
        ("no error", 3, Condition(cover_open=True, paper_end=True)),
        ("cutter jam", 3, Condition(cutter_error=True)),
        ("paper enough", 4, Condition(cover_open=True)),
        ("paper near its end", 4, Condition(paper_near_end=True)),
        ("paper out", 4, Condition(paper_near_end=True, paper_end=True)),
    ],
)
def test_a_status_byte_tells_the_state(name: str, number: int, condition: Condition) -> None:
    assert real_time(number, condition) == of_vector(name)


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        ("automatic status, all well", Condition()),
        ("automatic status, cover open and off line", Condition(cover_open=True)),
        ("automatic status, paper near end", Condition(paper_near_end=True)),
        ("automatic status, paper end", Condition(paper_near_end=True, paper_end=True)),
        ("automatic status, cutter", Condition(cutter_error=True)),
    ],
)
def test_four_bytes_tell_the_state_unasked(name: str, condition: Condition) -> None:
    assert automatic(condition) == of_vector(name)


def test_a_printer_that_waits_for_recovery_says_so() -> None:
    assert real_time(1, Condition(cutter_error=True, waits_for_recovery=True)) == b"\x3a"


def test_it_tells_its_name_as_text_between_an_underscore_and_a_nul(desk: Desk) -> None:
    assert desk.sends(b"\x1dIC") == b"_KS-80\0"
    assert desk.sends(b"\x1dIB") == b"_KIOSK-SIM\0"
    assert desk.sends(b"\x1dI\x02") == b"\x02"


def of_vector(name: str) -> bytes:
    return next(bytes.fromhex(str(vector["hex"])) for vector in VECTORS if vector["name"] == name)
