"""Alipay's gateway as its documentation has it, written for these tests, on loopback: RSA2 both ways."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from kiosk.central.paying.settings import AlipaySettings
from tests.central.console.till import OURS, THEIRS

APP, SELLER = "2021000000000001", "2088000000000001"


def _signed(text: str, key: rsa.RSAPrivateKey) -> str:
    return base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), SHA256())).decode()


@dataclass
class Gateway:
    """What it knows."""

    orders: dict[str, dict[str, str]] = field(default_factory=dict)
    paid: dict[str, str] = field(default_factory=dict)
    signs_with: rsa.RSAPrivateKey = THEIRS

    def call(self, order: str, key: rsa.RSAPrivateKey | None = None, **other: str) -> bytes:
        """The body of a notification, signed over its fields in their order, without sign and sign_type."""
        told = {
            "notify_time": "2026-11-27 18:00:05",
            "notify_type": "trade_status_sync",
            "notify_id": f"n{len(self.paid)}",
            "app_id": APP,
            "seller_id": SELLER,
            "charset": "utf-8",
            "version": "1.0",
            "trade_no": self.paid.setdefault(order, f"20261127220014{len(self.paid):014}"),
            "out_trade_no": order,
            "trade_status": "TRADE_SUCCESS",
            "total_amount": self.orders[order]["total_amount"],
            "subject": "图书馆 Library",
            "body": "",
            **other,
        }
        text = "&".join(f"{name}={value}" for name, value in sorted(told.items()) if value)
        return urlencode({**told, "sign": _signed(text, key or self.signs_with), "sign_type": "RSA2"}).encode()


class _Handler(BaseHTTPRequestHandler):
    gateway: Gateway

    def do_POST(self) -> None:
        told = dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode(), keep_blank_values=True))
        if not _is_ours(told):
            self._answer("error_response", {"code": "40002", "sub_code": "isv.invalid-signature"})
            return
        wanted: dict[str, str] = json.loads(told["biz_content"])
        order = wanted["out_trade_no"]
        if told["method"] == "alipay.trade.precreate":
            self.gateway.orders[order] = {**wanted, "notify_url": told["notify_url"]}
            made = {
                "code": "10000",
                "msg": "Success",
                "out_trade_no": order,
                "qr_code": f"https://qr.alipay.com/{order[:12]}",
            }
            self._answer("alipay_trade_precreate_response", made)
        elif order in self.gateway.paid:
            amount = self.gateway.orders[order]["total_amount"]
            paid = {"out_trade_no": order, "trade_no": self.gateway.paid[order], "trade_status": "TRADE_SUCCESS"}
            self._answer("alipay_trade_query_response", {"code": "10000", **paid, "total_amount": amount})
        else:
            self._answer("alipay_trade_query_response", {"code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST"})

    def _answer(self, name: str, told: Mapping[str, str]) -> None:
        text = json.dumps(told, ensure_ascii=False, separators=(", ", ":"))
        body = f'{{"{name}": {text},"sign":"{_signed(text, self.gateway.signs_with)}"}}'.encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def _is_ours(told: dict[str, str]) -> bool:
    signature = base64.b64decode(told.pop("sign"))
    text = "&".join(f"{name}={value}" for name, value in sorted(told.items()) if value)
    try:
        OURS.public_key().verify(signature, text.encode(), padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return (told["app_id"], told["sign_type"], told["charset"]) == (APP, "RSA2", "utf-8")


class GatewayServer:
    """It listens while it is open."""

    def __init__(self, folder: Path) -> None:
        self.gateway = Gateway()
        handler = type("Handler", (_Handler,), {"gateway": self.gateway})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        own = OURS.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        theirs = THEIRS.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / "app.pem").write_bytes(own)
        (folder / "alipay.pem").write_bytes(theirs)
        self.settings = AlipaySettings(
            app_id=APP,
            seller_id=SELLER,
            key_file=folder / "app.pem",
            alipay_key_file=folder / "alipay.pem",
            notify_url="https://library.example.org/payments/alipay",
            gateway=f"http://127.0.0.1:{self._server.server_port}/gateway.do",
        )

    def __enter__(self) -> GatewayServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
