"""What the loop's thread shows, and what the page's thread hands back. Whole sights: the newest is all that counts."""

from __future__ import annotations

import asyncio
import contextlib

from kiosk.wire.fields import Json


class Board:
    """`show` may be called on any thread; `after` waits on the event loop that `attach` was called on."""

    def __init__(self) -> None:
        self.version = 0
        self.sight: Json = {}
        self.over = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiters: set[asyncio.Event] = set()

    def attach(self) -> None:
        self._loop = asyncio.get_running_loop()

    def show(self, sight: Json) -> None:
        """This is how things are now."""
        self.sight = sight
        self.version += 1
        self._ring()

    def end(self) -> None:
        """The process stops: open streams end."""
        self.over = True
        self._ring()

    async def after(self, seen: int, timeout_s: float) -> None:
        """Return when something newer is shown, or the time is over."""
        if self.version != seen or self.over:
            return
        waiter = asyncio.Event()
        self._waiters.add(waiter)
        try:
            async with asyncio.timeout(timeout_s):
                await waiter.wait()
        except TimeoutError:
            pass
        finally:
            self._waiters.discard(waiter)

    def _ring(self) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for waiter in self._waiters:
            waiter.set()
