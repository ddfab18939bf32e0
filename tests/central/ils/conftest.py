"""Central between a kiosk and a library system, both of them real: what the stories of this folder begin with."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.central.ils.bridge import Bridge
from kiosk.central.ils.connection import Address
from kiosk.central.ils.feed import Feed
from kiosk.central.ils.pool import Pool
from kiosk.central.ils.profile import Profile
from kiosk.central.ils.settings import IlsSettings
from kiosk.central.ils.sip2_ils import Sip2Ils
from kiosk.central.messages import Heard, Telling
from kiosk.model.ids import AskId
from kiosk.model.questions import Answer, Question
from kiosk.wire import AnswerMessage, Channel, decode_answer, encode_ask
from tests.central.ils.library_system import LibrarySystem
from tests.central.library import DESK, Central, Kiosk
from tests.real_parts import PATIENCE_S, wait_until

CARD, ITEM = "200123", "880002"
THEIR_DUE = datetime(2026, 12, 22, 23, 59, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass(slots=True)
class House:
    """Central between a kiosk and a library system."""

    central: Central
    library: LibrarySystem
    pool: Pool
    ils: Sip2Ils
    bridge: Bridge
    feed: Feed
    told: queue.Queue[Telling]
    kiosk: Kiosk

    def answers(self, question: Question, ask: str = "ask-1") -> Answer | None:
        """What the kiosk hears; None where nobody can say."""
        payload = encode_ask(self.kiosk.station, AskId(ask), question, datetime.now(UTC))
        assert self.bridge.take(Heard(self.kiosk.station, Channel.ASK, payload, datetime.now(UTC)))
        telling = self.told.get(timeout=PATIENCE_S)
        answer = decode_answer(telling.payload)
        assert isinstance(answer, AnswerMessage)
        assert answer.ask == ask
        return answer.answer

    def starts_anew(self) -> None:
        """Central ends and begins again: what it only had in its memory is gone."""
        self.bridge.stop()
        self.bridge = Bridge(self.central.engine, DESK, self.ils, self.told.put, 2)
        self.feed = Feed(self.central.engine, self.ils, settled=timedelta())
        self.bridge.start()

    def hears(self) -> None:
        """Central takes in what the kiosk has to tell, and tells the library system."""
        self.central.hears(self.kiosk)
        wait_until(lambda: self.pool.is_up, "the library system was not found again")
        while self.feed.tell_some():
            pass


@pytest.fixture
def library() -> Iterator[LibrarySystem]:
    system = LibrarySystem()
    system.start()
    yield system
    system.stop()


@pytest.fixture
def house(central: Central) -> Iterator[House]:
    library = LibrarySystem()
    library.start()
    settings = IlsSettings(profile=Path("unused"), port=library.port, answer_s=0.4, patience_s=2.0)
    pool = Pool(Address(settings, Profile("test"), "secret"), probe_s=0.05)
    pool.start()
    ils = Sip2Ils(pool, Profile("test"), "M", ZoneInfo("Asia/Shanghai"))
    told: queue.Queue[Telling] = queue.Queue()
    bridge = Bridge(central.engine, DESK, ils, told.put, 2)
    bridge.start()
    house = House(central, library, pool, ils, bridge, Feed(central.engine, ils, settled=timedelta()), told, Kiosk())
    yield house
    house.bridge.stop()
    pool.stop()
    library.stop()
