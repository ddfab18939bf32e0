"""A Zebra scan engine that speaks SSI: commands in packets, codes in packets that are acknowledged, or as text.

Sources: devices.md, sections 2 and 14. What no source shows and is decided here: the code type stands in every packet
of a long code; two repetitions, then the code is given up; parameters are taken and change nothing.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from typing import assert_never

from firmware_sim.devices.scan_engine import PLAIN, Wording, short_enough
from firmware_sim.devices.scan_engine_aim import AIM_S, Aim, Held, Holding
from firmware_sim.devices.scan_engine_ssi_frames import (
    FIRST_AND_LAST,
    HEAD,
    HOST,
    LONGEST,
    Cause,
    Opcode,
    Packet,
    PacketReader,
    Status,
    packet,
)
from firmware_sim.devices.scan_engine_symbology import SSI_CODE_TYPE, Symbology, symbology_of
from firmware_sim.faults.words import SsiFault

ACK_S = 2.0
"""How long it waits for the host's ACK (devices.md 14: about 2 s, likely)."""
MOST_REPETITIONS = 2
MOST_TEXT = LONGEST - HEAD - 1
"""Bytes of a code in one packet, after its type."""
LONGEST_CODE = 4096
"""Bytes: more than any symbol here can hold."""
USUAL_SYMBOLOGY = Symbology.CODE_128
"""Of a code whose kind nobody told: SSI has no packet without one."""


class DecodeFormat(StrEnum):
    """How codes go out."""

    PACKETS = "packets"
    TEXT = "text"
    """With prefix, suffix and AIM identifier, as from any scanner; nobody acknowledges them."""


