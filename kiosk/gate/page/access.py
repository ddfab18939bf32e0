"""Who may see the guard's page: whoever has signed in with the token, or, where none is set, this machine alone."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from drivers.errors import BadSetting

COOKIE = "__Host-kiosk-gate"
"""The prefix binds it to this host, to `/` and to TLS (or loopback): RFC 6265bis, 4.1.3.2."""
SESSION_S = 12 * 3_600
MOST_SESSIONS = 100
SHORTEST_TOKEN = 20
TRIES, TRIES_S = 10, 60.0
"""So many wrong tokens in so many seconds, over all addresses; then nobody may try for a while."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SAFE_METHODS = frozenset({"GET", "HEAD"})


class Refused(Exception):
    """A request that may not be answered: HTTP status, and why."""

    def __init__(self, status: int, what: str) -> None:
        super().__init__(what)
        self.status = status
        self.what = what


def read_token(path: Path | None) -> str | None:
    """Raises `BadSetting`."""
    if path is None:
        return None
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as trouble:
        raise BadSetting(f"page.token_file: {path}: expected a readable text file, found {trouble}") from None
    if len(token) < SHORTEST_TOKEN:
        raise BadSetting(f"page.token_file: {path}: expected at least {SHORTEST_TOKEN} characters, found {len(token)}")
    return token


@dataclass(slots=True)
class GuardAccess:
    """Judges requests."""

    token: str | None
    _sessions: dict[str, float] = field(default_factory=dict)
    """Hash of a cookie → when it ends, monotonic."""
    _wrong_s: list[float] = field(default_factory=list)

    def check(self, request: HTTPConnection, method: str) -> None:
        """Raises `Refused`."""
        if self.token is None:
            # A page elsewhere whose name is made to lead here (DNS rebinding) must not read: its name is not ours.
            host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
            if host not in LOOPBACK:
                raise Refused(403, "expected this machine's own name as host")
        elif not self.signed_in(request):
            raise Refused(401, "sign in first")
        if method not in SAFE_METHODS:
            _check_same_origin(request)

    def signed_in(self, request: HTTPConnection) -> bool:
        cookie = request.cookies.get(COOKIE, "")
        ends_s = self._sessions.get(_hashed(cookie)) if cookie else None
        return self.token is None or (ends_s is not None and ends_s > time.monotonic())

    def sign_in(self, offered: str) -> str:
        """The cookie of a new session. Raises `Refused` where the token is another one."""
        now_s = time.monotonic()
        self._wrong_s = [wrong_s for wrong_s in self._wrong_s if wrong_s > now_s - TRIES_S]
        if len(self._wrong_s) >= TRIES:
            raise Refused(429, f"too many wrong tokens; try again in {TRIES_S:.0f} s")
        if self.token is None or not hmac.compare_digest(offered.encode(), self.token.encode()):
            self._wrong_s.append(now_s)
            raise Refused(401, "this is not the token")
        self._sessions = {name: ends_s for name, ends_s in self._sessions.items() if ends_s > now_s}
        while len(self._sessions) >= MOST_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        cookie = secrets.token_urlsafe(32)
        self._sessions[_hashed(cookie)] = now_s + SESSION_S
        return cookie


def _check_same_origin(request: HTTPConnection) -> None:
    """Only our own page may change something: not another page in the same browser."""
    origin = request.headers.get("origin")
    ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not ours or request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise Refused(403, "expected a request of this gate's own page")


def _hashed(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
