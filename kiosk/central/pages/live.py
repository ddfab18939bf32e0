"""The stream behind the live page: one whole sight after another, each as one server-sent event.

A whole sight each time needs no repair after a broken line: the browser connects again and sees what is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from anyio import to_thread
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from kiosk.central.pages.reading import Told
from kiosk.central.pages.sight import sight
from kiosk.central.worker import Counts
from kiosk.web.changes import Changes
from kiosk.wire.fields import Json

BEAT_S = 10.0
"""With nothing new, a sight is sent this often: a station that falls silent says nothing."""
FASTEST_S = 0.2
"""Sights follow each other no faster, however much arrives."""
MOST_STREAMS = 50


class Live:
    """Makes sights for every page that is open. `line_up` tells whether the broker is there."""

    def __init__(
        self, engine: Engine, time_zone: str, changes: Changes, counts: Counts, line_up: Callable[[], bool]
    ) -> None:
        self.streams = 0
        self._line_up = line_up
        self._engine = engine
        self._time_zone = time_zone
        self._changes = changes
        self._counts = counts

    async def stream(self) -> AsyncIterator[bytes]:
        """Server-sent events until the process stops or the reader goes away."""
        self.streams += 1
        try:
            while not self._changes.over:
                version = self._changes.version
                seen = await to_thread.run_sync(self._sight)
                yield f"data: {json.dumps(seen, ensure_ascii=False)}\n\n".encode("utf-8", "replace")
                await asyncio.sleep(FASTEST_S)
                await self._changes.after(version, BEAT_S)
        finally:
            self.streams -= 1

    def _sight(self) -> Json:
        state: Told = {"broker": self._line_up(), "store": self._counts.store_works}
        try:
            with self._engine.connect() as connection:
                return sight(connection, self._time_zone, datetime.now(UTC)) | state
        except DBAPIError:
            return state | {"store": False}
