"""What is ready to be fetched, announced by central on the retained `all/down/policy`: each by name, version and hash.

The data itself goes by HTTP, as it is too large for a message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kiosk.wire.envelope import payload_of, unwrap, wrapped
from kiosk.wire.fields import Fields, Json, MessageRefused, SetAside, instant_text

TYPE = "lk.policy.announced"
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


def encode_policy(site: str, ready: Sequence[Ready], at: datetime) -> bytes:
    """The message; the newest one stands for all before."""
    entries: list[Json] = [
        {
            "name": one.name,
            "version": one.version,
            "hash": one.hash,
            "href": one.href,
            "made_at": instant_text(one.made_at),
        }
        for one in ready
    ]
    return payload_of(wrapped(f"policy.{at.timestamp():.0f}", f"lk/{site}/central", TYPE, at, {"entries": entries}))


def decode_policy(site: str, payload: bytes) -> tuple[Ready, ...] | SetAside:
    """Raises `MessageRefused`, also for a sender that is not this site's central."""
    envelope = unwrap(payload, frozenset({TYPE}))
    if isinstance(envelope, SetAside):
        return envelope
    check_central(site, envelope.source)
    return tuple(_ready(entry) for entry in envelope.data.each("entries", MOST_ENTRIES))


def check_central(site: str, source: str) -> None:
    """Raises `MessageRefused` where somebody else speaks than the site's central."""
    if source != f"lk/{site}/central":
        raise MessageRefused("message.source", "this site's central", "another")


def _ready(entry: Fields) -> Ready:
    digest = entry.text("hash", longest=64)
    if not _SHA256.fullmatch(digest):
        raise MessageRefused(f"{entry.path}.hash", "64 hex digits", "something else")
    href = entry.text("href")
    if not href.startswith("/") or href.startswith("//"):
        raise MessageRefused(f"{entry.path}.href", "a path that begins with one /", "something else")
    return Ready(entry.text("name", longest=32), entry.whole("version"), digest, href, entry.instant("made_at"))
