"""Exchanges of a FEIG line and the least time that each needs: bytes on the wire and on the air.

Frames: FEIG H20800-16e-ID-B, 3.1 and 7. Air: ISO/IEC 15693 as `firmware_sim.devices.air` reckons it, which gives the
33, 117 and 222 ms that readers take for 1, 5 and 10 tags of 9 blocks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from firmware_sim.devices import air

BYTE_S = 11 / 38_400
"""Start, eight data, parity and stop bit."""
ISO_HOST, INVENTORY, READ, SYSTEM = 0xB0, 0x01, 0x23, 0x2B
MORE, WITH_SECURITY = 0x80, 0x08
INVENTORY_FRAME, RECORD = 7, 10
READ_FRAME, READ_ANSWER_FRAME = 17, 8


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer. `blocks` is how many a read brought."""

    began_s: float
    air_s: float
    wire_s: float
    tags_found: int = 0
    blocks: int = 0


def exchanges_of(wire: Iterable[tuple[float, Literal["out", "in"], bytes]], until_s: float) -> list[Exchange]:
    """What went over the line up to `until_s`, put together from pieces. Unanswered requests are left out."""
    found: list[Exchange] = []
    began_s, request, answer = 0.0, b"", b""
    for at_s, direction, data in wire:
        if direction == "in":
            answer += data
        else:
            if answer:
                found.append(_exchange(began_s, request, answer))
                request, answer = b"", b""
            if at_s > until_s:
                return _with_tags_of_later_answers(found)
            began_s = began_s if request else at_s
            request += data
    if answer:
        found.append(_exchange(began_s, request, answer))
    return _with_tags_of_later_answers(found)


def _exchange(began_s: float, request: bytes, answer: bytes) -> Exchange:
    wire_s = (len(request) + len(answer)) * BYTE_S
    if request[2] != ISO_HOST:
        return Exchange(began_s, 0.0, wire_s)
    match request[3]:
        case sub if sub == INVENTORY:
            found = answer[4] if len(answer) > 6 else 0
            return Exchange(began_s, 0.0 if request[4] & MORE else air.inventory_s(0), wire_s, tags_found=found)
        case sub if sub == READ:
            count, size = answer[4:6] if len(answer) > 7 else (0, 0)
            security = bool(request[4] & WITH_SECURITY)
            return Exchange(began_s, air.read_s(count, size, security=security), wire_s, blocks=count)
        case sub if sub == SYSTEM:
            return Exchange(began_s, air.system_information_s(), wire_s)
        case _:
            return Exchange(began_s, 0.0, wire_s)


def _with_tags_of_later_answers(found: list[Exchange]) -> list[Exchange]:
    """An inventory finds on the air what its further answers tell as well."""
    counted: list[Exchange] = []
    tags = 0
    for each in reversed(found):
        tags += each.tags_found
        if each.tags_found and each.air_s:
            each = Exchange(each.began_s, air.inventory_s(tags), each.wire_s, each.tags_found, each.blocks)
        if each.air_s:
            tags = 0
        counted.append(each)
    return counted[::-1]


def minimum_s(tags: int, blocks: int, block_size: int) -> float:
    """Seconds of one inventory, told in one answer, and of one read of each tag: no reader can do with less."""
    inventory_wire = INVENTORY_FRAME + INVENTORY_FRAME + tags * RECORD
    read_wire = READ_FRAME + READ_ANSWER_FRAME + blocks * (1 + block_size)
    on_air_s = air.inventory_s(tags) + tags * air.read_s(blocks, block_size, security=False)
    return on_air_s + (inventory_wire + tags * read_wire) * BYTE_S
