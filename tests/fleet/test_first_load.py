"""What a browser fetches before it shows 3,000 stations, each with a bad day behind it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kiosk.fleet.fleet import Fleet
from kiosk.fleet.line import Heard
from kiosk.fleet.strips import CELLS
from kiosk.wire import Channel, Station
from tests.fleet.desk import Desk
from tests.fleet.house import HEALTH, message

STATIONS = 3_000
MOST_BYTES = 300_000
FETCHED = ("/", "/tokens.css", "/console.css", "/fleet.css", "/fleet.js", "/central.svg", "/rows")


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Every tenth station has a fault; every station's strip has its own many changes."""
    desk.parts.watch.order(lambda fleet, _: filled(fleet))
    return desk


def day(chance: random.Random) -> Iterator[str]:
    """A bad one: the state changes every hour and a half or so."""
    letter = "o"
    for _ in range(CELLS):
        letter = chance.choice("onwe") if chance.random() < 1 / 6 else letter
        yield letter


def filled(fleet: Fleet) -> bool:
    chance, now = random.Random(20261127), datetime.now(UTC)
    for number in range(STATIONS):
        name = f"kiosk-{number:04}"
        told = {"devices": {"pad": "gone" if number % 10 == 0 else "ok"}, "temperature_c": 30 + number % 40}
        payload = message(name, "lk.station.health", {**HEALTH, **told})
        fleet.hear(Heard(Station("main", name), Channel.HEALTH, payload, now))
    for station, one in list(fleet.shown.items()):
        strip = "".join(day(chance))
        fleet.shown[station] = replace(one, known=replace(one.known, strip=strip))
    return True


def test_the_first_load_of_3000_stations_is_small(busy: Desk) -> None:
    browser = busy.signed_in("op", "operator")
    sizes = {}
    for path in FETCHED:
        answer = browser.get(path)
        assert answer.status_code == 200
        sizes[path] = answer.num_bytes_downloaded
    assert len(browser.get("/rows").json()["rows"]) == STATIONS
    assert sum(sizes.values()) <= MOST_BYTES, sizes
