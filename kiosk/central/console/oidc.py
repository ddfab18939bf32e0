"""The provider of OpenID Connect: where it is asked, and what its tokens must be.

Source: OpenID Connect Core 1.0 (3.1, code flow; 3.1.3.7, checks of the ID token), Discovery 1.0, RFC 7636 (PKCE).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote_plus, urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from kiosk.central.console.oidc_settings import OidcSettings, is_safe

TIMEOUT_S = 5.0
LARGEST = 256 * 1024
KEPT = timedelta(hours=1)
"""So long what the provider says of itself is believed."""
SKEW_S = 60
"""Clocks may differ by so much."""
OLDEST_S = 600
"""A token is made when it is asked for."""
ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures by a key that the provider alone has: never `none`, and never by our own secret."""


class Refused(Exception):
    """What came is not a signing in that we asked for; the text says why, for the log, and names nobody."""


class Away(Exception):
    """The provider does not answer, or not as it should."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One signing in on its way."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What the provider has signed of somebody."""

    subject: str
    account: str
    name: str
    values: frozenset[str]
    """Of the claim that roles go by."""


@dataclass(frozen=True, slots=True)
class _Provider:
    authorize: str
    token: str
    keys: str
    read_at: datetime


def new_flow() -> Flow:
    return Flow(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(64))


class Oidc:
    """The provider. It is asked outside of every transaction."""

    def __init__(self, settings: OidcSettings) -> None:
        """Raises `OSError` where the secret cannot be read."""
        self.settings = settings
        path = settings.client_secret_file
        self._secret = None if path is None else path.read_text(encoding="utf-8").strip()
        self._headers = {"accept": "application/json"}
        if self._secret is not None:  # RFC 6749, 2.3.1: both are encoded as in a form
            both = f"{quote_plus(settings.client_id)}:{quote_plus(self._secret)}"
            self._headers["authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
        self._client = httpx.Client(timeout=TIMEOUT_S, follow_redirects=False)
        self._provider: _Provider | None = None

    def address(self, flow: Flow, now: datetime) -> str:
        """Where somebody is sent to sign in. Raises `Away`."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(flow.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect,
            "scope": " ".join(self.settings.scopes),
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        to = self._known(now).authorize
        return f"{to}{'&' if '?' in to else '?'}{urlencode(asked)}"

    def claims(self, code: str, nonce: str, verifier: str, now: datetime) -> Claims:
        """Who it is that came back with this code. Raises `Refused` and `Away`."""
        known = self._known(now)
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.redirect,
            "client_id": self.settings.client_id,
            "code_verifier": verifier,
        }
        try:
            answer = self._client.post(known.token, data=asked, headers=self._headers)
        except httpx.HTTPError as trouble:
            raise Away(type(trouble).__name__) from None
        if 400 <= answer.status_code < 500:
            raise Refused("the provider does not take the code")
        token = _object(answer).get("id_token")
        if not isinstance(token, str):
            raise Away("the answer has no id_token")
        return self._judged(self._opened(token, known), nonce, now)

    def _opened(self, token: str, known: _Provider) -> Mapping[str, object]:
        try:
            keys = KeySet.import_key_set(self._asked(known.keys))  # type: ignore[arg-type]
            return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, TypeError, KeyError):
            raise Refused("not signed with a key of the provider") from None

    def _judged(self, claims: Mapping[str, object], nonce: str, now: datetime) -> Claims:
        ours, at = self.settings.client_id, now.timestamp()
        audience = claims.get("aud")
        everybody = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self.settings.issuer:
            raise Refused("of another provider")
        if ours not in everybody or claims.get("azp", ours) != ours or (len(everybody) > 1 and "azp" not in claims):
            raise Refused("for another program")
        if _instant(claims, "exp") + SKEW_S <= at:
            raise Refused("expired")
        if not at - OLDEST_S <= _instant(claims, "iat") <= at + SKEW_S:
            raise Refused("not made just now")
        if _instant(claims, "nbf", at) > at + SKEW_S:
            raise Refused("not valid yet")
        told = claims.get("nonce")
        if not isinstance(told, str) or not secrets.compare_digest(told.encode(), nonce.encode()):
            raise Refused("not for this signing in")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise Refused("of nobody")
        values = claims.get(self.settings.roles_claim)
        held = values if isinstance(values, list) else [values]
        names = [str(claims.get(name) or "") for name in (self.settings.account_claim, self.settings.name_claim)]
        return Claims(subject, names[0], names[1], frozenset(one for one in held if isinstance(one, str)))

    def _known(self, now: datetime) -> _Provider:
        known = self._provider
        if known is not None and now - known.read_at < KEPT:
            return known
        told = self._asked(self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if told.get("issuer") != self.settings.issuer:
            raise Away("its discovery document is of another issuer")
        ends = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        authorize, token, keys = (str(told.get(name, "")) for name in ends)
        if not all(is_safe(one) for one in (authorize, token, keys)):
            raise Away("its discovery document has an address without https")
        self._provider = _Provider(authorize, token, keys, now)
        return self._provider

    def _asked(self, address: str) -> Mapping[str, object]:
        try:
            return _object(self._client.get(address, headers={"accept": "application/json"}))
        except httpx.HTTPError as trouble:
            raise Away(type(trouble).__name__) from None


def _object(answer: httpx.Response) -> Mapping[str, object]:
    if answer.status_code != 200 or len(answer.content) > LARGEST:
        raise Away(f"HTTP {answer.status_code}")
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        raise Away("an answer that is not JSON") from None
    if not isinstance(found, dict):
        raise Away("an answer that is no object")
    return found


def _instant(claims: Mapping[str, object], name: str, absent: float | None = None) -> float:
    value = claims.get(name, absent)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(f"{name} is no time")
    return float(value)
