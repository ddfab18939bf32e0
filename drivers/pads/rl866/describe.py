"""RL866 / M201 class frames in words, for `kiosk wire decode rl866`. Numbers are low byte first.

Source: github Hypernova-Oy/lainuri, programs/lainuri-serve/lainuri/RL866/*.py, and the captured frames of its tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from fastcrc import crc16

from drivers.described import Described, Direction, FieldValue
from drivers.frames import LENGTH_INVALID, Framing

_SOF = 0xFA
_HEAD, _CRC, _LEAST_LENGTH = 4, 2, 5
_ANY_READER = 0xFF
_RESYNC, _RESYNC_ANSWER = 0xC0, 0xE0


class _Command(IntEnum):
    """First byte of INF; the name with a hyphen is the message's."""

    READ_CONFIG = 0x01
    INVENTORY = 0x31
    CONNECT = 0x32
    DISCONNECT = 0x33
    TAG_ACCESS = 0x34


_NAMES = {command.value: command.name.lower().replace("_", "-") for command in _Command}
_ROM = 0x80
_UID_SIZE = 8
_HAS_ANTENNA, _HAS_PROTOCOL, _HAS_TAG_TYPE, _HAS_SERIAL = 0x01, 0x02, 0x04, 0x08
_LISTS_FOLLOW = 0x03
"""Flags of an inventory: antennas and protocols follow."""
_CONFIGURATION_BYTES, _CODE_BYTES = 14, 2
_NOT_DRIVEN = 0x90
"""Memory data and embedded records: their layout is not public."""
_RECORD_TRUNCATED = "record-truncated"

Fields = dict[str, FieldValue]


@dataclass(slots=True)
class _Bytes:
    """The parameters that are left to read."""

    left: bytes
    short: bool = False

    def take(self, size: int) -> bytes:
        if len(self.left) < size:
            self.short = True
        taken, self.left = self.left[:size], self.left[size:]
        return taken

    def number(self, size: int = 1) -> int:
        return int.from_bytes(self.take(size), "little")

    def read(self, fields: Fields, *names: str, size: int = 1) -> None:
        """Numbers into `fields`, as far as the bytes go."""
        for name in names:
            number = self.number(size)
            if self.short:
                return
            fields[name] = number

    def hex(self) -> str:
        return self.take(len(self.left)).hex().upper()


def _size(data: bytes) -> int | None:
    if len(data) < 2:
        return None
    return 0 if data[1] < _LEAST_LENGTH else data[1] + 1


def _checked(frame: bytes) -> bool:
    return crc16.mcrf4xx(frame[1:-_CRC]) == int.from_bytes(frame[-_CRC:], "little")


_FRAMING = Framing(lambda data: data[0] == _SOF, _size, _checked)


def describe(data: bytes, direction: Direction | None) -> list[Described]:
    """Each frame of a piece. Without a direction, address 255 tells a request."""
    described: list[Described] = []
    for piece in _FRAMING.cut(data):
        if not piece.whole:
            described.append(Described("incomplete", {}, list(piece.findings)))
            continue
        one = _describe_frame(piece.frame, direction)
        checks = [] if _checked(piece.frame) else ["crc-mismatch"]
        described.append(Described(one.message, one.fields, [*piece.findings, *checks, *one.findings]))
    return described


def _describe_frame(frame: bytes, direction: Direction | None) -> Described:
    address, pcb, content = frame[2], frame[3], frame[_HEAD:-_CRC]
    fields: Fields = {"address": address}
    if pcb in (_RESYNC, _RESYNC_ANSWER):
        return Described("resync", fields, [LENGTH_INVALID] if content else [])
    fields["sequence"] = pcb >> 6 & 1
    if not content:
        return Described("incomplete", {}, [LENGTH_INVALID])
    command, left = content[0], _Bytes(content[1:])
    if direction is None:
        direction = Direction.HOST_TO_DEVICE if address == _ANY_READER else Direction.DEVICE_TO_HOST
    if direction is Direction.HOST_TO_DEVICE:
        findings = _read_request(command, left, fields)
    else:
        findings = _read_answer(command, left, fields)
    if command not in _NAMES:
        return Described(f"unknown-{command:02X}", fields, ["unknown-command", *findings])
    if left.left:
        fields["data"] = left.hex()
        left.short |= not _may_go_on(command, fields)
    return Described(_NAMES[command], fields, findings + ([LENGTH_INVALID] if left.short else []))


