"""A kiosk as it runs: how long it takes to be there, what it takes while nobody is, and how quickly it lends.

The demo's house is started with everything in it, the kiosk with a window of SDL's dummy driver.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from kiosk.bench.figure import Figure
from kiosk.bench.process import cpu_s, resident_mb
from kiosk.demo.bench_client import BenchClient
from kiosk.demo.house import DEMO_CONFIG, House
from kiosk.demo.mirror_client import MirrorClient, View
from kiosk.demo.playing import await_opening
from kiosk.demo.real import RealClock
from kiosk.demo.scenario import Part, Setting
from kiosk.demo.watching import items_shown

BOOKS = ("35555000012346", "35555000012353", "35555000012361", "35555000012395", "35555000012445")
TOUCHES = 40
IDLE_S = 20.0
PATIENCE_S = 30.0
"""The mirror lets nobody wait for longer."""
STARTS = 3
MOST_IDLE_PERCENT = 1.0
MOST_RESIDENT_MB = 250.0
MOST_START = 1.3
LOADED = "import json, sys; sys.stdout.write(json.dumps(sorted(sys.modules)))"


def figures() -> Iterator[Figure]:
    """From a cold start to five books lent."""
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as folder:
        house = House(DEMO_CONFIG, Path(folder), Setting(), mode="window")
        began = time.monotonic()
        house.start()
        yield Figure(
            "demo_ready_s", "`kiosk demo`, everything installed: start to ready", time.monotonic() - began, "s", 5
        )
        bench, mirror = BenchClient(house.ports.bench), MirrorClient(house.ports.mirror)
        try:
            await_opening(mirror, RealClock(), online=True)
            yield from _idle(house)
            yield from _touches(mirror)
            yield from _five_books(bench, mirror)
            yield Figure(
                "resident_mb",
                "resident memory of the kiosk after that",
                resident_mb(_pid(house)),
                "MB",
                MOST_RESIDENT_MB,
            )
            yield from _start(house)
        finally:
            mirror.close()
            bench.close()
            house.stop()


def _pid(house: House) -> int:
    process = house.part(Part.KIOSK).process
    assert process is not None, "the kiosk runs"
    return process.pid


def _idle(house: House) -> Iterator[Figure]:
    """Nobody there: pad polled, clock shown, touches looked for, line kept."""
    before = cpu_s(_pid(house))
    time.sleep(IDLE_S)
    found = 100 * (cpu_s(_pid(house)) - before) / IDLE_S
    yield Figure(
        "idle_cpu_percent", "CPU of the idle kiosk with a window (P9), of a core", found, "%", MOST_IDLE_PERCENT
    )


def _touches(mirror: MirrorClient) -> Iterator[Figure]:
    """From a touch on the language button to the painted picture of the other language, socket included."""
    times: list[float] = []
    view = mirror.view()
    for _ in range(TOUCHES):
        began = time.monotonic()
        mirror.act("language.next")
        view = mirror.view(view.number, PATIENCE_S)
        times.append(1000 * (time.monotonic() - began))
    yield Figure(
        "touch_ms_median", "touch to changed picture, through the mirror's socket: median", median(times), "ms", 50
    )
    yield Figure(
        "touch_ms_most", f"the same, slowest of {TOUCHES}: the patron sees that it was noticed", max(times), "ms", 100
    )


def _five_books(bench: BenchClient, mirror: MirrorClient) -> Iterator[Figure]:
    """Card first, then five books at once: from laying them down to five confirmed loans on the screen."""
    bench.card("tap", "wei")
    until(mirror, lambda view: view.screen == "home")
    began = time.monotonic()
    bench.put_on_pad(BOOKS)
    until(mirror, lambda view: [node.state for node in items_shown(view)] == ["done"] * len(BOOKS))
    yield Figure("five_books_s", "five books laid down to five loans on the screen", time.monotonic() - began, "s", 4)
    mirror.act("borrow.done")
    until(mirror, lambda view: view.screen == "receipt")


def _start(house: House) -> Iterator[Figure]:
    """Processor time from the start to ready, beside that of a Python which imports the same modules and ends."""
    modules = json.loads(_python(f"import kiosk.commands.run, kiosk.station.process; {LOADED}")[1])
    imports = "; ".join(f"import {name}" for name in modules if name.startswith(("kiosk.", "drivers.")))
    imported_s = min(_python(imports)[0] for _ in range(STARTS))
    kiosk = house.part(Part.KIOSK)
    took: list[float] = []
    for _ in range(STARTS):
        kiosk.stop()
        kiosk.start()
        kiosk.wait_ready(PATIENCE_S)
        took.append(cpu_s(_pid(house)))
    yield Figure("imports_s", "processor time of the imports alone", imported_s, "s")
    yield Figure(
        "cold_start", "cold start to ready, in times of that (P9)", min(took) / imported_s, "times", MOST_START
    )


def _python(code: str) -> tuple[float, str]:
    """Processor seconds of a Python that runs this, and what it printed."""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = process.stdout.read()
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
    return used.ru_utime + used.ru_stime, printed


def until(mirror: MirrorClient, holds: Callable[[View], bool]) -> View:
    end_s = time.monotonic() + PATIENCE_S
    view = mirror.view()
    while not holds(view):
        if time.monotonic() > end_s:
            raise TimeoutError(f"the kiosk still shows {view.screen!r} after {PATIENCE_S:.0f} s")
        view = mirror.view(view.number, 1.0)
    return view
