"""A technician at the bench, in a real browser: with mouse, finger and keyboard."""

from __future__ import annotations

import io
import socket
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from PIL import Image

from firmware_sim.bench.server import BenchServer
from firmware_sim.settings import load
from firmware_sim.workbench import Beginning, Workbench
from tests.firmware_sim.browser import Browser
from tests.firmware_sim.conftest import Serve
from tests.firmware_sim.feig_host import request
from tests.firmware_sim.served import ROOM, Served, asked
from tests.firmware_sim.test_bench_api import RECEIPT, a_mirror, uids_on_pad

READY = "document.querySelectorAll('#shelf li').length > 0"
LE_ZAHIR, JOURNEY = "#shelf [data-key='35555000012345']", "#shelf [data-key='35555000012352']"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with Browser(tmp_path) as browser:
        yield browser
        assert browser.complaints == []


def opened(browser: Browser, served: Served) -> None:
    browser.open(served.url)
    browser.wait_until(READY)


def press(browser: Browser, label: str) -> None:
    found = f"[...document.querySelectorAll('button')].find((one) => one.ariaLabel === {label!r})"
    browser.wait_until(f"Boolean({found})")
    browser.value(f"{found}.click()")


def lies_on(place: str, number: str) -> str:
    return f"document.querySelector('#{place} [data-key=\"{number}\"]') !== null"


def choose(browser: Browser, label: str, value: str) -> None:
    browser.value(
        f"(() => {{ const choice = document.querySelector('[aria-label=\"{label}\"]'); choice.value = {value!r};"
        "choice.dispatchEvent(new Event('change')); })()"
    )


@pytest.mark.parametrize("finger", [False, True])
def test_books_are_dragged_onto_the_pad_and_back(served: Served, browser: Browser, finger: bool) -> None:
    opened(browser, served)
    browser.drag(browser.middle(f"{LE_ZAHIR} .cover"), browser.middle("#pad"), finger=finger)
    browser.wait_until(lies_on("pad", "35555000012345"))
    assert uids_on_pad(served) == {"78"}
    at = served.entries("items")["35555000012345"]["at"]
    assert isinstance(at, list)
    assert max(abs(one) for one in at) < 20
    browser.drag(browser.middle("#pad .lying"), browser.middle("#shelf"), finger=finger)
    browser.wait_until(lies_on("shelf", "35555000012345"))
    assert uids_on_pad(served) == set()


def test_a_book_that_lies_beside_the_antenna_is_drawn_as_not_heard(served: Served, browser: Browser) -> None:
    opened(browser, served)
    x, y = browser.middle("#pad")
    browser.drag(browser.middle(LE_ZAHIR), (x, y))
    browser.wait_until("document.querySelector('#pad .lying .ear')?.textContent === 'in stock'")
    edge = browser.value("document.getElementById('pad').getBoundingClientRect().width / 2 - 6")
    assert isinstance(edge, float | int)
    browser.drag(browser.middle("#pad .lying"), (x + edge, y))
    browser.wait_until("document.querySelector('#pad .lying.silent .ear')?.textContent === 'not heard'")
    assert uids_on_pad(served) == set()
    browser.drag(browser.middle("#pad .lying"), (x, y))
    browser.wait_until("document.querySelector('#pad .lying:not(.silent)') !== null")
    press(browser, "Wrap Le Zahir in foil")
    browser.wait_until("document.querySelector('#pad .lying.silent.foil') !== null")


def test_a_book_goes_through_the_slot_into_the_bin_and_staff_empty_it(served: Served, browser: Browser) -> None:
    opened(browser, served)
    browser.drag(browser.middle(LE_ZAHIR), browser.middle("#slot"))
    browser.wait_until("document.getElementById('slot-says').textContent === 'Le Zahir passes…'")
    browser.wait_until("document.getElementById('bin-says').textContent === 'Bin: Le Zahir'")
    browser.value("document.getElementById('bin-empty').click()")
    browser.wait_until(lies_on("shelf", "35555000012345"))


def test_everything_is_done_with_the_keyboard_alone(served: Served, browser: Browser) -> None:
    opened(browser, served)
    browser.value(f'document.querySelector("{LE_ZAHIR}").focus()')
    browser.press("Enter", "Enter")
    browser.wait_until(lies_on("pad", "35555000012345"))
    assert uids_on_pad(served) == {"78"}
    browser.wait_until("document.activeElement.closest('#pad') !== null && document.activeElement.dataset.key")
    browser.press("r")
    browser.wait_until("document.querySelector('#pad .lying').ariaLabel.includes('tilted 45°')")
    browser.wait_until("document.activeElement.classList.contains('lying')")
    browser.press("ArrowRight")
    browser.wait_until("document.activeElement.classList.contains('lying')")
    browser.press("Delete")
    browser.wait_until(lies_on("shelf", "35555000012345"))
    browser.value(f'document.querySelector("{JOURNEY}").focus()')
    browser.press("Enter", "Escape")
    assert browser.value("document.activeElement.dataset.key") == "35555000012352"
    browser.press("Enter", "ArrowRight", "Enter")
    browser.wait_until("document.getElementById('slot-says').textContent.endsWith('passes…')")


