"""Whose facts the gate goes by: where `[[stations]]` names keys, what nobody of them has signed opens no gate. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.gate.copy.overlay import becomes_lent
from kiosk.wire import FactBatch, Station, decode_facts
from kiosk.wire.fields import MessageRefused
from kiosk.wire.signed_facts import check_facts

StationKeys = Mapping[str, Collection[Ed25519PublicKey]]
"""By station of this site; two of one while it changes its key."""


def believed_facts(
    station: Station, topic: str, payload: bytes, signature: str | None, keys: StationKeys | None
) -> FactBatch:
    """The facts of a message that came on `station`'s topic; without `keys` everybody is believed who may write there.

    Raises `MessageRefused` for what is no such message, and for one that makes a gate open or shut and that its station
    has not signed. Facts of other matters, such as another gate's alarms, mean nothing here and need no key.
    """
    batch = decode_facts(station, payload)
    if keys is not None and any(becomes_lent(told.fact) is not None for told in batch.facts):
        known = keys.get(station.station)
        if known is None:
            raise MessageRefused("topic", "a station that `stations` in gate.toml names", station.station)
        check_facts(known, topic, payload, signature)
    return batch
