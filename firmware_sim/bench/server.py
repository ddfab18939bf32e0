"""The bench's page and JSON interface as a web application. What each request does is in `docs/bench.md`."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

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
from starlette.types import ASGIApp, Receive, Scope, Send

from firmware_sim.bench import answers, clock_orders, door_orders, room_orders, view
from firmware_sim.bench.access import SameOrigin, TokenGuard
from firmware_sim.bench.answers import MOST_DIGITS, done, ordered
from firmware_sim.bench.evidence import Evidence
from firmware_sim.bench.kiosk_line import KioskRefused, NoScreen
from firmware_sim.bench.messages import MessageLog
from firmware_sim.bench.orders import BadOrder, choice, flag, fraction, hexadecimal, number, only_key, text, texts
from firmware_sim.bench.overheard import Overheard
from firmware_sim.bench.recorder import Recorded, Recorder
from firmware_sim.bench.screen import MEDIA_TYPE, ScreenMirror
from firmware_sim.bench.world import NoHouse, Switches, World
from firmware_sim.card_ways import CannotDo
from firmware_sim.changes import Changes, What
from firmware_sim.devices.gate import IN, OUT
from firmware_sim.faults.orders import RATE, SECONDS, KnobRefused
from firmware_sim.room.room import OutOfReach, UnknownName
from firmware_sim.workbench import Workbench

PAGE = Path(__file__).parent / "page"
HOSTS = ["127.0.0.1", "localhost"]
"""Names under which a browser may ask: a foreign name that was pointed at loopback is turned away."""
EVERY_ADDRESS = "0.0.0.0"
Handler = Callable[[Request, Exception], Response]
LAST_REQUESTS_S = 1
"""How long requests under way may take when the end was asked for."""
BAD_REQUEST, NOT_FOUND, CONFLICT = 400, 404, 409


@dataclass(frozen=True, slots=True)
class Guarded:
    """A bench that listens for others than this machine: on which address, and for whom."""

    host: str
    token: str


class TellsOfOrders:
    """Whatever was ordered may have changed something."""

    def __init__(self, application: ASGIApp, changes: Changes) -> None:
        self._application = application
        self._changes = changes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._application(scope, receive, send)
        if scope["type"] == "http" and scope["method"] == "POST":
            self._changes.tell(What.ROOM, What.PAPER, What.WORLD, What.RECORDING)


class BenchServer:
    """The application for one workbench; `mirror` is None where no kiosk screen is to be shown."""

    def __init__(
        self,
        bench: Workbench,
        mirror: ScreenMirror | None,
        messages: MessageLog | None = None,
        guarded: Guarded | None = None,
        world: World | None = None,
    ) -> None:
        self._bench = bench
        self._mirror = mirror
        self._guarded = guarded
        self._switches = Switches(bench, world)
        overheard = None if mirror is None else Overheard(mirror.port, bench.log.changes)
        self._recorder = Recorder(bench, None if mirror is None else mirror.port)
        self._evidence = Evidence(bench.log, bench.protocol_of, overheard, messages)

    def application(self) -> Starlette:
        """What uvicorn serves."""
        return Starlette(
            routes=[
                Route("/", self._page),
                Route("/screen.mjpeg", self._screen),
                Route("/api/room", self._room),
                Route("/api/pad", self._pad, methods=["POST"]),
                Route("/api/slot", self._slot, methods=["POST"]),
                Route("/api/bin", self._bin, methods=["POST"]),
                Route("/api/card", self._card, methods=["POST"]),
                Route("/api/scanner", self._scanner, methods=["POST"]),
                Route("/api/printer", self._printer, methods=["POST"]),
                Route("/api/paper", self._paper),
                Route("/api/paper/{place}.png", self._strip),
                Route("/api/gate", self._gate, methods=["POST"]),
                Route("/api/door", self._door, methods=["POST"]),
                Route("/api/faults", self._fault, methods=["POST"]),
                Route("/api/clock", self._clock, methods=["POST"]),
                Route("/api/touch", self._touch, methods=["POST"]),
                *self._evidence.routes(),
                *self._switches.routes(),
                *self._recorder.routes(),
                Mount("/page", StaticFiles(directory=PAGE)),
            ],
            middleware=[
                *self._guards(),
                Middleware(TellsOfOrders, self._bench.log.changes),
                Middleware(Recorded, lambda: self._recorder),
            ],
            exception_handlers={
                BadOrder: _refused(BAD_REQUEST),
                KnobRefused: _refused(BAD_REQUEST),
                UnknownName: _refused(NOT_FOUND),
                CannotDo: _refused(CONFLICT),
                OutOfReach: _refused(CONFLICT),
                NoScreen: _refused(CONFLICT),
                KioskRefused: _refused(CONFLICT),
                NoHouse: _refused(CONFLICT),
                HTTPException: _http_refused,
            },
        )

    def _guards(self) -> list[Middleware]:
        guards = [Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS), Middleware(SameOrigin)]
        if self._guarded is not None:
            names = ["*"] if self._guarded.host == EVERY_ADDRESS else [*HOSTS, self._guarded.host]
            guards[0] = Middleware(TrustedHostMiddleware, allowed_hosts=names)
            guards.append(Middleware(TokenGuard, self._guarded.token))
        return guards

    async def _page(self, _: Request) -> Response:
        return FileResponse(PAGE / "index.html")

    async def _screen(self, _: Request) -> Response:
        if self._mirror is None:
            raise HTTPException(NOT_FOUND, "no kiosk screen here; start firmware-sim with --mirror-port")
        return StreamingResponse(self._mirror.pictures(), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})

    async def _room(self, _: Request) -> Response:
        shown = view.room(self._bench, self._screen_state())
        return JSONResponse(shown | {"world": await self._switches.world(), "recording": self._recorder.state})

    def _screen_state(self) -> str:
        if self._mirror is None:
            return "none"
        return "live" if self._mirror.live else "waiting"

    async def _pad(self, request: Request) -> Response:
        body = await ordered(request, "put", "take", *room_orders.HOW)
        put, take, how = texts(body, "put"), texts(body, "take"), room_orders.lying(body)
        await run_in_threadpool(self._bench.take_off_pad, take)
        await run_in_threadpool(self._bench.put_on_pad, put, how)
        return done()

    async def _slot(self, request: Request) -> Response:
        body = await ordered(request, "push")
        await run_in_threadpool(self._bench.push_into_slot, texts(body, "push"))
        return done()

    async def _bin(self, request: Request) -> Response:
        body = await ordered(request, "empty")
        if not flag(body, "empty"):
            raise BadOrder("empty: expected true")
        await run_in_threadpool(self._bench.empty_bin)
        return done()

    async def _card(self, request: Request) -> Response:
        body = await ordered(request, "tap", "insert", "remove", "tear")
        verb = only_key(body)
        cards = self._bench.cards
        if verb == "remove":
            await run_in_threadpool(cards.remove)
            return done()
        card = self._bench.room.card(text(body, verb), verb)
        move = {"tap": cards.tap, "insert": cards.insert, "tear": cards.tear}[verb]
        await run_in_threadpool(move, card)
        return done()

    async def _scanner(self, request: Request) -> Response:
        body = await ordered(request, "fire", "fire_hex", "aim")
        try:
            if "fire_hex" in body:
                self._bench.fire_bytes(hexadecimal(body, "fire_hex"))
            else:
                self._bench.fire(text(body, "fire"), text(body, "aim") if "aim" in body else "")
        except ValueError as trouble:
            raise BadOrder(f"scanner: {trouble}") from None
        return done()

    async def _printer(self, request: Request) -> Response:
        body = await ordered(request, "paper", "cover", "cutter")
        part = only_key(body)
        try:
            self._bench.set_printer(part, text(body, part))
        except ValueError as trouble:
            raise BadOrder(f"{part}: {trouble}") from None
        return done()

    async def _paper(self, request: Request) -> Response:
        if request.query_params.get("text") == "yes":
            return JSONResponse(await run_in_threadpool(view.read_paper, self._bench))
        return JSONResponse(view.paper(self._bench))

    async def _strip(self, request: Request) -> Response:
        place = answers.whole(request.path_params["place"])
        if place is None or place >= len(self._bench.strips()):
            named = request.path_params["place"][:MOST_DIGITS]
            raise HTTPException(NOT_FOUND, f"there is no strip {named}; GET /api/paper lists those that are")
        picture = await run_in_threadpool(self._bench.strip_png, place)
        return Response(picture, media_type="image/png", headers={"Cache-Control": "no-store"})

    async def _gate(self, request: Request) -> Response:
        body = await ordered(request, "gate", "books", "direction")
        direction = choice(body, "direction", (IN, OUT), OUT)
        await run_in_threadpool(self._bench.carry_through, text(body, "gate"), texts(body, "books"), direction)
        return done()

    async def _door(self, request: Request) -> Response:
        await run_in_threadpool(door_orders.do, self._bench, await ordered(request, *door_orders.KEYS))
        return done()

    async def _fault(self, request: Request) -> Response:
        body = await ordered(request, "device", "fault", RATE, SECONDS)
        knobs = [number(body, key) if key in body else None for key in (RATE, SECONDS)]
        await run_in_threadpool(self._bench.set_fault, text(body, "device"), text(body, "fault"), *knobs)
        return done()

    async def _clock(self, request: Request) -> Response:
        clock_orders.set_clock(self._bench.clock, await ordered(request, *clock_orders.KEYS))
        return done()

    async def _touch(self, request: Request) -> Response:
        body = await ordered(request, "across", "down")
        across, down = fraction(body, "across"), fraction(body, "down")
        if self._mirror is None:
            raise NoScreen("screen: no kiosk screen here; start firmware-sim with --mirror-port")
        return JSONResponse(await self._mirror.touch(across, down))


def serve(application: Starlette, listener: socket.socket, greeting: str, told_to_end: Event) -> None:
    """Serve on a listening socket until SIGTERM or SIGINT; print one line when requests are answered.

    `told_to_end`: a signal came already, before this had handlers of its own.
    """
    config = uvicorn.Config(
        application,
        log_level="critical",
        lifespan="off",
        access_log=False,
        timeout_graceful_shutdown=LAST_REQUESTS_S,
    )
    GreetingServer(config, greeting, told_to_end).run(sockets=[listener])


class GreetingServer(uvicorn.Server):
    """Says on standard output that it is ready, once its signal handlers stand and it takes connections."""

    def __init__(self, config: uvicorn.Config, greeting: str, told_to_end: Event) -> None:
        super().__init__(config)
        self._greeting = greeting
        self._told_to_end = told_to_end

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then greet."""
        await super().startup(sockets=sockets)
        self.should_exit |= self._told_to_end.is_set()
        print(self._greeting, flush=True)  # noqa: T201  (the promise of `firmware-sim serve`)


def _refused(status: int) -> Handler:
    def refuse(_: Request, trouble: Exception) -> Response:
        return JSONResponse({"error": str(trouble)}, status)

    return refuse


def _http_refused(request: Request, trouble: Exception) -> Response:
    assert isinstance(trouble, HTTPException)
    return JSONResponse({"error": f"{request.url.path}: {trouble.detail}"}, trouble.status_code, trouble.headers)
