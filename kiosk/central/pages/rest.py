"""REST, version 1: what the console and other programs read of central. The list of routes is in `docs/central.md`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine, update
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.central.pages.answers import Query, Wrong, told
from kiosk.central.pages.reading import (
    LoansWanted,
    Told,
    exceptions_page,
    facts_page,
    items_page,
    loans_page,
    one_item,
    one_patron,
    stations_told,
)
from kiosk.central.store import writing
from kiosk.central.store.tables import exceptions

LARGEST_ID = (1 << 63) - 1
T = TypeVar("T")


class Rest:
    """The routes under `/api/v1`, on one store. `changed` is called when a request has changed something."""

    def __init__(self, engine: Engine, health: Callable[[], Told], changed: Callable[[], None]) -> None:
        self._engine = engine
        self._health = health
        self._changed = changed

    def routes(self) -> list[Route]:
        return [
            Route("/loans", self.loans),
            Route("/items", self.items),
            Route("/items/{item:path}", self.item),
            Route("/patrons/{patron:path}", self.patron),
            Route("/stations", self.stations),
            Route("/exceptions", self.exceptions),
            Route("/exceptions/{number:int}/close", self.close, methods=["POST"]),
            Route("/facts", self.facts),
            Route("/health", self.health),
        ]

    def loans(self, request: Request) -> Response:
        query = Query(request)
        wanted = LoansWanted(
            query.flag("open"), query.text("patron"), query.text("item"), query.text("station"), query.text("after")
        )
        limit = query.rows()
        query.finish()
        return _page("loans", "intent", self._read(lambda store: loans_page(store, wanted, limit)), limit)

    def items(self, request: Request) -> Response:
        query = Query(request)
        control_number, after, limit = query.text("control_number"), query.text("after"), query.rows()
        query.finish()
        rows = self._read(lambda store: items_page(store, control_number, after, limit))
        return _page("items", "id", rows, limit)

    def item(self, request: Request) -> Response:
        Query(request).finish()
        number = _name(request, "item")
        return _one(self._read(lambda store: one_item(store, number)), "item")

    def patron(self, request: Request) -> Response:
        Query(request).finish()
        number = _name(request, "patron")
        return _one(self._read(lambda store: one_patron(store, number)), "patron")

    def stations(self, request: Request) -> Response:
        Query(request).finish()
        return told({"stations": self._read(lambda store: stations_told(store, datetime.now(UTC)))})

    def exceptions(self, request: Request) -> Response:
        query = Query(request)
        open_, after, limit = query.flag("open"), query.whole("after", 0, 0, LARGEST_ID), query.rows()
        query.finish()
        rows = self._read(lambda store: exceptions_page(store, open_=open_, after=after, limit=limit))
        return _page("exceptions", "id", rows, limit)

    def close(self, request: Request) -> Response:
        """Staff have looked at it. Closing twice is no fault."""
        Query(request).finish()
        number = int(request.path_params["number"])
        if number > LARGEST_ID:
            raise Wrong(404, "there is no such exception", "path.number")
        try:
            with writing(self._engine) as connection:
                closed = connection.execute(
                    update(exceptions).where(exceptions.c.id == number).values(open=False)
                ).rowcount
        except DBAPIError:
            raise Wrong(503, "the store cannot be written now; try again") from None
        if not closed:
            raise Wrong(404, "there is no such exception", "path.number")
        self._changed()
        return told({"id": number, "open": False})

    def facts(self, request: Request) -> Response:
        query = Query(request)
        since, limit = query.whole("since", 0, 0, LARGEST_ID), query.rows()
        query.finish()
        return _page("facts", "id", self._read(lambda store: facts_page(store, since, limit)), limit)

    def health(self, request: Request) -> Response:
        """200 while central can do its work, 503 while it cannot; names no patron and needs no token."""
        body = self._health()
        return told(body, 200 if body["ok"] else 503)

    def _read(self, reads: Callable[[Connection], T]) -> T:
        try:
            with self._engine.connect() as connection:
                return reads(connection)
        except DBAPIError:
            raise Wrong(503, "the store cannot be read now; try again") from None


def _page(name: str, key: str, rows: Sequence[Told], limit: int) -> Response:
    """Rows, and what to ask the next page with: null at the end."""
    following = rows[-1][key] if len(rows) == limit else None
    return told({name: rows, "next": following})


def _one(found: Told | None, what: str) -> Response:
    if found is None:
        raise Wrong(404, f"there is no such {what}", f"path.{what}")
    return told(found)


def _name(request: Request, what: str) -> str:
    name = str(request.path_params[what])
    if "\0" in name:
        raise Wrong(404, f"there is no such {what}", f"path.{what}")
    return name
