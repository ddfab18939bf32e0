"""The bell between the worker and the open pages."""

from __future__ import annotations

import asyncio
import threading

from kiosk.web.changes import Changes
from tests.real_parts import PATIENCE_S

FAR_S = 3_600.0


def test_a_change_on_another_thread_ends_every_wait() -> None:
    async def wait() -> int:
        changes = Changes()
        changes.attach()
        waits = [asyncio.create_task(changes.after(0, FAR_S)) for _ in range(3)]
        await asyncio.sleep(0)
        threading.Thread(target=changes.note).start()
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*waits)
        return changes.version

    assert asyncio.run(wait()) == 1


def test_what_has_changed_already_is_not_waited_for() -> None:
    async def wait() -> None:
        changes = Changes()
        changes.note()
        async with asyncio.timeout(PATIENCE_S):
            await changes.after(0, FAR_S)

    asyncio.run(wait())


def test_the_end_ends_every_wait_and_begins_no_new_one() -> None:
    async def wait() -> bool:
        changes = Changes()
        changes.attach()
        waits = asyncio.create_task(changes.after(0, FAR_S))
        await asyncio.sleep(0)
        changes.end()
        async with asyncio.timeout(PATIENCE_S):
            await waits
            await changes.after(0, FAR_S)
        return changes.over

    assert asyncio.run(wait())


def test_without_a_change_the_time_ends_it() -> None:
    asyncio.run(Changes().after(0, 0.01))


def test_a_change_after_the_loop_has_closed_is_nothing() -> None:
    changes = Changes()

    async def attach() -> None:
        changes.attach()

    asyncio.run(attach())
    changes.note()
    assert changes.version == 1
