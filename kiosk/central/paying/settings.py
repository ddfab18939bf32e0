"""Settings of payments by phone, the table `payments` of `central.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from kiosk.model.limits import NOT_EMPTY, is_loopback, within


class ProviderKind(StrEnum):
    """Whose ways."""

    WECHAT_V3 = "wechat-v3"


@dataclass(frozen=True, slots=True)
class PaymentSettings:
    """A merchant's account. Without this table money is taken at the desk alone."""

    app_id: Annotated[str, NOT_EMPTY]
    merchant: Annotated[str, NOT_EMPTY]
    """mchid."""
    serial: Annotated[str, NOT_EMPTY]
    """Of the merchant's certificate."""
    key_file: Path
    """The merchant's private key, PEM."""
    platform_serial: Annotated[str, NOT_EMPTY]
    """Of the provider's certificate or public key."""
    platform_key_file: Path
    """The provider's public key, PEM."""
    secret_file: Path
    """The APIv3 key, 32 characters."""
    notify_url: Annotated[str, NOT_EMPTY]
    """Where the provider calls: https://…/payments/wechat, which leads to central."""
    provider: ProviderKind = ProviderKind.WECHAT_V3
    api: str = "https://api.mch.weixin.qq.com"
    description: Annotated[str, NOT_EMPTY] = "图书馆 Library"
    """What stands in the patron's wallet."""
    order_min: Annotated[int, within(1, 120)] = 15
    """So long an order can be paid."""

    def __post_init__(self) -> None:
        found = urlsplit(self.api)
        if found.scheme != "https" and not (found.scheme == "http" and is_loopback(found.hostname or "")):
            raise ValueError("expected api to be an address with https")
