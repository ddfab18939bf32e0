"""Who told these facts: a signature beside the message, in the MQTT 5 user property `signature`.

It is Ed25519 (RFC 8032) in base64 over a word for its use, the topic, and the exact bytes of the payload. The topic is
the station's, so that nobody's facts can be told as another's; epoch and seq are in the payload, and whoever hears it
remembers how far it has heard, so that a message that is told again changes nothing. Beside the message and not in it:
a batch is an array, whose elements are stored one by one (docs/adr/0210).
"""

from __future__ import annotations

from collections.abc import Collection

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.wire.fields import MessageRefused
from kiosk.wire.signing import is_signature_of, signature_of

PROPERTY = "signature"
_USE = b"lk.facts"


def sign_facts(key: Ed25519PrivateKey, topic: str, payload: bytes) -> str:
    """The signature of a message of facts, as its user property carries it."""
    return signature_of(key, _signed(topic, payload))


def check_facts(keys: Collection[Ed25519PublicKey], topic: str, payload: bytes, signature: str | None) -> None:
    """Raises `MessageRefused` for what the owner of none of `keys` has signed."""
    if signature is None:
        raise MessageRefused(PROPERTY, "the station's signature", "none")
    if not any(is_signature_of(key, signature, _signed(topic, payload)) for key in keys):
        raise MessageRefused(PROPERTY, "the station's signature", "another one")


def _signed(topic: str, payload: bytes) -> bytes:
    return b"\n".join((_USE, topic.encode("utf-8", "replace"), payload))
