"""`GET /api/events`: a browser is told what has changed on the bench, as server-sent events, and asks for it then."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from firmware_sim.changes import Changes, What

TOGETHER_S = 0.04
"""Changes within this time are told at once: a page is not asked to draw more often."""
ALIVE_S = 15.0
"""A comment is sent so often, by which a line that has gone is noticed."""
RETRY_MS = 1_000
"""When a browser tries again after the bench has gone."""
MEDIA_TYPE = "text/event-stream"


async def told(changes: Changes, *, polling: bool) -> AsyncIterator[bytes]:
    """The endless answer. Everything counts as changed at its beginning; frames that repeat only with `polling`."""
    loop, woken = asyncio.get_running_loop(), asyncio.Event()
    found: set[What] = set(What)

    def listen(what: What) -> None:
        if what is not What.POLLING or polling:
            loop.call_soon_threadsafe(note, what)

    def note(what: What) -> None:
        found.add(what)
        woken.set()

    leave = changes.listen(listen)
    try:
        yield f"retry: {RETRY_MS}\n\n".encode() + _event(found)
        found.clear()
        while True:
            try:
                await asyncio.wait_for(woken.wait(), ALIVE_S)
            except TimeoutError:
                yield b": alive\n\n"
                continue
            await asyncio.sleep(TOGETHER_S)
            woken.clear()
            told_now, found = _event(found), set()
            yield told_now
    finally:
        leave()


def _event(what: set[What]) -> bytes:
    names = sorted(one.value for one in what)
    return f"event: changed\ndata: {json.dumps({'what': names})}\n\n".encode()
