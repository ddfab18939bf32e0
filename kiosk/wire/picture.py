"""The live picture of a kiosk, on `up/picture`, while somebody asks for it. The kiosk masks it: no patron is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kiosk.wire.envelope import LARGEST_BYTES, payload_of, unwrap, wrapped
from kiosk.wire.fields import Json, SetAside
from kiosk.wire.topics import Station

TYPE = "lk.station.picture"


@dataclass(frozen=True, slots=True)
class Picture:
    """What a kiosk shows."""

    number: int
    """Grows with every change, within one order of pictures."""
    screen: str
    tree: Mapping[str, Json]
    """The semantic tree, as the mirror tells it: each node with `id`, `role`, `text`, `box`, `children`. One that is
    too large is empty."""
    at: datetime


def encode_picture(station: Station, picture: Picture) -> bytes:
    payload = _payload(station, picture, picture.tree)
    return payload if len(payload) <= LARGEST_BYTES else _payload(station, picture, {})


def decode_picture(payload: bytes) -> Picture | SetAside:
    """Raises `MessageRefused`."""
    envelope = unwrap(payload, frozenset({TYPE}))
    if isinstance(envelope, SetAside):
        return envelope
    data = envelope.data
    return Picture(data.whole("number"), data.text("screen"), data.inner("tree").members, envelope.time)


def _payload(station: Station, picture: Picture, tree: Mapping[str, Json]) -> bytes:
    body: dict[str, Json] = {"number": picture.number, "screen": picture.screen, "tree": tree}
    id_ = f"{station.station}.{picture.number}.{picture.at.timestamp():.6f}"
    return payload_of(wrapped(id_, station.source, TYPE, picture.at, body))
