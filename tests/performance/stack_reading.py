"""P1: reading a stack of ten books on a FEIG pad at 38,400 baud: `python -m tests.performance.stack_reading`.

Prints a table for people and one JSON object. No test: what it finds depends on the machine.

The pad is `firmware-sim serve` as a process of its own: it keeps the wire's time for each byte and the time on the air
of ISO/IEC 15693. Our driver runs behind its pump, as in the kiosk. The same blocks of the same tags are then read on
the same line block by block, one request each, as simple programs do it. rfidgeek cannot be measured here: it speaks
the protocol of TI's TRF7970A board and no other.

Beside it stand floors that are reckoned and not measured. The exchanges' own time is what the exchanges that took place
need on air and wire; what the reader wants besides is 5 ms of silence between two of them (FEIG H20800-16e-ID-B, 3.1),
which count as ours in the aim and are told apart. The physical minimum is one inventory and one read of each tag.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Literal

from drivers.codecs.tag_data import encode, with_index
from drivers.pads.feig.core import FeigPad
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.protocol import PadEvent, TagRead
from drivers.ports.pump import Pump
from drivers.ports.serial import LineSettings, Parity, SerialPort
from tests.performance.block_by_block import PSST_S, BlockByBlock
from tests.performance.exchanges import Exchange, exchanges_of, minimum_s
from tests.real_parts import PATIENCE_S

BOOKS = 10
ROUNDS = 5
BLOCKS, BLOCK_BYTES = 28, 4
AIM_OWN_TIME, AIM_BLOCK_BY_BLOCK = 1.10, 5.0
SIMULATOR = Path(sys.executable).with_name("firmware-sim")


@dataclass(frozen=True, slots=True)
class Round:
    """One stack, read by our driver. Seconds."""

    took_s: float
    exchanges: tuple[Exchange, ...]

    @property
    def own_time_s(self) -> float:
        return sum(each.air_s + each.wire_s for each in self.exchanges)

    @property
    def with_pauses_s(self) -> float:
        """Air, wire, and the silence between the exchanges."""
        return self.own_time_s + PSST_S * (len(self.exchanges) - 1)

    @property
    def ratio(self) -> float:
        return self.took_s / self.own_time_s


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="kiosk-stack-") as folder:
        simulator = start_simulator(Path(folder))
        try:
            path = str(Path(folder) / "devices" / "pad")
            rounds = [read_stack(path) for _ in range(ROUNDS)]
            blocks = rounds[0].exchanges[-1].blocks
            block_by_block_s = BlockByBlock(path).read_stack(blocks)
        finally:
            simulator.terminate()
            simulator.wait()
    report(rounds, block_by_block_s)


def report(rounds: list[Round], block_by_block_s: float) -> None:
    middle = sorted(rounds, key=lambda each: each.took_s)[len(rounds) // 2]
    least_s = minimum_s(BOOKS, middle.exchanges[-1].blocks, BLOCK_BYTES)
    ratio = median(each.ratio for each in rounds)
    lines = [
        ("our driver behind its pump", middle.took_s, ""),
        ("air and wire of its exchanges", middle.own_time_s, f"× {ratio:.3f}, aim ≤ {AIM_OWN_TIME}"),
        (
            "the same with the reader's pauses",
            middle.with_pauses_s,
            f"× {middle.took_s / middle.with_pauses_s:.3f}",
        ),
        ("physical minimum", least_s, f"× {middle.took_s / least_s:.3f}"),
        (
            "block by block, same line",
            block_by_block_s,
            f"{block_by_block_s / middle.took_s:.1f} times ours, aim ≥ {AIM_BLOCK_BY_BLOCK:.0f}",
        ),
    ]
    for what, seconds, beside in lines:
        sys.stdout.write(f"{what:36}{seconds:8.3f} s   {beside}\n")
    found = {
        "books": BOOKS,
        "blocks_of_each": middle.exchanges[-1].blocks,
        "exchanges": len(middle.exchanges),
        "took_s": round(middle.took_s, 3),
        "air_and_wire_s": round(middle.own_time_s, 3),
        "times_air_and_wire": round(ratio, 3),
        "air_wire_and_pauses_s": round(middle.with_pauses_s, 3),
        "times_air_wire_and_pauses": round(middle.took_s / middle.with_pauses_s, 3),
        "physical_minimum_s": round(least_s, 3),
        "block_by_block_s": round(block_by_block_s, 3),
        "times_faster_than_block_by_block": round(block_by_block_s / middle.took_s, 1),
    }
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


def read_stack(path: str) -> Round:
    """From the first byte of the inventory that finds the stack to the event that tells the last book's memory."""
    events: queue.SimpleQueue[tuple[float, PadEvent]] = queue.SimpleQueue()
    wire: list[tuple[float, Literal["out", "in"], bytes]] = []
    pump = Pump(
        FeigPad(FeigSettings()),
        SerialPort(path, LineSettings(38_400, Parity.EVEN)),
        lambda event: events.put((time.monotonic(), event)),
        tap=lambda direction, data: wire.append((time.monotonic(), direction, data)),
    )
    pump.start()
    try:
        ended_s = last_of_stack_s(events)
    finally:
        pump.stop()
    exchanges = exchanges_of(wire, ended_s)
    first = next(place for place, each in enumerate(exchanges) if each.tags_found)
    return Round(ended_s - exchanges[first].began_s, tuple(exchanges[first:]))


def last_of_stack_s(events: queue.SimpleQueue[tuple[float, PadEvent]]) -> float:
    read: set[str] = set()
    while True:
        at_s, event = events.get(timeout=PATIENCE_S)
        if isinstance(event, TagRead):
            read.add(event.uid)
        if len(read) == BOOKS:
            return at_s


def start_simulator(folder: Path) -> subprocess.Popen[str]:
    """Ready when it says so."""
    room = folder / "room.toml"
    room.write_text("\n".join(room_of_ten()), encoding="utf-8")
    names = [f"book-{number}" for number in range(BOOKS)]
    words = [str(SIMULATOR), "serve", str(room), "--folder", str(folder / "devices"), "--on-pad", *names]
    simulator = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert simulator.stdout is not None
    assert simulator.stdout.readline(), "the simulator did not start"
    return simulator


def room_of_ten() -> Iterator[str]:
    yield '[pad]\ndriver = "feig"\nbaud = 38400\nline = "pty"'
    for number in range(BOOKS):
        item = f"{30000000000000 + number * 7919}"
        elements = with_index(
            {"primary_item_identifier": item, "owner_institution": "FI-Mamk-M", "type_of_usage": "10"}
        )
        memory = encode("iso28560-2", elements, lock=["primary_item_identifier"]).memory
        yield f'[[item]]\nname = "book-{number}"\nnumber = "{item}"\ntitle = "Book {number}"'
        yield f'[[item.tag]]\nuid = "E004015000{number * 0x01234567 & 0xFFFFFF:06X}"\nafi = 0x07\ndsfid = 0x06'
        yield f'blocks = {BLOCKS}\nblock_size = {BLOCK_BYTES}\nmemory = "{memory.hex()}"'


if __name__ == "__main__":
    main()
