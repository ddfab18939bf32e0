"""Measures the demo on this machine and prints one JSON object: `python -m tests.performance.figures`.

No test: what it finds depends on the machine. `docs/figures.md` says what was found, where, and what is aimed at.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from kiosk.demo.bench_client import BenchClient
from kiosk.demo.house import DEMO_CONFIG, House
from kiosk.demo.mirror_client import MirrorClient, View
from kiosk.demo.playing import await_opening
from kiosk.demo.real import RealClock
from kiosk.demo.scenario import Part, Setting
from kiosk.demo.watching import items_shown
from tests.real_parts import PATIENCE_S

BOOKS = ("35555000012346", "35555000012353", "35555000012361", "35555000012395", "35555000012445")
TOUCHES = 40
IDLE_S = 20.0


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="kiosk-figures-") as folder:
        house = House(DEMO_CONFIG, Path(folder), Setting(), mode="headless")
        began = time.monotonic()
        house.start()
        found = {"demo_ready_s": round(time.monotonic() - began, 2)}
        bench, mirror = BenchClient(house.ports.bench), MirrorClient(house.ports.mirror)
        try:
            await_opening(mirror, RealClock(), online=True)
            found["idle_cpu_percent"] = idle_cpu_percent(house)
            found |= touch_ms(mirror)
            found |= five_books_s(bench, mirror)
        finally:
            mirror.close()
            bench.close()
            house.stop()
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


def idle_cpu_percent(house: House) -> float:
    """Of one core, over 20 s, nobody there: pad polled, clock shown, line kept."""
    process = house.part(Part.KIOSK).process
    assert process is not None
    before = cpu_s(process.pid)
    time.sleep(IDLE_S)
    return round(100 * (cpu_s(process.pid) - before) / IDLE_S, 2)


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def touch_ms(mirror: MirrorClient) -> dict[str, float]:
    """From a touch on the language button to the painted picture of the other language, socket included."""
    times: list[float] = []
    view = mirror.view()
    for _ in range(TOUCHES):
        began = time.monotonic()
        mirror.act("language.next")
        view = mirror.view(view.number, PATIENCE_S)
        times.append(1000 * (time.monotonic() - began))
    return {"touch_ms_median": round(median(times), 1), "touch_ms_worst": round(max(times), 1)}


def five_books_s(bench: BenchClient, mirror: MirrorClient) -> dict[str, float]:
    """Card first, then five books at once: from laying them down to five confirmed loans on the screen."""
    bench.card("tap", "wei")
    until(mirror, lambda view: view.screen == "home")
    began = time.monotonic()
    bench.put_on_pad(BOOKS)
    until(mirror, lambda view: [node.state for node in items_shown(view)] == ["done"] * len(BOOKS))
    lent_s = time.monotonic() - began
    mirror.act("borrow.done")
    until(mirror, lambda view: view.screen == "receipt")
    return {"five_books_s": round(lent_s, 2), "five_books_and_receipt_screen_s": round(time.monotonic() - began, 2)}


def until(mirror: MirrorClient, holds: Callable[[View], bool]) -> View:
    end_s = time.monotonic() + PATIENCE_S
    view = mirror.view()
    while not holds(view):
        assert time.monotonic() < end_s, "it never came true"
        view = mirror.view(view.number, 1.0)
    return view


if __name__ == "__main__":
    main()
