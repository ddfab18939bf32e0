"""What central has ready for its stations: `all/down/policy`, retained. The data itself goes by HTTP.

A station that hears a new version fetches it; one that hears nothing keeps what it has, and knows how old that is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kiosk.wire.envelope import payload_of, unwrap, wrapped
from kiosk.wire.fields import Fields, Json, SetAside, instant_text

TYPE = "lk.copies.published"
MOST_COPIES = 16
LARGEST_COPY = 1 << 31


@dataclass(frozen=True, slots=True)
class Published:
    """One thing that is ready."""

    name: str
    """What it is: `offline`, …"""
    version: str
    size: int
    """Bytes."""
    sha256: str
    """Hex, of all bytes."""
    issued: datetime
    """Aware."""
    href: str
    """Path at central's HTTP."""


def encode_published(source: str, copies: Iterable[Published], at: datetime) -> bytes:
    """`source` is central's own name, `lk/{site}/central`."""
    listed: list[Json] = [
        {
            "name": copy.name,
            "version": copy.version,
            "size": copy.size,
            "sha256": copy.sha256,
            "issued": instant_text(copy.issued),
            "href": copy.href,
        }
        for copy in copies
    ]
    return payload_of(wrapped(f"copies.{instant_text(at)}", source, TYPE, at, {"copies": listed}))


def decode_published(payload: bytes) -> tuple[Published, ...] | SetAside:
    """Raises `MessageRefused`."""
    envelope = unwrap(payload, frozenset({TYPE}))
    if isinstance(envelope, SetAside):
        return envelope
    return tuple(_published(fields) for fields in envelope.data.each("copies", MOST_COPIES))


def _published(fields: Fields) -> Published:
    return Published(
        name=fields.text("name", longest=32),
        version=fields.text("version", longest=64),
        size=fields.whole("size", 0, LARGEST_COPY),
        sha256=fields.text("sha256", longest=64),
        issued=fields.instant("issued"),
        href=fields.text("href"),
    )
