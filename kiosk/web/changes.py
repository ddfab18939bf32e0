"""The bell between the worker's thread and the pages' event loop: something has been committed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable


class Changes:
    """Counts commits. `note` may be called on any thread; `after` waits on the loop that `attach` was called on."""

    def __init__(self, also: Callable[[], None] = lambda: None) -> None:
        """`also` is called at every note, on its thread."""
        self.version = 0
        self._also = also
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiters: set[asyncio.Event] = set()
        self._over = False

    def attach(self) -> None:
        """The running loop is the one whose coroutines wait."""
        self._loop = asyncio.get_running_loop()

    def note(self) -> None:
        """Something has changed."""
        self.version += 1
        self._also()
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._wake)

    def end(self) -> None:
        """The process stops: every wait is over, and no new one begins."""
        self._over = True
        self._wake()

    @property
    def over(self) -> bool:
        return self._over

    async def after(self, seen: int, timeout_s: float) -> None:
        """Return when the version is no longer `seen`, when the time is over, or at the end."""
        if self.version != seen or self._over:
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

    def _wake(self) -> None:
        for waiter in self._waiters:
            waiter.set()
