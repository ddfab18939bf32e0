"""What every answer and every form of our pages has: headers, shared files, and that a form is ours."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request

SHARED = Path(__file__).parent / "files"
"""Style sheets and the picture of the family."""
NO_STORE = {"cache-control": "no-store"}
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "strict-transport-security": "max-age=31536000",
}
"""On every answer. HSTS counts only where TLS is before us (RFC 6797, 7.2). With `no-referrer` browsers would send
`Origin: null` with our own forms, too (Fetch standard, 3.2)."""


def same_origin(request: Request) -> bool:
    """Only our own page sends forms: not another page in the same browser."""
    origin = request.headers.get("origin")
    ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    return ours and request.headers.get("sec-fetch-site", "none") in ("same-origin", "none")
