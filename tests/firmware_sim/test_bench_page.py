"""A technician at the bench, in a real browser."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from firmware_sim.bench.server import BenchServer
from firmware_sim.settings import load
from firmware_sim.workbench import Beginning, Workbench
from tests.firmware_sim.browser import Browser
from tests.firmware_sim.feig_host import request
from tests.firmware_sim.served import ROOM, Served, asked
from tests.firmware_sim.test_bench_api import RECEIPT, uids_on_pad

READY = "document.querySelectorAll('#shelf li, #pad li').length > 0"
DRAG = """
(() => {
  const row = [...document.querySelectorAll('.books li')].find((one) => one.textContent.includes(%r));
  const moved = new DataTransfer();
  row.dispatchEvent(new DragEvent('dragstart', { dataTransfer: moved, bubbles: true }));
  const area = document.getElementById(%r);
  area.dispatchEvent(new DragEvent('dragover', { dataTransfer: moved, bubbles: true, cancelable: true }));
  area.dispatchEvent(new DragEvent('drop', { dataTransfer: moved, bubbles: true, cancelable: true }));
})()
"""


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with Browser(tmp_path) as browser:
        yield browser
        assert browser.complaints == []


def press(browser: Browser, label: str) -> None:
    found = f"[...document.querySelectorAll('button')].find((one) => one.ariaLabel === {label!r})"
    browser.value(f"{found}.click()")


def on_page(title: str, place: str) -> str:
    return f"document.getElementById({place!r}).textContent.includes({title!r})"


def test_books_are_put_on_the_pad_by_button_and_by_dragging(served: Served, browser: Browser) -> None:
    browser.open(served.url)
    browser.wait_until(READY)
    press(browser, "Put on the pad: Le Zahir")
    browser.wait_until(on_page("Le Zahir", "pad"))
    browser.value(DRAG % ("西游记", "pad"))
    browser.wait_until(on_page("西游记", "pad"))
    assert uids_on_pad(served) == {"78", "79"}
    browser.value(DRAG % ("Le Zahir", "shelf"))
    browser.wait_until(on_page("Le Zahir", "shelf"))
    press(browser, "Take off the pad: 西游记")
    browser.wait_until("document.querySelectorAll('#pad li').length === 0")
    assert uids_on_pad(served) == set()


def test_a_book_that_the_kiosk_opens_shows_that_it_is_on_loan(served: Served, browser: Browser) -> None:
    browser.open(served.url)
    browser.wait_until(READY)
    press(browser, "Put on the pad: Le Zahir")
    browser.wait_until("document.querySelector('#pad .afi')?.textContent === '07 in'")
    with served.pad() as port:
        asked(port, request(0xB0, "2701e004015012345678c2"))
    browser.wait_until("document.querySelector('#pad .afi.lent')?.textContent === 'C2 on loan'")
    browser.wait_until("document.getElementById('wire').textContent.includes('write afi := C2')")


def test_books_are_found_by_title_or_number(served: Served, browser: Browser) -> None:
    browser.open(served.url)
    browser.wait_until(READY)
    for words, found in (("mouse", 2), ("12345", 1), ("nothing like it", 0), ("", 6)):
        browser.value(
            f"(() => {{ const find = document.getElementById('find'); find.value = {words!r};"
            "find.dispatchEvent(new Event('input')); })()"
        )
        assert browser.value("document.querySelectorAll('#shelf li').length") == found


def test_the_scanner_is_fired_and_an_unplugged_one_says_so(served: Served, browser: Browser) -> None:
    browser.open(served.url)
    browser.wait_until(READY)
    fire = "document.getElementById('code').value = '35555000012345'; document.querySelector('#scan button').click()"
    with served.scanner() as port:
        browser.value(fire)
        assert port.read_until(b"\r") == b"35555000012345\r"
    browser.value(
        "(() => { const choice = document.querySelector('[aria-label=\"Fault of scanner\"]'); choice.value = 'unplug';"
        "choice.dispatchEvent(new Event('change')); })()"
    )
    browser.wait_until("document.querySelectorAll('#faults .faulty').length === 1")
    assert served.entries("devices")["scanner"]["fault"] == "unplug"
    browser.value(fire)
    browser.wait_until("document.querySelector('#status.trouble')?.textContent.includes('it is unplugged')")


def test_receipts_appear_as_pictures_and_the_paper_can_run_out(served: Served, browser: Browser) -> None:
    browser.open(served.url)
    browser.wait_until(READY)
    with served.printer() as port:
        port.write(RECEIPT)
        browser.wait_until("document.querySelector('#paper img')?.naturalWidth > 100")
        assert browser.value("document.querySelector('#paper img').alt") == "Receipt 1"
        press(browser, "paper: Out")
        browser.wait_until("document.querySelector('[aria-label=\"paper: Out\"]').ariaPressed === 'true'")
        port.write(b"\x10\x04\x04")
        assert port.read(1)[0] & 0x60 == 0x60


def test_a_tap_reaches_the_reader_or_the_scanner(served: Served, browser: Browser) -> None:
    browser.open(served.url)
    browser.wait_until("document.querySelectorAll('#cards li').length === 2")
    press(browser, "Tap Wei 伟")
    browser.wait_until("document.getElementById('status').textContent === 'Everything is running.'")
    if served.ready["cards"] == "pcsc":
        press(browser, "Leave Amélie on the reader")
        browser.wait_until(
            "document.querySelector('#cards .lying')?.textContent.startsWith('Amélie lies on the reader')"
        )
        press(browser, "Lift Amélie")
        browser.wait_until("document.querySelector('#cards .lying') === null")


def test_without_a_card_reader_the_page_says_that_cards_come_through_the_scanner(
    tmp_path: Path, browser: Browser
) -> None:
    bench = Workbench(load(ROOM), tmp_path / "devices", Beginning())
    (tmp_path / "devices").mkdir()
    for line in bench.lines.values():
        line.start()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(BenchServer(bench, None).application(), log_level="critical", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        browser.open(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        browser.wait_until("document.querySelector('#cards-through.why')?.textContent.includes('under the scanner')")
        assert browser.value("document.querySelectorAll('#cards button').length") == 2
        assert "No kiosk is shown here" in str(browser.value("document.getElementById('no-screen').textContent"))
        browser.open("about:blank")
        server.should_exit = True
        thread.join()
    bench.stop()


@pytest.mark.parametrize(("width", "height"), [(1600, 1000), (1280, 800), (420, 900)])
def test_nothing_is_wider_than_the_window(served: Served, tmp_path: Path, width: int, height: int) -> None:
    with Browser(tmp_path, width, height) as browser:
        browser.open(served.url)
        browser.wait_until(READY)
        assert browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
