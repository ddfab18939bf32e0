"""Stands between the bench's interface and whoever gives it orders, and records them while it is told to."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from firmware_sim.bench.answers import done, ordered
from firmware_sim.bench.kiosk_line import KioskLine, KioskRefused, NoScreen
from firmware_sim.bench.orders import LONGEST_BODY, BadOrder, only_key, text
from firmware_sim.bench.recording import Recording, Sight, Standing, lent_by
from firmware_sim.room.room import Place
from firmware_sim.workbench import Workbench

NOT_RECORDED = ("/api/recording", "/api/clock", "/api/power")
NOT_FOUND, DONE = 404, 200


class Recorder:
    """One recording at a time; the last one is kept until the next begins. `mirror_port` is the kiosk's, if any."""

    def __init__(self, bench: Workbench, mirror_port: int | None) -> None:
        self._bench = bench
        self._kiosk = None if mirror_port is None else KioskLine(mirror_port)
        self._recording: Recording | None = None
        self._on = False
        self._row = 0
        self._turn = asyncio.Lock()

    def routes(self) -> list[Route]:
        return [
            Route("/api/recording", self._state),
            Route("/api/recording", self._order, methods=["POST"]),
            Route("/api/recording.toml", self._file),
        ]

    @property
    def state(self) -> dict[str, object]:
        """For `GET /api/room`."""
        return {"on": self._on, "steps": 0 if self._recording is None else len(self._recording.steps)}

    async def through(self, scope: Scope, receive: Receive, send: Send, application: ASGIApp) -> None:
        """Have a request answered; record it where it is an order that was carried out."""
        if not self._on or scope["type"] != "http" or scope["method"] != "POST" or scope["path"] in NOT_RECORDED:
            await application(scope, receive, send)
            return
        async with self._turn:
            await self._look()
            came, went = bytearray(), bytearray()
            status = 0

            async def hear() -> Message:
                message = await receive()
                if len(came) <= LONGEST_BODY:
                    came.extend(message.get("body", b""))
                return message

            async def say(message: Message) -> None:
                nonlocal status
                status = message.get("status", status)
                went.extend(message.get("body", b""))
                await send(message)

            await application(scope, hear, say)
            if status == DONE and self._recording is not None:
                self._recording.ordered(
                    scope["path"], json.loads(bytes(came)), json.loads(bytes(went)), time.monotonic()
                )

    async def _look(self) -> None:
        """What has become of the last order."""
        if self._recording is not None:
            sight, rows = await self._told()
            self._recording.seen(sight, rows, time.monotonic())

    async def _told(self) -> tuple[Sight | None, list[object]]:
        """What the screen shows, and the journal's new rows; neither where the kiosk is away."""
        if self._kiosk is None:
            return None, []
        try:
            sight = Sight.of(await self._kiosk.ask({"op": "tree"}))
            told = (await self._kiosk.ask({"op": "journal", "after": self._row})).get("rows")
        except (NoScreen, KioskRefused):
            return None, []
        rows = told if isinstance(told, list) else []
        numbers = [row["id"] for row in rows if isinstance(row, dict) and isinstance(row.get("id"), int)]
        self._row = max([self._row, *numbers])
        return sight, rows

    async def _state(self, _: Request) -> Response:
        recording = self._recording
        steps = [] if recording is None else recording.steps
        return JSONResponse({"on": self._on, "name": "" if recording is None else recording.name, "steps": steps})

    async def _order(self, request: Request) -> Response:
        body = await ordered(request, "start", "stop")
        if only_key(body) == "start":
            name = text(body, "start").strip()
            if not name:
                raise BadOrder("start: expected a name for the scenario")
            await self._start(name)
            return done()
        if body["stop"] is not True:
            raise BadOrder("stop: expected true")
        if not self._on or self._recording is None:
            raise BadOrder("stop: nothing is being recorded")
        await self._look()
        self._on = False
        self._recording.ends = self._standing()
        return done()

    async def _start(self, name: str) -> None:
        self._row = 0
        _, rows = await self._told()
        self._recording = Recording(name, self._standing(), lent_by(rows))
        self._on = True

    async def _file(self, _: Request) -> Response:
        if self._recording is None:
            raise HTTPException(NOT_FOUND, "nothing was recorded; POST /api/recording begins")
        headers = {"Content-Disposition": 'attachment; filename="recorded.scenario.toml"'}
        return PlainTextResponse(self._recording.as_toml(), media_type="application/toml", headers=headers)

    def _standing(self) -> Standing:
        with self._bench.room_lock:
            self._bench.room.settle()
            books = self._bench.room.books
            on_pad = tuple(book.number for book in books if book.place is Place.PAD)
            afi = {book.number: book.tags[0].afi for book in books if book.tags}
        return Standing(on_pad, self._bench.printer_state["paper"], self._bench.settings.pad.driver.value, afi)


class Recorded:
    """The recorder as a middleware."""

    def __init__(self, application: ASGIApp, recorder: Callable[[], Recorder]) -> None:
        self._application = application
        self._recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._recorder().through(scope, receive, send, self._application)
