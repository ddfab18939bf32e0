"""The bench's end of the kiosk's mirror socket: the live picture for a browser, and touches back.

One JSON object a line over loopback TCP, a request and its answer in turn; the kiosk's `docs/bench.md` says which.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

CONNECT_S = 0.5
WAIT_S = 2.0
MARGIN_S = 6.0
RETRY_S = 0.5
LONGEST_LINE = 16_777_216
"""Bytes of one answer: a large screen as JPEG in base64 has a few hundred thousand."""
BOUNDARY = b"frame"
MEDIA_TYPE = "multipart/x-mixed-replace; boundary=frame"


class NoScreen(Exception):
    """The kiosk's mirror does not answer; the text says what to do."""


@dataclass(frozen=True, slots=True)
class _Conversation:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, request: dict[str, object]) -> dict[str, object]:
        try:
            self.writer.write(json.dumps(request).encode() + b"\n")
            line = await asyncio.wait_for(self.reader.readline(), WAIT_S + MARGIN_S)
            answer = json.loads(line)
        except TimeoutError:
            raise NoScreen("the kiosk's screen does not answer") from None
        except (OSError, ValueError) as trouble:
            raise NoScreen(f"the kiosk's screen went away: {trouble}") from None
        if not isinstance(answer, dict):
            raise NoScreen("the kiosk's screen answered something else than an object")
        return answer


class ScreenMirror:
    """Asks the kiosk on `127.0.0.1:port`. Every call opens a connection of its own: browsers come and go."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._shown = 0

    @property
    def live(self) -> bool:
        """Some browser gets pictures now."""
        return self._shown > 0

    async def touch(self, across: float, down: float) -> dict[str, object]:
        """Touch the screen at a fraction of its width and height (0 to 1 each); raises `NoScreen`."""
        async with self._connected() as kiosk:
            tree = await kiosk.ask({"op": "tree"})
            width, height = _whole(tree.get("width")), _whole(tree.get("height"))
            point = {"op": "touch", "x": int(across * width), "y": int(down * height), "screen": tree.get("screen")}
            return await kiosk.ask(point)

    async def pictures(self) -> AsyncIterator[bytes]:
        """Parts of an endless `multipart/x-mixed-replace` answer: a new JPEG at each change of the screen."""
        while True:
            try:
                async with self._connected() as kiosk:
                    async for part in self._followed(kiosk):
                        yield part
            except NoScreen:
                await asyncio.sleep(RETRY_S)

    async def _followed(self, kiosk: _Conversation) -> AsyncIterator[bytes]:
        number = -1
        self._shown += 1
        try:
            while True:
                answer = await kiosk.ask({"op": "frame", "after": number, "wait_s": WAIT_S})
                if _whole(answer.get("number")) == number:
                    continue
                number = _whole(answer.get("number"))
                picture = base64.b64decode(str(answer.get("jpeg", "")))
                if picture:
                    head = b"--%s\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % (BOUNDARY, len(picture))
                    # A browser shows a part when the next one begins: sent twice, the newest is always the one on view.
                    yield (head + picture + b"\r\n") * 2
        finally:
            self._shown -= 1

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[_Conversation]:
        try:
            opening = asyncio.open_connection("127.0.0.1", self._port, limit=LONGEST_LINE)
            reader, writer = await asyncio.wait_for(opening, CONNECT_S)
        except OSError:  # TimeoutError is one, too
            raise NoScreen(
                f"the kiosk shows no screen on 127.0.0.1:{self._port}: it is starting, or `[mirror]` is not configured"
            ) from None
        try:
            yield _Conversation(reader, writer)
        finally:
            writer.close()


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
