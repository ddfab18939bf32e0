"""Who may ask: whoever has the token, or, where none is set, this machine alone. Source: decision record 0112."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from kiosk.central.pages.answers import Wrong
from kiosk.central.pages.api.keys import PREFIX, Caller, everything

COOKIE = "__Host-kiosk-central"
"""The prefix binds it to this host, to `/` and to TLS (or loopback): RFC 6265bis, 4.1.3.2."""
SESSION_S = 12 * 3_600
MOST_SESSIONS = 200
SHORTEST_TOKEN = 20
"""Characters: a token that cannot be guessed is at least so long."""
TRIES, TRIES_S = 10, 60.0
"""So many wrong tokens in so many seconds, over all addresses; then nobody may try for a while."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SAFE_METHODS = frozenset({"GET", "HEAD"})


class BadToken(ValueError):
    """A token file that cannot be used; the text says why."""


def read_token(path: Path) -> str:
    """Raises `BadToken`."""
    try:
        token = path.read_text(encoding="utf-8").strip()
    except OSError as trouble:
        raise BadToken(f"{path}: expected a readable file with the token, found {trouble.strerror}") from None
    except UnicodeDecodeError:
        raise BadToken(f"{path}: expected text in UTF-8") from None
    if len(token) < SHORTEST_TOKEN:
        raise BadToken(f"{path}: expected a token of at least {SHORTEST_TOKEN} characters, found {len(token)}")
    return token


@dataclass(slots=True)
class Access:
    """Judges requests. `token` None: only requests to this machine's own names are answered."""

    token: str | None
    keys: Callable[[str], Caller | None] = lambda _: None
    """Whose key this is; None where it is none."""
    _sessions: dict[str, float] = field(default_factory=dict)
    """Hash of a cookie → when it ends, monotonic."""
    _wrong_s: list[float] = field(default_factory=list)

    def check(self, request: HTTPConnection, method: str) -> Caller:
        """Who asks, and what they may do. Raises `Wrong` for a request that may not be answered."""
        offered = _bearer(request)
        if offered.startswith(PREFIX):
            return self._key(offered)
        has_token = self.token is not None and bool(offered) and self._judge(offered)
        if self.token is None:
            self._check_host(request)
        elif not has_token and not self.signed_in(request):
            raise Wrong(401, "expected a key or the token: Authorization: Bearer KEY", "header")
        if method not in SAFE_METHODS and not has_token:
            _check_same_origin(request)
        return everything("token" if has_token else "page" if self.token is not None else "this machine")

    def signed_in(self, request: HTTPConnection) -> bool:
        """Whether the cookie is one that `sign_in` gave."""
        cookie = request.cookies.get(COOKIE, "")
        ends_s = self._sessions.get(_hashed(cookie)) if cookie else None
        return ends_s is not None and ends_s > time.monotonic()

    def sign_in(self, offered: str) -> str:
        """The cookie of a new session. Raises `Wrong` where the token is another one."""
        self._judge(offered)
        now_s = time.monotonic()
        self._sessions = {name: ends_s for name, ends_s in self._sessions.items() if ends_s > now_s}
        while len(self._sessions) >= MOST_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        cookie = secrets.token_urlsafe(32)
        self._sessions[_hashed(cookie)] = now_s + SESSION_S
        return cookie

    def sign_out(self, request: HTTPConnection) -> None:
        """The session of this request is over."""
        self._sessions.pop(_hashed(request.cookies.get(COOKIE, "")), None)

    def _key(self, offered: str) -> Caller:
        self._slow_down()
        caller = self.keys(offered)
        if caller is None:
            self._wrong_s.append(time.monotonic())
            raise Wrong(401, "there is no such key, or it has ended", "header.authorization")
        return caller

    def _judge(self, offered: str) -> bool:
        """True; raises `Wrong` where it is another one than the token."""
        self._slow_down()
        if self.token is None or not hmac.compare_digest(offered.encode(), self.token.encode()):
            self._wrong_s.append(time.monotonic())
            raise Wrong(401, "this is not the token", "token")
        return True

    def _slow_down(self) -> None:
        now_s = time.monotonic()
        self._wrong_s = [wrong_s for wrong_s in self._wrong_s if wrong_s > now_s - TRIES_S]
        if len(self._wrong_s) >= TRIES:
            raise Wrong(429, f"too many wrong tokens; try again in {TRIES_S:.0f} s")

    def _check_host(self, request: HTTPConnection) -> None:
        """A page elsewhere whose name is made to lead here (DNS rebinding) must not read: its name is not ours."""
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        if host not in LOOPBACK:
            raise Wrong(403, "expected this machine's own name (127.0.0.1 or localhost) as host", "header.host")


def _bearer(request: HTTPConnection) -> str:
    scheme, _, offered = request.headers.get("authorization", "").partition(" ")
    return offered.strip() if scheme.lower() == "bearer" else ""


def _check_same_origin(request: HTTPConnection) -> None:
    """Only our own page, or a program, may change something: not another page in the same browser."""
    origin = request.headers.get("origin")
    ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not ours or request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise Wrong(403, "expected a request of this system's own page", "header.origin")


def _hashed(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
