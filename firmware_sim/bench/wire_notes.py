"""What bytes on a wire mean, in a few words beside the hex, for a technician who has no manual at hand."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from firmware_sim.bench import scanner_notes
from firmware_sim.cards import apdu
from firmware_sim.cards.air_frames import command_of
from firmware_sim.cards.objects import Kind, Told, objects_of
from firmware_sim.devices import (
    feig,
    feig_gate,
    llrp_frames,
    llrp_words,
    lsp2_frames,
    m3_210_answers,
    relay_board,
    rl866_frames,
    rl866_status,
)
from firmware_sim.devices.feig_frames import STX
from firmware_sim.devices.feig_iso import Addressing, Sub
from firmware_sim.devices.feig_status import Status
from firmware_sim.devices.m3_210_frames import PROBE_START
from firmware_sim.devices.rl866_access import Code, operations_of
from firmware_sim.lines.wire_log import Direction, WireEntry
from firmware_sim.room.tag import UID_LENGTH

LONGEST_NOTE = 60
REAL_TIME_STATUS = b"\x10\x04"
"""DLE EOT (Epson ESC/POS command reference)."""
STANDARD_HEAD, ADVANCED_HEAD = 1, 3
"""Bytes before COM-ADR in the two forms of a FEIG frame (H20800-16e-ID-B, 3.1)."""


NOT_A_FRAME = "not a frame"


def note(protocol: str, entry: WireEntry) -> str:
    """A few words, or nothing where there is nothing to say. `protocol` is what the entry's device speaks."""
    said = NOTES.get(protocol)
    return said(entry.data, entry.direction)[:LONGEST_NOTE] if said is not None else ""


def _escpos(data: bytes, _: Direction) -> str:
    return "status question" if data[:2] == REAL_TIME_STATUS and len(data) == 3 else ""


def _feig(data: bytes, direction: Direction) -> str:
    body = data[ADVANCED_HEAD:] if data[0] == STX else data[STANDARD_HEAD:]
    if len(body) < 4:
        return NOT_A_FRAME
    try:
        command = feig.Command(body[1])
    except ValueError:
        name = _named(feig_gate.Command, body[1], "command {:02X}")
        return f"{name}: {_named(Status, body[2], 'status {:02X}')}" if direction is Direction.FROM_DEVICE else name
    if direction is Direction.FROM_DEVICE:
        return _named(Status, body[2], "status {:02X}")
    if command is not feig.Command.ISO_HOST:
        return _words(command.name)
    try:
        name = _words(Sub(body[2]).name)
    except ValueError:
        return f"ISO command {body[2]:02X}"
    addressed = len(body) > 4 + UID_LENGTH and body[3] & 0x07 == Addressing.UID and body[2] != Sub.INVENTORY
    if not addressed:
        return name
    uid, rest = body[4 : 4 + UID_LENGTH], body[4 + UID_LENGTH : -2]
    value = f" := {rest[0]:02X}" if body[2] in (Sub.WRITE_AFI, Sub.WRITE_DSFID) and rest else ""
    return f"{name}{value} · tag …{uid[-3:].hex().upper()}"


def _m3_210(data: bytes, direction: Direction) -> str:
    """3M RFID Reader Model 210, Protocol Specification 1.0.0, 3: command at byte 3, then error code or UID."""
    if len(data) < 6:
        return NOT_A_FRAME
    if data[0] == PROBE_START:
        return "probe" if direction is Direction.FROM_HOST else "probe answered"
    if direction is Direction.FROM_DEVICE:
        return _named(m3_210_answers.Error, data[4], "error {:02X}").replace("none", "ok")
    name = _named(m3_210_answers.Command, data[3], "command {:02X}")
    if len(data) < 6 + UID_LENGTH:
        return name
    writes = data[3] in (m3_210_answers.Command.WRITE_AFI, m3_210_answers.Command.WRITE_DSFID)
    value = f" := {data[4 + UID_LENGTH]:02X}" if writes else ""
    return f"{name}{value} · tag …{data[1 + UID_LENGTH : 4 + UID_LENGTH].hex().upper()}"


