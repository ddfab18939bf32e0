"""Signing in by OpenID Connect: away to the provider, and back with a code."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from kiosk.central.console.asked import Console
from kiosk.central.console.oidc import Away, Oidc, Refused, new_flow
from kiosk.central.console.oidc_accounts import LASTS, begin, end, entered
from kiosk.central.store import writing
from kiosk.model.circulation import Language

COOKIE = "__Host-lk-flow"
NO_STORE = {"cache-control": "no-store"}
LONGEST = 4_096
"""Of a code or state."""
Tells = Callable[[Language, str, int], Response]
"""The page for signing in, with the key of a sentence and a status."""
Welcomes = Callable[[str], Response]
"""What a cookie of a session is sent with."""

log = logging.getLogger(__name__)


def routes(
    console: Console, oidc: Oidc, language: Callable[[Request], Language], tells: Tells, welcomes: Welcomes
) -> list[BaseRoute]:
    """Away and back."""

    async def away(request: Request) -> Response:
        return await run_in_threadpool(_away, console, oidc, language(request), tells)

    async def back(request: Request) -> Response:
        query = {name: value.replace("\0", "")[:LONGEST] for name, value in request.query_params.items()}
        browser, asked_in = request.cookies.get(COOKIE, ""), language(request)
        answer = await run_in_threadpool(_back, console, oidc, query, browser, asked_in, tells, welcomes)
        answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
        return answer

    return [Route("/sign-in/with", away, methods=["GET"]), Route("/sign-in/back", back, methods=["GET"])]


def _away(console: Console, oidc: Oidc, language: Language, tells: Tells) -> Response:
    flow, now = new_flow(), datetime.now(UTC)
    try:
        to = oidc.address(flow, now)
        with writing(console.engine) as connection:
            browser = begin(connection, flow, now)
    except Away as trouble:
        log.warning("the provider for signing in cannot be used: %s", trouble)
        return tells(language, "sign-in.away", 502)
    except DBAPIError:
        return tells(language, "problem.store", 503)
    answer = RedirectResponse(to, 303, {**NO_STORE, "referrer-policy": "no-referrer"})
    lasts = int(LASTS.total_seconds())
    answer.set_cookie(COOKIE, browser, lasts, path="/", secure=True, httponly=True, samesite="lax")
    return answer


def _back(
    console: Console,
    oidc: Oidc,
    query: dict[str, str],
    browser: str,
    language: Language,
    tells: Tells,
    welcomes: Welcomes,
) -> Response:
    now = datetime.now(UTC)
    try:
        with writing(console.engine) as connection:
            nonce, verifier = end(connection, query.get("state", ""), browser, now)
        if query.get("iss", oidc.settings.issuer) != oidc.settings.issuer:
            raise Refused("another provider answers")
        if "error" in query or not query.get("code"):
            raise Refused("the provider says no")
        claims = oidc.claims(query["code"], nonce, verifier, now)
        with writing(console.engine) as connection:
            cookie = entered(connection, oidc.settings, claims, language, now)
        if cookie is None:
            raise Refused("none of the roles")
    except Refused as refused:
        log.warning("a signing in was refused: %s", refused)
        return tells(language, "sign-in.refused", 403)
    except Away as trouble:
        log.warning("the provider for signing in cannot be used: %s", trouble)
        return tells(language, "sign-in.away", 502)
    except DBAPIError:
        return tells(language, "problem.store", 503)
    return welcomes(cookie)
