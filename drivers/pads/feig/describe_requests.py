"""Requests of the OBID protocol in words. Source: FEIG H20800-16e-ID-B, chapters 5, 6 and 7."""

from __future__ import annotations

from collections.abc import Callable

from drivers.described import Described, FieldValue
from drivers.frames import LENGTH_INVALID
from drivers.pads.feig.codes import (
    ANY_READER,
    INVENTORY_NOTIFIES,
    MODE_ADDRESSED,
    MODE_BITS,
    UID_BYTES,
    Command,
    Iso,
    Status,
)

Fields = dict[str, FieldValue]

FROM_EEPROM = 0x80
"""CFG-ADR, bit 7: the block in the EEPROM, not the one in use (5.1)."""

MESSAGES = {
    Command.READ_BUFFER: "advanced-read-buffer",
    Command.BUFFER_INFO: "read-buffer-info",
    Command.CLEAR_BUFFER: "clear-buffer",
    Command.INIT_BUFFER: "init-buffer",
    Command.BAUD_RATE_DETECTION: "baud-rate-detection",
    Command.CPU_RESET: "cpu-reset",
    Command.SOFTWARE_VERSION: "get-software-version",
    Command.READER_INFO: "get-reader-info",
    Command.RF_RESET: "rf-reset",
    Command.RF_OUTPUT: "rf-output",
    Command.GET_COUNTER: "get-counter",
    Command.READ_CONFIGURATION: "read-configuration",
    Command.ISO_HOST: "iso-host",
}
"""What a frame is called by its command; a request of 0xB0 is called by its sub-command."""

_RANGE = ("first_block", "blocks")
_ISO_REQUESTS: dict[int, tuple[str, tuple[str, ...]]] = {
    Iso.INVENTORY: ("inventory", ()),
    Iso.STAY_QUIET: ("stay-quiet", ()),
    Iso.LOCK_BLOCKS: ("lock-multiple-blocks", _RANGE),
    Iso.READ_BLOCKS: ("read-multiple-blocks", _RANGE),
    Iso.WRITE_BLOCKS: ("write-multiple-blocks", (*_RANGE, "block_size")),
    Iso.SELECT: ("select", ()),
    Iso.RESET_TO_READY: ("reset-to-ready", ()),
    Iso.WRITE_AFI: ("write-afi", ("afi",)),
    Iso.LOCK_AFI: ("lock-afi", ()),
    Iso.WRITE_DSFID: ("write-dsfid", ("dsfid",)),
    Iso.LOCK_DSFID: ("lock-dsfid", ()),
    Iso.SYSTEM_INFORMATION: ("get-system-information", ()),
    Iso.BLOCK_SECURITY: ("get-block-security", _RANGE),
}
"""Message of a sub-command, and its one-byte parameters behind MODE and UID (7.1, 7.2)."""

_PLAIN_SIZES = {Command.BAUD_RATE_DETECTION: 1, Command.GET_COUNTER: 1}
"""Commands whose parameter byte is always 0 and says nothing (6.1); the others without fields have none."""


def is_request(body: bytes) -> bool:
    """Whether COM-ADR, COMMAND and data are a request's, as well as bytes can tell.

    An answer has the reader's own address, never 255, and at least a status. A request of 0xB0 to a reader's own
    address is known by its exact layout, which no answer with that status has.
    """
    address, command, data = body[0], body[1], body[2:]
    if address == ANY_READER or not data:
        return True
    if command == Command.READ_BUFFER:
        return len(data) == 2 and data[0] == Status.OK
    return command == Command.ISO_HOST and data[0] != Status.OK and not describe_request(body).findings


def describe_request(body: bytes) -> Described:
    """A request from COM-ADR to the last data byte, at least two bytes."""
    address, command, data = body[0], body[1], body[2:]
    fields: Fields = {"address": address}
    if command == Command.ISO_HOST:
        return _describe_iso(fields, data)
    if command not in MESSAGES:
        if data:
            fields["data"] = data.hex().upper()
        return Described(f"unknown-{command:02X}", fields, ["unknown-command"])
    known = Command(command)
    right = _PARAMETERS[known](fields, data) if known in _PARAMETERS else len(data) == _PLAIN_SIZES.get(known, 0)
    return Described(MESSAGES[known], fields, [] if right else [LENGTH_INVALID])


def _reader_info(fields: Fields, data: bytes) -> bool:
    if data:
        fields["mode"] = data[0]
    return len(data) == 1


def _rf_output(fields: Fields, data: bytes) -> bool:
    if data:
        fields["antenna"] = data[0]
    return len(data) == 1


def _read_configuration(fields: Fields, data: bytes) -> bool:
    if data:
        fields |= {"block": data[0] & ~FROM_EEPROM, "eeprom": bool(data[0] & FROM_EEPROM)}
    return len(data) == 1


def _read_buffer(fields: Fields, data: bytes) -> bool:
    if len(data) >= 2:
        fields["sets"] = int.from_bytes(data[:2])
    return len(data) == 2


_PARAMETERS: dict[Command, Callable[[Fields, bytes], bool]] = {
    Command.READER_INFO: _reader_info,
    Command.RF_OUTPUT: _rf_output,
    Command.READ_CONFIGURATION: _read_configuration,
    Command.READ_BUFFER: _read_buffer,
}
"""Puts a command's parameters into fields; false where their length is wrong."""


def _describe_iso(fields: Fields, data: bytes) -> Described:
    if not data:
        return Described(MESSAGES[Command.ISO_HOST], fields, [LENGTH_INVALID])
    if data[0] not in _ISO_REQUESTS:
        if data[1:]:
            fields["data"] = data[1:].hex().upper()
        return Described(f"unknown-{data[0]:02X}", fields, ["unknown-command"])
    message, parameters = _ISO_REQUESTS[data[0]]
    right = _inventory(fields, data[1:]) if data[0] == Iso.INVENTORY else _tag_request(fields, data[1:], parameters)
    return Described(message, fields, [] if right else [LENGTH_INVALID])


def _inventory(fields: Fields, data: bytes) -> bool:
    if not data:
        return False
    fields["mode"] = data[0]
    notifies = bool(data[0] & INVENTORY_NOTIFIES)
    if notifies and len(data) > 1:
        fields["notify_time"] = data[1]
    return len(data) == 1 + notifies


def _tag_request(fields: Fields, data: bytes, parameters: tuple[str, ...]) -> bool:
    """MODE, the UID where it is addressed, one byte a parameter; behind a block size come the blocks."""
    if not data:
        return False
    fields["mode"] = data[0]
    left = data[1:]
    if data[0] & MODE_BITS == MODE_ADDRESSED:
        if len(left) < UID_BYTES:
            return False
        fields["uid"] = left[:UID_BYTES].hex().upper()
        left = left[UID_BYTES:]
    fields |= dict(zip(parameters, left, strict=False))
    if len(left) < len(parameters):
        return False
    values, blocks = left[: len(parameters)], left[len(parameters) :]
    if "block_size" not in parameters:
        return not blocks
    if blocks:
        fields["data"] = blocks.hex().upper()
    _, count, size = values
    return len(blocks) == count * size
