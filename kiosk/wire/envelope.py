"""The CloudEvents 1.0 envelope that every message travels in, and the one place where bytes become JSON.

Source: CloudEvents 1.0.2, JSON event format, sections 2 and 4 (batch).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from kiosk.wire.fields import Fields, Json, MessageRefused, SetAside, as_fields, instant_text

SCHEMA = "lk/1"
SPEC_VERSION = "1.0"
LARGEST_BYTES = 64 * 1024
DEEPEST = 12
LONGEST_DIGITS = 20
"""More digits than any number of the contract has; longer ones only cost time."""
ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of a message before its body is read."""

    id: str
    source: str
    type: str
    time: datetime
    data: Fields


def json_text(value: Json) -> str:
    """Compact JSON."""
    return _ENCODER.encode(value)


def payload_of(value: Json) -> bytes:
    """The bytes of a message. A lone surrogate, which UTF-8 cannot carry, becomes `?`: telling must never fail."""
    return json_text(value).encode("utf-8", "replace")


def wrapped(id: str, source: str, type: str, time: datetime, data: Mapping[str, Json]) -> dict[str, Json]:  # noqa: A002 - CloudEvents' names
    """An envelope around `data`, ready for `payload_of`. `time` is aware."""
    return {
        "specversion": SPEC_VERSION,
        "id": id,
        "source": source,
        "type": type,
        "time": instant_text(time.astimezone(UTC)),
        "dataschema": SCHEMA,
        "data": data,
    }


def parse(payload: bytes, most: int = LARGEST_BYTES) -> Json:
    """The JSON value of a payload: at most `most` bytes of UTF-8, finite numbers, not deep. Raises `MessageRefused`."""
    if len(payload) > most:
        raise MessageRefused("payload", f"at most {most} bytes", f"{len(payload)} bytes")
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as broken:
        raise MessageRefused("payload", "UTF-8", f"byte {broken.start} that is none") from None
    try:
        value: Json = _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise MessageRefused("payload", "JSON", f"{len(payload)} bytes that are none") from None
    if _too_deep(value):
        raise MessageRefused("payload", f"JSON of at most {DEEPEST} levels", "more")
    if ESCAPED_SURROGATE.search(text) and not _is_unicode(value):
        raise MessageRefused("payload", "Unicode text", "half a surrogate pair")
    return value


def unwrap(payload: bytes, known: Container[str]) -> Envelope | SetAside:
    """One envelope of one of the `known` types; another type or schema is set aside. Raises `MessageRefused`."""
    fields = as_fields(parse(payload), "message")
    strange = unknown(fields, known)
    return strange if strange is not None else opened(fields)


def unknown(fields: Fields, types: Container[str]) -> SetAside | None:
    """Why a message is beyond this version, if it is. Raises `MessageRefused` for one that is of no version."""
    specversion, schema, kind = fields.text("specversion"), fields.text("dataschema"), fields.text("type")
    if specversion != SPEC_VERSION:
        return SetAside("a version of CloudEvents that is not known here", json_text(fields.members))
    if schema != SCHEMA:
        return SetAside("a version of the messages that is not known here", json_text(fields.members))
    if kind not in types:
        return SetAside("a type of message that is not known here", json_text(fields.members))
    return None


def opened(fields: Fields) -> Envelope:
    """The attributes of an envelope whose type and schema are known. Raises `MessageRefused`."""
    return Envelope(
        fields.text("id"), fields.text("source"), fields.text("type"), fields.instant("time"), fields.inner("data")
    )


def _too_deep(value: Json) -> bool:
    level: list[Json] = [value]
    for _ in range(DEEPEST):
        holders = [one for one in level if isinstance(one, _HOLDERS)]
        if not holders:
            return False
        level = [inner for one in holders for inner in (one.values() if isinstance(one, dict) else one)]
    return bool(level)


def _is_unicode(value: Json) -> bool:
    try:
        json_text(value).encode()
    except UnicodeEncodeError:
        return False
    return True


def _no_number(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_DIGITS:
        raise ValueError("a number of too many digits")
    return int(digits)


_HOLDERS = (dict, list)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_DECODER = json.JSONDecoder(parse_constant=_no_number, parse_float=_finite, parse_int=_whole)
