"""The dashboard's pages of orders. The frame around them (sign-in, roles, CSRF, page) is given by the dashboard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, Engine, select
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from kiosk.fleet.commands import ordering
from kiosk.fleet.commands.danger import BadOrder
from kiosk.fleet.commands.issuing import log_of
from kiosk.fleet.commands.ordering import Order
from kiosk.fleet.commands.rollout import TOUCHED, Plan
from kiosk.fleet.commands.tables import sent, trail
from kiosk.wire import CommandKind, MessageRefused, whole_log
from kiosk.wire.fields import Json

READ, ORDER, AGREE = "command.read", "command.order", "command.agree"
SHOWN = 50
VERBS: Mapping[str, tuple[str, Callable[[Connection, str, str, datetime], Order]]] = {
    "agree": (AGREE, ordering.agree),
    "withdraw": (ORDER, ordering.withdraw),
    "stop": (ORDER, ordering.stop),
    "go-on": (AGREE, ordering.go_on),
}
"""What may be done with an order, and the permission that it needs."""


class Frame(Protocol):
    """What the dashboard gives to its pages."""

    async def allowed(self, request: Request, permission: str) -> str:
        """The signed-in operator's name; raises `HTTPException` for whoever may not."""
        ...

    async def form(self, request: Request) -> Mapping[str, str]:
        """A form's fields, its CSRF token checked."""
        ...

    def page(self, request: Request, template: str, context: Mapping[str, object], status: int = 200) -> Response:
        """A page in the dashboard's frame."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """One station's line on an order's page."""

    station: str
    command: str
    state: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderPages:
    """Handlers; the database is asked on another thread."""

    frame: Frame
    engine: Engine
    now: Callable[[], datetime]

    async def listed(self, request: Request) -> Response:
        await self.frame.allowed(request, READ)
        return await self._list(request, "")

    async def asked(self, request: Request) -> Response:
        """A new order; one that makes no sense is shown again with what is wrong."""
        who = await self.frame.allowed(request, ORDER)
        form = await self.frame.form(request)
        try:
            made = await run_in_threadpool(self._ask, who, form)
        except BadOrder as bad:
            return await self._list(request, str(bad), form)
        return RedirectResponse(f"/orders/{made.id}", status_code=303)

    async def shown(self, request: Request) -> Response:
        await self.frame.allowed(request, READ)
        return await self._one(request, "")

    async def done(self, request: Request) -> Response:
        """Agree, withdraw, stop, let go on."""
        verb = request.path_params["verb"]
        if verb not in VERBS:
            raise HTTPException(404)
        permission, act = VERBS[verb]
        who = await self.frame.allowed(request, permission)
        await self.frame.form(request)
        try:
            await run_in_threadpool(self._act, act, who, request.path_params["order"])
        except BadOrder as bad:
            return await self._one(request, str(bad))
        return RedirectResponse(f"/orders/{request.path_params['order']}", status_code=303)

    async def log(self, request: Request) -> Response:
        """An uploaded log, as text to be kept."""
        await self.frame.allowed(request, READ)
        command = request.path_params["command"]
        try:
            text = await run_in_threadpool(self._log, command)
        except MessageRefused as refused:
            raise HTTPException(404, str(refused)) from None
        headers = {"content-disposition": f'attachment; filename="{command}.log"', "x-content-type-options": "nosniff"}
        return PlainTextResponse(text, headers=headers)

    async def _list(self, request: Request, problem: str, form: Mapping[str, str] | None = None) -> Response:
        found = await run_in_threadpool(self._newest)
        context = {"orders": found, "kinds": list(CommandKind), "problem": problem, "form": form or {}}
        return self.frame.page(request, "orders.html", context, 400 if problem else 200)

    async def _one(self, request: Request, problem: str) -> Response:
        try:
            context = await run_in_threadpool(self._context, request.path_params["order"])
        except BadOrder as bad:
            raise HTTPException(404, str(bad)) from None
        return self.frame.page(request, "order.html", context | {"problem": problem}, 400 if problem else 200)

    def _ask(self, who: str, form: Mapping[str, str]) -> Order:
        kind = form.get("kind", "")
        if kind not in set(CommandKind):
            raise BadOrder(f"kind: expected one of {', '.join(CommandKind)}")
        stations = form.get("stations", "").split()
        plan = Plan() if form.get("staged") else None
        with self.engine.begin() as connection:
            return ordering.ask(
                connection, who, CommandKind(kind), stations, arguments_of(CommandKind(kind), form), self.now(), plan
            )

    def _act(self, act: Callable[[Connection, str, str, datetime], Order], who: str, id_: str) -> None:
        with self.engine.begin() as connection:
            act(connection, who, id_, self.now())

    def _newest(self) -> list[Order]:
        with self.engine.begin() as connection:
            return ordering.newest(connection, SHOWN)

    def _context(self, id_: str) -> dict[str, object]:
        with self.engine.begin() as connection:
            found = ordering.order(connection, id_)
            query = select(sent).where(sent.c.order_id == id_).order_by(sent.c.issued_at, sent.c.station)
            told = [
                Told(row.station, row.id, row.state, row.reason, ordering.aware(row.changed_at))
                for row in connection.execute(query)
            ]
            lines = connection.execute(select(trail).where(trail.c.order_id == id_).order_by(trail.c.id)).all()
        rollout = found.rollout
        return {
            "order": found,
            "told": told,
            "trail": lines,
            "touched": rollout.count(*TOUCHED),
            "limit": rollout.limit,
            "total": len(rollout.stations),
        }

    def _log(self, command: str) -> str:
        with self.engine.begin() as connection:
            parts = log_of(connection, command)
        return whole_log(parts)


def routes(frame: Frame, engine: Engine, now: Callable[[], datetime]) -> list[Route]:
    """Every page of orders."""
    pages = OrderPages(frame, engine, now)
    found: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
        ("/orders", "GET", pages.listed),
        ("/orders", "POST", pages.asked),
        ("/orders/{order}", "GET", pages.shown),
        ("/orders/{order}/{verb}", "POST", pages.done),
        ("/logs/{command}", "GET", pages.log),
    ]
    return [Route(path, handler, methods=[method]) for path, method, handler in found]


def arguments_of(kind: CommandKind, form: Mapping[str, str]) -> dict[str, Json]:
    """What the form's fields say to a kind; the order checks whether that makes sense."""
    match kind:
        case CommandKind.MESSAGE:
            texts = {key.removeprefix("text-"): text.strip() for key, text in form.items() if key.startswith("text-")}
            return {"texts": {key: text for key, text in texts.items() if text}, "for_s": _whole(form, "for_s")}
        case CommandKind.PICTURE:
            return {"for_s": _whole(form, "for_s")}
        case CommandKind.CONFIGURE:
            return {"version": form.get("version"), "text": form.get("settings", "").replace("\r\n", "\n")}
        case CommandKind.UPDATE:
            return {"url": form.get("url"), "sha256": form.get("sha256"), "bytes": _whole(form, "bytes")}
        case _:
            return {}


def _whole(form: Mapping[str, str], key: str) -> int | None:
    text = form.get(key, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
