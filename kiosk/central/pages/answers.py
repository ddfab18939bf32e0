"""JSON answers and their errors: each says what is wrong, and where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from kiosk.wire.fields import Json

MOST_ROWS = 500
USUAL_ROWS = 100


class Wrong(Exception):
    """A request that is refused: HTTP status, what is wrong, where in the request."""

    def __init__(self, status: int, what: str, where: str = "") -> None:
        super().__init__(what)
        self.status = status
        self.what = what
        self.where = where


def told(value: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """One JSON answer. Nothing of it may be kept by a cache: it tells who reads what."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(
        body.encode("utf-8", "replace"), status, {"cache-control": "no-store", **(headers or {})}, "application/json"
    )


def refused(wrong: Wrong) -> Response:
    """The error as a problem (RFC 9457), with `where` in the request; a `401` says how to ask."""
    title = HTTPStatus(wrong.status).phrase
    problem: dict[str, Json] = {"type": "about:blank", "title": title, "status": wrong.status, "detail": wrong.what}
    if wrong.where:
        problem["where"] = wrong.where
    headers = {"www-authenticate": "Bearer"} if wrong.status == 401 else None
    response = told(problem, wrong.status, headers)
    response.headers["content-type"] = "application/problem+json"
    return response


def instant(at: datetime | None) -> str | None:
    """UTC with milliseconds, or null."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Query:
    """The query of a request, asked for by name and kind; `finish` refuses what nobody asked for."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._asked: set[str] = set()

    def text(self, name: str) -> str | None:
        """One text, without NUL."""
        self._asked.add(name)
        values = self._request.query_params.getlist(name)
        if len(values) > 1 or any("\0" in value or len(value) > 256 for value in values):
            raise Wrong(400, f"expected {name} once, of at most 256 characters", f"query.{name}")
        return values[0] if values else None

    def flag(self, name: str) -> bool | None:
        """`true` or `false`."""
        value = self.text(name)
        if value not in (None, "true", "false"):
            raise Wrong(400, f"expected {name} to be true or false", f"query.{name}")
        return None if value is None else value == "true"

    def whole(self, name: str, usual: int, least: int, most: int) -> int:
        """A whole number."""
        value = self.text(name)
        if value is None:
            return usual
        if not (value.isascii() and value.isdigit() and len(value) < 19 and least <= int(value) <= most):
            raise Wrong(400, f"expected {name} to be a whole number of {least} to {most}", f"query.{name}")
        return int(value)

    def rows(self) -> int:
        """How many rows a page of the answer has."""
        return self.whole("limit", USUAL_ROWS, 1, MOST_ROWS)

    def finish(self) -> None:
        for name in self._request.query_params:
            if name not in self._asked:
                known = ", ".join(sorted(self._asked)) or "none"
                raise Wrong(400, f"expected one of these parameters: {known}", f"query.{name[:64]}")
