"""The console in a real browser: a desk's work by keyboard and scanner alone, with scripts switched on or not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.central.running import DEMO, CentralProcess
from tests.firmware_sim.browser import Browser

PASSWORD = "a long enough one"
BOOKS = ("35555000012346", "35555000012353", "35555000012361", "35555000012379", "35555000012387")
WEI = "20230001"


@pytest.fixture
def desk(tmp_path: Path, central_process: CentralProcess) -> Iterator[Browser]:
    """A browser at the sign-in page of a real central."""
    url = f"database.url=sqlite:///{tmp_path / 'running.sqlite'}"
    command = [sys.executable, "-m", "kiosk", "central", "staff", "add", "mei", "--roles", "circulation"]
    command += ["--language", "en", "--config", str(DEMO), "--set", url]
    subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True, timeout=60)
    central_process.start()
    with Browser(tmp_path, 1280, 900) as browser:
        browser.open(f"http://127.0.0.1:{central_process.port}/console/")
        browser.wait_until("document.activeElement?.id === 'name'")
        yield browser
        assert browser.complaints == []


def types(browser: Browser, text: str) -> None:
    """A scanner, or a hand: letters into whatever has the focus, then Enter; until the next page is there."""
    browser.value("window.before = 1")
    browser.press(*text, "Enter")
    browser.wait_until("window.before === undefined && document.readyState === 'complete'")


def reads(browser: Browser) -> str:
    return str(browser.value("document.querySelector('main').innerText"))


def test_five_books_are_lent_and_come_back_without_a_mouse(desk: Browser) -> None:
    desk.press(*"mei", "Tab", *PASSWORD)
    types(desk, "")
    assert "Today" in reads(desk)
    desk.value("document.querySelector('nav a[href=\"/console/desk\"]').focus()")
    types(desk, "")
    assert desk.value("document.activeElement.id") == "scan"
    types(desk, WEI)
    for book in BOOKS:
        assert desk.value("document.activeElement.id") == "scan"
        types(desk, book)
        assert "Lent, due" in reads(desk), reads(desk)
    assert "Loans 5" in reads(desk)
    desk.value("document.querySelector('nav a[href=\"/console/returns\"]').focus()")
    types(desk, "")
    for book in BOOKS:
        types(desk, book)
        assert "Returned" in reads(desk)
    assert all(book in reads(desk) for book in BOOKS)


WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
"""WCAG 2.2, 1.4.10: how much wider a page is than its window."""
SMALL = """JSON.stringify([...document.querySelectorAll('nav a, .bar a, th a, .button, button, input, select, summary')]
    .filter(one => one.offsetParent && one.type !== 'hidden' && !one.classList.contains('hidden'))
    .filter(one => { const box = one.getBoundingClientRect(); return box.height < 24 || box.width < 24; })
    .map(one => one.outerHTML.slice(0, 80)))"""
"""WCAG 2.2, 2.5.8: targets below 24 pixels; a link within a sentence is as high as its line."""
UNNAMED = """JSON.stringify([...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
    .filter(one => !one.labels.length && !one.getAttribute('aria-label')).map(one => one.outerHTML.slice(0, 80)))"""


def test_every_page_fits_a_phone_and_names_its_fields(tmp_path: Path, central_process: CentralProcess) -> None:
    url = f"database.url=sqlite:///{tmp_path / 'running.sqlite'}"
    roles = "circulation,director,collections,admin"
    command = [sys.executable, "-m", "kiosk", "central", "staff", "add", "all", "--roles", roles, "--language", "zh"]
    subprocess.run([*command, "--config", str(DEMO), "--set", url], input=f"{PASSWORD}\n", text=True, check=True)
    central_process.start()
    home = f"http://127.0.0.1:{central_process.port}/console"
    with Browser(tmp_path, 500, 844) as phone:
        phone.narrow(390, 844)
        phone.open(f"{home}/")
        phone.wait_until("document.activeElement?.id === 'name'")
        phone.press(*"all", "Tab", *PASSWORD)
        types(phone, "")
        links = phone.value("JSON.stringify([...document.querySelectorAll('nav a')].map(one => one.pathname))")
        paths = [path.removeprefix("/console") for path in json.loads(str(links))]
        paths += [
            "/reports?by=iso",
            "/nowhere",
            "/patron?id=P001",
            "/patron/edit?id=P001",
            f"/item?id={BOOKS[0]}",
            "/account",
            "/patron?id=nobody",
        ]
        assert len(paths) > 18
        for path in paths:
            phone.value(f"window.before = 1; location.href = {json.dumps(home + path)}; 1")
            phone.wait_until("window.before === undefined && document.readyState === 'complete'")
            assert phone.value(WIDER) == 0, path
            assert phone.value(SMALL) == "[]", path
            assert phone.value(UNNAMED) == "[]", path
            assert phone.value("document.querySelectorAll('h1').length") == 1, path
