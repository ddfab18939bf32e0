"""Ed25519 signatures (RFC 8032) of what central gives to stations, and the files that keys live in."""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE_BYTES = 64
KEY_BYTES = 32
KEY, PUBLIC_KEY = "signing.key", "signing.pub"
"""Base64 of the raw 32 bytes; the first for its owner's eyes only."""


class BadKey(ValueError):
    """A key file that cannot be used; the text says which, why and what to do."""


def own_key(folder: Path) -> Ed25519PrivateKey:
    """The key of `folder`, made where there is none yet, beside its public part. Raises `BadKey`, `OSError`."""
    path = folder / KEY
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _put(path, Ed25519PrivateKey.generate().private_bytes_raw(), 0o600)
    key = Ed25519PrivateKey.from_private_bytes(_read(path))
    _put(folder / PUBLIC_KEY, key.public_key().public_bytes_raw(), 0o644)
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """Raises `BadKey`, `OSError`."""
    return Ed25519PublicKey.from_public_bytes(_read(path))


def is_signed(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    """Whether the owner of `key` signed exactly these bytes."""
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def signature_of(key: Ed25519PrivateKey, signed: bytes) -> str:
    """A signature as messages carry it: base64."""
    return base64.b64encode(key.sign(signed)).decode()


def signature_text(key: Ed25519PrivateKey, signed: str) -> str:
    """A signature of text, in base64."""
    return signature_of(key, signed.encode())


def is_signature_of(key: Ed25519PublicKey, signature: str, signed: bytes) -> bool:
    """Whether the owner of `key` made this signature, in base64, of exactly these bytes."""
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return is_signed(key, raw, signed)


def is_signed_text(key: Ed25519PublicKey, signature: str, signed: str) -> bool:
    """Whether the owner of `key` made this signature of exactly this text."""
    return is_signature_of(key, signature, signed.encode("utf-8", "replace"))


def _read(path: Path) -> bytes:
    text = path.read_bytes()
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != KEY_BYTES:
        raise BadKey(f"{path}: expected {KEY_BYTES} bytes in base64, found {len(text)} other bytes; make it anew")
    return raw


def _put(path: Path, raw: bytes, mode: int) -> None:
    beside = path.with_suffix(".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(base64.b64encode(raw) + b"\n")
        file.flush()
        os.fsync(file.fileno())  # a key that a power cut has emptied would be nobody's
    beside.replace(path)
