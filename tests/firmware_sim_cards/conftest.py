"""Card services, and hosts that read from them. Nothing is skipped: where pcscd is missing, the tests fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue

import pytest

from firmware_sim.cards.card import Laid
from firmware_sim.cards.chip import Chip
from firmware_sim.cards.plain import UidCard
from firmware_sim.cards.service import CardService
from tests.real_parts import PATIENCE_S

CLIENT = Path(__file__).with_name("client.py")
PORT = 0x8D01
READER = "Kiosk card reader"

WEI = bytes.fromhex("04A23B9C")
BOOK_CARD = bytes.fromhex("E004015012345678")


def laid(card: bytes | Chip) -> Laid:
    """A card that nobody tears away: a chip, or one of which there is only a UID."""
    return Laid(UidCard(card) if isinstance(card, bytes) else card, threading.Lock())


class Host:
    """A pyscard client in a process of its own, told by an environment variable where its service is."""

    def __init__(self, socket_path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(CLIENT)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PCSCLITE_CSOCK_NAME": str(socket_path)},
        )
        self._told: Queue[dict[str, object]] = Queue()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def next(self) -> dict[str, object]:
        """The next thing that it tells."""
        try:
            return self._told.get(timeout=PATIENCE_S)
        except Empty:
            pytest.fail("the host told nothing more")

    def sees(self, **event: object) -> None:
        """Expect exactly this as the next thing, with at least these fields."""
        told = self.next()
        assert {key: told.get(key) for key in event} == event, told

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._told.put(json.loads(line))


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Callable[[str], CardService]]:
    """Starts card services by name."""
    started: list[CardService] = []

    def start(name: str) -> CardService:
        service = CardService(tmp_path / name, {READER: PORT})
        started.append(service)
        service.start()
        return service

    yield start
    for service in started:
        service.stop()


@pytest.fixture
def cards(services: Callable[[str], CardService]) -> CardService:
    """One running service with an empty reader."""
    return services("cards")


@pytest.fixture
def hosts() -> Iterator[Callable[[CardService], Host]]:
    """Makes hosts that read from a service and see its reader."""
    made: list[Host] = []

    def host_of(service: CardService) -> Host:
        host = Host(service.socket_path)
        made.append(host)
        host.sees(event="up", readers=[f"{READER} 00 00", f"{READER} 00 01"])
        return host

    yield host_of
    for host in made:
        host.close()
