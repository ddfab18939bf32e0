"""What an operator sees: a real page, a real broker, payloads written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.firmware_sim.browser import Browser
from tests.fleet.house import NAME, PASSWORD, FleetProcess, Teller

SIZES = {"phone": (390, 844), "desk": (1440, 900), "wall": (3840, 2160)}


def entered(browser: Browser, fleet: FleetProcess) -> None:
    browser.open(f"{fleet.at}/sign-in?lang=en")
    browser.wait_until("document.getElementById('password') !== null")
    browser.value(
        f"(() => {{ document.getElementById('name').value = '{NAME}';"
        f" document.getElementById('password').value = '{PASSWORD}'; document.forms[0].submit(); }})()"
    )
    browser.wait_until("document.getElementById('grid') !== null && Number(grid.dataset.version || 0) >= 0")


def test_a_fault_moves_its_station_to_the_front_while_the_page_is_open(
    fleet: FleetProcess, teller: Teller, tmp_path: Path
) -> None:
    for station in ("kiosk-1", "kiosk-2", "gate-1"):
        teller.born(station)
        teller.health(station)
    with Browser(tmp_path) as browser:
        entered(browser, fleet)
        browser.wait_until("document.querySelectorAll('.tile.l0').length === 3")
        teller.device("kiosk-2", "printer", "gone", "paper-out")
        browser.wait_until("document.querySelector('#grid .tile').textContent.includes('kiosk-2')")
        assert browser.value("document.querySelector('.tile.l3 span').textContent") == (
            "Receipt printer is gone · out of paper"
        )
        browser.wait_until("document.getElementById('alarms').textContent === '1'")
        teller.device("kiosk-2", "printer", "ok")
        browser.wait_until("document.querySelectorAll('.tile.l0').length === 3")
        assert browser.complaints == []


@pytest.mark.parametrize("size", SIZES)
def test_every_page_reads_at_this_size(fleet: FleetProcess, teller: Teller, tmp_path: Path, size: str) -> None:
    for number in range(24):
        teller.born(f"kiosk-{number}")
        teller.health(f"kiosk-{number}", temperature_c=40 + number)
    teller.device("kiosk-3", "printer", "gone", "<script>alert(1)</script>")
    with Browser(tmp_path, *SIZES[size]) as browser:
        entered(browser, fleet)
        browser.wait_until("document.querySelectorAll('.tile').length === 24")
        browser.wait_until("document.querySelectorAll('.tile.l3').length === 1")
        browser.picture(tmp_path / f"{size}-grid.png")
        for path in (
            "/alarms",
            "/map",
            "/orders",
            "/sync",
            "/exceptions",
            "/people",
            "/versions",
            "/audit",
            "/station/main/kiosk-3",
        ):
            browser.open(fleet.at + path)
            browser.wait_until(f"location.pathname === '{path}' && document.readyState === 'complete'")
            browser.picture(tmp_path / f"{size}{path.replace('/', '-')}.png")
            assert browser.value("document.querySelector('h1').textContent")
            assert browser.value("document.documentElement.scrollWidth <= innerWidth"), path
        assert browser.complaints == []
