"""Routes of what a rehearsal leaves: wires, messages, the journal, what was heard, and the news of all of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from firmware_sim.bench import events, wire_file
from firmware_sim.bench.answers import number, words
from firmware_sim.bench.messages import MessageLog
from firmware_sim.bench.orders import BadOrder
from firmware_sim.bench.overheard import Overheard
from firmware_sim.bench.wire_notes import note
from firmware_sim.changes import Changes
from firmware_sim.lines.wire_log import Direction, WireEntry, WireLog

NOT_FOUND = 404
NO_KIOSK = "no kiosk here; start firmware-sim with --mirror-port"
NO_BROKER = "no broker is listened to; start firmware-sim with --broker HOST:PORT"


class Evidence:
    """`overheard` and `messages` are None where there is no kiosk, or no broker is listened to."""

    def __init__(
        self,
        log: WireLog,
        protocol_of: Callable[[str], str],
        overheard: Overheard | None,
        messages: MessageLog | None,
    ) -> None:
        self._log = log
        self._protocol_of = protocol_of
        self._overheard = overheard
        self._messages = messages

    def routes(self) -> list[Route]:
        return [
            Route("/api/events", self._events),
            Route("/api/wire", self._wire),
            Route("/api/wire.toml", self._wire_file),
            Route("/api/messages", self._message_list),
            Route("/api/journal", self._journal),
            Route("/api/heard", self._heard),
            Route("/api/sound/{name}.wav", self._sound),
        ]

    async def _events(self, request: Request) -> Response:
        polling = request.query_params.get("polling") == "yes"
        told = _followed(self._log.changes, self._overheard, polling=polling)
        return StreamingResponse(told, media_type=events.MEDIA_TYPE, headers={"Cache-Control": "no-store"})

    async def _wire(self, request: Request) -> Response:
        return JSONResponse({"frames": [self._shown(entry) for entry in self._chosen(request)]})

    async def _wire_file(self, request: Request) -> Response:
        text = wire_file.toml_of(self._chosen(request), self._protocol_of)
        headers = {"Content-Disposition": 'attachment; filename="wire.toml"'}
        return PlainTextResponse(text, media_type="application/toml", headers=headers)

    def _chosen(self, request: Request) -> list[WireEntry]:
        devices, direction = words(request, "device"), request.query_params.get("direction")
        if direction is not None and direction not in set(Direction):
            raise BadOrder(f"direction: expected {' or '.join(Direction)}, found '{direction[:20]}'")
        polling = request.query_params.get("polling", "yes") != "no"
        return [
            entry
            for entry in self._log.since(number(request, "since"))
            if (not devices or entry.device in devices)
            and (direction is None or entry.direction == direction)
            and (polling or not entry.repeats)
        ]

    def _shown(self, entry: WireEntry) -> dict[str, object]:
        return {
            "number": entry.number,
            "time_s": round(entry.time_s, 4),
            "device": entry.device,
            "direction": entry.direction.value,
            "hex": entry.data.hex().upper(),
            "note": note(self._protocol_of(entry.device), entry),
            "repeats": entry.repeats,
        }

    async def _message_list(self, request: Request) -> Response:
        if self._messages is None:
            raise HTTPException(NOT_FOUND, NO_BROKER)
        found = self._messages.since(number(request, "since"))
        return JSONResponse({"messages": found, "why": self._messages.why})

    async def _journal(self, request: Request) -> Response:
        return JSONResponse({"rows": await self._kiosk().journal(number(request, "since"))})

    async def _heard(self, request: Request) -> Response:
        return JSONResponse({"heard": await self._kiosk().heard(number(request, "since"))})

    async def _sound(self, request: Request) -> Response:
        return Response(await self._kiosk().sound(request.path_params["name"]), media_type="audio/wav")

    def _kiosk(self) -> Overheard:
        if self._overheard is None:
            raise HTTPException(NOT_FOUND, NO_KIOSK)
        return self._overheard


async def _followed(changes: Changes, overheard: Overheard | None, *, polling: bool) -> AsyncIterator[bytes]:
    """The kiosk is followed for as long as somebody listens."""
    if overheard is not None:
        overheard.follow()
    try:
        async for told in events.told(changes, polling=polling):
            yield told
    finally:
        if overheard is not None:
            overheard.leave()
