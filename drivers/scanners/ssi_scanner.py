"""A scan engine in Zebra's packet mode (SSI), as a conversation.

Each packet of the scanner is acknowledged, or it sends it again after about 2 s. A packet that is damaged is asked for
again. A long code comes in several packets, each with the code's type in front; all but the last say that more follows.
Times in seconds of any monotonic clock.
Sources: Zebra SSI guide, as seen in public programs; Symbol SE 923 integration guide, 6-15; Zebra DS4308 reference
guide, 7-5 (two retries, the bit that marks them); github clocklimited/motorola-ssi-scanner, scanner.js (a code in
several packets).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from drivers.errors import BadSetting
from drivers.health import FaultCode
from drivers.scanners import ssi
from drivers.scanners.code_buffer import CodeBuffer
from drivers.scanners.events import Rejection, ScannerCommand, ScannerEvent, StartScanning, StopScanning
from drivers.scanners.judging import CodeSettings, Condition, Judge
from drivers.scanners.rearming import AGAIN_S, Rearming
from drivers.scanners.ssi_line import Noise, SsiLine
from drivers.scanners.ssi_order import SsiOrder

SUSPICION = "wrong baud rate or other device"
_PLAIN_TEXT = "; it sends plain text, so set it to packets, or take the serial driver"
_OUTGOING_LIMIT = 4096
"""Acknowledgements that nobody takes to the wire are dropped: the scanner sends again."""


@dataclass(frozen=True, slots=True)
class SsiSettings(CodeSettings):
    """How the engine was set up at installation. Raises `BadSetting`."""

    answer_s: float = 2.0
    """Either side waits so long for an acknowledgement (the engine's serial response time-out)."""
    again_s: float = AGAIN_S
    """While a code is wanted the session is started again after this time: engines end it by themselves."""

    def __post_init__(self) -> None:
        if self.answer_s <= 0:
            raise BadSetting(f"answer time of the scanner is {self.answer_s} s: give 2, the engine's own default")


class SsiCore:
    """One scan engine in packet mode."""

    def __init__(self, settings: SsiSettings) -> None:
        self._settings = settings
        self._condition = Condition()
        self._judge = Judge(settings, self._condition, SUSPICION)
        self._rearming = Rearming(settings.again_s)
        self._line = SsiLine()
        self._order = SsiOrder(settings.answer_s)
        self._outgoing = bytearray()
        self._forget()

    def _forget(self) -> None:
        """What belongs to one connection."""
        self._code = CodeBuffer()
        self._code_type: int | None = None
        self._accepted: tuple[bytes, float] | None = None
        """The last packet taken, and until when the same one marked as sent again is the same."""
        self._lost_at_s: float | None = None
        """When a code that was damaged, or whose other packets do not come, is given up."""
        self._lost_hint = ""
        self._outgoing.clear()
        self._line.forget()
        self._order.forget()

    def receive(self, data: bytes, now_s: float) -> list[ScannerEvent]:
        """Take bytes as they came; return what their packets mean."""
        events = self.tick(now_s)
        for packet in self._line.receive(data, now_s):
            events += self._heard(packet, now_s)
        return events

    def _heard(self, packet: ssi.SsiPacket, now_s: float) -> list[ScannerEvent]:
        match packet.opcode:
            case ssi.ACK:
                self._order.taken()
                return self._condition.well()
            case ssi.NAK:
                return self._refused(packet.data[0] if packet.data else 0, now_s)
            case ssi.DECODE_DATA if packet.data:
                self._send(ssi.encode_packet(ssi.ACK))
                return [] if self._is_again(packet, now_s) else self._decoded(packet, now_s)
            case _:
                self._send(ssi.encode_packet(ssi.ACK))
                return []

    def _refused(self, cause: int, now_s: float) -> list[ScannerEvent]:
        if cause == ssi.RESEND:
            self._order.again_now(now_s)
            return []
        self._order.forget()
        why = ssi.NAK_CAUSES.get(cause, "no reason known")
        return self._condition.ill(FaultCode.DEVICE_ERROR, f"the engine refused its trigger ({cause:02X}): {why}")

    def _is_again(self, packet: ssi.SsiPacket, now_s: float) -> bool:
        """Whether the scanner repeats what was taken, because our acknowledgement was lost.

        One that is marked as repeated and was never taken (it came damaged before) is new.
        """
        content = bytes((packet.status & ssi.MORE_FOLLOWS,)) + packet.data
        last, self._accepted = self._accepted, (content, now_s + 3 * self._settings.answer_s)
        marked = bool(packet.status & ssi.RETRANSMITTED)
        return marked and last is not None and last[0] == content and now_s < last[1]

    def _decoded(self, packet: ssi.SsiPacket, now_s: float) -> list[ScannerEvent]:
        code_type, text = packet.data[0], packet.data[1:]
        if self._code_type not in (None, code_type):
            return self._give_up("; packets of two codes came mixed")
        self._code_type = code_type
        events = self._judge.too_long() if self._code.add(text) else []
        if packet.status & ssi.MORE_FOLLOWS:
            self._lost_at_s = now_s + 3 * self._settings.answer_s
            return events
        raw, self._code_type, self._lost_at_s = self._code.take(), None, None
        self._rearming.code_read(now_s)
        if raw:
            events += self._judge.code(raw, now_s, symbology=ssi.SYMBOLOGIES.get(code_type))
        return events

    def submit(self, command: ScannerCommand, now_s: float) -> None:
        """Start or stop a session. The last order counts."""
        match command:
            case StartScanning():
                self._start(now_s)
            case StopScanning():
                self._rearming.stop()
                self._order.give(ssi.STOP_SESSION, now_s)
            case _:
                assert_never(command)

    def _start(self, now_s: float) -> None:
        self._rearming.start(now_s)
        self._order.give(ssi.START_SESSION, now_s)

    def tick(self, now_s: float) -> list[ScannerEvent]:
        """Noise ends with silence and is answered; what does not come is given up; orders are repeated."""
        events: list[ScannerEvent] = []
        packets, noise = self._line.silence(now_s)
        for packet in packets:
            events += self._heard(packet, now_s)
        if noise is not None:
            self._ask_again(noise, now_s)
        if self._lost_at_s is not None and now_s >= self._lost_at_s:
            events += self._give_up(self._lost_hint)
        if self._order.is_given_up(now_s):
            detail = f"{SUSPICION}: the scanner does not acknowledge its trigger"
            events += self._condition.ill(FaultCode.NO_ANSWER, detail)
        if self._rearming.is_due(now_s):
            self._start(now_s)
        return events

    def _ask_again(self, noise: Noise, now_s: float) -> None:
        self._lost_hint = _PLAIN_TEXT if noise is Noise.TEXT else ""
        if self._lost_at_s is None:
            self._lost_at_s = now_s + self._settings.answer_s
        self._send(ssi.encode_packet(ssi.NAK, bytes((ssi.RESEND,))))

    def _give_up(self, hint: str) -> list[ScannerEvent]:
        self._code.take()
        self._code_type = self._lost_at_s = None
        return self._judge.damaged(Rejection.CHECKSUM, hint)

    def _send(self, packet: bytes) -> None:
        if len(self._outgoing) > _OUTGOING_LIMIT:
            self._outgoing.clear()
        self._outgoing += packet

    def due_s(self) -> float | None:
        """The earliest of: silence after noise, a code given up, an order repeated, the trigger given again."""
        dues = (self._line.due_s, self._lost_at_s, self._order.due_s, self._rearming.due_s)
        return min((due for due in dues if due is not None), default=None)

    def take_outgoing(self) -> bytes:
        """Acknowledgements, then the order under way."""
        outgoing = bytes(self._outgoing) + self._order.take_outgoing()
        self._outgoing.clear()
        return outgoing

    def port_opened(self, now_s: float) -> list[ScannerEvent]:
        """Start afresh; a code that is wanted is still wanted."""
        self._forget()
        self._judge.start_afresh()
        if self._rearming.wanted:
            self._start(now_s)
        return self._condition.well()

    def port_lost(self, reason: str, now_s: float) -> list[ScannerEvent]:
        """Half a code is dropped: a code cut by an unplugged cable could be another patron's."""
        self._forget()
        return self._condition.gone(reason)
