"""Alipay, face to face: an order whose code the patron scans, signed both ways with RSA2.

Source: opendocs.alipay.com: signing (common/02kf5q), checking answers and notifications (common/02mse7),
alipay.trade.precreate, alipay.trade.query, notifications of precreated orders. RSA2: RSASSA-PKCS1-v1_5 with SHA-256.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from kiosk.central.paying.keys import private_key, public_key
from kiosk.central.paying.provider import Away, Forged, Order, Told
from kiosk.central.paying.settings import AlipaySettings

TIMEOUT_S = 5.0
LARGEST = 64 * 1024
MOST_FIELDS = 100
CURRENCY = "CNY"
"""The only one of these orders."""
CLOCK = ZoneInfo("Asia/Shanghai")
"""Whose times stand in requests, without a zone."""
DONE = frozenset({"TRADE_SUCCESS", "TRADE_FINISHED"})
"""Paid; the second one can no longer be refunded."""
SUCCESS, NO_TRADE = "10000", "ACQ.TRADE_NOT_EXIST"
_AMOUNT = re.compile(r"([0-9]{1,9})\.([0-9]{2})")


class Alipay:
    """One seller."""

    name = "alipay"
    thanks = (200, "success")
    """Without this very word it calls again, for a day."""

    def __init__(self, settings: AlipaySettings) -> None:
        """Raises `BadKeys`."""
        self._settings = settings
        self._key = private_key("alipay.key_file", settings.key_file)
        self._theirs = public_key("alipay.alipay_key_file", settings.alipay_key_file)
        self._client = httpx.Client(timeout=TIMEOUT_S, follow_redirects=False)

    def offer(self, order: Order) -> str:
        """Place the order. Raises `Away`."""
        if order.currency != CURRENCY:
            raise Away(f"it takes {CURRENCY} alone, and not {order.currency}")
        wanted = {
            "out_trade_no": order.id,
            "total_amount": f"{order.amount_cents // 100}.{order.amount_cents % 100:02d}",
            "subject": self._settings.subject,
            "seller_id": self._settings.seller_id,
            "time_expire": _clock(order.expires_at),
        }
        found = self._asked("alipay.trade.precreate", wanted, {"notify_url": self._settings.notify_url})
        code = found.get("qr_code")
        if found.get("code") != SUCCESS or not isinstance(code, str) or not 0 < len(code) <= 512:
            raise Away(f"the answer has no code to scan: {_trouble(found)}")
        return code

    def look(self, order: str) -> Told | None:
        """Ask for its state. Raises `Away`."""
        found = self._asked("alipay.trade.query", {"out_trade_no": order}, {})
        if found.get("code") != SUCCESS:
            if found.get("sub_code") == NO_TRADE:
                return None  # nobody has scanned it yet
            raise Away(_trouble(found))
        if found.get("trade_status") not in DONE:
            return None
        if found.get("out_trade_no") != order:
            raise Away("an answer about another order")
        try:
            return _told(found)
        except Forged as bad:
            raise Away(str(bad)) from None

    def hear(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Told | None:
        """Check a notification. It is told again for a day, so its age says nothing. Raises `Forged`."""
        if len(body) > LARGEST:
            raise Forged("too large")
        told = _form(body)
        signature, kind = told.pop("sign", ""), told.pop("sign_type", "")
        if kind != "RSA2":
            raise Forged("not signed with RSA2")
        self._verify(_text_of(told).encode(), signature)
        if (told.get("app_id"), told.get("seller_id")) != (self._settings.app_id, self._settings.seller_id):
            raise Forged("for another seller")
        if told.get("trade_status") not in DONE or "refund_fee" in told:
            return None
        return _told(told)

    def _asked(self, method: str, content: Mapping[str, str], more: Mapping[str, str]) -> Mapping[str, object]:
        params = {
            "app_id": self._settings.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": _clock(datetime.now(UTC)),
            "version": "1.0",
            "biz_content": json.dumps(content, ensure_ascii=False),
            **more,
        }
        params["sign"] = base64.b64encode(self._key.sign(_text_of(params).encode(), PKCS1v15(), SHA256())).decode()
        try:
            answer = self._client.post(self._settings.gateway, data=params)
        except httpx.HTTPError as trouble:
            raise Away(type(trouble).__name__) from None
        if answer.status_code != 200 or len(answer.content) > LARGEST:
            raise Away(f"HTTP {answer.status_code}")
        return self._opened(answer.content, method.replace(".", "_") + "_response")

    def _opened(self, content: bytes, name: str) -> Mapping[str, object]:
        """What stands under `name`: its bytes, as they came, are what is signed."""
        try:
            text = content.decode("utf-8")
            whole = json.loads(text)
            signature = whole["sign"]
            start = text.index(":", text.index(f'"{name}"')) + 1
            start += len(text[start:]) - len(text[start:].lstrip())
            found, end = json.JSONDecoder().raw_decode(text, start)
            self._verify(text[start:end].encode(), signature)
        except Forged as bad:
            raise Away(f"an answer that is not signed: {bad}") from None
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Away("an answer that is not what it answers with") from None
        if not isinstance(found, dict):
            raise Away("an answer that is no object")
        return found

    def _verify(self, message: bytes, signature: object) -> None:
        try:
            self._theirs.verify(base64.b64decode(str(signature), validate=True), message, PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            raise Forged("not signed by the provider") from None


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise Forged("not a form in UTF-8") from None
    told = dict(pairs)
    if len(told) != len(pairs):
        raise Forged("a field that is there twice")
    return told


def _text_of(fields: Mapping[str, str]) -> str:
    """What is signed: every field that has a value, in the order of their names."""
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name])


def _told(trade: Mapping[str, object]) -> Told:
    amount = _AMOUNT.fullmatch(str(trade.get("total_amount", "")))
    order, number = trade.get("out_trade_no"), trade.get("trade_no")
    if amount is None or not isinstance(order, str) or not isinstance(number, str) or not number:
        raise Forged("not a trade with an amount")
    return Told(order[:32], number[:64], int(amount[1]) * 100 + int(amount[2]), CURRENCY)


def _clock(at: datetime) -> str:
    return at.astimezone(CLOCK).strftime("%Y-%m-%d %H:%M:%S")


def _trouble(found: Mapping[str, object]) -> str:
    return f"{found.get('code', '')} {found.get('sub_code', '')}".strip()[:80]
