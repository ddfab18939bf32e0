"""The bench's end of the control socket of `kiosk demo`: the faults of broker, central, kiosk and what joins them.

One JSON object a line over loopback TCP, a request and its answer in turn; the kiosk's `docs/bench.md` says which.
"""

from __future__ import annotations

import asyncio
import json

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from firmware_sim.bench.answers import done, ordered
from firmware_sim.bench.orders import BadOrder
from firmware_sim.card_ways import CannotDo
from firmware_sim.workbench import Workbench

WORLD_KEYS = ("do", "part", "state", "between", "seconds")
CONNECT_S = 0.5
STATE_S = 0.3
"""A page does not wait longer to learn how the world stands; it is shown what was last known."""
ORDER_S = 120.0
"""A power cut starts everything again."""
LONGEST_LINE = 65_536


class NoHouse(Exception):
    """There is no world around these devices. The text says what to do."""

    def __init__(self, why: str = "this simulator runs alone") -> None:
        super().__init__(f"world: {why}; start all of it with `kiosk demo`")


class World:
    """Asks the house on `127.0.0.1:port`. Every call opens a connection of its own."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._last: dict[str, object] | None = None

    async def state(self) -> dict[str, object] | None:
        """How the world stands, or stood when it was last heard of; None before that."""
        try:
            self._last = await self._ask({"op": "state"}, STATE_S)
        except (NoHouse, CannotDo, BadOrder):
            return self._last
        return self._last

    async def order(self, order: dict[str, object]) -> None:
        """Have it done; returns when it is. Raises `BadOrder`, `NoHouse`, and `CannotDo` for what the house refuses."""
        await self._ask({"op": "do"} | order, ORDER_S)

    async def _ask(self, request: dict[str, object], patience_s: float) -> dict[str, object]:
        try:
            opening = asyncio.open_connection("127.0.0.1", self._port, limit=LONGEST_LINE)
            reader, writer = await asyncio.wait_for(opening, CONNECT_S)
        except OSError:  # TimeoutError is one, too
            raise NoHouse(f"nobody answers on 127.0.0.1:{self._port}") from None
        try:
            writer.write(json.dumps(request).encode() + b"\n")
            answer = json.loads(await asyncio.wait_for(reader.readline(), patience_s))
        except (OSError, ValueError):
            raise NoHouse("the house has gone, or does not answer") from None
        finally:
            writer.close()
        if not isinstance(answer, dict):
            raise NoHouse("the house answered something else than an object")
        if "error" in answer:
            raise (CannotDo if answer.get("understood") else BadOrder)(str(answer["error"]))
        return answer


class Switches:
    """What a page switches outside the room; `world` is None where the simulator runs alone."""

    def __init__(self, bench: Workbench, world: World | None) -> None:
        self._bench = bench
        self._world = world

    def routes(self) -> list[Route]:
        return [
            Route("/api/power", self._power, methods=["POST"]),
            Route("/api/world", self._order, methods=["POST"]),
        ]

    async def world(self) -> dict[str, object] | None:
        """How it stands, for `GET /api/room`."""
        return await self._world.state() if self._world is not None else None

    async def _power(self, request: Request) -> Response:
        off = (await ordered(request, "off"))["off"]
        if not isinstance(off, bool):
            raise BadOrder("off: expected true or false")
        await run_in_threadpool(self._bench.lose_power if off else self._bench.return_power)
        return done()

    async def _order(self, request: Request) -> Response:
        body = await ordered(request, *WORLD_KEYS)
        if self._world is None:
            raise NoHouse()
        await self._world.order(body)
        return done()
