"""What a new station and the fleet say to each other when it is enrolled, and how each knows the other. Pure.

Both know the code that somebody typed: four characters that name it, sixteen that are secret (80 bits). The secret is
never sent. Request and answer carry an HMAC-SHA-256 (RFC 2104) under it, the answer's over the request's too, so that
neither can be made, changed or said again by who listens; the line needs no certificate that is believed already.
Alphabet of codes: Crockford's base 32 (no I, L, O, U). Requests for certificates: PKCS #10 (RFC 2986), in PEM.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ID_LENGTH, SECRET_LENGTH, GROUP = 4, 16, 4
READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": "", " ": ""})
LARGEST_REQUEST = 8_192
CLOCK_OFF_S = 60.0
"""A clock that is further off makes no certificate: messages and certificates are judged by time."""
PATH = "/enrol"


class BadEnrolment(ValueError):
    """A code, request or answer that cannot be used; the text says what was expected."""


class Refusal(StrEnum):
    """Why the fleet enrols nobody by a request."""

    UNKNOWN = "unknown"
    USED = "used"
    LATE = "late"
    CLOCK = "clock"
    REQUEST = "request"


class Kind(StrEnum):
    """What may be enrolled."""

    KIOSK = "kiosk"
    GATE = "gate"


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time code."""

    id: str
    secret: str

    @classmethod
    def read(cls, text: str) -> Code:
        """As somebody types it: small letters, O for 0, I for 1, with and without dashes. Raises `BadEnrolment`."""
        plain = text.strip().upper().translate(READ_AS)
        if len(plain) != ID_LENGTH + SECRET_LENGTH or set(plain) - set(ALPHABET):
            raise BadEnrolment(f"expected a code of {ID_LENGTH + SECRET_LENGTH} letters and digits from the fleet page")
        return cls(plain[:ID_LENGTH], plain[ID_LENGTH:])

    def shown(self) -> str:
        """In groups of four."""
        plain = self.id + self.secret
        return "-".join(plain[place : place + GROUP] for place in range(0, len(plain), GROUP))

    def key(self) -> bytes:
        """What both sign with; the fleet keeps this, and not the code."""
        return hmac.digest(self.secret.encode(), b"library-kiosk enrolment 1", "sha256")


@dataclass(frozen=True, slots=True)
class Request:
    code: str
    """The part of it that names it."""
    csr: str
    at: datetime
    """By the station's clock."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a station gets. All of it is text that goes into files."""

    site: str
    station: str
    kind: str
    certificate: str
    authority: str
    host: str
    port: int
    fleet_key: str
    settings: str
    """A whole `kiosk.toml` or `gate.toml` but for the broker and the fleet; empty where the fleet has none."""


def request_text(request: Request, key: bytes) -> bytes:
    """The request as it is sent."""
    body = {"code": request.code, "csr": request.csr, "at": request.at.isoformat()}
    return _sealed(body, key, b"request")


def read_request(content: bytes) -> tuple[Request, str]:
    """The request, not believed yet, and its seal. Raises `BadEnrolment`."""
    body, seal = _opened(content)
    try:
        at = datetime.fromisoformat(_text(body, "at"))
    except ValueError as bad:
        raise BadEnrolment(f"at: expected a time with its zone: {bad}") from None
    if at.tzinfo is None:
        raise BadEnrolment("at: expected a time with its zone")
    return Request(_text(body, "code"), _text(body, "csr"), at), seal


def is_sealed(content: bytes, key: bytes, about: bytes = b"request") -> bool:
    """Whether somebody who knows the code said exactly this."""
    body, seal = _opened(content)
    return hmac.compare_digest(_seal(body, key, about), seal)


def answer_text(enrolled: Enrolled, key: bytes, request_seal: str) -> bytes:
    return _sealed(asdict(enrolled), key, request_seal.encode())


def read_answer(content: bytes, key: bytes, request: bytes) -> Enrolled:
    """What the fleet says to `request`. Raises `BadEnrolment` where somebody else says it."""
    _, request_seal = _opened(request)
    if not is_sealed(content, key, request_seal.encode()):
        raise BadEnrolment("expected an answer of the fleet that made the code: this one is not sealed with it")
    body, _ = _opened(content)
    port = body.get("port")
    if not isinstance(port, int):
        raise BadEnrolment("port: expected a number")
    texts = {field.name: _text(body, field.name) for field in fields(Enrolled) if field.name != "port"}
    return Enrolled(port=port, **texts)


def _sealed(body: Mapping[str, object], key: bytes, about: bytes) -> bytes:
    return json.dumps({**body, "seal": _seal(body, key, about)}, ensure_ascii=False).encode()


def _seal(body: Mapping[str, object], key: bytes, about: bytes) -> str:
    said = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "replace")
    return hmac.digest(key, hashlib.sha256(about).digest() + said, "sha256").hex()


def _opened(content: bytes) -> tuple[dict[str, object], str]:
    try:
        body = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadEnrolment("expected JSON") from None
    if not isinstance(body, dict):
        raise BadEnrolment("expected a JSON object")
    seal = body.pop("seal", None)
    if not isinstance(seal, str) or not seal.isascii():
        raise BadEnrolment("seal: expected text")
    return body, seal


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise BadEnrolment(f"{name}: expected text")
    return value
