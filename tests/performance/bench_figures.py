"""Measures the bench on this machine and prints one JSON object: `python -m tests.performance.bench_figures`.

No test: what it finds depends on the machine. `docs/figures.md` says what was found, where, and what is aimed at.
"""

from __future__ import annotations

import json
import socket
import sys
import tempfile
import threading
import time
from collections import deque
from pathlib import Path
from statistics import median

import httpx

from kiosk.bench.process import cpu_s
from kiosk.bench.running import until
from kiosk.demo.bench_client import BenchClient
from kiosk.demo.house import DEMO_CONFIG, SIMULATOR, House
from kiosk.demo.mirror_client import MirrorClient
from kiosk.demo.playing import await_opening
from kiosk.demo.real import RealClock
from kiosk.demo.scenario import Part, RoadEnd, RoadState, Setting
from kiosk.demo.watching import items_shown

IDLE_S, MOVING_S, SLOW_S = 20.0, 1.5, 4.0
CLICKS = 40
BOOK = "35555000012346"
PART = b"--frame\r\n"


class Page:
    """What a browser holds open: the live picture and the news."""

    def __init__(self, port: int) -> None:
        self.pictures_s: deque[float] = deque(maxlen=10_000)
        """When each picture began."""
        self._port = port
        for path in ("/screen.mjpeg", "/api/events"):
            threading.Thread(target=self._read, args=(path,), daemon=True).start()

    def _read(self, path: str) -> None:
        with socket.create_connection(("127.0.0.1", self._port)) as line:
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            while piece := line.recv(1 << 20):
                self.pictures_s.extend([time.monotonic()] * piece.count(PART))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="kiosk-figures-") as folder:
        house = House(DEMO_CONFIG, Path(folder), Setting(), mode="headless")
        house.start()
        bench, mirror = BenchClient(house.ports.bench), MirrorClient(house.ports.mirror)
        try:
            await_opening(mirror, RealClock(), online=True)
            page = Page(house.ports.bench)
            found = {"click_ms": click_ms(house)}
            found |= idle_percent(house)
            found["pictures_a_second"] = pictures_a_second(house, bench, mirror, page)
        finally:
            mirror.close()
            bench.close()
            house.stop()
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


def click_ms(house: House) -> float:
    """From the order to the kiosk's answer, which comes when the picture is shown; where nothing is to be touched."""
    with httpx.Client(base_url=f"http://127.0.0.1:{house.ports.bench}", trust_env=False) as http:
        taken = []
        for _ in range(CLICKS):
            began_s = time.monotonic()
            http.post("/api/touch", json={"across": 0.5, "down": 0.05}).raise_for_status()
            taken.append(time.monotonic() - began_s)
    return round(1000 * median(taken), 1)


def idle_percent(house: House) -> dict[str, float]:
    """Of one core, a page open and nothing changing."""
    pids = {name: house.children[name].process for name in (SIMULATOR, Part.KIOSK.value)}
    before = {name: cpu_s(process.pid) for name, process in pids.items() if process is not None}
    time.sleep(IDLE_S)
    return {
        f"{name}_idle_percent": round(100 * (cpu_s(process.pid) - before[name]) / IDLE_S, 2)
        for name, process in pids.items()
        if process is not None
    }


def pictures_a_second(house: House, bench: BenchClient, mirror: MirrorClient, page: Page) -> float:
    """While an icon turns: central is slow to answer whether a book may be lent."""
    bench.card("tap", "wei")
    until(mirror, lambda view: view.screen == "home")
    house.roads.set(RoadEnd.CENTRAL, RoadState.SLOW, SLOW_S)
    bench.put_on_pad((BOOK,))
    until(mirror, lambda view: any(node.state == "working" for node in items_shown(view)))
    began_s = time.monotonic()
    time.sleep(MOVING_S)
    return round(sum(began_s <= when_s for when_s in page.pictures_s) / MOVING_S, 1)


if __name__ == "__main__":
    main()
