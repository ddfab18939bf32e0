"""The bench's end of the kiosk's mirror socket: one JSON object a line, a request and its answer in turn.

The kiosk's `docs/bench.md` says which requests there are.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

CONNECT_S = 0.5
MARGIN_S = 8.0
"""A kiosk that is busy answers late."""
LONGEST_LINE = 16_777_216
"""Bytes of one answer: a large screen as JPEG in base64 has a few hundred thousand."""


class NoScreen(Exception):
    """The kiosk's mirror does not answer; the text says what to do."""


class KioskRefused(Exception):
    """The kiosk answered that it cannot do this; the text is its own."""


@dataclass(slots=True)
class KioskLine:
    """A connection to the kiosk on `127.0.0.1:port`, opened when it is needed, and again after the kiosk went away.

    One request is under way at a time; each that must not wait for the others has a line of its own.
    """

    port: int
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    _turn: asyncio.Lock | None = None

    async def ask(self, request: dict[str, object], wait_s: float = 0.0) -> dict[str, object]:
        """The answer; `wait_s` is how long the kiosk was told to wait. Raises `NoScreen` and `KioskRefused`."""
        if self._turn is None:
            self._turn = asyncio.Lock()
        async with self._turn:
            answer = await self._asked(json.dumps(request).encode() + b"\n", wait_s)
        if "error" in answer:
            raise KioskRefused(str(answer["error"]))
        return answer

    def close(self) -> None:
        """Let go of the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _asked(self, line: bytes, wait_s: float) -> dict[str, object]:
        kept = self._streams is not None
        try:
            return await self._exchange(line, wait_s)
        except _WentAway:
            if not kept:
                raise
            return await self._exchange(line, wait_s)  # the kiosk was started again since the last request

    async def _exchange(self, line: bytes, wait_s: float) -> dict[str, object]:
        reader, writer = await self._connected()
        try:
            writer.write(line)
            content = await asyncio.wait_for(reader.readline(), wait_s + MARGIN_S)
            answer = json.loads(content)
        except TimeoutError:
            self.close()
            raise NoScreen("the kiosk's screen does not answer") from None
        except (OSError, ValueError) as trouble:
            self.close()
            raise _WentAway(f"the kiosk's screen went away: {trouble}") from None
        except asyncio.CancelledError:
            self.close()  # whoever asks next must not get this answer
            raise
        if not isinstance(answer, dict):
            raise NoScreen("the kiosk's screen answered something else than an object")
        return answer

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            try:
                opening = asyncio.open_connection("127.0.0.1", self.port, limit=LONGEST_LINE)
                self._streams = await asyncio.wait_for(opening, CONNECT_S)
            except OSError:  # TimeoutError is one, too
                raise NoScreen(
                    f"the kiosk shows no screen on 127.0.0.1:{self.port}: it is starting, or `[mirror]` is not "
                    "configured"
                ) from None
        return self._streams


class _WentAway(NoScreen):
    """The connection ended in the middle."""
