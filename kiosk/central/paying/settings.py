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


def _address(name: str, text: str) -> None:
    found = urlsplit(text)
    try:
        is_here = is_loopback(found.hostname or "")
    except ValueError:  # a name
        is_here = False
    if found.scheme != "https" and not (found.scheme == "http" and is_here):
        raise ValueError(f"expected {name} to be an address with https")


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
        _address("api", self.api)


@dataclass(frozen=True, slots=True)
class AlipaySettings:
    """A seller's account at Alipay, beside `payments` or alone."""

    app_id: Annotated[str, NOT_EMPTY]
    seller_id: Annotated[str, NOT_EMPTY]
    """The seller's number (PID), 2088…"""
    key_file: Path
    """The private key of the app, PEM."""
    alipay_key_file: Path
    """Alipay's public key for this app, PEM: not the app's own."""
    notify_url: Annotated[str, NOT_EMPTY]
    """Where Alipay calls: https://…/payments/alipay, which leads to central."""
    gateway: str = "https://openapi.alipay.com/gateway.do"
    subject: Annotated[str, NOT_EMPTY] = "图书馆 Library"
    """What stands in the patron's wallet."""
    order_min: Annotated[int, within(1, 120)] = 15
    """So long an order can be paid."""

    def __post_init__(self) -> None:
        _address("gateway", self.gateway)
