"""3M / Bibliotheca 210 and 810 frames in words, for `kiosk wire decode m3_210`.

Source: 3M RFID Reader Model 210 Protocol Specification 1.0.0, chapters 2 to 7; github dpavlin/Biblio-RFID 3M810.pm.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.described import Described, Direction, FieldValue
from drivers.frames import LENGTH_INVALID, Framing
from drivers.pads.m3_210.codes import BLOCK_BYTES, LOCK_LIMIT, UID_BYTES, Command, Error, TagInfo
from drivers.pads.m3_210.frames import CRC_BYTES, HEAD_BYTES, LEAST_LENGTH, PROBE_START, START, is_sound

_DSFID_FOLLOWS = 0x02
"""Option of an inventory: each UID stands behind its DSFID (7.1)."""
_PROTOCOLS_FOLLOW = 0x40
"""Option of an inventory: the protocols to look for follow (7.1)."""
_LIKELY_ERRORS = (b"\x00", b"\x02")
"""What an unknown command is answered with."""
_UID, _BYTE, _BLOCK, _REST, _SKIPPED = "uid", "byte", "block", "rest", "skipped"
_UID_ONLY = (("uid", _UID),)


@dataclass(frozen=True, slots=True)
class _Layout:
    """A command's name and the parts of its request and answer, in order. The last parts may be missing in answers."""

    name: str
    request: tuple[tuple[str, str], ...] = ()
    answer: tuple[tuple[str, str], ...] = _UID_ONLY
    optional: tuple[tuple[str, str], ...] = ()
    """Parts that a request may have behind the others."""
    promised: frozenset[str] = frozenset({"uid"})
    """Fields that an answer without an error has."""


_LAYOUTS: dict[int, _Layout] = {
    Command.INVENTORY: _Layout(
        "read-block-uid", (("afi", _BYTE), ("options", _BYTE)), (), promised=frozenset({"tags"})
    ),
    Command.VERSION: _Layout("reader-version", (), (("data", _REST),), promised=frozenset({"data"})),
    Command.PASS_THRU: _Layout("iso-pass-thru", (("data", _REST),), (("data", _REST),), promised=frozenset({"data"})),
    Command.QUIET: _Layout("quiet", _UID_ONLY),
    Command.READ_BLOCKS: _Layout(
        "read-multiblock",
        (*_UID_ONLY, ("first_block", _BYTE), ("blocks", _BYTE)),
        optional=(("options", _BYTE),),
        promised=frozenset({"blocks"}),
    ),
    Command.WRITE_BLOCKS: _Layout(
        "write-multiblock",
        (*_UID_ONLY, ("first_block", _BYTE), ("blocks", _BYTE), ("", _SKIPPED), ("data", _REST)),
        (*_UID_ONLY, ("block", _BYTE)),
    ),
    Command.WRITE_BLOCK: _Layout("write-block", (*_UID_ONLY, ("block", _BYTE), ("data", _BLOCK))),
    Command.WRITE_AND_LOCK_BLOCK: _Layout("write-and-lock-block", (*_UID_ONLY, ("block", _BYTE), ("data", _BLOCK))),
    Command.LOCK_BLOCK: _Layout("lock-block", (*_UID_ONLY, ("block", _BYTE))),
    Command.GET_AFI: _Layout("get-afi", _UID_ONLY, (*_UID_ONLY, ("afi", _BYTE)), promised=frozenset({"afi"})),
    Command.WRITE_AFI: _Layout("write-afi", (*_UID_ONLY, ("afi", _BYTE)), (*_UID_ONLY, ("afi", _BYTE))),
    Command.LOCK_AFI: _Layout("lock-afi", _UID_ONLY, (*_UID_ONLY, ("afi", _BYTE)), optional=(("afi", _BYTE),)),
    Command.CHECK_EAS: _Layout("check-eas", _UID_ONLY, (*_UID_ONLY, ("eas", _BYTE)), promised=frozenset({"eas"})),
    Command.SET_EAS: _Layout("eas-control", (*_UID_ONLY, ("eas", _BYTE)), (*_UID_ONLY, ("eas", _BYTE))),
    Command.GET_DSFID: _Layout("get-dsfid", _UID_ONLY, (*_UID_ONLY, ("dsfid", _BYTE)), promised=frozenset({"dsfid"})),
    Command.WRITE_DSFID: _Layout("write-dsfid", (*_UID_ONLY, ("dsfid", _BYTE)), (*_UID_ONLY, ("dsfid", _BYTE))),
    Command.LOCK_DSFID: _Layout("lock-dsfid", _UID_ONLY, (*_UID_ONLY, ("dsfid", _BYTE)), optional=(("dsfid", _BYTE),)),
    Command.TAG_INFO: _Layout(
        "tag-info", (*_UID_ONLY, ("wanted", _BYTE)), (*_UID_ONLY, ("got", _BYTE)), promised=frozenset({"got"})
    ),
}
_TAG_INFO_PARTS = {
    TagInfo.DSFID: ("dsfid",),
    TagInfo.AFI: ("afi",),
    TagInfo.MEMORY: ("block_size", "blocks"),
    TagInfo.IC_REFERENCE: ("ic_ref",),
}
"""Fields of a tag's information by the bit that announces them, a byte each; the memory's are sent minus one (7.18)."""
_SIZES = {_UID: UID_BYTES, _BYTE: 1, _BLOCK: BLOCK_BYTES, _SKIPPED: 1}


