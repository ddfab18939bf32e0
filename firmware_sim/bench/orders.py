"""Reads the bodies of the bench's JSON interface; everything that is wrong with one becomes a `BadOrder`."""

from __future__ import annotations

import json
from collections.abc import Sequence

LONGEST_BODY = 262_144
JSON = "application/json"
LARGEST = 1e15


class BadOrder(Exception):
    """The request does not say what to do. The text says what was expected, and where."""


def body_of(content_type: str, content: bytes, keys: tuple[str, ...]) -> dict[str, object]:
    """The object in a body, which has some of these keys and no other.

    Only `application/json` is taken: no page of another site can send that to loopback without being asked.
    """
    if content_type.split(";")[0].strip().lower() != JSON:
        raise BadOrder(f"Content-Type: expected {JSON}, found '{content_type}'; send the body as JSON")
    if len(content) > LONGEST_BODY:
        raise BadOrder(f"body: expected at most {LONGEST_BODY} bytes, found {len(content)}; send less at once")
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        raise BadOrder(f"body: expected a JSON object with {_either(keys)}") from None
    if not isinstance(body, dict) or not body:
        raise BadOrder(f"body: expected a JSON object with {_either(keys)}")
    for key in body:
        if key not in keys:
            raise BadOrder(f"body: '{key}' is unknown; expected {_either(keys)}")
    return body


def texts(body: dict[str, object], key: str) -> list[str]:
    """A list of texts; empty if the key is not there."""
    value = body.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadOrder(f'{key}: expected a list of names or numbers as text, like ["35555000012345"]')
    return value


def text(body: dict[str, object], key: str) -> str:
    """A text that must be there; it may be empty."""
    value = body.get(key)
    if not isinstance(value, str):
        raise BadOrder(f"{key}: expected text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadOrder(f"{key}: expected text that UTF-8 can carry") from None
    return value


def hexadecimal(body: dict[str, object], key: str) -> bytes:
    """Bytes as hex digits."""
    try:
        return bytes.fromhex(text(body, key))
    except ValueError:
        raise BadOrder(f"{key}: expected pairs of hex digits, like '33350D'") from None


def fraction(body: dict[str, object], key: str) -> float:
    """A number from 0 to 1."""
    value = body.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise BadOrder(f"{key}: expected a number from 0 to 1")
    return float(value)


def number(body: dict[str, object], key: str) -> float:
    """A number of a size that anything could have."""
    value = body.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST <= value <= LARGEST:
        raise BadOrder(f"{key}: expected a number")
    return float(value)


def flag(body: dict[str, object], key: str) -> bool:
    """True or false."""
    value = body.get(key)
    if not isinstance(value, bool):
        raise BadOrder(f"{key}: expected true or false")
    return value


def choice(body: dict[str, object], key: str, allowed: Sequence[int], default: int) -> int:
    """One of some whole numbers, or the default where the key is not there."""
    value = body.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
        raise BadOrder(f"{key}: expected one of {', '.join(map(str, allowed))}")
    return value


def only_key(body: dict[str, object]) -> str:
    """The key of a body that must have just one."""
    if len(body) != 1:
        raise BadOrder(f"body: expected one of {', '.join(body)} at a time")
    return next(iter(body))


def _either(keys: tuple[str, ...]) -> str:
    return ", ".join(f"'{key}'" for key in keys)
