"""LLRP messages in words, for `kiosk wire decode llrp`.

Written for any bytes, broken ones too.
Source: EPCglobal LLRP 1.1, chapters 16 and 17 (message and parameter layouts).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.described import Described, Direction, FieldValue
from drivers.llrp.codes import MessageKind, TlvParameter, TvParameter
from drivers.llrp.messages import HEAD, LONGEST_MESSAGE, TYPE_BITS
from drivers.llrp.names import MESSAGE_NAMES
from drivers.llrp.parameters import Cut, cut

_STATUS_HEAD = 4
_EPC_BITS_HEAD = 2
_ROSPEC_HEAD = 6
_MISSING, _UNKNOWN_PARAMETER, _LENGTH_INVALID = "missing-parameter", "unknown-parameter", "length-invalid"
_ROSPEC_ORDERS = range(MessageKind.DELETE_ROSPEC, MessageKind.DISABLE_ROSPEC + 1)
"""Delete, start, stop, enable, disable."""
_RESPONSES = frozenset((4, *range(11, 14), *range(30, 37), *range(50, 56), 56, 57, 100))
_BARE = frozenset((14, 26, 44, 46, 60, 62, 64, 72))
"""Messages that are nothing but their header: close, the questions for a list, keepalives, the call for reports."""
_VERSION_SHIFT, _VERSIONS = 2, (1, 2)
"""Three reserved bits, then the version: 1 is LLRP 1.0.1, 2 is LLRP 1.1 (16.1)."""
_ANTENNA_COUNT, _TIMESTAMP, _EVENT = 2, 8, 2
_TAG_FIELDS = {
    TvParameter.ANTENNA_ID: "antenna",
    TvParameter.PEAK_RSSI: "rssi",
    TvParameter.FIRST_SEEN_UTC: "first_seen",
    TvParameter.LAST_SEEN_UTC: "last_seen",
    TvParameter.SEEN_COUNT: "count",
}


@dataclass(slots=True)
class _Words:
    """A message being put together."""

    fields: dict[str, FieldValue] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    def find(self, finding: str) -> None:
        """Note a finding once."""
        if finding not in self.findings:
            self.findings.append(finding)

    def parameters(self, data: bytes) -> Cut:
        """The parameters, with what is wrong among the findings."""
        parameters = cut(data)
        if parameters.unknown:
            self.find(_UNKNOWN_PARAMETER)
        if parameters.damaged:
            self.find(_LENGTH_INVALID)
        return parameters


def describe(data: bytes, direction: Direction | None) -> list[Described]:
    """Each message of a piece; the type alone tells the direction."""
    described: list[Described] = []
    at = 0
    while at < len(data) or not described:
        head = data[at : at + HEAD]
        length = int.from_bytes(head[2:6])
        if len(head) < HEAD:
            return [*described, Described("incomplete", {}, ["frame-truncated"])]
        if not HEAD <= length <= LONGEST_MESSAGE:
            return [*described, Described("incomplete", {}, [_LENGTH_INVALID])]
        if at + length > len(data):
            return [*described, Described("incomplete", {}, ["frame-truncated"])]
        described.append(_describe_message(head, data[at + HEAD : at + length]))
        at += length
    return described


def _describe_message(head: bytes, body: bytes) -> Described:
    kind = int.from_bytes(head[:2]) & TYPE_BITS
    words = _Words({"id": int.from_bytes(head[6:])})
    name = MESSAGE_NAMES.get(kind)
    if name is None:
        words.fields["data"] = body.hex().upper()
        return Described(f"unknown-{kind}", words.fields, ["unknown-message"])
    if head[0] >> _VERSION_SHIFT not in _VERSIONS:
        words.find("unknown-message")
    if kind in _RESPONSES:
        _read_response(words, body)
    elif kind in _ROSPEC_ORDERS:
        _read_number(words, "rospec_id", body, 4)
    else:
        _read_other(words, kind, body)
    return Described(name, words.fields, words.findings)


def _read_other(words: _Words, kind: int, body: bytes) -> None:
    match kind:
        case MessageKind.GET_READER_CAPABILITIES:
            _read_number(words, "requested", body[:1], 1)
        case MessageKind.GET_READER_CONFIG:
            _read_number(words, "antenna", body[:2], 2)
            _read_number(words, "requested", body[2:3], 1)
        case MessageKind.SET_READER_CONFIG:
            if body:
                words.fields["reset"] = bool(body[0] & 0x80)
            else:
                words.find(_LENGTH_INVALID)
        case MessageKind.ADD_ROSPEC:
            _read_rospec(words, body)
        case MessageKind.RO_ACCESS_REPORT:
            words.fields["tags"] = [
                _read_tag(words, content) for content in words.parameters(body).all(TlvParameter.TAG_REPORT_DATA)
            ]
        case MessageKind.READER_EVENT_NOTIFICATION:
            _read_event(words, body)
        case _ if kind in _BARE and body:
            words.find(_LENGTH_INVALID)
        case _:
            pass


def _read_number(words: _Words, name: str, body: bytes, size: int) -> None:
    if len(body) == size:
        words.fields[name] = int.from_bytes(body)
    else:
        words.find(_LENGTH_INVALID)


def _read_response(words: _Words, body: bytes) -> None:
    status = words.parameters(body).first(TlvParameter.LLRP_STATUS)
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
    rospec = words.parameters(body).first(TlvParameter.ROSPEC)
    if rospec is None:
        words.find(_MISSING)
        return
    if len(rospec) < _ROSPEC_HEAD:
        words.find(_LENGTH_INVALID)
        return
    words.fields |= {"rospec_id": int.from_bytes(rospec[:4]), "priority": rospec[4], "state": rospec[5]}
    antennas: list[FieldValue] = []
    for content in words.parameters(rospec[_ROSPEC_HEAD:]).all(TlvParameter.AISPEC):
        count = int.from_bytes(content[:_ANTENNA_COUNT])
        listed = content[_ANTENNA_COUNT : _ANTENNA_COUNT + 2 * count]
        if len(content) < _ANTENNA_COUNT or len(listed) < 2 * count:
            words.find(_LENGTH_INVALID)
        antennas += [int.from_bytes(listed[at : at + 2]) for at in range(0, len(listed), 2)]
    words.fields["antennas"] = antennas


def _read_tag(words: _Words, content: bytes) -> FieldValue:
    tag: dict[str, FieldValue] = {}
    for kind, value in words.parameters(content).parameters:
        if kind == TvParameter.EPC_96:
            tag["epc"] = value.hex().upper()
        elif kind == TlvParameter.EPC_DATA:
            size = (int.from_bytes(value[:_EPC_BITS_HEAD]) + 7) // 8
            tag["epc"] = value[_EPC_BITS_HEAD : _EPC_BITS_HEAD + size].hex().upper()
            if len(value) != _EPC_BITS_HEAD + size:
                words.find(_LENGTH_INVALID)
        elif kind in _TAG_FIELDS:
            tag[_TAG_FIELDS[TvParameter(kind)]] = int.from_bytes(value, signed=kind == TvParameter.PEAK_RSSI)
    return tag


def _read_event(words: _Words, body: bytes) -> None:
    event = words.parameters(body).first(TlvParameter.EVENT_NOTIFICATION_DATA)
    if event is None:
        words.find(_MISSING)
        return
    for kind, content in words.parameters(event).parameters:
        if kind == TlvParameter.UTC_TIMESTAMP:
            _read_number(words, "timestamp", content, _TIMESTAMP)
        elif kind == TlvParameter.CONNECTION_ATTEMPT_EVENT:
            _read_number(words, "connection", content, _EVENT)
            if words.fields.get("connection"):
                words.find("connection-refused")
