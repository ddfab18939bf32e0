"""Scan engines' triggers and SSI packets in words, for `kiosk wire decode scan_engine`."""

from __future__ import annotations

from dataclasses import replace

from drivers.described import Described, Direction, FieldValue
from drivers.frames import NOISE_SKIPPED, TRUNCATED
from drivers.scanners import ssi
from drivers.scanners.describe import describe as describe_scanner
from drivers.scanners.reading import Finding
from drivers.scanners.triggers import (
    GM65_ANSWER,
    NEWLAND_PERMANENT,
    NEWLAND_REFUSED,
    NEWLAND_TAKEN,
    NEWLAND_VOLATILE,
    TRIGGERS,
    WGI_SUCCESS,
    Dialect,
    newland_answer,
    newland_trigger,
)

_PERMANENT = "permanent-setting"
_REFUSED = "status-error"


def describe(data: bytes, direction: Direction | None) -> list[Described]:
    """Triggers, their answers and SSI packets one after another; a code behind an answer is a `scan`."""
    described: list[Described] = []
    piece, at = _Piece(data), 0
    while at < len(data) or not described:
        size, one = piece.take(at)
        if size == 0 and described:
            last = described[-1]
            if NOISE_SKIPPED not in last.findings:
                described[-1] = replace(last, findings=[*last.findings, NOISE_SKIPPED])
            break
        described.append(one)
        at += size
        if one.message == "trigger-answer" and at < len(data) and not piece.is_known(at):
            return described + describe_scanner(data[at:], direction)
        if one.message == "incomplete":
            break
    return described


class _Piece:
    """Bytes of a wire, looked at place by place; each place is searched once for what begins there."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._searched_to = 0
        """No known message begins before, but behind the place where the last search began."""

    def is_known(self, at: int) -> bool:
        """Whether a trigger, an answer or a sound packet stands here."""
        window = self._window(at)
        packet = ssi.parse_packet(window)
        return (isinstance(packet, ssi.SsiPacket) and packet.checksum_right) or any(map(window.startswith, _LITERALS))

    def take(self, at: int) -> tuple[int, Described]:
        """The next message and its bytes, the noise before it included; 0 bytes where nothing begins any more."""
        if self.is_known(at):
            return self._take_known(at)
        left, packet = len(self._data) - at, ssi.parse_packet(self._window(at))
        if isinstance(packet, ssi.SsiPacket) and (packet.size == left or self.is_known(at + packet.size)):
            return packet.size, _describe_packet(packet)
        start = self._next_known(at + 1)
        if start is not None:
            size, known = self._take_known(start)
            return start - at + size, replace(known, findings=[NOISE_SKIPPED, *known.findings])
        if isinstance(packet, ssi.SsiPacket):
            return packet.size, _describe_packet(packet)
        if any(literal.startswith(self._data[at:]) for literal in _LITERALS):
            return left, Described("incomplete", {}, [TRUNCATED])
        return left if packet is ssi.SsiFault.TRUNCATED else 0, Described("incomplete", {}, [packet.value])

    def _next_known(self, at: int) -> int | None:
        place = max(at, self._searched_to)
        while place < len(self._data) and not self.is_known(place):
            place += 1
        self._searched_to = place
        return place if place < len(self._data) else None

    def _take_known(self, at: int) -> tuple[int, Described]:
        window = self._window(at)
        for literal, described in _LITERALS.items():
            if window.startswith(literal):
                return len(literal), described
        packet = ssi.parse_packet(window)
        assert isinstance(packet, ssi.SsiPacket)
        return packet.size, _describe_packet(packet)

    def _window(self, at: int) -> bytes:
        return self._data[at : at + ssi.LONGEST]


def _describe_packet(packet: ssi.SsiPacket) -> Described:
    findings = [] if packet.checksum_right else ["checksum-mismatch"]
    fields: dict[str, FieldValue] = {"source": packet.source, "status": packet.status}
    match packet.opcode:
        case ssi.ACK:
            return Described("ssi-ack", fields, findings)
        case ssi.NAK:
            if packet.data:
                fields["cause"] = packet.data[0]
            return Described("ssi-nak", fields, findings)
        case ssi.DECODE_DATA if packet.data:
            fields |= {"code_type": packet.data[0], "text": packet.data[1:].decode("utf-8", errors="ignore")}
            if fields["text"] != packet.data[1:].decode("utf-8", errors="replace"):
                findings.append(Finding.BYTES_NOT_TEXT.value)
            return Described("ssi-decode-data", fields, findings)
        case _:
            named: dict[str, FieldValue] = {
                "opcode": f"{packet.opcode:02X}",
                **fields,
                "data": packet.data.hex().upper(),
            }
            return Described("ssi-command", named, findings)


def _literals() -> dict[bytes, Described]:
    """Zebra's triggers are not here: they are SSI packets like the others."""
    literals: dict[bytes, Described] = {}
    for dialect, trigger in TRIGGERS.items():
        if dialect is Dialect.ZEBRA:
            continue
        for state, literal in ((True, trigger.on), (False, trigger.off)):
            if literal:
                literals[literal] = Described("trigger", {"dialect": dialect.value, "on": state})
    for state, digit in ((True, b"1"), (False, b"0")):
        literals[newland_trigger(NEWLAND_PERMANENT, digit)] = Described(
            "trigger", {"dialect": Dialect.NEWLAND.value, "on": state}, [_PERMANENT]
        )
        for storage in (NEWLAND_VOLATILE, NEWLAND_PERMANENT):
            for outcome, findings in ((NEWLAND_TAKEN, []), (NEWLAND_REFUSED, [_REFUSED])):
                literals[newland_answer(storage, digit, outcome)] = Described(
                    "trigger-answer", {"dialect": Dialect.NEWLAND.value}, findings
                )
    literals[GM65_ANSWER] = Described("trigger-answer", {"dialect": Dialect.GM65.value})
    literals[WGI_SUCCESS] = Described("trigger-answer", {"dialect": "wgi"})
    return literals


_LITERALS = _literals()
