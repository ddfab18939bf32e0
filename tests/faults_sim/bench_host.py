"""A bench in virtual time, and a raw host on one of its lines: no driver, no process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from fastcrc import crc16

from firmware_sim.lines.virtual import VirtualLines
from firmware_sim.settings import parse
from firmware_sim.workbench import Beginning, Workbench
from kiosk.world.agenda import Agenda

UIDS = ("E004015012345678", "E004015012345679", "E00401501234567A")
ANSWER_S = 0.4
"""More than any answer to one request takes; less than `slow` adds."""


def a_room(**tables: object) -> Mapping[str, object]:
    """Three books of one tag each, a card, a gate."""
    items = [
        {"number": f"B{place}", "title": f"Title {place}", "tag": [{"uid": uid, "afi": 0x07, "memory": f"1{place}"}]}
        for place, uid in enumerate(UIDS)
    ]
    card = {"name": "wei", "number": "20230001", "uid": "04A1B2C3"}
    return {"item": items, "card": [card], "gate": [{"name": "exit", "driver": "lsp2"}], **tables}


def feig(command: int, content: str = "") -> bytes:
    """A request in the standard form (FEIG OBID H20800-16e-ID-B, 3.1)."""
    body = bytes((0xFF, command)) + bytes.fromhex(content)
    framed = bytes((len(body) + 3,)) + body
    return framed + int(crc16.mcrf4xx(framed)).to_bytes(2, "little")


WHO = feig(0x65)
VERSION = bytes.fromhex("0D006500010700D05000185140")
"""To `WHO`."""


def is_whole(frame: bytes) -> bool:
    """One standard FEIG frame with a right CRC."""
    good = len(frame) > 4 and len(frame) == frame[0]
    return good and int(crc16.mcrf4xx(frame[:-2])).to_bytes(2, "little") == frame[-2:]


@dataclass(slots=True)
class BenchHost:
    """Sits at the line of one device."""

    agenda: Agenda
    bench: Workbench
    lines: VirtualLines
    device: str
    gone: bool = field(default=False)

    @classmethod
    def at(cls, device: str, *, on_pad: tuple[str, ...] = (), seed: int = 1, **tables: object) -> BenchHost:
        agenda = Agenda(datetime(2026, 3, 2, tzinfo=UTC))
        lines = VirtualLines(agenda)
        settings = parse(dict(a_room(**tables)), "room.toml")
        bench = Workbench(settings, Path("/nowhere"), Beginning(on_pad, seed=seed), lines)
        bench.plug_in()
        host = cls(agenda, bench, lines, device)
        host.open()
        return host

    @property
    def now_s(self) -> float:
        return self.agenda.now_s

    def open(self) -> None:
        """Raises `NotThere` while it is unplugged."""
        self.lines.ends[self.device].open(lambda: None)
        self.wait(0.05)

    @property
    def connected(self) -> bool:
        return self.lines.ends[self.device].is_open

    def wait(self, seconds: float) -> bytes:
        """What is heard in this time."""
        self.agenda.run_until(self.agenda.now_s + seconds)
        return self.lines.ends[self.device].take()

    def ask(self, frame: bytes, for_s: float = ANSWER_S) -> bytes:
        """After a rest of the line."""
        self.wait(0.05)
        self.lines.ends[self.device].give(frame)
        return self.wait(for_s)

    def fault(self, word: str, rate: float | None = None, seconds: float | None = None) -> None:
        self.bench.set_fault(self.device, word, rate, seconds)

    @property
    def fault_now(self) -> str:
        devices = {one.name: one.faults.now for one in self.bench.gates}
        order = devices.get(self.device) or next(
            switch.now for name, switch in self.bench.switches.items() if name == self.device
        )
        return order.fault.value
