"""What every route of the bench reads and answers alike."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from firmware_sim.bench.orders import BadOrder, body_of

MOST_DIGITS = 12


async def ordered(request: Request, *keys: str) -> dict[str, object]:
    """The request's JSON object; raises `BadOrder`."""
    return body_of(request.headers.get("content-type", ""), await request.body(), keys)


def number(request: Request, key: str) -> int:
    """A whole number of the query, 0 where it is not there; raises `BadOrder`."""
    text = request.query_params.get(key, "0")
    found = whole(text)
    if found is None:
        raise BadOrder(f"{key}: expected a number of at most {MOST_DIGITS} digits, found '{text[:20]}'")
    return found


def whole(text: str) -> int | None:
    """A number of decimal digits; None where the text is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def words(request: Request, key: str) -> frozenset[str]:
    """Words of the query with commas between them; empty where there are none."""
    return frozenset(word for word in request.query_params.get(key, "").split(",") if word)


def done() -> Response:
    return JSONResponse({"ok": True})
