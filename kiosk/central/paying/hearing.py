"""The address that the provider calls. It tells nobody anything but whether the call was taken."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from kiosk.central.paying.orders import settle
from kiosk.central.paying.provider import Forged, Provider
from kiosk.central.store import writing

PATH = "/payments/"
LARGEST = 64 * 1024
FAILED = {"code": "FAIL", "message": "not taken"}

log = logging.getLogger(__name__)


def route(provider: Provider, engine: Engine, changed: Callable[[], None]) -> Route:
    """Where one provider calls."""

    status, text = provider.thanks
    thanks = PlainTextResponse(text, status) if text else Response(status_code=status)

    def take(headers: dict[str, str], body: bytes) -> Response:
        now = datetime.now(UTC)
        try:
            told = provider.hear(headers, body, now)
        except Forged as forged:
            log.warning("a call of %s was refused: %s", provider.name, forged)
            return JSONResponse(FAILED, 401)
        if told is None:
            return thanks
        try:
            with writing(engine) as connection:
                state = settle(connection, told, provider.name, now)
        except DBAPIError:
            return JSONResponse(FAILED, 503)  # it calls again
        if state is None:
            log.warning("%s tells of an order that is not ours", provider.name)
            return JSONResponse(FAILED, 404)
        changed()
        return thanks

    async def endpoint(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                return JSONResponse(FAILED, 413)
        return await run_in_threadpool(take, dict(request.headers), body)

    return Route(f"{PATH}{provider.name}", endpoint, methods=["POST"])
