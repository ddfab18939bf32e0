"""Requests to operations: scope, query and body are checked by the declaration, and each runs in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from kiosk.central.answering import Desk
from kiosk.central.lent.copying import Copies
from kiosk.central.pages.answers import MOST_ROWS, USUAL_ROWS, Query, Wrong, told
from kiosk.central.pages.api.gate_reads import GATE_READS
from kiosk.central.pages.api.keys import Caller, Scope
from kiosk.central.pages.api.openapi import document, page
from kiosk.central.pages.api.operations import Call, Kind, Operation, Page, Value
from kiosk.central.pages.api.reads import READS
from kiosk.central.pages.api.writes import WRITES
from kiosk.central.pages.reading import Told
from kiosk.central.store import writing
from kiosk.wire.fields import Json

OPERATIONS: tuple[Operation, ...] = (*READS, *GATE_READS, *WRITES)
LARGEST_BODY = 64 * 1024
MOST_TEXTS = 100
LONGEST_TEXT = 256


class Rest:
    """The routes under `/api/v1`. `changed` is called when a request has changed something."""

    def __init__(
        self,
        engine: Engine,
        desk: Desk,
        health: Callable[[], Told],
        changed: Callable[[], None],
        copies: Copies | None = None,
    ) -> None:
        """`copies`: what gates fetch."""
        self._copies = copies
        self._engine = engine
        self._desk = desk
        self._health = health
        self._changed = changed

    def routes(self) -> list[BaseRoute]:
        """Longer paths first: `/items/ID/return` is no item."""
        ordered = sorted(OPERATIONS, key=lambda one: (-one.path.count("/"), ":path" in one.path))
        return [
            *(Route(one.path, self._endpoint(one), methods=[one.method]) for one in ordered),
            Route("/gates/copies/{name}", self._copy),
            Route("/health", self._tell_health),
            Route("/openapi.json", self._tell_document),
            Route("/docs", self._tell_page),
        ]

    def _endpoint(self, operation: Operation) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            caller: Caller = request.state.caller
            if operation.scope not in caller.scopes:
                raise Wrong(403, f"this key lacks the scope {operation.scope}", "header.authorization")
            values, limit = await _values(operation, request)
            return await run_in_threadpool(self._do, operation, caller, dict(request.path_params), values, limit)

        return endpoint

    def _do(
        self, operation: Operation, caller: Caller, path: Mapping[str, str], values: Mapping[str, object], limit: int
    ) -> Response:
        nameless = [name for name, part in path.items() if "\0" in part]
        if nameless:
            raise Wrong(404, f"there is no such {nameless[0]}", f"path.{nameless[0]}")
        opened = writing(self._engine) if operation.writes else self._engine.connect()
        try:
            with opened as connection:
                call = Call(connection, self._desk, caller, datetime.now(UTC), path, values, limit)
                answer = operation.does(call)
        except DBAPIError:
            what = "written" if operation.writes else "read"
            raise Wrong(503, f"the store cannot be {what} now; try again") from None
        if operation.writes:
            self._changed()
        return told(_paged(answer, limit) if isinstance(answer, Page) else answer)

    async def _copy(self, request: Request) -> Response:
        """A copy of what is lent, in pieces if they are asked for (RFC 9110, 14.2)."""
        caller: Caller = request.state.caller
        if Scope.GATES_READ not in caller.scopes:
            raise Wrong(403, f"this key lacks the scope {Scope.GATES_READ}", "header.authorization")
        path = None if self._copies is None else self._copies.file(request.path_params["name"])
        if path is None:
            raise Wrong(404, "there is no such copy; the newest is announced on all/down/policy", "path.name")
        return FileResponse(path, media_type="application/octet-stream", headers={"cache-control": "no-store"})

    async def _tell_health(self, request: Request) -> Response:
        """200 while central can do its work, 503 while it cannot; names no patron and needs no token."""
        body = self._health()
        return told(body, 200 if body["ok"] else 503)

    async def _tell_document(self, request: Request) -> Response:
        return told(document(OPERATIONS))

    async def _tell_page(self, request: Request) -> Response:
        return Response(page(OPERATIONS), 200, {"cache-control": "no-store"}, "text/html; charset=utf-8")


def _paged(answer: Page, limit: int) -> Told:
    """Rows, and what to ask the next page with: null at the end."""
    following = answer.rows[-1][answer.key] if len(answer.rows) == limit else None
    return {answer.name: [*answer.rows], "next": following}


async def _values(operation: Operation, request: Request) -> tuple[dict[str, object], int]:
    """What the declaration asks for. Raises `Wrong` with the name of what is not as it should be."""
    query = Query(request)
    if operation.writes:
        query.finish()
        return _members(operation, await _body(request)), USUAL_ROWS
    found: dict[str, object] = {}
    for value in operation.values:
        got: object = None
        match value.kind:
            case Kind.FLAG:
                got = query.flag(value.name)
            case Kind.WHOLE:
                got = query.whole(value.name, 0, 0, value.most)
            case _:
                got = query.text(value.name)
        if got is not None:
            found[value.name] = got
    limit = query.whole("limit", USUAL_ROWS, 1, MOST_ROWS) if operation.pages else USUAL_ROWS
    query.finish()
    return found, limit


async def _body(request: Request) -> Mapping[str, Json]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Wrong(413, f"expected at most {LARGEST_BODY} bytes", "body")
    if not body.strip():
        return {}
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Wrong(400, "expected JSON", "body") from None
    if not isinstance(value, dict):
        raise Wrong(400, "expected a JSON object", "body")
    return value


def _members(operation: Operation, body: Mapping[str, Json]) -> dict[str, object]:
    known = {value.name: value for value in operation.values}
    for name in body:
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise Wrong(400, f"expected one of these members: {names}", f"body.{name[:64]}")
    lacking = [value.name for value in operation.values if value.required and body.get(value.name) is None]
    if lacking:
        raise Wrong(400, f"expected {lacking[0]}", f"body.{lacking[0]}")
    return {name: _member(known[name], value) for name, value in body.items() if value is not None}


def _member(declared: Value, value: Json) -> object:
    where, most = f"body.{declared.name}", min(declared.most, LONGEST_TEXT if declared.most > 1_000 else declared.most)
    match declared.kind:
        case Kind.FLAG if isinstance(value, bool):
            return value
        case Kind.WHOLE if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= declared.most:
            return value
        case Kind.TEXT if isinstance(value, str) and 0 < len(value) <= most and value.isprintable():
            return value
        case Kind.TEXTS if isinstance(value, list) and len(value) <= MOST_TEXTS:
            if all(isinstance(one, str) and 0 < len(one) <= LONGEST_TEXT for one in value):
                return tuple(map(str, value))
        case _:
            pass
    words = {
        Kind.FLAG: "true or false",
        Kind.WHOLE: f"a whole number from 0 to {declared.most}",
        Kind.TEXT: f"text of 1 to {most} characters in one line",
        Kind.TEXTS: f"a list of at most {MOST_TEXTS} texts",
    }
    raise Wrong(400, f"expected {declared.name} to be {words[declared.kind]}", where)
