"""A provider of payments as its documentation has it (WeChat Pay, API v3), written for these tests, on loopback."""

from __future__ import annotations

import base64
import json
import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from kiosk.central.paying.settings import PaymentSettings

MERCHANT, APP, SERIAL, PLATFORM = "1900000001", "wx0000000000000001", "5157F09EFDC096DE", "PUB_KEY_ID_01"
SECRET = "0123456789abcdef0123456789abcdef"
FIELD = re.compile(r'(\w+)="([^"]*)"')


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


OURS, THEIRS, STRANGER = new_key(), new_key(), new_key()


@dataclass
class Till:
    """What the provider knows."""

    orders: dict[str, dict[str, object]] = field(default_factory=dict)
    paid: dict[str, str] = field(default_factory=dict)
    """Order → its number here."""
    signs_with: rsa.RSAPrivateKey = THEIRS

    def signed(self, body: bytes, at_s: float | None = None, key: rsa.RSAPrivateKey | None = None) -> dict[str, str]:
        """Headers of an answer or a call (wechatpay4_1)."""
        stamp, nonce = str(int(time.time() if at_s is None else at_s)), secrets.token_hex(16)
        message = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
        signature = (key or self.signs_with).sign(message, padding.PKCS1v15(), SHA256())
        return {
            "Wechatpay-Serial": PLATFORM,
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
        }

    def transaction(self, order: str, **other: object) -> dict[str, object]:
        """What the provider says of an order that was paid (chapter3_4_5)."""
        known = self.orders[order]
        return {
            "mchid": MERCHANT,
            "appid": APP,
            "out_trade_no": order,
            "transaction_id": self.paid.setdefault(order, f"42000000{len(self.paid):020}"),
            "trade_type": "NATIVE",
            "trade_state": "SUCCESS",
            "success_time": "2026-11-27T10:00:00+08:00",
            "amount": known["amount"],
            **other,
        }

    def call(self, order: str, secret: str = SECRET, **other: object) -> bytes:
        """The body of a notification, encrypted (wechatpay4_2)."""
        nonce, extra = secrets.token_hex(6), "transaction"
        plain = json.dumps(self.transaction(order, **other)).encode()
        resource = {
            "original_type": "transaction",
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": base64.b64encode(
                AESGCM(secret.encode()).encrypt(nonce.encode(), plain, extra.encode())
            ).decode(),
            "associated_data": extra,
            "nonce": nonce,
        }
        told = {"id": "EV-1", "event_type": "TRANSACTION.SUCCESS", "resource_type": "encrypt-resource"}
        return json.dumps({**told, "summary": "支付成功", "resource": resource}).encode()


class _Handler(BaseHTTPRequestHandler):
    till: Till

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path != "/v3/pay/transactions/native" or not self._is_signed(body):
            self._answer(401, {"code": "SIGN_ERROR"})
            return
        told = json.loads(body)
        self.till.orders[told["out_trade_no"]] = told
        self._answer(200, {"code_url": f"weixin://wxpay/bizpayurl?pr={told['out_trade_no'][:10]}"})

    def do_GET(self) -> None:
        order = self.path.rpartition("/")[2].partition("?")[0]
        if not self._is_signed(b""):
            self._answer(401, {"code": "SIGN_ERROR"})
        elif order in self.till.paid:
            self._answer(200, self.till.transaction(order))
        else:
            self._answer(200, {"trade_state": "NOTPAY", "mchid": MERCHANT, "out_trade_no": order})

    def _is_signed(self, body: bytes) -> bool:
        scheme, _, rest = self.headers["authorization"].partition(" ")
        told = dict(FIELD.findall(rest))
        message = f"{self.command}\n{self.path}\n{told['timestamp']}\n{told['nonce_str']}\n".encode() + body + b"\n"
        try:
            OURS.public_key().verify(base64.b64decode(told["signature"]), message, padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return (scheme, told["mchid"], told["serial_no"]) == ("WECHATPAY2-SHA256-RSA2048", MERCHANT, SERIAL)

    def _answer(self, status: int, told: dict[str, object]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        for name, value in {**self.till.signed(body), "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


class TillServer:
    """It listens while it is open."""

    def __init__(self, folder: Path) -> None:
        self.till = Till()
        handler = type("Handler", (_Handler,), {"till": self.till})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        own = OURS.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        theirs = THEIRS.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        for name, content in (("own.pem", own), ("theirs.pem", theirs), ("secret", SECRET.encode())):
            (folder / name).write_bytes(content)
        self.settings = PaymentSettings(
            app_id=APP,
            merchant=MERCHANT,
            serial=SERIAL,
            key_file=folder / "own.pem",
            platform_serial=PLATFORM,
            platform_key_file=folder / "theirs.pem",
            secret_file=folder / "secret",
            notify_url="https://library.example.org/payments/wechat",
            api=f"http://127.0.0.1:{self._server.server_port}",
        )

    def __enter__(self) -> TillServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
