"""The fleet page under load: `python -m tests.performance.fleet_page`.

Prints the heartbeats a second that one core takes in and judges (10,000 stations need 333), the bytes of the first load
with 3,000 stations, the time that a changed station takes to its tile, and the page's memory before and after thousands
of changes. No test: what it finds depends on the machine.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kiosk.fleet.conditions import Bounds
from kiosk.fleet.fleet import Fleet
from kiosk.fleet.line import Heard
from kiosk.wire import Channel, Station
from tests.firmware_sim.browser import Browser
from tests.fleet.house import FleetProcess, Teller, message
from tests.fleet.test_in_the_browser import entered
from tests.real_parts import free_port
from tests.uplink.conftest import RunningBroker

STATIONS, SHOWN, CHANGES, MANY = 10_000, 3_000, 20, 2_000
HEALTH = {"boot": "b1", "mono_ms": 1, "devices": {"pad": "ok", "printer": "ok"}, "paper": "ok", "outbox": 0}
HEALTH |= {"refused": 0, "disk_free_kb": 9_000_000, "clock_offset_ms": 5, "temperature_c": 41}


def taken_in() -> float:
    """Heartbeats a second of 10,000 stations, decoded and judged in this process."""
    fleet, now = Fleet(Bounds()), datetime.now(UTC)
    fleet.listening_since = now
    told = [
        (Station("main", f"k{number}"), message(f"k{number}", "lk.station.health", HEALTH))
        for number in range(STATIONS)
    ]
    for station, payload in told:
        fleet.hear(Heard(station, Channel.HEALTH, payload, now))
    began = time.process_time()
    for station, payload in told:
        fleet.hear(Heard(station, Channel.HEALTH, payload, now + timedelta(seconds=30)))
    return STATIONS / (time.process_time() - began)


def main() -> None:
    print(f"heartbeats taken in and judged: {taken_in():.0f} a second of one core (10,000 stations send 333)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        broker = RunningBroker("mosquitto", free_port(), folder / "broker")
        broker.start()
        fleet = FleetProcess(f"sqlite:///{folder / 'fleet.sqlite'}", broker.port, folder / "fleet.log")
        fleet.account()
        fleet.start()
        try:
            with Teller(broker.port) as teller, Browser(folder) as browser:
                shown(fleet, teller, browser)
        finally:
            fleet.stop()
            broker.kill()


def shown(fleet: FleetProcess, teller: Teller, browser: Browser) -> None:
    for number in range(SHOWN):
        teller.health(f"kiosk-{number:04d}")
    client = fleet.signed_in()
    loaded = 0
    for path in ("/", "/tokens.css", "/console.css", "/fleet.css", "/fleet.js", "/central.svg", "/rows"):
        with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
            loaded += sum(len(part) for part in answer.iter_raw())
    print(f"first load with {SHOWN} stations: {loaded / 1000:.0f} kB on the wire")
    entered(browser, fleet)
    browser.wait_until(f"document.querySelectorAll('.tile').length === {SHOWN}")
    times = []
    for number in range(CHANGES):
        began = time.monotonic()
        teller.device(f"kiosk-{number:04d}", "printer", "gone")
        browser.wait_until(f"document.querySelectorAll('.tile.l3').length === {number + 1}")
        times.append((time.monotonic() - began) * 1000)
    print(f"fault published to tile at the front: median {statistics.median(times):.0f} ms, most {max(times):.0f} ms")
    work = browser.value(WORK)
    print(f"script, style and layout of one change: {work} ms")
    before = browser.value("(gc => performance.memory.usedJSHeapSize)()")
    nodes = browser.value("document.querySelectorAll('*').length")
    for number in range(MANY):
        teller.device(f"kiosk-{number % 50 + 100:04d}", "printer", "gone" if number // 50 % 2 == 0 else "ok")
    after = browser.value("performance.memory.usedJSHeapSize")
    print(
        f"after {MANY} changes: heap {before} -> {after} bytes; elements {nodes} -> "
        f"{browser.value('document.querySelectorAll(`*`).length')}"
    )


WORK = """(() => {
  const grid = document.getElementById("grid"), last = grid.lastElementChild, times = [];
  for (let turn = 0; turn < 10; turn += 1) {
    const began = performance.now();
    grid.insertBefore(grid.lastElementChild, grid.firstElementChild);
    grid.getBoundingClientRect();
    times.push(performance.now() - began);
  }
  for (let turn = 0; turn < 10; turn += 1) grid.append(grid.firstElementChild);
  return Math.round(Math.max(...times) * 10) / 10;
})()"""


if __name__ == "__main__":
    main()
