"""The kiosk's live picture for a browser, and touches back."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator

from firmware_sim.bench.kiosk_line import KioskLine, KioskRefused, NoScreen

WAIT_S = 2.0
RETRY_S = 0.5
BOUNDARY = b"frame"
MEDIA_TYPE = "multipart/x-mixed-replace; boundary=frame"
NEXT = b"--%s\r\nContent-Type: image/jpeg\r\n\r\n" % BOUNDARY
"""The head of a part. Its length is not told: it is sent before there is a picture."""


class ScreenMirror:
    """The kiosk whose mirror is on `127.0.0.1:port`: browsers come and go, and so does the kiosk."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._touching = KioskLine(port)
        self._shown = 0

    @property
    def live(self) -> bool:
        """Some browser gets pictures now."""
        return self._shown > 0

    async def touch(self, across: float, down: float) -> dict[str, object]:
        """Touch the screen at a fraction of its width and height (0 to 1 each); raises `NoScreen`, `KioskRefused`."""
        return await self._touching.ask({"op": "touch", "across": across, "down": down})

    async def pictures(self) -> AsyncIterator[bytes]:
        """Parts of an endless `multipart/x-mixed-replace` answer: a new JPEG at each change of the screen."""
        yield NEXT
        while True:
            line = KioskLine(self.port)
            try:
                async for part in self._followed(line):
                    yield part
            except (NoScreen, KioskRefused):
                await asyncio.sleep(RETRY_S)
            finally:
                line.close()

    async def _followed(self, line: KioskLine) -> AsyncIterator[bytes]:
        number = -1
        self._shown += 1
        try:
            while True:
                answer = await line.ask({"op": "frame", "after": number, "wait_s": WAIT_S}, WAIT_S)
                if answer.get("number") == number:
                    continue
                number = _whole(answer.get("number"))
                picture = base64.b64decode(str(answer.get("jpeg", "")))
                if picture:
                    # The head of the next part goes with this one: a browser shows a part when the next one begins.
                    yield picture + b"\r\n" + NEXT
        finally:
            self._shown -= 1


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
