"""What is ready to be fetched, announced by central on the retained `all/down/policy`: each by name, version and hash.

The data itself goes by HTTP, as it is too large for a message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.wire.envelope import payload_of, unwrap, wrapped
from kiosk.wire.fields import Fields, Json, MessageRefused, SetAside, instant_text
from kiosk.wire.signing import is_signed_text, signature_text

TYPE = "lk.policy.announced"
SIGNATURE = "signature"
MOST_ENTRIES = 32
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Ready:
    """One thing that a station may fetch."""

    name: str
    """`ledger` for the gates' copy of what is lent."""
    version: int
    hash: str
    """SHA-256 of the whole of it, 64 hex digits."""
    href: str
    """Path at central, without its host."""
    made_at: datetime
    """By central's clock, aware; an announcement that is older than the last one is an old message."""
    signature: str = ""
    """Of central over all the rest, base64; empty where what is fetched carries its own."""

    def signed_by(self, site: str, key: Ed25519PrivateKey) -> Ready:
        """The same, signed."""
        return replace(self, signature=signature_text(key, self._signed(site)))

    def check(self, site: str, key: Ed25519PublicKey) -> None:
        """Raises `MessageRefused` where the owner of `key` has not announced exactly this."""
        check_signature(key, f"entries.{self.name}.signature", self.signature, self._signed(site))

    def _signed(self, site: str) -> str:
        made_at = instant_text(self.made_at.astimezone(UTC))
        return "\n".join((TYPE, central_of(site), self.name, str(self.version), self.hash, self.href, made_at))


def encode_policy(site: str, ready: Sequence[Ready], at: datetime) -> bytes:
    """The message; the newest one stands for all before."""
    entries: list[Json] = [
        {
            "name": one.name,
            "version": one.version,
            "hash": one.hash,
            "href": one.href,
            "made_at": instant_text(one.made_at),
            **({SIGNATURE: one.signature} if one.signature else {}),
        }
        for one in ready
    ]
    return payload_of(wrapped(f"policy.{at.timestamp():.0f}", central_of(site), TYPE, at, {"entries": entries}))


def decode_policy(site: str, payload: bytes) -> tuple[Ready, ...] | SetAside:
    """Raises `MessageRefused`, also for a sender that is not this site's central."""
    envelope = unwrap(payload, frozenset({TYPE}))
    if isinstance(envelope, SetAside):
        return envelope
    check_central(site, envelope.source)
    return tuple(_ready(entry) for entry in envelope.data.each("entries", MOST_ENTRIES))


def central_of(site: str) -> str:
    """How a site's central is named as a sender."""
    return f"lk/{site}/central"


def check_signature(key: Ed25519PublicKey, path: str, signature: object, signed: str) -> None:
    """Raises `MessageRefused` where the owner of `key` did not sign this text."""
    if not isinstance(signature, str) or not signature:
        raise MessageRefused(path, "central's signature", "none")
    if not is_signed_text(key, signature, signed):
        raise MessageRefused(path, "central's signature", "another")


def check_central(site: str, source: str) -> None:
    """Raises `MessageRefused` where somebody else speaks than the site's central."""
    if source != central_of(site):
        raise MessageRefused("message.source", "this site's central", "another")


def _ready(entry: Fields) -> Ready:
    digest = entry.text("hash", longest=64)
    if not _SHA256.fullmatch(digest):
        raise MessageRefused(f"{entry.path}.hash", "64 hex digits", "something else")
    href = entry.text("href")
    if not href.startswith("/") or href.startswith("//"):
        raise MessageRefused(f"{entry.path}.href", "a path that begins with one /", "something else")
    signature = entry.text_or_none(SIGNATURE) or ""
    return Ready(
        entry.text("name", longest=32), entry.whole("version"), digest, href, entry.instant("made_at"), signature
    )
