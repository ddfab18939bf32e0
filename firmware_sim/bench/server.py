"""The bench's page and JSON interface as a web application. What each request does is in `docs/bench.md`."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from firmware_sim.bench import clock_orders, view
from firmware_sim.bench.orders import BadOrder, body_of, choice, fraction, hexadecimal, number, only_key, text, texts
from firmware_sim.bench.screen import MEDIA_TYPE, NoScreen, ScreenMirror
from firmware_sim.card_ways import CannotDo
from firmware_sim.devices.gate import IN, OUT
from firmware_sim.faults.orders import RATE, SECONDS, KnobRefused
from firmware_sim.room.room import UnknownName
from firmware_sim.workbench import Workbench

PAGE = Path(__file__).parent / "page"
HOSTS = ["127.0.0.1", "localhost"]
"""Names under which a browser may ask: a foreign name that was pointed at loopback is turned away."""
Handler = Callable[[Request, Exception], Response]
LAST_REQUESTS_S = 1
"""How long requests under way may take when the end was asked for."""
BAD_REQUEST, NOT_FOUND, CONFLICT = 400, 404, 409


class BenchServer:
    """The application for one workbench; `mirror` is None where no kiosk screen is to be shown."""

    def __init__(self, bench: Workbench, mirror: ScreenMirror | None) -> None:
        self._bench = bench
        self._mirror = mirror

    def application(self) -> Starlette:
        """What uvicorn serves."""
        return Starlette(
            routes=[
                Route("/", self._page),
                Route("/screen.mjpeg", self._screen),
                Route("/api/room", self._room),
                Route("/api/pad", self._pad, methods=["POST"]),
                Route("/api/card", self._card, methods=["POST"]),
                Route("/api/scanner", self._scanner, methods=["POST"]),
                Route("/api/printer", self._printer, methods=["POST"]),
                Route("/api/paper", self._paper),
                Route("/api/paper/{place:int}.png", self._strip),
                Route("/api/gate", self._gate, methods=["POST"]),
                Route("/api/faults", self._fault, methods=["POST"]),
                Route("/api/clock", self._clock, methods=["POST"]),
                Route("/api/wire", self._wire),
                Route("/api/touch", self._touch, methods=["POST"]),
                Mount("/page", StaticFiles(directory=PAGE)),
            ],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)],
            exception_handlers={
                BadOrder: _refused(BAD_REQUEST),
                KnobRefused: _refused(BAD_REQUEST),
                UnknownName: _refused(NOT_FOUND),
                CannotDo: _refused(CONFLICT),
                NoScreen: _refused(CONFLICT),
                HTTPException: _http_refused,
            },
        )

    async def _page(self, _: Request) -> Response:
        return FileResponse(PAGE / "index.html")

    async def _screen(self, _: Request) -> Response:
        if self._mirror is None:
            raise HTTPException(NOT_FOUND, "no kiosk screen here; start firmware-sim with --mirror-port")
        return StreamingResponse(self._mirror.pictures(), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})

    async def _room(self, _: Request) -> Response:
        return JSONResponse(view.room(self._bench, self._screen_state()))

    def _screen_state(self) -> str:
        if self._mirror is None:
            return "none"
        return "live" if self._mirror.live else "waiting"

    async def _pad(self, request: Request) -> Response:
        body = await _body(request, "put", "take")
        put, take = texts(body, "put"), texts(body, "take")
        await run_in_threadpool(self._bench.take_off_pad, take)
        await run_in_threadpool(self._bench.put_on_pad, put)
        return _done()

    async def _card(self, request: Request) -> Response:
        body = await _body(request, "tap", "insert", "remove", "tear")
        verb = only_key(body)
        cards = self._bench.cards
        if verb == "remove":
            await run_in_threadpool(cards.remove)
            return _done()
        card = self._bench.room.card(text(body, verb), verb)
        move = {"tap": cards.tap, "insert": cards.insert, "tear": cards.tear}[verb]
        await run_in_threadpool(move, card)
        return _done()

    async def _scanner(self, request: Request) -> Response:
        body = await _body(request, "fire", "fire_hex", "aim")
        try:
            if "fire_hex" in body:
                self._bench.fire_bytes(hexadecimal(body, "fire_hex"))
            else:
                self._bench.fire(text(body, "fire"), text(body, "aim") if "aim" in body else "")
        except ValueError as trouble:
            raise BadOrder(f"scanner: {trouble}") from None
        return _done()

    async def _printer(self, request: Request) -> Response:
        body = await _body(request, "paper", "cover", "cutter")
        part = only_key(body)
        try:
            self._bench.set_printer(part, text(body, part))
        except ValueError as trouble:
            raise BadOrder(f"{part}: {trouble}") from None
        return _done()

    async def _paper(self, request: Request) -> Response:
        if request.query_params.get("text") == "yes":
            return JSONResponse(await run_in_threadpool(view.read_paper, self._bench))
        return JSONResponse(view.paper(self._bench))

    async def _strip(self, request: Request) -> Response:
        place = request.path_params["place"]
        if place >= len(self._bench.strips()):
            raise HTTPException(NOT_FOUND, f"there is no strip {place}; GET /api/paper lists those that are")
        picture = await run_in_threadpool(self._bench.strip_png, place)
        return Response(picture, media_type="image/png", headers={"Cache-Control": "no-store"})

    async def _gate(self, request: Request) -> Response:
        body = await _body(request, "gate", "books", "direction")
        direction = choice(body, "direction", (IN, OUT), OUT)
        await run_in_threadpool(self._bench.carry_through, text(body, "gate"), texts(body, "books"), direction)
        return _done()

    async def _fault(self, request: Request) -> Response:
        body = await _body(request, "device", "fault", RATE, SECONDS)
        knobs = [number(body, key) if key in body else None for key in (RATE, SECONDS)]
        await run_in_threadpool(self._bench.set_fault, text(body, "device"), text(body, "fault"), *knobs)
        return _done()

    async def _clock(self, request: Request) -> Response:
        clock_orders.set_clock(self._bench.clock, await _body(request, *clock_orders.KEYS))
        return _done()

    async def _wire(self, request: Request) -> Response:
        since = request.query_params.get("since", "0")
        if not since.isascii() or not since.isdecimal():
            raise BadOrder(f"since: expected the number of a frame, found '{since}'")
        return JSONResponse(view.wire(self._bench, int(since)))

    async def _touch(self, request: Request) -> Response:
        body = await _body(request, "across", "down")
        across, down = fraction(body, "across"), fraction(body, "down")
        if self._mirror is None:
            raise NoScreen("screen: no kiosk screen here; start firmware-sim with --mirror-port")
        return JSONResponse(await self._mirror.touch(across, down))


def serve(application: Starlette, listener: socket.socket, greeting: str) -> None:
    """Serve on a listening socket until SIGTERM or SIGINT; print one line when requests are answered."""
    config = uvicorn.Config(
        application,
        log_level="critical",
        lifespan="off",
        access_log=False,
        timeout_graceful_shutdown=LAST_REQUESTS_S,
    )
    GreetingServer(config, greeting).run(sockets=[listener])


class GreetingServer(uvicorn.Server):
    """Says on standard output that it is ready, once its signal handlers stand and it takes connections."""

    def __init__(self, config: uvicorn.Config, greeting: str) -> None:
        super().__init__(config)
        self._greeting = greeting

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then greet."""
        await super().startup(sockets=sockets)
        print(self._greeting, flush=True)  # noqa: T201  (the promise of `firmware-sim serve`)


async def _body(request: Request, *keys: str) -> dict[str, object]:
    return body_of(request.headers.get("content-type", ""), await request.body(), keys)


def _done() -> Response:
    return JSONResponse({"ok": True})


def _refused(status: int) -> Handler:
    def refuse(_: Request, trouble: Exception) -> Response:
        return JSONResponse({"error": str(trouble)}, status)

    return refuse


def _http_refused(request: Request, trouble: Exception) -> Response:
    assert isinstance(trouble, HTTPException)
    return JSONResponse({"error": f"{request.url.path}: {trouble.detail}"}, trouble.status_code, trouble.headers)
