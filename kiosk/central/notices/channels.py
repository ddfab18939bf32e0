"""The ways to a patron, and which of them a notice takes."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Row, or_

from kiosk.central.store.tables import patrons
from kiosk.model.limits import NOT_EMPTY, is_loopback, within


class Channel(StrEnum):
    """One way."""

    EMAIL = "email"
    WECOM = "wecom"
    SMS = "sms"


class GatewayKind(StrEnum):
    """How it is spoken to."""

    JSON = "json"
    WECOM = "wecom"


_COLUMNS = {Channel.EMAIL: patrons.c.email, Channel.WECOM: patrons.c.wecom, Channel.SMS: patrons.c.phone}


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """One `[[notices.gateway]]`: who takes the messages of a channel."""

    channel: Channel
    url: Annotated[str, NOT_EMPTY]
    """Of an SMS house: where a message is posted; of WeCom: https://qyapi.weixin.qq.com."""
    kind: GatewayKind = GatewayKind.JSON
    secret_file: Path | None = None
    """A token for the header, or WeCom's secret of the app."""
    header: str = "authorization"
    scheme: str = "Bearer"
    body: str = ""
    """JSON, with {to}, {subject}, {text} and {id} in its texts."""
    answer: str = ""
    """Where in the answer it says whether it took the message, such as `result.code`; without it the status counts."""
    taken: tuple[str, ...] = ("0", "OK", "True")
    """What stands there then."""
    account: str = ""
    """WeCom's corpid."""
    agent: int = 0
    """WeCom's agentid."""
    per_second: Annotated[int, within(1, 1_000)] = 10

    def __post_init__(self) -> None:
        found = urlsplit(self.url)
        try:
            is_here = found.scheme == "http" and is_loopback(found.hostname or "")
        except ValueError:  # a name
            is_here = False
        if found.scheme != "https" and not is_here:
            raise ValueError("expected url to be an address with https: messages name patrons")
        if self.channel is Channel.EMAIL:
            raise ValueError("expected channel to be sms or wecom: e-mail goes by the server of mail")
        if self.kind is GatewayKind.WECOM and not (self.account and self.agent and self.secret_file):
            raise ValueError("expected account, agent and secret_file for wecom")
        if self.kind is GatewayKind.JSON:
            _check(self.body)


def _check(body: str) -> None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or "{to}" not in body or "{text}" not in body:
        raise ValueError("expected body to be a JSON object with {to} and {text} in it")


def chosen(patron: Row[tuple[object, ...]], there: Collection[Channel]) -> tuple[Channel, str] | None:
    """The first channel of the patron's own order that is there and of which the address is known; without an order,
    e-mail before WeCom before SMS, which costs money."""
    wanted = str(patron.channels).split() or [one.value for one in Channel]
    for channel in [Channel(one) for one in wanted if one in set(Channel)]:
        address = getattr(patron, _COLUMNS[channel].name)
        if channel in there and address:
            return channel, str(address)
    return None


def reachable(there: Sequence[Channel]) -> ColumnElement[bool]:
    """Patrons with an address on one of these."""
    return or_(*(_COLUMNS[channel].is_not(None) for channel in there))
