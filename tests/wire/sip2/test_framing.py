"""The end of a stream that ends without a terminator."""

from __future__ import annotations

import tracemalloc

from kiosk.wire.sip2 import LARGEST_MESSAGE, Framer


def test_the_tail_of_a_message_that_was_too_long_is_no_message_at_the_end() -> None:
    framer = Framer()
    assert framer.feed(b"x" * (LARGEST_MESSAGE + 1)) == []
    assert framer.feed(b"9900802.00") == []
    assert framer.rest() == b""
    assert framer.dropped == 1


def test_after_the_end_a_new_stream_begins() -> None:
    framer = Framer()
    framer.feed(b"x" * (LARGEST_MESSAGE + 1))
    framer.rest()
    assert framer.feed(b"97AZFEF5\r96AZ") == [b"97AZFEF5"]
    assert framer.rest() == b"96AZ"


def test_a_message_that_never_ends_fills_no_memory() -> None:
    framer = Framer()
    tracemalloc.start()
    try:
        for _ in range(200):
            assert framer.feed(b"x" * LARGEST_MESSAGE) == []
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 4 * LARGEST_MESSAGE
    assert framer.dropped == 1
