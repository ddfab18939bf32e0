"""Messages from public sources (`tests/vectors/sip2.toml`): what a decoder finds in them."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from kiosk.wire.sip2 import Dialect, Direction, encode, parse

MESSAGES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[2] / "vectors" / "sip2.toml").read_text(encoding="utf-8")
)["message"]
KEYS = ("code", "message", "sequence", "checksum", "checksum_ok", "fixed", "fields", "findings")


def by_name(message: dict[str, Any]) -> str:
    return str(message["name"])


@pytest.mark.parametrize("wanted", MESSAGES, ids=by_name)
def test_it_is_read_as_it_is(wanted: dict[str, Any]) -> None:
    found = parse(wanted["raw"].encode(wanted["encoding"]), Dialect(wanted["encoding"]), Direction(wanted["direction"]))
    assert (found.code, found.sequence, found.checksum) == (
        wanted["code"],
        wanted.get("sequence"),
        wanted.get("checksum"),
    )
    assert found.checksum_ok == wanted.get("checksum_ok")
    assert found.fixed == wanted["fixed"]
    assert found.fields == wanted["fields"]
    assert list(found.findings) == wanted["findings"]


@pytest.mark.parametrize("wanted", [one for one in MESSAGES if not one["findings"]], ids=by_name)
def test_a_message_without_findings_is_written_as_it_was_up_to_the_order_of_its_fields(wanted: dict[str, Any]) -> None:
    found = parse(wanted["raw"].encode())
    again = parse(encode(found).rstrip(b"\r"))
    assert (again.fixed, again.fields, again.sequence) == (found.fixed, found.fields, found.sequence)
    assert again.findings == ()


def test_the_command_tells_every_message_with_the_keys_of_the_vectors() -> None:
    raw = "\r\n".join(one["raw"] for one in MESSAGES)
    told = subprocess.run(
        [sys.executable, "-m", "kiosk", "sip2", "parse", "--json"],
        input=raw.encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert [{key: line[key] for key in KEYS} for line in lines] == [
        {key: one.get(key) for key in KEYS} for one in MESSAGES
    ]