class SsiEngine:
    """One engine on a serial line. Times in seconds of any monotonic clock."""

    def __init__(
        self,
        decode_format: DecodeFormat,
        *,
        byte_s: float,
        wording: Wording = PLAIN,
        aim_s: float = AIM_S,
        ack_s: float = ACK_S,
    ) -> None:
        """`byte_s`: what a byte takes on the wire. `wording` is for text only."""
        self._format = decode_format
        self._byte_s = byte_s
        self._wording = wording
        self._ack_s = ack_s
        self._aim = Aim(aim_s)
        self._packets = PacketReader()
        self._waiting: deque[tuple[Status, bytes]] = deque()
        """Packets of codes; the first was sent and is not acknowledged yet."""
        self._repetitions = 0
        self._unheard_s: float | None = None
        """When it will not wait for the ACK any longer."""
        self._free_s = float("-inf")
        """When the last byte of what it has said will be on the wire."""
        self._outgoing = b""
        self._fault = SsiFault.NONE

    @property
    def light(self) -> bool:
        """It looks for a code."""
        return self._aim.light

    @property
    def kept(self) -> int:
        """Bytes of a host's packet that has begun."""
        return self._packets.kept

    def set_fault(self, fault: SsiFault) -> None:
        """Have this fault from now on, instead of any other."""
        self._fault = fault

    def show(self, code: str, symbology: Symbology | None = None) -> None:
        """Hold a code before it until it is taken away: each trigger reads it. Raises ValueError if it is too long."""
        self._aim.show(Held(_encoded(code), symbology, Holding.UNTIL_TAKEN))

    def take_away(self) -> None:
        """Hold nothing before it."""
        self._aim.take_away()

    def fire(self, code: str, aim: str = "") -> None:
        """Hold out a code of the kind that an AIM identifier names, until it is read, for ten seconds at most.

        Raises ValueError for an identifier that it does not know, and for a code that is too long.
        """
        self._aim.show(Held(_encoded(code), symbology_of(aim), Holding.UNTIL_READ))

    def fire_bytes(self, data: bytes) -> None:
        """Say these bytes as they are, triggered or not. At most `LONGEST_SHOT`: raises ValueError."""
        self._outgoing += short_enough(data)

    def receive(self, data: bytes, now_s: float) -> None:
        """Take bytes whose last one ended at `now_s`."""
        self.tick(now_s)
        for heard in self._packets.take(data, now_s - len(data) * self._byte_s, now_s):
            self._hear(heard, now_s)

    def tick(self, now_s: float) -> None:
        """Let time pass: a code is read, the light goes off, or an ACK has not come."""
        if self._unheard_s is not None and self._unheard_s <= now_s:
            self._repeat(now_s)
        # One code at a time: the next is read when the last one was taken.
        if not self._waiting:
            read = self._aim.advance(now_s)
            if read is not None:
                self._say_code(read, now_s)

    def due_s(self) -> float | None:
        """When something of that will be."""
        return self._unheard_s if self._waiting else self._aim.due_s()

    def take_outgoing(self) -> bytes:
        """What it has said since."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def connected(self, now_s: float) -> None:
        """A host has opened the line: a packet cut off in the middle is over."""
        self._packets.forget()

    def _hear(self, heard: Packet, now_s: float) -> None:
        if not heard.intact:
            self._answer(Opcode.NAK, bytes((Cause.CHECKSUM,)), now_s)
            return
        if heard.source != HOST:
            return
        match heard.opcode:
            case Opcode.ACK | Opcode.NAK:
                self._hear_verdict(heard, now_s)
            case Opcode.START_SESSION:
                self._answer(Opcode.ACK, b"", now_s)
                self._aim.switch_on(now_s)
            case Opcode.STOP_SESSION:
                self._answer(Opcode.ACK, b"", now_s)
                self._aim.switch_off()
            case Opcode.PARAMETERS:
                self._answer(Opcode.ACK, b"", now_s)
            case _:
                self._answer(Opcode.NAK, bytes((Cause.NOT_UNDERSTOOD,)), now_s)

    def _hear_verdict(self, heard: Packet, now_s: float) -> None:
        """What the host says of the packet of a code that was sent last; of nothing else does it say anything."""
        if not self._waiting or self._fault is SsiFault.NO_ACK_HEARD:
            return
        if heard.opcode == Opcode.ACK:
            self._repetitions = 0
            self._waiting.popleft()
            self._send_first(FIRST_AND_LAST, now_s)
        elif heard.data == bytes((Cause.CHECKSUM,)):
            self._repeat(now_s)
        else:
            self._give_up()

    def _say_code(self, read: Held, now_s: float) -> None:
        match self._format:
            case DecodeFormat.TEXT:
                self._say(self._wording.of(read), now_s)
            case DecodeFormat.PACKETS:
                code_type = bytes((SSI_CODE_TYPE[read.symbology or USUAL_SYMBOLOGY],))
                pieces = [read.code[place : place + MOST_TEXT] for place in range(0, len(read.code), MOST_TEXT)] or [
                    b""
                ]
                self._waiting.extend((Status.MORE, code_type + piece) for piece in pieces[:-1])
                self._waiting.append((FIRST_AND_LAST, code_type + pieces[-1]))
                self._send_first(FIRST_AND_LAST, now_s)
            case _:
                assert_never(self._format)

    def _send_first(self, again: Status, now_s: float) -> None:
        if not self._waiting:
            self._unheard_s = None
            return
        status, data = self._waiting[0]
        self._say(packet(Opcode.DECODE_DATA, data, status | again), now_s)
        self._unheard_s = self._free_s + self._ack_s

    def _repeat(self, now_s: float) -> None:
        if self._repetitions == MOST_REPETITIONS:
            self._give_up()
            return
        self._repetitions += 1
        self._send_first(Status.AGAIN, now_s)

    def _give_up(self) -> None:
        self._waiting.clear()
        self._repetitions = 0
        self._unheard_s = None

    def _answer(self, opcode: Opcode, data: bytes, now_s: float) -> None:
        self._say(packet(opcode, data), now_s)

    def _say(self, data: bytes, now_s: float) -> None:
        self._free_s = max(now_s, self._free_s) + len(data) * self._byte_s
        self._outgoing += data


def _encoded(code: str) -> bytes:
    data = code.encode()
    if len(data) > LONGEST_CODE:
        raise ValueError(f"a code has at most {LONGEST_CODE} bytes, not {len(data)}")
    return data