def test_a_book_that_the_kiosk_opens_shows_that_it_is_on_loan_and_what_went_over_the_wire(
    served: Served, browser: Browser
) -> None:
    opened(browser, served)
    press(browser, "Put on the pad: Le Zahir")
    browser.wait_until("document.querySelector('#pad .ear')?.textContent === 'in stock'")
    with served.pad() as port:
        asked(port, request(0xB0, "2701e004015012345678c2"))
        browser.wait_until("document.querySelector('#pad .ear')?.textContent === 'on loan'")
        browser.wait_until("document.getElementById('wire').textContent.includes('write afi := C2')")
        browser.value("document.getElementById('wire-pause').click()")
        asked(port, request(0x65, ""))
        asked(port, request(0x66, "00"))
        browser.wait_until("!document.getElementById('wire').textContent.includes('software version')")
        browser.value("document.getElementById('wire-pause').click()")
        browser.wait_until("document.getElementById('wire').textContent.includes('software version')")
    browser.value(
        "(() => { const words = document.getElementById('wire-words'); words.value = 'write afi';"
        "words.dispatchEvent(new Event('input')); })()"
    )
    assert browser.value("[...document.querySelectorAll('#wire li:not([hidden])')].length") == 1
    href = browser.value("document.getElementById('wire-file').href")
    exchanges = tomllib.loads(httpx.get(str(href), trust_env=False).text)["exchange"]
    assert any("write afi" in one["name"] for one in exchanges)


def test_books_are_found_by_title_or_number(served: Served, browser: Browser) -> None:
    opened(browser, served)
    for words, found in (("mouse", 2), ("12345", 1), ("nothing like it", 0), ("", 6)):
        browser.value(
            f"(() => {{ const find = document.getElementById('find'); find.value = {words!r};"
            "find.dispatchEvent(new Event('input')); })()"
        )
        assert browser.value("document.querySelectorAll('#shelf li').length") == found


def test_the_scanner_is_fired_and_an_unplugged_one_says_so(served: Served, browser: Browser) -> None:
    opened(browser, served)
    with served.scanner() as port:
        browser.value("document.getElementById('code').focus()")
        browser.press(*"35555000012345", "Enter")
        assert port.read_until(b"\r") == b"35555000012345\r"
    press(browser, "Unplug scanner")
    browser.wait_until("document.querySelectorAll('#faults .faulty').length === 1")
    assert served.entries("devices")["scanner"]["fault"] == "unplug"
    browser.value("document.getElementById('code').focus()")
    browser.press("Enter")
    browser.wait_until("document.getElementById('toast').textContent.includes('it is unplugged')")
    press(browser, "Plug in scanner")
    browser.wait_until("document.querySelectorAll('#faults .faulty').length === 0")


def test_a_fault_has_its_knobs(served: Served, browser: Browser) -> None:
    opened(browser, served)
    choose(browser, "Fault of pad", "noise")
    browser.wait_until("document.querySelector('[aria-label=\"share of noise of pad\"]') !== null")
    choose(browser, "share of noise of pad", "0.25")
    browser.wait_until(
        "fetch('/api/room').then((answer) => answer.json())"
        ".then(({ devices: [pad] }) => pad.fault === 'noise' && pad.fault_rate === 0.25)"
    )


def test_receipts_appear_as_pictures_and_the_paper_can_run_out(served: Served, browser: Browser) -> None:
    opened(browser, served)
    browser.value("document.getElementById('tab-paper').click()")
    with served.printer() as port:
        port.write(RECEIPT)
        browser.wait_until("document.querySelector('#paper img')?.naturalWidth > 100")
        browser.wait_until("document.querySelector('#paper img').alt === 'Receipt 1'")
        press(browser, "paper: Out")
        browser.wait_until("document.querySelector('[aria-label=\"paper: Out\"]').ariaPressed === 'true'")
        port.write(b"\x10\x04\x04")
        assert port.read(1)[0] & 0x60 == 0x60


