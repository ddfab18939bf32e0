"""What an ISO/IEC 15693 tag answers to a request on the air, without the CRC, which the reader adds and takes away.

Source: ISO/IEC 15693-3, 7.3 (flags) and 10 (commands); the frames captured in NXP community thread ta-p/2291679.
"""

from __future__ import annotations

from enum import IntEnum

from firmware_sim.room.tag import UID_LENGTH, Listening, Tag, TagError, TagRefused

INVENTORY_FLAG, ADDRESSED, OPTION = 0x04, 0x20, 0x40
SELECTED = 0x10
"""Without the inventory flag."""
EVERYTHING_PRESENT = 0x0F
GOOD, FAILED = 0x00, 0x01


class Command(IntEnum):
    """Commands that a tag knows."""

    INVENTORY = 0x01
    STAY_QUIET = 0x02
    READ_BLOCK = 0x20
    WRITE_BLOCK = 0x21
    LOCK_BLOCK = 0x22
    READ_BLOCKS = 0x23
    SELECT = 0x25
    RESET_TO_READY = 0x26
    WRITE_AFI = 0x27
    LOCK_AFI = 0x28
    WRITE_DSFID = 0x29
    LOCK_DSFID = 0x2A
    SYSTEM_INFORMATION = 0x2B


WRITING = frozenset(
    {
        Command.WRITE_BLOCK,
        Command.LOCK_BLOCK,
        Command.WRITE_AFI,
        Command.LOCK_AFI,
        Command.WRITE_DSFID,
        Command.LOCK_DSFID,
    }
)


def command_of(frame: bytes) -> Command | None:
    """The command that a frame holds; None for one that no tag knows."""
    try:
        return Command(frame[1]) if len(frame) > 1 else None
    except ValueError:
        return None


def answer_of(tag: Tag, frame: bytes) -> bytes | None:
    """Carry a request out; the answer from its flags on, or None where the tag keeps silent."""
    command = command_of(frame)
    if command is None:
        return bytes((FAILED, TagError.NOT_SUPPORTED)) if len(frame) > 1 else None
    flags, rest = frame[0], frame[2:]
    if flags & INVENTORY_FLAG or command is Command.INVENTORY:
        # One tag in the field answers in whatever slot and to any mask: this reader shows one card.
        asked = flags & INVENTORY_FLAG and command is Command.INVENTORY and tag.listening is not Listening.QUIET
        return bytes((GOOD, tag.dsfid)) + tag.uid[::-1] if asked else None
    if flags & ADDRESSED:
        if rest[:UID_LENGTH] != tag.uid[::-1]:
            return None
        rest = rest[UID_LENGTH:]
    elif tag.listening is not (Listening.SELECTED if flags & SELECTED else Listening.READY):
        return None
    if command is Command.STAY_QUIET:
        tag.listening = Listening.QUIET
        return None
    try:
        return bytes((GOOD,)) + _done(tag, command, rest, with_security=bool(flags & OPTION))
    except TagRefused as refused:
        return bytes((FAILED, refused.error))


def _done(tag: Tag, command: Command, rest: bytes, *, with_security: bool) -> bytes:
    """What follows the flags; parameters of another length are not recognised."""
    match command, len(rest):
        case Command.READ_BLOCK, 1:
            return _block(tag, rest[0], with_security=with_security)
        case Command.READ_BLOCKS, 2:
            numbers = range(rest[0], rest[0] + rest[1] + 1)
            return b"".join(_block(tag, number, with_security=with_security) for number in numbers)
        case Command.WRITE_BLOCK, length if length == 1 + tag.block_size:
            tag.write_block(rest[0], rest[1:])
        case Command.LOCK_BLOCK, 1:
            tag.lock_block(rest[0])
        case Command.SELECT, 0:
            tag.listening = Listening.SELECTED
        case Command.RESET_TO_READY, 0:
            tag.listening = Listening.READY
        case Command.WRITE_AFI, 1:
            tag.write_afi(rest[0])
        case Command.LOCK_AFI, 0:
            tag.lock_afi()
        case Command.WRITE_DSFID, 1:
            tag.write_dsfid(rest[0])
        case Command.LOCK_DSFID, 0:
            tag.lock_dsfid()
        case Command.SYSTEM_INFORMATION, 0:
            return _system_information(tag)
        case _:
            raise TagRefused(TagError.NOT_RECOGNISED)
    return b""


def _block(tag: Tag, number: int, *, with_security: bool) -> bytes:
    return bytes((number in tag.locked_blocks,)) * with_security + tag.block(number)


def _system_information(tag: Tag) -> bytes:
    """Size and count less one (10.4.12)."""
    memory = bytes((tag.blocks - 1, tag.block_size - 1))
    return (
        bytes((EVERYTHING_PRESENT,)) + tag.uid[::-1] + bytes((tag.dsfid, tag.afi)) + memory + bytes((tag.ic_reference,))
    )
