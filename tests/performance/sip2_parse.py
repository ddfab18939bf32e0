"""P3: reading SIP2 beside the packages Sip2 1.1 and pysip2 0.1.0, in one run: `python -m tests.performance.sip2_parse`.

Prints a table for people and one JSON object. No test: what it finds depends on the machine.

The messages are those of `tests/vectors/sip2.toml` that all readers in a row accept. Each peer does what it does with a
message that has arrived: Sip2 verifies the sum and takes the answer apart (answers only, one method a code), pysip2
decodes a frame. Ours verifies the sum, takes it apart, and looks for every finding; every fixed part and every value is
a text of its own when it is done. Readers take turns, and the processor's time is counted, for others may be at work on
this machine. Then each message with a right sum is damaged in each of its bytes, and it is counted who lets that
through.
"""

from __future__ import annotations

import gc
import json
import logging
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from pysip2.codec import decode_message
from pysip2.errors import SIP2Error
from Sip2.sip2 import Sip2

from kiosk.wire.sip2 import parse

VECTORS = Path(__file__).parents[1] / "vectors" / "sip2.toml"
ROUNDS, PASSES = 60, 20
AIM = 3.0
METHODS = {
    **{"10": "checkin", "12": "checkout", "36": "end_patron_session", "38": "fee_paid", "16": "hold"},
    **{"18": "item_information", "20": "item_status_update", "94": "login", "26": "patron_enable"},
    **{"64": "patron_information", "24": "patron_status", "30": "renew", "66": "renew_all", "98": "sc_status"},
}
"""Answer → the method of Sip2 that takes it apart."""


@dataclass(frozen=True, slots=True)
class Row:
    """Microseconds a message, of the median round."""

    peer: str
    messages: int
    ours_us: float
    theirs_us: float
    times: float
    """How much longer they take: the median of all rounds."""
    damaged: int
    """Damaged messages, each with one other byte."""
    let_through: int
    """Of them, by the peer."""
    let_through_by_us: int


def messages() -> list[bytes]:
    """Every message of the vectors."""
    return [one["raw"].encode("utf-8") for one in tomllib.loads(VECTORS.read_text(encoding="utf-8"))["message"]]


class OlderPeer:
    """The package Sip2, without its socket and its log."""

    def __init__(self) -> None:
        self._client = Sip2()
        self._client.log = logging.getLogger("nowhere")

    def reads(self, data: bytes) -> bool:
        """What it does with an answer that has arrived; whether it takes it."""
        text = data.decode("utf-8", "replace")
        if not self._client._crc_verify(text):
            return False
        getattr(self._client, f"sip_{METHODS[text[:2]]}_response")(text)
        return True


def newer_peer_takes(data: bytes) -> bool:
    """Whether pysip2 takes a frame."""
    try:
        decode_message(data + b"\r", encoding="utf-8")
    except (SIP2Error, UnicodeDecodeError):
        return False
    return True


def we_read(data: bytes) -> bool:
    """Whether we would act on it where sums are required."""
    found = parse(data)
    return found.is_whole and found.checksum_ok is True


def damaged(sound: Sequence[bytes]) -> list[bytes]:
    """Each message with each of its bytes changed in its lowest bit; what only changes the case of the sum is none."""
    return [
        data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        for data in sound
        for at in range(2, len(data) - 4)
        if data[at] not in b"\r\n" and data[at] ^ 1 not in b"\r\n"
    ]


def compared(
    peer: str, takes: Callable[[bytes], bool], reads: Callable[[bytes], object], end: bytes, wanted: Sequence[bytes]
) -> Row:
    """Both on the messages that both take, in turns: `reads` is timed, with `end` behind each message."""
    both = [data for data in wanted if takes(data) and we_read(data)]
    frames = [data + end for data in both]
    rounds = [(_timed(parse, both), _timed(reads, frames)) for _ in range(ROUNDS)]
    sound = [data for data in both if parse(data).checksum_ok]
    broken = damaged(sound)
    return Row(
        peer,
        len(both),
        median(ours for ours, _ in rounds),
        median(other for _, other in rounds),
        median(other / ours for ours, other in rounds),
        len(broken),
        sum(map(takes, broken)),
        sum(map(we_read, broken)),
    )


def _timed(reads: Callable[[bytes], object], wanted: Sequence[bytes]) -> float:
    gc.collect()
    gc.disable()
    try:
        began_s = time.process_time()
        for _ in range(PASSES):
            for data in wanted:
                reads(data)
        return (time.process_time() - began_s) / len(wanted) / PASSES * 1e6
    finally:
        gc.enable()


def main() -> None:
    every = messages()
    older = OlderPeer()
    answers = [data for data in every if data[:2].decode("ascii", "replace") in METHODS]
    rows = [
        compared("Sip2 1.1", older.reads, older.reads, b"", answers),
        compared("pysip2 0.1.0", newer_peer_takes, partial(decode_message, encoding="utf-8"), b"\r", every),
    ]
    for row in rows:
        print(
            f"{row.peer:14} {row.messages:3} messages  ours {row.ours_us:6.2f} us  theirs {row.theirs_us:6.2f} us  "
            f"{row.times:.1f} times (aim {AIM:g})  damaged {row.damaged}: they let through {row.let_through}, "
            f"we {row.let_through_by_us}"
        )
    print(json.dumps({row.peer: {"times": round(row.times, 2), "let_through": row.let_through} for row in rows}))


if __name__ == "__main__":
    main()
