"""The guard's page as a guard sees it: in a browser the size of a phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kiosk.gate.camera import TestCamera
from kiosk.gate.copy.fetching import ItemShown
from kiosk.gate.copy.lent_copy import CopyState
from kiosk.gate.events import Said, WatchKept
from kiosk.gate.page.access import GuardAccess
from kiosk.gate.page.app import Page
from kiosk.gate.page.board import Board
from kiosk.gate.page.server import PageServer
from kiosk.gate.page.sight import sight
from kiosk.gate.pictures import Album
from kiosk.gate.policy import GatePolicy
from kiosk.ledger import Ledger
from kiosk.model.circulation import Item
from kiosk.model.ids import IntentId
from kiosk.session.effects import Journal
from kiosk.web.server import listening
from kiosk.wire import Station
from tests.firmware_sim.browser import Browser
from tests.gate.building import LE_ZAHIR, ON_LOAN, OPENING, Walk, a_sighting

PHONE = (390, 844)
STORED_SCRIPT = "<img src=x onerror=alert(1)> Le Zahir"


@dataclass
class Shown:
    """A page whose controller is this test."""

    board: Board
    ledger: Ledger
    album: Album
    walk: Walk = field(default_factory=Walk)
    pictured: set[IntentId] = field(default_factory=set)
    usable: bool = True
    written: int = 0

    def show(self) -> None:
        rows = [effect for effect in self.walk.effects[self.written :] if isinstance(effect, Journal)]
        self.written = len(self.walk.effects)
        if rows:
            self.ledger.commit(rows, self.walk.now)
        copy = CopyState(7, OPENING, 24, 0, 3, self.usable, "")
        item = ItemShown(LE_ZAHIR, LE_ZAHIR, STORED_SCRIPT, "Paulo Coelho", "COE", "returned", None, None)
        line = {"broker": True, "central": False}
        state, now = self.walk.state, self.walk.now.utc
        told = sight(state, copy, {LE_ZAHIR: item}, self.pictured, line, "", 0, now, time_zone="Asia/Shanghai")
        self.board.show(told)

    def answered(self, answer: Said) -> None:
        self.walk.happens(answer)
        self.show()


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[tuple[Shown, str]]:
    path = tmp_path / "gate.sqlite"
    ledger, board = Ledger.open(path, Station("main", "gate-1")), Board()
    told = Shown(board, ledger, Album(tmp_path / "pictures", 3_600.0))
    listener = listening("127.0.0.1", 0)
    server = PageServer(Page(board, GuardAccess(None), path, told.album, told.answered).application(), listener, board)
    told.show()
    server.start()
    yield told, f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server.stop()
    ledger.close()


def test_an_alarm_is_seen_settled_and_explained(shown: tuple[Shown, str], tmp_path: Path) -> None:
    gate, url = shown
    with Browser(tmp_path, *PHONE) as browser:
        browser.open(url)
        browser.wait_until("document.getElementById('page-line')?.textContent === 'Live'")
        gate.walk.happens(WatchKept("exit"))
        gate.walk.seen(a_sighting(LE_ZAHIR, ON_LOAN))
        gate.show()
        browser.wait_until("document.querySelectorAll('.alarm').length === 1")
        assert browser.value("document.querySelector('.alarm .title').textContent") == STORED_SCRIPT
        assert browser.value("document.querySelector('.alarm .why').textContent") == "Not lent, but its tag says it is"
        assert browser.value("document.getElementById('rule').textContent") == "Ledger"
        assert browser.value("document.documentElement.scrollWidth <= window.innerWidth")
        assert browser.value("document.querySelector('.answers button').getBoundingClientRect().height >= 44")

        gate.album.put(gate.walk.alarms[0].id, TestCamera().picture())
        gate.pictured.add(gate.walk.alarms[0].id)
        gate.show()
        browser.wait_until("document.querySelector('.alarm .picture')?.naturalWidth === 320")
        browser.value("document.getElementById('who').value = 'Guard Li'")
        browser.value("document.querySelector('[data-answer=seen]').click()")
        browser.wait_until("document.querySelector('.alarm .state').textContent === 'Somebody is there: Guard Li'")
        browser.value("document.querySelector('[data-answer=cleared]').click()")
        browser.wait_until("document.querySelector('.alarm').dataset.state === 'cleared'")
        assert not browser.value("document.getElementById('alarms-empty').hidden")

        gate.ledger.remember(Item(LE_ZAHIR, STORED_SCRIPT))
        browser.value("document.getElementById('words').value = 'zahir'")
        browser.value("document.querySelector('#search button').click()")
        browser.wait_until("document.querySelectorAll('#found li').length > 0")
        told = str(browser.value("document.getElementById('found').textContent"))
        assert "Not lent, but its tag says it is" in told
        assert "by ledger 7, 3 s old" in told

        tag = a_sighting("35555000019999")
        gate.walk.state = replace(gate.walk.state, policy=GatePolicy(test_tags=frozenset({str(tag.uid)})))
        gate.show()
        browser.wait_until("!document.getElementById('checks-card').hidden")
        browser.value("document.getElementById('begin').click()")
        browser.wait_until("document.querySelector('#checks .pill')?.textContent === 'carry the tag through'")
        gate.walk.seen(tag)
        gate.show()
        browser.wait_until("document.querySelector('#checks .pill').textContent === 'rang'")
        assert "Guard Li" in str(browser.value("document.querySelector('#checks .facts').textContent"))
        browser.value("document.querySelector('#checks [data-result=no-signal]').click()")
        browser.wait_until("document.querySelector('#checks .pill').textContent === 'no lamp or no sound'")
        assert browser.value("document.documentElement.scrollWidth <= window.innerWidth")

        browser.open(f"{url}?lang=zh")
        browser.wait_until("document.getElementById('page-line')?.textContent === '实时'")
        assert browser.value("document.documentElement.lang") == "zh"
        assert browser.value("document.querySelector('.alarm .why').textContent") == "未借，标签却显示已借"
        assert browser.value("document.documentElement.scrollWidth <= window.innerWidth")
        browser.open(url)
        browser.wait_until("document.getElementById('page-line')?.textContent === '实时'")
        browser.value("document.querySelector('.languages a').click()")
        browser.wait_until("document.getElementById('page-line')?.textContent === 'Live'")

        gate.usable = False
        gate.show()
        browser.wait_until("document.getElementById('rule').textContent === 'Tags alone'")
        assert browser.complaints == []
