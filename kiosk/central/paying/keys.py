"""RSA keys of merchants and providers, in files."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key


class BadKeys(Exception):
    """A key that cannot be used; the text says which file."""


def private_key(where: str, path: Path) -> RSAPrivateKey:
    """Our own. Raises `BadKeys`, which names the setting `where`."""
    try:
        found = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as trouble:
        raise BadKeys(f"{where} {path}: {trouble}") from None
    if not isinstance(found, RSAPrivateKey):
        raise BadKeys(f"{where} {path}: expected an RSA key")
    return found


def public_key(where: str, path: Path) -> RSAPublicKey:
    """The provider's. Raises `BadKeys`."""
    try:
        found = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as trouble:
        raise BadKeys(f"{where} {path}: {trouble}") from None
    if not isinstance(found, RSAPublicKey):
        raise BadKeys(f"{where} {path}: expected an RSA key")
    return found