@dataclass(slots=True)
class _Words:
    """A message being put together from the bytes that are left."""

    left: bytes
    fields: dict[str, FieldValue] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    def take(self, size: int) -> bytes:
        taken, self.left = self.left[:size], self.left[size:]
        return taken

    def take_parts(self, parts: tuple[tuple[str, str], ...]) -> bool:
        """Read parts in order; false when the bytes end before the last of them."""
        for name, kind in parts:
            size = len(self.left) if kind is _REST else _SIZES[kind]
            if len(self.left) < size:
                return False
            value = self.take(size)
            if kind is not _SKIPPED and (kind is not _REST or value):
                self.fields[name] = value[0] if kind is _BYTE else value.hex().upper()
        return True


def _size(data: bytes) -> int | None:
    if len(data) < HEAD_BYTES:
        return None
    length = int.from_bytes(data[1:HEAD_BYTES])
    return 0 if length < LEAST_LENGTH else HEAD_BYTES + length


_FRAMING = Framing(lambda data: data[0] in (START, PROBE_START), _size, is_sound)


def describe(data: bytes, direction: Direction | None) -> list[Described]:
    """Each frame of a piece. Without a direction, a UID right after the command tells a request."""
    described: list[Described] = []
    for piece in _FRAMING.cut(data):
        if not piece.whole:
            described.append(Described("incomplete", {}, list(piece.findings)))
            continue
        one = _describe_frame(piece.frame, direction)
        checks = [] if is_sound(piece.frame) else ["crc-mismatch"]
        described.append(Described(one.message, one.fields, [*piece.findings, *checks, *one.findings]))
    return described


def _describe_frame(frame: bytes, direction: Direction | None) -> Described:
    command, content = frame[HEAD_BYTES], frame[HEAD_BYTES + 1 : -CRC_BYTES]
    if frame[0] == PROBE_START:
        return Described("probe", {"start": "D5", "data": frame[HEAD_BYTES:-CRC_BYTES].hex().upper()})
    if (direction or _guess(command, content)) is Direction.HOST_TO_DEVICE:
        return _describe_request(command, content)
    return _describe_answer(command, content)


def _guess(command: int, content: bytes) -> Direction:
    if command not in _LAYOUTS:
        answers = content[:1] in _LIKELY_ERRORS
        return Direction.DEVICE_TO_HOST if answers else Direction.HOST_TO_DEVICE
    asks = content[:1] == b"\xe0" or (command == Command.INVENTORY and len(content) == 2) or not content
    asks = asks or (command == Command.PASS_THRU and content[0] not in Error.__members__.values())
    return Direction.HOST_TO_DEVICE if asks else Direction.DEVICE_TO_HOST


