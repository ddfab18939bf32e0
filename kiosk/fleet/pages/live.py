"""The grid's rows, and the stream of those that change. Nothing is queued for a reader: a slow one costs nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

from anyio import to_thread

from kiosk.fleet.alarms import State
from kiosk.fleet.pages.book import Parts
from kiosk.fleet.pages.telling import changed_since, row
from kiosk.wire.fields import Json
from kiosk.words.sentences import Words

BEAT_S = 15.0
FASTEST_S = 0.25
"""Changes that come closer together are told as one."""
MOST_STREAMS = 100


def whole(parts: Parts, words: Words) -> dict[str, Json]:
    """Everything that the grid shows."""
    version = parts.fleet.version
    rows: list[Json] = [row(words, shown) for shown in list(parts.fleet.shown.values())]
    return {"version": version, "rows": rows, **_state(parts)}


def _state(parts: Parts) -> dict[str, Json]:
    fleet = parts.fleet
    alarms = [running.alarm.state for running in list(fleet.alarms.values())]
    return {
        "broker": fleet.listening_since is not None,
        "store": parts.watch.counts.store_works,
        "stations": len(fleet.shown),
        "alarms": alarms.count(State.ACTIVE),
    }


class Streams:
    """Open pages."""

    def __init__(self, parts: Parts) -> None:
        self.open = 0
        self._parts = parts

    async def changes(self, words: Words, version: int, still: Callable[[], bool]) -> AsyncIterator[bytes]:
        """Events from `version` on, until the process stops, the reader goes away, or `still` says no."""
        parts = self._parts
        self.open += 1
        try:
            while not parts.changes.over:
                seen, now_at = parts.changes.version, parts.fleet.version
                rows: list[Json] = [row(words, shown) for shown in changed_since(parts.fleet, version)]
                body: dict[str, Json] = {"version": now_at, "rows": rows, **_state(parts)}
                version = now_at
                yield f"data: {json.dumps(body, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()
                await asyncio.sleep(FASTEST_S)
                await parts.changes.after(seen, BEAT_S)
                if not await to_thread.run_sync(still):
                    return
        finally:
            self.open -= 1
