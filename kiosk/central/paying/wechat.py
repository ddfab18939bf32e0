"""WeChat Pay, API v3: native orders, signed both ways.

Source: pay.weixin.qq.com, wiki/doc/apiv3: signatures (wechatpay4_0, 4_1), encrypted notifications (4_2), native orders
(chapter3_4_1), queries (3_4_2), notification of success (3_4_5).
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from kiosk.central.paying.keys import BadKeys, private_key, public_key
from kiosk.central.paying.provider import Away, Forged, Order, Told
from kiosk.central.paying.settings import PaymentSettings

SCHEME = "WECHATPAY2-SHA256-RSA2048"
TIMEOUT_S = 5.0
FRESH_S = 300
"""Older calls are refused: somebody may have kept one (wechatpay4_1)."""
LARGEST = 64 * 1024
PAID, SUCCESS = "TRANSACTION.SUCCESS", "SUCCESS"
AEAD = "AEAD_AES_256_GCM"


class WeChatPay:
    """One merchant."""

    name = "wechat"
    thanks = (204, "")

    def __init__(self, settings: PaymentSettings) -> None:
        """Raises `BadKeys`."""
        self._settings = settings
        self._key = private_key("payments.key_file", settings.key_file)
        self._platform = public_key("payments.platform_key_file", settings.platform_key_file)
        self._secret = _secret(settings.secret_file)
        self._client = httpx.Client(base_url=settings.api, timeout=TIMEOUT_S, follow_redirects=False)

    def offer(self, order: Order) -> str:
        """Place a native order. Raises `Away`."""
        wanted = {
            "appid": self._settings.app_id,
            "mchid": self._settings.merchant,
            "description": self._settings.description,
            "out_trade_no": order.id,
            "time_expire": order.expires_at.astimezone(UTC).isoformat(timespec="seconds"),
            "notify_url": self._settings.notify_url,
            "amount": {"total": order.amount_cents, "currency": order.currency},
        }
        code = self._asked("POST", "/v3/pay/transactions/native", json.dumps(wanted)).get("code_url")
        if not isinstance(code, str) or not 0 < len(code) <= 512:
            raise Away("the answer has no code_url")
        return code

    def look(self, order: str) -> Told | None:
        """Ask for its state. Raises `Away`."""
        path = f"/v3/pay/transactions/out-trade-no/{order}?mchid={self._settings.merchant}"
        found = self._asked("GET", path, "")
        try:
            return self._told(found) if found.get("trade_state") == SUCCESS else None
        except Forged as bad:
            raise Away(str(bad)) from None

    def hear(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Told | None:
        """Check and open a notification. Raises `Forged`."""
        if len(body) > LARGEST:
            raise Forged("too large")
        self._verify(headers, body, now)
        try:
            told = json.loads(body)
            if told["event_type"] != PAID:
                return None
            resource = told["resource"]
            if resource["algorithm"] != AEAD:
                raise Forged("another algorithm")
            opened = AESGCM(self._secret).decrypt(
                resource["nonce"].encode(),
                base64.b64decode(resource["ciphertext"], validate=True),
                (resource.get("associated_data") or "").encode(),
            )
            return self._told(json.loads(opened))
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError, InvalidTag):
            raise Forged("signed, and not what a notification looks like") from None

    def _told(self, transaction: Mapping[str, object]) -> Told:
        if transaction.get("mchid") != self._settings.merchant or transaction.get("appid") != self._settings.app_id:
            raise Forged("for another merchant")
        match transaction:
            case {
                "trade_state": "SUCCESS",
                "out_trade_no": str(order),
                "transaction_id": str(number),
                "amount": {"total": int(cents), **amount},
            } if not isinstance(cents, bool):
                return Told(order[:32], number[:64], cents, str(amount.get("currency", "CNY")))
            case _:
                raise Forged("not a transaction that succeeded, with an amount")

    def _asked(self, method: str, path: str, body: str) -> Mapping[str, object]:
        stamp, nonce = str(int(time.time())), secrets.token_hex(16)
        message = f"{method}\n{path}\n{stamp}\n{nonce}\n{body}\n"
        signature = base64.b64encode(self._key.sign(message.encode(), PKCS1v15(), SHA256())).decode()
        own = f'mchid="{self._settings.merchant}",serial_no="{self._settings.serial}"'
        told = f'{own},nonce_str="{nonce}",timestamp="{stamp}",signature="{signature}"'
        headers = {
            "authorization": f"{SCHEME} {told}",
            "accept": "application/json",
            "content-type": "application/json",
            "user-agent": "library-kiosk",
        }
        try:
            answer = self._client.request(method, path, content=body, headers=headers)
        except httpx.HTTPError as trouble:
            raise Away(type(trouble).__name__) from None
        if answer.status_code != 200 or len(answer.content) > LARGEST:
            raise Away(f"HTTP {answer.status_code}")
        try:
            self._verify(answer.headers, answer.content, datetime.now(UTC))
            found = json.loads(answer.content)
        except Forged as bad:
            raise Away(f"an answer that is not signed: {bad}") from None
        except (ValueError, RecursionError):
            raise Away("an answer that is not JSON") from None
        if not isinstance(found, dict):
            raise Away("an answer that is no object")
        return found

    def _verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        stamp, nonce = headers.get("wechatpay-timestamp", ""), headers.get("wechatpay-nonce", "")
        if headers.get("wechatpay-serial") != self._settings.platform_serial:
            raise Forged("signed with another key")
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 12):
            raise Forged("without a time")
        if abs(now.timestamp() - int(stamp)) > FRESH_S:
            raise Forged("too old, or from the future")
        message = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
        try:
            signature = base64.b64decode(headers.get("wechatpay-signature", ""), validate=True)
            self._platform.verify(signature, message, PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            raise Forged("not signed by the provider") from None


def _secret(path: Path) -> bytes:
    try:
        found = path.read_text(encoding="ascii").strip().encode()
    except (OSError, ValueError) as trouble:
        raise BadKeys(f"payments.secret_file {path}: {trouble}") from None
    if len(found) != 32:
        raise BadKeys(f"payments.secret_file {path}: expected 32 characters, found {len(found)}")
    return found