def _may_go_on(command: int, fields: Fields) -> bool:
    """Whether more may follow what is known: antennas and protocols of an inventory, or what a failed command adds."""
    flags = fields.get("flags", 0)
    announced = command == _Command.INVENTORY and isinstance(flags, int) and bool(flags & _LISTS_FOLLOW)
    return announced or bool(fields.get("status"))


def _read_request(command: int, left: _Bytes, fields: Fields) -> list[str]:
    match command:
        case _Command.READ_CONFIG:
            if left.left:
                block = left.number()
                fields |= {"block": block & ~_ROM, "rom": bool(block & _ROM)}
            left.read(fields, "blocks")
        case _Command.INVENTORY:
            left.read(fields, "flags")
        case _Command.CONNECT:
            left.read(fields, "antenna", "protocol", "tag_type")
            target = _Bytes(left.take(left.number()))
            target.read(fields, "mode")
            if len(target.left) == _UID_SIZE:
                fields["uid"] = target.left[::-1].hex().upper()
            left.short |= target.short or len(target.left) not in (0, _UID_SIZE)
        case _Command.DISCONNECT:
            left.read(fields, "handle")
        case _Command.TAG_ACCESS:
            left.read(fields, "handle")
            fields["operations"] = [_operation(each) for each in _counted(left)]
        case _:
            fields["data"] = left.hex()
    return []


def _operation(content: bytes) -> FieldValue:
    return {"code": int.from_bytes(content[:2], "little"), "data": content[2:].hex().upper()}


def _counted(left: _Bytes) -> list[bytes]:
    """Records that begin with the number of bytes that follow."""
    records: list[bytes] = []
    while left.left and not left.short:
        record = left.take(left.number())
        left.short |= len(record) < _CODE_BYTES
        if not left.short:
            records.append(record)
    return records


def _read_answer(command: int, left: _Bytes, fields: Fields) -> list[str]:
    left.read(fields, "status", size=2)
    if left.short:
        return []
    if fields.get("status"):
        return ["status-error"]
    match command:
        case _Command.READ_CONFIG:
            if left.left:
                blocks = left.number()
                fields |= {"blocks": blocks, "data": left.left.hex().upper()}
                left.short = len(left.take(len(left.left))) != blocks * _CONFIGURATION_BYTES
            else:
                left.short = True
        case _Command.INVENTORY:
            left.read(fields, "stop")
            left.read(fields, "total", size=2)
            return _read_tags(left, left.number(), fields)
        case _Command.CONNECT:
            left.read(fields, "handle")
        case _Command.DISCONNECT:
            pass
        case _Command.TAG_ACCESS:
            return _read_results(left, fields)
        case _:
            fields["data"] = left.hex()
    return []


def _read_tags(left: _Bytes, count: int, fields: Fields) -> list[str]:
    tags: list[FieldValue] = []
    fields["tags"] = tags
    for _ in range(count):
        flags = left.number()
        tag: Fields = {}
        if flags & _HAS_ANTENNA:
            tag["antenna"] = left.number()
        if flags & _HAS_PROTOCOL:
            tag["protocol"] = left.number()
        if flags & _HAS_TAG_TYPE:
            tag["tag_type"] = left.number()
        if flags & _HAS_SERIAL:
            # The serial of nine bytes is the UID and a zero.
            tag["uid"] = left.take(left.number())[:_UID_SIZE][::-1].hex().upper()
        if left.short:
            left.short = False
            return [_RECORD_TRUNCATED]
        tags.append(tag)
        if flags & _NOT_DRIVEN:
            return [_RECORD_TRUNCATED]
    return []


def _read_results(left: _Bytes, fields: Fields) -> list[str]:
    results: list[FieldValue] = []
    findings: list[str] = []
    for record in _counted(left):
        ok = record[2:3] == b"\x01"
        results.append({"code": int.from_bytes(record[:2], "little"), "ok": ok, "data": record[3:].hex().upper()})
        if not ok and "access-failed" not in findings:
            findings.append("access-failed")
    fields["results"] = results
    return findings
