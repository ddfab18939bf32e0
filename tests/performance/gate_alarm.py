"""P7: from a gate's report to the lamp's order, at a real `kiosk gate`: `python -m tests.performance.gate_alarm`.

Prints a table for people and one JSON object. No test: what it finds depends on the machine.

A FEIG reader that notifies, played here, sends one tag after another; the relay board is a pseudo-terminal whose
master is read here. Beside it, the same report goes to a bare loop that reads the socket and writes the order, and does
nothing else. Both once on a quiet machine and once with a busy process on each core, and both at the priority of the
gate's unit, which only root may give. The gate's copy of the ledger holds five million items and their tags' UIDs; its
memory is read from /proc at the end.
"""

from __future__ import annotations

import json
import os
import pty
import select
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

from fastcrc import crc16

from kiosk.central.lent.copying import sorted_keys
from kiosk.model.ids import ItemId, Uid
from kiosk.wire.lent_file import LentHeader, encode_head, item_key, uid_key

ITEMS = 5_000_000
REPORTS, CROWD = 300, 500
PAUSE_S = 0.03
ON = bytes.fromhex("A00101A2")
"""Channel 1 on (LCUS: A0, channel, state, sum)."""
ACKNOWLEDGED = bytes.fromhex("06003200a9cd")
"""Answer to 0x32 (docs/devices.md, section 18: notification with acknowledge)."""
PRIORITY = ["chrt", "--rr", "10"]
"""As in systemd/kiosk-gate.service."""
AIM_RATIO, AIM_MS, AIM_MB, AIM_START_S = 2.0, 5.0, 150.0, 3.0
BARE = """
import os, socket, sys
line = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
port = os.open(sys.argv[2], os.O_RDWR | os.O_NOCTTY)
while line.recv(4096):
    os.write(port, bytes.fromhex("A00101A2"))
"""
GATE = """
site = "main"
station = "gate-1"
ledger = "{folder}/gate.sqlite"
[[gates]]
driver = "feig-notifying"
port = "tcp-listen://127.0.0.1:{port}?peer=127.0.0.1"
[times]
together_s = 0
[[signals]]
driver = "serial-relay"
port = "{relay}"
outputs = [{{ name = "lamp", channel = 1 }}]
[[rings]]
output = "lamp"
for_s = 0.005
[broker]
port = 1
[copy]
path = "{folder}/copy"
[page]
port = 0
"""


