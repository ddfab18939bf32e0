"""Channels beside e-mail: a WeCom app, and SMS houses and the like that take a message as JSON over HTTP.

Sources: developer.work.weixin.qq.com, gettoken (91039), message/send (90236), codes of errors (90313); services 1.6.
An SMS house has a form of its own: the library writes it down as a template of the request's body.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx

from kiosk.central.mail.line import Away, Said, Verdict
from kiosk.central.notices.channels import GatewayKind, GatewaySettings

TIMEOUT_S = 10.0
LARGEST = 64 * 1024
LONGEST = 1_000
"""Characters of a message."""
TOKEN_OVER = frozenset({40014, 42001})
BUSY = frozenset({-1, 45009, 45033, 60020})
"""Busy, over a limit, or an address that is not let in yet: later, by the same words."""
BUSY_STATUS = frozenset({408, 425, 429, 502, 503})
"""It says itself that it has not taken the message."""


@dataclass(frozen=True, slots=True)
class Short:
    """A message. `name` is the same for ever: a gateway that looks at it takes it once."""

    name: str
    to: str
    subject: str
    text: str


class Gateway(Protocol):
    """Somebody who takes short messages."""

    def send(self, message: Short) -> Said:
        """One message. Raises `Away` only where it was certainly not taken."""
        ...

    def close(self) -> None: ...


def gateway(settings: GatewaySettings) -> Gateway:
    """By its kind. Raises `Away` where its secret cannot be read."""
    return WeCom(settings) if settings.kind is GatewayKind.WECOM else JsonGateway(settings)


class _Paced:
    """One connection, with a pause between two messages. Nothing is sent again by itself."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._client = httpx.Client(timeout=TIMEOUT_S, follow_redirects=False)
        self._next_s = 0.0

    def close(self) -> None:
        self._client.close()

    def _posted(self, url: str, body: object, headers: Mapping[str, str]) -> httpx.Response | Said:
        time.sleep(max(0.0, self._next_s - time.monotonic()))
        self._next_s = time.monotonic() + 1 / self._settings.per_second
        try:
            answer = self._client.post(url, json=body, headers=dict(headers))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as trouble:
            raise Away(type(trouble).__name__) from None
        except httpx.HTTPError as trouble:  # it may have it, whatever we hear
            return Said(Verdict.UNSURE, type(trouble).__name__)
        status = answer.status_code
        if status in BUSY_STATUS:
            return Said(Verdict.LATER, f"HTTP {status}")
        if status >= 500 or len(answer.content) > LARGEST:
            return Said(Verdict.UNSURE, f"HTTP {status}")
        return Said(Verdict.NEVER, f"HTTP {status}") if not 200 <= status < 300 else answer


class JsonGateway(_Paced):
    """A POST of JSON as `body` has it, with {to}, {subject}, {text} and {id} put into its texts."""

    def __init__(self, settings: GatewaySettings) -> None:
        super().__init__(settings)
        token = _secret(settings.secret_file)
        self._headers = {settings.header: f"{settings.scheme} {token}".strip()} if token else {}

    def send(self, message: Short) -> Said:
        """One message. Raises `Away`."""
        body = filled(json.loads(self._settings.body), message)
        answer = self._posted(self._settings.url, body, {**self._headers, "idempotency-key": message.name})
        if isinstance(answer, Said) or not self._settings.answer:
            return answer if isinstance(answer, Said) else Said(Verdict.TAKEN)
        found: object = _read(answer)
        for part in self._settings.answer.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if str(found) in self._settings.taken:
            return Said(Verdict.TAKEN)
        return Said(Verdict.NEVER, f"{self._settings.answer} {str(found)[:40]}")


class WeCom(_Paced):
    """A WeCom app's text message. Its token is asked for once, and again when it is over."""

    def __init__(self, settings: GatewaySettings) -> None:
        super().__init__(settings)
        self._secret = _secret(settings.secret_file)
        self._token = ""

    def send(self, message: Short) -> Said:
        """One message. Raises `Away`."""
        said = self._sent(message)
        if said is None:  # the token was over: nothing was taken
            self._token = ""
            said = self._sent(message)
        return said or Said(Verdict.LATER, "errcode of the token")

    def _sent(self, message: Short) -> Said | None:
        body = {
            "touser": message.to.replace("|", ""),
            "msgtype": "text",
            "agentid": self._settings.agent,
            "text": {"content": f"{message.subject}\n{message.text}"[:LONGEST]},
            "enable_duplicate_check": 1,
        }
        to = f"{self._settings.url}/cgi-bin/message/send?access_token={self._asked_token()}"
        answer = self._posted(to, body, {})
        if isinstance(answer, Said):
            return answer
        found = _read(answer)
        code = found.get("errcode")
        if code in TOKEN_OVER:
            return None
        if code != 0:
            return Said(Verdict.LATER if code in BUSY else Verdict.NEVER, f"errcode {str(code)[:20]}")
        return Said(Verdict.NEVER, "invaliduser") if found.get("invaliduser") else Said(Verdict.TAKEN)

    def _asked_token(self) -> str:
        if not self._token:
            params = {"corpid": self._settings.account, "corpsecret": self._secret}
            try:
                answer = self._client.get(f"{self._settings.url}/cgi-bin/gettoken", params=params)
            except httpx.HTTPError as trouble:
                raise Away(type(trouble).__name__) from None
            found = _read(answer)
            token = found.get("access_token")
            if answer.status_code != 200 or not isinstance(token, str) or not token:
                raise Away(f"gettoken: HTTP {answer.status_code}, errcode {str(found.get('errcode'))[:20]}")
            self._token = token
        return self._token


def filled(template: object, message: Short) -> object:
    """The template with the message in its texts, and nowhere else: what a title has cannot become structure."""
    match template:
        case str():
            told = {"{to}": message.to, "{subject}": message.subject, "{id}": message.name}
            told["{text}"] = message.text[:LONGEST]
            for name, value in told.items():
                if template == name:
                    return value
            return _put(template, told)
        case dict():
            return {name: filled(value, message) for name, value in template.items()}
        case list():
            return [filled(value, message) for value in template]
        case _:
            return template


def _put(template: str, told: Mapping[str, str]) -> str:
    """Each mark once, from left to right: marks in what is put in stay as they are."""
    text, rest = "", template
    while rest:
        name = min((one for one in told if one in rest), key=rest.index, default="")
        if not name:
            return text + rest
        before, _, rest = rest.partition(name)
        text += before + told[name]
    return text


def _read(answer: httpx.Response) -> Mapping[str, object]:
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _secret(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as trouble:
        raise Away(f"notices.gateway.secret_file {path}: {trouble}") from None
