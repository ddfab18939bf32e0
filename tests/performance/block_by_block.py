"""The simple way to read a stack: one block a request, over and over. Written from FEIG H20800-16e-ID-B, 3.1 and 7."""

from __future__ import annotations

import struct
import time

import serial
from fastcrc.crc16 import mcrf4xx

PSST_S = 0.005
QUIET_S, PATIENCE_S = 0.5, 2.0
MORE_DATA = 0x94
RECORD = 10


class BlockByBlock:
    """A host that knows nothing better. It owns the line while it reads."""

    def __init__(self, path: str) -> None:
        self._line = serial.Serial(path, 38_400, timeout=QUIET_S)
        while self._line.read(256):
            """Somebody else's exchange comes to its end."""
        self._line.timeout = PATIENCE_S

    def read_stack(self, blocks: int) -> float:
        """Seconds from the inventory's first byte to the last tag's last block; AFI and size are asked for, too."""
        began_s = time.monotonic()
        for uid in self._inventory():
            assert self._ask(bytes((0xB0, 0x2B, 0x01)) + uid)[3] == 0, "no system information"
            for block in range(blocks):
                answer = self._ask(bytes((0xB0, 0x23, 0x01)) + uid + bytes((block, 1)))
                assert answer[3] == 0, f"block {block} was not read"
        took_s = time.monotonic() - began_s
        self._line.close()
        return took_s

    def _inventory(self) -> list[bytes]:
        uids: list[bytes] = []
        answer = self._ask(bytes.fromhex("B00100"))
        while True:
            uids += [answer[7 + RECORD * place : 15 + RECORD * place] for place in range(answer[4])]
            if answer[3] != MORE_DATA:
                return uids
            answer = self._ask(bytes.fromhex("B00180"))

    def _ask(self, body: bytes) -> bytes:
        """One exchange, and the pause that the reader wants behind it."""
        framed = bytes((len(body) + 4, 0xFF)) + body
        self._line.write(framed + struct.pack("<H", mcrf4xx(framed)))
        head = bytes(self._line.read(1))
        answer = head + bytes(self._line.read(head[0] - 1))
        time.sleep(PSST_S)
        return answer