def _rl866(data: bytes, direction: Direction) -> str:
    """github Hypernova-Oy/lainuri, `lainuri/RL866/message.py`: PCB at byte 3, then command, then status or data."""
    if len(data) < 6:
        return NOT_A_FRAME
    pcb, inf = data[3], data[4:-2]
    if pcb & rl866_frames.BLOCK_KIND == rl866_frames.S_BLOCK:
        return "resync" if pcb == rl866_frames.RESYNC else "resync answered"
    if len(inf) < 2:
        return NOT_A_FRAME
    if direction is Direction.FROM_DEVICE:
        return _named(rl866_status.Status, int.from_bytes(inf[1:3], "little"), "status {:03X}")
    name = _named(rl866_status.Command, inf[0], "command {:02X}")
    if inf[0] != rl866_status.Command.TAG_ACCESS:
        return name
    try:
        operations = operations_of(inf[2:])
    except rl866_status.Refused:
        return name
    done = ", ".join(_named(Code, operation.code, "operation {:04X}") for operation in operations)
    return f"{done} · handle {inf[1]}"


def _lsp2(data: bytes, direction: Direction) -> str:
    """github GallusMax/libdanrfid, `LSP2.java`: command at byte 1, length at byte 2."""
    if len(data) < lsp2_frames.HEAD or data[0] != lsp2_frames.START:
        return NOT_A_FRAME
    name = _named(lsp2_frames.Command, data[1], "command {:02X}")
    return name if direction is Direction.FROM_HOST else f"{name} answered"


def _serial_relay(data: bytes, _: Direction) -> str:
    """devices.md, section 6: A0, channel, state, sum of the three."""
    frames = [data[at : at + relay_board.FRAME] for at in range(0, len(data), relay_board.FRAME)]
    if any(len(one) < relay_board.FRAME or one[0] != relay_board.START for one in frames):
        return NOT_A_FRAME
    return ", ".join(f"output {one[1]} {'on' if one[2] == relay_board.ON else 'off'}" for one in frames)


def _llrp(data: bytes, _: Direction) -> str:
    """EPCglobal LLRP 1.0.1: type in the low 10 bits of the first word; requests are 10 below their answers."""
    if len(data) < llrp_frames.HEADER.size:
        return NOT_A_FRAME
    kind = int.from_bytes(data[:2], "big") & llrp_frames.TYPE_BITS
    if kind - llrp_words.ANSWER in set(llrp_words.Say) and kind not in set(llrp_words.Say):
        return f"{_named(llrp_words.Say, kind - llrp_words.ANSWER, '')} response"
    return _named(llrp_words.Say, kind, "message {}")


def _pcsc(data: bytes, direction: Direction) -> str:
    """PC/SC part 3, 3.2.2.1: instruction at byte 1; of an answer the status word, or what object C0 says instead."""
    if direction is Direction.FROM_DEVICE:
        told = objects_of(data[:-2]) or []
        failed = [one.value[1:] for one in told if one.tag == Told.ERROR and one.value[1:] != apdu.DONE]
        return f"status word {(failed[0] if failed else data[-2:]).hex().upper()}"
    command = apdu.Apdu.of(data)
    if command is None:
        return NOT_A_FRAME
    if apdu.is_uid_question(data):
        return "uid question"
    frames = [one.value for one in objects_of(command.data) or [] if one.tag == Kind.TRANSCEIVE]
    if command.ins == apdu.Instruction.TRANSPARENT_SESSION and frames and (sent := command_of(frames[0])) is not None:
        return f"session: {_words(sent.name)}"
    return _named(apdu.Instruction, command.ins, "instruction {:02X}")


def _named(names: type[IntEnum], number: int, otherwise: str) -> str:
    try:
        return _words(names(number).name)
    except ValueError:
        return otherwise.format(number)


def _words(name: str) -> str:
    return name.replace("_", " ").lower()


NOTES: dict[str, Callable[[bytes, Direction], str]] = {
    "feig": _feig,
    "m3_210": _m3_210,
    "rl866": _rl866,
    "lsp2": _lsp2,
    "llrp": _llrp,
    "pcsc": _pcsc,
    "scanner": scanner_notes.scanner,
    "scan_engine": scanner_notes.scan_engine,
    "evdev": scanner_notes.evdev,
    "escpos": _escpos,
    "serial_relay": _serial_relay,
}
"""By the protocol, named like the file of its test vectors."""