def test_a_tap_reaches_the_reader_or_the_scanner(served: Served, browser: Browser) -> None:
    opened(browser, served)
    browser.wait_until("document.querySelectorAll('#cards li').length === 2")
    press(browser, "Tap Wei 伟")
    if served.ready["cards"] == "pcsc":
        press(browser, "Cards are left on the reader")
        press(browser, "Leave Amélie on the reader")
        browser.wait_until("document.querySelector('#cards .lies')?.textContent.startsWith('Amélie lies there')")
        press(browser, "Lift Amélie")
        browser.wait_until("document.querySelector('#cards .lies') === null")


def test_what_is_done_is_recorded_and_saved_as_a_scenario(served: Served, browser: Browser) -> None:
    opened(browser, served)
    press(browser, "Record what you do as a scenario")
    browser.wait_until("document.querySelector('#recorder .recording') !== null")
    browser.drag(browser.middle(LE_ZAHIR), browser.middle("#pad"))
    browser.wait_until("document.querySelector('#recorder .recording')?.textContent === '■ Stop (1)'")
    press(browser, "Stop recording")
    browser.wait_until("document.querySelector('#recorder a')?.download === 'recorded.scenario.toml'")
    file = httpx.get(f"{served.url}/api/recording.toml", trust_env=False).text
    assert tomllib.loads(file)["step"][0]["books"] == ["35555000012345"]


def test_the_devices_clock_stands_and_goes_on(served: Served, browser: Browser) -> None:
    opened(browser, served)
    press(browser, "Stop the devices' time")
    browser.wait_until("document.querySelector('#clock button[aria-pressed=true]') !== null")
    clock = served.room()["clock"]
    assert isinstance(clock, dict)
    assert clock["paused"] is True
    press(browser, "Let the devices' time go on")
    browser.wait_until("document.querySelector('#clock button[aria-pressed=true]') === null")


def test_a_bench_that_goes_and_comes_again_is_shown_anew(serve: Serve, browser: Browser) -> None:
    served = serve()
    port = served.ready["bench"]
    browser.open(served.url)
    browser.wait_until(READY)
    served.post("/api/pad", put=["35555000012345"])
    browser.wait_until(lies_on("pad", "35555000012345"))
    assert served.end()[0] == 0
    browser.wait_until("document.getElementById('status').classList.contains('trouble')")
    serve("--bench-port", str(port))
    browser.wait_until(f"{READY} && !document.getElementById('status').classList.contains('trouble')")
    browser.wait_until(lies_on("shelf", "35555000012345"))


def test_without_a_card_reader_the_page_says_that_cards_come_through_the_scanner(
    tmp_path: Path, browser: Browser
) -> None:
    bench = Workbench(load(ROOM), tmp_path / "devices", Beginning())
    (tmp_path / "devices").mkdir()
    for line in bench.lines.values():
        line.start()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            BenchServer(bench, None).application(), log_level="critical", lifespan="off", timeout_graceful_shutdown=1
        )
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


def test_the_kiosks_screen_is_shown_though_nothing_moves_on_it_and_a_click_is_a_touch(
    serve: Serve, browser: Browser
) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (540, 960), "#0B5F5B").save(drawn, "JPEG")
    with a_mirror() as mirror:
        mirror.picture = drawn.getvalue()
        served = serve("--mirror-port", str(mirror.server_address[1]))
        opened(browser, served)
        browser.wait_until("document.getElementById('screen').naturalWidth === 540")
        browser.wait_until("!document.getElementById('screen').hidden")
        browser.click(browser.middle("#screen"))
        browser.wait_until("document.getElementById('status').textContent === 'Everything is running.'")
        while not mirror.touches:
            browser.value("1")
        browser.open("about:blank")
    assert mirror.touches[0]["across"] == pytest.approx(0.5, abs=0.01)
    assert mirror.touches[0]["down"] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(("width", "height"), [(1600, 1000), (1280, 800), (420, 900)])
def test_nothing_is_wider_than_the_window_and_no_other_host_is_asked(
    served: Served, tmp_path: Path, width: int, height: int
) -> None:
    with Browser(tmp_path, width, height) as browser:
        opened(browser, served)
        assert browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
        if width >= 1280:
            for part in ("screen-title", "pad", "slot", "shelf", "faults", "printer", "wire"):
                box = browser.value(
                    f"(() => {{ const box = document.getElementById({part!r}).getBoundingClientRect();"
                    "return [box.top, box.top + 24 <= innerHeight, box.height > 0]; })()"
                )
                assert isinstance(box, list)
                assert box[1:] == [True, True], part
        assert browser.asked
        assert {url.split("/")[2] for url in browser.asked if url.startswith("http")} == {served.url.split("/")[2]}
