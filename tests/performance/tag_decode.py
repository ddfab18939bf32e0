"""P2: reading and writing tag data beside rfidgeek 2.0.1, in the same run: `python -m tests.performance.tag_decode`.

Prints a table for people and one JSON object. No test: what it finds depends on the machine.

rfidgeek knows one layout, ISO 28560-3 ("Danish model"), and 32 bytes of it. Its reader board is replaced by bytes that
are there at once, so that nobody waits for a port: `read_danish_model_tag` takes the board's answer apart, and
`write_danish_model_tag` makes the bytes of eight blocks; what it prints goes nowhere. The same tags are read by both,
in turns, each tag another item. ISO 28560-2 has no peer there: our time for the same items is set beside rfidgeek's
time for ISO 28560-3. Our codecs remember what is the same on many tags of a library, so one row has a title of its own
on each tag.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from drivers.codecs.tag_data import ElementValue, decode, encode, with_index
from tests.performance.peer_rfidgeek import Geek

TAGS = 400
"""More than the codecs remember, so that what differs from tag to tag is read anew each time."""
PEERS_TAGS = 20
"""rfidgeek goes through fewer tags in a round, so that rounds of both last about as long."""
ROUNDS = 60
AIM = 20.0
OWNERS = ("DK-718500", "NO-1030310", "FI-Mamk-M")
Item = dict[str, ElementValue]


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: microseconds for one tag in the fastest round of each side, and how many times faster we are.

    The fastest, because whatever else runs on this machine only makes rounds slower.
    """

    what: str
    ours_us: float
    rfidgeek_us: float
    ratio: float

    @property
    def as_json(self) -> dict[str, float]:
        return {"ours_us": self.ours_us, "rfidgeek_us": self.rfidgeek_us, "ratio": self.ratio}


def items() -> list[Item]:
    """Books as a Danish, a Norwegian and a Finnish library would have them, each with a number of its own."""
    return [
        {
            "primary_item_identifier": f"{30000000000000 + number * 7919}",
            "owner_institution": OWNERS[number % len(OWNERS)],
            "set_information": {"parts_in_set": 1 + number % 3, "part_number": 1},
        }
        for number in range(TAGS)
    ]


def compared(what: str, ours: Callable[[], object], theirs: Callable[[], object]) -> Row:
    """Both in turns, so that what else runs on this machine meets both."""
    pairs: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        pairs.append((timed_us(ours, TAGS), timed_us(theirs, PEERS_TAGS)))
    fastest_ours, fastest_theirs = (min(side) for side in zip(*pairs, strict=True))
    return Row(what, round(fastest_ours, 2), round(fastest_theirs, 2), round(fastest_theirs / fastest_ours, 1))


def timed_us(work: Callable[[], object], tags: int) -> float:
    """Microseconds for one of the tags that `work` goes through."""
    gc.collect()
    gc.disable()
    began = time.perf_counter()
    work()
    took_s = time.perf_counter() - began
    gc.enable()
    return took_s / tags * 1e6


def rows() -> list[Row]:
    books = items()
    fixed = [{**book, "data_model_version": 1, "type_of_usage": "1"} for book in books]
    chained = [with_index({**book, "type_of_usage": "10"}) for book in books]
    fixed_tags = [encode("iso28560-3", book, memory_size=32).memory for book in fixed]
    chained_tags = [encode("iso28560-2", book, memory_size=112).memory for book in chained]
    titled = [with_index({**book, "title": f"Book {number}"}) for number, book in enumerate(books)]
    titled_tags = [encode("iso28560-2", book, memory_size=112).memory for book in titled]
    assert [decode(tag).elements for tag in fixed_tags] == fixed
    assert [decode(tag).elements for tag in chained_tags] == chained
    geek = Geek()
    assert [geek.read(tag)["id"] for tag in fixed_tags] == [book["primary_item_identifier"] for book in books]

    def geek_reads() -> None:
        for tag in fixed_tags[:PEERS_TAGS]:
            geek.read(tag)

    def geek_writes() -> None:
        for book in books[:PEERS_TAGS]:
            geek.write(book)

    return [
        compared("decode ISO 28560-3", lambda: decode_all(fixed_tags), geek_reads),
        compared("encode ISO 28560-3", lambda: encode_all("iso28560-3", fixed, 32), geek_writes),
        compared("decode ISO 28560-2", lambda: decode_all(chained_tags), geek_reads),
        compared("decode -2, own title", lambda: decode_all(titled_tags), geek_reads),
        compared("encode ISO 28560-2", lambda: encode_all("iso28560-2", chained, 112), geek_writes),
    ]


def decode_all(tags: Sequence[bytes]) -> None:
    for tag in tags:
        decode(tag)


def encode_all(layout: str, books: Sequence[Item], size: int) -> None:
    for book in books:
        encode(layout, book, memory_size=size)


def main() -> None:
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        found = rows()
    sys.stdout.write(f"{'':22}{'ours':>10}{'rfidgeek':>12}{'times':>8}   aim {AIM:.0f}\n")
    for row in found:
        sys.stdout.write(f"{row.what:22}{row.ours_us:8.2f} µs{row.rfidgeek_us:9.2f} µs{row.ratio:8.1f}\n")
    sys.stdout.write(json.dumps({row.what: row.as_json for row in found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
