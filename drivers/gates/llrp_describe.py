"""LLRP messages in words, for `kiosk wire decode llrp`.

Written for any bytes, broken ones too; a gate's driver has a whole codec in the package `llrpkit`.
Source: EPCglobal LLRP 1.1, chapters 16 and 17 (message and parameter layouts).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from drivers.described import Described, Direction, FieldValue
from drivers.gates.llrp_names import KNOWN_TLV, MESSAGE_NAMES, TV_SIZES

_HEAD = 10
_LENGTH_LIMIT = 4 * 1024 * 1024
_TYPE_BITS = 0x03FF
_TV_BIT = 0x80
_TLV_HEAD = 4
_STATUS_HEAD = 4
_EPC_BITS_HEAD = 2
_ROSPEC_HEAD = 6
_MISSING, _UNKNOWN_PARAMETER, _LENGTH_INVALID = "missing-parameter", "unknown-parameter", "length-invalid"
_ROSPEC_ORDERS = (21, 22, 23, 24, 25)
"""Delete, start, stop, enable, disable."""


class _Message(IntEnum):
    """Messages whose content is put in words."""

    GET_READER_CAPABILITIES = 1
    GET_READER_CONFIG = 2
    SET_READER_CONFIG = 3
    ADD_ROSPEC = 20
    RO_ACCESS_REPORT = 61
    READER_EVENT_NOTIFICATION = 63


_RESPONSES = frozenset((4, *range(11, 14), *range(30, 37), *range(50, 56), 56, 57, 100))
_ANTENNA, _FIRST_SEEN, _LAST_SEEN, _RSSI, _COUNT, _EPC_96 = 1, 2, 4, 6, 8, 13
_UTC, _ROSPEC, _AISPEC, _TAG_REPORT, _EPC_DATA = 128, 177, 183, 240, 241
_EVENT_DATA, _CONNECTION_ATTEMPT, _LLRP_STATUS = 246, 256, 287
_TAG_FIELDS = {_ANTENNA: "antenna", _RSSI: "rssi", _FIRST_SEEN: "first_seen", _LAST_SEEN: "last_seen", _COUNT: "count"}


@dataclass(slots=True)
class _Words:
    """A message being put together."""

    fields: dict[str, FieldValue] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    def find(self, finding: str) -> None:
        """Note a finding once."""
        if finding not in self.findings:
            self.findings.append(finding)

    def parameters(self, data: bytes) -> list[tuple[int, bytes]]:
        """Parameters in order as (type, content). Unknown TLVs are skipped; an unknown TV ends the reading."""
        parameters: list[tuple[int, bytes]] = []
        at = 0
        while at < len(data):
            kind, head, size, known = _parameter_head(data[at:])
            if size is None:
                self.find(_UNKNOWN_PARAMETER)
                break
            if size < head or at + size > len(data):
                self.find(_LENGTH_INVALID)
                break
            if known:
                parameters.append((kind, data[at + head : at + size]))
            else:
                self.find(_UNKNOWN_PARAMETER)
            at += size
        return parameters


def _parameter_head(data: bytes) -> tuple[int, int, int | None, bool]:
    """Type, bytes of the head, bytes in all (None for an unknown TV), and whether the type is known."""
    if data[0] & _TV_BIT:
        kind = data[0] & ~_TV_BIT
        size = TV_SIZES.get(kind)
        return kind, 1, None if size is None else 1 + size, size is not None
    kind = int.from_bytes(data[:2]) & _TYPE_BITS
    return kind, _TLV_HEAD, int.from_bytes(data[2:_TLV_HEAD]), kind in KNOWN_TLV


def describe(data: bytes, direction: Direction | None) -> list[Described]:
    """Each message of a piece; the type alone tells the direction."""
    described: list[Described] = []
    at = 0
    while at < len(data) or not described:
        head = data[at : at + _HEAD]
        length = int.from_bytes(head[2:6])
        if len(head) < _HEAD:
            return [*described, Described("incomplete", {}, ["frame-truncated"])]
        if not _HEAD <= length <= _LENGTH_LIMIT:
            return [*described, Described("incomplete", {}, [_LENGTH_INVALID])]
        if at + length > len(data):
            return [*described, Described("incomplete", {}, ["frame-truncated"])]
        described.append(_describe_message(head, data[at + _HEAD : at + length]))
        at += length
    return described


def _describe_message(head: bytes, body: bytes) -> Described:
    kind = int.from_bytes(head[:2]) & _TYPE_BITS
    words = _Words({"id": int.from_bytes(head[6:])})
    name = MESSAGE_NAMES.get(kind)
    if name is None:
        words.fields["data"] = body.hex().upper()
        return Described(f"unknown-{kind}", words.fields, ["unknown-message"])
    if kind in _RESPONSES:
        _read_response(words, body)
    elif kind in _ROSPEC_ORDERS:
        _read_number(words, "rospec_id", body, 4)
    else:
        _read_other(words, kind, body)
    return Described(name, words.fields, words.findings)


def _read_other(words: _Words, kind: int, body: bytes) -> None:
    match kind:
        case _Message.GET_READER_CAPABILITIES:
            _read_number(words, "requested", body[:1], 1)
        case _Message.GET_READER_CONFIG:
            _read_number(words, "antenna", body[:2], 2)
            _read_number(words, "requested", body[2:3], 1)
        case _Message.SET_READER_CONFIG:
            if body:
                words.fields["reset"] = bool(body[0] & 0x80)
            else:
                words.find(_LENGTH_INVALID)
        case _Message.ADD_ROSPEC:
            _read_rospec(words, body)
        case _Message.RO_ACCESS_REPORT:
            words.fields["tags"] = [
                _read_tag(words, content) for each, content in words.parameters(body) if each == _TAG_REPORT
            ]
        case _Message.READER_EVENT_NOTIFICATION:
            _read_event(words, body)
        case _:
            pass


def _read_number(words: _Words, name: str, body: bytes, size: int) -> None:
    if len(body) == size:
        words.fields[name] = int.from_bytes(body)
    else:
        words.find(_LENGTH_INVALID)


def _read_response(words: _Words, body: bytes) -> None:
    status = next((content for kind, content in words.parameters(body) if kind == _LLRP_STATUS), None)
    if status is None:
        words.find(_MISSING)
        return
    if len(status) < _STATUS_HEAD:
        words.find(_LENGTH_INVALID)
        return
    code, size = int.from_bytes(status[:2]), int.from_bytes(status[2:_STATUS_HEAD])
    words.fields["status"] = code
    if size:
        description = status[_STATUS_HEAD : _STATUS_HEAD + size]
        if len(description) < size:
            words.find(_LENGTH_INVALID)
        words.fields["description"] = description.decode("utf-8", errors="replace")
    if code:
        words.find("status-error")


def _read_rospec(words: _Words, body: bytes) -> None:
    rospec = next((content for kind, content in words.parameters(body) if kind == _ROSPEC), None)
    if rospec is None:
        words.find(_MISSING)
        return
    if len(rospec) < _ROSPEC_HEAD:
        words.find(_LENGTH_INVALID)
        return
    words.fields |= {"rospec_id": int.from_bytes(rospec[:4]), "priority": rospec[4], "state": rospec[5]}
    antennas: list[FieldValue] = []
    for kind, content in words.parameters(rospec[_ROSPEC_HEAD:]):
        if kind == _AISPEC:
            count = int.from_bytes(content[:2])
            listed = content[2 : 2 + 2 * count]
            if len(listed) < 2 * count:
                words.find(_LENGTH_INVALID)
            antennas += [int.from_bytes(listed[at : at + 2]) for at in range(0, len(listed), 2)]
    words.fields["antennas"] = antennas


def _read_tag(words: _Words, content: bytes) -> FieldValue:
    tag: dict[str, FieldValue] = {}
    for kind, value in words.parameters(content):
        if kind == _EPC_96:
            tag["epc"] = value.hex().upper()
        elif kind == _EPC_DATA:
            size = (int.from_bytes(value[:_EPC_BITS_HEAD]) + 7) // 8
            tag["epc"] = value[_EPC_BITS_HEAD : _EPC_BITS_HEAD + size].hex().upper()
            if len(value) < _EPC_BITS_HEAD + size:
                words.find(_LENGTH_INVALID)
        elif kind in _TAG_FIELDS:
            tag[_TAG_FIELDS[kind]] = int.from_bytes(value, signed=kind == _RSSI)
    return tag


def _read_event(words: _Words, body: bytes) -> None:
    event = next((content for kind, content in words.parameters(body) if kind == _EVENT_DATA), None)
    if event is None:
        words.find(_MISSING)
        return
    for kind, content in words.parameters(event):
        if kind == _UTC:
            words.fields["timestamp"] = int.from_bytes(content)
        elif kind == _CONNECTION_ATTEMPT:
            outcome = int.from_bytes(content)
            words.fields["connection"] = outcome
            if outcome:
                words.find("connection-refused")
