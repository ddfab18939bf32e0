"""APDUs, answers and ATRs in words, for `kiosk wire decode pcsc`.

Sources: PC/SC part 3 and its supplement; ACR122U API 2.04; NXP community thread ta-p/2291679 (ACR1552U).
"""

from __future__ import annotations

from drivers.cards.apdu import (
    KEY_TYPE_BYTES,
    SW_OK,
    Apart,
    Command,
    is_known_status,
    parse_answer,
    parse_command,
)
from drivers.cards.atr import parse_atr
from drivers.cards.tlv import DataObject, parse_objects
from drivers.described import Described, Direction, FieldValue

_TIMER_OBJECT, _TRANSMIT_OBJECT, _PROTOCOL_OBJECT = 0x5F46, 0x95, 0x8F
_START_OBJECT, _END_OBJECT = 0x81, 0x82
_OLD_AUTHENTICATE_SIZE = 6
_WITH_DATA = frozenset((0xFF, ins) for ins in (0x82, 0x86, 0x88, 0xC2, 0xD6, 0xFB))
"""Commands that have data in every form: a frame of them without data was cut short."""

Fields = dict[str, FieldValue]


def describe(data: bytes, direction: Direction | None) -> list[Described]:
    """One message. Without a direction: an answer or ATR where it looks like one, else a command."""
    if direction is None:
        direction = _guess(data)
    if direction is Direction.HOST_TO_DEVICE:
        return [_describe_command(data)]
    return [_describe_answer(data)]


def _guess(data: bytes) -> Direction:
    if data[:1] == b"\xff":
        return Direction.HOST_TO_DEVICE
    parsed, answer = parse_command(data), parse_answer(data)
    no_command = isinstance(parsed, Apart) or parsed.trailing
    ends_with_status = answer is not None and is_known_status(answer.sw)
    if no_command or ends_with_status or parse_atr(data) is not None:
        return Direction.DEVICE_TO_HOST
    return Direction.HOST_TO_DEVICE


def _describe_command(data: bytes) -> Described:
    if data[:2] == b"\xff\x88" and len(data) == _OLD_AUTHENTICATE_SIZE:
        return _old_authenticate(data)
    parsed = parse_command(data)
    if isinstance(parsed, Apart):
        return Described("incomplete", {}, [parsed.value])
    if (parsed.command.cla, parsed.command.ins) in _WITH_DATA and not parsed.command.data:
        return Described("incomplete", {}, [Apart.TRUNCATED.value])
    message, fields = _read_command(parsed.command)
    if parsed.command.le is not None:
        fields["le"] = parsed.command.le
    return Described(message, fields, [Apart.LENGTH.value] if parsed.trailing else [])


def _old_authenticate(data: bytes) -> Described:
    """The old form has no length: block, key type and slot stand where P2, Lc and data would."""
    return Described("authenticate-old", {"block": data[3], **_key(data[4], data[5])})


def _key(key_type: int, slot: int) -> Fields:
    name = KEY_TYPE_BYTES.get(key_type)
    return {"key_type": name.value if name else f"{key_type:02X}", "slot": slot}


def _read_command(command: Command) -> tuple[str, Fields]:
    data, address = command.data, command.p1 << 8 | command.p2
    match (command.cla, command.ins, command.p1, command.p2):
        case (0xFF, 0xCA, 0x00, 0x00) if not data:
            return "get-uid", {}
        case (0xFF, 0xCA, 0x01, 0x00) if not data:
            return "get-ats", {}
        case (0xFF, 0x82, structure, slot) if data:
            return "load-key", {"structure": structure, "slot": slot, "key": _hex(data)}
        case (0xFF, 0x86, _, _) if len(data) == 5:
            return "authenticate", {"block": int.from_bytes(data[1:3]), **_key(data[3], data[4])}
        case (0xFF, 0xB0, _, _) if not data:
            return "read-binary", {"address": address}
        case (0xFF, 0xD6, _, _):
            return "update-binary", {"address": address, "data": _hex(data)}
        case (0xFF, 0xC2, 0x00, step):
            session = _read_session(step, parse_objects(data))
            return _plain(command) if session is None else session
        case (0xFF, 0xFB, 0x00, 0x00):
            return "pass-through", {"command": _hex(data)}
        case _:
            return _plain(command)


def _plain(command: Command) -> tuple[str, Fields]:
    fields: Fields = {"cla": command.cla, "ins": command.ins, "p1": command.p1, "p2": command.p2}
    if command.data:
        fields["data"] = _hex(command.data)
    return "apdu", fields


def _read_session(step: int, objects: list[DataObject] | None) -> tuple[str, Fields] | None:
    if not objects:
        return None
    by_tag = {each.tag: each.value for each in objects}
    if step == 0x00 and _START_OBJECT in by_tag:
        return "start-session", {}
    if step == 0x00 and _END_OBJECT in by_tag:
        return "end-session", {}
    if step == 0x01 and _TRANSMIT_OBJECT in by_tag:
        return "transparent-exchange", _read_exchange(by_tag)
    if step == 0x02 and len(by_tag.get(_PROTOCOL_OBJECT, b"")) == 2:
        protocol, layer = by_tag[_PROTOCOL_OBJECT]
        return "switch-protocol", {"protocol": protocol, "layer": layer}
    return None


def _read_exchange(by_tag: dict[int, bytes]) -> Fields:
    fields: Fields = {}
    if _TIMER_OBJECT in by_tag:
        fields["timer_us"] = int.from_bytes(by_tag[_TIMER_OBJECT], "little")
    fields["frame"] = _hex(by_tag[_TRANSMIT_OBJECT])
    return fields


def _describe_answer(data: bytes) -> Described:
    atr = parse_atr(data)
    if atr is not None:
        card = atr.storage_card
        fields: Fields = (
            {"historical": _hex(atr.historical)}
            if card is None
            else {"rid": _hex(card.rid), "standard": card.standard, "card_name": card.card_name}
        )
        return Described("atr", fields, [] if atr.check_byte_right else ["tck-mismatch"])
    answer = parse_answer(data)
    if answer is None:
        return Described("incomplete", {}, [Apart.TRUNCATED.value])
    findings = [] if answer.ok else ["sw-error"]
    objects = parse_objects(answer.data) if answer.data.startswith(b"\xc0\x03") else None
    if objects is None:
        return Described("response", {"data": _hex(answer.data), "sw": f"{answer.sw:04X}"}, findings)
    error, *others = objects
    if int.from_bytes(error.value[1:]) != SW_OK:
        findings.append("session-error")
    listed: list[FieldValue] = [{"tag": f"{each.tag:02X}", "value": _hex(each.value)} for each in others]
    return Described(
        "session-response", {"sw": f"{answer.sw:04X}", "error": _hex(error.value), "objects": listed}, findings
    )


def _hex(data: bytes) -> str:
    return data.hex().upper()
