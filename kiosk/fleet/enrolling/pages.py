"""The page of enrolment, and the one address that answers somebody who has no account: a station with a code."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk.fleet.enrolling.desk import EnrolmentDesk, NotPossible, Refused
from kiosk.fleet.pages.book import Asked, Moved, Page, Shown
from kiosk.fleet.pages.book import Refused as PageRefused
from kiosk.web.forms import NO_STORE
from kiosk.web.roles import Permission
from kiosk.wire.enrolment import LARGEST_REQUEST, PATH, Code, Kind, Refusal

TEMPLATES = Path(__file__).parent / "templates"
STATUS = {
    Refusal.UNKNOWN: 403,
    Refusal.USED: 410,
    Refusal.LATE: 410,
    Refusal.CLOCK: 409,
    Refusal.REQUEST: 400,
}
LARGEST_NAME = 64

log = logging.getLogger(__name__)


def pages(desk: EnrolmentDesk) -> tuple[Page, ...]:
    """For whoever may order stations."""

    def listed(asked: Asked) -> Shown:
        return _shown(desk, asked, None)

    def made(asked: Asked) -> Shown:
        """The code is shown once: the database has what it is checked by, and not the code."""
        station = asked.fields.get("station", "").strip()[:LARGEST_NAME]
        kind = asked.fields.get("kind", "")
        if kind not in set(Kind):
            raise PageRefused("enrolling.name")
        try:
            code = desk.open_code(asked.session.staff.name, station, Kind(kind), asked.now)
        except NotPossible:
            raise PageRefused("enrolling.name") from None
        return _shown(desk, asked, code, station)

    def revoked(asked: Asked) -> Moved:
        try:
            desk.revoke(asked.session.staff.name, asked.fields.get("station", "")[:LARGEST_NAME], asked.now)
        except NotPossible:
            raise PageRefused("enrolling.none-such", 404) from None
        return Moved("/enrolling")

    return (
        Page("/enrolling", Permission.FLEET_COMMAND, listed),
        Page("/enrolling/code", Permission.FLEET_COMMAND, made, writes=True),
        Page("/enrolling/revoke", Permission.FLEET_COMMAND, revoked, writes=True),
    )


def route(desk: EnrolmentDesk) -> Route:
    """POST: a station's request, and what is made of it."""

    async def enrol(request: Request) -> Response:
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > LARGEST_REQUEST:
            return _refusal(Refusal.REQUEST, f"expected at most {LARGEST_REQUEST} bytes, with their number")
        try:
            answer = await run_in_threadpool(desk.enrol, await request.body(), datetime.now(UTC))
        except Refused as refused:
            log.warning("nobody is enrolled: %s", refused)
            return _refusal(refused.why, str(refused), refused.offset_s)
        except (DBAPIError, OSError, ValueError) as trouble:
            log.error("a station could not be enrolled: %s", trouble)
            return Response(
                '{"told": "the fleet could not do it; its log says why"}', 503, NO_STORE, "application/json"
            )
        return Response(answer, 200, NO_STORE, "application/json")

    return Route(PATH, enrol, methods=["POST"])


def _refusal(why: Refusal, told: str, offset_s: float = 0.0) -> Response:
    body = json.dumps({"why": why.value, "told": told, "offset_s": round(offset_s, 1)})
    return Response(body, STATUS[why], NO_STORE, "application/json")


def _shown(desk: EnrolmentDesk, asked: Asked, code: Code | None, station: str = "") -> Shown:
    values = {
        "rows": desk.listed(),
        "kinds": [kind.value for kind in Kind],
        "code": None if code is None else code.shown(),
        "station": station,
        "minutes": desk.settings.minutes,
    }
    return Shown("enrolling.html", values)
