"""The live page in a real browser: a loan at a kiosk appears by itself, as text, and names nobody (I6)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from kiosk.central.store import open_store, writing
from kiosk.central.store.tables import items
from tests.central.running import CentralProcess
from tests.central.telling import Kiosk
from tests.firmware_sim.browser import Browser
from tests.uplink.conftest import RunningBroker

BOOK, TITLE = "35555000012346", "日不落家"
SEND_THE_FORM = """(() => {
    const form = document.querySelector("form");
    return fetch(form.action, {method: form.method, body: new URLSearchParams(new FormData(form))}).then(() => 1);
})()"""
"""As a touch on its button would, but the page stays until the answer is there."""
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


@pytest.fixture
def house(
    tmp_path: Path, central_process: CentralProcess, broker: RunningBroker
) -> Iterator[tuple[CentralProcess, Kiosk]]:
    """Broker, central and a kiosk."""
    central_process.settings["broker.port"] = str(broker.port)
    central_process.start()
    kiosk = Kiosk(tmp_path, broker.port)
    yield central_process, kiosk
    kiosk.close()


@pytest.fixture
def browse(tmp_path: Path) -> Iterator[Callable[[str], Browser]]:
    opened: list[Browser] = []

    def at(url: str) -> Browser:
        browser = Browser(tmp_path, 1400, 900)
        opened.append(browser)
        browser.open(url)
        return browser

    yield at
    for browser in opened:
        browser.__exit__(None, None, None)
        assert browser.complaints == []


def text_of(browser: Browser, selector: str) -> str:
    return str(browser.value(f"document.querySelector({json.dumps(selector)})?.innerText"))


def test_a_loan_appears_by_itself_and_names_nobody(
    house: tuple[CentralProcess, Kiosk], browse: Callable[[str], Browser]
) -> None:
    central, kiosk = house
    browser = browse(f"http://127.0.0.1:{central.port}/")
    browser.wait_until("document.querySelector('#broker')?.innerText.includes('Broker')")
    browser.wait_until("document.querySelector('#stations')?.innerText.includes('kiosk-1')")
    assert text_of(browser, "#figure-on_loan") == "0"
    assert "on line" in text_of(browser, "#stations")
    kiosk.lends("i1", "P001", BOOK)
    browser.wait_until("document.querySelectorAll('#events tbody tr').length === 1")
    row = text_of(browser, "#events tbody tr")
    assert TITLE in row
    assert "Lent" in row
    assert "**01" in row
    assert text_of(browser, "#figure-on_loan") == "1"
    assert "P001" not in text_of(browser, "body")
    assert "伟" not in text_of(browser, "body")


def test_what_staff_have_to_look_at_is_done_with_one_touch(
    house: tuple[CentralProcess, Kiosk], browse: Callable[[str], Browser]
) -> None:
    central, kiosk = house
    kiosk.lends("i1", "P001", BOOK)
    kiosk.lends("i2", "P002", BOOK)
    browser = browse(f"http://127.0.0.1:{central.port}/")
    browser.wait_until("document.querySelectorAll('#exceptions li').length === 1")
    assert "the earlier loan has ended" in text_of(browser, "#exceptions")
    browser.value("document.querySelector('#exceptions button').click()")
    browser.wait_until("document.querySelectorAll('#exceptions li').length === 0")
    assert central.get("/api/v1/exceptions?open=true").json()["exceptions"] == []


def test_markup_in_a_title_is_shown_as_text(
    tmp_path: Path, house: tuple[CentralProcess, Kiosk], browse: Callable[[str], Browser]
) -> None:
    central, kiosk = house
    engine = open_store(f"sqlite:///{tmp_path / 'running.sqlite'}")
    with writing(engine) as connection:
        connection.execute(update(items).where(items.c.id == BOOK).values(title=HOSTILE))
    engine.dispose()
    browser = browse(f"http://127.0.0.1:{central.port}/")
    kiosk.lends("i1", "P001", BOOK)
    browser.wait_until("document.querySelectorAll('#events tbody tr').length === 1")
    assert browser.value("document.querySelector('#events .title span').textContent") == HOSTILE
    assert browser.value("document.querySelectorAll('#events img, #events script').length") == 0
    assert browser.value("document.title") == "Library Kiosk · central"


def test_the_page_says_when_central_is_gone_and_finds_it_again(
    house: tuple[CentralProcess, Kiosk], browse: Callable[[str], Browser]
) -> None:
    central, _ = house
    browser = browse(f"http://127.0.0.1:{central.port}/")
    browser.wait_until("document.querySelector('#page-line')?.innerText.includes('Live')")
    central.settings["http.port"] = str(central.port)
    central.kill()
    browser.wait_until("document.querySelector('#page-line').innerText.includes('Not connected')")
    central.start()
    browser.wait_until("document.querySelector('#page-line').innerText.includes('Live')")


def test_with_a_token_the_page_asks_for_it_first(
    tmp_path: Path, central_process: CentralProcess, browse: Callable[[str], Browser]
) -> None:
    (tmp_path / "token").write_text("a-token-of-a-library-0123456789")
    central_process.settings["http.token_file"] = str(tmp_path / "token")
    central_process.start()
    page = f"http://localhost:{central_process.port}/"
    browser = browse(page)
    browser.wait_until("document.querySelector('#token') !== null")
    browser.value("document.querySelector('#token').value = 'a-token-of-a-library-0123456789'")
    browser.value(SEND_THE_FORM)
    browser.open(page)
    browser.wait_until("document.querySelector('#page-line')?.innerText.includes('Live')")
