"""Cuts the bytes of an SSI line into packets. What is no packet is noise, which ends with silence."""

from __future__ import annotations

from enum import Enum, auto

from drivers.scanners import ssi

SILENCE_S = 0.2
"""Bytes of one packet follow closely; after so much silence the rest of it will not come."""
_SHORTEST = 6
_SOURCE_AT = 2
_PRINTABLE = frozenset(range(0x20, 0x7F)) | frozenset(b"\r\n\t")


class Noise(Enum):
    """What bytes without a packet looked like."""

    TEXT = auto()
    """Printable characters only: the scanner is not in packet mode."""
    BYTES = auto()


class SsiLine:
    """The scanner's side of one line. Times in seconds of any monotonic clock."""

    def __init__(self) -> None:
        self._incoming = bytearray()
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._incoming.clear()
        self._noise_bytes = 0
        self._noise = Noise.TEXT
        self.due_s: float | None = None
        """When silence has lasted."""

    def receive(self, data: bytes, now_s: float) -> list[ssi.SsiPacket]:
        """Bytes as they came; the sound packets that are whole now. Call `silence` before it."""
        self._incoming += data
        packets = self._cut()
        if data:
            self.due_s = now_s + SILENCE_S if self._incoming or self._noise_bytes else None
        return packets

    def silence(self, now_s: float) -> tuple[list[ssi.SsiPacket], Noise | None]:
        """Packets that stood behind a damaged one, and what noise was heard, once silence has lasted.

        Fewer bytes than the shortest packet has are a crackle, of which nothing is told.
        """
        if self.due_s is None or now_s < self.due_s:
            return [], None
        packets: list[ssi.SsiPacket] = []
        while self._incoming:
            self._skip(0)
            del self._incoming[0]
            packets += self._cut()
        noise = self._noise if self._noise_bytes >= _SHORTEST else None
        self.forget()
        return packets, noise

    def _cut(self) -> list[ssi.SsiPacket]:
        """Sound packets; leaves the beginning of one that is not whole. Noise before a sound packet is forgiven."""
        packets: list[ssi.SsiPacket] = []
        at = 0
        while at < len(self._incoming):
            found = self._packet_at(at)
            if found is ssi.SsiFault.TRUNCATED:
                break
            if isinstance(found, ssi.SsiPacket):
                packets.append(found)
                at += found.size
                self._noise_bytes, self._noise = 0, Noise.TEXT
            else:
                self._skip(at)
                at += 1
        del self._incoming[:at]
        return packets

    def _packet_at(self, at: int) -> ssi.SsiPacket | ssi.SsiFault | None:
        """A sound packet of a scanner, the truncated beginning of one, or nothing of that kind."""
        head = self._incoming[at : at + _SOURCE_AT + 1]
        if len(head) > _SOURCE_AT and head[_SOURCE_AT] != ssi.SOURCE_SCANNER:
            return None
        packet = ssi.parse_packet(bytes(self._incoming[at : at + ssi.LONGEST]))
        return packet if isinstance(packet, ssi.SsiFault) or packet.checksum_right else None

    def _skip(self, at: int) -> None:
        self._noise_bytes += 1
        if self._incoming[at] not in _PRINTABLE:
            self._noise = Noise.BYTES
