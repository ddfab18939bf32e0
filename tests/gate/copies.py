"""Copies of the ledger, made by the code that central makes them with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from kiosk.central.lent.copying import sorted_keys
from kiosk.model.ids import Epoch
from kiosk.wire.lent_file import LentHeader, encode_head
from tests.gate.building import OPENING


def written(
    path: Path,
    lent: Mapping[int, bool],
    *,
    version: int = 5,
    as_of: datetime = OPENING,
    taken: Mapping[tuple[str, Epoch], int] | None = None,
) -> str:
    """A file of these keys; its SHA-256."""
    keys = sorted_keys(iter(lent.items()))
    head = encode_head(LentHeader(version, as_of, sum(map(len, keys)), taken or {}))
    content = head + b"".join(bucket.tobytes() for bucket in keys)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()
