"""A provider of OpenID Connect on loopback, written for these tests: code flow, PKCE, signed tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from kiosk.central.console.oidc_settings import OidcRole, OidcSettings

CLIENT, SECRET, BACK = (
    "library-console",
    "a secret of both, and long enough for HS256",
    "https://library.example.org/console/sign-in/back",
)
KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
STRANGER = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})


@dataclass
class Provider:
    """What it knows, and how it misbehaves."""

    issuer: str = ""
    claims: dict[str, object] = field(default_factory=dict)
    """Of whoever signs in, over the usual ones; None takes one away."""
    key: RSAKey | OctKey = field(default_factory=lambda: KEY)
    algorithm: str = "RS256"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    is_up: bool = True
    says_issuer: str = ""

    def signs_in(self, address: str) -> str:
        """Somebody signs in at the page they were sent to: the query that they come back with."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert (asked["client_id"], asked["redirect_uri"]) == (CLIENT, BACK)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return urlencode({"code": code, "state": asked["state"], "iss": self.issuer})

    def token(self, asked: Mapping[str, str]) -> str:
        """Its ID token."""
        now = int(time.time())
        told: dict[str, object] = {
            "iss": self.issuer,
            "sub": "u-17",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "preferred_username": "Li.Na",
            "name": "李娜",
            "groups": ["staff", "lib-desk"],
        }
        told = {name: value for name, value in {**told, **self.claims}.items() if value is not None}
        return jwt.encode({"alg": self.algorithm, "kid": "k1"}, told, self.key, algorithms=[self.algorithm])


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        issuer = self.provider.issuer
        if not self.provider.is_up:
            self._answer(503, {})
        elif self.path == "/realm/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "/auth", "token_endpoint": "/token", "jwks_uri": "/keys"}
            told = {"issuer": self.provider.says_issuer or issuer, **{name: issuer + end for name, end in ends.items()}}
            self._answer(200, told)
        else:
            self._answer(200, {"keys": [KEY.as_dict(private=False)]})

    def do_POST(self) -> None:
        told = dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
        asked = self.provider.codes.pop(told["code"], None)
        basic = base64.b64encode(f"{quote_plus(CLIENT)}:{quote_plus(SECRET)}".encode()).decode()
        is_ours = self.headers.get("authorization") == f"Basic {basic}"
        digest = hashlib.sha256(told["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or not is_ours or asked["code_challenge"] != challenge or told["redirect_uri"] != BACK:
            self._answer(400, {"error": "invalid_grant"})
            return
        self._answer(200, {"token_type": "Bearer", "access_token": "x", "id_token": self.provider.token(asked)})

    def _answer(self, status: int, told: Mapping[str, object]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


class ProviderServer:
    """It listens while it is open."""

    def __init__(self, folder: Path) -> None:
        self.provider = Provider()
        handler = type("Handler", (_Handler,), {"provider": self.provider})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.provider.issuer = f"http://127.0.0.1:{self._server.server_port}/realm"
        (folder / "secret").write_text(SECRET)
        self.settings = OidcSettings(
            issuer=self.provider.issuer,
            client_id=CLIENT,
            redirect=BACK,
            role=(OidcRole("lib-desk", "circulation"), OidcRole("lib-head", "director")),
            client_secret_file=folder / "secret",
            name="City ID",
        )

    def __enter__(self) -> ProviderServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
