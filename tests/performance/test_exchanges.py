"""What the stack's benchmark reckons with: the time of exchanges on air and wire, from the pages' own numbers."""

from __future__ import annotations

import pytest

from firmware_sim.devices import air
from tests.performance.exchanges import BYTE_S, exchanges_of, minimum_s

INVENTORY = bytes.fromhex("07ffb001001c56")
MORE = bytes.fromhex("07ffb0018014d2")
TWO_TAGS_MORE_TO_COME = bytes.fromhex("1b00b094020300e00401001234567803 00e0040100aabbccdd819f".replace(" ", ""))
NOBODY = bytes.fromhex("0600b0015c63")
READ = bytes.fromhex("11ffb02301e0040100123456780002") + bytes(2)
TWO_BLOCKS = bytes.fromhex("1200b000020400112233440055667788 41f2".replace(" ", ""))


@pytest.mark.parametrize(("tags", "milliseconds"), [(1, 33), (5, 117), (10, 222)])
def test_the_least_time_on_the_air_is_that_of_the_page(tags: int, milliseconds: int) -> None:
    """`devices-hf.md` 1.4: 1, 5 and 10 tags of 9 blocks of 4."""
    on_wire_s = (14 + tags * (10 + 17 + 8 + 9 * 5)) * BYTE_S
    assert 1000 * (minimum_s(tags, 9, 4) - on_wire_s) == pytest.approx(milliseconds, abs=1.5)


def test_exchanges_are_put_together_from_pieces() -> None:
    wire = [
        (1.0, "out", INVENTORY),
        (1.1, "in", TWO_TAGS_MORE_TO_COME[:9]),
        (1.2, "in", TWO_TAGS_MORE_TO_COME[9:]),
        (1.3, "out", MORE),
        (1.4, "in", NOBODY),
        (1.5, "out", READ),
        (1.6, "in", TWO_BLOCKS),
        (9.0, "out", INVENTORY),
    ]
    inventory, more, read = exchanges_of([(at, "out" if way == "out" else "in", data) for at, way, data in wire], 2.0)
    assert (inventory.began_s, inventory.tags_found, inventory.air_s) == (1.0, 2, air.inventory_s(2))
    assert inventory.wire_s == pytest.approx((7 + 27) * BYTE_S)
    assert (more.tags_found, more.air_s) == (0, 0.0)
    assert (read.blocks, read.air_s) == (2, air.read_s(2, 4, security=False))
    assert read.wire_s == pytest.approx((17 + 18) * BYTE_S)


def test_what_is_not_answered_is_no_exchange() -> None:
    assert exchanges_of([(1.0, "out", INVENTORY)], 2.0) == []
