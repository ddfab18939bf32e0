"""Other people's clients, `sllurp` and `llrpkit`, work with the simulated reader over a real socket."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue

import pytest
from llrpkit.reader import AccessResult, Reader
from sllurp.llrp import C1G2Read, C1G2Write, LLRPReaderClient, LLRPReaderConfig  # type: ignore[import-untyped]

from firmware_sim.devices.device_clock import DeviceClock
from firmware_sim.devices.llrp import LlrpReader
from firmware_sim.devices.uhf_field import PadField
from firmware_sim.lines.line import Line
from firmware_sim.lines.tcp import TcpListener
from firmware_sim.lines.wire_log import WireLog
from firmware_sim.room.room import Room
from firmware_sim.room.uhf_tag import Bank
from tests.firmware_sim.llrp_host import EPC_96, ISO_UII, a_uhf_book, a_uhf_tag, messages_of
from tests.real_parts import PATIENCE_S


class Desk:
    """A reader on a socket, two books on its pad, and what sllurp was told of them."""

    def __init__(self, folder: Path) -> None:
        self.book = a_uhf_book("B1", a_uhf_tag(ISO_UII, 0x2D07))
        self.room = Room([self.book, a_uhf_book("B2", a_uhf_tag(EPC_96))], [])
        self.room.put_on_pad(["B1", "B2"])
        self.lock = threading.Lock()
        reader = LlrpReader(PadField(self.room), DeviceClock(datetime(2026, 11, 24, 9, 3, 11), time.monotonic()))
        end = TcpListener(folder / "pad.address", lambda: reader.turn_away(time.monotonic()))
        self.line = Line("pad", reader, self.lock, end, 0.0, WireLog(time.monotonic), time.monotonic)
        self.line.start()
        self.told: SimpleQueue[dict[str, object]] = SimpleQueue()

    @property
    def place(self) -> tuple[str, int]:
        host, port = self.line.address.removeprefix("tcp://").split(":")
        return host, int(port)

    def client(self, **wishes: object) -> LLRPReaderClient:
        client = LLRPReaderClient(*self.place, config=LLRPReaderConfig({"report_every_n_tags": 1, **wishes}))
        client.add_tag_report_callback(self._heard)
        client.connect()
        return client

    def _heard(self, _: LLRPReaderClient, tags: list[dict[str, object]]) -> None:
        for tag in tags:
            self.told.put(tag)

    def tag_with(self, key: str) -> dict[str, object]:
        """The next tag that was told with this."""
        while True:
            tag = self.told.get(timeout=PATIENCE_S)
            if key in tag:
                return tag


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.line.stop()


def epc(tag: dict[str, object]) -> bytes:
    value = tag["EPC"]
    assert isinstance(value, bytes)
    return bytes.fromhex(value.decode())


def test_sllurp_finds_both_books_with_their_epcs(desk: Desk) -> None:
    client = desk.client()
    found = {epc(desk.told.get(timeout=PATIENCE_S)) for _ in range(20)}
    client.disconnect()
    client.join(PATIENCE_S)
    assert found == {ISO_UII, EPC_96}
    assert not client.is_alive()


def test_sllurp_reads_and_writes_the_users_bank(desk: Desk) -> None:
    client = desk.client(tag_content_selector={"EnableAccessSpecID": True})
    desk.told.get(timeout=PATIENCE_S)
    client.llrp.startAccess(C1G2Write(OpSpecID=5, MB=3, WordPtr=0, WriteDataWordCount=2, WriteData=b"\x06\1\2\3"))
    wrote = desk.tag_with("C1G2WriteOpSpecResult")["C1G2WriteOpSpecResult"]
    client.llrp.nextAccess(C1G2Read(OpSpecID=6, MB=3, WordPtr=0, WordCount=2))
    read = desk.tag_with("C1G2ReadOpSpecResult")["C1G2ReadOpSpecResult"]
    client.disconnect()
    client.join(PATIENCE_S)
    assert wrote == {"Result": 0, "OpSpecID": 5, "NumWordsWritten": 2}
    assert isinstance(read, dict)
    assert (read["Result"], read["ReadData"]) == (0, b"\x06\1\2\3")
    assert desk.book.uhf[0].read(Bank.USER, 0, 2) == b"\x06\1\2\3"


def test_who_comes_second_is_told_why_it_is_left(desk: Desk) -> None:
    client = desk.client()
    desk.told.get(timeout=PATIENCE_S)
    with socket.create_connection(desk.place, PATIENCE_S) as second:
        heard = b""
        while piece := second.recv(256):
            heard += piece
    client.disconnect()
    client.join(PATIENCE_S)
    assert messages_of(heard)[0].event() == (256, b"\0\2")


def test_llrpkit_reads_the_capabilities_finds_both_books_and_reads_and_writes_their_banks(desk: Desk) -> None:
    host, port = desk.place

    async def works() -> tuple[int, set[bytes], list[AccessResult]]:
        async with Reader(host, port=port) as reader:
            found: set[bytes] = set()
            async for tag in reader.inventory(duration=PATIENCE_S):
                found.add(tag.epc)
                if len(found) == 2:
                    break
            results = [
                await reader.write_memory(bank="user", word_pointer=1, data=b"\x06\1\2\3", target_epc=ISO_UII),
                await reader.read_memory(bank="user", word_count=3, target_epc=ISO_UII),
                await reader.read_memory(bank="epc", word_pointer=1, word_count=6, target_epc=ISO_UII),
            ]
            return reader.max_antennas, found, results

    antennas, found, (wrote, user, epc_bank) = asyncio.run(works())
    assert (antennas, found) == (1, {ISO_UII, EPC_96})
    assert (wrote.ok, wrote.words_written) == (True, 2)
    assert (user.data, epc_bank.data) == (b"\0\0\x06\1\2\3", b"\x2d\x07" + ISO_UII)