def main() -> None:
    # The one who measures must not wait for the busy ones either; its children begin at the usual priority.
    os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(10))
    with tempfile.TemporaryDirectory(prefix="kiosk-gate-") as name:
        folder = Path(name)
        write_copy(folder / "copy")
        board, relay = pty.openpty()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        (folder / "gate.toml").write_text(GATE.format(folder=folder, port=port, relay=os.ttyname(relay)))
        started_s = time.monotonic()
        gate = subprocess.Popen(
            [*PRIORITY, sys.executable, "-m", "kiosk", "gate", "--config", name],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert gate.stdout is not None
        assert gate.stdout.readline()
        start_s = time.monotonic() - started_s
        with closing(socket.create_connection(("127.0.0.1", port))) as reader:
            reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            figures = both(lambda number: lit(reader, board, number), bare_loop)
            crowd_s = crowd(reader)
            found = rung(folder / "gate.sqlite")
        memory_mb = resident_mb(gate.pid)
        gate.terminate()
        gate.wait()
    report(figures, start_s, memory_mb, crowd_s, found)


def write_copy(folder: Path) -> None:
    """Five million items, each tenth lent, and a UID of each."""
    folder.mkdir()

    def names() -> Iterator[tuple[int, bool]]:
        for number in range(ITEMS):
            yield item_key(ItemId(f"{35_555_000_000_000 + number}")), number % 10 == 0
            yield uid_key(Uid(uid_of(number).hex().upper())), number % 10 == 0

    keys = sorted_keys(names())
    with (folder / "lent-1-bench.bin").open("wb") as file:
        file.write(encode_head(LentHeader(1, datetime.now(UTC), sum(map(len, keys)), {})))
        for bucket in keys:
            file.write(bucket.tobytes())


def uid_of(number: int) -> bytes:
    return bytes.fromhex("E0040150") + number.to_bytes(4, "big")


def report_of(number: int) -> bytes:
    """The unasked answer of 0x22 (docs/devices.md, section 11): identity, antenna and time of one tag."""
    body = bytes.fromhex("1b00220031000100") + bytes.fromhex("120300") + b"\x08" + uid_of(number)
    body += bytes.fromhex("0e1e1f4001")
    return body + crc16.mcrf4xx(body).to_bytes(2, "little")


def lit(reader: socket.socket, board: int, number: int) -> float:
    """Seconds from a report to the order that switches the lamp on."""
    began_s = time.perf_counter()
    reader.sendall(report_of(number))
    seen = b""
    while ON not in seen:
        seen += os.read(board, 64)
    took_s = time.perf_counter() - began_s
    acknowledge(reader)
    while select.select([board], [], [], PAUSE_S)[0]:  # and off again
        os.read(board, 64)
    return took_s


def acknowledge(reader: socket.socket) -> None:
    """Take the gate's 0x32, and answer it."""
    reader.recv(64)
    reader.sendall(ACKNOWLEDGED)


@contextmanager
def bare_loop() -> Iterator[Callable[[int], float]]:
    board, relay = pty.openpty()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        loop = subprocess.Popen(
            [*PRIORITY, sys.executable, "-c", BARE, str(listener.getsockname()[1]), os.ttyname(relay)]
        )
        line, _ = listener.accept()
    with closing(line):
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def once(number: int) -> float:
            began_s = time.perf_counter()
            line.sendall(report_of(number))
            os.read(board, 64)
            took_s = time.perf_counter() - began_s
            time.sleep(PAUSE_S)
            return took_s

        yield once
    loop.wait()


def both(ours: Callable[[int], float], bare: Callable[[], object]) -> dict[str, float]:
    """p50 and p99 in milliseconds of both, quiet and busy, in turns."""
    figures: dict[str, float] = {}
    place = 1
    with bare_loop() as theirs:
        for load in ("quiet", "busy"):
            with busy(os.cpu_count() or 1 if load == "busy" else 0):
                times: dict[str, list[float]] = {"gate": [], "bare": []}
                for number in range(place, place + REPORTS):
                    times["gate"].append(ours(number * 10 + 1))
                    times["bare"].append(theirs(number))
                place += REPORTS
            for name, took in times.items():
                cuts = quantiles(took, n=100)
                figures |= {f"{name}_{load}_p50_ms": cuts[49] * 1e3, f"{name}_{load}_p99_ms": cuts[98] * 1e3}
    return figures


@contextmanager
def busy(processes: int) -> Iterator[None]:
    started = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for one in started:
            one.kill()
            one.wait()


def crowd(reader: socket.socket) -> float:
    """As many tags as fit, one report a tag; seconds until the gate has acknowledged the last."""
    began_s = time.perf_counter()
    for number in range(CROWD):
        reader.sendall(report_of(4_000_001 + 10 * number))
        acknowledge(reader)
    return time.perf_counter() - began_s


def rung(ledger: Path) -> int:
    """Tags that rang, by the gate's own history."""
    with closing(sqlite3.connect(ledger)) as file:
        row = file.execute("SELECT count(DISTINCT uid) FROM journal WHERE kind = 'gate.alarmed'").fetchone()
    return int(row[0])


def resident_mb(pid: int) -> float:
    """All that the process holds in memory, pages of the mapped copy included."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def report(figures: dict[str, float], start_s: float, memory_mb: float, crowd_s: float, found: int) -> None:
    for load in ("quiet", "busy"):
        gate, bare = figures[f"gate_{load}_p99_ms"], figures[f"bare_{load}_p99_ms"]
        print(
            f"{load}: gate p50 {figures[f'gate_{load}_p50_ms']:.2f} ms, p99 {gate:.2f} ms; bare loop p99 {bare:.2f} ms"
        )
        print(f"  p99 is {gate / bare:.1f} times the bare loop's (aim {AIM_RATIO})")
    print(f"p99 with a busy machine: {figures['gate_busy_p99_ms']:.2f} ms (aim {AIM_MS})")
    print(f"{CROWD} tags one after another: {crowd_s:.1f} s; {found} of {2 * REPORTS + CROWD} tags are in the history")
    print(
        f"memory with {ITEMS} items: {memory_mb:.0f} MB (aim {AIM_MB:.0f}); start: {start_s:.2f} s (aim {AIM_START_S})"
    )
    told = {**figures, "start_s": start_s, "memory_mb": memory_mb, "crowd_s": crowd_s, "found": found}
    print(json.dumps({name: round(value, 3) for name, value in told.items()}))


if __name__ == "__main__":
    main()
