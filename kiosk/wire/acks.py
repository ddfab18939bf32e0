"""The cumulative acknowledgement: central has committed everything up to (epoch, seq)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kiosk.model.ids import Epoch
from kiosk.wire.envelope import payload_of, unwrap, wrapped
from kiosk.wire.fields import Json, SetAside

TYPE = "lk.ack"


@dataclass(frozen=True, slots=True)
class Ack:
    """`seq` 0: central knows the epoch but nothing of it, or does not know it."""

    epoch: Epoch
    seq: int


def encode_ack(source: str, ack: Ack, at: datetime) -> bytes:
    """`source` is central's own name, `lk/{site}/central`."""
    data: dict[str, Json] = {"epoch": ack.epoch, "seq": ack.seq}
    return payload_of(wrapped(f"ack.{ack.epoch}.{ack.seq}", source, TYPE, at, data))


def decode_ack(payload: bytes) -> Ack | SetAside:
    """Raises `MessageRefused`."""
    envelope = unwrap(payload, frozenset({TYPE}))
    if isinstance(envelope, SetAside):
        return envelope
    return Ack(Epoch(envelope.data.text("epoch")), envelope.data.whole("seq"))
