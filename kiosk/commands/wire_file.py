"""Files of exchanges on a wire: test vectors, recordings of devices, downloads from the technician's bench."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from drivers.described import Described, Direction
from drivers.protocols import UnknownProtocol
from kiosk.commands.hex_text import BadInput
from kiosk.commands.wire_protocols import describer

LARGEST_FILE = 16_777_216


@dataclass(frozen=True, slots=True)
class Exchange:
    """One of them. `described` is empty where nobody here knows the protocol."""

    name: str
    device: str
    protocol: str
    direction: Direction
    data: bytes
    described: tuple[Described, ...]


def exchanges_of(path: Path) -> list[Exchange]:
    """All of a file's, in their order; raises `BadInput`. A protocol that stands nowhere is the file's name."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadInput(f"{path}: expected at most {LARGEST_FILE} bytes")
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as trouble:
        raise BadInput(f"{path}: expected a file that can be read: {trouble.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path}: expected UTF-8 text") from None
    except tomllib.TOMLDecodeError as trouble:
        raise BadInput(f"{path}: expected TOML: {trouble}") from None
    tables = content.get("exchange")
    if not isinstance(tables, list) or not tables:
        raise BadInput(f"{path}: exchange: expected tables [[exchange]] with direction and hex, found none")
    return list(_exchanges(path, str(content.get("protocol", path.stem)), tables))


def _exchanges(path: Path, usual: str, tables: list[object]) -> Iterator[Exchange]:
    for number, table in enumerate(tables, start=1):
        where = f"{path}: exchange.{number}"
        if not isinstance(table, dict):
            raise BadInput(f"{where}: expected a table")
        try:
            direction, data = Direction(table.get("direction")), bytes.fromhex(str(table.get("hex", "")))
        except ValueError:
            words = " or ".join(f'"{one.value}"' for one in Direction)
            raise BadInput(f"{where}: expected direction = {words} and hex = pairs of hex digits") from None
        protocol = str(table.get("protocol", usual))
        yield Exchange(
            str(table.get("name", "")),
            str(table.get("device", "")),
            protocol,
            direction,
            data,
            _described(protocol, data, direction),
        )


def _described(protocol: str, data: bytes, direction: Direction) -> tuple[Described, ...]:
    try:
        return tuple(describer(protocol)(data, direction)) if data else ()
    except UnknownProtocol:
        return ()
