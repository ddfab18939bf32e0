"""What the kiosk tells of itself beside its picture: the journal, and what a patron hears."""

from __future__ import annotations

import asyncio
import base64
import binascii

from firmware_sim.bench.kiosk_line import KioskLine, KioskRefused, NoScreen
from firmware_sim.changes import Changes, What

WAIT_S = 25.0
RETRY_S = 1.0


class Overheard:
    """Asks the kiosk on `127.0.0.1:port`; while somebody `follows`, its growth is told to `changes`."""

    def __init__(self, port: int, changes: Changes) -> None:
        self._port = port
        self._changes = changes
        self._asking = KioskLine(port)
        self._followers = 0
        self._watches: list[asyncio.Task[None]] = []

    async def journal(self, since: int) -> list[object]:
        """Rows above this number; raises `NoScreen`, `KioskRefused`."""
        answer = await self._asking.ask({"op": "journal", "after": since})
        return _list(answer, "rows")

    async def heard(self, since: int) -> list[object]:
        """What was heard above this number; raises likewise."""
        answer = await self._asking.ask({"op": "heard", "after": since})
        return _list(answer, "heard")

    async def sound(self, name: str) -> bytes:
        """A WAV file; raises likewise."""
        answer = await self._asking.ask({"op": "sound", "name": name})
        try:
            return base64.b64decode(str(answer.get("wav", "")), validate=True)
        except binascii.Error:
            raise NoScreen("the kiosk told no sound") from None

    def follow(self) -> None:
        """Somebody wants to be told; each `follow` is ended by a `leave`."""
        self._followers += 1
        if self._followers == 1:
            watched = {What.JOURNAL: ("journal", "rows", "id"), What.HEARD: ("heard", "heard", "number")}
            self._watches = [asyncio.create_task(self._watch(what, *words)) for what, words in watched.items()]

    def leave(self) -> None:
        """One less."""
        self._followers -= 1
        if self._followers == 0:
            for watch in self._watches:
                watch.cancel()
            self._watches = []

    async def _watch(self, what: What, op: str, listed: str, numbered: str) -> None:
        line, last = KioskLine(self._port), 0
        try:
            while True:
                try:
                    answer = await line.ask({"op": op, "after": last, "wait_s": WAIT_S}, WAIT_S)
                except (NoScreen, KioskRefused):
                    last = 0
                    await asyncio.sleep(RETRY_S)
                    continue
                new = [one.get(numbered) for one in _list(answer, listed) if isinstance(one, dict)]
                if new:
                    last = max(last, *(number for number in new if isinstance(number, int)))
                    self._changes.tell(what)
        finally:
            line.close()


def _list(answer: dict[str, object], key: str) -> list[object]:
    found = answer.get(key)
    return found if isinstance(found, list) else []