def _describe_request(command: int, content: bytes) -> Described:
    words = _Words(content)
    layout = _LAYOUTS.get(command)
    if layout is None:
        return _unknown(command, words)
    whole = words.take_parts(layout.request)
    if words.left:
        words.take_parts(layout.optional)
    options = words.fields.get("options")
    if command == Command.INVENTORY and isinstance(options, int) and options & _PROTOCOLS_FOLLOW:
        words.take_parts((("data", _REST),))
    if not whole or words.left:
        words.findings.append(LENGTH_INVALID)
    return Described(layout.name, words.fields, words.findings)


def _describe_answer(command: int, content: bytes) -> Described:
    words = _Words(content)
    layout = _LAYOUTS.get(command)
    if not content:
        return Described(layout.name if layout else f"unknown-{command:02X}", {}, [LENGTH_INVALID])
    error = words.take(1)[0]
    words.fields["error"] = error
    if error not in Error.__members__.values():
        words.findings.append("unknown-error")
    if layout is None:
        return _unknown(command, words)
    words.take_parts(layout.answer)
    if command == Command.INVENTORY and words.left:
        _read_inventory(words)
    elif command == Command.READ_BLOCKS and words.left:
        _read_blocks(words)
    elif command == Command.TAG_INFO and "got" in words.fields:
        _read_tag_info(words)
    lacks = error == Error.NONE and not layout.promised <= words.fields.keys()
    if (words.left or lacks) and LENGTH_INVALID not in words.findings:
        words.findings.append(LENGTH_INVALID)
    return Described(layout.name, words.fields, words.findings)


def _unknown(command: int, words: _Words) -> Described:
    words.take_parts((("data", _REST),))
    return Described(f"unknown-{command:02X}", words.fields, ["unknown-command", *words.findings])


def _read_inventory(words: _Words) -> None:
    if not words.take_parts((("afi", _BYTE), ("options", _BYTE))) or not words.left:
        return
    count = words.take(1)[0]
    options = words.fields["options"]
    with_dsfid = isinstance(options, int) and bool(options & _DSFID_FOLLOWS)
    size = UID_BYTES + with_dsfid
    tags: list[FieldValue] = []
    while len(tags) < count and len(words.left) >= size:
        record = words.take(size)
        uid = record[-UID_BYTES:].hex().upper()
        tags.append({"dsfid": record[0], "uid": uid} if with_dsfid else uid)
    words.fields["tags"] = tags
    if len(tags) < count and not words.left:
        words.findings.append(LENGTH_INVALID)


def _read_blocks(words: _Words) -> None:
    """Old style: count, then number, lock, data each; new: first, count, then lock, data each. No lock by option."""
    left = words.left
    for with_lock in (True, False):
        old_size, new_size = 1 + with_lock + BLOCK_BYTES, with_lock + BLOCK_BYTES
        numbers = list(left[1::old_size])
        ascending = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
        if len(left) == 1 + left[0] * old_size and ascending:
            words.take(1)
            _take_blocks(words, numbers, numbered=1, locked=int(with_lock))
            return
        if len(left) >= 2 and len(left) == 2 + left[1] * new_size:
            first, count = words.take(2)
            _take_blocks(words, list(range(first, first + count)), numbered=0, locked=int(with_lock))
            return


def _take_blocks(words: _Words, numbers: list[int], numbered: int, locked: int) -> None:
    blocks: list[FieldValue] = []
    for number in numbers:
        words.take(numbered)
        block: dict[str, FieldValue] = {"number": number}
        if locked:
            lock = words.take(1)[0]
            block["lock"] = lock
            if lock > LOCK_LIMIT:
                words.findings.append(f"block-error:{number}")
        block["data"] = words.take(BLOCK_BYTES).hex().upper()
        blocks.append(block)
    words.fields["blocks"] = blocks


def _read_tag_info(words: _Words) -> None:
    got = words.fields["got"]
    if not isinstance(got, int):
        return
    parts = [name for bit, names in _TAG_INFO_PARTS.items() if got & bit for name in names]
    values = words.take(len(parts))
    words.fields |= {
        name: value + (name in _TAG_INFO_PARTS[TagInfo.MEMORY]) for name, value in zip(parts, values, strict=False)
    }
    if len(values) < len(parts):
        words.findings.append(LENGTH_INVALID)
