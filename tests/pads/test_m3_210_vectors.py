"""The captured and worked frames of `tests/vectors/m3_210.toml`, as the 3M driver makes and takes them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from drivers.pads.m3_210 import requests
from drivers.pads.m3_210.frames import AnswerStream, request
from drivers.pads.m3_210.requests import Request

VECTORS = Path(__file__).parent.parent / "vectors" / "m3_210.toml"
Exchange = dict[str, object]


def exchanges(direction: str) -> list[object]:
    every = tomllib.loads(VECTORS.read_text())["exchange"]
    return [pytest.param(each, id=each["name"]) for each in every if each["direction"] == direction]


def asked(message: str, fields: dict[str, object]) -> Request | None:
    """The driver's request for what a vector says; None for what the driver never asks."""
    uid = str(fields.get("uid"))
    first, blocks = int(str(fields.get("first_block", 0))), int(str(fields.get("blocks", 0)))
    match message:
        case "probe":
            return requests.probe()
        case "unknown-13":
            return requests.start_up()
        case "reader-version":
            return requests.version()
        case "read-block-uid":
            return requests.inventory()
        case "read-multiblock":
            return requests.read_blocks(uid, first, blocks, 4)
        case "write-multiblock":
            return requests.write_blocks(uid, first, bytes.fromhex(str(fields["data"])))
        case "get-afi":
            return requests.get_afi(uid)
        case "write-afi":
            return requests.write_afi(uid, int(str(fields["afi"])))
        case "check-eas":
            return requests.check_eas(uid)
        case _:
            return None


NEVER_ASKED = {"quiet", "lock-afi", "write-dsfid", "tag-info"}
"""`tag-info` is asked with another set of parts than the vector's."""


@pytest.mark.parametrize("exchange", exchanges("host-to-device"))
def test_a_request_leaves_as_its_vector_says(exchange: dict[str, object]) -> None:
    fields = exchange["fields"]
    assert isinstance(fields, dict)
    made = asked(str(exchange["message"]), fields)
    assert (made is None) == (exchange["message"] in NEVER_ASKED)
    if made is not None:
        assert request(made.command, made.data, start=made.start).hex().upper() == exchange["hex"]


@pytest.mark.parametrize("exchange", exchanges("device-to-host"))
@pytest.mark.parametrize("piece", [1, 2, 5, 1000])
def test_an_answer_is_found_however_it_is_split(exchange: dict[str, object], piece: int) -> None:
    data, stream = bytes.fromhex(str(exchange["hex"])), AnswerStream()
    found = [answer for at in range(0, len(data), piece) for answer in stream.feed(data[at : at + piece])]
    found += stream.silence()
    fields, findings = exchange["fields"], exchange["findings"]
    assert isinstance(fields, dict)
    assert isinstance(findings, list)
    if {"crc-mismatch", "frame-truncated"} & set(findings):
        assert found == []
        return
    assert len(found) == 1
    assert stream.take_dropped() == (2 if "noise-skipped" in findings else 0)
    assert found[0].error == fields.get("error", 0)
    if "uid" in fields:
        assert found[0].data[:8].hex().upper() == fields["uid"]
